/* A role may be freed inside every one of its handlers: no later event comes,
 * and nothing is left on the net or in memory. The real receiver, sender and
 * relay on a simulated net. */
#include "support/check.h"

#include "sim_world.h"

enum { TURN_MS = 100, OCCASIONS_MAX = 100 };

/* Frees the role at the n-th line that begins with `line`. */
struct occasion {
  struct sim_world *world;
  const char *line;
  const char *role; /* "r0" or "s0" */
  size_t left;
  bool done;
};

static void arm(struct occasion *o);

static void on_line(void *user_data)
{
  struct occasion *o = user_data;
  if (o->left-- > 0) {
    arm(o);
    return;
  }
  o->done = true;
  if (o->role[0] == 'r')
    sim_receiver_free(&o->world->receivers[0]);
  else
    sim_sender_free(&o->world->senders[0]);
  sim_world_forget(o->world); /* what comes now comes too late */
}

static void arm(struct occasion *o)
{
  sim_world_on(o->world, o->line, on_line, o);
}

static bool has_receiver(const struct sim_world *w)
{
  return w->receivers[0].core != NULL;
}

static bool has_sender(const struct sim_world *w)
{
  return w->senders[0].core != NULL;
}

static void start_both(struct sim_world *w)
{
  if (has_receiver(w))
    (void)hc_receiver_start(w->receivers[0].core, false);
  sim_run(w->sim, TURN_MS);
  if (has_sender(w))
    (void)hc_sender_start(w->senders[0].core);
  sim_run(w->sim, TURN_MS);
}

static void talk(struct sim_world *w, int id)
{
  if (has_sender(w)) {
    (void)sim_sender_send(&w->senders[0], HC_WS_PING, hc_span_str("x"));
    (void)sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("hello"));
    (void)sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("again"));
  }
  if (has_receiver(w)) {
    (void)sim_receiver_send(&w->receivers[0], id, HC_WS_PING, hc_span_str("x"));
    (void)sim_receiver_send(&w->receivers[0], id, HC_WS_TEXT,
                            hc_span_str("hello"));
    (void)sim_receiver_send(&w->receivers[0], id, HC_WS_TEXT,
                            hc_span_str("again"));
  }
  sim_run(w->sim, TURN_MS);
}

/* Both queues run full, then empty: on_..._ready_to_send. */
static void fill_queues(struct sim_world *w, int id)
{
  static const uint8_t bytes[100000];
  const struct hc_span long_one = hc_span_of(bytes, sizeof bytes);

  for (int i = 0; i < 2 && has_sender(w); i++)
    (void)sim_sender_send(&w->senders[0], HC_WS_BINARY, long_one);
  for (int i = 0; i < 2 && has_receiver(w); i++)
    (void)sim_receiver_send(&w->receivers[0], id, HC_WS_BINARY, long_one);
  sim_run(w->sim, TURN_MS);
}

static void close_by_halves(struct sim_world *w, int id)
{
  if (has_sender(w))
    (void)hc_sender_disconnect(w->senders[0].core);
  sim_run(w->sim, TURN_MS);
  if (has_receiver(w))
    (void)hc_receiver_disconnect(w->receivers[0].core, id);
  sim_run(w->sim, TURN_MS);
}

static void cut_everything(struct sim_world *w)
{
  for (size_t i = 0; i < sim_stream_count(w->sim); i++)
    sim_cut(w->sim, i, SIM_CUT_RST);
  sim_run(w->sim, TURN_MS);
}

/* A rejection that the service does not like, and one that it does. */
static void be_rejected(struct sim_world *w)
{
  w->receivers[0].decision.accept = false;
  w->receivers[0].decision.status_code = 1;
  start_both(w);
  sim_run(w->sim, 31000);
  w->receivers[0].decision.status_code = 0;
  start_both(w);
}

static void live(struct sim_world *w)
{
  start_both(w);
  talk(w, 1);
  fill_queues(w, 1);
  close_by_halves(w, 1);
  start_both(w);
  cut_everything(w);
  be_rejected(w);
  w->receivers[0].decision.accept = true;
  start_both(w);
  if (has_receiver(w))
    hc_receiver_shutdown(w->receivers[0].core);
  sim_run(w->sim, TURN_MS);
  if (has_sender(w))
    (void)hc_sender_disconnect(w->senders[0].core);
  sim_run(w->sim, TURN_MS);
}

/* True if there was such a line. */
static bool live_until(const char *line, size_t n)
{
  struct sim_world w;
  char role[3] = { line[0], line[1], '\0' };
  struct occasion o = { .world = &w, .line = line, .role = role, .left = n };

  sim_world_start_tls(&w, n);
  sim_receiver_set(sim_world_receiver(&w), "HalfClose=true");
  sim_sender_set(sim_world_sender(&w), "HalfClose=true");
  w.receivers[0].notes_log = strstr(line, "log") != NULL;
  w.senders[0].notes_log = w.receivers[0].notes_log;
  arm(&o);
  live(&w);
  if (o.done && sim_world_count(&w, role) > 0)
    fail_msg("freed at \"%s\" %zu, and then came\n%s", line, n, w.log);
  sim_world_finish(&w);
  return o.done;
}

static void free_at_every(const char *line, size_t at_least)
{
  size_t n = 0;
  while (n < OCCASIONS_MAX && live_until(line, n))
    n++;
  if (n < at_least || n == OCCASIONS_MAX)
    fail_msg("%zu times \"%s\", at least %zu were meant", n, line, at_least);
}

