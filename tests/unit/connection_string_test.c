/* Tests of connection strings. */
#include "protocol/connection_string.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_span(struct hc_span span, const char *expected)
{
  assert_int_equal(span.len, strlen(expected));
  if (span.len > 0)
    assert_memory_equal(span.ptr, expected, span.len);
}

static struct hc_connection_string parse(const char *text)
{
  struct hc_connection_string cs;
  struct hc_fault fault = { 0 };
  int rc = hc_connection_string_parse(hc_span_str(text), &cs, &fault);

  if (rc != 0)
    print_error("%s: %s\n", text, fault.text);
  assert_int_equal(rc, 0);
  return cs;
}

/* Spec hybrid-connections.md 1.4: the keys of a connection string. */
static void a_connection_string_with_a_key_is_taken_apart(void **state)
{
  (void)state;
  struct hc_connection_string cs =
      parse("Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=root;"
            "SharedAccessKey=a+b/c==;EntityPath=hyco/x;"
            "OperationTimeout=00:01:00");

  assert_span(cs.host, "ns.servicebus.windows.net");
  assert_int_equal(cs.port, 0);
  assert_span(cs.key_name, "root");
  assert_span(cs.key, "a+b/c==");
  assert_span(cs.entity_path, "hyco/x");
  assert_span(cs.signature, "");
  assert_int_equal(cs.operation_timeout_s, 60);
  assert_false(cs.managed_identity);
  assert_false(cs.emulator);
}

static void keys_come_in_any_case_and_order_with_blanks_around(void **state)
{
  (void)state;
  struct hc_connection_string cs =
      parse(" SHAREDACCESSKEY = k ; sharedaccesskeyname\t= n;\tendpoint = "
            "SB://[::1]:5671 ; ");

  assert_span(cs.host, "::1");
  assert_int_equal(cs.port, 5671);
  assert_span(cs.key_name, "n");
  assert_span(cs.key, "k");
  assert_span(cs.entity_path, "");
}

static void a_ready_token_is_taken_as_it_stands(void **state)
{
  (void)state;
  struct hc_connection_string cs =
      parse("Endpoint=sb://h:8443;SharedAccessSignature=SharedAccessSignature "
            "sr=u&sig=s%3D&se=1&skn=n;");

  assert_span(cs.signature, "SharedAccessSignature sr=u&sig=s%3D&se=1&skn=n");
  assert_int_equal(cs.port, 8443);
}

static void managed_identity_has_two_spellings(void **state)
{
  (void)state;
  assert_true(parse("Endpoint=sb://h/;Authentication=ManagedIdentity")
                  .managed_identity);
  assert_true(parse("Endpoint=sb://h/;Authentication=managed identity")
                  .managed_identity);
}

static void an_endpoint_alone_is_enough(void **state)
{
  (void)state;
  struct hc_connection_string cs = parse("Endpoint=sb://h/");

  assert_span(cs.key_name, "");
  assert_span(cs.key, "");
  assert_int_equal(cs.operation_timeout_s, 0);
}

static void the_emulator_is_on_loopback_only(void **state)
{
  (void)state;
  assert_true(
      parse("Endpoint=sb://localhost:1;UseDevelopmentEmulator=true").emulator);
  assert_true(
      parse("UseDevelopmentEmulator=True;Endpoint=sb://[::1]").emulator);
  assert_false(parse("Endpoint=sb://h/;UseDevelopmentEmulator=false").emulator);

  struct hc_connection_string cs;
  assert_int_equal(
      hc_connection_string_parse(
          hc_span_str("Endpoint=sb://h/;UseDevelopmentEmulator=true"), &cs,
          NULL),
      HYCO_EBADVALUE);
}

static void a_timeout_is_a_time_span_or_seconds(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int64_t seconds; /* 0: refused */
  } cases[] = {
    { "00:01:00", 60 },
    { "1:2:3", 3723 },
    { "23:59:59", 86399 },
    { "1.00:00:01", 86401 },
    { "10.10:10:10", 900610 },
    { "90", 90 },
    { "999999999", 999999999 },
    { "1000000000", 0 },
    { "0", 0 },
    { "00:00:00", 0 },
    { "0.00:00:00", 0 },
    { "24:00:00", 0 },
    { "00:60:00", 0 },
    { "00:00:60", 0 },
    { "00:01", 0 },
    { "00:01:00:00", 0 },
    { "00:01:00.5", 0 },
    { "1.5", 0 },
    { "-1", 0 },
    { "-00:01:00", 0 },
    { ":01:00", 0 },
    { "00::00", 0 },
    { "00:01:", 0 },
    { "1.", 0 },
    { "60 s", 0 },
    { "x", 0 },
    { "99999999999999999999", 0 },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char text[100];
    struct hc_connection_string cs;
    snprintf(text, sizeof(text), "Endpoint=sb://h;OperationTimeout=%s",
             cases[i].text);
    int rc = hc_connection_string_parse(hc_span_str(text), &cs, NULL);
    if (rc != (cases[i].seconds > 0 ? 0 : HYCO_EBADVALUE))
      print_error("%s\n", cases[i].text);
    assert_int_equal(rc, cases[i].seconds > 0 ? 0 : HYCO_EBADVALUE);
    if (rc == 0)
      assert_int_equal(cs.operation_timeout_s, cases[i].seconds);
  }
}

#define ENDPOINT "Endpoint=sb://h/;"

