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
  struct pair pair = { 0 };
  struct call c;
  const size_t size = 8 * MIB;
  uint8_t *bytes = pair_pattern(size);
  char head[100];
  size_t written = 0;

  pair_listen(&pair, pair_with_tls(state));
  struct hc_http_request request = call_usual(&pair);
  call_begin(&c, &pair, &request, &call_handler);
  c.pause_at_head = true;
  call_await_request(&pair);
  (void)snprintf(head, sizeof(head),
                 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
  call_answer(&pair, head);
  pair_run_until(&pair, &c.has_head);
  while (written < size) {
    if (hc_stream_write(pair.server.stream,
                        hc_span_of(bytes + written, 1 << 16)) == 0)
      written += 1 << 16;
    else if (c.has_data)
      pair_run_ms(&pair, 1);
    else { /* everything between us is full: it goes on as we do */
      pair_run_ms(&pair, 50);
      if (hc_stream_pending(pair.server.stream) > HC_STREAM_TX_MAX / 2) {
        assert_false(c.has_data);
        c.has_data = true;
        hc_http_resume(c.call);
      }
    }
  }
  assert_true(c.has_data);
  pair_run_until(&pair, &c.is_ended);
  assert_int_equal(c.fault.code, 0);
  assert_int_equal(hc_buffer_len(&c.got), size);
  assert_memory_equal(hc_buffer_span(&c.got).ptr, bytes, size);
  hc_free(bytes);
  call_finish(&c);
}

static void test_a_server_that_does_not_read_stops_the_owner(void **state)
{
  struct pair pair = { 0 };
  struct call c;
  const size_t size = 16 * MIB;
  const size_t piece = HC_HTTP_OUT_MAX / 4;
  uint8_t *bytes = pair_pattern(size);
  size_t written = 0;
  bool was_full = false;

  pair_listen(&pair, pair_with_tls(state));
  pair.pause_at_accept = true;
  struct hc_http_request request = call_usual(&pair);
  request.method = "PUT";
  request.body = (int64_t)size;
  call_begin(&c, &pair, &request, &call_handler);
  while (written < size) {
    int rc = hc_http_write(c.call, hc_span_of(bytes + written, piece));
    written += rc == 0 ? piece : 0;
    if (rc == 0)
      continue;
    assert_int_equal(rc, HYCO_EWOULDBLOCK);
    c.has_room = false;
    for (int i = 0; i < 50 && !c.has_room; i++)
      pair_run_ms(&pair, 2);
    if (!c.has_room && !was_full) {
      was_full = true;
      assert_non_null(pair.server.stream);
      hc_stream_resume(pair.server.stream);
    }
    pair_run_until(&pair, &c.has_room);
  }
  assert_true(was_full);
  assert_int_equal(hc_http_end(c.call), 0);
  const char *text = hc_buffer_str(&pair.server.got);
  size_t head = (size_t)(strstr(text, "\r\n\r\n") + 4 - text);
  call_await_bytes(&pair, head + size);
  assert_memory_equal(hc_buffer_span(&pair.server.got).ptr + head, bytes, size);
  hc_free(bytes);
  call_finish(&c);
}

/* --- ends --- */

