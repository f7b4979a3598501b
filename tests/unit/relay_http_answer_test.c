/* A listener's response: what the sender gets of it (spec protocol.md,
 * response; hybrid-connections.md 1.6, 1.8, 4.4, 6.1, 9). */
#include "support/check.h"
#include "support/relay_http.h"
#include <time.h>

/* "Date: ", RFC 9110 5.6.7, CRLF */
enum { DATE_LEN = 6 + 29 + 2 };

/* The head without its Date. */
static void expect_head(struct http_world *h, const char *head)
{
  (void)http_answer(h);
  char *date = strstr(h->w.head, "Date: ");
  assert_non_null(date);
  assert_true(strlen(date) > DATE_LEN);
  memmove(date, date + DATE_LEN, strlen(date + DATE_LEN) + 1);
  assert_string_equal(h->w.head, head);
}

/* RFC 9110 6.6.1: "A recipient with a clock that receives a response message
 * without a Date header field MUST record the time it was received and append a
 * corresponding Date header field to the message's header section if it is
 * cached or forwarded downstream." */
static void a_date_is_added_where_the_listener_gives_none(void **state)
{
  struct http_world *h = *state;
  char now[DATE_LEN + 1];

  http_get(h);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  time_t wall_s = (time_t)hc_net_wall_s(sim_net(h->w.sim));
  struct tm tm;
  assert_non_null(gmtime_r(&wall_s, &tm));
  assert_int_equal(
      strftime(now, sizeof now, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm),
      DATE_LEN);
  assert_non_null(strstr(h->w.head, now));

  http_get(h);
  http_respond(h, &h->listener, 200,
               ",\"responseHeaders\":{\"date\":\"its own\"}");
  assert_int_equal(http_answer(h), 200);
  assert_non_null(strstr(h->w.head, "date: its own\r\n"));
  assert_null(strstr(h->w.head, "Date: "));
}

/* spec hybrid-connections.md 6.1, StatusCodes; RFC 9112 6.3. */
static void all_final_statuses_pass_with_their_framing(void **state)
{
  struct http_world *h = *state;
  static const int statuses[] = { 200, 201, 202, 203, 204, 205, 206, 300, 301,
                                  302, 303, 304, 306, 307, 400, 401, 402, 403,
                                  404, 405, 406, 407, 408, 409, 410, 411, 412,
                                  413, 414, 415, 416, 417, 418, 426, 450, 500,
                                  501, 502, 503, 504, 505, 599, 999 };

  for (size_t i = 0; i < CHECK_COUNT(statuses); i++) {
    int status = statuses[i];
    http_get(h);
    http_respond(h, &h->listener, status, "");
    assert_int_equal(http_answer(h), status);
    bool has_none = status == 204 || status == 304;
    assert_int_equal(strstr(h->w.head, "Content-Length: 0\r\n") == NULL,
                     has_none);
    assert_null(strstr(h->w.head, "Transfer-Encoding"));
    assert_non_null(strstr(h->w.head, "Via: 1.1 a\r\n"));
  }
}

/* RFC 9110 6.4.1; a body that the listener sends all the same is dropped. */
static void what_has_no_body_gets_none(void **state)
{
  struct http_world *h = *state;
  static const struct {
    const char *method;
    int status;
  } cases[] = {
    { "HEAD", 200 }, { "GET", 204 }, { "GET", 205 }, { "GET", 304 }
  };
  char request[128];

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    snprintf(request, sizeof request, "%s /open HTTP/1.1\r\nHost: a\r\n\r\n",
             cases[i].method);
    raw_send_str(&h->sender, request);
    (void)http_read_request(h, &h->listener);
    http_respond(h, &h->listener, cases[i].status, ",\"body\":true");
    raw_send_frame(&h->listener, 0x82, hc_span_str("surprise"));
    assert_int_equal(http_answer(h), cases[i].status);
    raw_expect_silence(&h->sender, 100);
  }
}

