/* What a receiver makes of HTTP requests over the control channel, and how it
 * answers there: a real receiver against a service in raw bytes. */
#include "sim_http.h"
#include "support/check.h"

#include <limits.h>

enum { TURN_MS = 100 };

#define NO_BODY                                             \
  "\"statusDescription\":\"Words\",\"responseHeaders\":{}," \
  "\"body\":false"
#define BODY                                                \
  "\"statusDescription\":\"Words\",\"responseHeaders\":{}," \
  "\"body\":true"

static struct raw_peer *start(struct sim_service *s)
{
  return sim_service_opened(s, SIM_CONTROL);
}

/* protocol.md, request: "Up to 64 kB of body go over the control channel" */
/* surface: on_http_request, send_http_response */
static void a_request_is_told_and_answered_on_the_control_channel(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_answer(s, 1, 200, "hello"), 0);
  http_expect_response(control, "a", 200, BODY);
  http_expect(control, HTTP_BINARY, "hello");
  assert_int_equal(http_answer(s, 1, 200, "hello"), HYCO_ENOREQUEST);
  sim_world_run(&s->world, TURN_MS, "");
}

/* protocol.md, request: "the body follows as one binary message, possibly in
 * several frames" */
/* surface: on_http_request */
static void a_body_in_frames_is_told_whole(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY_BEGINS, hc_span_str("one "));
  raw_send_server_frame(control, HTTP_MORE, hc_span_str("two "));
  sim_world_run(&s->world, TURN_MS, "");
  raw_send_server_frame(control, HTTP_LAST, hc_span_str("three"));
  sim_world_run(&s->world, TURN_MS,
                "r0 http 1 POST /hyco/x?y=1 \"one two three\"\n");
  assert_int_equal(http_answer(s, 1, 204, ""), 0);
  http_expect_response(control, "a", 204, NO_BODY);
}

/* protocol.md, response: "Answers may come in any order" */
/* surface: send_http_response */
static void answers_may_come_in_any_order(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "GET", false);
  http_send_request(s, control, "b", "GET", false);
  http_send_request(s, control, "c", "GET", false);
  sim_world_run(&s->world, TURN_MS,
                "r0 http 1 GET /hyco/x?y=1 \"\"\n"
                "r0 http 2 GET /hyco/x?y=1 \"\"\n"
                "r0 http 3 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_answer(s, 3, 403, ""), 0);
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
  assert_int_equal(http_answer(s, 2, 404, "no"), 0);
  http_expect_response(control, "c", 403, NO_BODY);
  http_expect_response(control, "a", 200, NO_BODY);
  http_expect_response(control, "b", 404, BODY);
  http_expect(control, HTTP_BINARY, "no");
}

static void answer_at_once(void *user_data)
{
  assert_int_equal(http_answer(user_data, 1, 200, "now"), 0);
  assert_int_equal(http_answer(user_data, 1, 200, "now"), HYCO_ENOREQUEST);
}

static void a_request_is_answered_inside_the_event(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  sim_world_on(&s->world, "r0 http 1", answer_at_once, s);
  http_send_request(s, control, "a", "GET", false);
  http_expect_response(control, "a", 200, BODY);
  http_expect(control, HTTP_BINARY, "now");
}

static void unknown_ids_and_bad_statuses_are_errors(void **state)
{
  struct sim_service *s = *state;
  static const int bad[] = { -1, 0, 100, 101, 199, 502, 504, 1000 };
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "GET", false);
  sim_world_wait(&s->world, "r0 http 1", SIM_WAIT_MS);
  assert_int_equal(http_answer(s, 0, 200, ""), HYCO_ENOREQUEST);
  assert_int_equal(http_answer(s, 2, 200, ""), HYCO_ENOREQUEST);
  for (size_t i = 0; i < CHECK_COUNT(bad); i++)
    assert_int_equal(http_answer(s, 1, bad[i], ""), HYCO_EBADSTATUS);
  assert_string_equal(http_words(s),
                      "status 1000: allowed are 200 to 999 but 502 and 504");
  assert_int_equal(http_answer(s, 1, 999, ""), 0);
  http_expect_response(control, "a", 999, NO_BODY);
}

/* DESIGN section 8: "the application never answers an HTTP request" */
static void a_request_nobody_answers_is_answered_at_55_s(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "GET", false);
  sim_world_run(&s->world, 54900, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
  sim_world_run(&s->world, 200,
                "r0 error 10060 request 1 was not answered within 55 s\n");
  http_expect_response(control, "a", 500,
                       "\"statusDescription\":\"The receiver did not "
                       "respond.\",\"responseHeaders\":{},\"body\":false");
  assert_int_equal(http_answer(s, 1, 200, ""), HYCO_ENOREQUEST);
}

