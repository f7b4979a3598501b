/* A sender comes in: what its listener is told, and the refusals (spec
 * protocol.md, accept; hybrid-connections.md 1.1, 1.6, 10). */
#include "support/check.h"
#include "support/relay_world.h"

static const char guid[] = "0b4a8cce-0000-4000-8000-1234567890ab";

/* Connects with the target, reads the accept message, hangs up. */
static void offer(struct relay_world *w, struct raw_peer *listener,
                  const char *target, struct hc_control *control)
{
  struct raw_peer sender;

  world_connect(w, &sender, target);
  world_read_accept(listener, control);
  raw_close(&sender, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
}

/* spec hybrid-connections.md 8: remoteEndpoint and connectHeaders always. */
static void the_accept_message_tells_all_about_the_sender(void **state)
{
  struct relay_world *w = *state;
  struct hc_control c;
  char base[128];

  world_listen(w, &w->listener, "hyco");
  world_send_request(w, &w->sender,
                     "/$hc/hyco?sb-hc-action=connect&"
                     "sb-hc-id=0b4a8cce-0000-4000-8000-1234567890ab_G3",
                     "send");
  world_read_accept(&w->listener, &c);
  snprintf(base, sizeof base,
           "ws://relay.example:%u/$hc/hyco?sb-hc-action=accept&"
           "sb-hc-id=%s_G0_G",
           (unsigned)w->port, guid);
  assert_memory_equal(c.accept.address, base, strlen(base));
  assert_int_equal(strlen(c.accept.address), strlen(base) + 36);
  assert_memory_equal(c.accept.id, guid, strlen(guid));
  assert_string_equal(c.accept.remote_address, "127.0.0.1");
  assert_in_range(c.accept.remote_port, 40000, 60000);
  assert_non_null(strstr(c.accept.connect_headers, "\"Sec-WebSocket-Key\""));
  assert_non_null(strstr(c.accept.connect_headers, "\"Upgrade\""));
  assert_non_null(strstr(c.accept.host, "relay.example:"));
  assert_null(strstr(c.accept.connect_headers, "ServiceBusAuthorization"));
  assert_true(world_logged(w, "NewSenderRegistering: "
                              "sb://relay.example/hyco TrackingId:0b4a8cce"));
  assert_int_equal(world_counts(w).waiting_senders, 1);
  hc_control_deinit(&c);
}

static void path_and_query_are_the_senders_without_sb_hc(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *sent;
    const char *told;
  } cases[] = {
    { "hyco", "/$hc/hyco?sb-hc-action=accept" },
    { "hyco/sub/p%20q?x=1&y=%2F", "/$hc/hyco/sub/p%20q?x=1&y=%2F&sb-hc-a" },
    { "HYCO?sb-hc-action=connect&a=b", "/$hc/HYCO?a=b&sb-hc-action=accept" },
    { "hyco?a&sb-hc-id=x&b=", "/$hc/hyco?a&b=&sb-hc-action=accept" },
    { "hyco?sb-hc-flag", "/$hc/hyco?sb-hc-flag&sb-hc-action=accept" },
    { "hyco%2Fx", "/$hc/hyco%2Fx?sb-hc-action=accept" },
  };
  struct hc_control c;

  world_listen(w, &w->listener, "hyco");
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    offer(w, &w->listener, cases[i].sent, &c);
    assert_memory_equal(world_target(&c), cases[i].told, strlen(cases[i].told));
    hc_control_deinit(&c);
  }
}

static void addresses_begin_with_the_public_url(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;
  struct hc_control c;

  world_options(&options);
  options.public_url = "wss://public.example:8443/";
  world_start(w, &options);
  world_listen(w, &w->listener, "hyco");
  offer(w, &w->listener, "hyco", &c);
  assert_memory_equal(c.accept.address,
                      "wss://public.example:8443/$hc/hyco?sb-hc-action", 47);
  hc_control_deinit(&c);
}

/* spec hybrid-connections.md 1.2: Authorization goes to the listener unless it
 * was the token. */
