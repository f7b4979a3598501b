/* TLS sessions joined in memory, and whom they trust. */
#include "base/memory.h"
#include "tls/context_internal.h"
#include "tls/session_internal.h"
#include "unit/tls_files.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct hc_tls *server_tls(void)
{
  char cert[TLS_FILES_PATH_MAX];
  char key[TLS_FILES_PATH_MAX];
  struct hc_tls *tls = NULL;

  tls_files_path("cert.pem", cert);
  tls_files_path("key.pem", key);
  const struct hc_tls_options options = { .server = true,
                                          .cert_file = cert,
                                          .key_file = key };
  assert_int_equal(hc_tls_new(&options, &tls, NULL), 0);
  return tls;
}

static struct hc_tls *client_tls(void)
{
  char ca[TLS_FILES_PATH_MAX];
  struct hc_tls *tls = NULL;

  tls_files_path("ca.pem", ca);
  const struct hc_tls_options options = { .ca_file = ca,
                                          .ca_paths = "/nonexistent" };
  assert_int_equal(hc_tls_new(&options, &tls, NULL), 0);
  return tls;
}

struct joined {
  struct hc_tls *tls[2];
  struct hc_tls_session *client;
  struct hc_tls_session *server;
  struct hc_fault fault;
};

/* Hands what one side has for the other to its handshake. */
static int shake(struct hc_tls_session *to, struct hc_tls_session *from,
                 struct hc_fault *fault)
{
  struct hc_span in = hc_buffer_span(hc_tls_out(from));
  size_t len = in.len;
  int rc = hc_tls_handshake(to, &in, fault);
  hc_buffer_drop(hc_tls_out(from), len - in.len);
  return rc;
}

static void join(struct joined *j, const char *host)
{
  struct hc_span nothing = hc_span_of(NULL, 0);

  assert_int_equal(hc_tls_session_new(j->tls[0], host, 443, &j->client), 0);
  assert_int_equal(hc_tls_session_new(j->tls[1], NULL, 0, &j->server), 0);
  assert_int_equal(hc_tls_handshake(j->client, &nothing, &j->fault), 0);
  int client = 0;
  int server = 0;
  for (int i = 0; i < 4 && (client == 0 || server == 0); i++) {
    if (server == 0)
      server = shake(j->server, j->client, &j->fault);
    if (client == 0)
      client = shake(j->client, j->server, &j->fault);
  }
  assert_int_equal(client, 1);
  assert_int_equal(server, 1);
}

static void part(struct joined *j)
{
  hc_tls_session_free(j->client);
  hc_tls_session_free(j->server);
  j->client = NULL;
  j->server = NULL;
}

static void init(struct joined *j)
{
  *j = (struct joined){ .tls = { client_tls(), server_tls() } };
}

static void deinit(struct joined *j)
{
  part(j);
  hc_tls_unref(j->tls[0]);
  hc_tls_unref(j->tls[1]);
}

/* Decrypts what from has for to; returns the number of bytes in out. */
static size_t pass(struct hc_tls_session *to, struct hc_tls_session *from,
                   uint8_t *out, struct hc_fault *fault)
{
  struct hc_span in = hc_buffer_span(hc_tls_out(from));
  size_t room = in.len + HC_TLS_READ_EXTRA;
  size_t n = hc_tls_read(to, &in, out, room, fault);
  assert_int_equal(in.len, 0);
  hc_buffer_clear(hc_tls_out(from));
  return n;
}

enum { OUT_SIZE = HC_TLS_OUT_MAX + HC_TLS_READ_EXTRA };

/* --- bytes --- */

static void test_bytes_pass_in_records_of_16_kib(void **state)
{
  struct joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);
  uint8_t *bytes = hc_alloc_zero(40000);
  size_t sent = 0;
  int calls = 0;

  (void)state;
  init(&j);
  join(&j, "localhost");
  assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
  while (sent < 40000) {
    int n = hc_tls_write(j.client, hc_span_of(bytes + sent, 40000 - sent));
    assert_true(n > 0 && n <= HC_TLS_RECORD_MAX);
    sent += (size_t)n;
    calls++;
  }
  assert_int_equal(calls, 3);
  assert_int_equal(pass(j.server, j.client, out, &j.fault), 40000);
  assert_int_equal(j.fault.code, 0);
  assert_memory_equal(out, bytes, 40000);
  deinit(&j);
  hc_free(out);
  hc_free(bytes);
}

