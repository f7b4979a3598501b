/* Tests of JSON text, read and written (RFC 8259). */
#include "protocol/json.h"
#include "protocol/json_out.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct hc_json json;

static const struct hc_json_value *read_good(const char *text)
{
  struct hc_fault fault = { 0 };
  int rc = hc_json_read(&json, hc_span_str(text), &fault);
  if (rc != 0)
    print_error("%s: %s\n", text, fault.text);
  assert_int_equal(rc, 0);
  return hc_json_root(&json);
}

static const struct hc_json_value *member(const char *name)
{
  const struct hc_json_value *found =
      hc_json_member(&json, hc_json_root(&json), name);
  assert_non_null(found);
  return found;
}

static void every_kind_of_value_is_read(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    const char *text;
    enum hc_json_type type;
    size_t n;
  } members[] = {
    { "a", "null", HC_JSON_NULL, 0 },
    { "b", "false", HC_JSON_FALSE, 0 },
    { "c", "true", HC_JSON_TRUE, 0 },
    { "d", "-12", HC_JSON_INTEGER, 0 },
    { "e", "1.5e+3", HC_JSON_REAL, 0 },
    { "f", "text", HC_JSON_STRING, 0 },
    { "g", "[1,[2]]", HC_JSON_ARRAY, 2 },
    { "h", "{\"x\":0}", HC_JSON_OBJECT, 1 },
    { "", "", HC_JSON_STRING, 0 },
  };
  read_good("{\"a\":null,\"b\":false,\"c\":true,\"d\":-12,\"e\":1.5e+3,"
            "\"f\":\"text\",\"g\":[1,[2]],\"h\":{\"x\":0},\"\":\"\"}");
  assert_int_equal(hc_json_root(&json)->n, 9);
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    const struct hc_json_value *value = member(members[i].name);
    assert_int_equal(value->type, members[i].type);
    assert_int_equal(value->n, members[i].n);
    assert_true(hc_span_is(value->text, members[i].text));
  }
  assert_null(hc_json_member(&json, hc_json_root(&json), "x"));
  assert_null(hc_json_member(&json, member("g"), "x"));
  assert_true(json.is_plain);
  hc_json_deinit(&json);
}

static void siblings_follow_each_other_whatever_is_in_them(void **state)
{
  (void)state;
  static char text[HC_JSON_FEW * 8 + 3] = "[";
  for (size_t i = 0; i < HC_JSON_FEW; i++)
    strcat(text, i == 0 ? "[[1],{}]" : ",[[1]]");
  strcat(text, "]");
  const struct hc_json_value *value = hc_json_first(read_good(text));
  size_t n = 0;
  for (; value != NULL; value = hc_json_next(&json, value), n++)
    assert_int_equal(value->n, n == 0 ? 2 : 1);
  assert_int_equal(n, HC_JSON_FEW);
  assert_true(json.n > HC_JSON_FEW);
  hc_json_deinit(&json);
}

/* RFC 8259 2: "Insignificant whitespace is allowed before or after any of the
 * six structural characters." */
static void blanks_may_stand_between_values(void **state)
{
  (void)state;
  read_good(" \t\r\n{ \"a\" :\t[ 1 ,\n2 ] } ");
  assert_int_equal(member("a")->n, 2);
  assert_false(json.is_plain);
  hc_json_deinit(&json);
}

/* RFC 8259 7 */
static void escapes_are_taken_out(void **state)
{
  (void)state;
  const struct hc_json_value *root =
      read_good("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"a\\u00fCb\",\"\\u20ac\","
                "\"\\uD83d\\uDe00\",\"\\u0001\"]");
  const struct hc_json_value *value = hc_json_first(root);
  assert_false(json.is_plain);
  static const char *const meant[] = { "\"\\/\b\f\n\r\t", "a\303\274b",
                                       "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                       "\x01" };
  for (size_t i = 0; i < sizeof meant / sizeof *meant; i++) {
    assert_true(hc_span_is(value->text, meant[i]));
    value = hc_json_next(&json, value);
  }
  hc_json_deinit(&json);
}

static void whole_numbers_have_64_bits(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int64_t number;
  } cases[] = { { "0", 0 },
                { "-0", 0 },
                { "9223372036854775807", INT64_MAX },
                { "-9223372036854775808", INT64_MIN } };
  int64_t number;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_true(hc_json_integer(read_good(cases[i].text), &number));
    assert_int_equal(number, cases[i].number);
    hc_json_deinit(&json);
  }
  assert_false(hc_json_integer(read_good("1.0"), &number));
  hc_json_deinit(&json);
}

