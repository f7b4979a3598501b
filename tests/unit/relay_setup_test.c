/* What hyco_relay_options and a configuration file make together. */
#include "support/check.h"

#include "api/relay_options.h"
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/hyco-setup-XXXXXX";

static int make_file(void **state)
{
  int fd = mkstemp(path);

  (void)state;
  return fd >= 0 ? close(fd) : -1;
}

static int remove_file(void **state)
{
  (void)state;
  return unlink(path);
}

static void write_file(const char *text)
{
  FILE *file = fopen(path, "w");

  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

/* Options with a file, and a directory that nothing is done with. */
static hyco_relay_options with_file(const char *text)
{
  hyco_relay_options options = { .config = path, .dir = "/given" };

  write_file(text);
  return options;
}

static void reads(const hyco_relay_options *options, struct hc_relay_setup *s)
{
  struct hc_fault fault = { 0 };

  if (hc_relay_setup_read(options, s, &fault) != 0)
    fail_msg("%s", fault.text);
}

static void refuses(const hyco_relay_options *options, int code,
                    const char *words)
{
  struct hc_relay_setup s;
  struct hc_fault fault = { 0 };

  assert_int_equal(hc_relay_setup_read(options, &s, &fault), code);
  if (strstr(fault.text, words) == NULL)
    fail_msg("%s", fault.text);
  assert_null(strstr(fault.text, "hidden"));
  hc_relay_setup_deinit(&s);
}

static void single_values_go_before_the_files(void **state)
{
  static const char *const settings[] = { "AcceptTimeout=9",
                                          " headermax = 1000 " };
  hyco_relay_options options =
      with_file("listen: 127.0.0.1:1\n"
                "public_url: wss://file\n"
                "tls: {dir: /file, cert: /c, key: /k}\n"
                "settings: {AcceptTimeout: 8, TokenGrace: 1}\n");
  struct hc_relay_setup s;

  (void)state;
  options.dir = NULL;
  reads(&options, &s);
  assert_int_equal(s.port, 1);
  assert_string_equal(s.dir, "/file");
  assert_string_equal(s.public_url, "wss://file");
  assert_string_equal(s.tls_cert, "/c");
  assert_int_equal(s.settings.accept_timeout_s, 8);
  hc_relay_setup_deinit(&s);

  options.listen = "[::1]:2";
  options.dir = "/given";
  options.public_url = "wss://given";
  options.no_tls = 1;
  options.settings = settings;
  options.n_settings = CHECK_COUNT(settings);
  reads(&options, &s);
  assert_string_equal(s.host, "::1");
  assert_string_equal(s.url_host, "[::1]");
  assert_int_equal(s.port, 2);
  assert_string_equal(s.dir, "/given");
  assert_string_equal(s.public_url, "wss://given");
  assert_true(s.no_tls);
  assert_null(s.tls_cert); /* how TLS is done is one value */
  assert_int_equal(s.settings.accept_timeout_s, 9);
  assert_int_equal(s.settings.header_max, 1000);
  assert_int_equal(s.settings.token_grace_s, 1);
  hc_relay_setup_deinit(&s);
}

static void a_certificate_goes_before_the_files_off(void **state)
{
  hyco_relay_options options = with_file("tls: {off: true}\n");
  struct hc_relay_setup s;

  (void)state;
  reads(&options, &s);
  assert_true(s.no_tls);
  hc_relay_setup_deinit(&s);
  options.tls_cert = "/c";
  options.tls_key = "/k";
  reads(&options, &s);
  assert_false(s.no_tls);
  assert_string_equal(s.tls_key, "/k");
  hc_relay_setup_deinit(&s);
}

static void rules_and_entities_have_one_place(void **state)
{
  static const char *const rules[] = { "r:k:Send" };
  static const char *const entities[] = { "e:anonymous" };
  const char *const has_rules = "rules: [{name: a, key: hidden, rights: Send}]";
  const char *const has_entities = "entities: [{name: a}]";
  const char *const has_spaces = "namespaces: [{host: a}]";
  struct hc_relay_setup s;

  (void)state;
  hyco_relay_options options = with_file(has_rules);
  options.rules = rules;
  options.n_rules = 1;
  refuses(&options, HYCO_EBADVALUE, "rules are in the configuration file");
  write_file(has_spaces);
  refuses(&options, HYCO_EBADVALUE, "rules are in the configuration file");
  write_file(has_entities);
  reads(&options, &s);
  assert_int_equal(s.spaces[0].n_rules, 1);
  assert_int_equal(s.spaces[0].n_entities, 1);
  hc_relay_setup_deinit(&s);

  options.n_rules = 0;
  options.entities = entities;
  options.n_entities = 1;
  refuses(&options, HYCO_EBADVALUE, "entities are in the configuration file");
  write_file(has_spaces);
  refuses(&options, HYCO_EBADVALUE, "entities are in the configuration file");
  write_file(has_rules);
  reads(&options, &s);
  assert_true(s.spaces[0].entities[0].anonymous);
  hc_relay_setup_deinit(&s);
}

static void what_is_wrong_with_an_option_is_said(void **state)
{
  const struct {
    hyco_relay_options options;
    int code;
    const char *words;
  } cases[] = {
    { { .listen = "nowhere:1" }, HYCO_EBADVALUE, "nowhere" },
    { { .tls_cert = "/c" }, HYCO_EBADVALUE, "tls_cert and tls_key" },
    { { .no_tls = 1, .tls_cert = "/c", .tls_key = "/k" },
      HYCO_EBADVALUE,
      "tls_cert and tls_key" },
    { { .config = "/nowhere/x" }, HYCO_EFILE, "/nowhere/x" },
    { { .settings = (const char *const[]){ "X=1" }, .n_settings = 1 },
      HYCO_EUNKNOWNNAME,
      "\"X\"" },
    { { .settings = (const char *const[]){ "AcceptTimeout" }, .n_settings = 1 },
      HYCO_EBADVALUE,
      "expected Name=Value" },
    { { .settings = (const char *const[]){ "AcceptTimeout=" },
        .n_settings = 1 },
      HYCO_EBADVALUE,
      "AcceptTimeout is a number" },
    { { .rules = (const char *const[]){ "r:hidden" }, .n_rules = 1 },
      HYCO_EBADVALUE,
      "expected NAME:KEY:RIGHTS" },
    { { .rules = (const char *const[]){ "r:hidden:Fly" }, .n_rules = 1 },
      HYCO_EBADVALUE,
      "\"Fly\" is no right" },
    { { .rules = (const char *const[]){ "r::Send" }, .n_rules = 1 },
      HYCO_EBADVALUE,
      "a key has 1 to 256 bytes" },
    { { .rules = (const char *const[]){ "r:@/nowhere/k:Send" }, .n_rules = 1 },
      HYCO_EFILE,
      "/nowhere/k" },
    { { .rules = (const char *const[]){ "r:@/dev/null:Send" }, .n_rules = 1 },
      HYCO_EBADVALUE,
      "holds no key" },
    { { .entities = (const char *const[]){ "e:open" }, .n_entities = 1 },
      HYCO_EBADVALUE,
      "expected NAME or NAME:anonymous" },
    { { .accept_any_jwt = 1, .listen = "0.0.0.0:0" },
      HYCO_EBADVALUE,
      "on a loopback address only" },
  };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    hyco_relay_options options = cases[i].options;
    options.dir = "/given";
    refuses(&options, cases[i].code, cases[i].words);
  }
}

