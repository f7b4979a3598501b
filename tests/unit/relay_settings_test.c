/* The table of limits, and each limit crossed where it is not at its default
 * (at its default: in the tests of what it limits). */
#include "support/check.h"
#include "support/relay_world.h"

/* spec hybrid-connections.md 4.1, 1.10, 1.12 */
static void the_defaults_are_the_services(void **state)
{
  struct hc_relay_settings s;

  (void)state;
  hc_relay_settings_default(&s);
  assert_int_equal(s.listeners_per_entity, 25);
  assert_int_equal(s.accept_timeout_s, 30);
  assert_int_equal(s.header_max, 32768);
  assert_int_equal(s.handshake_timeout_s, 20);
  assert_int_equal(s.max_connections, 5000);
  assert_int_equal(s.token_grace_s, 300);
  assert_int_equal(s.recycle_after_s, 0);
  assert_int_equal(s.pong_interval_s, 210);
  assert_int_equal(s.connect_delay_ms, 0);
  assert_int_equal(s.no_listener_status, 502);
}

static void every_row_has_a_name_a_help_and_a_default_in_range(void **state)
{
  struct hc_relay_settings s;

  (void)state;
  hc_relay_settings_default(&s);
  assert_int_equal(hc_relay_settings_check(&s, NULL), 0);
  for (int i = 0; i < HYCO_RELAY_SETTING_COUNT; i++) {
    const hyco_relay_setting_row *row = hyco_relay_setting_get_row(i);
    assert_true(strlen(row->name) > 0);
    assert_true(strlen(row->help) > 0);
    assert_non_null(row->unit);
  }
  assert_null(hyco_relay_setting_get_row(-1));
  assert_null(hyco_relay_setting_get_row(HYCO_RELAY_SETTING_COUNT));
}

static int set(struct hc_relay_settings *s, const char *name, const char *value,
               struct hc_fault *fault)
{
  return hc_relay_settings_set(s, hc_span_str(name), hc_span_str(value), fault);
}

/* Both ends of every row's range, and one beyond. */
static void values_stay_within_their_range(void **state)
{
  struct hc_relay_settings s;
  struct hc_fault fault;
  char text[32];

  (void)state;
  hc_relay_settings_default(&s);
  for (int i = 0; i < HYCO_RELAY_SETTING_COUNT; i++) {
    const hyco_relay_setting_row *row = hyco_relay_setting_get_row(i);
    snprintf(text, sizeof text, "%u", row->min);
    assert_int_equal(set(&s, row->name, text, &fault), 0);
    snprintf(text, sizeof text, "%u", row->max);
    assert_int_equal(set(&s, row->name, text, &fault), 0);
    snprintf(text, sizeof text, "%u", row->max + 1);
    assert_int_equal(set(&s, row->name, text, &fault), HYCO_EBADVALUE);
    assert_non_null(strstr(fault.text, row->name));
    if (row->min > 0) {
      snprintf(text, sizeof text, "%u", row->min - 1);
      assert_int_equal(set(&s, row->name, text, &fault), HYCO_EBADVALUE);
    }
  }
}

static void names_are_known_in_any_case_and_values_are_digits(void **state)
{
  static const char *const bad[] = {
    "",    "-1",  "+1", "1 ",         " 1",
    "0x1", "1.5", "x",  "9999999999", "18446744073709551617"
  };
  struct hc_relay_settings s;
  struct hc_fault fault;

  (void)state;
  hc_relay_settings_default(&s);
  assert_int_equal(set(&s, "ACCEPTtimeout", "007", &fault), 0);
  assert_int_equal(s.accept_timeout_s, 7);
  for (size_t i = 0; i < CHECK_COUNT(bad); i++)
    assert_int_equal(set(&s, "AcceptTimeout", bad[i], &fault), HYCO_EBADVALUE);
  assert_int_equal(s.accept_timeout_s, 7);
  assert_int_equal(set(&s, "AcceptTimeouts", "1", &fault), HYCO_EUNKNOWNNAME);
  assert_int_equal(set(&s, "", "1", &fault), HYCO_EUNKNOWNNAME);
}

