/* The HTTP client: how much it holds, how calls end, whom it trusts. */
#include "unit/io_call.h"
#include "unit/tls_files.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const bool plain = false;
static const bool tls = true;

/* --- back-pressure --- */

static void test_a_paused_owner_stops_the_server(void **state)
{
  struct call *c = *state;
  const size_t size = 8 * MIB;
  uint8_t *bytes = pair_pattern(size);
  char head[100];
  size_t written = 0;

  call_start(c, &call_handler);
  c->pause_at_head = true;
  call_await_request(c);
  (void)snprintf(head, sizeof(head),
                 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
  call_answer(c, head);
  pair_run_until(c->pair, &c->has_head);
  while (written < size) {
    if (hc_stream_write(c->pair->server.stream,
                        hc_span_of(bytes + written, 1 << 16)) == 0)
      written += 1 << 16;
    else if (c->has_data)
      pair_run_ms(c->pair, 1);
    else { /* everything between us is full: it goes on as we do */
      pair_run_ms(c->pair, 50);
      if (hc_stream_pending(c->pair->server.stream) > HC_STREAM_TX_MAX / 2) {
        assert_false(c->has_data);
        c->has_data = true;
        hc_http_resume(c->call);
      }
    }
  }
  assert_true(c->has_data);
  call_await_end(c);
  assert_int_equal(c->fault.code, 0);
  assert_int_equal(hc_buffer_len(&c->got), size);
  assert_memory_equal(hc_buffer_span(&c->got).ptr, bytes, size);
  hc_free(bytes);
}

static void test_a_server_that_does_not_read_stops_the_owner(void **state)
{
  struct call *c = *state;
  const size_t size = 16 * MIB;
  const size_t piece = HC_HTTP_OUT_MAX / 4;
  uint8_t *bytes = pair_pattern(size);
  size_t written = 0;
  bool was_full = false;

  c->pair->pause_at_accept = true;
  c->request.method = "PUT";
  c->request.body = (int64_t)size;
  call_start(c, &call_handler);
  while (written < size) {
    int rc = hc_http_write(c->call, hc_span_of(bytes + written, piece));
    written += rc == 0 ? piece : 0;
    if (rc == 0)
      continue;
    assert_int_equal(rc, HYCO_EWOULDBLOCK);
    c->has_room = false;
    for (int i = 0; i < 50 && !c->has_room; i++)
      pair_run_ms(c->pair, 2);
    if (!c->has_room && !was_full) {
      was_full = true;
      assert_non_null(c->pair->server.stream);
      hc_stream_resume(c->pair->server.stream);
    }
    pair_run_until(c->pair, &c->has_room);
  }
  assert_true(was_full);
  assert_int_equal(hc_http_end(c->call), 0);
  const char *text = call_sent(c);
  size_t head = (size_t)(strstr(text, "\r\n\r\n") + 4 - text);
  call_await_bytes(c->pair, head + size);
  assert_memory_equal(hc_buffer_span(&c->pair->server.got).ptr + head, bytes,
                      size);
  hc_free(bytes);
}

/* --- ends --- */

static void close_in(struct call *c, struct call how)
{
  call_start(c, &call_handler);
  c->close_at_head = how.close_at_head;
  c->close_at_data = how.close_at_data;
  call_await_request(c);
  call_answer(c, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
  pair_run_until(c->pair, how.close_at_head ? &c->has_head : &c->has_data);
  pair_run_ms(c->pair, 20);
  assert_null(c->call);
  assert_false(c->is_ended);
}

static void test_a_handler_may_close_the_call(void **state)
{
  struct call *c = *state;

  close_in(c, (struct call){ .close_at_head = true });
  call_renew(c);
  close_in(c, (struct call){ .close_at_data = true });
}

static void test_a_loop_takes_its_calls_along(void **state)
{
  struct call *c = *state;

  call_ask(c);
  pair_free(c->pair); /* the sanitizer looks for what is left */
  c->call = NULL;
  assert_false(c->is_ended);
}

/* --- trust --- */

/* A client that trusts none but the system's authorities. */
static struct hc_tls *distrust(struct pair *pair)
{
  struct hc_tls_options options = { .ca_paths = "/nowhere" };
  struct hc_tls *out;
  struct hc_fault fault;
  assert_int_equal(hc_net_tls_new(pair->net, &options, &out, &fault), 0);
  return out;
}

static void try_stranger(struct call *c, const struct hc_http_handler *h)
{
  struct hc_tls *stranger = distrust(c->pair);

  c->request.tls = stranger;
  call_start(c, h);
  hc_net_tls_free(c->pair->net, stranger);
}

static void test_a_strange_certificate_gets_no_byte_of_ours(void **state)
{
  struct call *c = *state;

  try_stranger(c, &call_handler);
  call_await_end(c);
  call_assert_fault(c, HYCO_ECERTVERIFY, "certificate refused");
  assert_int_equal(hc_buffer_len(&c->pair->server.got), 0);
}

static void test_the_application_may_accept_a_strange_certificate(void **state)
{
  struct call *c = *state;

  try_stranger(c, &call_asking_handler);
  c->trusts = true;
  call_await_request(c);
  assert_true(c->was_verified);
}

static void test_the_application_may_refuse_a_good_certificate(void **state)
{
  struct call *c = *state;

  call_start(c, &call_asking_handler);
  call_await_end(c);
  call_assert_fault(c, HYCO_ECERTVERIFY, "by the application");
  assert_int_equal(hc_buffer_len(&c->pair->server.got), 0);
}

static void test_a_call_may_be_closed_while_it_is_asked_for_trust(void **state)
{
  struct call *c = *state;

  try_stranger(c, &call_asking_handler);
  c->close_at_verify = true;
  c->trusts = true;
  pair_run_until(c->pair, &c->was_verified);
  pair_run_ms(c->pair, 20);
  assert_false(c->is_ended);
  assert_int_equal(hc_buffer_len(&c->pair->server.got), 0);
}

static void test_the_name_must_be_the_hosts(void **state)
{
  struct call *c = *state;

  c->request.host = "any.localhost"; /* libcurl takes it for the loopback */
  call_start(c, &call_handler);
  call_await_end(c);
  call_assert_fault(c, HYCO_ECERTVERIFY, "hostname mismatch");
}

/* The question comes from within libcurl, and what another call has left is
 * freed in the turn. */
static void test_a_blocking_call_may_run_where_trust_is_asked_for(void **state)
{
  struct call *c = *state;
  struct call other;

  call_start(c, &call_asking_handler);
  call_begin(&other, c->pair, &c->request, &call_asking_handler);
  c->trusts = true;
  c->turn_at_verify = true;
  other.trusts = true;
  other.turn_at_verify = true;
  other.close_at_verify = true;
  pair_run_until(c->pair, &other.was_verified);
  pair_run_until(c->pair, &c->was_verified);
  pair_run_ms(c->pair, 20);
  assert_false(other.is_ended);
  hc_buffer_deinit(&other.got);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CALL_BOTH(test_a_paused_owner_stops_the_server),
    CALL_BOTH(test_a_server_that_does_not_read_stops_the_owner),
    CALL_BOTH(test_a_handler_may_close_the_call),
    CALL_BOTH(test_a_loop_takes_its_calls_along),
    CALL_TLS(test_a_strange_certificate_gets_no_byte_of_ours),
    CALL_TLS(test_the_application_may_accept_a_strange_certificate),
    CALL_TLS(test_the_application_may_refuse_a_good_certificate),
    CALL_TLS(test_a_call_may_be_closed_while_it_is_asked_for_trust),
    CALL_TLS(test_a_blocking_call_may_run_where_trust_is_asked_for),
    CALL_TLS(test_the_name_must_be_the_hosts),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
