/* hyco/http.h against a relay in the same process: answers in pieces, bodies
 * that are streamed, ends that nobody wanted, and a lack of memory. */
#include "api_http_world.h"

#include "support/alloc_trap.h"
#include <stdlib.h>
#include <string.h>

enum { HELD_MAX = 65536, LONG = 300000, ALLOCATIONS_MAX = 100 };

/* --- an answer in pieces --- */

static void once_it_has_begun_the_head_is_fixed(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_ask(w);
  hyco_receiver *r = w->receiver;

  assert_int_equal(hyco_response_write(r, w->id, "a", 1), 0);
  assert_int_equal(hyco_response_set_status(r, w->id, 201, "still"), 0);
  assert_int_equal(hyco_receiver_send_http_response(r, w->id, 200, "", "x", 1),
                   HYCO_ENOREQUEST);
  assert_int_equal(hyco_response_flush(r, w->id), 0);
  http_await_status(w, a, 201);
  assert_int_equal(hyco_response_set_status(r, w->id, 202, ""),
                   HYCO_ENOREQUEST);
  assert_int_equal(hyco_response_add_header(r, w->id, "N", "v"),
                   HYCO_ENOREQUEST);
  assert_int_equal(hyco_receiver_send_http_response(r, w->id, 200, "", "x", 1),
                   HYCO_ENOREQUEST);
  assert_int_equal(hyco_response_write(r, w->id, "b", 1), 0);
  assert_int_equal(hyco_response_end(r, w->id), 0);
  http_await_answer(w, a, 201, "still", "ab");
}

/* Writes until it would block; how much was taken. */
static size_t fill(struct http_world *w)
{
  static const char piece[10000];
  size_t written = 0;
  int rc = 0;

  while (rc == 0) {
    rc = hyco_response_write(w->receiver, w->id, piece, sizeof piece);
    written += rc == 0 ? sizeof piece : 0;
    assert_in_range(written, 0, 64 << 20);
    if (rc == 0)
      hyco_loop_do_events(w->loop, 0);
  }
  assert_int_equal(rc, HYCO_EWOULDBLOCK);
  return written;
}

/* surface: on_http_ready */
static void a_long_answer_would_block_and_tells_when_ready(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_ask(w);
  size_t written = 0;

  for (int i = 0; i < 3; i++) {
    hyco_request_accept_data(a->request, false);
    written += fill(w);
    assert_int_equal(w->ready, i);
    hyco_request_accept_data(a->request, true);
    http_await(w, &w->ready, i + 1);
  }
  assert_int_equal(hyco_response_end(w->receiver, w->id), 0);
  http_await(w, &a->done, 1);
  assert_int_equal(a->error, 0);
  assert_int_equal(a->len, written); /* all or nothing, each time */
}

static void a_long_answer_at_once_is_taken_whole(void **state)
{
  struct http_world *w = *state;
  char *body = calloc(1, LONG);
  struct http_asked *a = http_ask(w);

  assert_non_null(body);
  assert_int_equal(
      hyco_receiver_send_http_response(w->receiver, w->id, 200, "", body, LONG),
      0);
  free(body); /* it was copied */
  http_check_unknown(w, w->id);
  http_await(w, &a->done, 1);
  assert_int_equal(a->error, 0);
  assert_int_equal(a->len, LONG);
}

static void what_has_no_body_gets_none(void **state)
{
  struct http_world *w = *state;
  static const struct {
    const char *method;
    int status;
  } cases[] = { { "HEAD", 200 }, { "GET", 204 }, { "GET", 304 } };

  for (size_t i = 0; i < 2 * CHECK_COUNT(cases); i++) {
    struct http_asked *a = http_prepare(w, cases[i / 2].method);
    bool flushes = i % 2 == 1;
    assert_int_equal(hyco_request_start(a->request), 0);
    http_await(w, &w->told, (int)i + 1);
    hyco_receiver *r = w->receiver;
    assert_int_equal(
        hyco_response_set_status(r, w->id, cases[i / 2].status, "none"), 0);
    assert_int_equal(hyco_response_write(r, w->id, "body", 4), 0);
    if (flushes)
      assert_int_equal(hyco_response_flush(r, w->id), 0);
    assert_int_equal(hyco_response_write(r, w->id, "more", 4), 0);
    assert_int_equal(hyco_response_end(r, w->id), 0);
    http_await_answer(w, a, cases[i / 2].status, "none", "");
  }
}