static void a_relay_takes_no_value_out_of_range(void **state)
{
  struct hc_relay_options options;
  struct sim *sim = sim_new(1);
  struct hc_relay *relay = NULL;
  struct hc_fault fault;

  (void)state;
  world_options(&options);
  options.settings.header_max = 131073;
  assert_int_equal(hc_relay_new(sim_net(sim), &options, &relay, &fault),
                   HYCO_EBADVALUE);
  assert_non_null(strstr(fault.text, "HeaderMax is a number from 256 to "
                                     "131072 bytes"));
  assert_int_equal(sim_open_handles(sim), 0);
  sim_free(sim);
}

static void start_with(struct relay_world *w, const char *name,
                       const char *value)
{
  struct hc_relay_options options;

  world_options(&options);
  assert_int_equal(set(&options.settings, name, value, NULL), 0);
  world_start(w, &options);
}

static void listeners_per_entity(void **state)
{
  struct relay_world w;
  struct raw_peer peers[3];

  (void)state;
  start_with(&w, "ListenersPerEntity", "2");
  world_listen(&w, &peers[0], "hyco");
  world_listen(&w, &peers[1], "hyco");
  world_send_request(&w, &peers[2], "/$hc/hyco?sb-hc-action=listen", "listen");
  assert_int_equal(world_answer(&w, &peers[2]), 403);
  raw_close(&peers[2], HC_STREAM_CLEAN);
  world_listen(&w, &peers[2], "open");
  for (size_t i = 0; i < 3; i++)
    raw_close(&peers[i], HC_STREAM_ABORT);
  world_finish(&w);
}