static void test_ciphertext_may_come_byte_by_byte(void **state)
{
  struct joined j;
  uint8_t out[1 + HC_TLS_READ_EXTRA];
  size_t got = 0;

  (void)state;
  init(&j);
  join(&j, "localhost");
  assert_int_equal(hc_tls_write(j.client, hc_span_str("bytes")), 5);
  struct hc_span in = hc_buffer_span(hc_tls_out(j.client));
  for (; in.len > 0; hc_span_drop(&in, 1)) {
    struct hc_span one = hc_span_of(in.ptr, 1);
    got += hc_tls_read(j.server, &one, out, sizeof(out), &j.fault);
    assert_int_equal(j.fault.code, 0);
  }
  assert_int_equal(got, 5);
  assert_memory_equal(out, "bytes", 5);
  deinit(&j);
}

static void test_close_notify_is_an_end(void **state)
{
  struct joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  init(&j);
  join(&j, "localhost");
  assert_int_equal(hc_tls_write(j.client, hc_span_str("last")), 4);
  hc_tls_finish(j.client);
  assert_int_equal(pass(j.server, j.client, out, &j.fault), 4);
  assert_int_equal(j.fault.code, 0);
  assert_true(hc_tls_is_ended(j.server));
  assert_int_equal(hc_tls_write(j.server, hc_span_str("still")), 5);
  deinit(&j);
  hc_free(out);
}

static void test_a_forged_record_ends_after_what_was_good(void **state)
{
  struct joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  init(&j);
  join(&j, "localhost");
  assert_int_equal(hc_tls_write(j.client, hc_span_str("good")), 4);
  assert_int_equal(hc_tls_write(j.client, hc_span_str("forged")), 6);
  struct hc_buffer *wire = hc_tls_out(j.client);
  wire->data[wire->end - 1] ^= 1;
  struct hc_span in = hc_buffer_span(wire);
  assert_int_equal(hc_tls_read(j.server, &in, out, OUT_SIZE, &j.fault), 4);
  assert_int_equal(j.fault.code, HYCO_ETLS);
  assert_memory_equal(out, "good", 4);
  assert_int_equal(hc_tls_write(j.server, hc_span_str("x")), HYCO_ETLS);
  deinit(&j);
  hc_free(out);
}

static void test_a_full_out_buffer_breaks_the_session(void **state)
{
  struct joined j;
  uint8_t *bytes = hc_alloc_zero(HC_TLS_RECORD_MAX);
  int n;

  (void)state;
  init(&j);
  join(&j, "localhost");
  do
    n = hc_tls_write(j.client, hc_span_of(bytes, HC_TLS_RECORD_MAX));
  while (n > 0);
  assert_int_equal(n, HYCO_ETLS);
  assert_true(hc_buffer_len(hc_tls_out(j.client)) <= HC_TLS_OUT_MAX);
  assert_true(hc_buffer_len(hc_tls_out(j.client)) > HC_TLS_OUT_MARK);
  deinit(&j);
  hc_free(bytes);
}

static void exchange(struct joined *j, uint8_t *out)
{
  struct hc_tls_session *const ends[] = { j->client, j->server, j->client };

  for (int i = 0; i < 2; i++) {
    assert_int_equal(hc_tls_write(ends[i], hc_span_str("bytes")), 5);
    assert_int_equal(pass(ends[i + 1], ends[i], out, &j->fault), 5);
    assert_int_equal(j->fault.code, 0);
    assert_memory_equal(out, "bytes", 5);
  }
}

