/* The relay's private authority: what lies in its directory, and when it is
 * made anew. */
#include "base/memory.h"
#include "tls/authority.h"
#include "tls/certificate.h"
#include "unit/tls_files.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
  char dir[TLS_FILES_PATH_MAX];
  struct hc_fault fault;
};

static int set_up(void **state)
{
  struct world *w = hc_alloc_zero(sizeof(*w));
  assert_non_null(w);
  tls_files_make_dir(w->dir);
  *state = w;
  return 0;
}

static int tear_down(void **state)
{
  struct world *w = *state;
  tls_files_remove_dir(w->dir);
  hc_free(w);
  return 0;
}

static void path_in(const struct world *w, const char *name,
                    char out[static TLS_FILES_PATH_MAX])
{
  int n = snprintf(out, TLS_FILES_PATH_MAX, "%s/%s", w->dir, name);
  assert_true(n > 0 && n < TLS_FILES_PATH_MAX);
}

static struct hc_span read_in(const struct world *w, const char *name)
{
  char path[TLS_FILES_PATH_MAX];
  path_in(w, name, path);
  return tls_files_read(path);
}

static void prepare(struct world *w, const char *const *hosts, size_t n)
{
  int rc = hc_authority_prepare(w->dir, hosts, n, &w->fault);
  if (rc != 0)
    fail_msg("%d: %s", rc, w->fault.text);
  assert_int_equal(w->fault.code, 0);
}

static void assert_mode(const struct world *w, const char *name, mode_t mode)
{
  char path[TLS_FILES_PATH_MAX];
  struct stat info;

  path_in(w, name, path);
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, mode);
}

/* Whether a file is the same before and after preparing for these hosts. */
static bool survives(struct world *w, const char *name,
                     const char *const *hosts, size_t n)
{
  struct hc_span before = read_in(w, name);
  prepare(w, hosts, n);
  struct hc_span after = read_in(w, name);
  bool same = hc_span_equal(before, after);
  hc_free((void *)(uintptr_t)before.ptr);
  hc_free((void *)(uintptr_t)after.ptr);
  return same;
}

static X509 *read_leaf(const struct world *w)
{
  char path[TLS_FILES_PATH_MAX];
  path_in(w, "cert.pem", path);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  X509 *cert = PEM_read_X509(file, NULL, NULL, NULL);
  fclose(file);
  assert_non_null(cert);
  return cert;
}

static void test_keys_are_for_the_owner_only(void **state)
{
  struct world *w = *state;
  char deep[TLS_FILES_PATH_MAX];
  char parent[TLS_FILES_PATH_MAX];
  struct world inner = { .fault = { 0 } };

  path_in(w, "a", parent);
  path_in(w, "a/b", deep);
  snprintf(inner.dir, sizeof(inner.dir), "%s", deep);
  prepare(&inner, NULL, 0);
  assert_mode(w, "a", 0700);
  assert_mode(w, "a/b", 0700);
  assert_mode(&inner, "ca.key", 0600);
  assert_mode(&inner, "key.pem", 0600);
  assert_mode(&inner, "ca.pem", 0644);
  assert_mode(&inner, "cert.pem", 0644);
  tls_files_remove_dir(deep);
  rmdir(parent);
}

static void test_the_leaf_is_good_for_its_hosts(void **state)
{
  static const char *const hosts[] = { "relay.example", "192.0.2.7",
                                       "2001:db8::1" };
  struct world *w = *state;

  prepare(w, hosts, 3);
  X509 *leaf = read_leaf(w);
  assert_true(hc_certificate_covers(leaf, "localhost"));
  assert_true(hc_certificate_covers(leaf, "127.0.0.1"));
  assert_true(hc_certificate_covers(leaf, "::1"));
  assert_true(hc_certificate_covers(leaf, "relay.example"));
  assert_true(hc_certificate_covers(leaf, "192.0.2.7"));
  assert_true(hc_certificate_covers(leaf, "2001:db8::1"));
  assert_false(hc_certificate_covers(leaf, "other.example"));
  assert_false(hc_certificate_covers(leaf, "192.0.2.8"));
  assert_true(hc_certificate_is_fresh(leaf));
  X509_free(leaf);
}

