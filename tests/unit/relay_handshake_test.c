/* A stream's first request: what is refused, with which status and words. */
#include "support/check.h"
#include "support/relay_world.h"

static int raw_refused(struct relay_world *w, const char *request)
{
  struct raw_peer peer;

  raw_dial(&peer, w->sim, w->port);
  raw_send_str(&peer, request);
  int status = world_answer(w, &peer);
  raw_expect_end(&peer, 0);
  raw_close(&peer, HC_STREAM_CLEAN);
  return status;
}

static void bytes_that_are_no_request_get_400(void **state)
{
  struct relay_world *w = *state;
  static const char *const requests[] = {
    "GET / HTTP/1.1\nHost: a\n\n\r\n\r\n",
    "hello\r\n\r\n",
    "GET /$hc/hyco HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET /$hc/hyco HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "GET /$hc/hy%zzco HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /$hc/hy%00co HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /$hc/hyco#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
  };

  for (size_t i = 0; i < CHECK_COUNT(requests); i++)
    assert_int_equal(raw_refused(w, requests[i]), 400);
}

/* spec hybrid-connections.md 4.3: "CONNECT method | refused". */
static void the_method_connect_is_refused(void **state)
{
  struct relay_world *w = *state;

  assert_int_equal(
      raw_refused(w, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), 400);
}

static void a_request_that_is_no_websocket_handshake_gets_400(void **state)
{
  struct relay_world *w = *state;
  static const char *const fields[] = {
    "",
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\n",
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: " WORLD_KEY "\r\n",
    "Upgrade: h2c\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " WORLD_KEY "\r\n",
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2hvcnQ=\r\n",
  };
  static const char *const actions[] = { "listen", "connect" };
  char request[1024];

  for (size_t i = 0; i < CHECK_COUNT(fields); i++) {
    for (size_t j = 0; j < CHECK_COUNT(actions); j++) {
      snprintf(request, sizeof request,
               "GET /$hc/hyco?sb-hc-action=%s HTTP/1.1\r\nHost: a\r\n%s\r\n",
               actions[j], fields[i]);
      assert_int_equal(raw_refused(w, request), 400);
    }
  }
}

static void an_unknown_action_gets_400(void **state)
{
  struct relay_world *w = *state;

  assert_int_equal(world_refused(w, "/$hc/hyco?sb-hc-action=request", ""), 400);
  assert_int_equal(world_refused(w, "/$hc/hyco?sb-hc-action=LISTEN", ""), 400);
}

/* spec hybrid-connections.md 4.3: "listen/connect: unknown path | 404
 * "Endpoint does not exist."; 10: "unknown entity | 404, before the token is
 * looked at". */
static void an_unknown_entity_gets_404_without_any_token(void **state)
{
  struct relay_world *w = *state;
  static const char *const targets[] = {
    "/$hc/nothing?sb-hc-action=listen",
    "/$hc/nothing?sb-hc-action=connect",
    "/$hc/nothing",
    "/$hc/hycox",
    "/$hc/",
    "/nothing",
    "/$hc/hyco/sub?sb-hc-action=listen",
  };

  for (size_t i = 0; i < CHECK_COUNT(targets); i++) {
    assert_int_equal(world_refused(w, targets[i], ""), 404);
    assert_non_null(
        strstr(w->head, "404 Endpoint does not exist. TrackingId:"));
  }
}

static void an_http_request_without_listener_gets_502(void **state)
{
  struct relay_world *w = *state;

  assert_int_equal(raw_refused(w, "POST /open/sub?x=1 HTTP/1.1\r\nHost: a\r\n"
                                  "Content-Length: 5\r\n\r\nhello"),
                   502);
  assert_non_null(strstr(w->head, "502 There are no listeners connected"));
  assert_int_equal(raw_refused(w, "GET /open HTTP/1.0\r\n\r\n"), 502);
}

/* spec hybrid-connections.md 1.5: the reason phrase carries it all. */
static void the_reason_phrase_has_ids_and_time(void **state)
{
  struct relay_world *w = *state;

  assert_int_equal(
      world_refused(w,
                    "/$hc/no/such?sb-hc-action=listen&sb-hc-token=SECRET&"
                    "sb-hc-id=0B4a8cce-0000-4000-8000-1234567890ab_G7",
                    ""),
      404);
  assert_string_equal(w->head,
                      "HTTP/1.1 404 Endpoint does not exist. "
                      "TrackingId:0B4a8cce-0000-4000-8000-1234567890ab_G0, "
                      "SystemTracker:sb://relay.example/no/such, "
                      "Timestamp:11/14/2023 10:13:20 PM\r\n"
                      "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
                      "Content-Length: 0\r\n"
                      "Connection: close\r\n\r\n");
  assert_true(world_logged(w, "ProcessingRequestFailed: "
                              "sb://relay.example/no/such "
                              "TrackingId:0B4a8cce-"));
  assert_false(world_logged(w, "SECRET"));
}

