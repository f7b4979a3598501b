/* How connections end: by a Close, by halves, by a cut, by a shutdown. The real
 * receiver, sender and relay on a simulated net. */
#include "support/check.h"

#include "sim_world.h"
#include <stdlib.h>

/* Streams in the order they are dialled by sim_world_join. */
enum { CONTROL_CHANNEL, SENDER, RENDEZVOUS };

static void disconnect_receiver(void *user_data)
{
  struct sim_receiver *r = user_data;
  assert_int_equal(hc_receiver_disconnect(r->core, 1), 0);
}

static void disconnect_sender(void *user_data)
{
  struct sim_sender *s = user_data;
  assert_int_equal(hc_sender_disconnect(s->core), 0);
}

/* surface: on_connection_disconnected, DisconnectStatusCode */
static void code_and_text_of_a_close_reach_the_peer(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(&w->receivers[0], "DisconnectStatusCode=4001");
  sim_receiver_set(&w->receivers[0], "DisconnectStatusDescription=go \xc3\xa9");
  disconnect_receiver(&w->receivers[0]);
  disconnect_receiver(&w->receivers[0]); /* again: nothing */
  sim_world_run(w, 100,
                "s0 disconnected 4001 go \xc3\xa9\n"
                "r0 1 disconnected 4001 go \xc3\xa9\n");

  sim_world_join(w);
  sim_sender_set(&w->senders[0], "DisconnectStatusCode=3000");
  disconnect_sender(&w->senders[0]);
  sim_world_run(w, 100,
                "r0 2 disconnected 3000 \n"
                "s0 disconnected 3000 \n");
  assert_int_equal(hc_sender_disconnect(w->senders[0].core),
                   HYCO_ENOTCONNECTED);
}

/* surface: on_connection_data_in */
static void what_is_queued_is_delivered_before_the_close(void **state)
{
  struct sim_world *w = *state;
  enum { LEN = 3000000 };
  uint8_t *bytes = malloc(LEN);
  assert_non_null(bytes);
  sim_pattern(bytes, LEN, 1);
  struct sim_sender *s = &w->senders[0];
  assert_int_equal(sim_sender_send(s, HC_WS_TEXT, hc_span_str("one")), 0);
  assert_int_equal(sim_sender_send(s, HC_WS_BINARY, hc_span_of(bytes, LEN)), 0);
  disconnect_sender(s);
  assert_int_equal(sim_sender_send(s, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_ENOTCONNECTED);
  sim_world_run(w, 5000,
                "r0 1 text \"one\"\n"
                "r0 1 binary 3000000 bytes\n"
                "r0 1 disconnected 1000 \n"
                "s0 disconnected 1000 \n");
  assert_true(w->receivers[0].last_hash == sim_hash(hc_span_of(bytes, LEN)));
  free(bytes);
}

static void a_slow_peer_gets_everything_however_long_it_takes(void **state)
{
  struct sim_world *w = *state;
  enum { LEN = 2000000 };
  const struct sim_wire slow = {
    .latency_min_ms = 50, .latency_max_ms = 60, .window = 2000, .read_max = 2000
  };
  uint8_t *bytes = calloc(1, LEN);
  assert_non_null(bytes);
  sim_set_wire(w->sim, &slow);
  assert_int_equal(sim_receiver_send(&w->receivers[0], 1, HC_WS_BINARY,
                                     hc_span_of(bytes, LEN)),
                   0);
  disconnect_receiver(&w->receivers[0]);
  sim_world_run(w, 30000, ""); /* three times the patience for a Close */
  sim_world_run(w, 1000000,
                "s0 binary 2000000 bytes\n"
                "s0 disconnected 1000 \n"
                "r0 1 disconnected 1000 \n");
  free(bytes);
}

static void a_peer_that_answers_no_close_is_cut_after_10_s(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(&w->receivers[0],
                   "azure_relay_connection_accept_data[1]=false");
  disconnect_sender(&w->senders[0]);
  sim_world_run(w, HC_CLOSE_WAIT_MS - 1, "");
  sim_world_run(w, 100,
                "s0 error 201 the peer did not answer the Close\n"
                "s0 disconnected 1006 the peer did not answer the Close\n");
  sim_receiver_set(&w->receivers[0],
                   "azure_relay_connection_accept_data[1]=true");
  sim_world_run(w, 100, "r0 1 disconnected 1000 \n");
}

/* surface: WaitForCloseResponse */
static void without_wait_for_close_response_it_is_over_at_once(void **state)
{
  struct sim_world *w = *state;
  sim_sender_set(sim_world_sender(w), "WaitForCloseResponse=false");
  sim_sender_set(&w->senders[0], "DisconnectStatusDescription=bye");
  sim_world_join(w);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("last")), 0);
  disconnect_sender(&w->senders[0]);
  sim_world_expect(w, ""); /* never inside the call */
  sim_world_run(w, 0, "s0 disconnected 1000 bye\n");
  sim_world_run(w, 100,
                "r0 1 text \"last\"\n"
                "r0 1 disconnected 1000 bye\n");
}

