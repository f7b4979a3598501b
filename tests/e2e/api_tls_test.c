/* What TLS handshakes of receivers and senders came to, over real sockets. The
 * relay's side of them is set by OpenSSL's own configuration file: one version,
 * one cipher, one group. */
#include "api_world.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 6 };

/* As the rows read, the protocol first. */
struct expected {
  const char *rows[ROWS];
};

static const char *const names[ROWS] = {
  "SSLNegotiatedProtocol",    "SSLNegotiatedCipherSuite",
  "SSLNegotiatedCipher",      "SSLNegotiatedCipherStrength",
  "SSLNegotiatedKeyExchange", "SSLNegotiatedKeyExchangeStrength"
};

static const struct expected nothing = { { "", "", "", "0", "", "0" } };
static const struct expected tls_1_2 = {
  { "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "aes-256-gcm", "256",
    "X25519", "253" }
};
static const struct expected listed = {
  { "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "chacha20-poly1305", "256", "X25519", "253" }
};

/* id 0: the control channel. */
static void check_receiver(struct api_world *w, int id,
                           const struct expected *expected)
{
  char name[64];
  const char *value = NULL;

  for (int i = 0; i < ROWS; i++) {
    (void)snprintf(name, sizeof name, id == 0 ? "%s" : "%s[%d]", names[i], id);
    assert_int_equal(hyco_receiver_config(w->receiver, name, &value), 0);
    assert_string_equal(value, expected->rows[i]);
  }
}

static void check_sender(struct api_world *w, const struct expected *expected)
{
  const char *value = NULL;

  for (int i = 0; i < ROWS; i++) {
    assert_int_equal(hyco_sender_config(w->sender, names[i], &value), 0);
    assert_string_equal(value, expected->rows[i]);
  }
}

/* surface: SSLNegotiatedCipher, SSLNegotiatedCipherStrength
 * surface: SSLNegotiatedCipherSuite, SSLNegotiatedKeyExchange
 * surface: SSLNegotiatedKeyExchangeStrength, SSLNegotiatedProtocol */
static void what_was_negotiated_is_told_of_each_connection(void **state)
{
  struct api_world *w = *state;
  const char *value = NULL;
  int64_t bits = 0;

  check_receiver(w, 0, &nothing);
  check_sender(w, &nothing);
  api_world_join(w);
  check_receiver(w, 0, &tls_1_2);
  check_receiver(w, w->accepted, &tls_1_2);
  check_sender(w, &tls_1_2);
  assert_int_equal(hyco_connection_get_int(w->receiver, w->accepted,
                                           HYCO_SSL_NEGOTIATED_CIPHER_STRENGTH,
                                           &bits),
                   0);
  assert_int_equal(bits, 256);
  assert_int_equal(
      hyco_receiver_config(w->receiver, "SSLNegotiatedCipher[99]", &value),
      HYCO_EBADID);
  assert_int_equal(
      hyco_sender_config(w->sender, "SSLNegotiatedCipher[1]", &value),
      HYCO_EBADID);
  assert_int_equal(
      hyco_receiver_config(w->receiver, "SSLNegotiatedCipher=x", NULL),
      HYCO_EREADONLY);
  assert_int_equal(hyco_sender_disconnect(w->sender), 0);
  api_world_await(w, &w->sender_disconnects, 1);
  check_sender(w, &nothing);
  assert_int_equal(hyco_sender_connect(w->sender), 0); /* resumed */
  check_sender(w, &tls_1_2);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, false),
                   0);
  (void)hyco_loop_do_events(w->loop, 0);
}

/* surface: ssl_server_cert_encoded */
static void the_servers_certificate_is_read_as_it_is_in_its_file(void **state)
{
  struct api_world *w = *state;
  char path[128];
  char pem[8192] = "";
  const char *value = NULL;

  (void)snprintf(path, sizeof path, "%s/cert.pem", w->dir);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_true(fread(pem, 1, sizeof pem - 1, file) > 0);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(
      hyco_receiver_config(w->receiver, "ssl_server_cert_encoded", &value), 0);
  assert_string_equal(value, "");
  api_world_join(w);
  assert_int_equal(
      hyco_receiver_config(w->receiver, "ssl_server_cert_encoded", &value), 0);
  assert_in_range(strlen(value), 300, strlen(pem));
  assert_memory_equal(pem, value, strlen(value)); /* the chain may follow */
  assert_int_equal(
      hyco_sender_config(w->sender, "ssl_server_cert_encoded", &value), 0);
  assert_memory_equal(pem, value, strlen(value));
}

/* surface: OpenSSLCipherList */
static void the_cipher_list_says_what_is_offered(void **state)
{
  struct api_world *w = *state;
  static const char list[] = "OpenSSLCipherList=ECDHE-ECDSA-CHACHA20-POLY1305";

  assert_int_equal(hyco_receiver_config(w->receiver, list, NULL), 0);
  api_world_join(w);
  check_receiver(w, 0, &listed);
  check_receiver(w, w->accepted, &listed);
  check_sender(w, &tls_1_2);
  assert_int_equal(hyco_sender_disconnect(w->sender), 0);
  api_world_await(w, &w->sender_disconnects, 1);
  assert_int_equal(hyco_sender_config(w->sender, list, NULL), 0);
  assert_int_equal(hyco_sender_connect(w->sender), 0);
  check_sender(w, &listed);
}

/* OpenSSL reads it once, before anything else. */
static int configure_openssl(const char *path)
{
  FILE *file = fopen(path, "w");

  if (file == NULL)
    return -1;
  (void)fputs("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
              "system_default = rules\n[rules]\nMaxProtocol = TLSv1.2\n"
              "CipherString = ECDHE-ECDSA-AES256-GCM-SHA384:"
              "ECDHE-ECDSA-CHACHA20-POLY1305\n",
              file);
  return fclose(file) == 0 ? setenv("OPENSSL_CONF", path, 1) : -1;
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(what_was_negotiated_is_told_of_each_connection),
    TEST(the_servers_certificate_is_read_as_it_is_in_its_file),
    TEST(the_cipher_list_says_what_is_offered),
  };
  char path[] = "/tmp/hyco-openssl-XXXXXX";
  int fd = mkstemp(path);

  if (fd < 0 || close(fd) != 0 || configure_openssl(path) != 0)
    return 1;
  int rc = cmocka_run_group_tests_name("api_tls", tests, NULL, NULL);
  (void)unlink(path);
  return rc;
}
