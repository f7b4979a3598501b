/* When a sender reads its trusted CAs, and when it keeps them. */
#include "api_world.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void ca_path(const struct api_world *w, char path[128])
{
  (void)snprintf(path, 128, "%s/mine.pem", w->dir);
}

static void copy_file(const char *from, const char *to)
{
  char bytes[8192];
  FILE *in = fopen(from, "r");
  FILE *out = fopen(to, "w");

  assert_non_null(in);
  assert_non_null(out);
  size_t n = fread(bytes, 1, sizeof bytes, in);
  assert_true(n > 0 && n < sizeof bytes);
  assert_int_equal(fwrite(bytes, 1, n, out), n);
  assert_int_equal(fclose(in), 0);
  assert_int_equal(fclose(out), 0);
}

/* The sender trusts a file of its own, a copy of this one. */
static void trust(struct api_world *w, const char *file)
{
  char path[128];

  ca_path(w, path);
  copy_file(file, path);
  assert_int_equal(
      hyco_sender_set_string(w->sender, HYCO_OPENSSL_CA_FILE, path), 0);
}

static void connect_and_leave(struct api_world *w, int nth)
{
  assert_int_equal(hyco_sender_connect(w->sender), 0);
  assert_int_equal(hyco_sender_disconnect(w->sender), 0);
  api_world_await(w, &w->sender_disconnects, nth);
}

static void trust_is_read_once_for_many_connections(void **state)
{
  struct api_world *w = *state;
  char path[128];

  trust(w, hyco_relay_ca_file(w->relay));
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  connect_and_leave(w, 1);
  ca_path(w, path);
  assert_int_equal(unlink(path), 0);
  connect_and_leave(w, 2);
  assert_int_equal(
      hyco_sender_set_string(w->sender, HYCO_OPENSSL_CA_FILE, path), 0);
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ECERTSTORE);
}

/* The file is another one by now. */
static void trust_is_read_again_after_a_refusal(void **state)
{
  struct api_world *w = *state;
  char path[128];
  char dir[128];
  hyco_relay_options options = { .dir = dir };
  hyco_relay *other = NULL;

  (void)snprintf(dir, sizeof dir, "%s/other", w->dir);
  assert_int_equal(hyco_relay_start(&options, &other), 0);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  trust(w, hyco_relay_ca_file(other));
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ECERTVERIFY);
  ca_path(w, path);
  copy_file(hyco_relay_ca_file(w->relay), path);
  connect_and_leave(w, 1);
  hyco_relay_stop(other);
}

static void set(struct api_world *w, hyco_property p, const char *value)
{
  assert_int_equal(hyco_sender_set_string(w->sender, p, value), 0);
}

/* surface: SSLCACertFilePaths, OpenSSLCADir */
static void trust_comes_from_a_list_of_files_or_a_directory(void **state)
{
  struct api_world *w = *state;
  char path[160];
  char command[256];

  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  set(w, HYCO_OPENSSL_CA_FILE, "");
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ECERTVERIFY);
  (void)snprintf(path, sizeof path, "/nowhere/ca.pem;%s",
                 hyco_relay_ca_file(w->relay));
  set(w, HYCO_SSL_CA_CERT_FILE_PATHS, path);
  connect_and_leave(w, 1);
  set(w, HYCO_SSL_CA_CERT_FILE_PATHS, "");
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ECERTVERIFY);
  /* it complains of what else lies there */
  (void)snprintf(command, sizeof command,
                 "cd %s && { openssl rehash . 2>&1 || :; } >/dev/null", w->dir);
  assert_int_equal(system(command), 0);
  set(w, HYCO_OPENSSL_CA_DIR, w->dir);
  connect_and_leave(w, 2);
}

/* surface: SSLServerCACerts, OpenSSLCAFile */
static void trust_comes_from_text_as_well(void **state)
{
  struct api_world *w = *state;
  char pem[8192] = "";
  FILE *file = fopen(hyco_relay_ca_file(w->relay), "r");

  assert_non_null(file);
  assert_true(fread(pem, 1, sizeof pem - 1, file) > 0);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  connect_and_leave(w, 1); /* the file */
  set(w, HYCO_OPENSSL_CA_FILE, "");
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ECERTVERIFY);
  set(w, HYCO_SSL_SERVER_CA_CERTS, pem);
  connect_and_leave(w, 2);
}

static void a_cipher_list_that_openssl_does_not_know_is_refused(void **state)
{
  struct api_world *w = *state;

  set(w, HYCO_OPENSSL_CIPHER_LIST, "no such cipher");
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_EBADVALUE);
  assert_non_null(strstr(hyco_sender_last_error_text(w->sender), "cipher"));
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(trust_is_read_once_for_many_connections),
    TEST(trust_is_read_again_after_a_refusal),
    TEST(trust_comes_from_a_list_of_files_or_a_directory),
    TEST(trust_comes_from_text_as_well),
    TEST(a_cipher_list_that_openssl_does_not_know_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