static void close_in(void **state, struct call how)
{
  struct pair pair = { 0 };
  struct call c;

  pair_listen(&pair, pair_with_tls(state));
  struct hc_http_request request = call_usual(&pair);
  call_begin(&c, &pair, &request, &call_handler);
  c.close_at_head = how.close_at_head;
  c.close_at_data = how.close_at_data;
  call_await_request(&pair);
  call_answer(&pair, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
  pair_run_until(&pair, how.close_at_head ? &c.has_head : &c.has_data);
  pair_run_ms(&pair, 20);
  assert_null(c.call);
  assert_false(c.is_ended);
  call_finish(&c);
}

static void test_a_handler_may_close_the_call(void **state)
{
  close_in(state, (struct call){ .close_at_head = true });
  close_in(state, (struct call){ .close_at_data = true });
}

static void test_a_loop_takes_its_calls_along(void **state)
{
  struct pair pair = { 0 };
  struct call c;

  pair_listen(&pair, pair_with_tls(state));
  struct hc_http_request request = call_usual(&pair);
  call_begin(&c, &pair, &request, &call_handler);
  call_await_request(&pair);
  pair_free(&pair); /* the sanitizer looks for what is left */
  assert_false(c.is_ended);
  hc_buffer_deinit(&c.got);
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

static void try_stranger(struct call *c, struct pair *pair, struct hc_tls *own,
                         const struct hc_http_handler *h)
{
  pair_listen(pair, true);
  struct hc_http_request request = call_usual(pair);
  struct hc_tls *stranger = own == NULL ? distrust(pair) : NULL;
  request.tls = own != NULL ? own : stranger;
  call_begin(c, pair, &request, h);
  hc_net_tls_free(pair->net, stranger);
}

static void test_a_strange_certificate_gets_no_byte_of_ours(void **state)
{
  struct pair pair = { 0 };
  struct call c;

  (void)state;
  try_stranger(&c, &pair, NULL, &call_handler);
  pair_run_until(&pair, &c.is_ended);
  call_assert_fault(&c, HYCO_ECERTVERIFY, "certificate refused");
  assert_int_equal(hc_buffer_len(&pair.server.got), 0);
  call_finish(&c);
}

static void test_the_application_may_accept_a_strange_certificate(void **state)
{
  struct pair pair = { 0 };
  struct call c;

  (void)state;
  try_stranger(&c, &pair, NULL, &call_asking_handler);
  c.trusts = true;
  call_await_request(&pair);
  assert_true(c.was_verified);
  call_finish(&c);
}

static void test_the_application_may_refuse_a_good_certificate(void **state)
{
  struct pair pair = { 0 };
  struct call c;

  (void)state;
  pair_listen(&pair, true);
  struct hc_http_request request = call_usual(&pair);
  call_begin(&c, &pair, &request, &call_asking_handler);
  pair_run_until(&pair, &c.is_ended);
  call_assert_fault(&c, HYCO_ECERTVERIFY, "by the application");
  assert_int_equal(hc_buffer_len(&pair.server.got), 0);
  call_finish(&c);
}

static void test_a_call_may_be_closed_while_it_is_asked_for_trust(void **state)
{
  struct pair pair = { 0 };
  struct call c;

  (void)state;
  try_stranger(&c, &pair, NULL, &call_asking_handler);
  c.close_at_verify = true;
  c.trusts = true;
  pair_run_until(&pair, &c.was_verified);
  pair_run_ms(&pair, 20);
  assert_false(c.is_ended);
  assert_int_equal(hc_buffer_len(&pair.server.got), 0);
  call_finish(&c);
}

static void test_the_name_must_be_the_hosts(void **state)
{
  struct pair pair = { 0 };
  struct call c;

  (void)state;
  pair_listen(&pair, true);
  struct hc_http_request request = call_usual(&pair);
  request.host = "any.localhost"; /* libcurl takes it for the loopback */
  call_begin(&c, &pair, &request, &call_handler);
  pair_run_until(&pair, &c.is_ended);
  call_assert_fault(&c, HYCO_ECERTVERIFY, "hostname mismatch");
  call_finish(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    BOTH(test_a_paused_owner_stops_the_server),
    BOTH(test_a_server_that_does_not_read_stops_the_owner),
    BOTH(test_a_handler_may_close_the_call),
    BOTH(test_a_loop_takes_its_calls_along),
    cmocka_unit_test(test_a_strange_certificate_gets_no_byte_of_ours),
    cmocka_unit_test(test_the_application_may_accept_a_strange_certificate),
    cmocka_unit_test(test_the_application_may_refuse_a_good_certificate),
    cmocka_unit_test(test_a_call_may_be_closed_while_it_is_asked_for_trust),
    cmocka_unit_test(test_the_name_must_be_the_hosts),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