static void fields_and_text_are_the_listeners(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  http_respond(h, &h->listener, 201,
               ",\"statusDescription\":\"Made, so: it is\",\"body\":true,"
               "\"responseHeaders\":{\"x-one\":\"1, 2\",\"Set-Cookie\":"
               "[\"a=1\",\"b=2\"],\"Connection\":\"x-hop, close\","
               "\"X-Hop\":\"1\",\"Content-Length\":\"99\",\"Transfer-Encoding\""
               ":\"gzip\",\"Keep-Alive\":\"5\",\"TE\":\"x\",\"Trailer\":\"y\","
               "\"Upgrade\":\"z\",\"Close\":\"c\",\"Via\":\"1.1 origin\"}");
  raw_send_frame(&h->listener, 0x82, hc_span_str("hello"));
  expect_head(h, "HTTP/1.1 201 Made, so: it is\r\nx-one: 1, 2\r\n"
                 "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nVia: 1.1 origin\r\n"
                 "Via: 1.1 a\r\nContent-Length: 5\r\n\r\n");
  http_expect_bytes(&h->sender, "hello");

  /* spec hybrid-connections.md 6.1, AllowNullStatusDescription */
  http_get(h);
  http_respond(h, &h->listener, 201, ",\"statusDescription\":null");
  (void)http_answer(h);
  assert_non_null(strstr(h->w.head, "HTTP/1.1 201 Created\r\n"));
}

/* spec hybrid-connections.md 1.8 and 9.6. */
static void stray_and_fragmented_binaries_do_no_harm(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  http_respond(h, &h->listener, 204, ",\"body\":false");
  raw_send_frame(&h->listener, 0x82, hc_span_str(""));
  assert_int_equal(http_answer(h), 204);

  http_get(h);
  http_respond(h, &h->listener, 200, ",\"body\":true");
  raw_send_frame(&h->listener, 0x02, hc_span_str("he"));
  raw_send_frame(&h->listener, 0x89, hc_span_str("ping"));
  raw_send_frame(&h->listener, 0x00, hc_span_str("ll"));
  raw_send_frame(&h->listener, 0x80, hc_span_str("o"));
  raw_expect_frame(&h->listener, 0x8a, "ping");
  assert_int_equal(http_answer(h), 200);
  http_expect_bytes(&h->sender, "hello");
}

/* Each request meanwhile is written whole between two frames. */
static void the_control_channel_serves_others_meanwhile(void **state)
{
  struct http_world *h = *state;
  struct raw_peer *other = world_peer(&h->w);

  http_get(h);
  http_respond(h, &h->listener, 200, ",\"body\":true");
  raw_send_frame(&h->listener, 0x02, hc_span_str("he"));
  raw_dial(other, h->w.sim, h->w.port);
  raw_send_str(other, "POST /open HTTP/1.1\r\nHost: a\r\n"
                      "Content-Length: 3\r\n\r\nabc");
  (void)http_read_request(h, &h->listener);
  http_expect_body(&h->listener, 0x82, "abc");
  raw_send_frame(&h->listener, 0x80, hc_span_str("llo"));
  assert_int_equal(http_answer(h), 200);
  http_expect_bytes(&h->sender, "hello");
  http_respond(h, &h->listener, 202, "");
  assert_int_equal(world_answer(&h->w, other), 202);
}

/* RFC 9112 9.3. */
static void connections_persist_as_their_version_says(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "GET /open HTTP/1.0\r\nConnection: keep-alive\r\n"
                           "Host: a\r\n\r\n");
  (void)http_read_request(h, &h->listener);
  http_respond_with(h, &h->listener, "hi");
  expect_head(h, "HTTP/1.1 200 OK\r\nVia: 1.1 a\r\nContent-Length: 2\r\n"
                 "Connection: keep-alive\r\n\r\n");
  http_expect_bytes(&h->sender, "hi");
  raw_send_str(&h->sender, "GET /open HTTP/1.0\r\n\r\n");
  (void)http_read_request(h, &h->listener);
  assert_null(h->control.request.host);
  http_respond(h, &h->listener, 200, "");
  expect_head(h, "HTTP/1.1 200 OK\r\nVia: 1.1 hyco\r\nContent-Length: 0\r\n"
                 "Connection: close\r\n\r\n");
  raw_expect_end(&h->sender, 0);
  raw_close(&h->sender, HC_STREAM_CLEAN);

  raw_dial(&h->sender, h->w.sim, h->w.port);
  raw_send_str(&h->sender, "GET /open HTTP/1.1\r\nHost: a\r\n"
                           "Connection: close\r\n\r\n");
  (void)http_read_request(h, &h->listener);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  assert_non_null(strstr(h->w.head, "Connection: close\r\n"));
  raw_expect_end(&h->sender, 0);
  assert_int_equal(world_counts(&h->w).http_senders, 0);
}

