/* What hc_relay_new takes and what it refuses. */
#include "support/check.h"
#include "support/relay_world.h"

#include "protocol/token.h"

/* Expects HYCO_EBADVALUE and words; nothing may be left. */
static void refuses(const struct hc_relay_options *options, const char *words)
{
  struct sim *sim = sim_new(1);
  struct hc_relay *relay = NULL;
  struct hc_fault fault;

  assert_int_equal(hc_relay_new(sim_net(sim), options, &relay, &fault),
                   HYCO_EBADVALUE);
  assert_non_null(strstr(fault.text, words));
  assert_null(relay);
  assert_int_equal(sim_open_handles(sim), 0);
  sim_free(sim);
}

static void rules_need_a_name_keys_and_rights(void **state)
{
  char too_long[HC_KEY_MAX + 2];
  struct hc_relay_options options;
  struct hc_relay_rule rule;

  (void)state;
  memset(too_long, 'k', sizeof too_long);
  too_long[HC_KEY_MAX + 1] = '\0';
  const struct hc_relay_rule cases[] = {
    { .name = NULL, .key = "k", .rights = HC_RIGHT_SEND },
    { .name = "", .key = "k", .rights = HC_RIGHT_SEND },
    { .name = too_long, .key = "k", .rights = HC_RIGHT_SEND },
    { .name = "r", .key = NULL, .rights = HC_RIGHT_SEND },
    { .name = "r", .key = "", .rights = HC_RIGHT_SEND },
    { .name = "r", .key = too_long, .rights = HC_RIGHT_SEND },
    { .name = "r", .key = "k", .secondary_key = "", .rights = HC_RIGHT_SEND },
    { .name = "r", .key = "k", .rights = 0 },
    { .name = "r", .key = "k", .rights = 8 },
  };
  world_options(&options);
  options.rules = &rule;
  options.n_rules = 1;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    rule = cases[i];
    refuses(&options, "rule");
  }
}

static void the_public_url_is_a_websocket_url_without_path(void **state)
{
  static const char *const bad[] = {
    "relay.example",          "https://relay.example",
    "wss://relay.example/x",  "wss://a?x",
    "wss://u@relay.example/", "wss://a:0",
    "wss://relay ex",         "",
  };
  struct hc_relay_options options;

  (void)state;
  world_options(&options);
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    options.public_url = bad[i];
    refuses(&options, "the public URL is");
  }
}

static void an_entity_that_is_there_twice_is_refused(void **state)
{
  static const struct hc_relay_entity twice[] = { { .name = "a" },
                                                  { .name = "A" } };
  struct hc_relay_options options;

  (void)state;
  world_options(&options);
  options.entities = twice;
  options.n_entities = 2;
  refuses(&options, "twice");
}

static void a_port_in_use_is_an_error(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;
  struct hc_relay *second = NULL;
  struct hc_fault fault;

  world_options(&options);
  options.port = w->port;
  assert_int_equal(hc_relay_new(sim_net(w->sim), &options, &second, &fault),
                   HYCO_EADDRINUSE);
  assert_null(second);
}

static void without_a_rule_no_token_is_good(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.n_rules = 0;
  world_start(w, &options);
  struct raw_peer *peer = world_peer(w);
  world_send_request(w, peer, "/$hc/hyco?sb-hc-action=listen", "root");
  assert_int_equal(world_answer(w, peer), 401);
}

static void freeing_nothing_is_fine(void **state)
{
  (void)state;
  hc_relay_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rules_need_a_name_keys_and_rights),
    cmocka_unit_test(the_public_url_is_a_websocket_url_without_path),
    cmocka_unit_test(an_entity_that_is_there_twice_is_refused),
    WORLD_TEST(a_port_in_use_is_an_error),
    WORLD_OWN_TEST(without_a_rule_no_token_is_good),
    cmocka_unit_test(freeing_nothing_is_fine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