static void authorization_is_passed_on_unless_it_was_the_token(void **state)
{
  struct relay_world *w = *state;
  struct hc_control c;
  char token[1024];
  char fields[2048];

  world_listen(w, &w->listener, "hyco");
  world_token(w, token, "", "send", WORLD_TOKEN_S);
  snprintf(fields, sizeof fields, "Authorization: %s\r\n", token);
  world_send_upgrade(w, &w->sender, "/$hc/hyco", fields);
  world_read_accept(&w->listener, &c);
  assert_null(strstr(c.accept.connect_headers, "uthorization"));
  hc_control_deinit(&c);
  raw_close(&w->sender, HC_STREAM_ABORT);
  snprintf(fields, sizeof fields,
           "authorization: Basic eDp5\r\nservicebusauthorization: %s\r\n",
           token);
  world_send_upgrade(w, &w->sender, "/$hc/hyco", fields);
  world_read_accept(&w->listener, &c);
  assert_non_null(
      strstr(c.accept.connect_headers, "\"authorization\":\"Basic eDp5\""));
  assert_null(strstr(c.accept.connect_headers, "servicebus"));
  hc_control_deinit(&c);
}

static void an_anonymous_sender_keeps_its_authorization(void **state)
{
  struct relay_world *w = *state;
  struct hc_control c;

  world_listen(w, &w->listener, "open");
  world_send_upgrade(w, &w->sender, "/$hc/open", "Authorization: Bearer x\r\n");
  world_read_accept(&w->listener, &c);
  assert_non_null(
      strstr(c.accept.connect_headers, "\"Authorization\":\"Bearer x\""));
  hc_control_deinit(&c);
}

/* spec hybrid-connections.md 4.3: "connect (WebSocket) with no listener |
 * 404"; 10: with this text. */
static void without_listener_a_sender_gets_404(void **state)
{
  struct relay_world *w = *state;

  world_connect(w, &w->sender, "hyco?sb-hc-action=connect");
  assert_int_equal(world_answer(w, &w->sender), 404);
  assert_non_null(strstr(w->head, "404 There are no listeners connected for "
                                  "the endpoint. TrackingId:"));
  raw_expect_end(&w->sender, 0);
}

/* spec protocol.md: within 30 s; hybrid-connections.md 10: "nobody accepts
 * within 30 s | 504 to the WebSocket sender". */
static void a_sender_nobody_accepts_gets_504(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  world_connect(w, &w->sender, "hyco");
  raw_expect_silence(&w->sender, 29900);
  sim_run(w->sim, 200);
  assert_int_equal(world_answer(w, &w->sender), 504);
  raw_expect_end(&w->sender, 0);
  assert_true(world_logged(w, "ListenerAcceptingConnectionTimeout: "));
  assert_int_equal(world_counts(w).waiting_senders, 0);
}

static void listeners_take_turns(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *listeners = world_peers(w, 3);
  struct hc_control c;

  for (size_t i = 0; i < 3; i++)
    world_listen(w, &listeners[i], "hyco");
  for (size_t i = 0; i < 9; i++) {
    offer(w, &listeners[i % 3], "hyco", &c);
    hc_control_deinit(&c);
  }
  raw_close(&listeners[1], HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  for (size_t i = 0; i < 4; i++) {
    offer(w, &listeners[i % 2 == 0 ? 0 : 2], "hyco", &c);
    hc_control_deinit(&c);
  }
  raw_close(&listeners[0], HC_STREAM_ABORT);
  raw_close(&listeners[2], HC_STREAM_ABORT);
}

static void the_longest_entity_wins(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *shallow = world_peer(w);
  struct raw_peer *deep = world_peer(w);
  struct hc_control c;

  world_listen(w, shallow, "hyco");
  world_listen(w, deep, "hyco/deeper");
  offer(w, deep, "Hyco/Deeper/sub", &c);
  hc_control_deinit(&c);
  offer(w, shallow, "hyco/deepers", &c);
  hc_control_deinit(&c);
}

/* spec hybrid-connections.md 1.1: '/' in a name bare or as %2F, in any case;
 * 6.6: an empty first segment is ignored. */
static void a_name_may_be_written_in_several_ways(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *target;
    const char *told;
  } cases[] = {
    { "/$hc/hyco/deeper", "/$hc/hyco/deeper?" },
    { "/$hc/hyco%2Fdeeper", "/$hc/hyco%2Fdeeper?" },
    { "/$hc/hyco%2fDEEPER/x", "/$hc/hyco%2fDEEPER/x?" },
    { "/$hc/%48yco/deeper/", "/$hc/%48yco/deeper/?" },
    { "/$hc//hyco/deeper", "/$hc/hyco/deeper?" },
    { "//$hc/hyco/deeper?a", "/$hc/hyco/deeper?a&" },
    { "///$hc///hyco/deeper", "/$hc/hyco/deeper?" },
  };

  world_listen(w, &w->listener, "HYCO%2Fdeeper");
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_control c;
    world_send_request(w, &w->sender, cases[i].target, "send");
    world_read_accept(&w->listener, &c);
    assert_memory_equal(world_target(&c), cases[i].told, strlen(cases[i].told));
    hc_control_deinit(&c);
    raw_close(&w->sender, HC_STREAM_ABORT);
  }
}

