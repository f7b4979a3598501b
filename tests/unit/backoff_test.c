/* Tests of the waits between reconnects. */
#include "protocol/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint64_t table_ms[] = { 0, 1000, 2000, 5000, 10000, 30000, 30000 };

#define MIDDLE (UINT32_MAX / 2 + 1) /* no jitter */

enum { N_TABLE = sizeof(table_ms) / sizeof(table_ms[0]) };

/* DESIGN section 8: waits 0, 1, 2, 5, 10, 30, 30... s. */
static void the_waits_are_those_of_the_table(void **state)
{
  (void)state;
  struct hc_backoff b = { 0 };

  for (size_t i = 0; i < N_TABLE; i++)
    assert_int_equal(hc_backoff_next(&b, i, MIDDLE), table_ms[i]);
  for (int i = 0; i < 1000; i++)
    assert_int_equal(hc_backoff_next(&b, 0, MIDDLE), 30000);
}

/* DESIGN section 8: +-20 % jitter. */
static void jitter_stays_within_a_fifth(void **state)
{
  (void)state;
  struct hc_backoff low = { 0 };
  struct hc_backoff high = { 0 };

  for (size_t i = 0; i < N_TABLE; i++) {
    assert_int_equal(hc_backoff_next(&low, 0, 0), table_ms[i] * 8 / 10);
    assert_int_equal(hc_backoff_next(&high, 0, UINT32_MAX),
                     table_ms[i] * 12 / 10);
  }
}

static void thirty_seconds_online_start_the_waits_again(void **state)
{
  (void)state;
  struct hc_backoff b = { .attempt = 4 };

  hc_backoff_online(&b, 1000);
  assert_int_equal(hc_backoff_next(&b, 1000 + HC_BACKOFF_RESET_MS, 0), 0);
  assert_int_equal(hc_backoff_next(&b, 1000 + HC_BACKOFF_RESET_MS, 0), 800);
}

static void less_time_online_does_not(void **state)
{
  (void)state;
  struct hc_backoff b = { .attempt = 4 };

  hc_backoff_online(&b, 1000);
  assert_int_equal(hc_backoff_next(&b, 999 + HC_BACKOFF_RESET_MS, 0), 8000);
  /* What follows was not online at all. */
  assert_int_equal(hc_backoff_next(&b, 1000 + 9 * HC_BACKOFF_RESET_MS, 0),
                   24000);
}

static void a_clock_that_begins_at_zero_counts_as_online(void **state)
{
  (void)state;
  struct hc_backoff b = { .attempt = 4 };

  hc_backoff_online(&b, 0);
  assert_int_equal(hc_backoff_next(&b, 1 + HC_BACKOFF_RESET_MS, 0), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_waits_are_those_of_the_table),
    cmocka_unit_test(jitter_stays_within_a_fifth),
    cmocka_unit_test(thirty_seconds_online_start_the_waits_again),
    cmocka_unit_test(less_time_online_does_not),
    cmocka_unit_test(a_clock_that_begins_at_zero_counts_as_online),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
