/* Tests of the writing of HTTP/1.1 heads. */
#include "base/buffer.h"
#include "protocol/http1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* RFC 9110 5.6.2: token = 1*tchar. */
static void a_name_is_a_token(void **state)
{
  (void)state;
  assert_true(hc_http_name_is_legal(hc_span_str("X-a_1!#$%&'*+.^`|~")));
  static const char *const bad[] = { "",    "a b", "a:", "a\r\n", "a\tb",
                                     "(a)", "a,b", "a/", "\x80",  "\"a\"",
                                     "a=b", "a;",  "@",  "[",     "{}" };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
    assert_false(hc_http_name_is_legal(hc_span_str(bad[i])));
  assert_false(hc_http_name_is_legal(hc_span_of("a\0", 2)));
}

/* RFC 9110 5.5: field-content neither begins nor ends with a blank. */
static void a_value_has_no_control_characters_and_no_outer_blanks(void **state)
{
  (void)state;
  static const char *const good[] = { "", "a", "a\tb c", "gr\xfc\xc3\xbc" };
  static const char *const bad[] = { " ",    " a",   "a ",    "\ta", "a\t",
                                     "a\rb", "a\nb", "a\x7f", "\x01" };
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
    assert_true(hc_http_value_is_legal(hc_span_str(good[i])));
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
    assert_false(hc_http_value_is_legal(hc_span_str(bad[i])));
  assert_false(hc_http_value_is_legal(hc_span_of("a\0b", 3)));
}

static void a_field_is_one_line(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 100);

  assert_int_equal(
      hc_http_write_field(&out, hc_span_str("A"), hc_span_str("b c")), 0);
  assert_int_equal(hc_http_write_field(&out, hc_span_str("D"), hc_span_str("")),
                   0);
  assert_string_equal(hc_buffer_str(&out), "A: b c\r\nD: \r\n");
  hc_buffer_deinit(&out);
}

/* RFC 9110 17.3 and 5.5: a line break in a value would make a new field. */
static void an_injected_field_is_refused_and_nothing_is_written(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 100);

  assert_int_equal(
      hc_http_write_field(&out, hc_span_str("A"), hc_span_str("b\r\nC: d")),
      HYCO_EBADVALUE);
  assert_int_equal(
      hc_http_write_field(&out, hc_span_str("A: b\r\nC"), hc_span_str("d")),
      HYCO_EBADVALUE);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);
}

static void a_line_is_written_whole_or_not_at_all(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 6);

  assert_int_equal(
      hc_http_write_field(&out, hc_span_str("A"), hc_span_str("bc")),
      HYCO_ETOOLONG);
  assert_int_equal(hc_http_write_status(&out, 200, hc_span_str("OK")),
                   HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
  assert_int_equal(
      hc_http_write_field(&out, hc_span_str("A"), hc_span_str("b")), 0);
  hc_buffer_deinit(&out);
}

static void a_status_line_has_code_and_reason(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 100);

  assert_int_equal(hc_http_write_status(&out, 404, hc_span_str("no \xc3\xbc")),
                   0);
  assert_string_equal(hc_buffer_str(&out), "HTTP/1.1 404 no \xc3\xbc\r\n");
  hc_buffer_clear(&out);
  assert_int_equal(hc_http_write_status(&out, 999, hc_span_str("")), 0);
  assert_string_equal(hc_buffer_str(&out), "HTTP/1.1 999 \r\n");
  hc_buffer_deinit(&out);
}

static void control_characters_in_a_reason_become_blanks(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 100);

  assert_int_equal(
      hc_http_write_status(&out, 500, hc_span_str("a\r\nX: b\x7f\x01\tc")), 0);
  assert_string_equal(hc_buffer_str(&out), "HTTP/1.1 500 a  X: b  \tc\r\n");
  hc_buffer_deinit(&out);
}

static void a_status_has_three_digits(void **state)
{
  (void)state;
  static const int bad[] = { -1, 0, 99, 1000 };
  struct hc_buffer out;
  hc_buffer_init(&out, 100);

  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
    assert_int_equal(hc_http_write_status(&out, bad[i], hc_span_str("x")),
                     HYCO_EBADVALUE);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);
}

static void known_statuses_have_their_reason(void **state)
{
  (void)state;
  assert_string_equal(hc_http_reason(101), "Switching Protocols");
  assert_string_equal(hc_http_reason(201), "Created");
  assert_string_equal(hc_http_reason(511), "Network Authentication Required");
  assert_string_equal(hc_http_reason(306), "");
  assert_string_equal(hc_http_reason(0), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_name_is_a_token),
    cmocka_unit_test(a_value_has_no_control_characters_and_no_outer_blanks),
    cmocka_unit_test(a_field_is_one_line),
    cmocka_unit_test(an_injected_field_is_refused_and_nothing_is_written),
    cmocka_unit_test(a_line_is_written_whole_or_not_at_all),
    cmocka_unit_test(a_status_line_has_code_and_reason),
    cmocka_unit_test(control_characters_in_a_reason_become_blanks),
    cmocka_unit_test(a_status_has_three_digits),
    cmocka_unit_test(known_statuses_have_their_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
