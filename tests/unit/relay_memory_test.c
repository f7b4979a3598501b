/* The relay without memory: each allocation in turn fails, and nothing breaks
 * or is left. Linked with --wrap, see relay.cmake. */
#include "support/check.h"
#include "support/relay_world.h"

#include "api/relay_config.h"
#include "api/relay_options.h"
#include "base/memory.h"

enum { SCENARIO_MAX = 400 /* allocations; the scenario has fewer */ };

/* 0: none fails. Counted down by each allocation while the relay runs. */
static long fail_in;
static bool armed;

static bool fails(void)
{
  return armed && fail_in > 0 && --fail_in == 0;
}

/* The linker's names for what stands behind --wrap. */
void *__real_hc_alloc(size_t n);
void *__wrap_hc_alloc(size_t n);
void *__real_hc_alloc_zero(size_t n);
void *__wrap_hc_alloc_zero(size_t n);
char *__real_hc_strndup(const char *s, size_t n);
char *__wrap_hc_strndup(const char *s, size_t n);
char *__real_hc_strdup(const char *s);
char *__wrap_hc_strdup(const char *s);

void *__wrap_hc_alloc(size_t n)
{
  return fails() ? NULL : __real_hc_alloc(n);
}

void *__wrap_hc_alloc_zero(size_t n)
{
  return fails() ? NULL : __real_hc_alloc_zero(n);
}

char *__wrap_hc_strndup(const char *s, size_t n)
{
  return fails() ? NULL : __real_hc_strndup(s, n);
}

char *__wrap_hc_strdup(const char *s)
{
  return fails() ? NULL : __real_hc_strdup(s);
}

static void run_armed(struct relay_world *w, uint64_t ms)
{
  armed = true;
  sim_run(w->sim, ms);
  armed = false;
}

/* The peers have what they need beforehand. */
static void make_room(struct raw_peer *peer)
{
  assert_non_null(hc_buffer_reserve(&peer->received, 65536));
}

/* The status of the answer that has come; 0 if the relay had none to give. */
static int status_now(struct relay_world *w, struct raw_peer *peer)
{
  return hc_buffer_len(&peer->received) > 0 ? world_answer(w, peer) : 0;
}

static void send_closes(struct raw_peer *a, struct raw_peer *b)
{
  raw_send_frame(a, 0x89, hc_span_str("ping"));
  raw_send_frame(a, 0x82, hc_span_str("data"));
  raw_send_frame(a, 0x88, hc_span_str("\x03\xe8"));
  raw_send_frame(b, 0x88, hc_span_str("\x03\xe8"));
}

/* As far as it gets: accept, data, Closes. True if it got to the end. */
static bool join(struct relay_world *w, struct world_pair *p)
{
  struct hc_control control;

  world_send_request(w, &p->sender, "/$hc/hyco?a=b", "send");
  make_room(&p->sender);
  run_armed(w, 50);
  if (hc_buffer_len(&p->listener.received) == 0)
    return false;
  world_read_accept(&p->listener, &control);
  world_send_upgrade(w, &p->rendezvous, world_target(&control), "");
  hc_control_deinit(&control);
  make_room(&p->rendezvous);
  run_armed(w, 50);
  if (status_now(w, &p->rendezvous) != 101 || status_now(w, &p->sender) != 101)
    return false;
  send_closes(&p->sender, &p->rendezvous);
  run_armed(w, 50);
  return true;
}

static void count(void *user_data)
{
  (*(int *)user_data)++;
}

static void listen_and_join(struct relay_world *w, struct world_pair *p)
{
  world_send_request(w, &p->listener, "/$hc/hyco?sb-hc-action=listen",
                     "listen");
  make_room(&p->listener);
  run_armed(w, 50);
  if (status_now(w, &p->listener) != 101)
    return;
  raw_send_frame(&p->listener, 0x81, hc_span_str("{\"unknown\":{}}"));
  run_armed(w, 50);
  if (!p->listener.ended)
    (void)join(w, p);
}

/* True if the allocation that should have failed did not come. */
static bool scenario(long n)
{
  struct hc_relay_options options;
  struct relay_world w;
  struct world_pair p;
  int stopped = 0;

  memset(&p, 0, sizeof p);
  world_options(&options);
  options.n_entities = 0;
  world_start(&w, &options);
  fail_in = n;
  listen_and_join(&w, &p);
  armed = true;
  hc_relay_stop(w.relay, count, &stopped);
  sim_run(w.sim, HC_STREAM_LINGER_MS + 100);
  armed = false;
  assert_int_equal(stopped, 1);
  bool done = fail_in > 0;
  fail_in = 0;
  world_part(&p);
  world_finish(&w);
  return done;
}

static void each_allocation_may_fail(void **state)
{
  long n = 1;

  (void)state;
  while (!scenario(n))
    assert_true(++n < SCENARIO_MAX);
  assert_true(n > 20);
}

