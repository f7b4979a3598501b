/* Rendezvous for HTTP: fetched, used again, lost (spec protocol.md, request;
 * hybrid-connections.md 1.8, 4.3, 9). */
#include "support/check.h"
#include "support/relay_http.h"

/* A chunked request that h->rendezvous has fetched and answered. */
static void fetch_and_answer(struct http_world *h)
{
  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  (void)http_read_request(h, &h->listener);
  assert_int_equal(http_fetch(h), 101);
  (void)http_read_request(h, &h->rendezvous);
  http_expect_body(&h->rendezvous, 0x82, "");
  http_respond(h, &h->rendezvous, 200, "");
  assert_int_equal(http_answer(h), 200);
}

static void send_put(struct http_world *h)
{
  raw_send_str(&h->sender, "PUT /open/next HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 3\r\n\r\nabc");
}

static void send_small(struct http_world *h)
{
  raw_send_str(&h->sender, "POST /open/next HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 3\r\n\r\nabc");
}

static void it_serves_the_next_requests_of_its_sender(void **state)
{
  struct http_world *h = *state;

  fetch_and_answer(h);
  for (int i = 0; i < 3; i++) {
    send_small(h);
    (void)http_read_request(h, &h->rendezvous);
    http_expect_body(&h->rendezvous, 0x82, "abc");
    http_respond(h, &h->rendezvous, 200, ",\"body\":true");
    raw_send_frame(&h->rendezvous, 0x82, hc_span_str("cba"));
    raw_send_frame(&h->rendezvous, 0x82, hc_span_str("")); /* a stray one */
    assert_int_equal(http_answer(h), 200);
    http_expect_bytes(&h->sender, "3\r\ncba\r\n0\r\n\r\n");
  }
  raw_expect_silence(&h->listener, 100);
  assert_int_equal(world_counts(&h->w).http_channels, 1);
  raw_close(&h->sender, HC_STREAM_CLEAN);
  raw_expect_close(&h->rendezvous, 1000);
  assert_int_equal(world_counts(&h->w).http_channels, 0);
}

/* .NET and Java close it after each response (spec 1.8). */
static void closing_it_leaves_the_senders_connection_open(void **state)
{
  struct http_world *h = *state;

  for (int i = 0; i < 2; i++) {
    fetch_and_answer(h);
    if (i == 0) {
      raw_send_frame(&h->rendezvous, 0x88, hc_span_str("\x03\xe8"));
      raw_expect_frame(&h->rendezvous, 0x88, "\x03\xe8");
    } else {
      raw_close(&h->rendezvous, HC_STREAM_ABORT);
    }
    sim_run(h->w.sim, 100);
    assert_int_equal(world_counts(&h->w).http_channels, 0);
    send_small(h);
    (void)http_read_request(h, &h->listener);
    http_expect_body(&h->listener, 0x82, "abc");
    http_respond(h, &h->listener, 200, "");
    assert_int_equal(http_answer(h), 200);
  }
}

/* The Close was on its way when the request was written: 1000, none, 1001
 * (issue 6, "one written to it that meets a Close or EOF"). */
static void a_request_that_meets_a_close_goes_again(void **state)
{
  static const char *const closes[] = { "\x03\xe8", "", "\x03\xe9" };
  struct http_world *h = *state;

  for (size_t i = 0; i <= CHECK_COUNT(closes); i++) {
    fetch_and_answer(h);
    if (i < CHECK_COUNT(closes))
      send_small(h);
    else
      send_put(h);
    (void)http_read_request(h, &h->rendezvous);
    if (i < CHECK_COUNT(closes))
      raw_send_frame(&h->rendezvous, 0x88, hc_span_str(closes[i]));
    else
      raw_close(&h->rendezvous, HC_STREAM_ABORT);
    (void)http_read_request(h, &h->listener);
    http_expect_body(&h->listener, 0x82, "abc");
    http_respond(h, &h->listener, 202, "");
    assert_int_equal(http_answer(h), 202);
  }
}

