/* Stopping: everybody is told, what was taken is delivered, and it ends. */
#include "support/check.h"
#include "support/relay_world.h"

static void count(void *user_data)
{
  (*(int *)user_data)++;
}

static void free_relay(void *user_data)
{
  struct relay_world *w = user_data;

  hc_relay_free(w->relay);
  w->relay = NULL;
}

static void an_idle_relay_stops_in_the_next_turn(void **state)
{
  struct relay_world *w = *state;
  int stopped = 0;

  hc_relay_stop(w->relay, count, &stopped);
  assert_int_equal(stopped, 0); /* from the loop */
  sim_run(w->sim, 1);
  assert_int_equal(stopped, 1);
  assert_int_equal(hc_relay_port(w->relay), 0);
  sim_run(w->sim, 20000);
  assert_int_equal(stopped, 1);
}

static void the_relay_may_be_freed_when_it_has_stopped(void **state)
{
  struct relay_world *w = *state;

  hc_relay_stop(w->relay, free_relay, w);
  sim_run(w->sim, 1);
  assert_null(w->relay);
}

static void listeners_and_pairs_are_closed_with_1001(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;
  int stopped = 0;

  raw_send_frame(&p->sender, 0x82, hc_span_str("taken"));
  sim_run(j->world.sim, 2);
  hc_relay_stop(j->world.relay, count, &stopped);
  raw_expect_close(&p->listener, 1001);
  raw_expect_close(&p->sender, 1001);
  raw_expect_frame(&p->rendezvous, 0x82, "taken");
  raw_expect_close(&p->rendezvous, 1001);
  assert_int_equal(stopped, 0);
  raw_send_frame(&p->sender, 0x82, hc_span_str("too late"));
  raw_send_frame(&p->sender, 0x88, hc_span_str("\x03\xe9"));
  raw_send_frame(&p->rendezvous, 0x88, hc_span_str("\x03\xe9"));
  raw_send_frame(&p->listener, 0x88, hc_span_str("\x03\xe9"));
  raw_expect_end(&p->listener, 0);
  raw_expect_end(&p->sender, 0);
  raw_expect_end(&p->rendezvous, 0);
  assert_int_equal(stopped, 1);
}

static void
peers_that_do_not_answer_hold_it_up_for_the_linger_time(void **state)
{
  struct world_joined *j = *state;
  int stopped = 0;

  hc_relay_stop(j->world.relay, count, &stopped);
  sim_run(j->world.sim, HC_STREAM_LINGER_MS - 1);
  assert_int_equal(stopped, 0);
  assert_int_equal(world_counts(&j->world).streams, 3);
  sim_run(j->world.sim, 2);
  assert_int_equal(stopped, 1);
  assert_int_equal(world_counts(&j->world).streams, 0);
}

static void a_half_closed_pair_is_ended_both_ways(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;
  int stopped = 0;

  raw_send_frame(&p->sender, 0x88, hc_span_str("\x03\xe8"));
  raw_expect_close(&p->rendezvous, 1000);
  hc_relay_stop(j->world.relay, count, &stopped);
  raw_expect_close(&p->sender, 1001);
  raw_expect_end(&p->sender, 0);
  raw_expect_end(&p->rendezvous, HYCO_EDROPPED); /* its own was not heard */
  assert_int_equal(hc_buffer_len(&p->rendezvous.received), 0);
  raw_close(&p->listener, HC_STREAM_ABORT);
  sim_run(j->world.sim, 100);
  assert_int_equal(stopped, 1);
}

