/* How a receiver stays online: keep-alive, reconnecting, renewing tokens. The
 * real receiver, sender and relay on a simulated net. */
#include "support/check.h"

#include "sim_world.h"

/* Streams in the order they are dialled by sim_world_join. */
enum { CONTROL_CHANNEL, SENDER, RENDEZVOUS, JOINED };

enum { HOUR_MS = 3600 * 1000 };

static void check_connection_works(struct sim_world *w)
{
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("hello")), 0);
  sim_world_run(w, 100, "r0 1 text \"hello\"\n");
  assert_int_equal(
      sim_receiver_send(&w->receivers[0], 1, HC_WS_TEXT, hc_span_str("hi")), 0);
  sim_world_run(w, 100, "s0 text \"hi\"\n");
}

static void check_reconnects(enum sim_cut how, const char *expected)
{
  struct sim_world w;
  sim_world_start(&w, 1);
  sim_world_join(&w);
  sim_cut(w.sim, CONTROL_CHANNEL, how);
  sim_world_run(&w, 100, expected);
  check_connection_works(&w);
  sim_sender_connect(sim_world_sender(&w));
  sim_world_wait(&w, "r0 2 ready", SIM_WAIT_MS);
  sim_world_finish(&w);
}

static void a_cut_control_channel_comes_back_and_connections_live(void **state)
{
  (void)state;
  check_reconnects(SIM_CUT_RST, "r0 disconnected 10054 ...\n"
                                "r0 connected 0 OK\n");
  check_reconnects(SIM_CUT_FIN, "r0 disconnected 1120 ...\n"
                                "r0 connected 0 OK\n");
}

/* DESIGN section 8, keep-alive: a ping after AzureRelayKeepAliveTime of
 * silence, dead after as long again. */
static void a_silent_control_channel_is_dead_after_twice_the_time(void **state)
{
  struct sim_world *w = *state;
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_SILENCE);
  sim_world_run(w, 119000, "");
  sim_world_run(w, 1100,
                "r0 disconnected 10060 the service has not answered a ping "
                "for 120 s\n"
                "r0 connected 0 OK\n");
  check_connection_works(w);
}

static void a_quiet_control_channel_that_answers_pings_stays_up(void **state)
{
  struct sim_world *w = *state;
  w->settings.pong_interval_s = 0; /* nothing comes but our answers */
  sim_world_relay_down(w);
  sim_world_relay_up(w);
  sim_world_join(w);
  sim_world_run(w, 10 * HOUR_MS, "");
  assert_int_equal(sim_stream_count(w->sim), JOINED);
  check_connection_works(w);
}

static void without_keep_alive_silence_is_not_noticed(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(sim_world_receiver(w), "AzureRelayKeepAliveTime=0");
  sim_world_join(w);
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_SILENCE);
  sim_world_run(w, HOUR_MS, "");
  sim_receiver_set(&w->receivers[0], "AzureRelayKeepAliveTime=60");
  sim_world_run(w, 160000,
                "r0 disconnected 10060 ...\n"
                "r0 connected 0 OK\n");
}

static void changing_keep_alive_harms_no_healthy_channel(void **state)
{
  (void)state;
  static const char *const changes[] = { "AzureRelayKeepAliveTime=0",
                                         "AzureRelayKeepAliveTime=10",
                                         "AzureRelayKeepAliveTime=3600" };
  for (size_t i = 0; i < CHECK_COUNT(changes); i++) {
    struct sim_world w;
    sim_world_start(&w, 5);
    w.settings.pong_interval_s = 0;
    sim_world_relay_down(&w);
    sim_world_relay_up(&w);
    sim_world_join(&w);
    sim_run(w.sim, 61000); /* a ping has been answered */
    sim_receiver_set(&w.receivers[0], changes[i]);
    sim_world_run(&w, HOUR_MS, "");
    assert_int_equal(sim_stream_count(w.sim), JOINED);
    sim_world_finish(&w);
  }
}