static void an_id_that_is_no_guid_is_replaced_by_one(void **state)
{
  struct relay_world *w = *state;
  static const char *const ids[] = {
    "",
    "x",
    "0b4a8cce-0000-4000-8000-1234567890a",
    "0b4a8cce-0000-4000-8000-1234567890abc",
    "0b4a8cce-0000-4000-8000+1234567890ab",
    "0b4a8cce-0000-4000-8000-1234567890aX",
  };
  char target[256];

  for (size_t i = 0; i < CHECK_COUNT(ids); i++) {
    snprintf(target, sizeof target, "/$hc/no?sb-hc-id=%s", ids[i]);
    assert_int_equal(world_refused(w, target, ""), 404);
    const char *id = strstr(w->head, "TrackingId:");
    assert_non_null(id);
    assert_memory_equal(id + 11 + 36, "_G0,", 4);
    assert_true(ids[i][0] == '\0' || strstr(w->head, ids[i]) == NULL ||
                i == 1); /* one letter stands anywhere */
  }
}

static void a_head_may_come_byte_by_byte(void **state)
{
  struct relay_world *w = *state;
  static const char request[] = "GET /open HTTP/1.1\r\nHost: a\r\n\r\n";
  struct raw_peer *peer = world_peer(w);

  raw_dial(peer, w->sim, w->port);
  for (size_t i = 0; i < sizeof request - 1; i++) {
    raw_send(peer, hc_span_of(request + i, 1));
    sim_run(w->sim, 5);
  }
  assert_int_equal(world_answer(w, peer), 502);
}

static void a_head_above_header_max_gets_431(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;
  char request[600];
  int n;

  world_options(&options);
  options.settings.header_max = 500;
  world_start(w, &options);
  n = snprintf(request, sizeof request, "GET /open HTTP/1.1\r\nHost: a\r\nX: ");
  memset(request + n, 'x', 500 - (size_t)n - 4);
  strcpy(request + 496, "\r\n\r\n");
  assert_int_equal(raw_refused(w, request), 502); /* exactly the limit */
  strcpy(request + 496, "x\r\n\r\n");
  assert_int_equal(raw_refused(w, request), 431);
}

static void a_peer_that_sends_no_head_gets_408(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *silent = world_peer(w);
  struct raw_peer *slow = world_peer(w);

  raw_dial(silent, w->sim, w->port);
  raw_dial(slow, w->sim, w->port);
  raw_send_str(slow, "GET /hyco HTTP/1.1\r\n");
  sim_run(w->sim, 19000);
  assert_false(silent->ended);
  sim_run(w->sim, 1100);
  assert_int_equal(world_answer(w, silent), 408);
  assert_int_equal(world_answer(w, slow), 408);
  raw_expect_end(silent, 0);
  raw_expect_end(slow, 0);
  assert_int_equal(world_counts(w).streams, 0);
}

static void a_peer_that_goes_before_its_head_is_forgotten(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *peer = world_peer(w);

  raw_dial(peer, w->sim, w->port);
  raw_send_str(peer, "GET /hy");
  raw_close(peer, HC_STREAM_CLEAN);
  sim_run(w->sim, 100);
  assert_int_equal(world_counts(w).streams, 0);
}

static void handshakes_above_max_connections_get_503_at_once(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.settings.max_connections = 2;
  world_start(w, &options);
  struct raw_peer *peers = world_peers(w, 3);
  for (size_t i = 0; i < 3; i++)
    raw_dial(&peers[i], w->sim, w->port);
  assert_int_equal(world_answer(w, &peers[2]), 503);
  raw_expect_end(&peers[2], 0);
  assert_int_equal(world_counts(w).streams, 2);
}

/* RFC 9112 3.2.2: a server accepts the absolute-form. */
static void the_absolute_form_is_understood(void **state)
{
  struct relay_world *w = *state;

  assert_int_equal(
      raw_refused(w, "GET http://a/open HTTP/1.1\r\nHost: a\r\n\r\n"), 502);
  assert_int_equal(
      raw_refused(w, "GET http://a/none HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
  assert_int_equal(
      raw_refused(w, "GET ftp://a/hyco HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_TEST(bytes_that_are_no_request_get_400),
    WORLD_TEST(the_method_connect_is_refused),
    WORLD_TEST(a_request_that_is_no_websocket_handshake_gets_400),
    WORLD_TEST(an_unknown_action_gets_400),
    WORLD_TEST(an_unknown_entity_gets_404_without_any_token),
    WORLD_TEST(an_http_request_without_listener_gets_502),
    WORLD_TEST(the_reason_phrase_has_ids_and_time),
    WORLD_TEST(an_id_that_is_no_guid_is_replaced_by_one),
    WORLD_TEST(a_head_may_come_byte_by_byte),
    WORLD_OWN_TEST(a_head_above_header_max_gets_431),
    WORLD_TEST(a_peer_that_sends_no_head_gets_408),
    WORLD_TEST(a_peer_that_goes_before_its_head_is_forgotten),
    WORLD_OWN_TEST(handshakes_above_max_connections_get_503_at_once),
    WORLD_TEST(the_absolute_form_is_understood),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
