/* Whatever ends the control channel, and whatever stands in the way of the next
 * one, the receiver serves again within the time of the backoff table, without
 * being restarted. One test per fault. */
#include "support/check.h"

#include "sim_faults.h"
#include <stdlib.h>

enum { CLOSE = 0x88 };

/* --- the channel that is up ends --- */

static void it_serves_again_after_a_reset(void **state)
{
  (void)state;
  sim_faults_check_comes_back(sim_faults_reset, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void fin(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_close(control, HC_STREAM_CLEAN);
}

static void it_serves_again_after_a_fin(void **state)
{
  (void)state;
  sim_faults_check_comes_back(fin, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void fin_without_close_notify(struct sim_service *s,
                                     struct raw_peer *control)
{
  (void)s;
  raw_close(control, HC_STREAM_CUT);
}

static void it_serves_again_after_a_fin_without_close_notify(void **state)
{
  (void)state;
  sim_faults_check_comes_back(fin_without_close_notify,
                              SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void silence(struct sim_service *s, struct raw_peer *control)
{
  (void)control;
  sim_cut(s->world.sim, sim_stream_count(s->world.sim) - 1, SIM_CUT_SILENCE);
}

static void it_serves_again_after_silence(void **state)
{
  (void)state;
  sim_faults_check_comes_back(silence, SIM_FAULTS_SEEN_AS_SILENCE_MS);
}

static void close_1001(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, CLOSE, hc_span_str("\x03\xe9going away"));
}

static void it_serves_again_after_close_1001(void **state)
{
  (void)state;
  sim_faults_check_comes_back(close_1001, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void close_1008(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, CLOSE, hc_span_str("\x03\xf0token"));
}

static void it_serves_again_after_close_1008(void **state)
{
  (void)state;
  sim_faults_check_comes_back(close_1008, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void close_1011(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(
      control, CLOSE,
      hc_span_str("\x03\xf3InternalServerError: NameRenewalFailed"));
}

static void it_serves_again_after_close_1011(void **state)
{
  (void)state;
  sim_faults_check_comes_back(close_1011, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void close_without_code(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, CLOSE, hc_span_of(NULL, 0));
}

static void it_serves_again_after_a_close_without_code(void **state)
{
  (void)state;
  sim_faults_check_comes_back(close_without_code, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void bad_close(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, CLOSE, hc_span_str("\x03"));
}

static void it_serves_again_after_a_bad_close(void **state)
{
  (void)state;
  sim_faults_check_comes_back(bad_close, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void garbage(struct sim_service *s, struct raw_peer *control)
{
  uint8_t bytes[4096];
  (void)s;
  sim_pattern(bytes, sizeof bytes, 7);
  bytes[0] = 0xf3; /* reserved bits, an unknown opcode */
  raw_send(control, hc_span_of(bytes, sizeof bytes));
}

static void it_serves_again_after_garbage(void **state)
{
  (void)state;
  sim_faults_check_comes_back(garbage, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void half_a_frame(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send(control, hc_span_of("\x81\x7e\x01\x00{\"acc", 10));
  raw_close(control, HC_STREAM_CUT);
}

static void it_serves_again_after_a_cut_amid_a_message(void **state)
{
  (void)state;
  sim_faults_check_comes_back(half_a_frame, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

static void bad_utf8(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, SIM_FAULTS_TEXT, hc_span_str("{\"\xff\":1}"));
}

static void it_serves_again_after_text_that_is_not_utf8(void **state)
{
  (void)state;
  sim_faults_check_comes_back(bad_utf8, SIM_FAULTS_SEEN_AT_ONCE_MS);
}

/* --- the service does not come back at once --- */

static void hang(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  (void)control;
}

static void it_tries_on_while_handshakes_hang(void **state)
{
  (void)state;
  sim_faults_check_tries_on(
      hang, HC_LISTEN_TIMEOUT_MS,
      "r0 connected 10060 the WebSocket handshake was not answered "
      "in time\n");
}

static void half_an_answer(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_str(control, "HTTP/1.1 101 Switching");
}

static void it_tries_on_while_answers_stop_half_way(void **state)
{
  (void)state;
  sim_faults_check_tries_on(
      half_an_answer, HC_LISTEN_TIMEOUT_MS,
      "r0 connected 10060 the WebSocket handshake was not answered "
      "in time\n");
}

static void status_500(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_str(control, "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno");
}

static void it_tries_on_while_the_answer_is_500(void **state)
{
  (void)state;
  sim_faults_check_tries_on(status_500, SIM_FAULTS_SEEN_AT_ONCE_MS,
                            "r0 connected 605 500 Oops\n");
}

static void status_503(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_str(control, "HTTP/1.1 503 Later\r\n\r\n");
}

static void it_tries_on_while_the_answer_is_503(void **state)
{
  (void)state;
  sim_faults_check_tries_on(status_503, SIM_FAULTS_SEEN_AT_ONCE_MS,
                            "r0 connected 605 503 Later\n");
}

static void no_http(struct sim_service *s, struct raw_peer *control)
{
  uint8_t bytes[4096];
  (void)s;
  sim_pattern(bytes, sizeof bytes, 9);
  raw_send(control, hc_span_of(bytes, sizeof bytes));
  raw_send_str(control, "\r\n\r\n");
}

static void it_tries_on_while_the_answer_is_garbage(void **state)
{
  (void)state;
  sim_faults_check_tries_on(no_http, SIM_FAULTS_SEEN_AT_ONCE_MS,
                            "r0 connected 600 ...\n");
}

static void endless_head(struct sim_service *s, struct raw_peer *control)
{
  enum { LEN = 1 << 18 };
  char *text = malloc(LEN);
  (void)s;
  assert_non_null(text);
  memset(text, 'a', LEN);
  raw_send_str(control, "HTTP/1.1 101 OK\r\nX: ");
  raw_send(control, hc_span_of(text, LEN));
  free(text);
}

static void it_tries_on_while_the_answer_has_no_end(void **state)
{
  (void)state;
  sim_faults_check_tries_on(endless_head, SIM_FAULTS_SEEN_AT_ONCE_MS,
                            "r0 connected 10040 ...\n");
}

static void wrong_key(struct sim_service *s, struct raw_peer *control)
{
  memset(s->accept, 'x', HC_WS_ACCEPT_LEN);
  sim_service_answer(s, control, "");
}

static void it_tries_on_while_the_key_is_not_answered(void **state)
{
  (void)state;
  sim_faults_check_tries_on(wrong_key, SIM_FAULTS_SEEN_AT_ONCE_MS,
                            "r0 connected 600 ...\n");
}

static void it_tries_on_while_handshakes_are_reset(void **state)
{
  (void)state;
  sim_faults_check_tries_on(sim_faults_reset, SIM_FAULTS_SEEN_AT_ONCE_MS,
                            "r0 connected 10054 the connection was reset\n");
}

/* The same where no request comes through at all. */
static void check_dials_on(void (*set)(struct sim *sim, bool on),
                           uint64_t took_ms, int error)
{
  struct sim_service s;
  char line[32];
  uint64_t outage_ms = 0;
  sim_service_start(&s, 4);
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  set(s.world.sim, true);
  sim_faults_reset(&s, control);
  for (size_t round = 0; round + 1 < SIM_FAULTS_ROUNDS; round++)
    outage_ms += took_ms + sim_faults_waits_ms[round];
  sim_run(s.world.sim, outage_ms);
  (void)snprintf(line, sizeof line, "r0 connected %d", error);
  assert_in_range(sim_world_count(&s.world, line), SIM_FAULTS_ROUNDS - 2,
                  SIM_FAULTS_ROUNDS);
  set(s.world.sim, false);
  uint64_t longest_ms = sim_faults_waits_ms[SIM_FAULTS_ROUNDS - 1] +
                        sim_faults_waits_ms[SIM_FAULTS_ROUNDS - 1] / 5;
  control = sim_service_request_within(&s, took_ms + longest_ms +
                                               SIM_FAULTS_SLACK_MS);
  assert_non_null(control);
  sim_faults_check_serves(&s, sim_faults_answer(&s, control));
  sim_service_finish(&s);
}

static void it_tries_on_while_dials_are_refused(void **state)
{
  (void)state;
  check_dials_on(sim_refuse_dials, SIM_FAULTS_SEEN_AT_ONCE_MS, 10061);
}

static void it_tries_on_while_dials_hang(void **state)
{
  (void)state;
  check_dials_on(sim_hang_dials, HC_LISTEN_TIMEOUT_MS, 10060);
}

static void it_tries_on_while_names_are_not_found(void **state)
{
  (void)state;
  check_dials_on(sim_lose_names, SIM_FAULTS_SEEN_AT_ONCE_MS, 11001);
}

/* --- the wall clock jumps --- */

enum { DAY_S = 86400, VALIDITY_S = 3600 };

/* The token in text, a request's head or a message, is good from now on for
 * its whole time. */
static void check_token(const struct sim_service *s, const char *text)
{
  const char *expiry = strstr(text, "&se=");
  int64_t now_s = hc_net_wall_s(sim_net(s->world.sim));

  assert_non_null(expiry);
  assert_in_range(strtoll(expiry + 4, NULL, 10), now_s + VALIDITY_S - 2,
                  now_s + VALIDITY_S + 2);
}

static void a_clock_set_forward_has_the_token_renewed_soon(void **state)
{
  struct sim_service *s = *state;
  struct raw_frame frame;
  char text[2048];
  sim_receiver_set(&s->world.receivers[0], "AzureRelayKeepAliveTime=0");
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  sim_run(s->world.sim, 1000);
  sim_jump_wall(s->world.sim, DAY_S);
  sim_run(s->world.sim, 30000);
  assert_true(raw_read_frame(control, &frame));
  (void)snprintf(text, sizeof text, "%.*s", (int)frame.data.len,
                 (const char *)frame.data.ptr);
  assert_memory_equal(text, "{\"renewToken\":", 14);
  sim_jump_wall(s->world.sim, -1000); /* it was made up to 30 s ago */
  const char *expiry = strstr(text, "&se=");
  assert_non_null(expiry);
  assert_true(strtoll(expiry + 4, NULL, 10) >
              hc_net_wall_s(sim_net(s->world.sim)) + VALIDITY_S);
  sim_faults_check_serves(s, control);
}

static void check_jump(int64_t seconds)
{
  struct sim_service s;
  sim_service_start(&s, 6);
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  sim_run(s.world.sim, 1000);
  sim_jump_wall(s.world.sim, seconds);
  for (size_t round = 0; round < SIM_FAULTS_ROUNDS; round++) {
    close_1008(&s, control);
    control = sim_faults_next_try(&s, round, SIM_FAULTS_SEEN_AT_ONCE_MS);
    check_token(&s, s.head);
    (void)sim_faults_answer(&s, control);
  }
  sim_faults_check_serves(&s, control);
  sim_service_finish(&s);
}

static void
a_clock_set_forward_changes_no_wait_and_tokens_are_fresh(void **state)
{
  (void)state;
  check_jump(DAY_S);
}

static void a_clock_set_back_changes_no_wait_and_tokens_are_fresh(void **state)
{
  (void)state;
  check_jump(-DAY_S);
}

static void a_clock_set_back_leaves_a_silent_channel_mortal(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  silence(s, control);
  sim_jump_wall(s->world.sim, -DAY_S);
  control = sim_faults_answer(
      s, sim_faults_next_try(s, 0, SIM_FAULTS_SEEN_AS_SILENCE_MS));
  sim_faults_check_serves(s, control);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_serves_again_after_a_reset),
    cmocka_unit_test(it_serves_again_after_a_fin),
    cmocka_unit_test(it_serves_again_after_a_fin_without_close_notify),
    cmocka_unit_test(it_serves_again_after_silence),
    cmocka_unit_test(it_serves_again_after_close_1001),
    cmocka_unit_test(it_serves_again_after_close_1008),
    cmocka_unit_test(it_serves_again_after_close_1011),
    cmocka_unit_test(it_serves_again_after_a_close_without_code),
    cmocka_unit_test(it_serves_again_after_a_bad_close),
    cmocka_unit_test(it_serves_again_after_garbage),
    cmocka_unit_test(it_serves_again_after_a_cut_amid_a_message),
    cmocka_unit_test(it_serves_again_after_text_that_is_not_utf8),
    cmocka_unit_test(it_tries_on_while_handshakes_hang),
    cmocka_unit_test(it_tries_on_while_answers_stop_half_way),
    cmocka_unit_test(it_tries_on_while_the_answer_is_500),
    cmocka_unit_test(it_tries_on_while_the_answer_is_503),
    cmocka_unit_test(it_tries_on_while_the_answer_is_garbage),
    cmocka_unit_test(it_tries_on_while_the_answer_has_no_end),
    cmocka_unit_test(it_tries_on_while_the_key_is_not_answered),
    cmocka_unit_test(it_tries_on_while_handshakes_are_reset),
    cmocka_unit_test(it_tries_on_while_dials_are_refused),
    cmocka_unit_test(it_tries_on_while_dials_hang),
    cmocka_unit_test(it_tries_on_while_names_are_not_found),
    SERVICE_TEST(a_clock_set_forward_has_the_token_renewed_soon, 5),
    cmocka_unit_test(a_clock_set_forward_changes_no_wait_and_tokens_are_fresh),
    cmocka_unit_test(a_clock_set_back_changes_no_wait_and_tokens_are_fresh),
    SERVICE_TEST(a_clock_set_back_leaves_a_silent_channel_mortal, 7),
  };
  return cmocka_run_group_tests_name("sim_faults", tests, NULL, NULL);
}
