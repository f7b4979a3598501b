/* Messages that cannot be used and rendezvous that fail leave the control
 * channel as it is: the receiver serves on. One test per fault. */
#include "support/check.h"

#include "protocol/control.h"
#include "sim_faults.h"
#include <stdlib.h>

/* --- a message that cannot be used: the channel stays --- */

static void malformed(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, SIM_FAULTS_TEXT,
                        hc_span_str("{\"accept\":{\"addr"));
}

static void it_serves_on_after_malformed_json(void **state)
{
  (void)state;
  sim_faults_check_stays(malformed, "r0 error 600 ...\n");
}

static void oversized(struct sim_service *s, struct raw_peer *control)
{
  enum { LEN = 1 << 22 };
  uint8_t *text = malloc(LEN);
  (void)s;
  assert_non_null(text);
  memset(text, '[', LEN);
  raw_send_server_frame(control, SIM_FAULTS_TEXT, hc_span_of(text, LEN));
  free(text);
}

static void it_serves_on_after_an_oversized_message(void **state)
{
  (void)state;
  sim_faults_check_stays(oversized, "r0 error 10040 ...\n");
}

static void deep(struct sim_service *s, struct raw_peer *control)
{
  char text[HC_CONTROL_MAX];
  (void)s;
  memset(text, '[', sizeof text);
  raw_send_server_frame(control, SIM_FAULTS_TEXT,
                        hc_span_of(text, sizeof text));
}

static void it_serves_on_after_deeply_nested_json(void **state)
{
  (void)state;
  sim_faults_check_stays(deep, "r0 error 600 ...\n");
}

static void bad_scheme(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  sim_faults_send_accept(control, "http://127.0.0.1/$hc/hyco?x=y");
}

static void it_serves_on_after_an_address_with_a_bad_scheme(void **state)
{
  (void)state;
  sim_faults_check_stays(bad_scheme, "r0 request\nr0 error 152 ...\n");
}

static void bad_host(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  sim_faults_send_accept(control, "wss://a b:-1/$hc/hyco?x=y");
}

static void it_serves_on_after_an_address_with_a_bad_host(void **state)
{
  (void)state;
  sim_faults_check_stays(bad_host, "r0 request\nr0 error 152 ...\n");
}

static void no_path(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  sim_faults_send_accept(control, "wss://127.0.0.1:443");
}

static void it_serves_on_after_an_address_without_path(void **state)
{
  (void)state;
  sim_faults_check_stays(no_path, "r0 request\nr0 error 152 ...\n");
}

static void plain_elsewhere(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  sim_faults_send_accept(control, "ws://relay.example/$hc/hyco?x=y");
}

static void it_serves_on_after_a_plain_address_elsewhere(void **state)
{
  (void)state;
  sim_faults_check_stays(plain_elsewhere, "r0 request\nr0 error 152 ...\n");
}

static void no_address(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_send_server_frame(control, SIM_FAULTS_TEXT,
                        hc_span_str("{\"accept\":{}}"));
}

static void it_serves_on_after_an_accept_without_address(void **state)
{
  (void)state;
  sim_faults_check_stays(no_address, "r0 error 600 ...\n");
}

/* --- a rendezvous that fails: the channel stays --- */

/* wss:// is TLS also where the control channel is plain. */
static void not_tls(struct sim_service *s, struct raw_peer *control)
{
  char address[128];

  (void)snprintf(address, sizeof address,
                 "wss://localhost:%u/$hc/hyco?sb-hc-action=accept&x=y",
                 (unsigned)s->world.port);
  sim_faults_send_accept(control, address);
  sim_run(s->world.sim, SIM_FAULTS_SLACK_MS);
}

static void a_wss_rendezvous_is_never_dialled_in_plain(void **state)
{
  (void)state;
  sim_faults_check_stays(not_tls,
                         "r0 request\n"
                         "r0 error 608 accepting failed: the TLS handshake "
                         "failed\n");
}

static void rendezvous_refused(struct sim_service *s, struct raw_peer *control)
{
  sim_refuse_dials(s->world.sim, true);
  sim_faults_offer(s, control);
  sim_run(s->world.sim, SIM_FAULTS_SLACK_MS);
  sim_refuse_dials(s->world.sim, false);
}

static void it_serves_on_after_a_refused_rendezvous(void **state)
{
  (void)state;
  sim_faults_check_stays(
      rendezvous_refused,
      "r0 request\n"
      "r0 error 608 accepting failed: the connection was refused\n");
}

static void rendezvous_hangs(struct sim_service *s, struct raw_peer *control)
{
  sim_hang_dials(s->world.sim, true);
  sim_faults_offer(s, control);
  sim_run(s->world.sim, SIM_FAULTS_SLACK_MS);
  sim_hang_dials(s->world.sim, false);
  sim_faults_check_serves(s, control); /* meanwhile as well */
  sim_run(s->world.sim, HC_RENDEZVOUS_TIMEOUT_MS);
}

