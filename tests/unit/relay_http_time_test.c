/* HTTP requests and time: how long each party has, and how it all ends (spec
 * protocol.md, request; hybrid-connections.md 4.1, 4.3, 10). */
#include "support/check.h"
#include "support/relay_http.h"

/* Of long bodies: more than the relay takes before it does not read any more.
 */
enum { BODY = 320 * 1024 };

static void no_response_in_60_s_gives_504(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  raw_expect_silence(&h->sender, 59900);
  sim_run(h->w.sim, 200);
  assert_int_equal(http_answer(h), 504);
  assert_non_null(strstr(h->w.head,
                         "The request was routed to the listener but "
                         "the listener did not respond in the "
                         "required time."));
  raw_expect_end(&h->sender, 0);
  http_respond(h, &h->listener, 200, ""); /* too late, no harm */
  sim_run(h->w.sim, 100);
}

static void the_60_s_count_from_the_bodys_last_byte(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 70000\r\n\r\na");
  (void)http_read_request(h, &h->listener);
  assert_int_equal(http_fetch(h), 101);
  for (int i = 0; i < 3; i++) {
    sim_run(h->w.sim, 50000);
    raw_send_str(&h->sender, "b");
  }
  raw_expect_silence(&h->sender, 59900);
  sim_run(h->w.sim, 200);
  assert_int_equal(http_answer(h), 504);
  sim_run(h->w.sim, 100);
  assert_true(h->rendezvous.ended);
}

static void response_timeout_is_a_setting(void **state)
{
  struct http_world *h = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.settings.response_timeout_s = 2;
  http_start(h, &options);
  http_get(h);
  raw_expect_silence(&h->sender, 1900);
  sim_run(h->w.sim, 200);
  assert_int_equal(http_answer(h), 504);
}