static void accept_timeout(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct raw_peer sender;

  (void)state;
  start_with(&w, "AcceptTimeout", "2");
  world_listen(&w, &listener, "hyco");
  world_connect(&w, &sender, "hyco");
  raw_expect_silence(&sender, 1950);
  assert_int_equal(world_answer(&w, &sender), 504);
  raw_close(&sender, HC_STREAM_CLEAN);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

static void header_max(void **state)
{
  static char extra[700];
  struct relay_world w;

  (void)state;
  memset(extra, 'x', sizeof extra - 1);
  memcpy(extra, "X: ", 3);
  memcpy(extra + sizeof extra - 3, "\r\n", 2);
  start_with(&w, "HeaderMax", "600");
  assert_int_equal(world_refused(&w, "/$hc/hyco", ""), 401);
  assert_int_equal(world_refused(&w, "/$hc/hyco", extra), 431);
  world_finish(&w);
}

static void handshake_timeout(void **state)
{
  struct relay_world w;
  struct raw_peer peer;

  (void)state;
  start_with(&w, "HandshakeTimeout", "3");
  raw_dial(&peer, w.sim, w.port);
  raw_expect_silence(&peer, 2950);
  assert_int_equal(world_answer(&w, &peer), 408);
  raw_close(&peer, HC_STREAM_CLEAN);
  world_finish(&w);
}

static void max_connections(void **state)
{
  struct relay_world w;
  struct raw_peer peers[2];

  (void)state;
  start_with(&w, "MaxConnections", "1");
  world_listen(&w, &peers[0], "hyco");
  world_send_request(&w, &peers[1], "/$hc/open?sb-hc-action=listen", "listen");
  assert_int_equal(world_answer(&w, &peers[1]), 503);
  raw_close(&peers[0], HC_STREAM_ABORT);
  raw_close(&peers[1], HC_STREAM_ABORT);
  world_finish(&w);
}

static void token_grace(void **state)
{
  struct relay_world w;
  char token[1024];
  char field[1100];

  (void)state;
  start_with(&w, "TokenGrace", "10");
  world_token(&w, token, "", "send", -9);
  snprintf(field, sizeof field, "Authorization: %s\r\n", token);
  assert_int_equal(world_refused(&w, "/$hc/hyco", field), 404);
  world_token(&w, token, "", "send", -11);
  snprintf(field, sizeof field, "Authorization: %s\r\n", token);
  assert_int_equal(world_refused(&w, "/$hc/hyco", field), 401);
  world_finish(&w);
}

static void pong_interval(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct raw_frame frame;

  (void)state;
  start_with(&w, "PongInterval", "1");
  world_listen(&w, &listener, "hyco");
  raw_expect_silence(&listener, 950);
  assert_true(raw_read_frame(&listener, &frame));
  assert_int_equal(frame.first, 0x8a);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
  start_with(&w, "PongInterval", "0");
  world_listen(&w, &listener, "hyco");
  raw_expect_silence(&listener, 600000);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

/* spec hybrid-connections.md 1.14: "Every ~24 h the service recycles control
 * channels (1011 ...)". */
static void recycle_after(void **state)
{
  struct relay_world w;
  struct world_pair p;

  (void)state;
  start_with(&w, "RecycleAfter", "5");
  world_join(&w, &p);
  raw_expect_silence(&p.listener, 4900);
  raw_expect_close(&p.listener, 1011);
  raw_expect_end(&p.listener, 0);
  assert_true(world_logged(&w, "ListenerUnregistered: "));
  assert_int_equal(world_counts(&w).listeners, 0);
  /* connections live on */
  raw_send_frame(&p.sender, 0x82, hc_span_str("still there"));
  raw_expect_frame(&p.rendezvous, 0x82, "still there");
  world_part(&p);
  world_finish(&w);
}

static void without_recycle_after_a_channel_stays(void **state)
{
  struct relay_world w;
  struct raw_peer listener;

  (void)state;
  start_with(&w, "PongInterval", "0");
  world_listen(&w, &listener, "hyco");
  raw_expect_silence(&listener, (WORLD_TOKEN_S - 10) * 1000);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

/* The listener is told so much later, and nothing of the request is lost. */
static void connect_delay(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct raw_peer sender;
  struct hc_control c;

  (void)state;
  start_with(&w, "ConnectDelay", "30000"); /* above HandshakeTimeout */
  world_listen(&w, &listener, "hyco");
  world_connect(&w, &sender, "hyco/sub?x=1");
  raw_expect_silence(&listener, 29900);
  assert_int_equal(world_counts(&w).waiting_senders, 0);
  sim_run(w.sim, 100);
  world_read_accept(&listener, &c);
  assert_memory_equal(world_target(&c), "/$hc/hyco/sub?x=1&", 18);
  hc_control_deinit(&c);
  raw_close(&sender, HC_STREAM_ABORT);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

static void
what_is_looked_for_after_the_delay_is_what_is_there_then(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct raw_peer sender;
  struct raw_peer early;

  (void)state;
  start_with(&w, "ConnectDelay", "5000");
  world_listen(&w, &listener, "hyco");
  world_connect(&w, &sender, "hyco");
  sim_run(w.sim, 1000);
  raw_close(&listener, HC_STREAM_CLEAN);
  raw_expect_silence(&sender, 3900);
  assert_int_equal(world_answer(&w, &sender), 404);
  raw_close(&sender, HC_STREAM_CLEAN);
  world_connect(&w, &early, "hyco");
  sim_run(w.sim, 1000);
  raw_close(&early, HC_STREAM_ABORT); /* found out when it is looked at */
  sim_run(w.sim, 10000);
  assert_int_equal(world_counts(&w).streams, 0);
  world_finish(&w);
}

/* spec hybrid-connections.md 10: "HTTP request, no listener: 502 (settable)";
 * 4.3: the guide's text has 502, its table 503. */
static void no_listener_status(void **state)
{
  struct relay_world w;
  struct raw_peer sender;

  (void)state;
  start_with(&w, "NoListenerStatus", "503");
  raw_dial(&sender, w.sim, w.port);
  raw_send_str(&sender, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(world_answer(&w, &sender), 503);
  assert_non_null(strstr(w.head, "There are no listeners connected for the "
                                 "endpoint."));
  raw_close(&sender, HC_STREAM_CLEAN);
  assert_int_equal(world_refused(&w, "/$hc/open?sb-hc-action=connect", ""),
                   404);
  world_finish(&w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_defaults_are_the_services),
    cmocka_unit_test(every_row_has_a_name_a_help_and_a_default_in_range),
    cmocka_unit_test(values_stay_within_their_range),
    cmocka_unit_test(names_are_known_in_any_case_and_values_are_digits),
    cmocka_unit_test(a_relay_takes_no_value_out_of_range),
    cmocka_unit_test(listeners_per_entity),
    cmocka_unit_test(accept_timeout),
    cmocka_unit_test(header_max),
    cmocka_unit_test(handshake_timeout),
    cmocka_unit_test(max_connections),
    cmocka_unit_test(token_grace),
    cmocka_unit_test(pong_interval),
    cmocka_unit_test(recycle_after),
    cmocka_unit_test(without_recycle_after_a_channel_stays),
    cmocka_unit_test(no_listener_status),
    cmocka_unit_test(connect_delay),
    cmocka_unit_test(what_is_looked_for_after_the_delay_is_what_is_there_then),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
