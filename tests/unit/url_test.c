/* Tests of URLs. */
#include "protocol/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_span(struct hc_span span, const char *expected)
{
  assert_int_equal(span.len, strlen(expected));
  assert_memory_equal(span.ptr, expected, span.len);
}

static void parse(const char *text, struct hc_url *url)
{
  struct hc_fault fault = { 0 };
  int rc = hc_url_parse(hc_span_str(text), url, &fault);

  if (rc != 0)
    print_error("%s: %s\n", text, fault.text);
  assert_int_equal(rc, 0);
}

static void a_url_is_taken_apart(void **state)
{
  (void)state;
  struct hc_url url;

  parse("wss://g1-x.servicebus.windows.net:443/$hc/a/b?x=1&sb-hc-id=2?", &url);
  assert_span(url.scheme, "wss");
  assert_span(url.host, "g1-x.servicebus.windows.net");
  assert_false(url.host_is_ipv6);
  assert_true(url.has_port);
  assert_int_equal(url.port, 443);
  assert_true(url.tls);
  assert_span(url.path, "/$hc/a/b");
  assert_true(url.has_query);
  assert_span(url.query, "x=1&sb-hc-id=2?");
  assert_span(url.target, "/$hc/a/b?x=1&sb-hc-id=2?");
}

static void every_scheme_has_its_port(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    uint16_t port;
    bool tls;
  } cases[] = {
    { "ws://h", 80, false },          { "wss://h", 443, true },
    { "http://h", 80, false },        { "https://h", 443, true },
    { "sb://h", 443, true },          { "WSS://h", 443, true },
    { "sb://h:99", 99, true },        { "ws://h:1", 1, false },
    { "ws://h:65535", 65535, false }, { "ws://h:00080", 80, false },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct hc_url url;
    parse(cases[i].text, &url);
    assert_span(url.host, "h");
    assert_int_equal(url.port, cases[i].port);
    assert_int_equal(url.tls, cases[i].tls);
    assert_span(url.target, "");
    assert_span(url.path, "");
    assert_span(url.query, "");
    assert_false(url.has_query);
  }
}

static void an_ipv6_literal_comes_without_brackets(void **state)
{
  (void)state;
  struct hc_url url;

  parse("sb://[::1]:5671/", &url);
  assert_span(url.host, "::1");
  assert_true(url.host_is_ipv6);
  assert_int_equal(url.port, 5671);
  assert_span(url.path, "/");
  parse("https://[2001:db8::192.0.2.1]", &url);
  assert_span(url.host, "2001:db8::192.0.2.1");
  assert_false(url.has_port);
}

static void a_query_may_stand_without_a_path(void **state)
{
  (void)state;
  struct hc_url url;

  parse("http://h?a/b", &url);
  assert_span(url.host, "h");
  assert_span(url.path, "");
  assert_span(url.query, "a/b");
  assert_span(url.target, "?a/b");
  parse("http://h/?", &url);
  assert_true(url.has_query);
  assert_span(url.query, "");
}

static void what_is_not_a_strict_url_is_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {
    "",
    "h",
    "://h",
    "ftp://h",
    "wss:/h",
    "wss:h",
    "wss:",
    "wss://",
    "wss:///a",
    "wss://?a",
    "wss://:1",
    "wss://h:",
    "wss://h:0",
    "wss://h:65536",
    "wss://h:99999999999999999999",
    "wss://h:+1",
    "wss://h:1x",
    "wss://h:1:2",
    "wss://u@h",
    "wss://u:p@h",
    "wss://h/#f",
    "wss://h#f",
    "wss://h/a b",
    " wss://h",
    "wss://h/\t",
    "wss://h\r\n",
    "wss://h/\xc3\xa4",
    "wss://h/\x7f",
    "wss://h\xc3\xa4",
    "wss://h%41",
    "wss://h\\x",
    "wss://h*",
    "wss://::1",
    "wss://[::1",
    "wss://[]",
    "wss://[::1]x",
    "wss://[::1]1",
    "wss://[::1]:",
    "wss://[1.2.3.4]",
    "wss://[h]",
    "wss://[::1%25eth0]",
    "wss://[::1]]",
    "wss://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct hc_url url;
    struct hc_fault fault = { 0 };
    int rc = hc_url_parse(hc_span_str(bad[i]), &url, &fault);
    if (rc != HYCO_EBADURL)
      print_error("%s\n", bad[i]);
    assert_int_equal(rc, HYCO_EBADURL);
    assert_true(fault.text[0] != '\0');
  }
}

static void a_nul_in_a_url_is_refused(void **state)
{
  (void)state;
  struct hc_url url;

  assert_int_equal(hc_url_parse(hc_span_of("ws://h\0", 7), &url, NULL),
                   HYCO_EBADURL);
  assert_int_equal(hc_url_parse(hc_span_of("ws://[::1\0]", 11), &url, NULL),
                   HYCO_EBADURL);
}

