/* Random sequences of settings on roles at work: none may crash them, leak, or
 * end in an error that is not documented. */
#include "support/check.h"

#include "sim_world.h"

enum { WORLDS = 100, SEQUENCES = 100, LENGTH = 8, TURN_MS = 50 };

static uint64_t random_state;
static int times_up; /* that the roles were connected anew */
static unsigned n_sequences;
static unsigned n_taken;
static unsigned n_refused;
static bool was_set[HYCO_PROPERTY_COUNT]; /* a value of the row was taken */

static uint32_t draw(uint32_t below)
{
  random_state = random_state * 6364136223846793005U + 1442695040888963407U;
  return (uint32_t)(random_state >> 33) % below;
}

static void draw_value(const hyco_property_row *row, char *out, size_t size)
{
  static const char *const odd[] = {
    "",   "true", "-1",  "0", "x", "65536", "1", "99999999999999999999",
    "0x", "*",    "a,b", "["
  };

  switch (draw(4)) {
  case 0:
    (void)snprintf(out, size, "%lld", (long long)row->min);
    break;
  case 1:
    (void)snprintf(out, size, "%s", row->default_value);
    break;
  default:
    (void)snprintf(out, size, "%s", odd[draw(CHECK_COUNT(odd))]);
  }
}

static bool is_documented(int rc)
{
  static const int known[] = {
    0,
    HYCO_EUNKNOWNNAME,
    HYCO_EREADONLY,
    HYCO_EBADVALUE,
    HYCO_EBADENUM,
    HYCO_ELISTENING,
    HYCO_EUNSUPPORTED,
    HYCO_EBADID,
    HYCO_EMISSING,
    HYCO_EBADURL,
    HYCO_ENOTCONNECTED,
    HYCO_EWOULDBLOCK,
    HYCO_EBUSY,
    HYCO_ETOOLONG,
  };

  for (size_t i = 0; i < CHECK_COUNT(known); i++) {
    if (rc == known[i])
      return true;
  }
  return false;
}

/* One setting or reading of a random row. */
static void set_something(struct hc_surface *surface, uint64_t seed)
{
  const hyco_property_row *row =
      hyco_property_get_row((hyco_property)draw(HYCO_PROPERTY_COUNT));
  char value[64];
  char index[16] = "";
  char text[160];

  if (draw(8) == 0 || row->scope == HYCO_SCOPE_CONNECTION)
    (void)snprintf(index, sizeof index, "[%u]", draw(4));
  draw_value(row, value, sizeof value);
  (void)snprintf(text, sizeof text, draw(3) != 0 ? "%s%s=%s" : "%s%s",
                 row->name, index, value);
  int rc = hc_surface_config(surface, text, NULL);
  n_taken += rc == 0;
  n_refused += rc != 0;
  if (rc == 0 && strchr(text, '=') != NULL)
    was_set[hyco_property_find(row->name)] = true;
  if (!is_documented(rc) || (rc < 0 && surface->fault.text[0] == '\0'))
    fail_msg("seed %llu: %s: %d %s", (unsigned long long)seed, text, rc,
             surface->fault.text);
}

/* Back to where both can be up, and up. */
static void revive(struct sim_world *w)
{
  static const char *const good[] = { "hybrid_connection=hyco",
                                      "access_key_name=root",
                                      "access_key=root-key",
                                      "SharedAccessSignature=",
                                      "UseDevelopmentEmulator=true",
                                      "local_host=",
                                      "AllowedClients=*" };
  struct hc_surface *receiver = &w->receivers[0].core->surface;
  struct hc_surface *sender = &w->senders[0].core->surface;
  char where[64];

  (void)snprintf(where, sizeof where, "namespace_address=localhost:%u",
                 (unsigned)w->port);
  hc_sender_cancel(w->senders[0].core);
  (void)hc_surface_config(receiver, "listening=false", NULL);
  sim_run(w->sim, SIM_WAIT_MS);
  (void)hc_surface_config(receiver, where, NULL);
  (void)hc_surface_config(sender, where, NULL);
  for (size_t i = 0; i < CHECK_COUNT(good); i++) {
    (void)hc_surface_config(receiver, good[i], NULL);
    (void)hc_surface_config(sender, good[i], NULL);
  }
  (void)hc_receiver_start(w->receivers[0].core, false);
  sim_run(w->sim, SIM_WAIT_MS);
  (void)hc_sender_start(w->senders[0].core);
  sim_run(w->sim, SIM_WAIT_MS);
  times_up += w->senders[0].core->is_open;
}

static void live_through_settings(uint64_t seed)
{
  struct sim_world w;

  random_state = seed;
  sim_world_start(&w, seed);
  sim_world_join(&w);
  /* what comes is not what the handlers of the world expect any more */
  w.receivers[0].core->events = (hyco_receiver_events){ 0 };
  w.senders[0].core->events = (hyco_sender_events){ 0 };
  for (int i = 0; i < SEQUENCES; i++) {
    if (draw(8) == 0)
      revive(&w);
    for (int k = 0; k < LENGTH; k++)
      set_something(draw(2) != 0 ? &w.receivers[0].core->surface
                                 : &w.senders[0].core->surface,
                    seed);
    sim_run(w.sim, draw(TURN_MS));
    n_sequences++;
  }
  sim_world_finish(&w);
}

/* Each row that can be set was set at some time. */
static unsigned check_rows_were_set(void)
{
  unsigned n = 0;

  for (int p = 0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row((hyco_property)p);
    if (row->access != HYCO_ACCESS_R && !was_set[p])
      fail_msg("%s was never set", row->name);
    n += was_set[p];
  }
  return n;
}

/* Ten thousand sequences, a hundred on each pair of roles. */
static void no_sequence_of_settings_does_harm(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= WORLDS; seed++)
    live_through_settings(seed);
  assert_int_equal(n_sequences, 10000);
  assert_true(times_up > WORLDS); /* it was about roles at work */
  print_message("%u sequences: %u settings and readings taken, %u refused; "
                "%u rows set; connected anew %d times\n",
                n_sequences, n_taken, n_refused, check_rows_were_set(),
                times_up);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_sequence_of_settings_does_harm),
  };
  return cmocka_run_group_tests_name("sim_settings", tests, NULL, NULL);
}
