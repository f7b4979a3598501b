/* The simulated streams keep the contract of net.h. */
#include "sim_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after those, as cmocka wants it */
#include <cmocka.h>

static void bytes_arrive_whole_and_in_order_in_random_pieces(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 1);
  sim_write_pattern(f.client.stream, 300000);
  assert_int_equal(f.server.data_calls, 0);
  sim_run(f.sim, SIM_SECOND);
  sim_assert_pattern(&f.server, 300000);
  assert_true(f.server.data_calls > 1);
  assert_int_equal(hc_stream_pending(f.client.stream), 0);
  sim_pair_finish(&f);
}

static void nothing_arrives_before_its_latency(void **state)
{
  struct sim_pair f;
  struct sim_wire wire = { 50, 80, 1000, 1000 };
  (void)state;

  sim_pair_start(&f, 2);
  sim_set_wire(f.sim, &wire);
  sim_pair_dial(&f);
  sim_run(f.sim, 49);
  assert_null(f.server.stream);
  sim_run(f.sim, SIM_SECOND);
  sim_write_pattern(f.server.stream, 10);
  sim_run(f.sim, 49);
  assert_int_equal(f.client.seen_len, 0);
  sim_run(f.sim, 200);
  sim_assert_pattern(&f.client, 10);
  sim_pair_finish(&f);
}

static void read_max_bounds_what_is_new_in_a_call(void **state)
{
  struct sim_pair f;
  struct sim_wire wire = { 1, 1, 4096, 1 };
  (void)state;

  sim_pair_connect(&f, 3);
  sim_set_wire(f.sim, &wire);
  sim_write_pattern(f.client.stream, 500);
  sim_run(f.sim, SIM_SECOND);
  sim_assert_pattern(&f.server, 500);
  assert_int_equal(f.server.data_calls, 500);
  sim_pair_finish(&f);
}

static void what_is_left_is_shown_again_with_more_behind_it(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 4);
  f.server.take_max = 3;
  sim_write_pattern(f.client.stream, 5);
  sim_run(f.sim, 10);
  size_t calls = f.server.data_calls;
  size_t left = 5 - f.server.seen_len;
  assert_true(left > 0);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.server.data_calls, calls); /* not without more */
  f.server.take_max = 0;
  assert_int_equal(hc_stream_write(f.client.stream, hc_span_str("x")), 0);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.server.seen_len, 6);
  assert_int_equal(f.server.last_shown, left + 1);
  sim_pair_finish(&f);
}

static void the_rest_is_shown_after_resume(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 5);
  f.server.take_max = 1;
  f.server.pause_in_data = true;
  sim_write_pattern(f.client.stream, 2);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.server.seen_len, 1);
  f.server.pause_in_data = false;
  f.server.take_max = 0;
  hc_stream_resume(f.server.stream);
  assert_int_equal(f.server.seen_len, 1); /* never inside a call */
  sim_run(f.sim, SIM_SECOND);
  sim_assert_pattern(&f.server, 2);
  sim_pair_finish(&f);
}

static void a_paused_reader_fills_the_window_then_the_queue(void **state)
{
  struct sim_pair f;
  struct sim_wire wire = { 1, 1, 100000, 100000 };
  (void)state;

  sim_pair_connect(&f, 6);
  sim_set_wire(f.sim, &wire);
  hc_stream_pause(f.server.stream);
  sim_write_pattern(f.client.stream, 400000);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.server.data_calls, 0);
  assert_int_equal(hc_stream_pending(f.client.stream), 300000);
  assert_int_equal(f.client.drains, 0);
  hc_stream_resume(f.server.stream);
  sim_run(f.sim, SIM_SECOND);
  sim_assert_pattern(&f.server, 400000);
  assert_int_equal(f.client.drains, 1);
  sim_pair_finish(&f);
}