static void a_url_of_the_limit_is_read_and_no_longer_one(void **state)
{
  (void)state;
  static char text[HC_URL_MAX + 1];
  struct hc_url url;

  memset(text, 'a', sizeof(text));
  memcpy(text, "ws://h/", 7);
  assert_int_equal(hc_url_parse(hc_span_of(text, HC_URL_MAX), &url, NULL), 0);
  assert_int_equal(hc_url_parse(hc_span_of(text, HC_URL_MAX + 1), &url, NULL),
                   HYCO_ETOOLONG);
}

static void a_fault_does_not_quote_the_query(void **state)
{
  (void)state;
  struct hc_url url;
  struct hc_fault fault = { 0 };

  assert_int_equal(
      hc_url_parse(hc_span_str("wss://h:x/?sb-hc-token=SECRET"), &url, &fault),
      HYCO_EBADURL);
  assert_null(strstr(fault.text, "SECRET"));
  assert_non_null(strstr(fault.text, "'x'"));
}

static void all_forms_of_an_address_are_read(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *host;
    uint16_t port;
  } cases[] = {
    { "host", "host", 0 },
    { "host.example:8443", "host.example", 8443 },
    { "127.0.0.1:1", "127.0.0.1", 1 },
    { "[::1]:99", "::1", 99 },
    { "[::1]", "::1", 0 },
    { "::1", "::1", 0 },
    { "2001:db8::1", "2001:db8::1", 0 },
    { "sb://ns.servicebus.windows.net/", "ns.servicebus.windows.net", 0 },
    { "https://ns:8443", "ns", 8443 },
    { "wss://[::1]:443/", "::1", 443 },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct hc_span host;
    uint16_t port = 7;
    assert_int_equal(
        hc_url_parse_authority(hc_span_str(cases[i].text), &host, &port, NULL),
        0);
    assert_span(host, cases[i].host);
    assert_int_equal(port, cases[i].port);
  }
}

static void what_is_not_an_address_is_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {
    "",         "host/",    "host:",       "host:0",    "host:70000",
    "a b",      ":1",       "[::1",        "::1]",      "[h]:1",
    "1:2:3",    "host:1:2", "sb://h/path", "sb://h/?a", "sb://h?a",
    "ftp://h/", "u@h",      "sb://",       "h\xc3\xa4", "h#",
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct hc_span host;
    uint16_t port;
    struct hc_fault fault = { 0 };
    int rc = hc_url_parse_authority(hc_span_str(bad[i]), &host, &port, &fault);
    if (rc != HYCO_EBADURL)
      print_error("%s\n", bad[i]);
    assert_int_equal(rc, HYCO_EBADURL);
    assert_true(fault.text[0] != '\0');
  }
}

static void an_address_longer_than_the_limit_is_refused(void **state)
{
  (void)state;
  static char text[HC_URL_MAX + 1];
  struct hc_span host;
  uint16_t port;

  memset(text, 'a', sizeof(text));
  assert_int_equal(
      hc_url_parse_authority(hc_span_of(text, HC_URL_MAX), &host, &port, NULL),
      0);
  assert_int_equal(hc_url_parse_authority(hc_span_of(text, sizeof(text)), &host,
                                          &port, NULL),
                   HYCO_EBADURL);
}

/* RFC 3986 2.1 and 2.3. */
static void everything_but_the_unreserved_is_encoded(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 1000);

  assert_int_equal(
      hc_url_encode(&out, hc_span_of("aZ09-._~ /:+%\xfc\0", 15), ""), 0);
  assert_string_equal(hc_buffer_str(&out), "aZ09-._~%20%2F%3A%2B%25%FC%00");
  hc_buffer_clear(&out);
  assert_int_equal(hc_url_encode(&out, hc_span_of("a/b c\0", 6), "/$"), 0);
  assert_string_equal(hc_buffer_str(&out), "a/b%20c%00");
  hc_buffer_deinit(&out);
}

static void escapes_of_either_case_are_decoded_and_plus_stays(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 1000);

  assert_int_equal(hc_url_decode(&out, hc_span_str("a%2f%2F+%c3%BC%25")), 0);
  assert_string_equal(hc_buffer_str(&out), "a//+\xc3\xbc%");
  hc_buffer_deinit(&out);
}

static void a_bad_escape_is_refused_and_nothing_is_written(void **state)
{
  (void)state;
  static const char *const bad[] = { "%", "a%2", "%2g", "%g2", "%%20", "%+1" };
  struct hc_buffer out;
  hc_buffer_init(&out, 1000);

  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
    assert_int_equal(hc_url_decode(&out, hc_span_str(bad[i])), HYCO_EBADURL);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);
}

