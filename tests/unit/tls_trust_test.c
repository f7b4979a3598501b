/* Whom TLS trusts. */
#include "base/memory.h"
#include "tls/system_trust.h"
#include "unit/tls_files.h"
#include "unit/tls_joined.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_refused(struct tls_joined *j, const char *host,
                           const char *text)
{
  tls_joined_join(j, host);
  assert_int_equal(hc_tls_verify(j->client, NULL, NULL, &j->fault),
                   HYCO_ECERTVERIFY);
  if (strstr(j->fault.text, text) == NULL)
    fail_msg("no \"%s\" in \"%s\"", text, j->fault.text);
  tls_joined_part(j);
}

static void test_names_and_addresses_are_checked(void **state)
{
  static const char *const good[] = { "localhost", "LOCALHOST", "localhost.",
                                      "127.0.0.1", "::1" };
  struct tls_joined j;

  (void)state;
  tls_joined_init(&j);
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
    tls_joined_join(&j, good[i]);
    assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
    tls_joined_part(&j);
  }
  assert_refused(&j, "other.example",
                 "hostname mismatch: the certificate is for localhost");
  assert_refused(&j, "127.0.0.2",
                 "hostname mismatch: the certificate is for localhost");
  tls_joined_deinit(&j);
}

static void test_trust_comes_from_file_memory_or_directory(void **state)
{
  char ca[TLS_FILES_PATH_MAX];
  char dir[TLS_FILES_PATH_MAX];
  char link_path[2 * TLS_FILES_PATH_MAX];
  char both[2 * TLS_FILES_PATH_MAX];
  struct tls_joined j;

  (void)state;
  tls_files_path("ca.pem", ca);
  struct hc_span pem = tls_files_read(ca);
  tls_files_make_dir(dir);
  FILE *file = fopen(ca, "r");
  X509 *cert = PEM_read_X509(file, NULL, NULL, NULL);
  fclose(file);
  snprintf(link_path, sizeof(link_path), "%s/%08lx.0", dir,
           X509_NAME_hash_ex(X509_get_subject_name(cert), NULL, NULL, NULL));
  X509_free(cert);
  assert_int_equal(symlink(ca, link_path), 0);
  snprintf(both, sizeof(both), "/nonexistent;%s", ca);

  const struct hc_tls_options options[] = {
    { .ca_paths = "/nonexistent", .ca_pem = pem },
    { .ca_paths = "/nonexistent", .ca_dir = dir },
    { .ca_paths = both },
  };
  for (size_t i = 0; i < 3; i++) {
    tls_joined_init(&j);
    hc_tls_unref(j.tls[0]);
    assert_int_equal(hc_tls_new(&options[i], &j.tls[0], &j.fault), 0);
    tls_joined_join(&j, "localhost");
    assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
    tls_joined_deinit(&j);
  }
  hc_free((void *)(uintptr_t)pem.ptr);
  tls_files_remove_dir(dir);
}

/* A client that trusts nobody but whom the bundle names. */
static void init_with_bundle(struct tls_joined *j,
                             const struct hc_tls_options *own,
                             const char *bundle)
{
  tls_joined_init(j);
  hc_tls_unref(j->tls[0]);
  assert_int_equal(hc_tls_new(own, &j->tls[0], NULL), 0);
  assert_true(hc_tls_trust_when_asked(j->tls[0]->ctx, bundle));
}

static int n_trusted(const struct tls_joined *j)
{
  X509_STORE *store = SSL_CTX_get_cert_store(j->tls[0]->ctx);
  return sk_X509_OBJECT_num(X509_STORE_get0_objects(store));
}

static void test_the_systems_bundle_is_read_when_it_is_needed(void **state)
{
  const struct hc_tls_options nobody = { .ca_paths = "/nonexistent" };
  char ca[TLS_FILES_PATH_MAX];
  struct tls_joined j;

  (void)state;
  tls_files_path("ca.pem", ca);
  init_with_bundle(&j, &nobody, ca);
  assert_int_equal(n_trusted(&j), 0);
  tls_joined_join(&j, "localhost");
  assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
  assert_true(n_trusted(&j) > 0);
  tls_joined_deinit(&j);
}

static void
test_the_systems_bundle_is_not_read_for_ones_own_authority(void **state)
{
  char ca[TLS_FILES_PATH_MAX];
  char cert[TLS_FILES_PATH_MAX];
  struct tls_joined j;

  (void)state;
  tls_files_path("ca.pem", ca);
  tls_files_path("cert.pem", cert); /* would be one more */
  const struct hc_tls_options own = { .ca_paths = "/nonexistent",
                                      .ca_file = ca };
  init_with_bundle(&j, &own, cert);
  int n = n_trusted(&j);
  tls_joined_join(&j, "localhost");
  assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
  assert_int_equal(n_trusted(&j), n);
  tls_joined_deinit(&j);
}

static void test_nobody_is_trusted_for_a_bundle_without_them(void **state)
{
  const struct hc_tls_options nobody = { .ca_paths = "/nonexistent" };
  const char *const bundles[] = { "key.pem", "no such file" };
  struct tls_joined j;

  (void)state;
  for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++) {
    char path[TLS_FILES_PATH_MAX];
    tls_files_path(bundles[i], path);
    init_with_bundle(&j, &nobody, path);
    assert_refused(&j, "localhost", "self-signed certificate");
    assert_int_equal(ERR_peek_error(), 0);
    tls_joined_deinit(&j);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names_and_addresses_are_checked),
    cmocka_unit_test(test_trust_comes_from_file_memory_or_directory),
    cmocka_unit_test(test_the_systems_bundle_is_read_when_it_is_needed),
    cmocka_unit_test(
        test_the_systems_bundle_is_not_read_for_ones_own_authority),
    cmocka_unit_test(test_nobody_is_trusted_for_a_bundle_without_them),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