static void what_is_no_json_is_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {
    "",
    " ",
    "tru",
    "nulL",
    "nan",
    "+1",
    "01",
    "-",
    "-a",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "9223372036854775808",
    "-9223372036854775809",
    "\"",
    "\"a",
    "'a'",
    "\"\\",
    "\"\\x\"",
    "\"\\u\"",
    "\"\\u12g4\"",
    "\"\\u004",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud800x\"",
    "\"\\ud800\\n\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\"",
    "\"a\x1f\"",
    "\"a\n\"",
    "\"\xc3\"",
    "\"\xed\xa0\x80\"",
    "\xef\xbb\xbf{}",
    "[",
    "]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "[1:2]",
    "{",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{1:1}",
    "{\"a\":1]",
    "{\"a\":1 \"b\":2}",
    "1 1",
    "{}{}",
    "{},",
    "/**/1",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct hc_fault fault = { 0 };
    int rc = hc_json_read(&json, hc_span_str(bad[i]), &fault);
    if (rc != HYCO_EPROTOCOL)
      print_error("%s\n", bad[i]);
    assert_int_equal(rc, HYCO_EPROTOCOL);
    assert_true(fault.text[0] != '\0');
  }
  assert_int_equal(hc_json_read(&json, hc_span_of("1\0", 2), NULL),
                   HYCO_EPROTOCOL);
}

/* RFC 8259 4: "The names within an object SHOULD be unique." Two parsers would
 * take another one each. */
static void a_member_stands_once(void **state)
{
  (void)state;
  static char text[HC_JSON_FEW * 16];
  for (size_t n = 2; n < HC_JSON_FEW + 10; n++) {
    char *end = text + sprintf(text, "{");
    for (size_t i = 0; i + 1 < n; i++)
      end += sprintf(end, "\"m%zu\":1,", i);
    sprintf(end, "\"m%zu\":1}", n);
    assert_int_equal(read_good(text)->n, n);
    hc_json_deinit(&json);

    sprintf(end, "\"\\u006d%zu\":1}", n / 2);
    struct hc_fault fault = { 0 };
    int rc = hc_json_read(&json, hc_span_str(text), &fault);
    assert_int_equal(rc, n / 2 < n - 1 ? HYCO_EPROTOCOL : 0);
    if (rc == 0)
      hc_json_deinit(&json);
    else
      assert_non_null(strstr(fault.text, "twice"));
  }
}

static void the_deepest_text_is_read_and_no_deeper_one(void **state)
{
  (void)state;
  char text[2 * HC_JSON_DEPTH_MAX + 3] = "";
  memset(text, '[', HC_JSON_DEPTH_MAX);
  memset(text + HC_JSON_DEPTH_MAX, ']', HC_JSON_DEPTH_MAX);
  read_good(text);
  hc_json_deinit(&json);
  memset(text, '[', HC_JSON_DEPTH_MAX + 1);
  memset(text + HC_JSON_DEPTH_MAX + 1, ']', HC_JSON_DEPTH_MAX + 1);
  assert_int_equal(hc_json_read(&json, hc_span_str(text), NULL),
                   HYCO_EPROTOCOL);
}

