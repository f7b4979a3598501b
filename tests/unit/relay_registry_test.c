/* Entities by name, listeners in turn. */
#include "support/check.h"

#include "relay/registry.h"

static const struct hc_relay_entity entities[] = {
  { .name = "a" },
  { .name = "/a/b/" },
  { .name = "a/b/c/d", .anonymous = true },
  { .name = "other" },
};

static void start(struct hc_relay_registry *r)
{
  const struct hc_relay_namespace space = { .entities = entities,
                                            .n_entities =
                                                CHECK_COUNT(entities) };
  struct hc_fault fault;

  assert_int_equal(hc_relay_registry_init(r, &space, &fault), 0);
}

static void the_longest_name_by_whole_segments_matches(void **state)
{
  static const struct {
    const char *path;
    const char *name; /* NULL: no match */
  } cases[] = {
    { "a", "a" },
    { "A/x", "a" },
    { "a/bb", "a" },
    { "a/B", "a/b" },
    { "a/b/c", "a/b" },
    { "a/b/c/d", "a/b/c/d" },
    { "a/b/C/d/e", "a/b/c/d" },
    { "ab", NULL },
    { "oth", NULL },
    { "", NULL },
    { "others", NULL },
  };
  struct hc_relay_registry r;

  (void)state;
  start(&r);
  assert_false(r.any_name);
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_relay_endpoint *found =
        hc_relay_registry_match(&r, hc_span_str(cases[i].path));
    if (cases[i].name == NULL)
      assert_null(found);
    else
      assert_string_equal(found->name, cases[i].name);
  }
  hc_relay_registry_deinit(&r);
}

static void find_wants_the_whole_name(void **state)
{
  struct hc_relay_registry r;

  (void)state;
  start(&r);
  assert_non_null(hc_relay_registry_find(&r, hc_span_str("A/b")));
  assert_null(hc_relay_registry_find(&r, hc_span_str("a/b/c")));
  assert_true(hc_relay_registry_find(&r, hc_span_str("a/b/c/d"))->anonymous);
  hc_relay_registry_deinit(&r);
}

static void names_must_be_there_once_and_not_too_long(void **state)
{
  char longest[HC_RELAY_NAME_MAX + 1];
  char too_long[HC_RELAY_NAME_MAX + 2];
  const struct {
    const char *first;
    const char *second;
    int rc;
  } cases[] = {
    { "a", longest, 0 },           { "a", too_long, HYCO_EBADVALUE },
    { "a", "A", HYCO_EBADVALUE },  { "a", "/a/", HYCO_EBADVALUE },
    { "a", "", HYCO_EBADVALUE },   { "a", "//", HYCO_EBADVALUE },
    { "a", NULL, HYCO_EBADVALUE },
  };

  (void)state;
  memset(longest, 'x', sizeof longest);
  longest[HC_RELAY_NAME_MAX] = '\0';
  memset(too_long, 'x', sizeof too_long);
  too_long[HC_RELAY_NAME_MAX + 1] = '\0';
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    const struct hc_relay_entity both[] = { { .name = cases[i].first },
                                            { .name = cases[i].second } };
    const struct hc_relay_namespace space = { .entities = both,
                                              .n_entities = 2 };
    struct hc_relay_registry r;
    struct hc_fault fault;
    assert_int_equal(hc_relay_registry_init(&r, &space, &fault), cases[i].rc);
    hc_relay_registry_deinit(&r);
  }
}

static void an_entity_has_rules_and_metadata_of_its_own(void **state)
{
  static const struct hc_relay_rule rule = { .name = "own",
                                             .key = "k",
                                             .rights = HC_RIGHT_MANAGE };
  static const struct hc_relay_entity entity = {
    .name = "a", .user_metadata = "{\"x\":1}", .rules = &rule, .n_rules = 1
  };
  const struct hc_relay_namespace space = { .host = "relay.example",
                                            .entities = &entity,
                                            .n_entities = 1 };
  struct hc_relay_registry r;
  struct hc_fault fault;

  (void)state;
  assert_int_equal(hc_relay_registry_init(&r, &space, &fault), 0);
  struct hc_relay_endpoint *e = hc_relay_registry_find(&r, hc_span_str("a"));
  assert_string_equal(e->user_metadata, "{\"x\":1}");
  assert_int_equal(e->rules.n, 1);
  assert_string_equal(e->rules.items[0].name, "own");
  /* spec hybrid-connections.md 4.2: Manage implies the others */
  assert_int_equal(e->rules.items[0].rights,
                   HC_RIGHT_LISTEN | HC_RIGHT_SEND | HC_RIGHT_MANAGE);
  assert_string_equal(r.host, "relay.example");
  hc_relay_registry_deinit(&r);
}

static void listeners_come_in_turn(void **state)
{
  struct hc_relay_registry r;
  struct hc_list nodes[3] = { { NULL, NULL } };

  (void)state;
  start(&r);
  struct hc_relay_endpoint *e = hc_relay_registry_find(&r, hc_span_str("a"));
  assert_null(hc_relay_endpoint_next(e));
  for (size_t i = 0; i < 3; i++)
    hc_relay_endpoint_join(e, &nodes[i]);
  for (size_t i = 0; i < 7; i++)
    assert_ptr_equal(hc_relay_endpoint_next(e), &nodes[i % 3]);
  hc_relay_endpoint_leave(e, &nodes[1]);
  assert_ptr_equal(hc_relay_endpoint_next(e), &nodes[2]);
  assert_ptr_equal(hc_relay_endpoint_next(e), &nodes[0]);
  hc_relay_endpoint_leave(e, &nodes[0]);
  hc_relay_endpoint_leave(e, &nodes[2]);
  assert_non_null(hc_relay_registry_find(&r, hc_span_str("a")));
  hc_relay_registry_deinit(&r);
}

static void an_endpoint_made_by_a_listener_goes_with_its_last(void **state)
{
  const struct hc_relay_namespace none = { .n_entities = 0 };
  struct hc_relay_registry r;
  struct hc_list nodes[2] = { { NULL, NULL } };
  struct hc_fault fault;

  (void)state;
  assert_int_equal(hc_relay_registry_init(&r, &none, &fault), 0);
  assert_true(r.any_name);
  struct hc_relay_endpoint *e = hc_relay_registry_add(&r, hc_span_str("x/y"));
  hc_relay_endpoint_join(e, &nodes[0]);
  hc_relay_endpoint_join(e, &nodes[1]);
  assert_ptr_equal(hc_relay_registry_match(&r, hc_span_str("X/y/z")), e);
  hc_relay_endpoint_leave(e, &nodes[0]);
  assert_ptr_equal(hc_relay_registry_match(&r, hc_span_str("x/y")), e);
  hc_relay_endpoint_leave(e, &nodes[1]);
  assert_null(hc_relay_registry_match(&r, hc_span_str("x/y")));
  hc_relay_registry_deinit(&r);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_longest_name_by_whole_segments_matches),
    cmocka_unit_test(find_wants_the_whole_name),
    cmocka_unit_test(names_must_be_there_once_and_not_too_long),
    cmocka_unit_test(an_entity_has_rules_and_metadata_of_its_own),
    cmocka_unit_test(listeners_come_in_turn),
    cmocka_unit_test(an_endpoint_made_by_a_listener_goes_with_its_last),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