static void a_receiver_may_be_freed_in_every_handler(void **state)
{
  (void)state;
  free_at_every("r0 connected", 2);
  free_at_every("r0 disconnected", 2);
  free_at_every("r0 request", 5);
  free_at_every("r0 1 connected", 1);
  free_at_every("r0 1 ready", 2);
  free_at_every("r0 1 text", 2);
  free_at_every("r0 1 pong", 1);
  free_at_every("r0 1 end", 1);
  free_at_every("r0 1 disconnected", 1);
  free_at_every("r0 2 error", 1);
  free_at_every("r0 2 disconnected", 1);
  free_at_every("r0 3 disconnected", 1); /* of the shutdown */
  free_at_every("r0 error", 1);
  free_at_every("r0 certificate", 6);
}

static void a_sender_may_be_freed_in_every_handler(void **state)
{
  (void)state;
  free_at_every("s0 connected", 5);
  free_at_every("s0 ready", 3);
  free_at_every("s0 text", 2);
  free_at_every("s0 pong", 1);
  free_at_every("s0 disconnected", 3);
  free_at_every("s0 error", 1);
  free_at_every("s0 certificate", 5);
}

static void a_role_may_be_freed_in_every_on_log(void **state)
{
  (void)state;
  free_at_every("r0 log", 15);
  free_at_every("s0 log", 8);
}

/* Nobody listens: it waits and tries again, and says so. */
static void a_sender_that_waits_for_a_listener_may_be_freed(void **state)
{
  (void)state;
  for (size_t n = 0;; n++) {
    struct sim_world w;
    struct occasion o = { .world = &w, .line = "s0", .role = "s0", .left = n };
    sim_world_start(&w, n);
    struct sim_sender *s = sim_world_sender(&w);
    s->notes_log = true;
    sim_sender_set(s, "WaitForListener=5");
    arm(&o);
    assert_int_equal(hc_sender_start(s->core), 0);
    sim_run(w.sim, 10000);
    if (o.done)
      assert_int_equal(sim_world_count(&w, "s0"), 0);
    sim_world_finish(&w);
    if (!o.done) {
      assert_in_range(n, 5, OCCASIONS_MAX);
      return;
    }
  }
}

static void disconnect_receiver(void *user_data)
{
  struct sim_receiver *r = user_data;
  assert_int_equal(hc_receiver_disconnect(r->core, 1), 0);
}

static void free_sender(void *user_data)
{
  sim_sender_free(user_data);
}

static void a_sender_may_be_freed_in_on_end(void **state)
{
  struct sim_world *w = *state;
  sim_sender_set(sim_world_sender(w), "HalfClose=true");
  sim_world_join(w);
  sim_world_on(w, "s0 end", free_sender, &w->senders[0]);
  disconnect_receiver(&w->receivers[0]);
  sim_world_run(w, TURN_MS,
                "s0 end 1000 \n"
                "r0 1 error 1120 ...\n"
                "r0 1 disconnected 1006 ...\n");
}

/* Between any two events of the wire, not only in handlers. */
static void a_role_may_be_freed_at_any_time(void **state)
{
  (void)state;
  for (uint64_t at_ms = 0; at_ms < 30; at_ms++) {
    for (int who = 0; who < 2; who++) {
      struct sim_world w;
      sim_world_start(&w, at_ms);
      struct sim_receiver *r = sim_world_receiver(&w);
      struct sim_sender *s = sim_world_sender(&w);
      assert_int_equal(hc_receiver_start(r->core, false), 0);
      sim_run(w.sim, at_ms < 10 ? at_ms : 10);
      assert_int_equal(hc_sender_start(s->core), 0);
      sim_run(w.sim, at_ms);
      if (who == 0)
        sim_receiver_free(r);
      else
        sim_sender_free(s);
      sim_world_forget(&w);
      sim_run(w.sim, 1000);
      assert_int_equal(sim_world_count(&w, who == 0 ? "r0" : "s0"), 0);
      sim_world_finish(&w);
    }
  }
}

static void free_again(void *user_data)
{
  struct sim_receiver *r = user_data;
  struct hc_receiver *core = r->core;
  sim_receiver_free(r);
  hc_receiver_free(core); /* within one handler: nothing more */
}

static void freeing_twice_in_a_handler_or_freeing_nothing_is_fine(void **state)
{
  struct sim_world *w = *state;
  sim_world_on(w, "r0 connected", free_again, sim_world_receiver(w));
  assert_int_equal(hc_receiver_start(w->receivers[0].core, false), 0);
  sim_world_run(w, TURN_MS, "r0 connected 0 OK\n");
  hc_receiver_free(NULL);
  hc_sender_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_receiver_may_be_freed_in_every_handler),
    cmocka_unit_test(a_sender_may_be_freed_in_every_handler),
    cmocka_unit_test(a_role_may_be_freed_in_every_on_log),
    cmocka_unit_test(a_sender_that_waits_for_a_listener_may_be_freed),
    SIM_TEST(a_sender_may_be_freed_in_on_end, 1),
    cmocka_unit_test(a_role_may_be_freed_at_any_time),
    SIM_TEST(freeing_twice_in_a_handler_or_freeing_nothing_is_fine, 1),
  };
  return cmocka_run_group_tests_name("sim_free", tests, NULL, NULL);
}
