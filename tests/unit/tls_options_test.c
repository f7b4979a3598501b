/* What TLS sessions are made from: files that cannot be used. */
#include "tls/context.h"
#include "unit/tls_files.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_not_made(const struct hc_tls_options *options, int code,
                            const char *text)
{
  struct hc_tls *tls = NULL;
  struct hc_fault fault = { 0 };

  assert_int_equal(hc_tls_new(options, &tls, &fault), code);
  assert_null(tls);
  assert_int_equal(fault.code, code);
  if (strstr(fault.text, text) == NULL)
    fail_msg("no \"%s\" in \"%s\"", text, fault.text);
}

static void test_files_that_cannot_be_used_are_named(void **state)
{
  char cert[TLS_FILES_PATH_MAX];
  char key[TLS_FILES_PATH_MAX];
  char ca_key[TLS_FILES_PATH_MAX];

  (void)state;
  tls_files_path("cert.pem", cert);
  tls_files_path("key.pem", key);
  tls_files_path("ca.key", ca_key);
  assert_not_made(&(struct hc_tls_options){ .server = true }, HYCO_EBADVALUE,
                  "needed");
  assert_not_made(&(struct hc_tls_options){ .cert_file = cert }, HYCO_EBADVALUE,
                  "needed");
  assert_not_made(&(struct hc_tls_options){ .server = true,
                                            .cert_file = "/nonexistent",
                                            .key_file = key },
                  HYCO_ECERTSTORE, "/nonexistent: No such file");
  assert_not_made(&(struct hc_tls_options){ .server = true,
                                            .cert_file = cert,
                                            .key_file = "/nonexistent" },
                  HYCO_ECERTSTORE, "/nonexistent: No such file");
  assert_not_made(&(struct hc_tls_options){ .server = true,
                                            .cert_file = cert,
                                            .key_file = ca_key },
                  HYCO_ECERTSTORE, "ca.key: key values mismatch");
  assert_not_made(&(struct hc_tls_options){ .ca_file = "/nonexistent" },
                  HYCO_ECERTSTORE, "/nonexistent: No such file");
  assert_not_made(&(struct hc_tls_options){ .ca_file = key }, HYCO_ECERTSTORE,
                  "key.pem");
  assert_not_made(&(struct hc_tls_options){ .ca_paths = key }, HYCO_ECERTSTORE,
                  "key.pem");
  assert_not_made(&(struct hc_tls_options){ .ca_dir = "/nonexistent" },
                  HYCO_ECERTSTORE, "/nonexistent");
  assert_not_made(&(struct hc_tls_options){ .ca_pem = hc_span_str("nonsense") },
                  HYCO_ECERTSTORE, "trusted CA");
  assert_not_made(&(struct hc_tls_options){ .cipher_list = "NONSENSE" },
                  HYCO_EBADVALUE, "cipher list");
}

/* Keys of two kinds do not get into each other's way in OpenSSL: each is kept,
 * and no handshake succeeds. */
static void test_a_key_of_another_kind_is_named(void **state)
{
  char cert[TLS_FILES_PATH_MAX];
  char key[TLS_FILES_PATH_MAX];

  (void)state;
  tls_files_path("cert.pem", cert);
  tls_files_path("rsa.pem", key);
  FILE *file = fopen(key, "w");
  EVP_PKEY *rsa = EVP_RSA_gen(2048);
  assert_non_null(file);
  assert_int_equal(PEM_write_PrivateKey(file, rsa, NULL, NULL, 0, NULL, NULL),
                   1);
  assert_int_equal(fclose(file), 0);
  EVP_PKEY_free(rsa);
  assert_not_made(&(struct hc_tls_options){ .server = true,
                                            .cert_file = cert,
                                            .key_file = key },
                  HYCO_ECERTSTORE, "rsa.pem: not the key of ");
}

static void test_a_key_with_a_passphrase_asks_nobody(void **state)
{
  char cert[TLS_FILES_PATH_MAX];
  char dir[TLS_FILES_PATH_MAX];
  char path[2 * TLS_FILES_PATH_MAX];

  (void)state;
  tls_files_path("cert.pem", cert);
  tls_files_make_dir(dir);
  snprintf(path, sizeof(path), "%s/key.pem", dir);
  EVP_PKEY *key = EVP_EC_gen("P-256");
  FILE *file = fopen(path, "w");
  assert_int_equal(PEM_write_PKCS8PrivateKey(file, key, EVP_aes_128_cbc(),
                                             "pass", 4, NULL, NULL),
                   1);
  fclose(file);
  EVP_PKEY_free(key);
  assert_not_made(&(struct hc_tls_options){ .server = true,
                                            .cert_file = cert,
                                            .key_file = path },
                  HYCO_ECERTSTORE, path);
  tls_files_remove_dir(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_files_that_cannot_be_used_are_named),
    cmocka_unit_test(test_a_key_of_another_kind_is_named),
    cmocka_unit_test(test_a_key_with_a_passphrase_asks_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