static void after_disconnect_no_data_comes_any_more(void **state)
{
  struct sim_world *w = *state;
  sim_world_on(w, "r0 1 text \"one\"", disconnect_receiver, &w->receivers[0]);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("one")), 0);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("two")), 0);
  sim_world_run(w, 100,
                "r0 1 text \"one\"\n"
                "s0 disconnected 1000 \n"
                "r0 1 disconnected 1000 \n");
}

/* surface: on_connection_connected, on_connection_request */
static void disconnecting_when_connected_is_never_ready_to_send(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(r);
  sim_world_forget(w);
  sim_world_on(w, "r0 1 connected", disconnect_receiver, r);
  sim_world_on(w, "s0 connected", disconnect_sender, s);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "r0 request\n"
                "s0 connected 0 OK\n"
                "r0 1 connected\n"
                "s0 disconnected 1000 \n"
                "r0 1 disconnected 1000 \n");
}

static void use_half_close(struct sim_world *w)
{
  sim_receiver_set(sim_world_receiver(w), "HalfClose=true");
  sim_sender_set(sim_world_sender(w), "HalfClose=true");
  sim_world_join(w);
}

/* DESIGN section 8, "Close from the peer" */
static void half_close_ends_one_direction_only(void **state)
{
  struct sim_world *w = *state;
  use_half_close(w);
  sim_sender_set(&w->senders[0], "DisconnectStatusDescription=that was all");
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("ask")), 0);
  disconnect_sender(&w->senders[0]);
  sim_world_run(w, 60000, /* as long as it likes */
                "r0 1 text \"ask\"\n"
                "r0 1 end 1000 that was all\n");
  assert_int_equal(
      sim_receiver_send(&w->receivers[0], 1, HC_WS_TEXT, hc_span_str("answer")),
      0);
  sim_world_run(w, 60000, "s0 text \"answer\"\n");
  disconnect_receiver(&w->receivers[0]);
  sim_world_run(w, 100,
                "r0 1 disconnected 1000 that was all\n"
                "s0 disconnected 1000 \n");
}

static void half_close_works_from_the_receivers_side_too(void **state)
{
  struct sim_world *w = *state;
  use_half_close(w);
  disconnect_receiver(&w->receivers[0]);
  sim_world_run(w, 60000, "s0 end 1000 \n");
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("still here")),
      0);
  sim_world_run(w, 100, "r0 1 text \"still here\"\n");
  disconnect_sender(&w->senders[0]);
  sim_world_run(w, 100,
                "s0 disconnected 1000 \n"
                "r0 1 disconnected 1000 \n");
}

static void both_may_close_their_halves_at_once(void **state)
{
  struct sim_world *w = *state;
  use_half_close(w);
  disconnect_receiver(&w->receivers[0]);
  disconnect_sender(&w->senders[0]);
  sim_run(w->sim, 100);
  assert_int_equal(sim_world_count(w, "r0 1 disconnected 1000"), 1);
  assert_int_equal(sim_world_count(w, "s0 disconnected 1000"), 1);
  assert_int_equal(sim_world_count(w, "r0 1 end"), 0);
  assert_int_equal(sim_world_count(w, "s0 end"), 0);
}

static void check_cut(size_t stream, enum sim_cut how, const char *expected)
{
  struct sim_world w;
  sim_world_start(&w, 11);
  sim_world_join(&w);
  sim_cut(w.sim, stream, how);
  sim_world_run(&w, 100, expected);
  assert_int_equal(w.receivers[0].core->ids.len, 0);
  assert_int_equal(sim_sender_send(&w.senders[0], HC_WS_TEXT, hc_span_str("x")),
                   HYCO_ENOTCONNECTED);
  sim_world_finish(&w);
}