/* Runs until the next try has failed; how long that took. */
static uint64_t time_to_next_try(struct sim_world *w)
{
  uint64_t before = hc_net_now_ms(sim_net(w->sim));
  sim_world_wait(w, "r0 connected 10061", 100000);
  sim_world_forget(w);
  return hc_net_now_ms(sim_net(w->sim)) - before;
}

static void check_wait(uint64_t got_ms, uint64_t wait_ms)
{
  enum { WAY_MS = 5 };
  assert_in_range(got_ms, wait_ms - wait_ms / 5,
                  wait_ms + wait_ms / 5 + WAY_MS);
}

/* DESIGN section 8, reconnect: 0, 1, 2, 5, 10, 30, 30... s with 20 % jitter,
 * from the start again after 30 s online. */
static void reconnecting_waits_by_the_table(void **state)
{
  struct sim_world *w = *state;
  static const uint64_t waits_ms[] = {
    0, 1000, 2000, 5000, 10000, 30000, 30000
  };
  sim_refuse_dials(w->sim, true);
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_RST);
  sim_world_wait(w, "r0 disconnected", SIM_WAIT_MS);
  for (size_t i = 0; i < CHECK_COUNT(waits_ms); i++)
    check_wait(time_to_next_try(w), waits_ms[i]);
  assert_true(hc_receiver_is_listening(w->receivers[0].core));

  sim_refuse_dials(w->sim, false); /* online, but only for a moment */
  sim_world_wait(w, "r0 connected 0 OK", 40000);
  sim_refuse_dials(w->sim, true);
  sim_cut(w->sim, sim_stream_count(w->sim) - 1, SIM_CUT_RST);
  sim_world_wait(w, "r0 disconnected", SIM_WAIT_MS);
  check_wait(time_to_next_try(w), 30000);

  sim_refuse_dials(w->sim, false); /* online for long */
  sim_world_wait(w, "r0 connected 0 OK", 40000);
  sim_run(w->sim, HC_BACKOFF_RESET_MS + 100);
  sim_refuse_dials(w->sim, true);
  sim_cut(w->sim, sim_stream_count(w->sim) - 1, SIM_CUT_RST);
  sim_world_wait(w, "r0 disconnected", SIM_WAIT_MS);
  check_wait(time_to_next_try(w), 0);
  check_wait(time_to_next_try(w), 1000);
}

static void without_auto_reconnect_a_cut_is_the_end(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(sim_world_receiver(w), "AutoReconnect=false");
  sim_world_join(w);
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_RST);
  sim_world_run(w, HOUR_MS, "r0 disconnected 10054 ...\n");
  assert_false(hc_receiver_is_listening(w->receivers[0].core));
  check_connection_works(w);
}

static void a_relay_that_was_gone_is_found_again(void **state)
{
  struct sim_world *w = *state;
  sim_world_relay_down(w);
  sim_run(w->sim, 20000);
  assert_int_equal(sim_world_count(w, "r0 disconnected 1120"), 1);
  assert_int_equal(sim_world_count(w, "r0 1 disconnected 1006"), 1);
  assert_int_equal(sim_world_count(w, "s0 disconnected 1006"), 1);
  assert_true(sim_world_count(w, "r0 connected 10061") >= 4);
  assert_int_equal(sim_world_count(w, "r0 connected 0"), 0);
  sim_world_relay_up(w);
  sim_world_wait(w, "r0 connected 0 OK", 40000);
  sim_world_forget(w);
  sim_sender_connect(&w->senders[0]);
  sim_world_wait(w, "r0 2 ready", SIM_WAIT_MS);
}

static void a_receiver_may_start_before_its_relay(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  sim_world_relay_down(w);
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  assert_int_equal(hc_receiver_start(r->core, false), 0); /* again: nothing */
  sim_run(w->sim, 500);
  sim_world_relay_up(w);
  sim_world_run(w, 3000,
                "r0 connected 10061 ...\n"
                "r0 connected 10061 ...\n"
                "r0 connected 0 OK\n");
}

