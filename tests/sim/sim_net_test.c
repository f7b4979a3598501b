/* The simulated net dials, listens, keeps time and breaks as told, and the
 * same seed gives the same run. */
#include "sim_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after those, as cmocka wants it */
#include <cmocka.h>
#include <stdlib.h>

static void a_dial_to_nobody_is_refused(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_start(&f, 15);
  sim_pair_dial(&f);
  hc_listener_close(f.listener);
  f.listener = NULL;
  sim_run(f.sim, SIM_SECOND / 2);
  assert_int_equal(f.client.opens, 0);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_ECONNREFUSED);
  sim_pair_finish(&f);
}

static void refuse_dials_refuses_them(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_start(&f, 16);
  sim_refuse_dials(f.sim, true);
  sim_pair_dial(&f);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.end_code, HYCO_ECONNREFUSED);
  assert_null(f.server.stream);
  sim_pair_finish(&f);
}

static void a_hanging_dial_ends_by_its_timeout(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_start(&f, 17);
  sim_hang_dials(f.sim, true);
  sim_pair_dial(&f);
  sim_run(f.sim, SIM_SECOND - 1);
  assert_int_equal(f.client.ends, 0);
  sim_run(f.sim, 1);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_ETIMEDOUT);
  sim_pair_finish(&f);
}

static void a_dial_can_be_given_up(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_start(&f, 18);
  sim_pair_dial(&f);
  sim_party_close(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, SIM_SECOND);
  assert_null(f.server.stream);
  sim_pair_dial(&f);
  sim_run(f.sim, 1); /* accepted, not yet open */
  assert_non_null(f.server.stream);
  sim_party_close(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.server.end_code, HYCO_ECONNRESET);
  assert_int_equal(f.client.opens + f.client.ends, 0);
  sim_pair_finish(&f);
}

static void a_stream_that_is_not_wanted_is_reset(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_start(&f, 19);
  f.refuse_accept = true;
  sim_pair_dial(&f);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.opens, 1);
  assert_int_equal(f.client.end_code, HYCO_ECONNRESET);
  sim_pair_finish(&f);
}

static void a_dial_without_an_address_fails_at_once(void **state)
{
  struct sim_pair f;
  struct hc_dial dial = { .host = "", .port = 1 };
  (void)state;

  sim_pair_start(&f, 20);
  assert_int_equal(hc_dial(sim_net(f.sim), &dial, &sim_party_handler, &f.client,
                           &f.client.stream, NULL),
                   HYCO_EINVALID);
  sim_pair_finish(&f);
}

static void a_port_serves_one_listener(void **state)
{
  struct sim_pair f;
  struct hc_listen listen = { .host = "127.0.0.1" };
  struct hc_listener *second;
  (void)state;

  sim_pair_start(&f, 21);
  listen.port = hc_listener_port(f.listener);
  assert_int_equal(hc_listen(sim_net(f.sim), &listen, &sim_listener_handler, &f,
                             &second, NULL),
                   HYCO_EADDRINUSE);
  sim_pair_finish(&f);
}

static bool refuse_certificate(void *user_data,
                               const struct hc_tls_verdict *verdict)
{
  (void)user_data;
  assert_string_equal(verdict->status, "OK");
  return false;
}

static void a_refused_certificate_fails_the_dial(void **state)
{
  struct sim_pair f;
  struct hc_tls_options options = { .server = true };
  struct hc_listen listen = { .host = "127.0.0.1" };
  struct hc_dial dial = { .host = "h", .on_verify = refuse_certificate };
  struct hc_listener *secure;
  struct hc_tls *tls;
  (void)state;

  sim_pair_start(&f, 22);
  assert_int_equal(hc_net_tls_new(sim_net(f.sim), &options, &tls, NULL), 0);
  listen.tls = tls;
  dial.tls = tls;
  assert_int_equal(hc_listen(sim_net(f.sim), &listen, &sim_listener_handler, &f,
                             &secure, NULL),
                   0);
  dial.port = hc_listener_port(secure);
  assert_int_equal(hc_dial(sim_net(f.sim), &dial, &sim_party_handler, &f.client,
                           &f.client.stream, NULL),
                   0);
  hc_net_tls_free(sim_net(f.sim), tls);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.opens, 0);
  assert_int_equal(f.client.end_code, HYCO_ECERTVERIFY);
  hc_listener_close(secure);
  sim_pair_finish(&f);
}

