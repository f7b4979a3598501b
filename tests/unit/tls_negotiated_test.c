/* tls/negotiated.c: what handshakes of known ciphers and groups came to. */
#include "tls/context_internal.h"
#include "tls/session_internal.h"
#include "unit/tls_files.h"

#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct joined {
  struct hc_tls *tls[2]; /* client, server */
  struct hc_tls_session *client;
  struct hc_tls_session *server;
};

static void init(struct joined *j)
{
  char ca[TLS_FILES_PATH_MAX];
  char cert[TLS_FILES_PATH_MAX];
  char key[TLS_FILES_PATH_MAX];

  tls_files_path("ca.pem", ca);
  tls_files_path("cert.pem", cert);
  tls_files_path("key.pem", key);
  const struct hc_tls_options options[] = {
    { .ca_file = ca, .ca_paths = "/nonexistent" },
    { .server = true, .cert_file = cert, .key_file = key },
  };
  *j = (struct joined){ .client = NULL };
  for (int i = 0; i < 2; i++)
    assert_int_equal(hc_tls_new(&options[i], &j->tls[i], NULL), 0);
}

static void part(struct joined *j)
{
  hc_tls_session_free(j->client);
  hc_tls_session_free(j->server);
  j->client = NULL;
  j->server = NULL;
}

static void deinit(struct joined *j)
{
  part(j);
  hc_tls_unref(j->tls[0]);
  hc_tls_unref(j->tls[1]);
}

/* Hands what one side has for the other over. */
static void hand(struct hc_tls_session *to, struct hc_tls_session *from)
{
  struct hc_span in = hc_buffer_span(hc_tls_out(from));
  size_t len = in.len;

  assert_in_range(hc_tls_handshake(to, &in, NULL), 0, 1);
  hc_buffer_drop(hc_tls_out(from), len - in.len);
}

static void join(struct joined *j)
{
  static uint8_t plaintext[1 << 16];
  struct hc_span nothing = hc_span_of(NULL, 0);

  assert_int_equal(hc_tls_session_new(j->tls[0], "localhost", 443, &j->client),
                   0);
  assert_int_equal(hc_tls_session_new(j->tls[1], NULL, 0, &j->server), 0);
  assert_int_equal(hc_tls_handshake(j->client, &nothing, NULL), 0);
  for (int i = 0; i < 3; i++) {
    hand(j->server, j->client);
    hand(j->client, j->server);
  }
  assert_true(SSL_is_init_finished(j->client->ssl));
  assert_true(SSL_is_init_finished(j->server->ssl));
  (void)hc_tls_verify(j->client, NULL, NULL, NULL);
  struct hc_span tickets = hc_buffer_span(hc_tls_out(j->server));
  struct hc_fault fault;
  (void)hc_tls_read(j->client, &tickets, plaintext, sizeof plaintext, &fault);
  assert_int_equal(fault.code, 0);
  hc_buffer_clear(hc_tls_out(j->server));
}

static void check(const struct hc_tls_session *session,
                  const struct hc_tls_negotiated *expected)
{
  struct hc_tls_negotiated n;

  hc_tls_negotiated_read(session, &n);
  assert_string_equal(n.protocol, expected->protocol);
  assert_string_equal(n.suite, expected->suite);
  assert_string_equal(n.cipher, expected->cipher);
  assert_string_equal(n.key_exchange, expected->key_exchange);
  assert_int_equal(n.cipher_bits, expected->cipher_bits);
  assert_int_equal(n.key_exchange_bits, expected->key_exchange_bits);
}

static const struct hc_tls_negotiated nothing = { "", "", "", "", 0, 0 };

static void nothing_is_negotiated_before_the_server_chose(void **state)
{
  struct joined j;
  struct hc_span none = hc_span_of(NULL, 0);

  (void)state;
  init(&j);
  check(NULL, &nothing);
  assert_int_equal(hc_tls_session_new(j.tls[0], "localhost", 443, &j.client),
                   0);
  check(j.client, &nothing);
  assert_int_equal(hc_tls_handshake(j.client, &none, NULL), 0);
  check(j.client, &nothing);
  deinit(&j);
}