static void it_serves_on_while_a_rendezvous_hangs(void **state)
{
  (void)state;
  sim_faults_check_stays(rendezvous_hangs,
                         "r0 error 608 accepting failed: the connection "
                         "timed out\n");
}

static void rendezvous_unanswered(struct sim_service *s,
                                  struct raw_peer *control)
{
  sim_faults_offer(s, control);
  (void)sim_service_request(s);
  sim_run(s->world.sim, HC_RENDEZVOUS_TIMEOUT_MS);
}

static void it_serves_on_after_a_rendezvous_without_answer(void **state)
{
  (void)state;
  sim_faults_check_stays(
      rendezvous_unanswered,
      "r0 request\n"
      "r0 error 608 accepting failed: the WebSocket handshake was not "
      "answered in time\n");
}

/* One rendezvous, answered so. */
static void answer_rendezvous(struct sim_service *s, struct raw_peer *control,
                              const char *text)
{
  sim_faults_offer(s, control);
  raw_send_str(sim_service_request(s), text);
}

static void rendezvous_403(struct sim_service *s, struct raw_peer *control)
{
  answer_rendezvous(s, control, "HTTP/1.1 403 Used up\r\n\r\n");
}

static void it_serves_on_after_a_rendezvous_answered_403(void **state)
{
  (void)state;
  sim_faults_check_stays(rendezvous_403,
                         "r0 request\n"
                         "r0 error 608 accepting failed: 403 Used up\n");
}

static void rendezvous_410(struct sim_service *s, struct raw_peer *control)
{
  answer_rendezvous(s, control, "HTTP/1.1 410 Gone\r\n\r\n");
}

static void it_serves_on_after_a_rendezvous_answered_410(void **state)
{
  (void)state;
  sim_faults_check_stays(rendezvous_410,
                         "r0 request\n"
                         "r0 error 608 accepting failed: 410 Gone\n");
}

static void rendezvous_garbage(struct sim_service *s, struct raw_peer *control)
{
  answer_rendezvous(s, control, "\x16\x03\x01 no HTTP\r\n\r\n");
}

static void it_serves_on_after_a_rendezvous_answered_with_garbage(void **state)
{
  (void)state;
  sim_faults_check_stays(rendezvous_garbage,
                         "r0 request\n"
                         "r0 error 608 accepting failed: ...\n");
}

static void rendezvous_reset(struct sim_service *s, struct raw_peer *control)
{
  sim_faults_offer(s, control);
  raw_close(sim_service_request(s), HC_STREAM_ABORT);
}

static void it_serves_on_after_a_rendezvous_reset(void **state)
{
  (void)state;
  sim_faults_check_stays(rendezvous_reset,
                         "r0 request\n"
                         "r0 error 608 accepting failed: the connection "
                         "was reset\n");
}

static void rendezvous_nowhere(struct sim_service *s, struct raw_peer *control)
{
  sim_lose_names(s->world.sim, true);
  sim_faults_send_accept(control, "ws://localhost:1/$hc/hyco?x=y");
}

static void
it_serves_on_after_a_rendezvous_whose_name_is_not_found(void **state)
{
  (void)state;
  sim_faults_check_stays(
      rendezvous_nowhere,
      "r0 request\n"
      "r0 error 608 accepting failed: the host name was not found\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_serves_on_after_malformed_json),
    cmocka_unit_test(it_serves_on_after_an_oversized_message),
    cmocka_unit_test(it_serves_on_after_deeply_nested_json),
    cmocka_unit_test(it_serves_on_after_an_address_with_a_bad_scheme),
    cmocka_unit_test(it_serves_on_after_an_address_with_a_bad_host),
    cmocka_unit_test(it_serves_on_after_an_address_without_path),
    cmocka_unit_test(it_serves_on_after_a_plain_address_elsewhere),
    cmocka_unit_test(it_serves_on_after_an_accept_without_address),
    cmocka_unit_test(a_wss_rendezvous_is_never_dialled_in_plain),
    cmocka_unit_test(it_serves_on_after_a_refused_rendezvous),
    cmocka_unit_test(it_serves_on_while_a_rendezvous_hangs),
    cmocka_unit_test(it_serves_on_after_a_rendezvous_without_answer),
    cmocka_unit_test(it_serves_on_after_a_rendezvous_answered_403),
    cmocka_unit_test(it_serves_on_after_a_rendezvous_answered_410),
    cmocka_unit_test(it_serves_on_after_a_rendezvous_answered_with_garbage),
    cmocka_unit_test(it_serves_on_after_a_rendezvous_reset),
    cmocka_unit_test(it_serves_on_after_a_rendezvous_whose_name_is_not_found),
  };
  return cmocka_run_group_tests_name("sim_offers", tests, NULL, NULL);
}