static void plain_bytes_to_a_tls_listener_fail_the_dial(void **state)
{
  struct sim_pair f;
  struct hc_tls_options options = { 0 };
  struct hc_dial dial = { .host = "h" };
  (void)state;

  sim_pair_start(&f, 23);
  assert_int_equal(hc_net_tls_new(sim_net(f.sim), &options, &dial.tls, NULL),
                   0);
  dial.port = hc_listener_port(f.listener);
  assert_int_equal(hc_dial(sim_net(f.sim), &dial, &sim_party_handler, &f.client,
                           &f.client.stream, NULL),
                   0);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.end_code, HYCO_ETLS);
  hc_net_tls_free(sim_net(f.sim), dial.tls);
  sim_pair_finish(&f);
}

static void a_cut_wire_tells_both_ends(void **state)
{
  static const struct {
    enum sim_cut how;
    int code;
  } cases[] = { { SIM_CUT_RST, HYCO_ECONNRESET },
                { SIM_CUT_FIN, HYCO_EDROPPED } };
  (void)state;

  for (size_t i = 0; i < 2; i++) {
    struct sim_pair f;
    sim_pair_connect(&f, i);
    sim_cut(f.sim, 0, cases[i].how);
    assert_int_equal(f.client.ends, 0);
    sim_run(f.sim, SIM_SECOND);
    assert_int_equal(f.client.ends, 1);
    assert_int_equal(f.server.ends, 1);
    assert_int_equal(f.client.end_code, cases[i].code);
    assert_int_equal(f.server.end_code, cases[i].code);
    sim_pair_finish(&f);
  }
}

static void a_cut_dial_fails(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_start(&f, 24);
  sim_pair_dial(&f);
  sim_cut(f.sim, 0, SIM_CUT_RST);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(f.client.opens, 0);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_ECONNRESET);
  sim_pair_finish(&f);
}

static void a_silent_wire_tells_nobody(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 25);
  sim_write_pattern(f.client.stream, 1000);
  sim_run(f.sim, 0);
  sim_cut(f.sim, 0, SIM_CUT_SILENCE);
  sim_write_pattern(f.client.stream, 500);
  sim_party_close(&f.server, HC_STREAM_ABORT);
  sim_run(f.sim, 100 * SIM_SECOND);
  assert_int_equal(f.server.data_calls + (size_t)f.client.ends, 0);
  assert_int_equal(hc_stream_pending(f.client.stream), 500);
  sim_pair_finish(&f);
}

static void an_accepted_end_gives_up_on_a_silent_wire(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 26);
  sim_cut(f.sim, 0, SIM_CUT_SILENCE);
  sim_run(f.sim, HC_ACCEPTED_SILENCE_MS - 1);
  assert_int_equal(f.server.ends, 0);
  sim_run(f.sim, 1);
  assert_int_equal(f.server.end_code, HYCO_ETIMEDOUT);
  assert_int_equal(f.client.ends, 0);
  sim_pair_finish(&f);

  sim_pair_connect(&f, 26); /* later while it sends */
  sim_cut(f.sim, 0, SIM_CUT_SILENCE);
  sim_write_pattern(f.server.stream, 10);
  sim_run(f.sim, HC_ACCEPTED_SILENCE_MS / 4 * 5 - SIM_SECOND);
  assert_int_equal(f.server.ends, 0);
  sim_run(f.sim, 2 * SIM_SECOND);
  assert_int_equal(f.server.end_code, HYCO_ETIMEDOUT);
  sim_pair_finish(&f);
}

static void count_up(void *user_data)
{
  ++*(int *)user_data;
}

static bool is_two(void *user_data)
{
  return *(int *)user_data == 2;
}