/* No Close can stand in the middle of a frame. */
static void a_leg_in_the_middle_of_a_frame_is_cut_behind_it(void **state)
{
  const struct sim_wire narrow = { 1, 1, 100, 100 };
  uint8_t bytes[5000] = { 0 };
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;
  int stopped = 0;

  raw_send_frame_head(&p->sender, 0x82, 10000);
  raw_send_masked(&p->sender, hc_span_of(bytes, sizeof bytes), 0);
  sim_run(j->world.sim, 1);
  raw_pause(&p->rendezvous);
  sim_set_wire(j->world.sim, &narrow);
  sim_run(j->world.sim, 10);
  hc_relay_stop(j->world.relay, count, &stopped);
  raw_expect_close(&p->sender, 1001);
  raw_close(&p->sender, HC_STREAM_ABORT);
  raw_close(&p->listener, HC_STREAM_ABORT);
  sim_run(j->world.sim, 1000);
  raw_resume(&p->rendezvous);
  raw_expect_end(&p->rendezvous, HYCO_EDROPPED);
  assert_int_equal(hc_buffer_len(&p->rendezvous.received), 4 + sizeof bytes);
  assert_int_equal(stopped, 1);
}

static void senders_that_wait_get_503(void **state)
{
  struct relay_world *w = *state;
  int stopped = 0;

  world_listen(w, &w->listener, "hyco");
  world_connect(w, &w->sender, "hyco");
  sim_run(w->sim, 10);
  hc_relay_stop(w->relay, count, &stopped);
  assert_int_equal(world_answer(w, &w->sender), 503);
  raw_expect_end(&w->sender, 0);
  raw_close(&w->listener, HC_STREAM_ABORT);
  raw_close(&w->sender, HC_STREAM_CLEAN);
  sim_run(w->sim, 10);
  assert_int_equal(stopped, 1);
}

static void no_connection_is_taken_any_more(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *half = world_peer(w);
  int stopped = 0;

  raw_dial(half, w->sim, w->port);
  raw_send_str(half, "GET /hy");
  sim_run(w->sim, 10);
  hc_relay_stop(w->relay, count, &stopped);
  raw_expect_end(half, 0);
}

/* hc_relay_free cuts what is still open, in every state. */
static void freeing_cuts_everything(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;
  struct raw_peer waiting;
  struct raw_peer half;

  world_connect(&j->world, &waiting, "hyco");
  raw_dial(&half, j->world.sim, j->world.port);
  sim_run(j->world.sim, 10);
  assert_int_equal(world_counts(&j->world).streams, 5);
  hc_relay_free(j->world.relay);
  j->world.relay = NULL;
  raw_expect_end(&p->sender, HYCO_EDROPPED);
  raw_expect_end(&p->rendezvous, HYCO_EDROPPED);
  raw_expect_end(&p->listener, HYCO_EDROPPED);
  raw_expect_end(&waiting, HYCO_EDROPPED);
  raw_expect_end(&half, 0);
  raw_close(&waiting, HC_STREAM_CLEAN);
  raw_close(&half, HC_STREAM_CLEAN);
}

static void freeing_while_stopping_is_fine(void **state)
{
  struct world_joined *j = *state;
  int stopped = 0;

  hc_relay_stop(j->world.relay, count, &stopped);
  sim_run(j->world.sim, 5);
  hc_relay_free(j->world.relay);
  j->world.relay = NULL;
  assert_int_equal(stopped, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_TEST(an_idle_relay_stops_in_the_next_turn),
    WORLD_TEST(the_relay_may_be_freed_when_it_has_stopped),
    WORLD_JOINED_TEST(listeners_and_pairs_are_closed_with_1001),
    WORLD_JOINED_TEST(peers_that_do_not_answer_hold_it_up_for_the_linger_time),
    WORLD_JOINED_TEST(a_half_closed_pair_is_ended_both_ways),
    WORLD_JOINED_TEST(a_leg_in_the_middle_of_a_frame_is_cut_behind_it),
    WORLD_TEST(senders_that_wait_get_503),
    WORLD_TEST(no_connection_is_taken_any_more),
    WORLD_JOINED_TEST(freeing_cuts_everything),
    WORLD_JOINED_TEST(freeing_while_stopping_is_fine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
