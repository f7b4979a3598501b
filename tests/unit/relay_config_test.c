/* The configuration file: what it sets, and each thing that it may not say. */
#include "support/check.h"

#include "api/relay_config.h"
#include "api/yaml_tree.h"
#include "base/buffer.h"

/* Key files are called after what they hold. */
static int read_key_file(struct hc_arena *memory, const char *path,
                         const char **key, struct hc_fault *fault)
{
  if (strstr(path, "missing") != NULL)
    return hc_fault_set(fault, HYCO_EFILE, "key file \"%s\" cannot be opened",
                        path);
  *key = hc_arena_text(memory, hc_span_str(path));
  return *key != NULL ? 0 : HYCO_ENOMEM;
}

static int read_as(const char *path, const char *text,
                   struct hc_relay_setup *setup, struct hc_fault *fault)
{
  const struct hc_relay_config_source source = { path, read_key_file };

  assert_int_equal(hc_relay_setup_init(setup, fault), 0);
  return hc_relay_config_read(hc_span_str(text), &source, setup, fault);
}

static void reads(const char *text, struct hc_relay_setup *setup)
{
  struct hc_fault fault;

  assert_int_equal(read_as("/etc/hyco/relay.yaml", text, setup, &fault), 0);
}

static void every_key_is_read(void **state)
{
  struct hc_relay_setup s;

  (void)state;
  reads("listen: 127.0.0.1:8443\n"
        "tls: {dir: state, cert: /a/cert.pem, key: key.pem, off: false}\n"
        "public_url: wss://relay.example\n"
        "rules:\n"
        "- {name: root, key: k1, secondary_key: k2, rights: [Listen, Send]}\n"
        "- {name: all, key_file: root.key, rights: 'manage'}\n"
        "entities:\n"
        "- {name: a/b, anonymous: true, user_metadata: '{}',\n"
        "   rules: [{name: own, key_file: /own, rights: 'Listen, Send'}]}\n"
        "- name: c\n"
        "settings: {AcceptTimeout: 7, connectdelay: '50'}\n",
        &s);
  assert_string_equal(s.listen, "127.0.0.1:8443");
  assert_string_equal(s.dir, "/etc/hyco/state");
  assert_string_equal(s.tls_cert, "/a/cert.pem");
  assert_string_equal(s.tls_key, "/etc/hyco/key.pem");
  assert_false(s.no_tls);
  assert_string_equal(s.public_url, "wss://relay.example");
  assert_int_equal(s.settings.accept_timeout_s, 7);
  assert_int_equal(s.settings.connect_delay_ms, 50);
  assert_int_equal(s.settings.header_max, 32768);
  assert_int_equal(s.n_spaces, 1);
  const struct hc_relay_namespace *space = &s.spaces[0];
  assert_null(space->host);
  assert_int_equal(space->n_rules, 2);
  assert_string_equal(space->rules[0].name, "root");
  assert_string_equal(space->rules[0].key, "k1");
  assert_string_equal(space->rules[0].secondary_key, "k2");
  assert_int_equal(space->rules[0].rights, HC_RIGHT_LISTEN | HC_RIGHT_SEND);
  assert_string_equal(space->rules[1].key, "/etc/hyco/root.key");
  assert_int_equal(space->rules[1].rights, HC_RIGHT_MANAGE);
  assert_int_equal(space->n_entities, 2);
  assert_string_equal(space->entities[0].name, "a/b");
  assert_true(space->entities[0].anonymous);
  assert_string_equal(space->entities[0].user_metadata, "{}");
  assert_int_equal(space->entities[0].n_rules, 1);
  assert_string_equal(space->entities[0].rules[0].key, "/own");
  assert_string_equal(space->entities[1].name, "c");
  assert_false(space->entities[1].anonymous);
  hc_relay_setup_deinit(&s);
}

static void namespaces_have_hosts_rules_and_entities(void **state)
{
  struct hc_relay_setup s;

  (void)state;
  reads("namespaces:\n"
        "  - host: east.example\n"
        "    rules: [{name: r, key: k, rights: Send}]\n"
        "    entities: [{name: a}, {name: b}]\n"
        "  - host: west.example\n",
        &s);
  assert_true(s.has_named_spaces);
  assert_int_equal(s.n_spaces, 2);
  assert_string_equal(s.spaces[0].host, "east.example");
  assert_int_equal(s.spaces[0].n_rules, 1);
  assert_int_equal(s.spaces[0].n_entities, 2);
  assert_string_equal(s.spaces[1].host, "west.example");
  assert_int_equal(s.spaces[1].n_entities, 0);
  hc_relay_setup_deinit(&s);
}

