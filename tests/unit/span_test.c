/* base/span.h */
#include "support/check.h"

#include "base/span.h"

static const struct hc_span nothing = { NULL, 0 };

static void equal_means_every_byte(void **state)
{
  (void)state;
  assert_true(hc_span_is(hc_span_str("abc"), "abc"));
  assert_false(hc_span_is(hc_span_str("abc"), "abcd"));
  assert_false(hc_span_is(hc_span_str("abC"), "abc"));
  assert_true(hc_span_equal(nothing, hc_span_str("")));
  assert_false(hc_span_equal(hc_span_of("a\0b", 3), hc_span_of("a\0c", 3)));
}

static void case_is_ignored_for_ascii_letters_only(void **state)
{
  (void)state;
  assert_true(hc_span_is_nocase(hc_span_str("UpGrade"), "upgrade"));
  assert_true(hc_span_equal_nocase(nothing, nothing));
  assert_false(hc_span_is_nocase(hc_span_str("upgrade"), "upgrad"));
  assert_false(hc_span_is_nocase(hc_span_str("[a"), "{a"));
  assert_false(hc_span_is_nocase(hc_span_str("@"), "`"));
  assert_false(hc_span_is_nocase(hc_span_str("\xc0"), "\xe0"));
}

static void trim_takes_blanks_and_tabs(void **state)
{
  (void)state;
  check_span(hc_span_trim(hc_span_str(" \t a b\t ")), "a b");
  check_span(hc_span_trim(hc_span_str(" \t ")), "");
  check_span(hc_span_trim(hc_span_str("\ra\n")), "\ra\n");
  check_span(hc_span_trim(nothing), "");
}

static void split_gives_every_piece_once(void **state)
{
  (void)state;
  struct hc_span rest = hc_span_str("a,,bc,");
  struct hc_span piece;
  const char *const pieces[] = { "a", "", "bc", "" };
  for (size_t i = 0; i < CHECK_COUNT(pieces); i++) {
    assert_true(hc_span_split(&rest, ',', &piece));
    check_span(piece, pieces[i]);
  }
  assert_false(hc_span_split(&rest, ',', &piece));
  assert_null(rest.ptr);
}

static void split_of_an_empty_text_is_one_empty_piece(void **state)
{
  (void)state;
  struct hc_span rest = hc_span_str("");
  struct hc_span piece;
  assert_true(hc_span_split(&rest, ',', &piece));
  check_span(piece, "");
  assert_false(hc_span_split(&rest, ',', &piece));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(equal_means_every_byte),
    cmocka_unit_test(case_is_ignored_for_ascii_letters_only),
    cmocka_unit_test(trim_takes_blanks_and_tabs),
    cmocka_unit_test(split_gives_every_piece_once),
    cmocka_unit_test(split_of_an_empty_text_is_one_empty_piece),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