/* A comma is no way to another name. */
static void test_a_host_cannot_smuggle_in_a_name(void **state)
{
  static const char *const hosts[] = { "a.example,DNS:evil.example" };
  struct world *w = *state;

  prepare(w, hosts, 1);
  X509 *leaf = read_leaf(w);
  assert_false(hc_certificate_covers(leaf, "evil.example"));
  X509_free(leaf);
}

static void test_what_is_good_is_used_again(void **state)
{
  static const char *const hosts[] = { "relay.example" };
  struct world *w = *state;

  prepare(w, hosts, 1);
  assert_true(survives(w, "cert.pem", hosts, 1));
  assert_true(survives(w, "cert.pem", NULL, 0));
  assert_true(survives(w, "ca.pem", hosts, 1));
}

static void test_a_missing_host_renews_the_leaf_from_the_same_ca(void **state)
{
  static const char *const hosts[] = { "relay.example" };
  struct world *w = *state;

  prepare(w, NULL, 0);
  struct hc_span ca = read_in(w, "ca.pem");
  assert_false(survives(w, "cert.pem", hosts, 1));
  struct hc_span same = read_in(w, "ca.pem");
  assert_true(hc_span_equal(ca, same));
  hc_free((void *)(uintptr_t)ca.ptr);
  hc_free((void *)(uintptr_t)same.ptr);
}

static void test_a_damaged_or_half_leaf_is_made_anew(void **state)
{
  struct world *w = *state;
  char path[TLS_FILES_PATH_MAX];

  prepare(w, NULL, 0);
  path_in(w, "key.pem", path);
  unlink(path);
  assert_false(survives(w, "cert.pem", NULL, 0));
  path_in(w, "cert.pem", path);
  tls_files_write(path, "nonsense");
  assert_false(survives(w, "cert.pem", NULL, 0));
  X509_free(read_leaf(w));
}

/* A CA that users trust is never replaced behind their back. */
static void test_a_damaged_ca_is_an_error(void **state)
{
  struct world *w = *state;
  char path[TLS_FILES_PATH_MAX];

  prepare(w, NULL, 0);
  path_in(w, "ca.key", path);
  tls_files_write(path, "nonsense");
  assert_int_equal(hc_authority_prepare(w->dir, NULL, 0, &w->fault),
                   HYCO_EFILEIO);
  assert_non_null(strstr(w->fault.text, "ca.key"));
  unlink(path);
  assert_int_equal(hc_authority_prepare(w->dir, NULL, 0, &w->fault),
                   HYCO_EFILE);
  assert_non_null(strstr(w->fault.text, "ca.key is missing"));
}

static void test_a_directory_that_cannot_be_made_is_an_error(void **state)
{
  struct world *w = *state;
  char path[TLS_FILES_PATH_MAX];

  path_in(w, "file", path);
  tls_files_write(path, "");
  assert_int_equal(hc_authority_prepare(path, NULL, 0, &w->fault), HYCO_EFILE);
  assert_non_null(strstr(w->fault.text, path));
  path_in(w, "file/below", path);
  assert_int_equal(hc_authority_prepare(path, NULL, 0, &w->fault), HYCO_EFILE);
  assert_int_equal(hc_authority_prepare("", NULL, 0, NULL), HYCO_EFILE);
}

static void test_no_temporary_file_is_left(void **state)
{
  struct world *w = *state;
  char path[TLS_FILES_PATH_MAX];
  static const char *const names[] = { "ca.pem", "ca.key", "cert.pem",
                                       "key.pem" };

  prepare(w, NULL, 0);
  for (size_t i = 0; i < 4; i++) {
    path_in(w, names[i], path);
    assert_int_equal(unlink(path), 0);
  }
  assert_int_equal(rmdir(w->dir), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_keys_are_for_the_owner_only),
    TEST(test_the_leaf_is_good_for_its_hosts),
    TEST(test_a_host_cannot_smuggle_in_a_name),
    TEST(test_what_is_good_is_used_again),
    TEST(test_a_missing_host_renews_the_leaf_from_the_same_ca),
    TEST(test_a_damaged_or_half_leaf_is_made_anew),
    TEST(test_a_damaged_ca_is_an_error),
    TEST(test_a_directory_that_cannot_be_made_is_an_error),
    TEST(test_no_temporary_file_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