static void an_answer_that_is_given_up_is_500_or_a_cut(void **state)
{
  struct http_world *w = *state;
  hyco_receiver *r = w->receiver;
  struct http_asked *a = http_ask(w);

  assert_int_equal(hyco_response_write(r, w->id, "held", 4), 0);
  assert_int_equal(hyco_response_abort(r, w->id), 0);
  http_check_unknown(w, w->id);
  http_await_answer(w, a, 500, "The receiver gave the answer up.", "");

  a = http_ask(w);
  assert_int_equal(hyco_response_write(r, w->id, "begun", 5), 0);
  assert_int_equal(hyco_response_flush(r, w->id), 0);
  http_await_status(w, a, 200);
  assert_int_equal(hyco_response_abort(r, w->id), 0);
  http_check_unknown(w, w->id);
  http_await(w, &a->done, 1);
  assert_int_equal(a->error, -HYCO_EDROPPED);
  assert_int_equal(w->cancelled, 0); /* it knows */
}

/* --- bodies that are streamed --- */

static void expect_no_data(struct http_world *w, const hyco_http_request *e)
{
  assert_null(e->request_data);
  assert_int_equal(e->request_data_len, 0);
  assert_int_equal(e->has_body, strcmp(e->request_method, "GET") != 0);
  assert_int_equal(hyco_receiver_pause_request(w->receiver, w->id), 0);
  assert_int_equal(hyco_receiver_pause_request(w->receiver, w->id), 0);
}

/* surface: on_http_request_data */
static void a_paused_body_stays_where_it_is(void **state)
{
  struct http_world *w = *state;
  static const size_t sizes[] = { 1, HELD_MAX, LONG };
  static const char body[LONG];

  w->app = expect_no_data;
  for (size_t i = 0; i < CHECK_COUNT(sizes); i++) {
    struct http_asked *a = http_prepare(w, "POST");
    assert_int_equal(hyco_request_set_body(a->request, body, sizes[i]), 0);
    assert_int_equal(hyco_request_start(a->request), 0);
    w->data = 0;
    w->ends = 0;
    http_await(w, &w->told, (int)i + 1);
    http_turn(w, 20);
    assert_int_equal(w->data, 0);
    assert_int_equal(w->ends, 0);
    assert_int_equal(hyco_receiver_resume_request(w->receiver, w->id), 0);
    http_await(w, &w->ends, 1);
    assert_int_equal(w->data, sizes[i]);
    assert_int_equal(hyco_receiver_resume_request(w->receiver, w->id), 0);
    http_answer(w);
    http_await_answer(w, a, 200, "fine", "body");
  }
  struct http_asked *a =
      http_ask(w); /* a GET: no body, and nothing is told of it */
  w->ends = 0;
  assert_int_equal(hyco_receiver_resume_request(w->receiver, w->id), 0);
  http_turn(w, 20);
  assert_int_equal(w->ends, 0);
  http_answer(w);
  http_await_answer(w, a, 200, "fine", "body");
}

static void the_sender_feels_the_pause(void **state)
{
  struct http_world *w = *state;
  static const char piece[131072];
  struct http_asked *a = http_prepare(w, "PUT");
  size_t written = 0;
  int blocked = 0;

  w->app = expect_no_data;
  assert_int_equal(hyco_request_stream_body(a->request, -1), 0);
  assert_int_equal(hyco_request_start(a->request), 0);
  http_await(w, &w->told, 1);
  /* It is blocked when it has not got rid of anything for many turns. */
  while (blocked < 200) {
    int rc = hyco_request_write(a->request, piece, sizeof piece);
    assert_true(rc == 0 || rc == HYCO_EWOULDBLOCK);
    written += rc == 0 ? sizeof piece : 0;
    assert_in_range(written, 0, 64 << 20);
    blocked = rc == 0 ? 0 : blocked + 1;
    hyco_loop_do_events(w->loop, 1);
  }
  assert_int_equal(w->data, 0);
  assert_int_equal(hyco_receiver_resume_request(w->receiver, w->id), 0);
  assert_int_equal(hyco_request_end(a->request), 0);
  http_await(w, &w->ends, 1);
  assert_int_equal(w->data, written);
  http_answer(w);
  http_await_answer(w, a, 200, "fine", "body");
}

