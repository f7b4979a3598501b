/* A peer that is gone without a word, as when a cable is pulled: the relay and
 * the other side do not wait for it for ever. The real receiver, sender and
 * relay on a simulated net. */
#include "support/check.h"

#include "sim_world.h"

/* Streams in the order they are dialled by sim_world_join. */
enum { CONTROL_CHANNEL, SENDER, RENDEZVOUS };

enum { TURN_MS = 100, MINUTE_MS = 60000 };

static struct hc_relay_counts counts(const struct sim_world *w)
{
  struct hc_relay_counts n;
  hc_relay_count(w->relay, &n);
  return n;
}

static void a_sender_that_vanished_is_a_cut_for_the_receiver(void **state)
{
  struct sim_world *w = *state;
  sim_cut(w->sim, SENDER, SIM_CUT_SILENCE);
  sim_world_run(w, HC_ACCEPTED_SILENCE_MS - TURN_MS, "");
  sim_world_run(w, 2 * TURN_MS,
                "r0 1 error 1120 ...\n"
                "r0 1 disconnected 1006 ...\n");
  assert_int_equal(counts(w).pairs, 0);
  sim_world_run(
      w, 3 * MINUTE_MS, /* it has asked in vain */
      "s0 error 10060 the peer's TCP has acknowledged nothing for ...\n"
      "s0 disconnected 1006 ...\n");
}

static void a_receiver_that_vanished_is_a_cut_for_the_sender(void **state)
{
  struct sim_world *w = *state;
  sim_cut(w->sim, RENDEZVOUS, SIM_CUT_SILENCE);
  sim_world_run(w, HC_ACCEPTED_SILENCE_MS + TURN_MS,
                "s0 error 1120 ...\n"
                "s0 disconnected 1006 ...\n");
  assert_int_equal(counts(w).pairs, 0);
  sim_world_run(w, 3 * MINUTE_MS,
                "r0 1 error 10060 ...\n"
                "r0 1 disconnected 1006 ...\n");
}

static void a_listener_that_vanished_is_forgotten(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(sim_world_receiver(w), "AzureRelayKeepAliveTime=0");
  sim_world_join(w);
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_SILENCE);
  sim_run(w->sim, HC_ACCEPTED_SILENCE_MS - 1);
  assert_int_equal(counts(w).listeners, 1);
  sim_run(w->sim, 1);
  assert_int_equal(counts(w).listeners, 0);
}

/* With bytes on their way to it, too: TCP alone would take 15 minutes. */
static void a_listener_that_vanished_with_bytes_due_is_forgotten(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(sim_world_receiver(w), "AzureRelayKeepAliveTime=0");
  sim_world_join(w);
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_SILENCE);
  assert_int_equal(hc_sender_start(sim_world_sender(w)->core), 0);
  sim_run(w->sim, HC_ACCEPTED_SILENCE_MS);
  assert_int_equal(counts(w).listeners, 1);
  sim_run(w->sim, HC_ACCEPTED_SILENCE_MS / 4 + TURN_MS);
  assert_int_equal(counts(w).listeners, 0);
}

/* Only the one sender whose offer was lost has to wait for nothing. */
static void a_listener_that_vanished_costs_one_sender(void **state)
{
  struct sim_world *w = *state;
  enum { SENDERS = 10 };
  char line[32];
  sim_receiver_listen(sim_world_receiver(w));
  sim_receiver_listen(sim_world_receiver(w));
  sim_cut(w->sim, CONTROL_CHANNEL, SIM_CUT_SILENCE);
  struct sim_sender *lost = sim_world_sender(w);
  assert_int_equal(hc_sender_start(lost->core), 0);
  sim_world_wait(w, "s0 connected 605 504", 31000);
  sim_world_forget(w);
  for (int i = 1; i <= SENDERS; i++) {
    sim_sender_connect(sim_world_sender(w));
    (void)snprintf(line, sizeof line, "r1 %d ready", i);
    sim_world_wait(w, line, SIM_WAIT_MS);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SIM_JOINED_TEST(a_sender_that_vanished_is_a_cut_for_the_receiver, 1),
    SIM_JOINED_TEST(a_receiver_that_vanished_is_a_cut_for_the_sender, 2),
    SIM_TEST(a_listener_that_vanished_is_forgotten, 3),
    SIM_TEST(a_listener_that_vanished_with_bytes_due_is_forgotten, 5),
    SIM_TEST(a_listener_that_vanished_costs_one_sender, 4),
  };
  return cmocka_run_group_tests_name("sim_vanish", tests, NULL, NULL);
}
