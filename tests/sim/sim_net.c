/* The simulated net's clock, events, seeds and faults. */
#include "sim_internal.h"

#include "base/memory.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
  START_MS = 1000000,      /* no test may depend on a clock that starts at 0 */
  START_WALL = 1700000000, /* 2023-11-14 */
  FIRST_PORT = 20000,
  DEFAULT_WINDOW = 1 << 18,
  /* So many events without a tick of the clock are an endless loop. */
  STANDSTILL_MAX = 1 << 24
};

/* A call that sim_at put off. */
struct sim_call {
  struct hc_list node;
  struct sim *sim;
  struct hc_timer timer;
  void (*fn)(void *user_data);
  void *user_data;
};

void *sim_alloc(size_t n)
{
  void *ptr = calloc(1, n > 0 ? n : 1);
  if (ptr == NULL)
    abort();
  return ptr;
}

/* SplitMix64: one word of state, good enough to shake a protocol. */
static uint64_t next_random(uint64_t *state)
{
  *state += 0x9e3779b97f4a7c15U;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

uint64_t sim_random_below(struct sim *sim, uint64_t limit)
{
  return next_random(&sim->wire_random) % limit;
}

size_t sim_random_size(struct sim *sim, size_t max)
{
  size_t tiny = max < 16 ? max : 16;

  if (max == 0)
    return 0;
  switch (sim_random_below(sim, 4)) {
  case 0:
    return 1 + (size_t)sim_random_below(sim, tiny);
  case 1:
    return 1 + (size_t)sim_random_below(sim, max);
  default:
    return max;
  }
}

uint64_t sim_latency(struct sim *sim)
{
  uint64_t spread = sim->wire.latency_max_ms - sim->wire.latency_min_ms;
  return sim->wire.latency_min_ms + sim_random_below(sim, spread + 1);
}

static int tls_new(struct hc_net *net, const struct hc_tls_options *options,
                   struct hc_tls **out, struct hc_fault *fault)
{
  (void)net;
  (void)options;
  void *dummy = hc_alloc(1);
  if (dummy == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for TLS");
  *out = (struct hc_tls *)dummy;
  return 0;
}

static void tls_free(struct hc_net *net, struct hc_tls *tls)
{
  (void)net;
  hc_free(tls);
}

static void timer_set(struct hc_net *net, struct hc_timer *timer,
                      uint64_t delay_ms)
{
  struct sim *sim = sim_of(net);
  if (!timer->is_set)
    sim->set_timers++;
  hc_timers_set(&sim->timers, timer, sim->now_ms + delay_ms);
}

static void timer_cancel(struct hc_net *net, struct hc_timer *timer)
{
  struct sim *sim = sim_of(net);
  if (timer->is_set)
    sim->set_timers--;
  hc_timers_cancel(&sim->timers, timer);
}

static uint64_t now_ms(const struct hc_net *net)
{
  return sim_of(net)->now_ms;
}

static int64_t wall_s(const struct hc_net *net)
{
  const struct sim *sim = sim_of(net);
  return sim->wall_start_s + (int64_t)((sim->now_ms - START_MS) / 1000);
}

static void random_bytes(struct hc_net *net, uint8_t *out, size_t n)
{
  struct sim *sim = sim_of(net);
  for (size_t i = 0; i < n; i++)
    out[i] = (uint8_t)(next_random(&sim->owner_random) >> 32);
}

static bool is_narrow(const struct hc_net *net)
{
  return sim_of(net)->narrow;
}

void sim_stream_local(const struct hc_stream *stream, struct hc_address *out)
{
  const struct sim_end *end = sim_end_of(stream);
  *out = end->peer->peer_address;
}

void sim_stream_peer(const struct hc_stream *stream, struct hc_address *out)
{
  *out = sim_end_of(stream)->peer_address;
}

uint64_t sim_stream_unacked_ms(const struct hc_stream *stream)
{
  const struct sim_end *end = sim_end_of(stream);
  if (end->unacked_since_ms == 0)
    return 0;
  return end->link->sim->now_ms + 1 - end->unacked_since_ms;
}

void sim_stream_negotiated(const struct hc_stream *stream,
                           struct hc_tls_negotiated *out)
{
  const struct sim_end *end = sim_end_of(stream);
  *out = (struct hc_tls_negotiated){ "", "", "", "", 0, 0 };
  if (end->link->with_tls && end->opened)
    *out = (struct hc_tls_negotiated){ "TLSv1.3",     "TLS_AES_128_GCM_SHA256",
                                       "aes-128-gcm", "X25519",
                                       128,           253 };
}

static void own_name(const struct hc_net *net, char *out, size_t size)
{
  (void)net;
  (void)snprintf(out, size, "here.test");
}

static const struct hc_net_ops ops = {
  .dial = sim_dial,
  .listen = sim_listen,
  .listener_port = sim_listener_port,
  .listener_set_tls = sim_listener_set_tls,
  .listener_close = sim_listener_close,
  .set_handler = sim_stream_set_handler,
  .reserve = sim_stream_reserve,
  .commit = sim_stream_commit,
  .pending = sim_stream_pending,
  .set_drain_mark = sim_stream_set_drain_mark,
  .pause = sim_stream_pause,
  .resume = sim_stream_resume,
  .shut = sim_stream_shut,
  .close = sim_stream_close,
  .local = sim_stream_local,
  .peer = sim_stream_peer,
  .unacked_ms = sim_stream_unacked_ms,
  .negotiated = sim_stream_negotiated,
  .tls_new = tls_new,
  .tls_free = tls_free,
  .timer_set = timer_set,
  .timer_cancel = timer_cancel,
  .now_ms = now_ms,
  .wall_s = wall_s,
  .random = random_bytes,
  .is_narrow = is_narrow,
  .own_name = own_name,
};

struct sim *sim_new(uint64_t seed)
{
  struct sim *sim = sim_alloc(sizeof *sim);

  sim->net.ops = &ops;
  sim->now_ms = START_MS;
  sim->wall_start_s = START_WALL;
  sim->wire_random = seed;
  sim->owner_random = ~seed;
  sim->wire = (struct sim_wire){
    .latency_min_ms = 1,
    .latency_max_ms = 1,
    .window = DEFAULT_WINDOW,
    .read_max = HC_STREAM_READ_MAX - HC_STREAM_REST_MAX,
  };
  sim->next_port = FIRST_PORT;
  hc_list_init(&sim->links);
  hc_list_init(&sim->retired);
  hc_list_init(&sim->listeners);
  hc_list_init(&sim->calls);
  return sim;
}

static void free_links(struct hc_list *links)
{
  while (!hc_list_is_empty(links))
    sim_link_free(HC_LIST_ENTRY(links->next, struct sim_link, node));
}

static void call_free(struct sim_call *call)
{
  hc_timers_cancel(&call->sim->wire_events, &call->timer);
  hc_list_remove(&call->node);
  free(call);
}

void sim_free(struct sim *sim)
{
  if (sim == NULL)
    return;
  free_links(&sim->links);
  free_links(&sim->retired);
  while (!hc_list_is_empty(&sim->listeners))
    sim_listener_close(
        &HC_LIST_ENTRY(sim->listeners.next, struct sim_listener, node)->base);
  while (!hc_list_is_empty(&sim->calls))
    call_free(HC_LIST_ENTRY(sim->calls.next, struct sim_call, node));
  free(sim);
}

struct hc_net *sim_net(struct sim *sim)
{
  return &sim->net;
}

/* Runs what is due now: the wire before timers, as in a turn of the loop.
 * False if nothing is. */
static bool run_one(struct sim *sim)
{
  struct hc_timer *timer = hc_timers_pop(&sim->wire_events, sim->now_ms, false);

  if (timer == NULL) {
    timer = hc_timers_pop(&sim->timers, sim->now_ms, sim->narrow);
    if (timer == NULL)
      return false;
    sim->set_timers--;
  }
  timer->fn(timer->user_data);
  free_links(&sim->retired);
  return true;
}

/* Moves the clock to the next event. False if there is none up to end_ms. */
static bool advance(struct sim *sim, uint64_t end_ms)
{
  uint64_t wire = hc_timers_next(&sim->wire_events, false);
  uint64_t timer = hc_timers_next(&sim->timers, sim->narrow);
  uint64_t next = wire < timer ? wire : timer;

  if (next > end_ms)
    return false;
  if (next > sim->now_ms)
    sim->now_ms = next;
  return true;
}

static bool never(void *user_data)
{
  (void)user_data;
  return false;
}

bool sim_run_until(struct sim *sim, bool (*done)(void *user_data),
                   void *user_data, uint64_t ms)
{
  uint64_t end_ms = sim->now_ms + ms;
  uint64_t tick = sim->now_ms;
  size_t standstill = 0;

  while (!done(user_data)) {
    if (!advance(sim, end_ms)) {
      sim->now_ms = end_ms;
      return false;
    }
    if (sim->now_ms != tick)
      standstill = 0;
    tick = sim->now_ms;
    if (++standstill > STANDSTILL_MAX) {
      fputs("sim: events without end at one moment\n", stderr);
      abort();
    }
    run_one(sim);
  }
  return true;
}

void sim_run(struct sim *sim, uint64_t ms)
{
  (void)sim_run_until(sim, never, NULL, ms);
}

void sim_set_wire(struct sim *sim, const struct sim_wire *wire)
{
  assert(wire->window > 0 && wire->read_max > 0);
  assert(wire->latency_min_ms <= wire->latency_max_ms);
  sim->wire = *wire;
}

size_t sim_stream_count(const struct sim *sim)
{
  return sim->dialled;
}

static struct sim_link *find_link(struct sim *sim, size_t index)
{
  for (struct hc_list *n = sim->links.next; n != &sim->links; n = n->next) {
    struct sim_link *link = HC_LIST_ENTRY(n, struct sim_link, node);
    if (link->index == index)
      return link;
  }
  return NULL;
}

const char *sim_dialled_host(struct sim *sim, size_t dialled)
{
  const struct sim_link *link = find_link(sim, dialled);
  return link != NULL ? link->host : "";
}

static void silence(struct sim_link *link)
{
  link->silent = true;
  for (size_t i = 0; i < 2; i++)
    sim_end_silence(&link->ends[i]);
}

void sim_cut(struct sim *sim, size_t dialled, enum sim_cut how)
{
  struct sim_link *link = find_link(sim, dialled);
  int code = how == SIM_CUT_RST ? HYCO_ECONNRESET : HYCO_EDROPPED;

  if (link == NULL || link->silent)
    return;
  if (how == SIM_CUT_SILENCE) {
    silence(link);
    return;
  }
  for (size_t i = 0; i < 2; i++) {
    sim_end_break(&link->ends[i]);
    sim_end_push(&link->ends[i], how == SIM_CUT_RST ? SIM_RESET : SIM_END,
                 code);
  }
  if (link->phase != SIM_DONE)
    sim_link_fail_dial(link, code);
}

void sim_refuse_dials(struct sim *sim, bool refuse)
{
  sim->refuse = refuse;
}

void sim_hang_dials(struct sim *sim, bool hang)
{
  sim->hang = hang;
}

void sim_lose_names(struct sim *sim, bool lose)
{
  sim->no_names = lose;
}

void sim_jump_wall(struct sim *sim, int64_t seconds)
{
  sim->wall_start_s += seconds;
}

static void make_call(void *user_data)
{
  struct sim_call *call = user_data;
  void (*fn)(void *) = call->fn;
  void *fn_data = call->user_data;

  call_free(call);
  fn(fn_data);
}

void sim_at(struct sim *sim, uint64_t delay_ms, void (*fn)(void *user_data),
            void *user_data)
{
  struct sim_call *call = sim_alloc(sizeof *call);

  call->sim = sim;
  call->fn = fn;
  call->user_data = user_data;
  call->timer.fn = make_call;
  call->timer.user_data = call;
  hc_list_append(&sim->calls, &call->node);
  hc_timers_set(&sim->wire_events, &call->timer, sim->now_ms + delay_ms);
}

void sim_set_narrow(struct sim *sim, bool narrow)
{
  sim->narrow = narrow;
  for (struct hc_list *n = sim->links.next; n != &sim->links; n = n->next)
    sim_end_wake(&HC_LIST_ENTRY(n, struct sim_link, node)->ends[0]);
}

size_t sim_open_handles(const struct sim *sim)
{
  return sim->open_streams + sim->open_listeners + sim->set_timers;
}