static void a_burst_that_leaves_at_once_drains_too(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 29);
  sim_write_pattern(f.client.stream, HC_STREAM_LOW_MARK - 1);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.drains, 0);
  sim_write_pattern(f.client.stream, HC_STREAM_LOW_MARK);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.drains, 1);
  sim_pair_finish(&f);
}

static void the_drain_mark_can_be_moved(void **state)
{
  struct sim_pair f;
  struct sim_wire wire = { 1, 1, 10, 10 };
  (void)state;

  sim_pair_connect(&f, 7);
  sim_set_wire(f.sim, &wire);
  hc_stream_set_drain_mark(f.client.stream, 5);
  hc_stream_pause(f.server.stream);
  sim_write_pattern(f.client.stream, 20);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.drains, 0);
  hc_stream_resume(f.server.stream);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.drains, 1);
  sim_pair_finish(&f);
}

static void reserve_refuses_more_than_the_queue_holds(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 8);
  assert_null(hc_stream_reserve(f.client.stream, HC_STREAM_TX_MAX + 1));
  sim_write_pattern(f.client.stream, HC_STREAM_TX_MAX);
  assert_int_equal(hc_stream_write(f.client.stream, hc_span_str("x")),
                   HYCO_EWOULDBLOCK);
  assert_int_equal(hc_stream_write(f.client.stream, hc_span_str("")), 0);
  assert_int_equal(hc_stream_pending(f.client.stream), HC_STREAM_TX_MAX);
  sim_pair_finish(&f);
}

static void a_clean_close_delivers_everything_then_ends_with_0(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 9);
  sim_write_pattern(f.client.stream, 200000);
  sim_party_close(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, SIM_SECOND);
  sim_assert_pattern(&f.server, 200000);
  assert_int_equal(f.server.ends, 1);
  assert_int_equal(f.server.end_code, 0);
  sim_write_pattern(f.server.stream, 100000); /* nobody is there to read it */
  sim_run(f.sim, 60 * SIM_SECOND);
  assert_int_equal(hc_stream_pending(f.server.stream), 0);
  assert_int_equal(f.server.ends, 1);
  sim_pair_finish(&f);
}

static void a_cut_delivers_everything_then_ends_as_dropped(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 10);
  sim_write_pattern(f.server.stream, 200000);
  sim_party_close(&f.server, HC_STREAM_CUT);
  sim_run(f.sim, SIM_SECOND);
  sim_assert_pattern(&f.client, 200000);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_EDROPPED);
  sim_pair_finish(&f);
}

static void an_abort_is_a_reset_and_may_lose_bytes(void **state)
{
  bool lost = false;
  bool kept = false;
  (void)state;

  for (uint64_t seed = 0; seed < 20; seed++) {
    struct sim_pair f;
    sim_pair_connect(&f, seed);
    sim_write_pattern(f.client.stream, 1000);
    sim_run(f.sim, 0);
    sim_party_close(&f.client, HC_STREAM_ABORT);
    sim_run(f.sim, SIM_SECOND);
    assert_int_equal(f.server.ends, 1);
    assert_int_equal(f.server.end_code, HYCO_ECONNRESET);
    lost |= f.server.seen_len < 1000;
    kept |= f.server.seen_len == 1000;
    sim_pair_finish(&f);
  }
  assert_true(lost);
  assert_true(kept);
}

/* A peer that is closed with bytes for it and reads nothing for so long. */
static void read_late(struct sim_pair *f, enum hc_stream_close how, uint64_t ms)
{
  struct sim_wire wire = { 1, 1, 100, 100 };

  sim_pair_connect(f, 11);
  sim_set_wire(f->sim, &wire);
  hc_stream_pause(f->server.stream);
  sim_write_pattern(f->client.stream, 1000);
  sim_party_close(&f->client, how);
  sim_run(f->sim, ms);
  hc_stream_resume(f->server.stream);
  sim_run(f->sim, SIM_SECOND);
  assert_int_equal(f->server.ends, 1);
}

