/* New rules, entities and limits while listeners and connections are there. */
#include "support/check.h"
#include "support/relay_world.h"

static const struct hc_relay_rule only_root[] = {
  { .name = "root", .key = "root-key", .rights = HC_RIGHT_MANAGE },
};

/* The world's options, to change something in them. */
static struct hc_relay_options changed(void)
{
  struct hc_relay_options options;

  world_options(&options);
  return options;
}

static void reload(struct relay_world *w,
                   const struct hc_relay_options *options)
{
  struct hc_fault fault;

  assert_int_equal(hc_relay_reload(w->relay, options, &fault), 0);
}

/* A connection over a listener that is there. */
static void join_over(struct relay_world *w, struct raw_peer *listener,
                      const char *name)
{
  struct raw_peer sender;
  struct raw_peer rendezvous;
  struct hc_control c;

  world_connect(w, &sender, name);
  world_read_accept(listener, &c);
  world_send_upgrade(w, &rendezvous, world_target(&c), "");
  hc_control_deinit(&c);
  assert_int_equal(world_answer(w, &rendezvous), 101);
  assert_int_equal(world_answer(w, &sender), 101);
  raw_close(&sender, HC_STREAM_ABORT);
  raw_close(&rendezvous, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
}

static void the_same_again_changes_nothing(void **state)
{
  struct world_joined *j = *state;
  struct relay_world *w = &j->world;
  struct world_pair *p = &j->pair;

  struct hc_relay_options options = changed();
  reload(w, &options);
  raw_expect_silence(&p->listener, 1000);
  raw_send_frame(&p->sender, 0x82, hc_span_str("through"));
  raw_expect_frame(&p->rendezvous, 0x82, "through");
  join_over(w, &p->listener, "hyco");
}

/* spec hybrid-connections.md 1.14: 1001 for a path that was deleted. */
static void listeners_of_an_entity_that_is_gone_get_1001(void **state)
{
  static const struct hc_relay_entity left[] = { { .name = "open" } };
  struct world_joined *j = *state;
  struct relay_world *w = &j->world;
  struct world_pair *p = &j->pair;
  struct raw_peer *other = world_peer(w);

  world_listen(w, other, "open");
  struct hc_relay_options options = changed();
  options.entities = left;
  options.n_entities = 1;
  reload(w, &options);
  raw_expect_close(&p->listener, 1001);
  raw_expect_end(&p->listener, 0);
  raw_expect_silence(other, 100);
  assert_int_equal(world_counts(w).listeners, 1);
  /* the connection is there still, and nobody new comes */
  raw_send_frame(&p->rendezvous, 0x82, hc_span_str("alive"));
  raw_expect_frame(&p->sender, 0x82, "alive");
  assert_int_equal(world_refused(w, "/$hc/hyco", ""), 404);
  assert_non_null(strstr(w->head, "404 Endpoint does not exist. "));
}

static void a_sender_that_waits_is_served(void **state)
{
  struct relay_world *w = *state;
  static const struct hc_relay_entity left[] = { { .name = "open" } };
  struct hc_control c;

  world_listen(w, &w->listener, "hyco");
  world_connect(w, &w->sender, "hyco");
  world_read_accept(&w->listener, &c);
  struct hc_relay_options options = changed();
  options.entities = left;
  options.n_entities = 1;
  reload(w, &options);
  world_send_upgrade(w, &w->rendezvous, world_target(&c), "");
  hc_control_deinit(&c);
  assert_int_equal(world_answer(w, &w->rendezvous), 101);
  assert_int_equal(world_answer(w, &w->sender), 101);
}

static void renew(struct relay_world *w, struct raw_peer *listener,
                  const char *rule)
{
  char token[1024];
  char text[1100];

  world_token(w, token, "", rule, WORLD_TOKEN_S);
  snprintf(text, sizeof text, "{\"renewToken\":{\"token\":\"%s\"}}", token);
  raw_send_frame(listener, 0x81, hc_span_str(text));
}

static void a_rule_that_is_gone_is_missed_at_the_renewal(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  struct hc_relay_options options = changed();
  options.rules = only_root;
  options.n_rules = 1;
  reload(w, &options);
  raw_expect_silence(&w->listener, 1000);
  world_connect(w, &w->sender, "hyco"); /* by the rule that is gone */
  assert_int_equal(world_answer(w, &w->sender), 401);
  raw_close(&w->sender, HC_STREAM_CLEAN);
  renew(w, &w->listener, "root");
  raw_expect_silence(&w->listener, 1000);
  renew(w, &w->listener, "listen");
  raw_expect_close(&w->listener, 1008);
}

static void a_rule_that_is_gone_is_missed_at_the_expiry(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  struct hc_relay_options options = changed();
  options.rules = only_root;
  options.n_rules = 1;
  options.settings.pong_interval_s = 0;
  options.settings.token_grace_s = 0;
  reload(w, &options);
  sim_run(w->sim, (WORLD_TOKEN_S - 40) * 1000);
  assert_int_equal(world_counts(w).listeners, 1);
  sim_run(w->sim, 80 * 1000);
  assert_int_equal(world_counts(w).listeners, 0);
}

/* A turn of several listeners goes on. */
static void listeners_move_to_the_new_entities(void **state)
{
  struct relay_world *w = *state;
  static const struct hc_relay_entity same[] = { { .name = "HYCO" },
                                                 { .name = "open" } };
  struct raw_peer *listeners = world_peers(w, 3);

  for (size_t i = 0; i < 3; i++)
    world_listen(w, &listeners[i], "hyco");
  struct hc_relay_options options = changed();
  options.entities = same;
  options.n_entities = CHECK_COUNT(same);
  reload(w, &options);
  for (size_t i = 0; i < 6; i++)
    join_over(w, &listeners[i % 3], "hyco");
}

/* From configured entities to none and back. */
static void every_name_may_come_to_exist_and_go(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *configured = world_peer(w);
  struct raw_peer *made = world_peer(w);

  world_listen(w, configured, "hyco/deeper");
  struct hc_relay_options any = changed();
  any.n_entities = 0;
  reload(w, &any);
  world_listen(w, made, "made/by/itself");
  join_over(w, configured, "hyco/deeper/still");
  join_over(w, made, "made/by/itself");
  reload(w, &any);
  join_over(w, made, "Made/By/Itself");
  struct hc_relay_options back = changed();
  reload(w, &back);
  raw_expect_close(made, 1001);
  join_over(w, configured, "hyco/deeper");
}

/* Which namespace is a listener's is decided by the host that it used. */
static void a_listener_finds_its_namespace(void **state)
{
  struct relay_world *w = *state;
  static const struct hc_relay_namespace its[] = {
    { .host = WORLD_HOST, .rules = only_root, .n_rules = 1 },
    { .host = "other.example", .rules = only_root, .n_rules = 1 },
  };

  world_listen(w, &w->listener, "hyco");
  struct hc_relay_options options = changed();
  options.n_rules = 0;
  options.n_entities = 0;
  options.namespaces = its;
  options.n_namespaces = 2;
  reload(w, &options);
  raw_expect_silence(&w->listener, 100);
  options.namespaces = &its[1];
  options.n_namespaces = 1;
  reload(w, &options);
  raw_expect_close(&w->listener, 1001);
}

static void new_limits_hold_for_what_comes(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *first = world_peer(w);
  struct raw_peer *second = world_peer(w);

  world_listen(w, first, "hyco");
  world_listen(w, second, "hyco");
  struct hc_relay_options options = changed();
  options.settings.listeners_per_entity = 1;
  reload(w, &options);
  assert_int_equal(world_counts(w).listeners, 2); /* nobody is sent away */
  raw_close(second, HC_STREAM_CLEAN);
  sim_run(w->sim, 100);
  world_send_request(w, second, "/$hc/hyco?sb-hc-action=listen", "listen");
  assert_int_equal(world_answer(w, second), 403);
}

static void what_is_not_good_leaves_everything_as_it_was(void **state)
{
  static const struct hc_relay_entity twice[] = { { .name = "a" },
                                                  { .name = "a" } };
  static const struct hc_relay_rule keyless[] = {
    { .name = "root", .key = "", .rights = HC_RIGHT_MANAGE }
  };
  struct world_joined *j = *state;
  struct relay_world *w = &j->world;
  struct world_pair *p = &j->pair;
  struct hc_fault fault;

  struct hc_relay_options options = changed();
  options.entities = twice;
  options.n_entities = 2;
  assert_int_equal(hc_relay_reload(w->relay, &options, &fault), HYCO_EBADVALUE);
  assert_non_null(strstr(fault.text, "twice"));
  options = changed();
  options.rules = keyless;
  options.n_rules = 1;
  assert_int_equal(hc_relay_reload(w->relay, &options, &fault), HYCO_EBADVALUE);
  options = changed();
  options.settings.accept_timeout_s = 0;
  assert_int_equal(hc_relay_reload(w->relay, &options, &fault), HYCO_EBADVALUE);
  raw_expect_silence(&p->listener, 100);
  join_over(w, &p->listener, "hyco");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_JOINED_TEST(the_same_again_changes_nothing),
    WORLD_JOINED_TEST(listeners_of_an_entity_that_is_gone_get_1001),
    WORLD_TEST(a_sender_that_waits_is_served),
    WORLD_TEST(a_rule_that_is_gone_is_missed_at_the_renewal),
    WORLD_TEST(a_rule_that_is_gone_is_missed_at_the_expiry),
    WORLD_TEST(listeners_move_to_the_new_entities),
    WORLD_TEST(every_name_may_come_to_exist_and_go),
    WORLD_TEST(a_listener_finds_its_namespace),
    WORLD_TEST(new_limits_hold_for_what_comes),
    WORLD_JOINED_TEST(what_is_not_good_leaves_everything_as_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
