/* What must be true after a fault: the receiver serves. */
#include "sim_faults.h"

#include "protocol/control.h"
#include "support/check.h"

enum { TURN_MS = 100 };

/* clang-format off */
const uint64_t sim_faults_waits_ms[SIM_FAULTS_ROUNDS] = {
  0, 1000, 2000, 5000, 10000, 30000, 30000
};
/* clang-format on */

static uint64_t now_ms(const struct sim_service *s)
{
  return hc_net_now_ms(sim_net(s->world.sim));
}

void sim_faults_send_accept(struct raw_peer *control, const char *address)
{
  char text[1024];
  (void)snprintf(text, sizeof text,
                 "{\"accept\":{\"address\":\"%s\",\"id\":\"i\"}}", address);
  raw_send_server_frame(control, SIM_FAULTS_TEXT, hc_span_str(text));
}

/* A rendezvous by address, so that names may be lost. */
void sim_faults_offer(struct sim_service *s, struct raw_peer *control)
{
  char address[256];
  (void)snprintf(address, sizeof address,
                 "ws://127.0.0.1:%u/$hc/hyco?sb-hc-action=accept&sb-hc-id=i",
                 (unsigned)s->world.port);
  sim_faults_send_accept(control, address);
}

void sim_faults_check_serves(struct sim_service *s, struct raw_peer *control)
{
  struct sim_receiver *r = &s->world.receivers[0];
  int id = r->core->last_id + 1;
  struct raw_frame frame;
  char line[64];

  sim_faults_offer(s, control);
  struct raw_peer *rendezvous = sim_service_request(s);
  sim_service_answer(s, rendezvous, "");
  (void)snprintf(line, sizeof line, "r0 %d ready", id);
  sim_world_wait(&s->world, line, SIM_WAIT_MS);
  sim_world_forget(&s->world);
  raw_send_server_frame(rendezvous, SIM_FAULTS_TEXT, hc_span_str("hello"));
  (void)snprintf(line, sizeof line, "r0 %d text \"hello\"\n", id);
  sim_world_run(&s->world, TURN_MS, line);
  assert_int_equal(sim_receiver_send(r, id, HC_WS_TEXT, hc_span_str("hi")), 0);
  assert_true(raw_read_frame(rendezvous, &frame));
  assert_int_equal(frame.first, SIM_FAULTS_TEXT);
  check_span(frame.data, "hi");
}

struct raw_peer *sim_faults_next_try(struct sim_service *s, size_t round,
                                     uint64_t seen_ms)
{
  uint64_t wait_ms =
      sim_faults_waits_ms[round] + sim_faults_waits_ms[round] / 5;
  uint64_t before_ms = now_ms(s);
  struct raw_peer *control =
      sim_service_request_within(s, seen_ms + wait_ms + SIM_FAULTS_SLACK_MS);

  if (control == NULL)
    fail_msg("round %zu: no try within %llu ms\n%s", round,
             (unsigned long long)(seen_ms + wait_ms), s->world.log);
  assert_true(now_ms(s) - before_ms >=
              sim_faults_waits_ms[round] - sim_faults_waits_ms[round] / 5);
  assert_true(hc_receiver_is_listening(s->world.receivers[0].core));
  return control;
}

struct raw_peer *sim_faults_answer(struct sim_service *s,
                                   struct raw_peer *control)
{
  sim_service_answer(s, control, "");
  sim_world_wait(&s->world, "r0 connected 0 OK", SIM_WAIT_MS);
  sim_world_forget(&s->world);
  return control;
}

void sim_faults_check_comes_back(sim_fault *fault, uint64_t seen_ms)
{
  struct sim_service s;
  sim_service_start(&s, 1);
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  bool was_online = seen_ms >= HC_BACKOFF_RESET_MS; /* for long */
  for (size_t round = 0; round < SIM_FAULTS_ROUNDS; round++) {
    fault(&s, control);
    control = sim_faults_answer(
        &s, sim_faults_next_try(&s, was_online ? 0 : round, seen_ms));
  }
  sim_faults_check_serves(&s, control);
  sim_service_finish(&s);
}

void sim_faults_check_stays(sim_fault *fault, const char *line)
{
  struct sim_service s;
  sim_service_start(&s, 2);
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  for (size_t round = 0; round < SIM_FAULTS_ROUNDS; round++) {
    fault(&s, control);
    sim_world_run(&s.world, TURN_MS, line);
    sim_faults_check_serves(&s, control);
  }
  sim_service_finish(&s);
}

void sim_faults_reset(struct sim_service *s, struct raw_peer *control)
{
  (void)s;
  raw_close(control, HC_STREAM_ABORT);
}

void sim_faults_check_tries_on(sim_fault *fault, uint64_t took_ms,
                               const char *line)
{
  struct sim_service s;
  sim_service_start(&s, 3);
  sim_faults_reset(&s, sim_service_opened(&s, SIM_CONTROL));
  struct raw_peer *control =
      sim_faults_next_try(&s, 0, SIM_FAULTS_SEEN_AT_ONCE_MS);
  sim_world_forget(&s.world);
  for (size_t round = 1; round < SIM_FAULTS_ROUNDS; round++) {
    fault(&s, control);
    control = sim_faults_next_try(&s, round, took_ms);
    sim_world_expect(&s.world, line);
  }
  sim_faults_check_serves(&s, sim_faults_answer(&s, control));
  sim_service_finish(&s);
}