static void an_empty_file_says_nothing(void **state)
{
  static const char *const texts[] = { "", "\n", "# nothing\n", "---\n{}\n" };
  struct hc_relay_setup s;

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
    reads(texts[i], &s);
    assert_string_equal(s.listen, "127.0.0.1:0");
    assert_null(s.dir);
    assert_int_equal(s.spaces[0].n_rules, 0);
    hc_relay_setup_deinit(&s);
  }
}

static void a_path_beside_a_file_without_directory_stays(void **state)
{
  struct hc_relay_setup s;
  struct hc_fault fault;

  (void)state;
  assert_int_equal(read_as("relay.yaml", "tls: {dir: state}", &s, &fault), 0);
  assert_string_equal(s.dir, "state");
  hc_relay_setup_deinit(&s);
  assert_int_equal(read_as("../x/relay.yaml", "tls: {dir: state}", &s, &fault),
                   0);
  assert_string_equal(s.dir, "../x/state");
  hc_relay_setup_deinit(&s);
}

struct refusal {
  const char *text;
  const char *words; /* what the message begins with */
  int rc;
};

static void refuses(const struct refusal *cases, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    struct hc_relay_setup s;
    struct hc_fault fault = { 0 };
    int rc = read_as("f", cases[i].text, &s, &fault);
    if (rc != cases[i].rc || strstr(fault.text, cases[i].words) != fault.text)
      fail_msg("%s: %d %s", cases[i].text, rc, fault.text);
    hc_relay_setup_deinit(&s);
  }
}

static void unknown_keys_and_wrong_kinds_name_file_and_line(void **state)
{
  static const struct refusal cases[] = {
    { "\nlisen: x", "f:2: unknown key \"lisen\": expected listen, tls, ",
      HYCO_EBADVALUE },
    { "tls: {certificate: x}",
      "f:1: unknown key \"certificate\": expected dir, "
      "cert, key, off",
      HYCO_EBADVALUE },
    { "rules:\n- name: a\n  keys: b\n",
      "f:3: unknown key \"keys\": expected name, key, key_file, "
      "secondary_key, rights",
      HYCO_EBADVALUE },
    { "entities:\n- nam: a\n", "f:2: unknown key \"nam\": expected name, ",
      HYCO_EBADVALUE },
    { "namespaces:\n- port: 1\n", "f:2: unknown key \"port\": expected host, ",
      HYCO_EBADVALUE },
    { "settings:\n  Nothing: 1\n",
      "f:2: there is no setting \"Nothing\" of a relay", HYCO_EUNKNOWNNAME },
    { "settings:\n  AcceptTimeout: 0\n", "f:2: AcceptTimeout is a number from ",
      HYCO_EBADVALUE },
    { "settings: [1]\n", "f:1: settings: expected a map", HYCO_EBADVALUE },
    { "settings: {HeaderMax: [1]}\n", "f:1: HeaderMax: expected a text",
      HYCO_EBADVALUE },
    { "- a\n", "f:1: expected a map", HYCO_EBADVALUE },
    { "text\n", "f:1: expected a map", HYCO_EBADVALUE },
    { "listen:\n", "f:1: listen: expected a text", HYCO_EBADVALUE },
    { "listen: [a]\n", "f:1: listen: expected a text", HYCO_EBADVALUE },
  };

  (void)state;
  refuses(cases, CHECK_COUNT(cases));
}

static void a_rule_that_is_none_names_file_and_line(void **state)
{
  static const struct refusal cases[] = {
    { "rules: {a: b}\n", "f:1: rules: expected a list", HYCO_EBADVALUE },
    { "rules: [a]\n", "f:1: expected a map", HYCO_EBADVALUE },
    { "rules:\n- {name: a, rights: Send}\n", "f:2: a rule has a name, a key or",
      HYCO_EBADVALUE },
    { "rules:\n- {key: a, rights: Send}\n", "f:2: a rule has a name, a key or",
      HYCO_EBADVALUE },
    { "rules:\n- {name: a, key: b}\n", "f:2: a rule has a name, a key or",
      HYCO_EBADVALUE },
    { "rules:\n- {name: a, key: b, rights: []}\n", "f:2: a rule has a name, ",
      HYCO_EBADVALUE },
    { "rules: [{name: a, key: b, rights: {}}]\n",
      "f:1: rights: expected a list", HYCO_EBADVALUE },
    { "rules: [{name: a, key: b, rights: [[]]}]\n", "f:1: expected a text",
      HYCO_EBADVALUE },
    { "rules: [{name: a, key: b, rights: [Listen, Fly]}]\n",
      "f:1: \"Fly\" is no right: expected Listen, Send or Manage",
      HYCO_EBADVALUE },
    { "rules:\n- name: a\n  key: b\n  key_file: c\n",
      "f:4: either key or key_file, not both", HYCO_EBADVALUE },
    { "rules:\n- name: a\n  key_file: c\n  key: b\n",
      "f:4: either key or key_file, not both", HYCO_EBADVALUE },
    { "rules:\n- name: a\n  key_file: missing\n",
      "f:3: key file \"missing\" cannot be opened", HYCO_EFILE },
  };

  (void)state;
  refuses(cases, CHECK_COUNT(cases));
}