/* protocol.md, "response": a member that no answer can have costs its own
 * request; the channel is for all of them and goes on. */
static void a_bad_response_gives_502_and_the_channel_goes_on(void **state)
{
  struct http_world *h = *state;
  static const char *const rests[] = {
    "",
    ",\"statusCode\":99",
    ",\"statusCode\":\"2OO\",\"body\":true",
    ",\"statusCode\":200,\"body\":1",
    ",\"statusCode\":200,\"statusDescription\":5",
    ",\"statusCode\":200,\"responseHeaders\":[]",
    ",\"statusCode\":200,\"responseHeaders\":{\"A B\":\"c\"}",
    ",\"statusCode\":200,\"responseHeaders\":{\"A\":\"b\\nc\"}",
  };
  char text[512];

  for (size_t i = 0; i < CHECK_COUNT(rests); i++) {
    http_get(h);
    (void)snprintf(text, sizeof text, "{\"response\":{\"requestId\":\"%s\"%s}}",
                   h->control.request.id, rests[i]);
    raw_send_frame(&h->listener, 0x81, hc_span_str(text));
    raw_send_frame(&h->listener, 0x82, hc_span_str("what was to be its body"));
    assert_int_equal(http_answer(h), 502);
    raw_close(&h->sender, HC_STREAM_CLEAN);
    raw_dial(&h->sender, h->w.sim, h->w.port);
  }
  http_get(h);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
}

/* Nobody can be told: its request has 504 in time. */
static void a_response_that_names_no_request_is_ignored(void **state)
{
  struct http_world *h = *state;
  static const char *const texts[] = {
    "{\"response\":5}", "{\"response\":{}}",
    "{\"response\":{\"requestId\":7,\"statusCode\":200}}",
    "{\"response\":{\"requestId\":\"nobody\",\"statusCode\":7}}"
  };

  http_get(h);
  for (size_t i = 0; i < CHECK_COUNT(texts); i++)
    raw_send_frame(&h->listener, 0x81, hc_span_str(texts[i]));
  raw_expect_silence(&h->listener, 1000);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
}

/* 60 kB of JSON may stand for megabytes of head: nobody's lack of memory. */
static void a_head_that_grows_too_long_gives_502(void **state)
{
  static char more[8000];
  struct http_world *h = *state;
  size_t n = (size_t)snprintf(more, sizeof more,
                              ",\"responseHeaders\":{\"%0*d\":[\"\"", 6000, 0);

  for (int i = 0; i < 60; i++)
    n += (size_t)snprintf(more + n, sizeof more - n, ",\"\"");
  (void)snprintf(more + n, sizeof more - n, "]}");
  http_get(h);
  http_respond(h, &h->listener, 200, more);
  assert_int_equal(http_answer(h), 502);
  assert_non_null(strstr(h->w.head, "The listener's answer is not valid."));
}

static void a_response_may_come_by_rendezvous(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  expect_head(h, "HTTP/1.1 200 OK\r\nVia: 1.1 a\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n");
  raw_send_frame(&h->rendezvous, 0x02, hc_span_str("one"));
  http_expect_bytes(&h->sender, "3\r\none\r\n"); /* at once: it streams */
  raw_send_frame(&h->rendezvous, 0x00, hc_span_str(""));
  raw_send_frame(&h->rendezvous, 0x80, hc_span_str("two"));
  http_expect_bytes(&h->sender, "3\r\ntwo\r\n0\r\n\r\n");
  raw_expect_close(&h->rendezvous, 1000); /* it was for the response only */
  http_get(h);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
}

