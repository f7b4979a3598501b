/* Several namespaces, and rules of entities beside those of namespaces (spec
 * hybrid-connections.md 1.3, 4.2). */
#include "support/check.h"
#include "support/relay_world.h"

#include "protocol/token.h"
#include "relay/spaces.h"

static const struct hc_relay_rule east_rules[] = {
  { .name = "root", .key = "east-key", .rights = HC_RIGHT_MANAGE },
};
static const struct hc_relay_rule shared[] = {
  { .name = "root", .key = "root-key", .rights = HC_RIGHT_MANAGE },
  { .name = "both", .key = "both-key", .rights = HC_RIGHT_LISTEN },
};
static const struct hc_relay_rule own[] = {
  { .name = "own",
    .key = "own-key",
    .secondary_key = "own-second",
    .rights = HC_RIGHT_LISTEN },
  { .name = "both", .key = "inner-key", .rights = HC_RIGHT_SEND },
  { .name = "chief", .key = "chief-key", .rights = HC_RIGHT_MANAGE },
};
static const struct hc_relay_entity entities[] = {
  { .name = "hyco", .rules = own, .n_rules = CHECK_COUNT(own) },
  { .name = "other" },
};
static const struct hc_relay_namespace namespaces[] = {
  { .host = "east.example",
    .rules = east_rules,
    .n_rules = CHECK_COUNT(east_rules) },
  { .host = WORLD_HOST,
    .rules = shared,
    .n_rules = CHECK_COUNT(shared),
    .entities = entities,
    .n_entities = CHECK_COUNT(entities) },
};

static void start(struct relay_world *w)
{
  struct hc_relay_options options;

  world_options(&options);
  options.n_rules = 0;
  options.n_entities = 0;
  options.namespaces = namespaces;
  options.n_namespaces = CHECK_COUNT(namespaces);
  world_start(w, &options);
}

struct attempt {
  const char *host; /* of the request */
  const char *target;
  const char *sr_host; /* of the token */
  const char *sr_path;
  const char *rule;
  const char *key;
};

