/* hyco/error.h */
#include "support/check.h"

#include <hyco/error.h>
#include <limits.h>
#include <string.h>

static const int numbers[] = {
#define XX(name, number, retry, text, advice) number,
  HYCO_ERROR_MAP(XX)
#undef XX
};

static void every_error_has_a_name_and_a_text(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(numbers); i++) {
    assert_string_not_equal(hyco_strerror(-numbers[i]), "unknown error");
    assert_memory_equal(hyco_error_name(-numbers[i]), "HYCO_E", 6);
  }
}

/* "What to do about it" is a sentence of its own, not the text again. */
static void every_error_says_what_to_do_about_it(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(numbers); i++) {
    const char *advice = hyco_error_advice(numbers[i]);
    size_t len = strlen(advice);
    assert_in_range(len, 10, 160);
    assert_true(advice[0] >= 'A' && advice[0] <= 'Z');
    assert_int_equal(advice[len - 1], '.');
    assert_null(strstr(advice, hyco_strerror(numbers[i])));
    assert_string_equal(advice, hyco_error_advice(-numbers[i]));
  }
  assert_string_equal(hyco_error_advice(0), "");
  assert_string_equal(hyco_error_advice(INT_MIN), "");
}

static void both_signs_mean_the_same(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(numbers); i++) {
    int n = numbers[i];
    assert_string_equal(hyco_strerror(n), hyco_strerror(-n));
    assert_string_equal(hyco_error_name(n), hyco_error_name(-n));
    assert_int_equal(hyco_error_may_retry(n), hyco_error_may_retry(-n));
  }
}

static void numbers_are_those_of_the_class(void **state)
{
  (void)state;
  assert_int_equal(HYCO_EWOULDBLOCK, -10035);
  assert_int_equal(HYCO_ETIMEOUT, -201);
  assert_int_equal(HYCO_EBUSY, -143);
  assert_string_equal(hyco_error_name(-10035), "HYCO_EWOULDBLOCK");
  assert_true(hyco_error_may_retry(HYCO_EWOULDBLOCK));
  assert_false(hyco_error_may_retry(HYCO_EUNAUTHORIZED));
}

static void other_numbers_are_unknown(void **state)
{
  (void)state;
  const int cases[] = { 1, -1, 600000, INT_MAX, INT_MIN };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    assert_string_equal(hyco_strerror(cases[i]), "unknown error");
    assert_string_equal(hyco_error_name(cases[i]), "unknown");
    assert_false(hyco_error_may_retry(cases[i]));
  }
}

static void zero_is_no_error(void **state)
{
  (void)state;
  assert_string_equal(hyco_strerror(0), "no error");
  assert_string_equal(hyco_error_name(0), "HYCO_OK");
  assert_false(hyco_error_may_retry(0));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_error_has_a_name_and_a_text),
    cmocka_unit_test(every_error_says_what_to_do_about_it),
    cmocka_unit_test(both_signs_mean_the_same),
    cmocka_unit_test(numbers_are_those_of_the_class),
    cmocka_unit_test(other_numbers_are_unknown),
    cmocka_unit_test(zero_is_no_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
