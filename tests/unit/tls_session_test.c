/* TLS sessions joined in memory. */
#include "base/memory.h"
#include "unit/tls_files.h"
#include "unit/tls_joined.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

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
  struct tls_joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);
  uint8_t *bytes = hc_alloc_zero(40000);
  size_t sent = 0;
  int calls = 0;

  (void)state;
  tls_joined_init(&j);
  tls_joined_join(&j, "localhost");
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
  tls_joined_deinit(&j);
  hc_free(out);
  hc_free(bytes);
}

static void test_ciphertext_may_come_byte_by_byte(void **state)
{
  struct tls_joined j;
  uint8_t out[1 + HC_TLS_READ_EXTRA];
  size_t got = 0;

  (void)state;
  tls_joined_init(&j);
  tls_joined_join(&j, "localhost");
  assert_int_equal(hc_tls_write(j.client, hc_span_str("bytes")), 5);
  struct hc_span in = hc_buffer_span(hc_tls_out(j.client));
  for (; in.len > 0; hc_span_drop(&in, 1)) {
    struct hc_span one = hc_span_of(in.ptr, 1);
    got += hc_tls_read(j.server, &one, out, sizeof(out), &j.fault);
    assert_int_equal(j.fault.code, 0);
  }
  assert_int_equal(got, 5);
  assert_memory_equal(out, "bytes", 5);
  tls_joined_deinit(&j);
}

static void test_close_notify_is_an_end(void **state)
{
  struct tls_joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  tls_joined_init(&j);
  tls_joined_join(&j, "localhost");
  assert_int_equal(hc_tls_write(j.client, hc_span_str("last")), 4);
  hc_tls_finish(j.client);
  assert_int_equal(pass(j.server, j.client, out, &j.fault), 4);
  assert_int_equal(j.fault.code, 0);
  assert_true(hc_tls_is_ended(j.server));
  assert_int_equal(hc_tls_write(j.server, hc_span_str("still")), 5);
  tls_joined_deinit(&j);
  hc_free(out);
}

static void test_a_forged_record_ends_after_what_was_good(void **state)
{
  struct tls_joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  tls_joined_init(&j);
  tls_joined_join(&j, "localhost");
  assert_int_equal(hc_tls_write(j.client, hc_span_str("good")), 4);
  assert_int_equal(hc_tls_write(j.client, hc_span_str("forged")), 6);
  struct hc_buffer *wire = hc_tls_out(j.client);
  wire->data[wire->end - 1] ^= 1;
  struct hc_span in = hc_buffer_span(wire);
  assert_int_equal(hc_tls_read(j.server, &in, out, OUT_SIZE, &j.fault), 4);
  assert_int_equal(j.fault.code, HYCO_ETLS);
  assert_memory_equal(out, "good", 4);
  assert_int_equal(hc_tls_write(j.server, hc_span_str("x")), HYCO_ETLS);
  tls_joined_deinit(&j);
  hc_free(out);
}

static void test_a_full_out_buffer_breaks_the_session(void **state)
{
  struct tls_joined j;
  uint8_t *bytes = hc_alloc_zero(HC_TLS_RECORD_MAX);
  int n;

  (void)state;
  tls_joined_init(&j);
  tls_joined_join(&j, "localhost");
  do
    n = hc_tls_write(j.client, hc_span_of(bytes, HC_TLS_RECORD_MAX));
  while (n > 0);
  assert_int_equal(n, HYCO_ETLS);
  assert_true(hc_buffer_len(hc_tls_out(j.client)) <= HC_TLS_OUT_MAX);
  assert_true(hc_buffer_len(hc_tls_out(j.client)) > HC_TLS_OUT_MARK);
  tls_joined_deinit(&j);
  hc_free(bytes);
}