static void a_relay_that_stops_says_1001(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(sim_world_receiver(w), "AutoReconnect=false");
  sim_world_join(w);
  hc_relay_stop(w->relay, NULL, NULL);
  sim_run(w->sim, 20000);
  assert_int_equal(
      sim_world_count(w, "r0 disconnected 1001 the relay is stopping"), 1);
  assert_int_equal(
      sim_world_count(w, "r0 1 disconnected 1001 the relay is stopping"), 1);
  assert_int_equal(
      sim_world_count(w, "s0 disconnected 1001 the relay is stopping"), 1);
}

static void stopping_while_it_waits_or_dials_ends_the_tries(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  sim_refuse_dials(w->sim, true);
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  sim_run(w->sim, 4000);
  assert_int_equal(r->core->state, HC_RECEIVER_WAITING);
  sim_world_forget(w);
  hc_receiver_stop(r->core);
  sim_world_run(w, HOUR_MS, "");
  sim_hang_dials(w->sim, true);
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  sim_run(w->sim, 1000);
  hc_receiver_stop(r->core);
  sim_world_run(w, HOUR_MS, "");
  assert_int_equal(sim_open_handles(w->sim), 1); /* the relay's door */
}

static void stop(void *user_data)
{
  struct sim_receiver *r = user_data;
  hc_receiver_stop(r->core);
}

static void stopping_inside_on_disconnected_prevents_the_next_try(void **state)
{
  struct sim_world *w = *state;
  sim_world_on(w, "r0 disconnected", stop, &w->receivers[0]);
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_RST);
  sim_world_run(w, HOUR_MS, "r0 disconnected 10054 ...\n");
  assert_false(hc_receiver_is_listening(w->receivers[0].core));
}

static void listening_again_at_once_after_a_stop_works(void **state)
{
  struct sim_world *w = *state;
  hc_receiver_stop(w->receivers[0].core);
  assert_int_equal(hc_receiver_start(w->receivers[0].core, false), 0);
  sim_world_run(w, HOUR_MS, "r0 connected 0 OK\n");
  check_connection_works(w);
}

/* DESIGN section 8: a listener's TCP, TLS and upgrade 10 s, a sender 70 s. */
static void a_dial_that_hangs_is_given_up(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_hang_dials(w->sim, true);
  assert_int_equal(hc_receiver_start(r->core, true), 0);
  sim_world_run(w, HC_LISTEN_TIMEOUT_MS - 1, "");
  sim_world_run(w, 1, "r0 connected 10060 ...\n");
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, HC_CONNECT_TIMEOUT_MS - 1, "");
  sim_world_run(w, 1, "s0 connected 10060 ...\n");
}

static void refuse_dials(void *user_data)
{
  struct sim_world *w = user_data;
  sim_refuse_dials(w->sim, true);
}

static void a_rendezvous_that_fails_is_608_and_the_next_one_works(void **state)
{
  struct sim_world *w = *state;
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(sim_world_receiver(w));
  sim_world_forget(w);
  sim_world_on(w, "r0 request", refuse_dials, w);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 29000,
                "r0 request\n"
                "r0 error 608 accepting failed: the connection was refused\n");
  sim_world_run(w, 2000,
                "s0 connected 605 504 The listener did not accept the "
                "connection in time.\n");
  sim_refuse_dials(w->sim, false);
  sim_sender_connect(s);
  sim_world_wait(w, "r0 2 ready", SIM_WAIT_MS);
}

static void relay_without_grace(struct sim_world *w)
{
  w->settings.token_grace_s = 0;
  sim_world_relay_down(w);
  sim_world_relay_up(w);
}

static void tokens_are_renewed_for_hours_without_a_reconnect(void **state)
{
  (void)state;
  static const char *const validities[] = { "TokenValidity=600",
                                            "TokenValidity=90",
                                            "TokenValidity=3600" };
  for (size_t i = 0; i < CHECK_COUNT(validities); i++) {
    struct sim_world w;
    sim_world_start(&w, 16);
    relay_without_grace(&w);
    sim_receiver_set(sim_world_receiver(&w), validities[i]);
    sim_world_join(&w);
    sim_world_run(&w, 3 * HOUR_MS, "");
    assert_int_equal(sim_stream_count(w.sim), JOINED);
    check_connection_works(&w);
    sim_world_finish(&w);
  }
}