/* spec hybrid-connections.md 1.8, "no handler" */
static void without_a_handler_requests_are_answered_501(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  s->world.receivers[0].core->events.on_http_request = NULL;
  http_send_request(s, control, "a", "GET", false);
  http_expect_response(control, "a", 501,
                       "\"statusDescription\":\"The listener RequestHandler "
                       "has not been configured.\",\"responseHeaders\":{},"
                       "\"body\":false");
  sim_world_run(&s->world, TURN_MS, "");
}

/* RFC 9110 9.3.2, 15.3.5, 15.4.5 */
static void answers_that_have_no_content_are_sent_without_it(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "HEAD", false);
  http_send_request(s, control, "b", "GET", false);
  http_send_request(s, control, "c", "GET", false);
  sim_world_wait(&s->world, "r0 http 3", SIM_WAIT_MS);
  assert_int_equal(http_answer(s, 1, 200, "body"), 0);
  assert_int_equal(http_answer(s, 2, 204, "body"), 0);
  assert_int_equal(http_answer(s, 3, 304, "body"), 0);
  http_expect_response(control, "a", 200, NO_BODY);
  http_expect_response(control, "b", 204, NO_BODY);
  http_expect_response(control, "c", 304, NO_BODY);
}

/* As long as it would have been, it needs no rendezvous then. */
static void a_long_answer_without_content_stays_on_the_channel(void **state)
{
  struct sim_service *s = *state;
  static char body[70001];
  struct raw_peer *control = start(s);

  memset(body, 'x', sizeof body - 1);
  http_send_request(s, control, "a", "HEAD", false);
  http_send_request(s, control, "b", "GET", false);
  sim_world_wait(&s->world, "r0 http 2", SIM_WAIT_MS);
  assert_int_equal(http_answer(s, 1, 200, body), 0);
  assert_int_equal(http_answer(s, 2, 304, body), 0);
  http_expect_response(control, "a", 200, NO_BODY);
  http_expect_response(control, "b", 304, NO_BODY);
}

static void headers_go_along_and_set_cookie_may_be_repeated(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "GET", false);
  sim_world_wait(&s->world, "r0 http 1", SIM_WAIT_MS);
  assert_int_equal(http_add_header(s, 1, "Content-Type", "text/plain"), 0);
  assert_int_equal(http_add_header(s, 1, "Set-Cookie", "a=1"), 0);
  assert_int_equal(http_add_header(s, 1, "Set-Cookie", "b=2"), 0);
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
  http_expect_response(control, "a", 200,
                       "\"statusDescription\":\"Words\",\"responseHeaders\":{"
                       "\"Content-Type\":\"text/plain\",\"Set-Cookie\":"
                       "\"a=1\",\"set-Cookie\":\"b=2\"},\"body\":false");
}

/* spec hybrid-connections.md 4.4: injection is refused */
static void headers_that_must_not_stand_there_are_errors(void **state)
{
  struct sim_service *s = *state;
  static const char *const bad[][2] = {
    { "", "x" },           { "A B", "x" },
    { "A:", "x" },         { "A\r\nB", "x" },
    { "A", "x\r\nB: y" },  { "A", "x\n" },
    { "A", "\x01" },       { "Content-Length", "1" },
    { "connection", "x" }, { "Transfer-Encoding", "chunked" },
    { "Upgrade", "x" },    { "Trailer", "x" },
  };
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "GET", false);
  sim_world_wait(&s->world, "r0 http 1", SIM_WAIT_MS);
  for (size_t i = 0; i < CHECK_COUNT(bad); i++)
    assert_int_equal(http_add_header(s, 1, bad[i][0], bad[i][1]),
                     HYCO_EBADVALUE);
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
  http_expect_response(control, "a", 200, NO_BODY);
}

/* spec hybrid-connections.md 9.6: "an empty binary message after a response" */
static void binary_messages_that_belong_to_nobody_are_ignored(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str(""));
  http_send_request(s, control, "a", "GET", false);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("stray"));
  http_send_request(s, control, "b", "GET", false);
  sim_world_run(&s->world, TURN_MS,
                "r0 http 1 GET /hyco/x?y=1 \"\"\n"
                "r0 http 2 GET /hyco/x?y=1 \"\"\n");
}

static void a_body_that_is_not_there_is_reported_and_not_fatal(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "POST", true);
  http_send_request(s, control, "b", "GET", false);
  sim_world_run(&s->world, TURN_MS,
                "r0 error 600 a text message came where a request's body was "
                "due\nr0 http 1 GET /hyco/x?y=1 \"\"\n");
}

