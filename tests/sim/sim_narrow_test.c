/* While a blocking call inside a handler runs the loop (DESIGN section 4,
 * narrow turns) the control channel stays alive, and no handler is called:
 * handlers of one loop never nest (hyco/hyco.h). */
#include "support/check.h"

#include "sim_service.h"

enum { TURN_MS = 100, TEXT = 0x81 };

/* What the service does is told only when handlers may run again. */
static void is_told_later(void (*act)(struct sim_service *s,
                                      struct raw_peer *control),
                          const char *lines)
{
  struct sim_service s;

  sim_service_start(&s, 1);
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  sim_receiver_set(&s.world.receivers[0], "AutoReconnect=0");
  sim_set_narrow(s.world.sim, true);
  act(&s, control);
  sim_world_run(&s.world, TURN_MS, "");
  sim_set_narrow(s.world.sim, false);
  sim_world_run(&s.world, TURN_MS, lines);
  sim_service_finish(&s);
}

static void expect_pong(struct raw_peer *control, const char *text)
{
  struct raw_frame frame;

  assert_true(raw_read_frame(control, &frame));
  assert_int_equal(frame.first, 0x8a);
  check_span(frame.data, text);
}

static void a_ping_is_answered(void **state)
{
  struct sim_service *s = *state;

  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  sim_set_narrow(s->world.sim, true);
  raw_send_server_frame(control, 0x89, hc_span_str("there?"));
  raw_send_server_frame(control, 0x8a, hc_span_str("unasked"));
  expect_pong(control, "there?");
  raw_send_server_frame(control, 0x89, hc_span_str("still?"));
  expect_pong(control, "still?");
  sim_set_narrow(s->world.sim, false);
  sim_world_run(&s->world, TURN_MS, "");
}

static void a_token_is_renewed(void **state)
{
  struct sim_service *s = *state;
  struct raw_frame frame;

  sim_receiver_set(&s->world.receivers[0], "TokenValidity=60");
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  sim_set_narrow(s->world.sim, true);
  sim_run(s->world.sim, 60000);
  assert_true(raw_read_frame(control, &frame));
  assert_int_equal(frame.first, TEXT);
  assert_non_null(
      memmem(frame.data.ptr, frame.data.len, "{\"renewToken\":", 14));
  sim_set_narrow(s->world.sim, false);
}

static void offer(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, TEXT,
                        hc_span_str("{\"accept\":{\"address\":\"bad\","
                                    "\"id\":\"1\",\"connectHeaders\":{}}}"));
}

static void an_accept_waits(void **state)
{
  (void)state;
  is_told_later(offer, "r0 request\nr0 error 152 ...\n");
}

static void send_close(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, 0x88,
                        hc_span_str("\x03\xf0"
                                    "expired"));
}

static void a_close_waits(void **state)
{
  (void)state;
  is_told_later(send_close, "r0 disconnected 1008 expired\n");
}

static void break_a_rule(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, 0xc1, hc_span_str("x"));
}

static void a_broken_rule_waits(void **state)
{
  (void)state;
  is_told_later(break_a_rule, "r0 disconnected 600 ...\n");
}

static void hang_up(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_close(control, HC_STREAM_CLEAN);
}

static void an_end_waits(void **state)
{
  (void)state;
  is_told_later(hang_up, "r0 disconnected 1120 ...\n");
}

static void be_silent(struct sim_service *s, struct raw_peer *control)
{
  (void)control;
  sim_run(s->world.sim, 200000);
}

static void a_dead_service_waits(void **state)
{
  (void)state;
  is_told_later(be_silent, "r0 disconnected 10060 ...\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SERVICE_TEST(a_ping_is_answered, 1),    SERVICE_TEST(a_token_is_renewed, 1),
    cmocka_unit_test(an_accept_waits),      cmocka_unit_test(a_close_waits),
    cmocka_unit_test(a_broken_rule_waits),  cmocka_unit_test(an_end_waits),
    cmocka_unit_test(a_dead_service_waits),
  };
  return cmocka_run_group_tests_name("sim_narrow", tests, NULL, NULL);
}