/* spec hybrid-connections.md 1.8 (Java) and 9.10 (.NET). */
static void a_close_ends_the_body(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  raw_send_frame(&h->rendezvous, 0x02, hc_span_str("one"));
  raw_send_frame(&h->rendezvous, 0x88, hc_span_str("\x03\xe8"));
  assert_int_equal(http_answer(h), 200);
  http_expect_bytes(&h->sender, "3\r\none\r\n0\r\n\r\n");
  raw_expect_frame(&h->rendezvous, 0x88, "\x03\xe8");
  http_get(h);
}

static void a_body_that_breaks_off_is_never_ended(void **state)
{
  struct http_world *h = *state;
  static const char *const requests[] = {
    "GET /open HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /open HTTP/1.0\r\nHost: a\r\n\r\n",
  };

  for (size_t i = 0; i < 6; i++) {
    raw_close(&h->sender, HC_STREAM_ABORT);
    raw_dial(&h->sender, h->w.sim, h->w.port);
    raw_send_str(&h->sender, requests[i % 2]);
    (void)http_read_request(h, &h->listener);
    assert_int_equal(http_fetch(h), 101);
    http_respond(h, &h->rendezvous, 200, ",\"body\":true");
    raw_send_frame(&h->rendezvous, 0x02, hc_span_str("one"));
    assert_int_equal(http_answer(h), 200);
    http_expect_bytes(&h->sender, i % 2 == 0 ? "3\r\none\r\n" : "one");
    if (i < 2)
      raw_close(&h->rendezvous, HC_STREAM_CLEAN); /* without a Close */
    else if (i < 4)
      raw_send_frame(&h->rendezvous, 0x88, hc_span_str("\x03\xf3"));
    else
      raw_send_frame(&h->rendezvous, 0xf2, hc_span_str("no frame"));
    sim_run(h->w.sim, 100);
    assert_true(h->sender.ended);
    assert_int_equal(hc_buffer_len(&h->sender.received), 0);
    if (i % 2 == 1) /* where a FIN alone would look like the end */
      assert_int_equal(h->sender.end_code, HYCO_ECONNRESET);
  }
}

static void what_is_no_answer_gives_502(void **state)
{
  struct http_world *h = *state;
  static const int statuses[] = { 100, 101, 199 };

  for (size_t i = 0; i < CHECK_COUNT(statuses); i++) {
    raw_close(&h->sender, HC_STREAM_ABORT);
    raw_dial(&h->sender, h->w.sim, h->w.port);
    http_get(h);
    http_respond(h, &h->listener, statuses[i], "");
    assert_int_equal(http_answer(h), 502);
    assert_null(strstr(h->w.head, "Via"));
  }
}

/* A rendezvous that says nothing that could be a response. */
static void a_rendezvous_that_breaks_off_gives_502(void **state)
{
  struct http_world *h = *state;

  for (int i = 0; i < 4; i++) {
    raw_close(&h->sender, HC_STREAM_ABORT);
    raw_dial(&h->sender, h->w.sim, h->w.port);
    http_get(h);
    assert_int_equal(http_fetch(h), 101);
    if (i == 0)
      raw_close(&h->rendezvous, HC_STREAM_CLEAN);
    else if (i == 1)
      raw_send_frame(&h->rendezvous, 0x88, hc_span_str("\x03\xe8"));
    else if (i == 2)
      raw_send_frame(&h->rendezvous, 0x81, hc_span_str("{"));
    else
      raw_send_frame_head(&h->rendezvous, 0xff, 1);
    assert_int_equal(http_answer(h), 502);
    raw_expect_end(&h->sender, 0);
  }
}

static void an_unknown_id_is_ignored(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  raw_send_frame(&h->listener, 0x81,
                 hc_span_str("{\"response\":{\"requestId\":\"x\","
                             "\"statusCode\":200,\"body\":true}}"));
  raw_send_frame(&h->listener, 0x82, hc_span_str("lost"));
  raw_expect_silence(&h->sender, 500);
  http_respond(h, &h->listener, 202, "");
  assert_int_equal(http_answer(h), 202);
  http_respond(h, &h->listener, 203, ""); /* answered twice */
  raw_expect_silence(&h->sender, 500);
}

