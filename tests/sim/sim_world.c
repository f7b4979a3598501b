/* A relay, receivers and senders on one simulated net. */
#include "sim_world.h"

#include "sim_roles.h"
#include "support/check.h"
#include <stdlib.h>

static const struct hc_relay_rule rules[] = {
  { .name = "root", .key = "root-key", .rights = HC_RIGHT_MANAGE },
  { .name = "listen", .key = "listen-key", .rights = HC_RIGHT_LISTEN },
  { .name = "send", .key = "send-key", .rights = HC_RIGHT_SEND },
};

static const struct hc_relay_entity entities[] = {
  { .name = "hyco" },
  { .name = "my hyco" },
  { .name = "open", .anonymous = true },
};

void sim_world_relay_up(struct sim_world *w)
{
  struct hc_fault fault = { 0 };
  const struct hc_relay_options options = {
    .host = "127.0.0.1",
    .port = w->port,
    .tls = w->tls,
    .rules = rules,
    .n_rules = CHECK_COUNT(rules),
    .entities = entities,
    .n_entities = CHECK_COUNT(entities),
    .settings = w->settings,
  };
  assert_int_equal(hc_relay_new(sim_net(w->sim), &options, &w->relay, &fault),
                   0);
  w->port = hc_relay_port(w->relay);
}

void sim_world_relay_down(struct sim_world *w)
{
  hc_relay_free(w->relay);
  w->relay = NULL;
}

static void start(struct sim_world *w, uint64_t seed, bool uses_tls)
{
  const struct hc_tls_options none = { 0 };

  memset(w, 0, sizeof *w);
  w->seed = seed;
  w->uses_tls = uses_tls;
  w->sim = sim_new(seed);
  if (uses_tls)
    assert_int_equal(hc_net_tls_new(sim_net(w->sim), &none, &w->tls, NULL), 0);
  hc_relay_settings_default(&w->settings);
  sim_world_relay_up(w);
}

void sim_world_start(struct sim_world *w, uint64_t seed)
{
  start(w, seed, false);
}

void sim_world_start_tls(struct sim_world *w, uint64_t seed)
{
  start(w, seed, true);
}

void sim_receiver_free(struct sim_receiver *r)
{
  hc_receiver_free(r->core);
  r->core = NULL;
}

void sim_sender_free(struct sim_sender *s)
{
  hc_sender_free(s->core);
  s->core = NULL;
}

void sim_world_finish(struct sim_world *w)
{
  for (size_t i = 0; i < w->n_senders; i++)
    sim_sender_free(&w->senders[i]);
  for (size_t i = 0; i < w->n_receivers; i++)
    sim_receiver_free(&w->receivers[i]);
  sim_world_relay_down(w);
  hc_net_tls_free(sim_net(w->sim), w->tls);
  sim_run(w->sim, HC_STREAM_LINGER_MS + SIM_WAIT_MS);
  assert_int_equal(sim_open_handles(w->sim), 0);
  sim_free(w->sim);
  for (size_t i = 0; i < w->n_senders; i++)
    free(w->senders[i].inbox.bytes);
  for (size_t i = 0; i < w->n_receivers; i++) {
    for (size_t id = 0; id < SIM_IDS_MAX; id++)
      free(w->receivers[i].inbox[id].bytes);
  }
}

static struct sim_world *set_up(void **state, bool uses_tls)
{
  uint64_t seed = (uintptr_t)*state;
  struct sim_world *w = malloc(sizeof *w);

  assert_non_null(w);
  start(w, seed, uses_tls);
  *state = w;
  return w;
}

int sim_world_set_up(void **state)
{
  (void)set_up(state, false);
  return 0;
}

int sim_world_set_up_tls(void **state)
{
  (void)set_up(state, true);
  return 0;
}

int sim_world_set_up_joined(void **state)
{
  sim_world_join(set_up(state, false));
  return 0;
}

int sim_world_tear_down(void **state)
{
  sim_world_finish(*state);
  free(*state);
  return 0;
}