/* RFC 8446 4.6.3: the answer goes before what is written next. */
static void test_a_key_update_is_answered(void **state)
{
  struct joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  init(&j);
  join(&j, "localhost");
  assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
  exchange(&j, out);
  assert_int_equal(SSL_key_update(j.client->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
  assert_int_equal(SSL_do_handshake(j.client->ssl), 1); /* sends it */
  assert_int_equal(pass(j.server, j.client, out, &j.fault), 0);
  assert_int_equal(j.fault.code, 0);
  exchange(&j, out);
  deinit(&j);
  hc_free(out);
}

/* TLS 1.2: a client that wants another handshake gets a warning, and none of
 * the work. */
static void test_a_renegotiation_is_refused(void **state)
{
  enum { ALERT = 21 };
  struct joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  init(&j);
  SSL_CTX_set_max_proto_version(j.tls[1]->ctx, TLS1_2_VERSION);
  join(&j, "localhost");
  assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
  exchange(&j, out);
  SSL_clear_options(j.client->ssl, SSL_OP_NO_RENEGOTIATION);
  assert_int_equal(SSL_renegotiate(j.client->ssl), 1);
  assert_int_equal(SSL_do_handshake(j.client->ssl), -1); /* waits */
  assert_int_equal(pass(j.server, j.client, out, &j.fault), 0);
  assert_int_equal(j.fault.code, 0);
  struct hc_span answer = hc_buffer_span(hc_tls_out(j.server));
  assert_true(answer.len > 0 && answer.len < 64);
  assert_int_equal(answer.ptr[0], ALERT);
  hc_buffer_clear(hc_tls_out(j.server));
  assert_int_equal(hc_tls_write(j.server, hc_span_str("goes on")), 7);
  deinit(&j);
  hc_free(out);
}

static void test_nonsense_is_no_handshake(void **state)
{
  struct joined j;
  struct hc_span in = hc_span_str("GET / HTTP/1.1\r\n\r\n");

  (void)state;
  init(&j);
  assert_int_equal(hc_tls_session_new(j.tls[1], NULL, 0, &j.server), 0);
  assert_int_equal(hc_tls_handshake(j.server, &in, &j.fault), HYCO_ETLS);
  assert_string_equal(j.fault.text, "TLS: http request");
  deinit(&j);
}

/* --- versions and groups --- */

static void test_nothing_below_tls_1_2(void **state)
{
  struct joined j;

  (void)state;
  init(&j);
  for (int i = 0; i < 2; i++)
    assert_int_equal(SSL_CTX_get_min_proto_version(j.tls[i]->ctx),
                     TLS1_2_VERSION);
  deinit(&j);
}

/* spec hybrid-connections.md 1.15: "the front ends prefer secp384r1" */
static void test_the_service_is_offered_p384_first(void **state)
{
  static const struct {
    const char *host;
    int group;
  } cases[] = {
    { "localhost", NID_X25519 },
    { "127.0.0.1", NID_X25519 },
    { "servicebus.windows.net.example", NID_X25519 },
    { "ns.servicebus.windows.net", NID_secp384r1 },
    { "NS.ServiceBus.Windows.NET.", NID_secp384r1 },
    { "ns.servicebus.chinacloudapi.cn", NID_secp384r1 },
    { "ns.servicebus.usgovcloudapi.net", NID_secp384r1 },
  };
  struct joined j;

  (void)state;
  init(&j);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    join(&j, cases[i].host);
    assert_int_equal(SSL_get_negotiated_group(j.client->ssl), cases[i].group);
    part(&j);
  }
  deinit(&j);
}

/* --- trust --- */

static void assert_refused(struct joined *j, const char *host, const char *text)
{
  join(j, host);
  assert_int_equal(hc_tls_verify(j->client, NULL, NULL, &j->fault),
                   HYCO_ECERTVERIFY);
  if (strstr(j->fault.text, text) == NULL)
    fail_msg("no \"%s\" in \"%s\"", text, j->fault.text);
  part(j);
}

static void test_names_and_addresses_are_checked(void **state)
{
  static const char *const good[] = { "localhost", "LOCALHOST", "localhost.",
                                      "127.0.0.1", "::1" };
  struct joined j;

  (void)state;
  init(&j);
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
    join(&j, good[i]);
    assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
    part(&j);
  }
  assert_refused(&j, "other.example",
                 "hostname mismatch: the certificate is for localhost");
  assert_refused(&j, "127.0.0.2",
                 "hostname mismatch: the certificate is for localhost");
  deinit(&j);
}

static void test_trust_comes_from_file_memory_or_directory(void **state)
{
  char ca[TLS_FILES_PATH_MAX];
  char dir[TLS_FILES_PATH_MAX];
  char link_path[2 * TLS_FILES_PATH_MAX];
  char both[2 * TLS_FILES_PATH_MAX];
  struct joined j;

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
    init(&j);
    hc_tls_unref(j.tls[0]);
    assert_int_equal(hc_tls_new(&options[i], &j.tls[0], &j.fault), 0);
    join(&j, "localhost");
    assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
    deinit(&j);
  }
  hc_free((void *)(uintptr_t)pem.ptr);
  tls_files_remove_dir(dir);
}

