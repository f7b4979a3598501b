/* The HTTP client: answers that come before the request's body is whole. */
#include "unit/io_call.h"
#include "unit/tls_files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const bool plain = false;
static const bool tls = true;

static const char too_large[] = "HTTP/1.1 413 Content Too Large\r\n"
                                "Content-Length: 2\r\n\r\nno";

/* A call that has sent its head and a piece of its body, and waits for more. */
static void begin_upload(struct call *c, int64_t body)
{
  c->request.method = "POST";
  c->request.body = body;
  call_start(c, &call_handler);
  assert_int_equal(hc_http_write(c->call, hc_span_str("a piece")), 0);
  do
    call_await_bytes(c->pair, hc_buffer_len(&c->pair->server.got) + 1);
  while (strstr(call_sent(c), "a piece") == NULL);
}

static void assert_whole(struct call *c, const char *body)
{
  call_await_end(c);
  if (c->fault.code != 0)
    fail_msg("%d: %s", c->fault.code, c->fault.text);
  call_assert_body(c, body);
}

/* RFC 9112 9.5: the client should cease at once. Nothing but the answer wakes
 * it: its own body has come to a stand. */
static void test_a_refusal_ends_a_call_whose_body_stands(void **state)
{
  struct call *c = *state;
  static const char *const answers[] = {
    too_large,
    "HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno",
    "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\nno\r\n0\r\n\r\n",
    "HTTP/1.1 302 No\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
    "\r\n2\r\nno\r\n0\r\n\r\n",
  };

  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    begin_upload(c, i % 2 == 0 ? HC_HTTP_CHUNKED : 1000);
    call_answer(c, answers[i]);
    assert_whole(c, "no");
    call_renew(c);
  }
}

static void test_a_refusal_may_end_with_its_connection(void **state)
{
  struct call *c = *state;

  begin_upload(c, 1000);
  call_answer(c, "HTTP/1.1 403 No\r\n\r\nno");
  pair_run_until(c->pair, &c->has_data);
  assert_false(c->is_ended);
  end_close(&c->pair->server, HC_STREAM_CLEAN);
  assert_whole(c, "no");
}

/* What a refused body still holds, or that it ends short, is no matter. */
static void test_a_refused_body_may_end_early(void **state)
{
  struct call *c = *state;

  begin_upload(c, 1000);
  call_answer(c, "HTTP/1.1 413 No\r\nContent-Length: 4\r\n\r\nno");
  pair_run_until(c->pair, &c->has_data);
  if (!c->is_ended)
    assert_int_equal(hc_http_end(c->call), HYCO_EBADVALUE);
  call_answer(c, " no");
  assert_whole(c, "no n");
}

/* 2xx: the server may want the rest all the same. */
static void test_an_early_success_lets_the_body_go_on(void **state)
{
  struct call *c = *state;

  begin_upload(c, HC_HTTP_CHUNKED);
  call_answer(c, "HTTP/1.1 202 Yes\r\nContent-Length: 3\r\n\r\nyes");
  pair_run_until(c->pair, &c->has_data);
  pair_settle(c->pair);
  assert_false(c->is_ended);
  size_t before = hc_buffer_len(&c->pair->server.got);
  assert_int_equal(hc_http_write(c->call, hc_span_str("the rest")), 0);
  assert_int_equal(hc_http_end(c->call), 0);
  assert_whole(c, "yes");
  call_await_bytes(c->pair, before + strlen("8\r\nthe rest\r\n0\r\n\r\n"));
  assert_non_null(strstr(call_sent(c), "the rest\r\n0\r\n\r\n"));
}

/* An answer that is there is not lost with the body that nobody took. */
static void test_a_whole_answer_outlives_the_connection(void **state)
{
  struct call *c = *state;

  begin_upload(c, 1000);
  call_answer(c, "HTTP/1.1 200 Yes\r\nContent-Length: 3\r\n\r\nyes");
  pair_run_until(c->pair, &c->has_data);
  end_close(&c->pair->server, HC_STREAM_ABORT);
  while (!c->is_ended) {
    (void)hc_http_write(c->call, hc_span_str("more"));
    pair_run_ms(c->pair, 1);
  }
  assert_whole(c, "yes");
}

static void test_half_an_answer_is_lost_with_the_connection(void **state)
{
  struct call *c = *state;

  begin_upload(c, 1000);
  call_answer(c, "HTTP/1.1 200 Yes\r\nContent-Length: 4\r\n\r\nyes");
  pair_run_until(c->pair, &c->has_data);
  end_close(&c->pair->server, HC_STREAM_ABORT);
  while (!c->is_ended) {
    (void)hc_http_write(c->call, hc_span_str("more"));
    pair_run_ms(c->pair, 1);
  }
  call_assert_fault(c, HYCO_EDROPPED, "broke off");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CALL_BOTH(test_a_refusal_ends_a_call_whose_body_stands),
    CALL_BOTH(test_a_refusal_may_end_with_its_connection),
    CALL_BOTH(test_a_refused_body_may_end_early),
    CALL_BOTH(test_an_early_success_lets_the_body_go_on),
    CALL_BOTH(test_a_whole_answer_outlives_the_connection),
    CALL_BOTH(test_half_an_answer_is_lost_with_the_connection),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
