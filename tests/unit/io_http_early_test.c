/* The HTTP client: answers that come before the request's body is whole. */
#include "unit/io_call.h"
#include "unit/tls_files.h"

#include "base/memory.h"
#include "io/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

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

/* The server writes, and resets before the client has read: as a server's
 * kernel does that is closed with bytes unread. */
static void answer_and_reset(struct call *c, const char *text)
{
  call_answer(c, text);
  hc_loop_turn(c->pair->loop, 0, false); /* its flush is behind its reading */
  assert_false(c->has_head);
  end_close(&c->pair->server, HC_STREAM_ABORT);
}

static void test_a_reset_does_not_overtake_the_answer(void **state)
{
  struct call *c = *state;
  static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes",
    "HTTP/1.1 200 A\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n",
  };

  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    call_ask(c);
    answer_and_reset(c, answers[i]);
    assert_whole(c, "yes");
    call_renew(c);
  }
}

static void test_a_reset_does_not_overtake_a_refusal(void **state)
{
  struct call *c = *state;

  begin_upload(c, HC_HTTP_CHUNKED);
  answer_and_reset(c, too_large);
  assert_whole(c, "no");
}

/* In the middle of a turn: the client was told that it may send. */
static void refuse_and_reset(struct end *server, struct hc_span *in)
{
  int fd = hc_io_stream(server->stream)->fd;

  hc_span_drop(in, in->len);
  assert_int_equal(send(fd, too_large, strlen(too_large), MSG_NOSIGNAL),
                   strlen(too_large));
  end_close(server, HC_STREAM_ABORT);
}

static void test_a_refusal_is_looked_for_before_more_is_sent(void **state)
{
  struct call *c = *state;
  uint8_t *bytes = pair_pattern(HC_HTTP_OUT_MAX);

  c->request.method = "POST";
  c->request.body = HC_HTTP_CHUNKED;
  c->pair->server.on_data = refuse_and_reset;
  call_start(c, &call_handler);
  while (!c->is_ended) {
    (void)hc_http_write(c->call, hc_span_of(bytes, HC_HTTP_OUT_MAX / 2));
    hc_loop_turn(c->pair->loop, 50, false);
  }
  assert_whole(c, "no");
  hc_free(bytes);
}

static void test_a_reset_is_no_end_of_an_answer(void **state)
{
  struct call *c = *state;

  call_ask(c);
  answer_and_reset(c, "HTTP/1.1 200 OK\r\n\r\nyes");
  call_await_end(c);
  call_assert_fault(c, HYCO_EDROPPED, "broke off");
}

/* Nothing is read then, and nothing written: the reset must not be reported
 * over and over. */
static void test_a_reset_ends_a_call_that_stands_both_ways(void **state)
{
  struct call *c = *state;
  uint8_t *bytes = pair_pattern(2 * MIB);
  static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";

  begin_upload(c, HC_HTTP_CHUNKED);
  c->pause_at_head = true;
  call_answer(c, head);
  for (size_t sent = 0; sent < 2 * MIB; sent += MIB / 4) {
    if (hc_stream_write(c->pair->server.stream,
                        hc_span_of(bytes + sent, MIB / 4)) != 0)
      break;
    pair_settle(c->pair);
  }
  pair_run_until(c->pair, &c->has_head);
  pair_settle(c->pair);
  end_close(&c->pair->server, HC_STREAM_ABORT);
  unsigned turns = 0;
  uint64_t end_ms = hc_net_now_ms(c->pair->net) + 200;
  while (!c->is_ended && hc_net_now_ms(c->pair->net) < end_ms) {
    hc_loop_turn(c->pair->loop, 50, false);
    turns++;
  }
  assert_true(turns < 100);
  hc_http_resume(c->call);
  call_await_end(c);
  call_assert_fault(c, HYCO_EDROPPED, "broke off");
  hc_free(bytes);
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
    CALL_BOTH(test_a_reset_does_not_overtake_the_answer),
    CALL_BOTH(test_a_reset_does_not_overtake_a_refusal),
    CALL_WITH(plain, test_a_refusal_is_looked_for_before_more_is_sent),
    CALL_BOTH(test_a_reset_is_no_end_of_an_answer),
    CALL_BOTH(test_a_reset_ends_a_call_that_stands_both_ways),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
