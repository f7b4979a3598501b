/* The wire of a random scenario, its faults and the relay's. */
#include "sim_random.h"

#include "relay/server.h"
#include "session/connection.h"
#include "sim_internal.h"
#include "support/alloc_trap.h"
#include "support/check.h"

/* Bytes that may wait in one direction: at a role and in the relay. */
enum { QUEUES_MAX = 1 << 19 };

/* A narrow window only with a short way: a handshake has 10 s. */
void random_set_wire(struct random *r)
{
  static const size_t windows[] = { 4096, 65536, 262144, 16, 512 };
  static const size_t reads[] = { 1000, 16384,
                                  HC_STREAM_READ_MAX - HC_STREAM_REST_MAX, 1,
                                  64 };
  static const uint64_t latencies[] = { 1, 5, 50, 300 };
  size_t n = r->plan.narrow ? CHECK_COUNT(windows) : CHECK_COUNT(windows) - 2;
  struct sim_wire wire = {
    .latency_min_ms = 1,
    .latency_max_ms = latencies[random_below(r, CHECK_COUNT(latencies))],
    .window = windows[random_below(r, n)],
    .read_max = reads[random_below(r, n)],
  };

  if (wire.window < 4096 && wire.latency_max_ms > 5)
    wire.latency_max_ms = 5;
  if (random_one_in(r, 2))
    wire.latency_min_ms = wire.latency_max_ms;
  size_t trips = HC_CLOSE_WAIT_MS / (2 * wire.latency_max_ms);
  r->is_slow |= wire.window * trips < QUEUES_MAX;
  sim_set_wire(r->world.sim, &wire);
}

/* Settings change from run to run. */
void random_relay_up(struct random *r)
{
  struct hc_relay_settings *settings = &r->world.settings;
  size_t trap = alloc_trap_left();

  if (r->world.relay != NULL || r->relay_restarts)
    return;
  alloc_trap_clear();
  settings->recycle_after_s =
      r->plan.recycles ? 20 + (unsigned)random_below(r, 600) : 0;
  settings->pong_interval_s = (unsigned)random_below(r, 300);
  settings->response_timeout_s = random_one_in(r, 3) ? 20 : 60;
  settings->control_body_max = random_one_in(r, 4) ? 100 : 65536;
  sim_world_relay_up(&r->world);
  random_trace(r, "the relay is up");
  alloc_trap_set(trap);
}

static void relay_down(void *user_data)
{
  struct random *r = user_data;

  sim_world_relay_down(&r->world);
  r->relay_restarts = false;
  random_trace(r, "the relay is down");
}

/* Not inside a call of the relay's own. */
static void on_stopped(void *user_data)
{
  struct random *r = user_data;
  sim_at(r->world.sim, 0, relay_down, r);
}

static void restart_relay(struct random *r)
{
  if (r->relay_restarts)
    return;
  if (r->world.relay == NULL) {
    random_relay_up(r);
  } else if (random_one_in(r, 2)) {
    random_trace(r, "the relay stops");
    r->relay_stopping = true;
    r->relay_restarts = true;
    r->troubled = true; /* whoever was not done in time is cut */
    hc_relay_stop(r->world.relay, on_stopped, r);
  } else {
    r->troubled = true;
    r->relay_restarts = true;
    sim_at(r->world.sim, 0, relay_down, r);
  }
}

static void cut(struct random *r)
{
  size_t n = sim_stream_count(r->world.sim);
  size_t recent = n < 12 ? n : 12;
  enum sim_cut how = random_one_in(r, 2) ? SIM_CUT_RST : SIM_CUT_FIN;

  if (recent == 0)
    return;
  if (r->plan.silence && random_one_in(r, 3))
    how = SIM_CUT_SILENCE;
  size_t index = n - 1 - (size_t)random_below(r, recent);
  random_trace(r, "stream %zu is cut: %d", index, (int)how);
  r->troubled = true;
  sim_cut(r->world.sim, index, how);
}

static void jump(struct random *r)
{
  int64_t seconds = (int64_t)random_below(r, 7200) - 3600;

  random_trace(r, "the wall clock jumps by %lld s", (long long)seconds);
  r->troubled = true;
  sim_jump_wall(r->world.sim, seconds);
}

static void run_out_of_memory(struct random *r)
{
  r->troubled = true;
  alloc_trap_set((size_t)random_below(r, 200));
}

static void spoil_dials(struct random *r)
{
  bool refuse = random_one_in(r, 2);
  bool on = random_one_in(r, 3);

  r->troubled |= on;
  if (refuse)
    sim_refuse_dials(r->world.sim, on);
  else
    sim_hang_dials(r->world.sim, on);
}

void random_fault(struct random *r)
{
  switch (random_below(r, 6)) {
  case 0:
    if (r->plan.cuts)
      cut(r);
    break;
  case 1:
    if (r->plan.refusals)
      spoil_dials(r);
    break;
  case 2:
    if (r->plan.restarts)
      restart_relay(r);
    break;
  case 3:
    if (r->plan.jumps)
      jump(r);
    break;
  case 4:
    if (r->plan.memory)
      run_out_of_memory(r);
    break;
  default:
    random_set_wire(r);
  }
}

/* All is well from now on. */
void random_mend(struct random *r)
{
  static const struct sim_wire good = { 1, 5, 262144, 1 << 17 };

  alloc_trap_clear();
  r->ending = true;
  sim_set_wire(r->world.sim, &good);
  sim_refuse_dials(r->world.sim, false);
  sim_hang_dials(r->world.sim, false);
  sim_run(r->world.sim, HC_STREAM_LINGER_MS + SIM_WAIT_MS);
  random_relay_up(r);
}

/* Memory per connection is bounded: the relay takes no more from one side while
 * a high mark waits for the other. */
void random_check_queues(const struct random *r)
{
  enum { RELAY_MAX = HC_RELAY_HIGH_MARK + HC_STREAM_READ_MAX + 1024 };
  const struct sim *sim = r->world.sim;

  for (struct hc_list *n = sim->links.next; n != &sim->links; n = n->next) {
    const struct sim_link *link = HC_LIST_ENTRY(n, struct sim_link, node);
    size_t waits = hc_buffer_len(&link->ends[1].tx);
    random_require(r, waits <= RELAY_MAX,
                   "the relay holds %zu bytes for stream %zu", waits,
                   link->index);
  }
}
