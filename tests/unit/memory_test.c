/* base/memory.h */
#include "support/check.h"

#include "base/memory.h"

#include <string.h>

static void zeroed_memory_is_zero(void **state)
{
  (void)state;
  char *p = hc_alloc_zero(100);
  assert_non_null(p);
  for (size_t i = 0; i < 100; i++)
    assert_int_equal(p[i], 0);
  p = hc_realloc(p, 200);
  assert_non_null(p);
  hc_free(p);
  hc_free(NULL);
}

static void copies_end_with_a_nul(void **state)
{
  (void)state;
  char *part = hc_strndup("abcdef", 3);
  char *empty = hc_strndup(NULL, 0);
  char *whole = hc_strdup("abcdef");
  assert_string_equal(part, "abc");
  assert_string_equal(empty, "");
  assert_string_equal(whole, "abcdef");
  hc_free(part);
  hc_free(empty);
  hc_secret_free(whole);
  hc_secret_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(zeroed_memory_is_zero),
    cmocka_unit_test(copies_end_with_a_nul),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