/* DESIGN section 8, "cut": 1006 and an error, never a clean end. */
/* surface: on_connection_error */
static void a_cut_is_1006_and_an_error_on_both_sides(void **state)
{
  (void)state;
  check_cut(SENDER, SIM_CUT_RST,
            "s0 error 10054 ...\n"
            "s0 disconnected 1006 ...\n"
            "r0 1 error 1120 ...\n"
            "r0 1 disconnected 1006 ...\n");
  check_cut(SENDER, SIM_CUT_FIN,
            "s0 error 1120 ...\n"
            "s0 disconnected 1006 ...\n"
            "r0 1 error 1120 ...\n"
            "r0 1 disconnected 1006 ...\n");
  check_cut(RENDEZVOUS, SIM_CUT_RST,
            "r0 1 error 10054 ...\n"
            "r0 1 disconnected 1006 ...\n"
            "s0 error 1120 ...\n"
            "s0 disconnected 1006 ...\n");
  check_cut(RENDEZVOUS, SIM_CUT_FIN,
            "r0 1 error 1120 ...\n"
            "r0 1 disconnected 1006 ...\n"
            "s0 error 1120 ...\n"
            "s0 disconnected 1006 ...\n");
}

static void a_cut_with_half_close_is_no_end_either(void **state)
{
  struct sim_world *w = *state;
  use_half_close(w);
  disconnect_sender(&w->senders[0]);
  sim_world_run(w, 100, "r0 1 end 1000 \n");
  sim_cut(w->sim, SENDER, SIM_CUT_RST); /* before the receiver's own Close */
  sim_run(w->sim, 100);
  assert_int_equal(sim_world_count(w, "s0 error 10054"), 1);
  assert_int_equal(sim_world_count(w, "s0 disconnected 1006"), 1);
}

static void what_the_relay_had_taken_arrives_before_a_cut(void **state)
{
  struct sim_world *w = *state;
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("last words")),
      0);
  sim_run(w->sim, 1); /* they are with the relay */
  sim_sender_free(&w->senders[0]);
  sim_run(w->sim, 100);
  sim_world_expect(w, "r0 1 text \"last words\"\n"
                      "r0 1 error 1120 ...\n"
                      "r0 1 disconnected 1006 ...\n");
}

/* surface: listening */
static void stopping_to_listen_leaves_connections_alone(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(&w->receivers[0], "listening=false");
  sim_world_run(w, 60000, "r0 disconnected 0 OK\n");
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("hello")), 0);
  sim_world_run(w, 100, "r0 1 text \"hello\"\n");
  struct sim_sender *late = sim_world_sender(w);
  assert_int_equal(hc_sender_start(late->core), 0);
  sim_world_run(w, 100, "s1 connected 604 ...\n");
}

/* hyco_receiver_shutdown: "on_connection_disconnected comes for each, then
 * on_disconnected". */
static void a_shutdown_ends_every_connection_then_the_channel(void **state)
{
  struct sim_world *w = *state;
  sim_sender_connect(sim_world_sender(w));
  sim_sender_connect(sim_world_sender(w));
  sim_run(w->sim, 100);
  sim_world_forget(w);
  sim_receiver_set(&w->receivers[0], "DisconnectStatusDescription=closing");
  hc_receiver_shutdown(w->receivers[0].core);
  assert_false(hc_receiver_is_shut(w->receivers[0].core));
  sim_world_wait(w, "r0 disconnected 0 OK", 100);
  for (int i = 0; i < 3; i++) {
    char line[64];
    (void)snprintf(line, sizeof line, "s%d disconnected 1000 closing", i);
    assert_int_equal(sim_world_count(w, line), 1);
    (void)snprintf(line, sizeof line, "r0 %d disconnected 1000 closing", i + 1);
    assert_int_equal(sim_world_count(w, line), 1);
  }
  assert_true(hc_receiver_is_shut(w->receivers[0].core));
  sim_run(w->sim, 100);
  assert_int_equal(sim_open_handles(w->sim), 1); /* the relay's door */
}

static void a_shutdown_without_connections_ends_the_channel(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  hc_receiver_shutdown(r->core); /* nothing to do */
  assert_true(hc_receiver_is_shut(r->core));
  sim_world_run(w, 20000, "");
  sim_receiver_listen(r);
  sim_world_forget(w);
  hc_receiver_shutdown(r->core);
  sim_world_run(w, 100, "r0 disconnected 0 OK\n");
  assert_int_equal(sim_open_handles(w->sim), 1);
}