static void without_entities_the_listeners_names_exist(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;
  struct hc_control c;

  world_options(&options);
  options.n_entities = 0;
  world_start(w, &options);
  world_connect(w, &w->sender, "any/name");
  assert_int_equal(world_answer(w, &w->sender), 404);
  assert_non_null(strstr(w->head, "404 There are no listeners connected"));
  raw_close(&w->sender, HC_STREAM_CLEAN);
  world_listen(w, &w->listener, "any/name");
  offer(w, &w->listener, "ANY/name/sub", &c);
  hc_control_deinit(&c);
  raw_close(&w->listener, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  world_connect(w, &w->sender, "any/name");
  assert_int_equal(world_answer(w, &w->sender), 404);
  raw_close(&w->sender, HC_STREAM_CLEAN);
  assert_int_equal(world_refused(w, "/$hc/?sb-hc-action=listen", ""), 404);
}

static void connections_above_max_connections_get_503(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.settings.max_connections = 2;
  world_start(w, &options);
  struct raw_peer *senders = world_peers(w, 3);
  world_listen(w, &w->listener, "hyco");
  for (size_t i = 0; i < 3; i++)
    world_connect(w, &senders[i], "hyco");
  assert_int_equal(world_answer(w, &senders[2]), 503);
  assert_int_equal(world_counts(w).waiting_senders, 2);
}

/* What would not fit a .NET listener's buffer is not sent to it. */
static void headers_above_the_control_limit_get_431(void **state)
{
  struct relay_world *w = *state;
  static char value[40000];
  struct hc_relay_options options;

  world_options(&options);
  options.settings.header_max = 65536;
  world_start(w, &options);
  world_listen(w, &w->listener, "open");
  raw_dial(&w->sender, w->sim, w->port);
  raw_send_str(&w->sender, "GET /$hc/open HTTP/1.1\r\nHost: a\r\n"
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: " WORLD_KEY "\r\nX: ");
  memset(value, '"', sizeof value - 1); /* two bytes each in JSON */
  raw_send_str(&w->sender, value);
  raw_send_str(&w->sender, "\r\n\r\n");
  assert_int_equal(world_answer(w, &w->sender), 431);
  raw_expect_silence(&w->listener, 100);
}

/* A listener that does not read is passed over, and is not filled for ever. */
static void listeners_that_do_not_read_are_passed_over(void **state)
{
  struct relay_world *w = *state;
  const struct sim_wire narrow = { 1, 1, 1024, 65536 };
  static char target[12000];
  struct raw_peer *deaf = world_peer(w);
  int status = 0;

  sim_set_wire(w->sim, &narrow);
  world_listen(w, deaf, "open");
  raw_pause(deaf);
  memset(target, 'x', sizeof target - 1);
  memcpy(target, "/$hc/open?", 10);
  for (int i = 0; i < 200 && status == 0; i++) {
    raw_dial(&w->sender, w->sim, w->port);
    raw_send_str(&w->sender, "GET ");
    raw_send_str(&w->sender, target);
    raw_send_str(&w->sender, " HTTP/1.1\r\nHost: a\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: " WORLD_KEY "\r\n\r\n");
    sim_run(w->sim, 100);
    if (hc_buffer_len(&w->sender.received) > 0)
      status = world_answer(w, &w->sender);
    raw_close(&w->sender, HC_STREAM_ABORT);
  }
  assert_int_equal(status, 503);
  assert_true(world_logged(w, "ListenerUnresponsive: "));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_TEST(the_accept_message_tells_all_about_the_sender),
    WORLD_TEST(path_and_query_are_the_senders_without_sb_hc),
    WORLD_OWN_TEST(addresses_begin_with_the_public_url),
    WORLD_TEST(authorization_is_passed_on_unless_it_was_the_token),
    WORLD_TEST(an_anonymous_sender_keeps_its_authorization),
    WORLD_TEST(without_listener_a_sender_gets_404),
    WORLD_TEST(a_sender_nobody_accepts_gets_504),
    WORLD_TEST(listeners_take_turns),
    WORLD_TEST(the_longest_entity_wins),
    WORLD_TEST(a_name_may_be_written_in_several_ways),
    WORLD_OWN_TEST(without_entities_the_listeners_names_exist),
    WORLD_OWN_TEST(connections_above_max_connections_get_503),
    WORLD_OWN_TEST(headers_above_the_control_limit_get_431),
    WORLD_TEST(listeners_that_do_not_read_are_passed_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