static void any_jwt_is_for_loopback(void **state)
{
  static const char *const hosts[] = { "127.0.0.1:0", "127.3.4.5:0",
                                       "localhost:0", "[::1]:0" };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(hosts); i++) {
    const hyco_relay_options options = { .listen = hosts[i],
                                         .dir = "/given",
                                         .accept_any_jwt = 1 };
    struct hc_relay_setup s;
    reads(&options, &s);
    assert_true(s.accept_any_jwt);
    hc_relay_setup_deinit(&s);
  }
}

static void the_root_rule_goes_where_no_rule_is(void **state)
{
  hyco_relay_options options =
      with_file("namespaces:\n- host: a\n- host: b\n"
                "  rules: [{name: r, key: k, rights: Send}]\n");
  struct hc_relay_setup s;

  (void)state;
  reads(&options, &s);
  assert_true(hc_relay_setup_needs_root(&s));
  assert_int_equal(hc_relay_setup_root_rule(&s, "made"), 0);
  assert_false(hc_relay_setup_needs_root(&s));
  assert_string_equal(s.spaces[0].rules[0].name, "RootManageSharedAccessKey");
  assert_string_equal(s.spaces[0].rules[0].key, "made");
  assert_string_equal(s.spaces[1].rules[0].name, "r");
  hc_relay_setup_deinit(&s);
}

static void a_copy_of_the_options_stands_alone(void **state)
{
  char rule[] = "r:k:Send";
  const char *rules[] = { rule };
  const hyco_relay_options options = { .dir = "/given",
                                       .rules = rules,
                                       .n_rules = 1 };
  struct hc_arena memory = { NULL };
  hyco_relay_options copy;
  struct hc_relay_setup s;

  (void)state;
  assert_int_equal(hc_relay_options_copy(&memory, &options, &copy), 0);
  memset(rule, 'x', sizeof rule - 1);
  rules[0] = NULL;
  reads(&copy, &s);
  assert_string_equal(s.spaces[0].rules[0].key, "k");
  assert_null(copy.public_url);
  hc_relay_setup_deinit(&s);
  hc_arena_free(&memory);
}

static void set_directories(const char *state_home, const char *home)
{
  assert_int_equal(setenv("XDG_STATE_HOME", state_home, 1), 0);
  assert_int_equal(setenv("HOME", home, 1), 0);
}

/* DESIGN section 6: state in $XDG_STATE_HOME/hyco, or below the home. */
static void without_a_directory_the_users_is_taken(void **state)
{
  const hyco_relay_options options = { .no_tls = 1 };
  char too_long[5000];
  struct hc_relay_setup s;

  (void)state;
  set_directories("/state", "/home/me");
  reads(&options, &s);
  assert_string_equal(s.dir, "/state/hyco");
  hc_relay_setup_deinit(&s);
  set_directories("not/absolute", "/home/me");
  reads(&options, &s);
  assert_string_equal(s.dir, "/home/me/.local/state/hyco");
  hc_relay_setup_deinit(&s);
  set_directories("", "");
  refuses(&options, HYCO_EBADVALUE, "give one (dir)");
  memset(too_long, 'a', sizeof too_long);
  too_long[0] = '/';
  too_long[sizeof too_long - 1] = '\0';
  set_directories(too_long, "/home/me");
  refuses(&options, HYCO_EBADVALUE, "give one (dir)");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(single_values_go_before_the_files),
    cmocka_unit_test(a_certificate_goes_before_the_files_off),
    cmocka_unit_test(rules_and_entities_have_one_place),
    cmocka_unit_test(what_is_wrong_with_an_option_is_said),
    cmocka_unit_test(any_jwt_is_for_loopback),
    cmocka_unit_test(the_root_rule_goes_where_no_rule_is),
    cmocka_unit_test(a_copy_of_the_options_stands_alone),
    cmocka_unit_test(without_a_directory_the_users_is_taken),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