static void
a_reader_paused_past_the_linger_time_sees_a_cut_as_reset(void **state)
{
  struct sim_pair f;
  (void)state;

  read_late(&f, HC_STREAM_CUT, HC_STREAM_LINGER_MS + SIM_SECOND);
  assert_true(f.server.seen_len <= 100);
  assert_int_equal(f.server.end_code, HYCO_ECONNRESET);
  sim_pair_finish(&f);
}

static void
a_reader_paused_past_the_linger_time_has_all_of_a_clean_end(void **state)
{
  struct sim_pair f;
  (void)state;

  read_late(&f, HC_STREAM_CLEAN, HC_STREAM_STALL_MS - SIM_SECOND);
  sim_assert_pattern(&f.server, 1000);
  assert_int_equal(f.server.end_code, 0);
  sim_pair_finish(&f);
}

static void a_reader_that_never_reads_sees_a_reset(void **state)
{
  struct sim_pair f;
  (void)state;

  read_late(&f, HC_STREAM_CLEAN, HC_STREAM_STALL_MS + 2 * HC_STREAM_LINGER_MS);
  assert_true(f.server.seen_len <= 100);
  assert_int_equal(f.server.end_code, HYCO_ECONNRESET);
  sim_pair_finish(&f);
}

static void an_end_waits_while_reading_is_paused(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 12);
  hc_stream_pause(f.server.stream);
  sim_write_pattern(f.client.stream, 10);
  sim_party_close(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, 5 * SIM_SECOND);
  assert_int_equal(f.server.ends, 0);
  hc_stream_resume(f.server.stream);
  sim_run(f.sim, SIM_SECOND);
  sim_assert_pattern(&f.server, 10);
  assert_int_equal(f.server.ends, 1);
  sim_pair_finish(&f);
}

static void a_handler_may_close_its_stream(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 13);
  f.server.close_in_data = true;
  sim_write_pattern(f.client.stream, 100000);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.server.data_calls, 1);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, 0);
  assert_int_equal(hc_stream_pending(f.client.stream), 0);
  sim_pair_finish(&f);
}

static void no_handler_is_called_after_close(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 14);
  sim_write_pattern(f.client.stream, 1000);
  sim_write_pattern(f.server.stream, 1000);
  sim_party_close(&f.client, HC_STREAM_CLEAN);
  sim_party_close(&f.server, HC_STREAM_CLEAN);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.data_calls + f.server.data_calls, 0);
  assert_int_equal(f.client.ends + f.server.ends, 0);
  sim_pair_finish(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bytes_arrive_whole_and_in_order_in_random_pieces),
    cmocka_unit_test(nothing_arrives_before_its_latency),
    cmocka_unit_test(read_max_bounds_what_is_new_in_a_call),
    cmocka_unit_test(what_is_left_is_shown_again_with_more_behind_it),
    cmocka_unit_test(the_rest_is_shown_after_resume),
    cmocka_unit_test(a_paused_reader_fills_the_window_then_the_queue),
    cmocka_unit_test(a_burst_that_leaves_at_once_drains_too),
    cmocka_unit_test(the_drain_mark_can_be_moved),
    cmocka_unit_test(reserve_refuses_more_than_the_queue_holds),
    cmocka_unit_test(a_clean_close_delivers_everything_then_ends_with_0),
    cmocka_unit_test(a_cut_delivers_everything_then_ends_as_dropped),
    cmocka_unit_test(an_abort_is_a_reset_and_may_lose_bytes),
    cmocka_unit_test(a_reader_paused_past_the_linger_time_sees_a_cut_as_reset),
    cmocka_unit_test(
        a_reader_paused_past_the_linger_time_has_all_of_a_clean_end),
    cmocka_unit_test(a_reader_that_never_reads_sees_a_reset),
    cmocka_unit_test(an_end_waits_while_reading_is_paused),
    cmocka_unit_test(a_handler_may_close_its_stream),
    cmocka_unit_test(no_handler_is_called_after_close),
  };
  return cmocka_run_group_tests_name("sim_stream", tests, NULL, NULL);
}
