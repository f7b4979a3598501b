/* A listener's control channel (spec protocol.md, Listener). */
#include "support/check.h"
#include "support/relay_world.h"

#include "protocol/control.h"

#define LISTEN "/$hc/hyco?sb-hc-action=listen"

static void send_text(struct raw_peer *peer, const char *text)
{
  raw_send_frame(peer, 0x81, hc_span_str(text));
}

static void renew(struct relay_world *w, struct raw_peer *peer,
                  const char *rule, int64_t ttl_s)
{
  char token[1024];
  struct hc_buffer message;

  world_token(w, token, "hyco", rule, ttl_s);
  hc_buffer_init(&message, HC_CONTROL_MAX);
  assert_int_equal(hc_control_write_renew_token(&message, hc_span_str(token)),
                   0);
  raw_send_frame(peer, 0x81, hc_buffer_span(&message));
  hc_buffer_deinit(&message);
}

static void listen_for(struct relay_world *w, struct raw_peer *peer,
                       int64_t ttl_s)
{
  char token[1024];
  char field[1100];

  world_token(w, token, "hyco", "listen", ttl_s);
  snprintf(field, sizeof field, "ServiceBusAuthorization: %s\r\n", token);
  world_send_upgrade(w, peer, LISTEN, field);
  assert_int_equal(world_answer(w, peer), 101);
}