/* RFC 9110 9.2.2: "A proxy MUST NOT automatically retry non-idempotent
 * requests." The listener may have taken it before its end came. */
static void but_a_post_does_not_after_a_cut(void **state)
{
  struct http_world *h = *state;

  fetch_and_answer(h);
  send_small(h);
  (void)http_read_request(h, &h->rendezvous);
  raw_close(&h->rendezvous, HC_STREAM_ABORT);
  assert_int_equal(http_answer(h), 502);
  raw_expect_silence(&h->listener, 100);
}

/* RFC 6455 7.4.1: 1011 is an unexpected condition in the middle of it. */
static void nor_after_a_close_for_an_error(void **state)
{
  struct http_world *h = *state;

  fetch_and_answer(h);
  send_small(h);
  (void)http_read_request(h, &h->rendezvous);
  raw_send_frame(&h->rendezvous, 0x88, hc_span_str("\x03\xf3"));
  assert_int_equal(http_answer(h), 502);
  raw_expect_silence(&h->listener, 100);
}

static void but_not_when_its_body_is_not_held_any_more(void **state)
{
  struct http_world *h = *state;

  fetch_and_answer(h);
  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 70000\r\n\r\nabc");
  (void)http_read_request(h, &h->rendezvous);
  http_expect_body(&h->rendezvous, 0x02, "abc");
  raw_close(&h->rendezvous, HC_STREAM_ABORT);
  assert_int_equal(http_answer(h), 502);
  raw_expect_end(&h->sender, 0);
}

static void nor_when_the_response_had_begun(void **state)
{
  struct http_world *h = *state;

  fetch_and_answer(h);
  send_small(h);
  (void)http_read_request(h, &h->rendezvous);
  raw_send_frame(&h->rendezvous, 0x01, hc_span_str("{\"response\""));
  sim_run(h->w.sim, 100);
  raw_close(&h->rendezvous, HC_STREAM_ABORT);
  assert_int_equal(http_answer(h), 502);
}

/* It is the listener of one entity. */
static void another_entitys_request_does_not_go_there(void **state)
{
  struct http_world *h = *state;
  struct raw_peer *other = world_peer(&h->w);
  char request[2048];
  char token[1024];

  world_listen(&h->w, other, "hyco");
  fetch_and_answer(h);
  world_token(&h->w, token, "", "send", WORLD_TOKEN_S);
  snprintf(request, sizeof request,
           "GET /hyco HTTP/1.1\r\nHost: " WORLD_HOST "\r\n"
           "ServiceBusAuthorization: %s\r\n\r\n",
           token);
  raw_send_str(&h->sender, request);
  (void)http_read_request(h, other);
  http_respond(h, other, 200, "");
  assert_int_equal(http_answer(h), 200);
  send_small(h);
  (void)http_read_request(h, &h->rendezvous);
}

/* It has been given to one listener. */
static void another_listeners_answer_is_not_taken(void **state)
{
  struct http_world *h = *state;
  struct raw_peer *other = world_peer(&h->w);

  world_listen(&h->w, other, "hyco");
  http_get(h);
  http_respond(h, other, 201, "");
  http_respond(h, other, 201, ",\"body\":true");
  raw_send_frame(other, 0x82, hc_span_str("body"));
  raw_expect_silence(&h->sender, 100);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
}

/* spec hybrid-connections.md 4.3, request rendezvous. */
static void an_address_is_good_once(void **state)
{
  struct http_world *h = *state;
  char target[512];

  http_get(h);
  snprintf(target, sizeof target, "%s",
           strstr(h->control.request.address, "/$hc/"));
  assert_int_equal(http_fetch(h), 101);
  assert_int_equal(world_refused(&h->w, target, ""), 403);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  assert_int_equal(world_refused(&h->w, target, ""), 403);
  assert_int_equal(
      world_refused(&h->w, "/$hc/open?sb-hc-action=request&sb-hc-id=x", ""),
      400);
}

