/* session/endpoint.h: where a role connects to, and what it asks there. */
#include "support/check.h"

#include "session/endpoint.h"
#include <string.h>

struct fixture {
  struct hc_properties props;
  struct hc_endpoint endpoint;
  struct hc_fault fault;
};

static int setup(void **state)
{
  static struct fixture f;
  memset(&f, 0, sizeof f);
  hc_properties_init(&f.props);
  *state = &f;
  return 0;
}

static int teardown(void **state)
{
  struct fixture *f = *state;
  hc_properties_deinit(&f->props);
  return 0;
}

static void set(struct fixture *f, hyco_property p, const char *value)
{
  assert_int_equal(
      hc_properties_set_text(&f->props, p, hc_span_str(value), &f->fault), 0);
}

static int read_from(struct fixture *f, const char *address, const char *entity)
{
  set(f, HYCO_NAMESPACE_ADDRESS, address);
  set(f, HYCO_HYBRID_CONNECTION, entity);
  return hc_endpoint_read(&f->props, &f->endpoint, &f->fault);
}

static void use_plain_ws(struct fixture *f)
{
  assert_int_equal(hc_properties_set_number(
                       &f->props, HYCO_USE_DEVELOPMENT_EMULATOR, 1, NULL),
                   0);
}

static void check_target(struct fixture *f, const char *entity,
                         const char *expected)
{
  struct hc_buffer target;
  hc_buffer_init(&target, HC_TARGET_MAX);
  assert_int_equal(read_from(f, "ns.example", entity), 0);
  assert_int_equal(
      hc_endpoint_write_target(&f->endpoint, "connect", "ID", &target), 0);
  assert_string_equal(hc_buffer_str(&target), expected);
  hc_buffer_deinit(&target);
}

static void a_namespace_address_may_be_written_in_many_ways(void **state)
{
  struct fixture *f = *state;
  static const struct {
    const char *address;
    const char *host;
    const char *host_field;
    uint16_t port;
  } cases[] = {
    { "ns.servicebus.windows.net", "ns.servicebus.windows.net",
      "ns.servicebus.windows.net", 443 },
    { "sb://ns.example", "ns.example", "ns.example", 443 },
    { "sb://ns.example/", "ns.example", "ns.example", 443 },
    { "sb://ns.example:443/", "ns.example", "ns.example", 443 },
    { "ns.example:8443", "ns.example", "ns.example:8443", 8443 },
    { "https://ns.example:8443", "ns.example", "ns.example:8443", 8443 },
    { "SB://NS.Example", "ns.example", "ns.example", 443 },
    { "127.0.0.1:1", "127.0.0.1", "127.0.0.1:1", 1 },
    { "[::1]:65535", "::1", "[::1]:65535", 65535 },
    { "[2001:DB8::1]", "2001:db8::1", "[2001:db8::1]", 443 },
    { "::1", "::1", "[::1]", 443 },
    { "sb://[::1]:444/", "::1", "[::1]:444", 444 },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    assert_int_equal(read_from(f, cases[i].address, "hyco"), 0);
    assert_string_equal(f->endpoint.host, cases[i].host);
    assert_string_equal(f->endpoint.host_field, cases[i].host_field);
    assert_int_equal(f->endpoint.port, cases[i].port);
    assert_true(f->endpoint.tls);
  }
}

static void an_address_that_is_none_is_refused(void **state)
{
  struct fixture *f = *state;
  static const char *const bad[] = {
    "ftp://ns.example",  "sb://",         "ns.example:0",
    "ns.example:65536",  "ns.example:x",  "ns.example/path",
    "user@ns.example",   "ns example",    "[::1",
    "sb://ns.example/x", "ns.example?x=1"
  };
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    assert_int_equal(read_from(f, bad[i], "hyco"), HYCO_EBADURL);
    assert_int_equal(f->fault.code, HYCO_EBADURL);
    assert_true(f->fault.text[0] != '\0');
  }
}