/* Twice: the second is resumed. */
static void check_twice(struct joined *j,
                        const struct hc_tls_negotiated *expected)
{
  for (int i = 0; i < 2; i++) {
    join(j);
    assert_int_equal(SSL_session_reused(j->client->ssl), i);
    check(j->client, expected);
    part(j);
  }
}

static void tls_1_3_is_read_with_each_suite_and_group(void **state)
{
  static const struct {
    const char *group;
    struct hc_tls_negotiated expected;
  } cases[] = {
    { "X25519",
      { "TLSv1.3", "TLS_AES_128_GCM_SHA256", "aes-128-gcm", "X25519", 128,
        253 } },
    { "P-256",
      { "TLSv1.3", "TLS_AES_256_GCM_SHA384", "aes-256-gcm", "P-256", 256,
        256 } },
    { "P-384",
      { "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256", "chacha20-poly1305", "P-384",
        256, 384 } },
    { "ffdhe2048",
      { "TLSv1.3", "TLS_AES_128_GCM_SHA256", "aes-128-gcm", "ffdhe2048", 128,
        2048 } },
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct joined j;
    init(&j);
    for (int side = 0; side < 2; side++) {
      SSL_CTX *ctx = j.tls[side]->ctx;
      assert_int_equal(SSL_CTX_set1_groups_list(ctx, cases[i].group), 1);
      assert_int_equal(SSL_CTX_set_ciphersuites(ctx, cases[i].expected.suite),
                       1);
    }
    check_twice(&j, &cases[i].expected);
    deinit(&j);
  }
}

static void set_1_2(struct joined *j, const char *cipher)
{
  SSL_CTX *ctx = j->tls[1]->ctx;
  assert_int_equal(SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION), 1);
  assert_int_equal(SSL_CTX_set_cipher_list(ctx, cipher), 1);
}

static void tls_1_2_is_read_with_its_suite_and_group(void **state)
{
  static const struct hc_tls_negotiated expected = {
    "TLSv1.2",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "chacha20-poly1305",
    "P-521",
    256,
    521
  };
  struct joined j;

  (void)state;
  init(&j);
  set_1_2(&j, "ECDHE-ECDSA-CHACHA20-POLY1305");
  assert_int_equal(SSL_CTX_set1_groups_list(j.tls[1]->ctx, "P-521"), 1);
  check_twice(&j, &expected);
  deinit(&j);
}

/* The server gets a certificate that RSA signed, good for nothing else. */
static void use_rsa(struct joined *j)
{
  SSL_CTX *ctx = j->tls[1]->ctx;
  EVP_PKEY *key = EVP_RSA_gen(2048);
  X509 *cert = X509_new();

  assert_non_null(key);
  assert_non_null(cert);
  X509_gmtime_adj(X509_getm_notBefore(cert), 0);
  X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
  assert_int_equal(X509_set_pubkey(cert, key), 1);
  assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
  assert_int_equal(SSL_CTX_use_certificate(ctx, cert), 1);
  assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
  assert_int_equal(SSL_CTX_set_dh_auto(ctx, 1), 1);
  X509_free(cert);
  EVP_PKEY_free(key);
}

static void tls_1_2_without_a_group_is_read_too(void **state)
{
  static const struct hc_tls_negotiated rsa = {
    "TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256", "aes-128-gcm", "RSA", 128,
    2048
  };
  static const struct hc_tls_negotiated dhe = {
    "TLSv1.2", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "aes-256-gcm", "DHE", 256,
    2048
  };
  struct joined j;

  (void)state;
  init(&j);
  use_rsa(&j);
  set_1_2(&j, "AES128-GCM-SHA256");
  join(&j);
  check(j.client, &rsa);
  part(&j);
  set_1_2(&j, "DHE-RSA-AES256-GCM-SHA384");
  join(&j);
  check(j.client, &dhe);
  deinit(&j);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_negotiated_before_the_server_chose),
    cmocka_unit_test(tls_1_3_is_read_with_each_suite_and_group),
    cmocka_unit_test(tls_1_2_is_read_with_its_suite_and_group),
    cmocka_unit_test(tls_1_2_without_a_group_is_read_too),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