static void values_that_are_none_name_file_and_line(void **state)
{
  static const struct refusal cases[] = {
    { "entities: [{anonymous: true}]\n", "f:1: an entity has a name",
      HYCO_EBADVALUE },
    { "entities: [{name: a, anonymous: 'yes'}]\n",
      "f:1: anonymous: expected true or false", HYCO_EBADVALUE },
    { "namespaces: [{rules: []}]\n", "f:1: a namespace has a host",
      HYCO_EBADVALUE },
    { "namespaces: []\n", "f:1: no namespace", HYCO_EBADVALUE },
    { "rules: []\nnamespaces: [{host: a}]\n",
      "f:2: either rules and entities, ", HYCO_EBADVALUE },
    { "namespaces: [{host: a}]\nentities: []\n",
      "f:2: either rules and entities, ", HYCO_EBADVALUE },
    { "namespaces: [{host: a}]\nrules: []\n",
      "f:2: either rules and entities, ", HYCO_EBADVALUE },
    { "tls: {cert: a}\n", "f:1: cert and key go together", HYCO_EBADVALUE },
    { "tls: {cert: a, key: b, off: true}\n", "f:1: cert and key go together",
      HYCO_EBADVALUE },
    { "tls: {off: maybe}\n", "f:1: off: expected true or false",
      HYCO_EBADVALUE },
  };

  (void)state;
  refuses(cases, CHECK_COUNT(cases));
}

static void no_key_is_ever_in_a_message(void **state)
{
  static const char *const texts[] = {
    "rules: [{name: a, key: hidden}]\n",
    "rules: [{name: a, key: hidden, key_file: x}]\n",
    "rules: [{name: a, key: hidden, rights: [Fly]}]\n",
    "rules: [{name: a, key: hidden, kez: b}]\n",
    "rules: [{name: a, key: hidden, key: hidden}]\n",
    "rules: [{name: a, key: \"hidden\n",
    "rules: [{name: a, key: hidden, secondary_key: [hidden]}]\n",
  };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
    struct hc_relay_setup s;
    struct hc_fault fault = { 0 };
    assert_int_equal(read_as("f", texts[i], &s, &fault), HYCO_EBADVALUE);
    assert_null(strstr(fault.text, "hidden"));
    hc_relay_setup_deinit(&s);
  }
}

static void yaml_is_taken_without_its_odds_and_ends(void **state)
{
  static const struct {
    const char *text;
    const char *words;
  } cases[] = {
    { "listen: a\nlisten: b\n", "f:2: a key that is there twice" },
    { "a: &x 1\nb: *x\n", "f:1: anchors, aliases and tags are not taken" },
    { "a: *x\n", "f:1: anchors, aliases and tags are not taken" },
    { "a: &x {}\n", "f:1: anchors, aliases and tags" },
    { "a: !t []\n", "f:1: anchors, aliases and tags" },
    { "listen: !!str a\n", "f:1: anchors, aliases and tags" },
    { "&x a: b\n", "f:1: expected a key that is a text" },
    { "? [a]\n: b\n", "f:1: expected a key that is a text" },
    { "listen: a\n---\nlisten: b\n", "f:2: a second document" },
    { "listen: \"a\\0b\"\n", "f:1: a NUL in a text" },
    { "listen: {a\n", "f:2: no YAML: " },
    { "listen:\n\t- a\n", "f:2: no YAML: " },
    { "listen: \xff\n", "f:1: no YAML: " },
    { "@", "f:1: no YAML: " },
  };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_relay_setup s;
    struct hc_fault fault = { 0 };
    int rc = read_as("f", cases[i].text, &s, &fault);
    if (rc != HYCO_EBADVALUE ||
        strstr(fault.text, cases[i].words) != fault.text)
      fail_msg("%s: %d %s", cases[i].text, rc, fault.text);
    hc_relay_setup_deinit(&s);
  }
}

static int read_tree(const struct hc_buffer *text, struct hc_fault *fault)
{
  struct hc_arena arena = { NULL };
  struct hc_yaml_node *root;
  int rc = hc_yaml_read(hc_buffer_span(text), "f", &arena, &root, fault);

  hc_arena_free(&arena);
  return rc;
}