static void a_host_has_at_most_255_bytes(void **state)
{
  struct fixture *f = *state;
  char host[HC_HOST_MAX + 2];
  memset(host, 'a', sizeof host - 1);
  host[HC_HOST_MAX + 1] = '\0';
  assert_int_equal(read_from(f, host, "hyco"), HYCO_EBADURL);
  host[HC_HOST_MAX] = '\0';
  assert_int_equal(read_from(f, host, "hyco"), 0);
  assert_string_equal(f->endpoint.host, host);
}

static void without_names_there_is_nowhere_to_go(void **state)
{
  struct fixture *f = *state;
  static const char *const no_entity[] = { "", "/", "//", "?x=1", "/?x=1" };

  assert_int_equal(read_from(f, "", "hyco"), HYCO_EMISSING);
  assert_string_equal(f->fault.text, "namespace_address is not set");
  for (size_t i = 0; i < CHECK_COUNT(no_entity); i++) {
    assert_int_equal(read_from(f, "ns.example", no_entity[i]), HYCO_EMISSING);
    assert_string_equal(f->fault.text, "hybrid_connection is not set");
  }
}

static void plain_ws_goes_to_loopback_hosts_with_port_80(void **state)
{
  struct fixture *f = *state;
  use_plain_ws(f);
  assert_int_equal(read_from(f, "localhost", "hyco"), 0);
  assert_false(f->endpoint.tls);
  assert_int_equal(f->endpoint.port, 80);
  assert_string_equal(f->endpoint.host_field, "localhost");
  assert_int_equal(read_from(f, "127.0.0.1:443", "hyco"), 0);
  assert_string_equal(f->endpoint.host_field, "127.0.0.1:443");
  assert_int_equal(read_from(f, "[::1]:8080", "hyco"), 0);
  assert_string_equal(f->endpoint.host_field, "[::1]:8080");
}

static void plain_ws_goes_to_no_other_host(void **state)
{
  struct fixture *f = *state;
  static const char *const hosts[] = { "ns.example", "10.0.0.1",
                                       "localhost.example", "[::2]" };
  use_plain_ws(f);
  for (size_t i = 0; i < CHECK_COUNT(hosts); i++) {
    assert_int_equal(read_from(f, hosts[i], "hyco"), HYCO_EBADVALUE);
    assert_non_null(strstr(f->fault.text, "UseDevelopmentEmulator"));
    assert_non_null(strstr(f->fault.text, "loopback"));
  }
}

static void a_target_has_action_and_id_behind_the_users_query(void **state)
{
  struct fixture *f = *state;
  check_target(f, "hyco", "/$hc/hyco?sb-hc-action=connect&sb-hc-id=ID");
  check_target(f, "/hyco", "/$hc/hyco?sb-hc-action=connect&sb-hc-id=ID");
  check_target(f, "hyco?", "/$hc/hyco?sb-hc-action=connect&sb-hc-id=ID");
  check_target(f, "hyco/sub/path",
               "/$hc/hyco/sub/path?sb-hc-action=connect&sb-hc-id=ID");
  check_target(f, "hyco/sub?a=1&b=/?",
               "/$hc/hyco/sub?a=1&b=/?&sb-hc-action=connect&sb-hc-id=ID");
}

static void escapes_stay_and_what_needs_one_gets_it(void **state)
{
  struct fixture *f = *state;
  check_target(f, "a%20b/%c3%A9?x=%26",
               "/$hc/a%20b/%c3%A9?x=%26&sb-hc-action=connect&sb-hc-id=ID");
  check_target(f, "a b#c\"d",
               "/$hc/a%20b%23c%22d?sb-hc-action=connect&"
               "sb-hc-id=ID");
  check_target(f, "\xc3\xa9\x7f",
               "/$hc/%C3%A9%7F?sb-hc-action=connect&"
               "sb-hc-id=ID");
}

static void nothing_can_be_smuggled_into_the_request_line(void **state)
{
  struct fixture *f = *state;
  struct hc_buffer target;
  check_target(f, "a\r\nHost: x",
               "/$hc/a%0D%0AHost:%20x?sb-hc-action=connect&"
               "sb-hc-id=ID");
  hc_buffer_init(&target, HC_TARGET_MAX);
  assert_int_equal(
      hc_endpoint_write_target(&f->endpoint, "listen", "a b&c\r\n", &target),
      0);
  assert_non_null(strstr(hc_buffer_str(&target), "sb-hc-id=a%20b%26c%0D%0A"));
  hc_buffer_deinit(&target);
}