/* MaxRequestSize */
static void a_body_above_the_limit_is_answered_413(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  sim_receiver_set(&s->world.receivers[0], "MaxRequestSize=4");
  http_send_request(s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("1234"));
  sim_world_run(&s->world, TURN_MS, "r0 http 1 POST /hyco/x?y=1 \"1234\"\n");
  http_send_request(s, control, "b", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY_BEGINS, hc_span_str("12345"));
  http_expect_response(control, "b", 413,
                       "\"statusDescription\":\"The body is longer than this "
                       "receiver takes.\",\"responseHeaders\":{},"
                       "\"body\":false");
  raw_send_server_frame(control, HTTP_LAST, hc_span_str("6"));
  http_send_request(s, control, "c", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
}

/* A receiver lives for years: behind the last number the first comes again,
 * unless it is in use. */
static void ids_begin_anew_behind_the_last_and_none_is_taken_twice(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  struct hc_receiver *core = s->world.receivers[0].core;
  core->last_id = 1;
  http_send_request(s, control, "a", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  core->last_id = INT_MAX - 1;
  http_send_request(s, control, "b", "GET", false);
  http_send_request(s, control, "c", "GET", false);
  http_send_request(s, control, "d", "GET", false);
  sim_world_run(&s->world, TURN_MS,
                "r0 http 2147483647 GET /hyco/x?y=1 \"\"\n"
                "r0 http 1 GET /hyco/x?y=1 \"\"\n"
                "r0 http 3 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_answer(s, 2, 201, ""), 0);
  http_expect_response(control, "a", 201, NO_BODY);
  assert_int_equal(http_answer(s, INT_MAX, 202, ""), 0);
  http_expect_response(control, "b", 202, NO_BODY);
}

/* hyco/http.h: on_http_request_data comes "with StreamRequests" */
static void a_request_told_whole_is_told_nothing_more_when_resumed(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_request(s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("body"));
  sim_world_run(&s->world, TURN_MS, "r0 http 1 POST /hyco/x?y=1 \"body\"\n");
  hc_exchange_pause(hc_requests_find(s->world.receivers[0].core, 1));
  hc_exchange_resume(hc_requests_find(s->world.receivers[0].core, 1));
  sim_world_run(&s->world, TURN_MS, "");
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
  http_expect_response(control, "a", 200, NO_BODY);
}

/* MaxHeldRequests: bodies that are coming, and those that a paused application
 * has not seen, count together; each that is over gives back. */
static void all_bodies_together_are_bounded(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  struct hc_receiver *core = s->world.receivers[0].core;
  sim_receiver_set(&s->world.receivers[0], "MaxHeldRequests=10");
  sim_receiver_set(&s->world.receivers[0], "StreamRequests=1");
  http_send_request(s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY_BEGINS, hc_span_str("1234567"));
  sim_run(s->world.sim, TURN_MS);
  assert_int_equal(core->requests.held, 7);
  raw_send_server_frame(control, HTTP_LAST, hc_span_str("8901"));
  http_expect_response(control, "a", 503,
                       "\"statusDescription\":\"The receiver holds as many "
                       "requests as it takes.\",\"responseHeaders\":{},"
                       "\"body\":false");
  sim_run(s->world.sim, TURN_MS);
  assert_int_equal(core->requests.held, 0);
  http_send_request(s, control, "b", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("1234567890"));
  sim_world_run(&s->world, TURN_MS,
                "r0 http 1 POST /hyco/x?y=1 \"\"\n"
                "r0 http 1 \"1234567890\" end\n");
  assert_int_equal(core->requests.held, 0);
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
}

static void free_receiver(void *user_data)
{
  sim_receiver_free(user_data);
}

static void the_receiver_may_be_freed_inside_the_handler(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  sim_world_on(&s->world, "r0 http 1", free_receiver, &s->world.receivers[0]);
  http_send_request(s, control, "a", "GET", false);
  http_send_request(s, control, "b", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SERVICE_TEST(a_request_is_told_and_answered_on_the_control_channel, 1),
    SERVICE_TEST(a_body_in_frames_is_told_whole, 2),
    SERVICE_TEST(answers_may_come_in_any_order, 3),
    SERVICE_TEST(a_request_is_answered_inside_the_event, 4),
    SERVICE_TEST(unknown_ids_and_bad_statuses_are_errors, 5),
    SERVICE_TEST(a_request_nobody_answers_is_answered_at_55_s, 6),
    SERVICE_TEST(without_a_handler_requests_are_answered_501, 7),
    SERVICE_TEST(answers_that_have_no_content_are_sent_without_it, 8),
    SERVICE_TEST(a_long_answer_without_content_stays_on_the_channel, 8),
    SERVICE_TEST(headers_go_along_and_set_cookie_may_be_repeated, 9),
    SERVICE_TEST(headers_that_must_not_stand_there_are_errors, 10),
    SERVICE_TEST(binary_messages_that_belong_to_nobody_are_ignored, 11),
    SERVICE_TEST(a_body_that_is_not_there_is_reported_and_not_fatal, 12),
    SERVICE_TEST(a_body_above_the_limit_is_answered_413, 13),
    SERVICE_TEST(ids_begin_anew_behind_the_last_and_none_is_taken_twice, 16),
    SERVICE_TEST(all_bodies_together_are_bounded, 17),
    SERVICE_TEST(a_request_told_whole_is_told_nothing_more_when_resumed, 15),
    SERVICE_TEST(the_receiver_may_be_freed_inside_the_handler, 14),
  };
  return cmocka_run_group_tests_name("sim_http", tests, NULL, NULL);
}