static void connection_string(const struct sim_world *w, char text[256])
{
  (void)snprintf(text, 256,
                 "Endpoint=sb://localhost:%u/;SharedAccessKeyName=root;"
                 "SharedAccessKey=root-key;EntityPath=hyco%s",
                 (unsigned)w->port,
                 w->uses_tls ? "" : ";UseDevelopmentEmulator=true");
}

struct sim_receiver *sim_world_receiver(struct sim_world *w)
{
  char text[256];

  assert_true(w->n_receivers < SIM_RECEIVERS_MAX);
  struct sim_receiver *r = &w->receivers[w->n_receivers];
  r->world = w;
  r->decision.accept = true;
  (void)snprintf(r->name, sizeof r->name, "r%d", (int)w->n_receivers++);
  assert_int_equal(
      hc_receiver_new(sim_net(w->sim), NULL, &sim_receiver_events, r, &r->core),
      0);
  connection_string(w, text);
  assert_int_equal(hc_surface_set_connection_string(&r->core->surface, text),
                   0);
  return r;
}

struct sim_sender *sim_world_sender(struct sim_world *w)
{
  char text[256];

  assert_true(w->n_senders < SIM_SENDERS_MAX);
  struct sim_sender *s = &w->senders[w->n_senders];
  s->world = w;
  (void)snprintf(s->name, sizeof s->name, "s%d", (int)w->n_senders++);
  assert_int_equal(
      hc_sender_new(sim_net(w->sim), NULL, &sim_sender_events, s, &s->core), 0);
  connection_string(w, text);
  assert_int_equal(hc_surface_set_connection_string(&s->core->surface, text),
                   0);
  return s;
}

void sim_receiver_set(struct sim_receiver *r, const char *text)
{
  int rc = hc_surface_config(&r->core->surface, text, NULL);
  if (rc != 0)
    print_error("%s: %s\n", text, r->core->surface.fault.text);
  assert_int_equal(rc, 0);
}

void sim_sender_set(struct sim_sender *s, const char *text)
{
  int rc = hc_surface_config(&s->core->surface, text, NULL);
  if (rc != 0)
    print_error("%s: %s\n", text, s->core->surface.fault.text);
  assert_int_equal(rc, 0);
}

void sim_receiver_listen(struct sim_receiver *r)
{
  char line[32];
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  (void)snprintf(line, sizeof line, "%s connected 0", r->name);
  sim_world_wait(r->world, line, SIM_WAIT_MS);
}

void sim_sender_connect(struct sim_sender *s)
{
  char line[32];
  assert_int_equal(hc_sender_start(s->core), 0);
  (void)snprintf(line, sizeof line, "%s connected 0", s->name);
  sim_world_wait(s->world, line, SIM_WAIT_MS);
}

void sim_world_join(struct sim_world *w)
{
  if (w->n_receivers == 0)
    (void)sim_world_receiver(w);
  if (w->n_senders == 0)
    (void)sim_world_sender(w);
  char line[32];
  if (!hc_receiver_is_listening(w->receivers[0].core))
    sim_receiver_listen(&w->receivers[0]);
  (void)snprintf(line, sizeof line, "r0 %d ready",
                 w->receivers[0].core->last_id + 1);
  sim_sender_connect(&w->senders[0]);
  sim_world_wait(w, line, SIM_WAIT_MS);
  sim_world_wait(w, "s0 ready", SIM_WAIT_MS);
  sim_world_forget(w);
}

int sim_receiver_send(struct sim_receiver *r, int id, enum hc_ws_opcode opcode,
                      struct hc_span payload)
{
  struct hc_accepted *a = hc_receiver_find(r->core, id);
  return a == NULL ? HYCO_EBADID
                   : hc_connection_send(a->connection, opcode, payload);
}

int sim_sender_send(struct sim_sender *s, enum hc_ws_opcode opcode,
                    struct hc_span payload)
{
  return s->core->is_open
             ? hc_connection_send(s->core->connection, opcode, payload)
             : HYCO_ENOTCONNECTED;
}