static void a_target_that_is_too_long_is_refused(void **state)
{
  struct fixture *f = *state;
  struct hc_buffer target;
  assert_int_equal(read_from(f, "ns.example", "hyco"), 0);
  hc_buffer_init(&target, 20);
  assert_int_equal(
      hc_endpoint_write_target(&f->endpoint, "connect", "ID", &target),
      HYCO_ETOOLONG);
  hc_buffer_deinit(&target);
}

/* protocol.md, accept: "to `address` exactly as given" */
static void a_rendezvous_address_is_used_exactly_as_given(void **state)
{
  struct fixture *f = *state;
  struct hc_span target;
  assert_int_equal(
      hc_endpoint_from_url(hc_span_str("wss://G1.Example:444/$hc/hyco/a%20b?"
                                       "x=1&sb-hc-action=accept&sb-hc-id=2_G3"),
                           &f->endpoint, &target, &f->fault),
      0);
  assert_string_equal(f->endpoint.host, "g1.example");
  assert_string_equal(f->endpoint.host_field, "g1.example:444");
  assert_int_equal(f->endpoint.port, 444);
  assert_true(f->endpoint.tls);
  check_span(target, "/$hc/hyco/a%20b?x=1&sb-hc-action=accept&sb-hc-id=2_G3");
}

static void a_rendezvous_address_may_be_plain_on_loopback(void **state)
{
  struct fixture *f = *state;
  struct hc_span target;
  assert_int_equal(hc_endpoint_from_url(hc_span_str("ws://[::1]:81/x?y"),
                                        &f->endpoint, &target, &f->fault),
                   0);
  assert_false(f->endpoint.tls);
  assert_string_equal(f->endpoint.host, "::1");
  assert_string_equal(f->endpoint.host_field, "[::1]:81");
  check_span(target, "/x?y");
}

static void a_rendezvous_address_that_is_none_is_refused(void **state)
{
  struct fixture *f = *state;
  static const char *const bad[] = {
    "",           "hyco",          "ws://ns.example/x",  "http://localhost/x",
    "sb://a/x",   "wss://a",       "wss://a?x",          "wss:///x",
    "wss://a/x#", "wss://a/\r\nx", "wss://user@a.test/x"
  };
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    struct hc_span target;
    assert_int_equal(hc_endpoint_from_url(hc_span_str(bad[i]), &f->endpoint,
                                          &target, &f->fault),
                     HYCO_EBADURL);
    assert_int_equal(f->fault.code, HYCO_EBADURL);
  }
}

#define ENDPOINT_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
    ENDPOINT_TEST(a_namespace_address_may_be_written_in_many_ways),
    ENDPOINT_TEST(an_address_that_is_none_is_refused),
    ENDPOINT_TEST(a_host_has_at_most_255_bytes),
    ENDPOINT_TEST(without_names_there_is_nowhere_to_go),
    ENDPOINT_TEST(plain_ws_goes_to_loopback_hosts_with_port_80),
    ENDPOINT_TEST(plain_ws_goes_to_no_other_host),
    ENDPOINT_TEST(a_target_has_action_and_id_behind_the_users_query),
    ENDPOINT_TEST(escapes_stay_and_what_needs_one_gets_it),
    ENDPOINT_TEST(nothing_can_be_smuggled_into_the_request_line),
    ENDPOINT_TEST(a_target_that_is_too_long_is_refused),
    ENDPOINT_TEST(a_rendezvous_address_is_used_exactly_as_given),
    ENDPOINT_TEST(a_rendezvous_address_may_be_plain_on_loopback),
    ENDPOINT_TEST(a_rendezvous_address_that_is_none_is_refused),
  };
  return cmocka_run_group_tests_name("session_endpoint", tests, NULL, NULL);
}