static void coded_text_stops_at_the_buffers_limit(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 3);

  assert_int_equal(hc_url_encode(&out, hc_span_str("a/"), ""), HYCO_ETOOLONG);
  assert_int_equal(hc_url_decode(&out, hc_span_str("abc%20")), HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
  assert_int_equal(hc_url_encode(&out, hc_span_str("/"), ""), 0);
  assert_int_equal(hc_url_query_strip(&out, hc_span_str("a")), HYCO_ETOOLONG);
  hc_buffer_deinit(&out);
}

static void the_first_pair_of_a_name_is_found(void **state)
{
  (void)state;
  static const char query[] =
      "x=sb-hc-id=0&sb-hc-id&SB-HC-ID=1&sb-hc-id=a=b&sb-hc-id=3&e=";
  struct hc_span value;

  assert_true(hc_url_query_find(hc_span_str(query), "sb-hc-id", &value));
  assert_span(value, "a=b");
  assert_true(hc_url_query_find(hc_span_str(query), "e", &value));
  assert_span(value, "");
  assert_false(hc_url_query_find(hc_span_str(query), "sb-hc-token", &value));
  assert_false(hc_url_query_find(hc_span_str(""), "x", &value));
}

/* Spec hybrid-connections.md 1.1: "`sb-hc-*` pairs are stripped from what user
 * code sees; a key that starts with `sb-hc-` but has no `=` is not stripped";
 * "Empty pairs (`?&&&`) stay". */
static void the_pairs_of_the_protocol_are_stripped(void **state)
{
  (void)state;
  static const struct {
    const char *query;
    const char *left;
  } cases[] = {
    { "", "" },
    { "a=1", "a=1" },
    { "sb-hc-action=connect", "" },
    { "a=1&sb-hc-action=connect&sb-hc-id=2&b", "a=1&b" },
    { "sb-hc-action=connect&a=1", "a=1" },
    { "a=1&sb-hc-token=", "a=1" },
    { "sb-hc-x", "sb-hc-x" },
    { "sb-hc-&sb-hc-=1", "sb-hc-" },
    { "&&&", "&&&" },
    { "&sb-hc-id=1&", "&" },
    { "SB-HC-ID=1&xsb-hc-id=2", "SB-HC-ID=1&xsb-hc-id=2" },
    { "a=sb-hc-id=1", "a=sb-hc-id=1" },
    { "a=%20\"<?/+", "a=%20\"<?/+" },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct hc_buffer out;
    hc_buffer_init(&out, 1000);
    assert_int_equal(hc_buffer_append_str(&out, "/?"), 0);
    assert_int_equal(hc_url_query_strip(&out, hc_span_str(cases[i].query)), 0);
    assert_string_equal(hc_buffer_str(&out) + 2, cases[i].left);
    hc_buffer_deinit(&out);
  }
}

static void loopback_hosts_are_told_from_others(void **state)
{
  (void)state;
  static const char *const loopback[] = { "localhost",      "LocalHost",
                                          "a.localhost",    "127.0.0.1",
                                          "127.9.8.7",      "::1",
                                          "0:0:0:0:0:0:0:1" };
  static const char *const others[] = {
    "",     ".localhost", "notlocalhost", "localhost.example", "128.0.0.1",
    "::2",  "::",         "127.1",        "127.0.0.1.example", "0.0.0.0",
    "10.1", "[::1]",
  };
  for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++)
    assert_true(hc_url_host_is_loopback(hc_span_str(loopback[i])));
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    assert_false(hc_url_host_is_loopback(hc_span_str(others[i])));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_is_taken_apart),
    cmocka_unit_test(every_scheme_has_its_port),
    cmocka_unit_test(an_ipv6_literal_comes_without_brackets),
    cmocka_unit_test(a_query_may_stand_without_a_path),
    cmocka_unit_test(what_is_not_a_strict_url_is_refused),
    cmocka_unit_test(a_nul_in_a_url_is_refused),
    cmocka_unit_test(a_url_of_the_limit_is_read_and_no_longer_one),
    cmocka_unit_test(a_fault_does_not_quote_the_query),
    cmocka_unit_test(all_forms_of_an_address_are_read),
    cmocka_unit_test(what_is_not_an_address_is_refused),
    cmocka_unit_test(an_address_longer_than_the_limit_is_refused),
    cmocka_unit_test(everything_but_the_unreserved_is_encoded),
    cmocka_unit_test(escapes_of_either_case_are_decoded_and_plus_stays),
    cmocka_unit_test(a_bad_escape_is_refused_and_nothing_is_written),
    cmocka_unit_test(coded_text_stops_at_the_buffers_limit),
    cmocka_unit_test(the_first_pair_of_a_name_is_found),
    cmocka_unit_test(the_pairs_of_the_protocol_are_stripped),
    cmocka_unit_test(loopback_hosts_are_told_from_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