/* --- resumption --- */

/* Joins, judges, and takes the tickets that the server sends. */
static bool resumes(struct joined *j,
                    bool (*on_verify)(void *, const struct hc_tls_verdict *))
{
  uint8_t *out = hc_alloc(OUT_SIZE);

  join(j, "localhost");
  hc_tls_verify(j->client, on_verify, NULL, &j->fault);
  assert_int_equal(pass(j->client, j->server, out, &j->fault), 0);
  assert_int_equal(j->fault.code, 0);
  bool resumed = SSL_session_reused(j->client->ssl) == 1;
  part(j); /* without close_notify: as an aborted stream */
  hc_free(out);
  return resumed;
}

static void test_sessions_are_resumed_also_after_an_abort(void **state)
{
  struct joined j;

  (void)state;
  init(&j);
  assert_false(resumes(&j, NULL));
  for (int i = 0; i < 3 * HC_TICKETS_PER_HOST; i++)
    assert_true(resumes(&j, NULL));
  deinit(&j);
}

static void test_tls_1_2_sessions_are_resumed_too(void **state)
{
  struct joined j;

  (void)state;
  init(&j);
  SSL_CTX_set_max_proto_version(j.tls[1]->ctx, TLS1_2_VERSION);
  assert_false(resumes(&j, NULL));
  assert_true(resumes(&j, NULL));
  assert_true(resumes(&j, NULL));
  deinit(&j);
}

static bool accept_all(void *user_data, const struct hc_tls_verdict *verdict)
{
  (void)user_data;
  (void)verdict;
  return true;
}

/* DESIGN section 8, TLS: "one that a handler overruled is not kept" */
static void test_an_overruled_session_is_not_kept(void **state)
{
  const struct hc_tls_options trusts_nobody = { .ca_paths = "/nonexistent" };
  struct joined j;

  (void)state;
  init(&j);
  hc_tls_unref(j.tls[0]);
  assert_int_equal(hc_tls_new(&trusts_nobody, &j.tls[0], NULL), 0);
  assert_false(resumes(&j, accept_all));
  assert_false(resumes(&j, accept_all));
  deinit(&j);
}

static void test_the_stock_of_tickets_is_bounded(void **state)
{
  struct hc_tickets tickets;
  char key[32];

  (void)state;
  hc_tickets_init(&tickets);
  for (int host = 0; host <= HC_TICKETS_HOSTS_MAX; host++) {
    snprintf(key, sizeof(key), "host%d:443", host);
    for (int i = 0; i <= HC_TICKETS_PER_HOST; i++)
      hc_tickets_put(&tickets, key, SSL_SESSION_new());
  }
  assert_int_equal(tickets.n_hosts, HC_TICKETS_HOSTS_MAX);
  assert_null(hc_tickets_take(&tickets, "host0:443"));
  for (int i = 0; i < HC_TICKETS_PER_HOST; i++) {
    SSL_SESSION *ticket = hc_tickets_take(&tickets, "host1:443");
    assert_non_null(ticket);
    SSL_SESSION_free(ticket);
  }
  assert_null(hc_tickets_take(&tickets, "host1:443"));
  hc_tickets_deinit(&tickets);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bytes_pass_in_records_of_16_kib),
    cmocka_unit_test(test_ciphertext_may_come_byte_by_byte),
    cmocka_unit_test(test_close_notify_is_an_end),
    cmocka_unit_test(test_a_forged_record_ends_after_what_was_good),
    cmocka_unit_test(test_a_full_out_buffer_breaks_the_session),
    cmocka_unit_test(test_a_key_update_is_answered),
    cmocka_unit_test(test_a_renegotiation_is_refused),
    cmocka_unit_test(test_nonsense_is_no_handshake),
    cmocka_unit_test(test_nothing_below_tls_1_2),
    cmocka_unit_test(test_the_service_is_offered_p384_first),
    cmocka_unit_test(test_names_and_addresses_are_checked),
    cmocka_unit_test(test_trust_comes_from_file_memory_or_directory),
    cmocka_unit_test(test_sessions_are_resumed_also_after_an_abort),
    cmocka_unit_test(test_tls_1_2_sessions_are_resumed_too),
    cmocka_unit_test(test_an_overruled_session_is_not_kept),
    cmocka_unit_test(test_the_stock_of_tickets_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