static void timers_and_calls_follow_the_virtual_clock(void **state)
{
  struct sim_pair f;
  int timers = 0;
  int calls = 0;
  struct hc_timer timer = { .fn = count_up, .user_data = &timers };
  (void)state;

  sim_pair_start(&f, 26);
  uint64_t before_ms = hc_net_now_ms(sim_net(f.sim));
  hc_net_timer_set(sim_net(f.sim), &timer, 500);
  assert_int_equal(sim_open_handles(f.sim), 2);
  sim_at(f.sim, 100, count_up, &calls);
  sim_at(f.sim, 200, count_up, &calls);
  sim_at(f.sim, 10 * SIM_SECOND, count_up, &calls);
  assert_true(sim_run_until(f.sim, is_two, &calls, SIM_SECOND));
  assert_int_equal(hc_net_now_ms(sim_net(f.sim)) - before_ms, 200);
  assert_false(sim_run_until(f.sim, is_two, &timers, SIM_SECOND));
  assert_int_equal(timers, 1);
  assert_int_equal(hc_net_now_ms(sim_net(f.sim)) - before_ms, 1200);
  hc_net_timer_set(sim_net(f.sim), &timer, 500);
  hc_net_timer_cancel(sim_net(f.sim), &timer);
  sim_run(f.sim, SIM_SECOND);
  assert_int_equal(timers, 1);
  sim_pair_finish(&f);
}

static void the_wall_clock_goes_along_and_can_jump(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_start(&f, 27);
  int64_t before_s = hc_net_wall_s(sim_net(f.sim));
  sim_run(f.sim, 5 * SIM_SECOND);
  sim_jump_wall(f.sim, -100);
  assert_int_equal(hc_net_wall_s(sim_net(f.sim)) - before_s, -95);
  sim_pair_finish(&f);
}

/* A conversation with every kind of chance in it, as one number. */
static uint64_t trace(uint64_t seed)
{
  struct sim_pair f;
  struct sim_wire wire = { 1, 30, 5000, 3000 };
  uint64_t hash;
  uint8_t random[8];

  sim_pair_connect(&f, seed);
  sim_set_wire(f.sim, &wire);
  for (size_t i = 0; i < 20; i++) {
    sim_write_pattern(f.client.stream, 1000 * i);
    sim_write_pattern(f.server.stream, 700 * i);
    sim_run(f.sim, 40);
  }
  sim_party_close(&f.client, HC_STREAM_ABORT);
  sim_run(f.sim, SIM_SECOND);
  hc_net_random(sim_net(f.sim), random, sizeof random);
  memcpy(&hash, random, sizeof hash);
  hash ^= f.client.hash * 31 + f.server.hash;
  sim_pair_finish(&f);
  return hash;
}

static void the_same_seed_gives_the_same_run(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 10; seed++) {
    assert_int_equal(trace(seed), trace(seed));
    assert_int_not_equal(trace(seed), trace(seed + 1));
  }
}

static void freeing_the_net_frees_what_was_left_open(void **state)
{
  struct sim_pair f;
  (void)state;

  sim_pair_connect(&f, 28);
  sim_write_pattern(f.client.stream, 10000);
  sim_at(f.sim, 100, count_up, NULL);
  sim_run(f.sim, 0);
  assert_int_equal(sim_open_handles(f.sim), 3);
  assert_int_equal(sim_stream_count(f.sim), 1);
  sim_free(f.sim);
  free(f.client.seen);
  free(f.server.seen);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_dial_to_nobody_is_refused),
    cmocka_unit_test(refuse_dials_refuses_them),
    cmocka_unit_test(a_hanging_dial_ends_by_its_timeout),
    cmocka_unit_test(a_dial_can_be_given_up),
    cmocka_unit_test(a_stream_that_is_not_wanted_is_reset),
    cmocka_unit_test(a_dial_without_an_address_fails_at_once),
    cmocka_unit_test(a_port_serves_one_listener),
    cmocka_unit_test(a_refused_certificate_fails_the_dial),
    cmocka_unit_test(plain_bytes_to_a_tls_listener_fail_the_dial),
    cmocka_unit_test(a_cut_wire_tells_both_ends),
    cmocka_unit_test(a_cut_dial_fails),
    cmocka_unit_test(a_silent_wire_tells_nobody),
    cmocka_unit_test(an_accepted_end_gives_up_on_a_silent_wire),
    cmocka_unit_test(timers_and_calls_follow_the_virtual_clock),
    cmocka_unit_test(the_wall_clock_goes_along_and_can_jump),
    cmocka_unit_test(the_same_seed_gives_the_same_run),
    cmocka_unit_test(freeing_the_net_frees_what_was_left_open),
  };
  return cmocka_run_group_tests_name("sim_net", tests, NULL, NULL);
}