static void a_listener_is_registered(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  assert_non_null(strstr(w->head, "\r\nSec-WebSocket-Accept: " WORLD_ACCEPT));
  assert_null(strstr(w->head, "Sec-WebSocket-Extensions"));
  assert_int_equal(world_counts(w).listeners, 1);
  assert_int_equal(world_counts(w).streams, 1);
  assert_true(world_logged(w, "NewListenerRegistered: "
                              "sb://relay.example/hyco TrackingId:"));
  raw_close(&w->listener, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  assert_int_equal(world_counts(w).streams, 0);
  assert_true(world_logged(w, "ListenerUnregistered: "));
}

/* spec hybrid-connections.md 4.1; 4.3: "listener quota", 10: "26th listener
 * | 403". */
static void the_26th_listener_gets_403_until_one_goes(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *peers = world_peers(w, 25);
  struct raw_peer *late = world_peer(w);

  for (size_t i = 0; i < 25; i++)
    world_listen(w, &peers[i], "hyco");
  world_send_request(w, late, LISTEN, "listen");
  assert_int_equal(world_answer(w, late), 403);
  raw_expect_end(late, 0);
  raw_close(late, HC_STREAM_CLEAN);
  raw_close(&peers[7], HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  world_listen(w, &peers[7], "hyco");
  world_listen(w, late, "open"); /* another entity has its own 25 */
  raw_close(late, HC_STREAM_ABORT);
}

static void listeners_above_max_connections_get_503(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.settings.max_connections = 1;
  world_start(w, &options);
  struct raw_peer *first = world_peer(w);
  struct raw_peer *second = world_peer(w);
  world_listen(w, first, "hyco");
  world_send_request(w, second, LISTEN, "listen");
  assert_int_equal(world_answer(w, second), 503);
}

/* RFC 6455 5.5.2, 5.5.3. */
static void pings_are_answered_and_pongs_are_not(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  raw_send_frame(&w->listener, 0x8a, hc_span_str("unasked"));
  raw_send_frame(&w->listener, 0x89, hc_span_str("are you there"));
  raw_expect_frame(&w->listener, 0x8a, "are you there");
  raw_send_frame(&w->listener, 0x89, hc_span_str(""));
  raw_expect_frame(&w->listener, 0x8a, "");
}

/* spec hybrid-connections.md 1.10: the service sends a pong every 210 s. */
static void a_pong_comes_every_pong_interval(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  for (int i = 0; i < 3; i++) {
    raw_expect_silence(&w->listener, 209500);
    sim_run(w->sim, 500);
    raw_expect_frame(&w->listener, 0x8a, "");
  }
}

/* spec hybrid-connections.md 1.6 and 1.8. */
static void what_the_relay_does_not_know_is_ignored(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  send_text(&w->listener, "{\"injectFault\":{\"delay\":\"00:00:01\"}}");
  send_text(&w->listener,
            "{\"response\":{\"requestId\":\"1\",\"statusCode\":200}}");
  raw_send_frame(&w->listener, 0x82, hc_span_str(""));
  raw_send_frame(&w->listener, 0x02, hc_span_str("a body in"));
  raw_send_frame(&w->listener, 0x80, hc_span_str("parts"));
  raw_expect_silence(&w->listener, 1000);
}

static void a_text_that_is_no_json_object_closes_with_1007(void **state)
{
  struct relay_world *w = *state;
  static const char *const texts[] = { "", "hello", "[]", "{\"renewToken\":5}",
                                       "{\"renewToken\":{}}" };

  for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
    world_listen(w, &w->listener, "hyco");
    send_text(&w->listener, texts[i]);
    raw_expect_close(&w->listener, 1007);
    raw_expect_end(&w->listener, 0);
    raw_close(&w->listener, HC_STREAM_CLEAN);
  }
}

static void a_text_above_the_limit_closes_with_1009(void **state)
{
  struct relay_world *w = *state;
  static char text[HC_CONTROL_MAX + 1];

  world_listen(w, &w->listener, "hyco");
  memset(text, ' ', sizeof text);
  memcpy(text, "{}", 2);
  raw_send_frame(&w->listener, 0x81, hc_span_of(text, HC_CONTROL_MAX));
  raw_expect_silence(&w->listener, 1000);
  raw_send_frame(&w->listener, 0x01, hc_span_of(text, HC_CONTROL_MAX));
  raw_send_frame(&w->listener, 0x80, hc_span_of(text, 1));
  raw_expect_close(&w->listener, 1009);
  raw_expect_end(&w->listener, 0);
}

static void broken_frames_close_with_1002(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *bytes;
    size_t len;
  } cases[] = {
    { "\x81\x02{}", 4 },                   /* RFC 6455 5.1: no mask */
    { "\xc1\x80\0\0\0\0", 6 },             /* 5.2: RSV1 */
    { "\x80\x80\0\0\0\0", 6 },             /* 5.4: nothing to continue */
    { "\x09\x80\0\0\0\0", 6 },             /* 5.5: a ping in parts */
    { "\x83\x80\0\0\0\0", 6 },             /* 5.2: opcode 3 */
    { "\x88\x81\0\0\0\0x", 7 },            /* 5.5.1: half a code */
    { "\x88\x82\0\0\0\0\x03\xed", 8 },     /* 7.4.1: 1005 on the wire */
    { "\x88\x83\0\0\0\0\x03\xe8\xff", 9 }, /* 5.5.1: bad UTF-8 */
  };

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    world_listen(w, &w->listener, "hyco");
    raw_send(&w->listener, hc_span_of(cases[i].bytes, cases[i].len));
    raw_expect_close(&w->listener, 1002);
    raw_expect_end(&w->listener, 0);
    raw_close(&w->listener, HC_STREAM_CLEAN);
  }
}

/* RFC 6455 5.5.1: a Close is answered with its code. */
static void a_close_is_echoed(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  raw_send_frame(&w->listener, 0x88,
                 hc_span_of("\x03\xe8"
                            "bye",
                            5));
  raw_expect_frame(&w->listener, 0x88,
                   "\x03\xe8"
                   "bye");
  raw_expect_end(&w->listener, 0);
  assert_int_equal(world_counts(w).streams, 0);
}

static void an_expired_token_closes_with_1008_after_the_grace(void **state)
{
  struct relay_world *w = *state;

  listen_for(w, &w->listener, 100); /* and 300 of grace */
  sim_run(w->sim, 395000);
  raw_expect_frame(&w->listener, 0x8a, "");
  assert_int_equal(world_counts(w).listeners, 1);
  sim_run(w->sim, 10000);
  raw_expect_close(&w->listener, 1008);
  raw_expect_end(&w->listener, 0);
  assert_true(world_logged(w, "ListenerClosingFromExpiredToken: "));
}