/* --- ends that nobody wanted --- */

/* surface: on_http_request_cancelled */
static void a_sender_that_goes_cancels_its_request(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_ask(w);

  assert_int_equal(hyco_response_write(w->receiver, w->id, "begun", 5), 0);
  assert_int_equal(hyco_response_flush(w->receiver, w->id), 0);
  http_await_status(w, a, 200);
  hyco_request_free(a->request);
  a->request = NULL;
  http_await(w, &w->cancelled, 1);
  assert_int_equal(w->cancelled_id, w->id);
  assert_int_equal(w->cancelled_code, -HYCO_EDROPPED);
  http_check_unknown(w, w->id);
}

static void a_shutdown_answers_503_and_cancels(void **state)
{
  struct http_world *w = *state;
  struct http_asked *held = http_ask(w);

  hyco_receiver_shutdown(w->receiver);
  http_await(w, &w->cancelled, 1);
  assert_int_equal(w->cancelled_id, w->id);
  assert_int_equal(w->cancelled_code, -HYCO_EINTERRUPTED);
  http_check_unknown(w, w->id);
  http_await_answer(w, held, 503, "The listener was shut down.", "");
}

static int try_header(struct http_world *w)
{
  return hyco_response_add_header(w->receiver, w->id, "N", "v");
}

static int try_status(struct http_world *w)
{
  return hyco_response_set_status(w->receiver, w->id, 200, "fine");
}

static int try_write(struct http_world *w)
{
  return hyco_response_write(w->receiver, w->id, "body", 4);
}

static int try_end(struct http_world *w)
{
  return hyco_response_end(w->receiver, w->id);
}

/* Each allocation in turn: the call fails, the request is still there. */
static void without_memory_it_is_still_to_be_answered(void **state)
{
  struct http_world *w = *state;
  static int (*const calls[])(struct http_world * w) = { try_header, try_status,
                                                         try_write, try_end };
  struct http_asked *a = http_ask(w);

  http_turn(w, 20); /* the relay has nothing to do meanwhile */
  for (size_t i = 0; i < CHECK_COUNT(calls); i++) {
    bool has_failed = true;
    for (size_t n = 0; has_failed; n++) {
      assert_in_range(n, 0, ALLOCATIONS_MAX);
      alloc_trap_set(n);
      int rc = calls[i](w);
      has_failed = alloc_trap_clear();
      assert_int_equal(rc, has_failed ? HYCO_ENOMEM : 0);
    }
  }
  http_await_answer(w, a, 200, "fine", "body");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, http_setup, http_teardown)
#define STREAMED(f) \
  cmocka_unit_test_setup_teardown(f, http_setup_streaming, http_teardown)
  const struct CMUnitTest tests[] = {
    TEST(once_it_has_begun_the_head_is_fixed),
    TEST(a_long_answer_would_block_and_tells_when_ready),
    TEST(a_long_answer_at_once_is_taken_whole),
    TEST(what_has_no_body_gets_none),
    TEST(an_answer_that_is_given_up_is_500_or_a_cut),
    STREAMED(a_paused_body_stays_where_it_is),
    STREAMED(the_sender_feels_the_pause),
    TEST(a_sender_that_goes_cancels_its_request),
    TEST(a_shutdown_answers_503_and_cancels),
    TEST(without_memory_it_is_still_to_be_answered),
  };
#undef STREAMED
#undef TEST
  return cmocka_run_group_tests_name("api_http_stream", tests, http_relay_start,
                                     http_relay_stop);
}