static void nesting_is_bounded(void **state)
{
  struct hc_buffer text;
  struct hc_fault fault;

  (void)state;
  hc_buffer_init(&text, 1 << 20);
  for (int i = 0; i < HC_YAML_DEPTH_MAX; i++)
    assert_int_equal(hc_buffer_append_str(&text, "["), 0);
  for (int i = 0; i < HC_YAML_DEPTH_MAX; i++)
    assert_int_equal(hc_buffer_append_str(&text, "]"), 0);
  assert_int_equal(read_tree(&text, &fault), 0);
  hc_buffer_clear(&text);
  for (int i = 0; i < 200000; i++)
    assert_int_equal(hc_buffer_append_str(&text, "["), 0);
  assert_int_equal(read_tree(&text, &fault), HYCO_EBADVALUE);
  assert_string_equal(fault.text, "f:1: nested too deeply");
  hc_buffer_deinit(&text);
}

static void keys_of_a_map_are_bounded(void **state)
{
  struct hc_buffer text;
  struct hc_fault fault;

  (void)state;
  hc_buffer_init(&text, 1 << 20);
  for (int i = 0; i < HC_YAML_KEYS_MAX; i++)
    assert_int_equal(hc_buffer_printf(&text, "k%d: v\n", i), 0);
  assert_int_equal(read_tree(&text, &fault), 0);
  assert_int_equal(hc_buffer_append_str(&text, "one: more\n"), 0);
  assert_int_equal(read_tree(&text, &fault), HYCO_EBADVALUE);
  assert_string_equal(fault.text, "f:65: too many keys");
  hc_buffer_deinit(&text);
}

static void a_file_has_at_most_a_mebibyte(void **state)
{
  struct hc_buffer text;
  struct hc_fault fault;

  (void)state;
  hc_buffer_init(&text, HC_YAML_SIZE_MAX + 1);
  uint8_t *bytes = hc_buffer_reserve(&text, HC_YAML_SIZE_MAX + 1);
  assert_non_null(bytes);
  memset(bytes, '\n', HC_YAML_SIZE_MAX + 1);
  hc_buffer_commit(&text, HC_YAML_SIZE_MAX);
  assert_int_equal(read_tree(&text, &fault), 0);
  (void)hc_buffer_reserve(&text, 1);
  hc_buffer_commit(&text, 1);
  assert_int_equal(read_tree(&text, &fault), HYCO_ETOOLONG);
  hc_buffer_deinit(&text);
}

static void the_example_is_taken(void **state)
{
  struct hc_relay_setup s;
  struct hc_fault fault = { 0 };

  (void)state;
  assert_int_equal(hc_relay_setup_init(&s, &fault), 0);
  if (hc_relay_config_load(EXAMPLES "/relay.yaml", &s, &fault) != 0)
    fail_msg("%s", fault.text);
  assert_string_equal(s.listen, "127.0.0.1:8443");
  assert_int_equal(s.spaces[0].n_rules, 2);
  assert_int_equal(s.spaces[0].n_entities, 3);
  assert_int_equal(s.settings.recycle_after_s, 86400);
  hc_relay_setup_deinit(&s);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
  struct hc_relay_setup s;
  struct hc_fault fault;

  (void)state;
  assert_int_equal(hc_relay_setup_init(&s, &fault), 0);
  assert_int_equal(hc_relay_config_load("/nowhere/x", &s, &fault), HYCO_EFILE);
  assert_non_null(strstr(fault.text, "/nowhere/x"));
  assert_int_equal(hc_relay_config_load("/", &s, &fault), HYCO_EFILEIO);
  hc_relay_setup_deinit(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_key_is_read),
    cmocka_unit_test(namespaces_have_hosts_rules_and_entities),
    cmocka_unit_test(an_empty_file_says_nothing),
    cmocka_unit_test(a_path_beside_a_file_without_directory_stays),
    cmocka_unit_test(unknown_keys_and_wrong_kinds_name_file_and_line),
    cmocka_unit_test(a_rule_that_is_none_names_file_and_line),
    cmocka_unit_test(values_that_are_none_name_file_and_line),
    cmocka_unit_test(no_key_is_ever_in_a_message),
    cmocka_unit_test(yaml_is_taken_without_its_odds_and_ends),
    cmocka_unit_test(nesting_is_bounded),
    cmocka_unit_test(keys_of_a_map_are_bounded),
    cmocka_unit_test(a_file_has_at_most_a_mebibyte),
    cmocka_unit_test(the_example_is_taken),
    cmocka_unit_test(a_file_that_cannot_be_read_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