static void expiry_follows_the_wall_clock(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  sim_jump_wall(w->sim, WORLD_TOKEN_S + 301);
  sim_run(w->sim, 31000); /* looked at every 30 s */
  raw_expect_close(&w->listener, 1008);
  raw_expect_end(&w->listener, 0);
}

static void a_renewed_token_keeps_the_channel_open(void **state)
{
  struct relay_world *w = *state;

  listen_for(w, &w->listener, 100);
  sim_run(w->sim, 50000);
  renew(w, &w->listener, "listen", 1000);
  sim_run(w->sim, 1200000);
  assert_int_equal(world_counts(w).listeners, 1);
  sim_run(w->sim, 200000);
  assert_int_equal(world_counts(w).listeners, 0);
  assert_false(world_logged(w, "SharedAccess"));
}

static void a_renewal_in_the_grace_is_in_time(void **state)
{
  struct relay_world *w = *state;

  listen_for(w, &w->listener, 100);
  sim_run(w->sim, 390000);
  renew(w, &w->listener, "listen", 1000);
  sim_run(w->sim, 600000);
  assert_int_equal(world_counts(w).listeners, 1);
}

/* spec protocol.md, renewToken: a token that does not validate closes. */
static void a_bad_renewal_closes_with_1008(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  renew(w, &w->listener, "send", 1000); /* lacks Listen */
  raw_expect_close(&w->listener, 1008);
  raw_expect_end(&w->listener, 0);
  raw_close(&w->listener, HC_STREAM_CLEAN);
  world_listen(w, &w->listener, "hyco");
  renew(w, &w->listener, "nobody", 1000);
  raw_expect_close(&w->listener, 1008);
  raw_close(&w->listener, HC_STREAM_CLEAN);
  world_listen(w, &w->listener, "hyco");
  renew(w, &w->listener, "listen", -1000);
  raw_expect_close(&w->listener, 1008);
  raw_close(&w->listener, HC_STREAM_CLEAN);
  world_listen(w, &w->listener, "hyco");
  send_text(&w->listener, "{\"renewToken\":{\"token\":\"x\"}}");
  raw_expect_close(&w->listener, 1008);
  raw_close(&w->listener, HC_STREAM_CLEAN);
  assert_true(world_logged(w, "InvalidSasToken: "));
}

/* A peer that pings and never reads: its answers must not pile up. */
static void pongs_for_a_peer_that_does_not_read_are_bounded(void **state)
{
  struct relay_world *w = *state;
  const struct sim_wire narrow = { 1, 1, 4096, 4096 };
  uint8_t payload[125] = { 0 };

  sim_set_wire(w->sim, &narrow);
  world_listen(w, &w->listener, "hyco");
  raw_pause(&w->listener);
  for (int i = 0; i < 5000; i++)
    raw_send_frame(&w->listener, 0x89, hc_span_of(payload, sizeof payload));
  sim_run(w->sim, 1000);
  assert_int_equal(world_counts(w).listeners, 1);
  raw_resume(&w->listener);
  sim_run(w->sim, 10000);
  assert_in_range(hc_buffer_len(&w->listener.received), 1, 256 * 1024 + 8192);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_TEST(a_listener_is_registered),
    WORLD_TEST(the_26th_listener_gets_403_until_one_goes),
    WORLD_OWN_TEST(listeners_above_max_connections_get_503),
    WORLD_TEST(pings_are_answered_and_pongs_are_not),
    WORLD_TEST(a_pong_comes_every_pong_interval),
    WORLD_TEST(what_the_relay_does_not_know_is_ignored),
    WORLD_TEST(a_text_that_is_no_json_object_closes_with_1007),
    WORLD_TEST(a_text_above_the_limit_closes_with_1009),
    WORLD_TEST(broken_frames_close_with_1002),
    WORLD_TEST(a_close_is_echoed),
    WORLD_TEST(an_expired_token_closes_with_1008_after_the_grace),
    WORLD_TEST(expiry_follows_the_wall_clock),
    WORLD_TEST(a_renewed_token_keeps_the_channel_open),
    WORLD_TEST(a_renewal_in_the_grace_is_in_time),
    WORLD_TEST(a_bad_renewal_closes_with_1008),
    WORLD_TEST(pongs_for_a_peer_that_does_not_read_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