/* An address of a request does not accept, and the other way round. */
static void addresses_are_good_for_their_action(void **state)
{
  struct http_world *h = *state;
  char target[512];

  http_get(h);
  const char *id = strstr(h->control.request.address, "sb-hc-id=");
  snprintf(target, sizeof target, "/$hc/open?sb-hc-action=accept&%s", id);
  assert_int_equal(world_refused(&h->w, target, ""), 403);
}

static void the_answer_of_a_fetched_request_may_come_by_control(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  (void)http_read_request(h, &h->listener);
  assert_int_equal(http_fetch(h), 101);
  (void)http_read_request(h, &h->rendezvous);
  http_respond_with(h, &h->listener, "hi");
  assert_int_equal(http_answer(h), 200);
  http_expect_bytes(&h->sender, "hi");
  http_expect_body(&h->rendezvous, 0x82, "");
  raw_expect_close(&h->rendezvous, 1000);
}

/* The other side of back-pressure: HC_RELAY_HIGH_MARK and the net's room. */
static void bodies_wait_for_who_does_not_read(void **state)
{
  struct http_world *h = *state;
  enum { MIB = 1 << 20, SENT = 24 * MIB };
  static uint8_t block[65536];

  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  assert_int_equal(http_answer(h), 200);
  raw_pause(&h->sender);
  size_t written = 0;
  for (; written < SENT; written += sizeof block) {
    if (hc_stream_pending(h->rendezvous.stream) > 0)
      break;
    raw_send_frame(&h->rendezvous, written == 0 ? 0x02 : 0x00,
                   hc_span_of(block, sizeof block));
    sim_run(h->w.sim, 20);
  }
  assert_true(written < SENT); /* the relay stopped reading */
  raw_resume(&h->sender);
  raw_send_frame(&h->rendezvous, 0x80, hc_span_str("end"));
  sim_run(h->w.sim, 5000);
  assert_true(hc_buffer_len(&h->sender.received) > written);
  struct hc_span got = hc_buffer_span(&h->sender.received);
  assert_memory_equal(got.ptr + got.len - 13, "3\r\nend\r\n0\r\n\r\n", 13);
}

static void a_requests_body_waits_for_who_does_not_read(void **state)
{
  struct http_world *h = *state;
  enum { MIB = 1 << 20, SENT = 24 * MIB };
  static uint8_t block[65536];
  char head[128];

  snprintf(head, sizeof head,
           "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
           SENT);
  raw_send_str(&h->sender, head);
  (void)http_read_request(h, &h->listener);
  assert_int_equal(http_fetch(h), 101);
  (void)http_read_request(h, &h->rendezvous);
  raw_pause(&h->rendezvous);
  size_t written = 0;
  for (; written < SENT; written += sizeof block) {
    if (hc_stream_pending(h->sender.stream) > 0)
      break;
    raw_send(&h->sender, hc_span_of(block, sizeof block));
    sim_run(h->w.sim, 20);
  }
  assert_true(written < SENT);
  raw_resume(&h->rendezvous);
  sim_run(h->w.sim, 5000);
  assert_int_equal(hc_stream_pending(h->sender.stream), 0);
  assert_true(hc_buffer_len(&h->rendezvous.received) > written);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    HTTP_TEST(it_serves_the_next_requests_of_its_sender),
    HTTP_TEST(closing_it_leaves_the_senders_connection_open),
    HTTP_TEST(a_request_that_meets_a_close_goes_again),
    HTTP_TEST(but_a_post_does_not_after_a_cut),
    HTTP_TEST(nor_after_a_close_for_an_error),
    HTTP_TEST(but_not_when_its_body_is_not_held_any_more),
    HTTP_TEST(nor_when_the_response_had_begun),
    HTTP_TEST(another_entitys_request_does_not_go_there),
    HTTP_TEST(another_listeners_answer_is_not_taken),
    HTTP_TEST(an_address_is_good_once),
    HTTP_TEST(addresses_are_good_for_their_action),
    HTTP_TEST(the_answer_of_a_fetched_request_may_come_by_control),
    HTTP_TEST(bodies_wait_for_who_does_not_read),
    HTTP_TEST(a_requests_body_waits_for_who_does_not_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