static void each_byte_that_needs_an_escape_is_found(void **state)
{
  (void)state;
  char text[24];
  for (int c = 1; c < 256; c++) {
    bool is_special = c < 0x20 || c == '"' || c == '\\';
    for (size_t at = 0; at < sizeof text; at++) {
      memset(text, 0x7f, sizeof text);
      text[at] = (char)c;
      assert_int_equal(hc_json_plain_len(hc_span_of(text, sizeof text)),
                       is_special ? at : sizeof text);
      assert_int_equal(hc_json_plain_len(hc_span_of(text, at)), at);
    }
  }
}

static void what_is_written_is_text_with_its_commas(void **state)
{
  (void)state;
  struct hc_json_out out;
  struct hc_buffer text;
  hc_buffer_init(&text, 1000);
  hc_json_begin(&out, &text, 1000);
  hc_json_open(&out, NULL, '{');
  hc_json_put_integer(&out, "i", -1);
  hc_json_put_integer(&out, "z", 0);
  hc_json_put_integer(&out, "least", INT_MIN);
  hc_json_open(&out, "a", '[');
  hc_json_put_text(&out, NULL, hc_span_str("\"\\\b\f\n\r\t\x01\x7f"));
  hc_json_put_text(&out, NULL, hc_span_str("\xfc"));
  hc_json_open(&out, NULL, '{');
  hc_json_close(&out, '}');
  hc_json_close(&out, ']');
  hc_json_put_flag(&out, "y", true);
  hc_json_put_flag(&out, "n", false);
  hc_json_close(&out, '}');
  assert_int_equal(hc_json_end(&out), 0);
  assert_string_equal(hc_buffer_str(&text),
                      "{\"i\":-1,\"z\":0,\"least\":-2147483648,\"a\":["
                      "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7f\","
                      "\"\xc3\xbc\",{}],\"y\":true,\"n\":false}");
  hc_buffer_deinit(&text);
}

static void a_text_that_fails_leaves_nothing_behind(void **state)
{
  (void)state;
  struct hc_json_out out;
  struct hc_buffer text;
  hc_buffer_init(&text, 20);
  hc_buffer_append_str(&text, "before");
  hc_json_begin(&out, &text, 1000); /* the buffer is full first */
  hc_json_put_text(&out, NULL, hc_span_str("fifteen letters"));
  assert_int_equal(hc_json_end(&out), HYCO_ETOOLONG);
  assert_string_equal(hc_buffer_str(&text), "before");

  hc_json_begin(&out, &text, 4); /* longer than it may be */
  hc_json_put_text(&out, NULL, hc_span_str("abc"));
  assert_int_equal(hc_json_end(&out), HYCO_ETOOLONG);
  assert_string_equal(hc_buffer_str(&text), "before");

  hc_json_begin(&out, &text, 5);
  hc_json_put_text(&out, NULL, hc_span_str("abc"));
  hc_json_fail(&out, HYCO_EBADVALUE);
  hc_json_fail(&out, HYCO_ENOMEM); /* the first one counts */
  assert_int_equal(hc_json_end(&out), HYCO_EBADVALUE);
  assert_string_equal(hc_buffer_str(&text), "before");

  hc_json_begin(&out, &text, 5);
  hc_json_put_text(&out, NULL, hc_span_str("abc"));
  assert_int_equal(hc_json_end(&out), 0);
  assert_string_equal(hc_buffer_str(&text), "before\"abc\"");
  hc_buffer_deinit(&text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_of_value_is_read),
    cmocka_unit_test(siblings_follow_each_other_whatever_is_in_them),
    cmocka_unit_test(blanks_may_stand_between_values),
    cmocka_unit_test(escapes_are_taken_out),
    cmocka_unit_test(whole_numbers_have_64_bits),
    cmocka_unit_test(what_is_no_json_is_refused),
    cmocka_unit_test(a_member_stands_once),
    cmocka_unit_test(the_deepest_text_is_read_and_no_deeper_one),
    cmocka_unit_test(each_byte_that_needs_an_escape_is_found),
    cmocka_unit_test(what_is_written_is_text_with_its_commas),
    cmocka_unit_test(a_text_that_fails_leaves_nothing_behind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