static void a_shutdown_does_not_wait_for_ever(void **state)
{
  struct sim_world *w = *state;
  sim_sender_set(&w->senders[0], "azure_relay_connection_accept_data=false");
  hc_receiver_shutdown(w->receivers[0].core);
  sim_world_run(w, HC_CLOSE_WAIT_MS - 1, "");
  sim_world_run(w, 100,
                "r0 1 error 201 the peer did not answer the Close...\n"
                "r0 1 disconnected 1006 the peer did not answer the Close...\n"
                "r0 disconnected 0 OK\n");
  assert_true(hc_receiver_is_shut(w->receivers[0].core));
}

static void shut_down(void *user_data)
{
  struct sim_receiver *r = user_data;
  hc_receiver_shutdown(r->core);
}

static void a_shutdown_closes_a_connection_that_is_just_coming(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  sim_receiver_listen(r);
  sim_world_forget(w);
  sim_world_on(w, "r0 request", shut_down, r);
  assert_int_equal(hc_sender_start(sim_world_sender(w)->core), 0);
  sim_world_run(w, 100,
                "r0 request\n"
                "r0 1 connected\n"
                "s0 connected 0 OK\n"
                "s0 ready\n"
                "s0 disconnected 1000 \n"
                "r0 1 disconnected 1000 \n"
                "r0 disconnected 0 OK\n");
  assert_true(hc_receiver_is_shut(r->core));
}

static void listening_again_after_a_shutdown_starts_afresh(void **state)
{
  struct sim_world *w = *state;
  hc_receiver_shutdown(w->receivers[0].core);
  sim_run(w->sim, 100);
  sim_world_join(w);
  sim_world_run(w, 60000, ""); /* nothing is left of the shutdown */
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("hello")), 0);
  sim_world_run(w, 100, "r0 2 text \"hello\"\n");
}

static void listening_again_within_a_shutdown_keeps_what_comes(void **state)
{
  struct sim_world *w = *state;
  sim_sender_set(&w->senders[0], "azure_relay_connection_accept_data=false");
  hc_receiver_shutdown(w->receivers[0].core);
  sim_run(w->sim, 100);
  sim_receiver_listen(&w->receivers[0]);
  sim_sender_connect(sim_world_sender(w));
  sim_world_wait(w, "r0 2 ready", SIM_WAIT_MS);
  sim_world_forget(w);
  sim_run(w->sim, 60000);
  assert_int_equal(sim_world_count(w, "r0 1 disconnected 1006"), 1);
  assert_int_equal(sim_world_count(w, "r0 2 disconnected"), 0);
  sim_world_forget(w);
  assert_int_equal(
      sim_sender_send(&w->senders[1], HC_WS_TEXT, hc_span_str("hello")), 0);
  sim_world_run(w, 100, "r0 2 text \"hello\"\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SIM_JOINED_TEST(code_and_text_of_a_close_reach_the_peer, 1),
    SIM_JOINED_TEST(what_is_queued_is_delivered_before_the_close, 2),
    SIM_JOINED_TEST(a_slow_peer_gets_everything_however_long_it_takes, 3),
    SIM_JOINED_TEST(a_peer_that_answers_no_close_is_cut_after_10_s, 4),
    SIM_TEST(without_wait_for_close_response_it_is_over_at_once, 5),
    SIM_JOINED_TEST(after_disconnect_no_data_comes_any_more, 6),
    SIM_TEST(disconnecting_when_connected_is_never_ready_to_send, 7),
    SIM_TEST(half_close_ends_one_direction_only, 8),
    SIM_TEST(half_close_works_from_the_receivers_side_too, 9),
    SIM_TEST(both_may_close_their_halves_at_once, 10),
    cmocka_unit_test(a_cut_is_1006_and_an_error_on_both_sides),
    SIM_TEST(a_cut_with_half_close_is_no_end_either, 12),
    SIM_JOINED_TEST(what_the_relay_had_taken_arrives_before_a_cut, 13),
    SIM_JOINED_TEST(stopping_to_listen_leaves_connections_alone, 14),
    SIM_JOINED_TEST(a_shutdown_ends_every_connection_then_the_channel, 15),
    SIM_TEST(a_shutdown_without_connections_ends_the_channel, 16),
    SIM_JOINED_TEST(a_shutdown_does_not_wait_for_ever, 17),
    SIM_TEST(a_shutdown_closes_a_connection_that_is_just_coming, 18),
    SIM_JOINED_TEST(listening_again_after_a_shutdown_starts_afresh, 19),
    SIM_JOINED_TEST(listening_again_within_a_shutdown_keeps_what_comes, 20),
  };
  return cmocka_run_group_tests_name("sim_close", tests, NULL, NULL);
}