static int status_of(struct relay_world *w, const struct attempt *a)
{
  struct raw_peer peer;
  struct hc_buffer token;
  char field[2048];

  hc_buffer_init(&token, 1024);
  assert_int_equal(hc_token_make(&token, hc_span_str(a->sr_host),
                                 hc_span_str(a->sr_path), hc_span_str(a->rule),
                                 hc_span_str(a->key),
                                 hc_net_wall_s(sim_net(w->sim)) + 60),
                   0);
  snprintf(field, sizeof field, "ServiceBusAuthorization: %s\r\n",
           hc_buffer_str(&token));
  hc_buffer_deinit(&token);
  world_send_to(w, &peer, a->host, a->target, field);
  int status = world_answer(w, &peer);
  raw_close(&peer, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  return status;
}

#define LISTEN "/$hc/hyco?sb-hc-action=listen"
#define CONNECT "/$hc/hyco?sb-hc-action=connect"

static void a_namespace_is_known_by_its_host(void **state)
{
  static const char east[] = "east.example";
  static const struct {
    struct attempt attempt;
    int status;
  } cases[] = {
    { { east, LISTEN, east, "", "root", "east-key" }, 101 },
    { { "EAST.Example", LISTEN, east, "", "root", "east-key" }, 101 },
    { { WORLD_HOST, LISTEN, WORLD_HOST, "", "root", "root-key" }, 101 },
    /* its keys are its own, and so are its entities */
    { { east, LISTEN, east, "", "root", "root-key" }, 401 },
    { { WORLD_HOST, LISTEN, WORLD_HOST, "", "root", "east-key" }, 401 },
    { { east, LISTEN, WORLD_HOST, "", "root", "east-key" }, 403 },
    { { east, "/$hc/any?sb-hc-action=listen", east, "", "root", "east-key" },
      101 },
    { { WORLD_HOST, "/$hc/any?sb-hc-action=listen", WORLD_HOST, "", "root",
        "root-key" },
      404 },
    /* nobody's host */
    { { "west.example", LISTEN, "west.example", "", "root", "root-key" }, 404 },
  };
  struct relay_world w;

  (void)state;
  start(&w);
  for (size_t i = 0; i < CHECK_COUNT(cases); i++)
    assert_int_equal(status_of(&w, &cases[i].attempt), cases[i].status);
  world_finish(&w);
}

static void the_same_name_in_two_namespaces_is_two_entities(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct attempt sender = { WORLD_HOST, CONNECT, WORLD_HOST,
                            "",         "root",  "root-key" };
  struct hc_buffer token;
  char field[2048];

  (void)state;
  start(&w);
  hc_buffer_init(&token, 1024);
  assert_int_equal(hc_token_make(&token, hc_span_str("east.example"),
                                 hc_span_str(""), hc_span_str("root"),
                                 hc_span_str("east-key"),
                                 hc_net_wall_s(sim_net(w.sim)) + 60),
                   0);
  snprintf(field, sizeof field, "ServiceBusAuthorization: %s\r\n",
           hc_buffer_str(&token));
  hc_buffer_deinit(&token);
  world_send_to(&w, &listener, "east.example", LISTEN, field);
  assert_int_equal(world_answer(&w, &listener), 101);
  assert_int_equal(status_of(&w, &sender), 404);
  assert_non_null(strstr(w.head, "404 There are no listeners connected"));
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

/* spec hybrid-connections.md 1.3: "Try primary and secondary key of the rule
 * skn, first on the HC, then on the namespace." */
static void an_entitys_rules_are_good_for_it_alone(void **state)
{
  static const char host[] = WORLD_HOST;
  static const char other[] = "/$hc/other?sb-hc-action=listen";
  static const struct {
    struct attempt attempt;
    int status;
  } cases[] = {
    { { host, LISTEN, host, "hyco", "own", "own-key" }, 101 },
    { { host, LISTEN, host, "hyco", "own", "own-second" }, 101 },
    { { host, CONNECT, host, "hyco", "own", "own-key" }, 403 },
    { { host, other, host, "other", "own", "own-key" }, 401 },
    { { host, other, host, "", "own", "own-key" }, 401 },
    /* a rule of the same name on both levels: each key for its own rights */
    { { host, LISTEN, host, "hyco", "both", "both-key" }, 101 },
    { { host, LISTEN, host, "hyco", "both", "inner-key" }, 403 },
    { { host, CONNECT, host, "hyco", "both", "inner-key" }, 404 },
    { { host, other, host, "other", "both", "both-key" }, 101 },
    /* Manage implies the others */
    { { host, LISTEN, host, "hyco", "chief", "chief-key" }, 101 },
    { { host, CONNECT, host, "hyco", "chief", "chief-key" }, 404 },
    { { host, other, host, "other", "chief", "chief-key" }, 401 },
  };
  struct relay_world w;

  (void)state;
  start(&w);
  for (size_t i = 0; i < CHECK_COUNT(cases); i++)
    assert_int_equal(status_of(&w, &cases[i].attempt), cases[i].status);
  world_finish(&w);
}

/* A listener that came in by its entity's rule renews by it too. */
static void an_entitys_rule_renews(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct hc_buffer token;
  char text[2048];

  (void)state;
  start(&w);
  hc_buffer_init(&token, 1024);
  assert_int_equal(hc_token_make(&token, hc_span_str(WORLD_HOST),
                                 hc_span_str("hyco"), hc_span_str("own"),
                                 hc_span_str("own-key"),
                                 hc_net_wall_s(sim_net(w.sim)) + 60),
                   0);
  snprintf(text, sizeof text, "ServiceBusAuthorization: %s\r\n",
           hc_buffer_str(&token));
  world_send_upgrade(&w, &listener, LISTEN, text);
  assert_int_equal(world_answer(&w, &listener), 101);
  snprintf(text, sizeof text, "{\"renewToken\":{\"token\":\"%s\"}}",
           hc_buffer_str(&token));
  raw_send_frame(&listener, 0x81, hc_span_str(text));
  raw_expect_silence(&listener, 1000);
  hc_buffer_deinit(&token);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

static void a_namespace_without_host_takes_what_no_other_has(void **state)
{
  static const struct hc_relay_namespace both[] = {
    { .host = NULL }, { .host = "east.example" }
  };
  const struct hc_relay_options options = { .namespaces = both,
                                            .n_namespaces = 2 };
  struct hc_relay_spaces spaces;
  struct hc_fault fault;

  (void)state;
  assert_int_equal(hc_relay_spaces_init(&spaces, &options, &fault), 0);
  assert_ptr_equal(hc_relay_spaces_find(&spaces, hc_span_str("East.example")),
                   &spaces.items[1]);
  assert_ptr_equal(hc_relay_spaces_find(&spaces, hc_span_str("x")),
                   &spaces.items[0]);
  assert_ptr_equal(hc_relay_spaces_find(&spaces, hc_span_of(NULL, 0)),
                   &spaces.items[0]);
  hc_relay_spaces_deinit(&spaces);
}

static void namespaces_that_cannot_be_told_apart_are_refused(void **state)
{
  static const struct hc_relay_namespace cases[][2] = {
    { { .host = "a" }, { .host = "A" } },
    { { .host = NULL }, { .host = NULL } },
    { { .host = "a" }, { .host = "" } },
  };
  const struct hc_relay_options mixed = { .rules = east_rules,
                                          .n_rules = 1,
                                          .namespaces = namespaces,
                                          .n_namespaces = 1 };
  struct hc_relay_spaces spaces;
  struct hc_fault fault;

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    const struct hc_relay_options options = { .namespaces = cases[i],
                                              .n_namespaces = 2 };
    assert_int_equal(hc_relay_spaces_init(&spaces, &options, &fault),
                     HYCO_EBADVALUE);
    hc_relay_spaces_deinit(&spaces);
  }
  assert_int_equal(hc_relay_spaces_init(&spaces, &mixed, &fault),
                   HYCO_EBADVALUE);
  hc_relay_spaces_deinit(&spaces);
}

static void a_rule_that_is_there_twice_is_refused(void **state)
{
  static const struct hc_relay_rule twice[] = {
    { .name = "a", .key = "1", .rights = HC_RIGHT_SEND },
    { .name = "a", .key = "2", .rights = HC_RIGHT_LISTEN },
  };
  static const struct hc_relay_entity entity = { .name = "e",
                                                 .rules = twice,
                                                 .n_rules = 2 };
  const struct hc_relay_options of_space = { .rules = twice, .n_rules = 2 };
  const struct hc_relay_options of_entity = { .entities = &entity,
                                              .n_entities = 1 };
  struct hc_relay_spaces spaces;
  struct hc_fault fault;

  (void)state;
  assert_int_equal(hc_relay_spaces_init(&spaces, &of_space, &fault),
                   HYCO_EBADVALUE);
  assert_non_null(strstr(fault.text, "twice"));
  hc_relay_spaces_deinit(&spaces);
  assert_int_equal(hc_relay_spaces_init(&spaces, &of_entity, &fault),
                   HYCO_EBADVALUE);
  hc_relay_spaces_deinit(&spaces);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_namespace_is_known_by_its_host),
    cmocka_unit_test(the_same_name_in_two_namespaces_is_two_entities),
    cmocka_unit_test(an_entitys_rules_are_good_for_it_alone),
    cmocka_unit_test(an_entitys_rule_renews),
    cmocka_unit_test(a_namespace_without_host_takes_what_no_other_has),
    cmocka_unit_test(namespaces_that_cannot_be_told_apart_are_refused),
    cmocka_unit_test(a_rule_that_is_there_twice_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