/* Spec hybrid-connections.md 10, "HTTP request, no listener": 502 at once. */
static void connect_delay_does_not_hold_requests(void **state)
{
  struct http_world *h = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.settings.connect_delay_ms = 60000;
  http_start(h, &options);
  uint64_t asked_at = hc_net_now_ms(sim_net(h->w.sim));
  http_get(h);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  raw_close(&h->listener, HC_STREAM_CLEAN);
  sim_run(h->w.sim, 100);
  raw_send_str(&h->sender, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(http_answer(h), 502);
  assert_in_range(hc_net_now_ms(sim_net(h->w.sim)) - asked_at, 0, 1000);
}

/* spec hybrid-connections.md 4.1: "accept URL valid <= 30 s". */
static void a_pointer_nobody_follows_in_30_s_gives_504(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n");
  (void)http_read_request(h, &h->listener);
  raw_expect_silence(&h->sender, 29900);
  sim_run(h->w.sim, 200);
  assert_int_equal(http_answer(h), 504);
  assert_int_equal(http_fetch(h), 403);
}

static void a_response_that_stands_still_for_60_s_is_cut(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  raw_send_frame(&h->rendezvous, 0x02, hc_span_str("a"));
  assert_int_equal(http_answer(h), 200);
  http_expect_bytes(&h->sender, "1\r\na\r\n");
  for (int i = 0; i < 3; i++) {
    raw_expect_silence(&h->sender, 50000);
    raw_send_frame(&h->rendezvous, 0x00, hc_span_str("b"));
    http_expect_bytes(&h->sender, "1\r\nb\r\n");
  }
  raw_expect_silence(&h->sender, 59000);
  sim_run(h->w.sim, 1200);
  assert_true(h->sender.ended);
  assert_int_equal(hc_buffer_len(&h->sender.received), 0); /* no last chunk */
  assert_true(h->rendezvous.ended);
}

/* A wire that holds little, so that what is not read stays with the relay. */
static void use_wire(struct http_world *h, uint64_t ms, size_t window)
{
  const struct sim_wire wire = { .latency_min_ms = ms,
                                 .latency_max_ms = ms,
                                 .window = window,
                                 .read_max = 65536 };

  sim_set_wire(h->w.sim, &wire);
}

/* Some 2 kB a second: what the relay holds takes longer than ResponseTimeout.
 */
static void slow_down(struct http_world *h)
{
  use_wire(h, 50, 100);
}

static bool has_body(void *user_data)
{
  const struct raw_peer *peer = user_data;

  return hc_buffer_len(&peer->received) >= BODY;
}

static void begin_long_answer(struct http_world *h)
{
  static const uint8_t bytes[BODY];

  use_wire(h, 1, 4096);
  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  assert_int_equal(http_answer(h), 200);
  raw_pause(&h->sender);
  raw_send_frame(&h->rendezvous, 0x82, hc_span_of(bytes, sizeof bytes));
  sim_run(h->w.sim, 1000);
}

/* Issue 6, "60 s idle in either body": it is not idle. */
static void a_sender_that_reads_slowly_gets_all_of_its_answer(void **state)
{
  struct http_world *h = *state;

  begin_long_answer(h);
  slow_down(h);
  raw_resume(&h->sender);
  assert_false(sim_run_until(h->w.sim, has_body, &h->sender, 120000));
  assert_true(sim_run_until(h->w.sim, has_body, &h->sender, 240000));
  sim_run(h->w.sim, 30000);
  struct hc_span got = hc_buffer_span(&h->sender.received);
  assert_memory_equal(got.ptr + got.len - 5, "0\r\n\r\n", 5);
}

static void one_that_does_not_read_for_60_s_is_cut(void **state)
{
  struct http_world *h = *state;

  begin_long_answer(h);
  sim_run(h->w.sim, 58000);
  assert_false(h->rendezvous.ended);
  sim_run(h->w.sim, 2000);
  assert_true(h->rendezvous.ended);
}

/* Issue 6, "60 s to the response counted from the last body byte delivered". */
static void a_listener_that_reads_slowly_has_60_s_from_then_on(void **state)
{
  static const uint8_t bytes[BODY];
  struct http_world *h = *state;
  char head[128];

  use_wire(h, 1, 4096);
  snprintf(head, sizeof head,
           "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
           BODY);
  raw_send_str(&h->sender, head);
  (void)http_read_request(h, &h->listener);
  assert_int_equal(http_fetch(h), 101);
  (void)http_read_request(h, &h->rendezvous);
  raw_pause(&h->rendezvous);
  raw_send(&h->sender, hc_span_of(bytes, sizeof bytes));
  sim_run(h->w.sim, 1000);
  slow_down(h);
  raw_resume(&h->rendezvous);
  assert_false(sim_run_until(h->w.sim, has_body, &h->rendezvous, 120000));
  assert_true(sim_run_until(h->w.sim, has_body, &h->rendezvous, 240000));
  raw_expect_silence(&h->sender, 59000);
  http_respond(h, &h->rendezvous, 201, "");
  sim_run(h->w.sim, 3000); /* it travels slowly, too */
  assert_int_equal(http_answer(h), 201);
}

/* spec hybrid-connections.md 10. */
static void a_lost_listener_gives_502_after_5_s(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  raw_close(&h->listener, HC_STREAM_ABORT);
  raw_expect_silence(&h->sender, 4900);
  sim_run(h->w.sim, 200);
  assert_int_equal(http_answer(h), 502);
}

static void a_lost_listener_may_still_answer_by_rendezvous(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  raw_close(&h->listener, HC_STREAM_ABORT);
  sim_run(h->w.sim, 4000);
  assert_int_equal(http_fetch(h), 101);
  raw_expect_silence(&h->sender, 30000);
  http_respond(h, &h->rendezvous, 200, "");
  assert_int_equal(http_answer(h), 200);
}

static void a_listener_lost_within_its_answer_gives_502(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  http_respond(h, &h->listener, 200, ",\"body\":true");
  raw_send_frame(&h->listener, 0x02, hc_span_str("half"));
  sim_run(h->w.sim, 100);
  raw_close(&h->listener, HC_STREAM_ABORT);
  sim_run(h->w.sim, 5100);
  assert_int_equal(http_answer(h), 502);
}

static void a_quiet_connection_is_closed_after_120_s(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  raw_expect_silence(&h->sender, 119000);
  sim_run(h->w.sim, 1100);
  raw_expect_end(&h->sender, 0);
  assert_int_equal(hc_buffer_len(&h->sender.received), 0);
}

static void half_a_head_gets_408(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  raw_send_str(&h->sender, "GET /open HT");
  raw_expect_silence(&h->sender, 19900);
  sim_run(h->w.sim, 200);
  assert_int_equal(http_answer(h), 408);
}

static void stopped(void *user_data)
{
  *(bool *)user_data = true;
}

/* One that waits gets 503, one in the middle a cut, an idle one an end. */
static void a_stop_ends_all(void **state)
{
  struct http_world *h = *state;
  struct raw_peer *waiting = world_peer(&h->w);
  bool is_stopped = false;

  http_get(h);
  assert_int_equal(http_fetch(h), 101);
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  assert_int_equal(http_answer(h), 200);
  raw_dial(waiting, h->w.sim, h->w.port);
  raw_send_str(waiting, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
  (void)http_read_request(h, &h->listener);
  hc_relay_stop(h->w.relay, stopped, &is_stopped);
  assert_int_equal(world_answer(&h->w, waiting), 503);
  raw_expect_close(&h->rendezvous, 1001);
  raw_expect_close(&h->listener, 1001);
  sim_run(h->w.sim, 100);
  assert_true(h->sender.ended);
  assert_int_equal(hc_buffer_len(&h->sender.received), 0);
  sim_run(h->w.sim, HC_STREAM_LINGER_MS + 100);
  assert_true(is_stopped);
  assert_int_equal(world_counts(&h->w).streams, 0);
}

/* The .NET SDK's management client (spec hybrid-connections.md 1.16). */
static void management_clients_get_a_description(void **state)
{
  struct http_world *h = *state;
  static const char *const rules[] = { "root", "send" };
  char request[2048];
  char token[1024];

  assert_int_equal(http_refused(h, "GET /open?api-version=2016-07 HTTP/1.1\r\n"
                                   "Host: " WORLD_HOST "\r\n\r\n"),
                   401);
  for (size_t i = 0; i < CHECK_COUNT(rules); i++) {
    world_token(&h->w, token, "", rules[i], WORLD_TOKEN_S);
    snprintf(request, sizeof request,
             "GET /open?api-version=2016-07 HTTP/1.1\r\n"
             "Host: " WORLD_HOST "\r\nAuthorization: %s\r\n\r\n",
             token);
    raw_send_str(&h->sender, request);
    assert_int_equal(http_answer(h), i == 0 ? 200 : 403);
    if (i == 0) {
      sim_run(h->w.sim, 100);
      const char *body = hc_buffer_str(&h->sender.received);
      assert_non_null(strstr(body, "<entry "));
      assert_non_null(strstr(body, "<ListenerCount>1</ListenerCount>"));
      assert_non_null(strstr(body, "<RequiresClientAuthorization>false<"));
      assert_non_null(strstr(body, "<CreatedAt>2023-11-14T22:13:20Z<"));
      assert_non_null(strstr(body, "<UserMetadata></UserMetadata>"));
    }
    raw_close(&h->sender, HC_STREAM_ABORT);
    raw_dial(&h->sender, h->w.sim, h->w.port);
  }
  /* anything else with that parameter is the listener's */
  raw_send_str(&h->sender, "GET /open/below?api-version=2016-07 HTTP/1.1\r\n"
                           "Host: a\r\n\r\n");
  assert_string_equal(http_read_request(h, &h->listener)->target,
                      "/open/below?api-version=2016-07");
}

static void senders_above_max_connections_get_503(void **state)
{
  struct http_world *h = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.settings.max_connections = 1;
  http_start(h, &options);
  http_get(h);
  assert_int_equal(http_refused(h, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n"),
                   503);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    HTTP_TEST(no_response_in_60_s_gives_504),
    HTTP_TEST(the_60_s_count_from_the_bodys_last_byte),
    HTTP_OWN_TEST(response_timeout_is_a_setting),
    HTTP_OWN_TEST(connect_delay_does_not_hold_requests),
    HTTP_TEST(a_pointer_nobody_follows_in_30_s_gives_504),
    HTTP_TEST(a_response_that_stands_still_for_60_s_is_cut),
    HTTP_TEST(a_sender_that_reads_slowly_gets_all_of_its_answer),
    HTTP_TEST(one_that_does_not_read_for_60_s_is_cut),
    HTTP_TEST(a_listener_that_reads_slowly_has_60_s_from_then_on),
    HTTP_TEST(a_lost_listener_gives_502_after_5_s),
    HTTP_TEST(a_lost_listener_may_still_answer_by_rendezvous),
    HTTP_TEST(a_listener_lost_within_its_answer_gives_502),
    HTTP_TEST(a_quiet_connection_is_closed_after_120_s),
    HTTP_TEST(half_a_head_gets_408),
    HTTP_TEST(a_stop_ends_all),
    HTTP_TEST(management_clients_get_a_description),
    HTTP_OWN_TEST(senders_above_max_connections_get_503),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
