/* 24 hours of virtual time: three receivers, senders that come and go, tokens
 * that are renewed, channels that the relay recycles every half hour, and a
 * network that cuts connections and fails as a whole. No connection is lost
 * that need not be, none is served twice, every byte comes in order and once,
 * every lost channel is back within the backoff table's time, and nothing is
 * left. */
#include "support/check.h"

#include "sim_day.h"
#include "support/alloc_trap.h"
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void); /* the only one it has */
#endif

enum {
  SECOND_MS = 1000,
  MINUTE_MS = 60 * SECOND_MS,
  HOUR_MS = 60 * MINUTE_MS,
  DAY_MS = 24 * HOUR_MS,
  SETTLE_MS = 20 * MINUTE_MS, /* the system forgets vanished peers */
  QUIET_MS = 5 * SECOND_MS    /* all that was sent has come */
};

/* What may differ between two quiet moments: room that tables keep, a ping that
 * is under way. */
enum { HEAP_TOLERANCE = 4096, BLOCKS_TOLERANCE = 8 };

/* glibc counts what it keeps for later as in use: it cannot tell. */
static size_t heap_bytes(void)
{
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return 0;
#endif
}

/* When the test does which kind of harm next. */
struct plan {
  uint64_t channel_ms;
  uint64_t leg_ms;
  uint64_t death_ms;
  uint64_t outage_ms;
};

static uint64_t soon(struct day *d, uint64_t within_ms)
{
  return day_now_ms(d) + day_random(d, within_ms);
}

static bool is_due(struct day *d, uint64_t *at_ms, uint64_t within_ms)
{
  if (day_now_ms(d) < *at_ms)
    return false;
  *at_ms = soon(d, within_ms);
  return true;
}

static enum sim_cut some_cut(struct day *d)
{
  return (enum sim_cut)day_random(d, 3);
}

static void cut_channel(struct day *d)
{
  struct day_receiver *r = &d->receivers[day_random(d, DAY_RECEIVERS)];

  if (!r->is_online || r->is_cut)
    return;
  r->is_cut = true;
  r->cut_ms = day_now_ms(d);
  sim_cut(d->world.sim, r->channel, some_cut(d));
  day_excuse(d);
}

/* Of a connection that is open, or opening. */
static void cut_leg(struct day *d)
{
  struct day_connection *c = &d->connections[day_random(d, DAY_CONNECTIONS)];
  bool up = day_random(d, 2) == 0;

  if (c->number == 0 || c->sender == NULL || c->sender->is_long)
    return;
  size_t leg = up ? c->sender_leg : c->receiver_leg;
  if (leg == SIZE_MAX)
    return;
  c->is_cut = true;
  c->may_fail = true;
  sim_cut(d->world.sim, leg, some_cut(d));
}

/* For a while no new connection comes through, not even to the relay. */
static void begin_outage(struct day *d)
{
  d->has_outage = true;
  d->outage_end_ms = day_now_ms(d) + SECOND_MS + day_random(d, 90 * SECOND_MS);
  day_excuse(d);
  if (day_random(d, 2) == 0)
    sim_refuse_dials(d->world.sim, true);
  else
    sim_hang_dials(d->world.sim, true);
}

static void end_outage(struct day *d)
{
  if (!d->has_outage)
    return;
  d->has_outage = false;
  d->outage_end_ms = day_now_ms(d);
  sim_refuse_dials(d->world.sim, false);
  sim_hang_dials(d->world.sim, false);
}

static void do_harm(struct day *d, struct plan *plan)
{
  if (is_due(d, &plan->channel_ms, 30 * MINUTE_MS))
    cut_channel(d);
  if (is_due(d, &plan->leg_ms, MINUTE_MS))
    cut_leg(d);
  if (is_due(d, &plan->death_ms, 20 * MINUTE_MS))
    day_replace_sender(
        &d->senders[DAY_LONG_SENDERS +
                    day_random(d, DAY_SENDERS - DAY_LONG_SENDERS)]);
  if (is_due(d, &plan->outage_ms, 4 * HOUR_MS))
    begin_outage(d);
  if (d->has_outage && day_now_ms(d) >= d->outage_end_ms)
    end_outage(d);
}

static uint64_t some_stay_ms(struct day *d, const struct day_sender *s)
{
  if (s->is_long)
    return HOUR_MS + day_random(d, 7 * HOUR_MS);
  switch (day_random(d, 40)) {
  case 0:
    return day_random(d, 3 * HOUR_MS);
  case 1:
  case 2:
  case 3:
    return day_random(d, 15 * MINUTE_MS);
  default:
    return day_random(d, 2 * MINUTE_MS);
  }
}

/* Some are busy, some say nothing for longer than a ping takes to come. */
static uint64_t some_pause_ms(struct day *d, const struct day_connection *c)
{
  if (c->leave_ms - day_now_ms(d) > 20 * MINUTE_MS)
    return SECOND_MS + day_random(d, 4 * MINUTE_MS);
  return day_random(d, 30 * SECOND_MS);
}