static void a_ready_token_ends_with_1008_and_602(void **state)
{
  struct sim_world *w = *state;
  const char *token = NULL;
  char text[1024];
  relay_without_grace(w);
  struct sim_receiver *r = sim_world_receiver(w);
  sim_receiver_set(r, "TokenValidity=600");
  assert_int_equal(hc_surface_config(&r->core->surface, "AccessToken", &token),
                   0);
  (void)snprintf(text, sizeof text, "SharedAccessSignature=%s", token);
  sim_receiver_set(r, text);
  sim_world_join(w);
  sim_world_run(w, 599000, "");
  sim_world_run(w, 60000,
                "r0 disconnected 1008 The token is expired.\n"
                "r0 connected 602 401 The token is expired.\n");
  assert_false(hc_receiver_is_listening(r->core));
  check_connection_works(w); /* "joined connections live on" */
}

static void a_key_changed_while_listening_is_used_at_the_renewal(void **state)
{
  struct sim_world *w = *state;
  relay_without_grace(w);
  struct sim_receiver *r = sim_world_receiver(w);
  sim_receiver_set(r, "TokenValidity=600");
  sim_world_join(w);
  sim_receiver_set(r, "access_key_name=listen");
  sim_receiver_set(r, "access_key=listen-key");
  sim_world_run(w, HOUR_MS, "");
  sim_receiver_set(r, "access_key=wrong");
  sim_world_run(w, HOUR_MS,
                "r0 disconnected 1008 The token has an invalid signature.\n"
                "r0 connected 602 401 The token has an invalid signature.\n");
}

static void a_wall_clock_that_jumps_is_looked_at(void **state)
{
  struct sim_world *w = *state;
  relay_without_grace(w);
  sim_world_join(w); /* TokenValidity 3600 */
  sim_jump_wall(w->sim, 3400);
  sim_world_run(w, HOUR_MS, "");
  assert_int_equal(sim_stream_count(w->sim), JOINED);
  sim_jump_wall(w->sim, 86400); /* a machine that slept */
  sim_run(w->sim, HOUR_MS);     /* who looks first, we or the relay? */
  assert_int_equal(w->receivers[0].core->state, HC_RECEIVER_ONLINE);
  sim_world_forget(w);
  check_connection_works(w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_cut_control_channel_comes_back_and_connections_live),
    SIM_JOINED_TEST(a_silent_control_channel_is_dead_after_twice_the_time, 2),
    SIM_TEST(a_quiet_control_channel_that_answers_pings_stays_up, 3),
    SIM_TEST(without_keep_alive_silence_is_not_noticed, 4),
    cmocka_unit_test(changing_keep_alive_harms_no_healthy_channel),
    SIM_JOINED_TEST(reconnecting_waits_by_the_table, 6),
    SIM_TEST(without_auto_reconnect_a_cut_is_the_end, 7),
    SIM_JOINED_TEST(a_relay_that_was_gone_is_found_again, 8),
    SIM_TEST(a_receiver_may_start_before_its_relay, 9),
    SIM_TEST(a_relay_that_stops_says_1001, 10),
    SIM_TEST(stopping_while_it_waits_or_dials_ends_the_tries, 11),
    SIM_JOINED_TEST(stopping_inside_on_disconnected_prevents_the_next_try, 12),
    SIM_JOINED_TEST(listening_again_at_once_after_a_stop_works, 13),
    SIM_TEST(a_dial_that_hangs_is_given_up, 14),
    SIM_TEST(a_rendezvous_that_fails_is_608_and_the_next_one_works, 15),
    cmocka_unit_test(tokens_are_renewed_for_hours_without_a_reconnect),
    SIM_TEST(a_ready_token_ends_with_1008_and_602, 17),
    SIM_TEST(a_key_changed_while_listening_is_used_at_the_renewal, 18),
    SIM_TEST(a_wall_clock_that_jumps_is_looked_at, 19),
  };
  return cmocka_run_group_tests_name("sim_reconnect", tests, NULL, NULL);
}
