/* Out of memory anywhere, once: an error, never a crash, nothing left behind.
 * The real receiver, sender and relay on a simulated net. */
#include "support/check.h"

#include "sim_world.h"
#include "support/alloc_trap.h"

enum { TURN_MS = 100, ALLOCATIONS_MAX = 10000 };

static void live(struct sim_world *w)
{
  static const uint8_t bytes[100000];
  struct sim_receiver *r = &w->receivers[0];
  struct sim_sender *s = &w->senders[0];

  (void)hc_receiver_start(r->core, false);
  sim_run(w->sim, TURN_MS);
  (void)hc_sender_start(s->core);
  sim_run(w->sim, TURN_MS);
  (void)sim_sender_send(s, HC_WS_TEXT, hc_span_str("hello"));
  (void)sim_receiver_send(r, 1, HC_WS_BINARY, hc_span_of(bytes, sizeof bytes));
  sim_run(w->sim, TURN_MS);
  (void)hc_sender_disconnect(s->core);
  sim_run(w->sim, TURN_MS);
  r->decision.accept = false;
  (void)hc_sender_start(s->core);
  sim_run(w->sim, 40000); /* the token is renewed */
  sim_cut(w->sim, 0, SIM_CUT_RST);
  sim_run(w->sim, TURN_MS);
  hc_receiver_shutdown(r->core);
  sim_run(w->sim, 20000);
}

static void any_allocation_may_fail(void **state)
{
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct sim_world w;
    sim_world_start(&w, 1); /* the same run each time, but for that one */
    sim_receiver_set(sim_world_receiver(&w), "TokenValidity=60");
    sim_sender_set(sim_world_sender(&w), "SubProtocols=a");
    alloc_trap_set(n++);
    live(&w);
    has_failed = alloc_trap_clear();
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 100, ALLOCATIONS_MAX - 1);
}

static void on_accept(void *user_data, struct hc_stream *stream)
{
  (void)user_data;
  hc_stream_close(stream, HC_STREAM_CLEAN);
}

/* Each connection is forwarded to a target that ends it at once. */
static void any_allocation_may_fail_while_forwarding(void **state)
{
  static const struct hc_listener_handler handler = { on_accept };
  const struct hc_listen listen = { .host = "127.0.0.1" };
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct sim_world w;
    struct hc_listener *target;
    char text[40];
    sim_world_start(&w, 1);
    assert_int_equal(
        hc_listen(sim_net(w.sim), &listen, &handler, NULL, &target, NULL), 0);
    (void)snprintf(text, sizeof text, "forwarding_port=%d",
                   (int)hc_listener_port(target));
    sim_receiver_set(sim_world_receiver(&w), text);
    sim_receiver_set(&w.receivers[0], "forwarding_host=target.test");
    (void)sim_world_sender(&w);
    alloc_trap_set(n++);
    live(&w);
    has_failed = alloc_trap_clear();
    hc_listener_close(target);
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 100, ALLOCATIONS_MAX - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_allocation_may_fail),
    cmocka_unit_test(any_allocation_may_fail_while_forwarding),
  };
  return cmocka_run_group_tests_name("sim_memory", tests, NULL, NULL);
}