static void live_on(struct day *d, struct day_sender *s)
{
  struct day_connection *c = s->connection;
  uint64_t now_ms = day_now_ms(d);

  if (!c->is_connected)
    return;
  if (c->leave_ms == 0)
    c->leave_ms = now_ms + some_stay_ms(d, s);
  if (now_ms >= c->leave_ms + QUIET_MS) {
    day_leave(c, day_random(d, 2) == 0);
    s->wake_ms = soon(d, MINUTE_MS);
  } else if (now_ms < c->leave_ms && now_ms >= c->send_ms) {
    day_exchange(c);
    c->send_ms = now_ms + some_pause_ms(d, c);
  }
}

/* A moment passes: often so short that things happen amid others. */
static void pass_time(struct day *d)
{
  uint64_t limit = day_random(d, 2) == 0 ? 20 : 3 * SECOND_MS;
  sim_run(d->world.sim, 1 + day_random(d, limit));
  day_check(d);
}

static void live(struct day *d, uint64_t ms)
{
  uint64_t end_ms = day_now_ms(d) + ms;
  struct plan plan = { soon(d, HOUR_MS), soon(d, HOUR_MS), soon(d, HOUR_MS),
                       soon(d, HOUR_MS) };

  while (day_now_ms(d) < end_ms) {
    for (size_t i = 0; i < DAY_SENDERS; i++) {
      struct day_sender *s = &d->senders[i];
      if (s->connection != NULL)
        live_on(d, s);
      else if (day_now_ms(d) >= s->wake_ms)
        day_connect(s);
    }
    do_harm(d, &plan);
    pass_time(d);
  }
}

/* All senders leave; what is left is what was there before they came. */
static void settle(struct day *d)
{
  struct hc_relay_counts counts;
  uint64_t end_ms = day_now_ms(d) + SETTLE_MS;

  end_outage(d);
  for (size_t i = 0; i < DAY_SENDERS; i++) {
    if (d->senders[i].connection != NULL)
      d->senders[i].connection->leave_ms = day_now_ms(d);
  }
  while (day_now_ms(d) < end_ms) {
    for (size_t i = 0; i < DAY_SENDERS; i++) {
      if (d->senders[i].connection != NULL)
        live_on(d, &d->senders[i]);
    }
    pass_time(d);
  }
  for (size_t i = 0; i < DAY_CONNECTIONS; i++)
    assert_int_equal(d->connections[i].number, 0);
  for (int i = 0; i < 10 && !day_is_healthy(d); i++)
    pass_time(d); /* a channel may just be recycled */
  assert_true(day_is_healthy(d));
  hc_relay_count(d->world.relay, &counts);
  assert_int_equal(counts.pairs + counts.waiting_senders, 0);
  assert_int_equal(counts.streams, DAY_RECEIVERS);
}

static void check_totals(const struct day_totals *t)
{
  print_message("%zu connections: %zu whole, %zu cut, %zu failed; %zu channels "
                "lost, %zu recycled; %zu rendezvous failed\n",
                t->connections, t->whole, t->broken, t->failed,
                t->channels_lost, t->recycled, t->rendezvous_failed);
  assert_true(t->connections > 1000 && t->whole > t->connections / 2);
  assert_true(t->broken > 20 && t->failed > 0 && t->failed < t->broken);
  assert_true(t->channels_lost > 50);
  assert_true(t->recycled > DAY_RECEIVERS * 5);
}

static void live_a_day(uint64_t seed)
{
  static struct day d;

  day_start(&d, seed);
  live(&d, 2 * HOUR_MS); /* tables have grown as far as they do */
  settle(&d);
  size_t handles = sim_open_handles(d.world.sim);
  size_t heap = heap_bytes();
  size_t blocks = alloc_trap_live();
  live(&d, DAY_MS);
  settle(&d);
  check_totals(&d.totals);
  assert_in_range(sim_open_handles(d.world.sim), handles - DAY_RECEIVERS,
                  handles + DAY_RECEIVERS); /* a ping may be under way */
  assert_true(heap_bytes() <= heap + HEAP_TOLERANCE);
  assert_true(alloc_trap_live() <= blocks + BLOCKS_TOLERANCE);
  day_finish(&d);
}

static void a_day_passes(void **state)
{
  (void)state;
  live_a_day(1);
}

static void another_day_passes(void **state)
{
  (void)state;
  live_a_day(20240229);
}

static void a_third_day_passes(void **state)
{
  (void)state;
  live_a_day(0xfeedface);
}

static uint64_t given_seed;

static void the_given_day_passes(void **state)
{
  (void)state;
  live_a_day(given_seed);
}

/* With an argument, a seed, that day alone: for long runs, and to see a failure
 * again. */
int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_day_passes),
    cmocka_unit_test(another_day_passes),
    cmocka_unit_test(a_third_day_passes),
  };
  const struct CMUnitTest given[] = {
    cmocka_unit_test(the_given_day_passes),
  };

  if (argc < 2)
    return cmocka_run_group_tests_name("sim_day", tests, NULL, NULL);
  given_seed = strtoull(argv[1], NULL, 0);
  return cmocka_run_group_tests_name("sim_day", given, NULL, NULL);
}