static void what_is_wrong_is_refused_and_named(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *named;
  } cases[] = {
    { "", "Endpoint" },
    { ";", "Key=Value" },
    { "Endpoint", "Key=Value" },
    { ";Endpoint=sb://h/", "Key=Value" },
    { "Endpoint=sb://h/;;EntityPath=a", "Key=Value" },
    { ENDPOINT "EntityPath", "Key=Value" },
    { "EntityPath=a", "Endpoint" },
    { "Endpoint=", "Endpoint" },
    { "Endpoint=h", "Endpoint" },
    { "Endpoint=https://h/", "Endpoint" },
    { "Endpoint=sb://h/path", "Endpoint" },
    { "Endpoint=sb://h/?a", "Endpoint" },
    { "Endpoint=sb://h:0/", "Endpoint" },
    { "Endpoint=sb://u@h/", "Endpoint" },
    { "Endpoint=sb://", "Endpoint" },
    { ENDPOINT "Endpoint=sb://h/", "Endpoint" },
    { ENDPOINT "EntityPath=a;entitypath=a", "EntityPath" },
    { ENDPOINT "EntityPath=", "EntityPath" },
    { ENDPOINT "EntityName=a", "EntityName" },
    { ENDPOINT "=a", "unknown key" },
    { ENDPOINT "SharedAccessKey=k", "SharedAccessKeyName" },
    { ENDPOINT "SharedAccessKeyName=n", "SharedAccessKey" },
    { ENDPOINT "SharedAccessKeyName=n;SharedAccessKey=", "SharedAccessKey" },
    { ENDPOINT "SharedAccessKeyName=n;SharedAccessSignature=s",
      "SharedAccessKeyName" },
    { ENDPOINT "SharedAccessKeyName=n;SharedAccessKey=k;"
               "SharedAccessSignature=s",
      "SharedAccessSignature" },
    { ENDPOINT "SharedAccessKeyName=n;SharedAccessKey=k;"
               "Authentication=ManagedIdentity",
      "Authentication" },
    { ENDPOINT "SharedAccessSignature=s;Authentication=ManagedIdentity",
      "Authentication" },
    { ENDPOINT "Authentication=Other", "Authentication" },
    { ENDPOINT "UseDevelopmentEmulator=1", "UseDevelopmentEmulator" },
    { ENDPOINT "EntityPath=a\r\nb", "control character" },
    { ENDPOINT "EntityPath=a\x7f", "control character" },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct hc_connection_string cs;
    struct hc_fault fault = { 0 };
    int rc =
        hc_connection_string_parse(hc_span_str(cases[i].text), &cs, &fault);
    if (rc != HYCO_EBADVALUE || strstr(fault.text, cases[i].named) == NULL)
      print_error("%s: %s\n", cases[i].text, fault.text);
    assert_int_equal(rc, HYCO_EBADVALUE);
    assert_non_null(strstr(fault.text, cases[i].named));
  }
}

static void faults_never_hold_a_key_or_a_signature(void **state)
{
  (void)state;
  static const char *const bad[] = {
    ENDPOINT "SharedAccessKey=SECRET",
    ENDPOINT "SharedAccessKey=SECRET;SharedAccessKey=SECRET",
    ENDPOINT "SharedAccessKeyName=n;SharedAccessKey=SECRET;SharedAccessKey=x",
    ENDPOINT "SharedAccessSignature=SECRET;Authentication=ManagedIdentity",
    "SharedAccessKeyName=n;SharedAccessKey=SECRET",
    ENDPOINT "SharedAccessKey=SECRET\n",
    ENDPOINT "SECRET",
    /* a key alone, where the connection string should stand */
    "SECRETSECRETSECRETSECRETSECRETSECRETSECRETSE=",
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct hc_connection_string cs;
    struct hc_fault fault = { 0 };
    assert_int_equal(
        hc_connection_string_parse(hc_span_str(bad[i]), &cs, &fault),
        HYCO_EBADVALUE);
    assert_true(fault.text[0] != '\0');
    assert_null(strstr(fault.text, "SECRET"));
  }
}

static void a_string_of_the_limit_is_read_and_no_longer_one(void **state)
{
  (void)state;
  static char text[HC_CONNECTION_STRING_MAX + 1];
  struct hc_connection_string cs;
  int n = snprintf(text, sizeof(text), ENDPOINT "EntityPath=");

  memset(text + n, 'p', sizeof(text) - (size_t)n);
  assert_int_equal(hc_connection_string_parse(
                       hc_span_of(text, HC_CONNECTION_STRING_MAX), &cs, NULL),
                   0);
  assert_int_equal(
      hc_connection_string_parse(hc_span_of(text, HC_CONNECTION_STRING_MAX + 1),
                                 &cs, NULL),
      HYCO_ETOOLONG);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_connection_string_with_a_key_is_taken_apart),
    cmocka_unit_test(keys_come_in_any_case_and_order_with_blanks_around),
    cmocka_unit_test(a_ready_token_is_taken_as_it_stands),
    cmocka_unit_test(managed_identity_has_two_spellings),
    cmocka_unit_test(an_endpoint_alone_is_enough),
    cmocka_unit_test(the_emulator_is_on_loopback_only),
    cmocka_unit_test(a_timeout_is_a_time_span_or_seconds),
    cmocka_unit_test(what_is_wrong_is_refused_and_named),
    cmocka_unit_test(faults_never_hold_a_key_or_a_signature),
    cmocka_unit_test(a_string_of_the_limit_is_read_and_no_longer_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
