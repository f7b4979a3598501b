/* Files both ways over any wire, while applications do anything at any time: an
 * end that is told as good is one. */
#include "sim_file.h"
#include "support/check.h"

#include <unistd.h>

enum { SEEDS = 120, ACTS_MAX = 4, LATER_MS = 600000 };

struct scene {
  struct sim_file f;
  uint64_t dice;
  size_t size;
  bool half_close;
  bool is_cut; /* by the wire: nobody's fault */
  bool closes[2];
};

static uint64_t below(struct scene *s, uint64_t limit)
{
  s->dice = s->dice * 6364136223846793005U + 1442695040888963407U;
  return (s->dice >> 33) % limit;
}

static struct hc_sending *sending_there(struct scene *s)
{
  struct hc_accepted *a = hc_receiver_find(s->f.r->core, 1);
  return a != NULL ? &a->sending : NULL;
}

static void cut(struct scene *s)
{
  static const enum sim_cut how[] = { SIM_CUT_RST, SIM_CUT_FIN };
  sim_cut(s->f.w.sim, 1 + below(s, 2), how[below(s, 2)]);
  s->is_cut = true;
}

static void pause_one(struct scene *s, bool pauses)
{
  if (below(s, 2) == 0)
    sim_sender_set(s->f.s, pauses ? "azure_relay_connection_accept_data=false"
                                  : "azure_relay_connection_accept_data=true");
  else if (sending_there(s) != NULL)
    sim_file_refuse_data(&s->f, pauses);
}

static void act(void *user_data)
{
  struct scene *s = user_data;

  switch (below(s, 9)) {
  case 0:
    hc_files_call_off(&s->f.s->core->files, 0);
    break;
  case 1:
    hc_files_call_off(&s->f.r->core->files, 1);
    break;
  case 2:
    s->closes[0] |= hc_sender_disconnect(s->f.s->core) == 0;
    break;
  case 3:
    s->closes[1] |= hc_receiver_disconnect(s->f.r->core, 1) == 0;
    break;
  case 4:
    cut(s);
    break;
  case 5:
    assert_int_equal(truncate(s->f.path, (off_t)(s->size / 2)), 0);
    break;
  case 6:
  case 7:
    pause_one(s, true);
    break;
  default:
    pause_one(s, false);
  }
}

static void set_wire(struct scene *s)
{
  const struct sim_wire wire = {
    .latency_min_ms = below(s, 3),
    .latency_max_ms = 3 + below(s, 20),
    .window = below(s, 2) == 0 ? 300000 : 2000 + below(s, 100000),
    .read_max = below(s, 2) == 0 ? 65536 : 100 + below(s, 20000),
  };
  sim_set_wire(s->f.w.sim, &wire);
}

static void settle(struct scene *s)
{
  sim_sender_set(s->f.s, "azure_relay_connection_accept_data=true");
  if (sending_there(s) != NULL)
    sim_file_refuse_data(&s->f, false);
  sim_run(s->f.w.sim, LATER_MS);
  (void)hc_sender_disconnect(s->f.s->core);
  (void)hc_receiver_disconnect(s->f.r->core, 1);
  sim_run(s->f.w.sim, LATER_MS);
}

static size_t heard(const struct scene *s, const char *who, const char *what)
{
  char line[64];

  (void)snprintf(line, sizeof line, "%s %s", who, what);
  return sim_world_count(&s->f.w, line);
}

/* What one side's file came to: told by itself, and by the other one, which
 * drops what comes when it closes without HalfClose. */
static void check(const struct scene *s, const char *me, const char *other,
                  bool other_closes)
{
  char done[40];
  char whole[40];
  bool reads =
      s->half_close || (!other_closes && heard(s, other, "error") == 0);

  (void)snprintf(done, sizeof done, "progress %zu of", s->size);
  (void)snprintf(whole, sizeof whole, "binary %zu bytes", s->size);
  size_t got = heard(s, other, whole);
  assert_in_range(got, 0, 1);
  assert_int_equal(heard(s, other, "binary"), got);
  if (heard(s, me, "error 301") + heard(s, me, "error 303") > 0) {
    assert_int_equal(got, 0);
    assert_true(!reads || heard(s, other, "disconnected 1000") == 0);
  }
  if (heard(s, me, done) > 0 && !s->is_cut && reads)
    assert_int_equal(got, 1);
  if (heard(s, other, "disconnected 1000") > 0 && heard(s, me, "error") == 0 &&
      reads)
    assert_int_equal(got, 1);
  assert_int_equal(heard(s, me, "disconnected"), 1);
}

static void live(uint64_t seed)
{
  struct scene s = { .dice = seed * 7919 + 1 };

  s.half_close = below(&s, 2) == 0;
  s.size = 1000 + below(&s, 1500000); /* shorter ones are shown as text */
  sim_file_start(&s.f, seed, s.half_close ? "HalfClose=true" : "");
  sim_file_make(&s.f, s.size);
  set_wire(&s);
  assert_int_equal(sim_file_send(&s.f), 0);
  assert_int_equal(hc_receiver_send_file(s.f.r->core, 1, s.f.path), 0);
  for (uint64_t i = below(&s, ACTS_MAX + 1); i > 0; i--)
    sim_at(s.f.w.sim, below(&s, 400), act, &s);
  sim_run(s.f.w.sim, 400);
  settle(&s);
  check(&s, "s0", "r0 1", s.closes[1]);
  check(&s, "r0 1", "s0", s.closes[0]);
  sim_file_finish(&s.f);
}

static void what_is_told_as_good_is_good(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    print_message("seed %d\n", (int)seed); /* the last one is what failed */
    live(seed);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_told_as_good_is_good),
  };
  return cmocka_run_group_tests_name("sim_file_random", tests, NULL, NULL);
}