static void a_long_answer_on_the_control_channel_gives_502(void **state)
{
  struct http_world *h = *state;
  static uint8_t block[65537];

  http_get(h);
  http_respond(h, &h->listener, 200, ",\"body\":true");
  raw_send_frame(&h->listener, 0x82, hc_span_of(block, 65536));
  assert_int_equal(http_answer(h), 200);
  sim_run(h->w.sim, 200);
  assert_int_equal(hc_buffer_len(&h->sender.received), 65536);
  hc_buffer_clear(&h->sender.received);

  http_get(h);
  http_respond(h, &h->listener, 200, ",\"body\":true");
  raw_send_frame(&h->listener, 0x82, hc_span_of(block, 65537));
  assert_int_equal(http_answer(h), 502);
  raw_close(&h->sender, HC_STREAM_ABORT);
  raw_dial(&h->sender, h->w.sim, h->w.port);
  http_get(h); /* the channel lives on */
}

/* The rest of the body must not be read as the next request. */
static void an_answer_before_the_bodys_end_closes(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 100000\r\n\r\nfirst");
  (void)http_read_request(h, &h->listener);
  assert_int_equal(http_fetch(h), 101);
  (void)http_read_request(h, &h->rendezvous);
  http_expect_body(&h->rendezvous, 0x02, "first");
  http_respond(h, &h->rendezvous, 413, "");
  assert_int_equal(http_answer(h), 413);
  assert_non_null(strstr(h->w.head, "Connection: close\r\n"));
  raw_expect_end(&h->sender, 0);
  sim_run(h->w.sim, 100);
  assert_true(h->rendezvous.ended);
}

static void a_sender_that_goes_cuts_its_rendezvous(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  raw_close(&h->sender, HC_STREAM_ABORT);
  sim_run(h->w.sim, 100);
  assert_true(h->rendezvous.ended);
  assert_true(world_logged(&h->w, ", before its answer\n"));
  assert_int_equal(hc_buffer_len(&h->rendezvous.received), 0); /* no Close */
  http_respond(h, &h->listener, 200, "");                      /* too late */
  assert_int_equal(world_counts(&h->w).http_channels, 0);
  assert_int_equal(world_counts(&h->w).http_senders, 0);
}

static void one_that_goes_within_its_answer_is_logged_so(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  raw_send_frame(&h->rendezvous, 0x02, hc_span_str("some"));
  assert_int_equal(http_answer(h), 200);
  raw_close(&h->sender, HC_STREAM_ABORT);
  sim_run(h->w.sim, 100);
  assert_true(h->rendezvous.ended);
  assert_true(world_logged(&h->w, ", within its answer\n"));
  assert_false(world_logged(&h->w, "before its answer"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    HTTP_TEST(all_final_statuses_pass_with_their_framing),
    HTTP_TEST(what_has_no_body_gets_none),
    HTTP_TEST(fields_and_text_are_the_listeners),
    HTTP_TEST(a_date_is_added_where_the_listener_gives_none),
    HTTP_TEST(stray_and_fragmented_binaries_do_no_harm),
    HTTP_TEST(the_control_channel_serves_others_meanwhile),
    HTTP_TEST(connections_persist_as_their_version_says),
    HTTP_TEST(a_bad_response_gives_502_and_the_channel_goes_on),
    HTTP_TEST(a_response_that_names_no_request_is_ignored),
    HTTP_TEST(a_head_that_grows_too_long_gives_502),
    HTTP_TEST(a_response_may_come_by_rendezvous),
    HTTP_TEST(a_close_ends_the_body),
    HTTP_TEST(a_body_that_breaks_off_is_never_ended),
    HTTP_TEST(what_is_no_answer_gives_502),
    HTTP_TEST(a_rendezvous_that_breaks_off_gives_502),
    HTTP_TEST(an_unknown_id_is_ignored),
    HTTP_TEST(a_long_answer_on_the_control_channel_gives_502),
    HTTP_TEST(an_answer_before_the_bodys_end_closes),
    HTTP_TEST(a_sender_that_goes_cuts_its_rendezvous),
    HTTP_TEST(one_that_goes_within_its_answer_is_logged_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