static void exchange(struct tls_joined *j, uint8_t *out)
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
  struct tls_joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  tls_joined_init(&j);
  tls_joined_join(&j, "localhost");
  assert_int_equal(hc_tls_verify(j.client, NULL, NULL, &j.fault), 0);
  exchange(&j, out);
  assert_int_equal(SSL_key_update(j.client->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
  assert_int_equal(SSL_do_handshake(j.client->ssl), 1); /* sends it */
  assert_int_equal(pass(j.server, j.client, out, &j.fault), 0);
  assert_int_equal(j.fault.code, 0);
  exchange(&j, out);
  tls_joined_deinit(&j);
  hc_free(out);
}

/* TLS 1.2: a client that wants another handshake gets a warning, and none of
 * the work. */
static void test_a_renegotiation_is_refused(void **state)
{
  enum { ALERT = 21 };
  struct tls_joined j;
  uint8_t *out = hc_alloc(OUT_SIZE);

  (void)state;
  tls_joined_init(&j);
  SSL_CTX_set_max_proto_version(j.tls[1]->ctx, TLS1_2_VERSION);
  tls_joined_join(&j, "localhost");
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
  tls_joined_deinit(&j);
  hc_free(out);
}

static void test_nonsense_is_no_handshake(void **state)
{
  struct tls_joined j;
  struct hc_span in = hc_span_str("GET / HTTP/1.1\r\n\r\n");

  (void)state;
  tls_joined_init(&j);
  assert_int_equal(hc_tls_session_new(j.tls[1], NULL, 0, &j.server), 0);
  assert_int_equal(hc_tls_handshake(j.server, &in, &j.fault), HYCO_ETLS);
  assert_string_equal(j.fault.text, "TLS: http request");
  tls_joined_deinit(&j);
}

/* --- versions and groups --- */

static void test_nothing_below_tls_1_2(void **state)
{
  struct tls_joined j;

  (void)state;
  tls_joined_init(&j);
  for (int i = 0; i < 2; i++)
    assert_int_equal(SSL_CTX_get_min_proto_version(j.tls[i]->ctx),
                     TLS1_2_VERSION);
  tls_joined_deinit(&j);
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
  struct tls_joined j;

  (void)state;
  tls_joined_init(&j);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    tls_joined_join(&j, cases[i].host);
    assert_int_equal(SSL_get_negotiated_group(j.client->ssl), cases[i].group);
    tls_joined_part(&j);
  }
  tls_joined_deinit(&j);
}

/* --- resumption --- */

/* Joins, judges, and takes the tickets that the server sends. */
static bool resumes(struct tls_joined *j,
                    bool (*on_verify)(void *, const struct hc_tls_verdict *))
{
  uint8_t *out = hc_alloc(OUT_SIZE);

  tls_joined_join(j, "localhost");
  hc_tls_verify(j->client, on_verify, NULL, &j->fault);
  assert_int_equal(pass(j->client, j->server, out, &j->fault), 0);
  assert_int_equal(j->fault.code, 0);
  bool resumed = SSL_session_reused(j->client->ssl) == 1;
  tls_joined_part(j); /* without close_notify: as an aborted stream */
  hc_free(out);
  return resumed;
}

static void test_sessions_are_resumed_also_after_an_abort(void **state)
{
  struct tls_joined j;

  (void)state;
  tls_joined_init(&j);
  assert_false(resumes(&j, NULL));
  for (int i = 0; i < 3 * HC_TICKETS_PER_HOST; i++)
    assert_true(resumes(&j, NULL));
  tls_joined_deinit(&j);
}

static void test_tls_1_2_sessions_are_resumed_too(void **state)
{
  struct tls_joined j;

  (void)state;
  tls_joined_init(&j);
  SSL_CTX_set_max_proto_version(j.tls[1]->ctx, TLS1_2_VERSION);
  assert_false(resumes(&j, NULL));
  assert_true(resumes(&j, NULL));
  assert_true(resumes(&j, NULL));
  tls_joined_deinit(&j);
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
  struct tls_joined j;

  (void)state;
  tls_joined_init(&j);
  hc_tls_unref(j.tls[0]);
  assert_int_equal(hc_tls_new(&trusts_nobody, &j.tls[0], NULL), 0);
  assert_false(resumes(&j, accept_all));
  assert_false(resumes(&j, accept_all));
  tls_joined_deinit(&j);
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
    cmocka_unit_test(test_sessions_are_resumed_also_after_an_abort),
    cmocka_unit_test(test_tls_1_2_sessions_are_resumed_too),
    cmocka_unit_test(test_an_overruled_session_is_not_kept),
    cmocka_unit_test(test_the_stock_of_tickets_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