/* A listener, then other entities: all or nothing. */
static void a_reload_without_memory_changes_nothing(void **state)
{
  struct hc_relay_options options;
  int rc = HYCO_ENOMEM;

  (void)state;
  for (long n = 1; rc != 0; n++) {
    struct relay_world w;
    struct raw_peer listener;
    struct hc_fault fault;
    world_start(&w, NULL);
    world_listen(&w, &listener, "hyco");
    world_options(&options);
    options.n_entities = 0;
    fail_in = n;
    armed = true;
    rc = hc_relay_reload(w.relay, &options, &fault);
    armed = false;
    assert_true(rc == 0 || rc == HYCO_ENOMEM);
    raw_expect_silence(&listener, 100);
    assert_int_equal(world_refused(&w, "/$hc/nobody?sb-hc-action=listen", ""),
                     rc == 0 ? 401 : 404);
    raw_close(&listener, HC_STREAM_ABORT);
    world_finish(&w);
    assert_true(n < SCENARIO_MAX);
  }
  fail_in = 0;
}

static int read_key_file(struct hc_arena *memory, const char *path,
                         const char **key, struct hc_fault *fault)
{
  *key = hc_arena_text(memory, hc_span_str(path));
  return *key != NULL ? 0 : hc_fault_set(fault, HYCO_ENOMEM, "no memory");
}

static void a_file_without_memory_is_no_bad_file(void **state)
{
  static const char text[] =
      "tls: {dir: d}\nentities: [{name: a}]\n"
      "rules: [{name: r, key_file: k, rights: [Send]}]\n";
  const struct hc_relay_config_source source = { "dir/file", read_key_file };
  int rc = HYCO_ENOMEM;

  (void)state;
  for (long n = 1; rc != 0; n++) {
    struct hc_relay_setup setup;
    struct hc_fault fault;
    fail_in = n;
    armed = true;
    rc = hc_relay_setup_init(&setup, &fault);
    if (rc == 0)
      rc = hc_relay_config_read(hc_span_str(text), &source, &setup, &fault);
    armed = false;
    assert_true(rc == 0 || rc == HYCO_ENOMEM);
    hc_relay_setup_deinit(&setup);
    assert_true(n < SCENARIO_MAX);
  }
  fail_in = 0;
}

static void options_without_memory_are_no_bad_options(void **state)
{
  static const char *const rules[] = { "r:k:Send" };
  static const char *const entities[] = { "e" };
  const hyco_relay_options options = { .listen = "127.0.0.1:0",
                                       .dir = "/d",
                                       .tls_cert = "/c",
                                       .tls_key = "/k",
                                       .rules = rules,
                                       .n_rules = 1,
                                       .entities = entities,
                                       .n_entities = 1 };
  int rc = HYCO_ENOMEM;

  (void)state;
  for (long n = 1; rc != 0; n++) {
    struct hc_arena memory = { NULL };
    struct hc_relay_setup setup;
    hyco_relay_options copy;
    struct hc_fault fault;
    fail_in = n;
    armed = true;
    rc = hc_relay_options_copy(&memory, &options, &copy);
    memset(&setup, 0, sizeof setup);
    if (rc == 0)
      rc = hc_relay_setup_read(&copy, &setup, &fault);
    if (rc == 0)
      rc = hc_relay_setup_root_rule(&setup, "key");
    armed = false;
    assert_true(rc == 0 || rc == HYCO_ENOMEM);
    hc_relay_setup_deinit(&setup);
    hc_arena_free(&memory);
    assert_true(n < SCENARIO_MAX);
  }
  fail_in = 0;
}

static void a_relay_that_cannot_be_made_leaves_nothing(void **state)
{
  struct hc_relay_options options;
  int rc = HYCO_ENOMEM;

  (void)state;
  world_options(&options);
  options.public_url = "wss://relay.example";
  const struct hc_relay_entity entity = { .name = "a",
                                          .user_metadata = "kept",
                                          .rules = options.rules,
                                          .n_rules = options.n_rules };
  const struct hc_relay_namespace space = { .host = "a.example",
                                            .rules = options.rules,
                                            .n_rules = options.n_rules,
                                            .entities = &entity,
                                            .n_entities = 1 };
  options.n_rules = 0;
  options.n_entities = 0;
  options.namespaces = &space;
  options.n_namespaces = 1;
  for (long n = 1; rc != 0; n++) {
    struct sim *sim = sim_new(1);
    struct hc_relay *relay = NULL;
    struct hc_fault fault;
    fail_in = n;
    armed = true;
    rc = hc_relay_new(sim_net(sim), &options, &relay, &fault);
    armed = false;
    assert_true(rc == 0 || rc == HYCO_ENOMEM);
    hc_relay_free(relay);
    assert_int_equal(sim_open_handles(sim), 0);
    sim_free(sim);
    assert_true(n < SCENARIO_MAX);
  }
  fail_in = 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_allocation_may_fail),
    cmocka_unit_test(a_reload_without_memory_changes_nothing),
    cmocka_unit_test(a_file_without_memory_is_no_bad_file),
    cmocka_unit_test(options_without_memory_are_no_bad_options),
    cmocka_unit_test(a_relay_that_cannot_be_made_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