static void react(struct sim_world *w, const char *line)
{
  for (size_t i = 0; i < SIM_REACTIONS_MAX; i++) {
    struct sim_reaction reaction = w->reactions[i];
    if (reaction.line == NULL ||
        strncmp(line, reaction.line, strlen(reaction.line)) != 0)
      continue;
    w->reactions[i].line = NULL;
    reaction.fn(reaction.user_data);
  }
}

void sim_world_note(struct sim_world *w, const char *format, ...)
{
  char line[HC_FAULT_TEXT_MAX + 64];
  va_list args;

  va_start(args, format);
  int n = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  assert_in_range(n, 1, sizeof line - 1);
  assert_true(w->log_len + (size_t)n + 2 < sizeof w->log);
  memcpy(w->log + w->log_len, line, (size_t)n);
  w->log_len += (size_t)n;
  w->log[w->log_len++] = '\n';
  w->log[w->log_len] = '\0';
  react(w, line);
}

void sim_world_on(struct sim_world *w, const char *line,
                  void (*fn)(void *user_data), void *user_data)
{
  size_t i = 0;
  while (i < SIM_REACTIONS_MAX && w->reactions[i].line != NULL)
    i++;
  assert_true(i < SIM_REACTIONS_MAX);
  w->reactions[i] = (struct sim_reaction){ line, fn, user_data };
}

size_t sim_world_count(const struct sim_world *w, const char *line)
{
  size_t n = 0;

  for (const char *at = strstr(w->log, line); at != NULL;
       at = strstr(at + 1, line))
    n += at == w->log || at[-1] == '\n';
  return n;
}

struct waiting {
  const struct sim_world *world;
  const char *line;
};

static bool has_line(void *user_data)
{
  const struct waiting *waiting = user_data;
  return sim_world_count(waiting->world, waiting->line) > 0;
}

void sim_world_wait(struct sim_world *w, const char *line, uint64_t ms)
{
  struct waiting waiting = { w, line };
  if (!sim_run_until(w->sim, has_line, &waiting, ms))
    fail_msg("seed %llu: no \"%s\" in\n%s", (unsigned long long)w->seed, line,
             w->log);
}

/* Where in both texts the next line begins; false if these lines differ. */
static bool same_line(const char **got, const char **expected)
{
  size_t got_len = strcspn(*got, "\n");
  size_t len = strcspn(*expected, "\n");
  size_t compared = len;

  if (len >= 3 && memcmp(*expected + len - 3, "...", 3) == 0)
    compared -= 3;
  else if (got_len != len)
    return false;
  if (strncmp(*got, *expected, compared) != 0)
    return false;
  *got += got_len;
  *expected += len;
  return **got == **expected;
}

void sim_world_expect(struct sim_world *w, const char *expected)
{
  const char *got = w->log;
  const char *rest = expected;

  while (*rest != '\0' && same_line(&got, &rest)) {
    if (*rest == '\n') {
      got++;
      rest++;
    }
  }
  if (*got != '\0' || *rest != '\0')
    fail_msg("seed %llu: expected\n%s\ngot\n%s", (unsigned long long)w->seed,
             expected, w->log);
  sim_world_forget(w);
}

void sim_world_forget(struct sim_world *w)
{
  w->log_len = 0;
  w->log[0] = '\0';
}

void sim_world_run(struct sim_world *w, uint64_t ms, const char *expected)
{
  sim_run(w->sim, ms);
  sim_world_expect(w, expected);
}

void sim_pattern(uint8_t *dst, size_t n, uint32_t seed)
{
  uint32_t x = seed * 2654435761U + 1;
  for (size_t i = 0; i < n; i++) {
    x = x * 1664525U + 1013904223U;
    dst[i] = (uint8_t)(x >> 24);
  }
}

uint64_t sim_hash(struct hc_span bytes)
{
  uint64_t hash = 0xcbf29ce484222325U;
  for (size_t i = 0; i < bytes.len; i++)
    hash = (hash ^ bytes.ptr[i]) * 0x100000001b3U;
  return hash;
}
