/* base/timers.h */
#include "support/check.h"

#include "base/timers.h"

#include <string.h>

static void without_timers_nothing_is_due(void **state)
{
  (void)state;
  struct hc_timers timers = { 0 };
  assert_true(hc_timers_next(&timers, false) == UINT64_MAX);
  assert_null(hc_timers_pop(&timers, UINT64_MAX, false));
}

static void a_timer_comes_when_it_is_due_and_once(void **state)
{
  (void)state;
  struct hc_timers timers = { 0 };
  struct hc_timer timer = { 0 };
  hc_timers_set(&timers, &timer, 100);
  assert_true(timer.is_set);
  assert_int_equal(hc_timers_next(&timers, false), 100);
  assert_null(hc_timers_pop(&timers, 99, false));
  assert_ptr_equal(hc_timers_pop(&timers, 100, false), &timer);
  assert_false(timer.is_set);
  assert_null(hc_timers_pop(&timers, 1000, false));
}

static void equal_times_keep_the_order_they_were_set_in(void **state)
{
  (void)state;
  struct hc_timers timers = { 0 };
  struct hc_timer timer[5];
  memset(timer, 0, sizeof(timer));
  for (size_t i = 0; i < 5; i++) {
    timer[i].calls_handlers = i % 2 == 0;
    hc_timers_set(&timers, &timer[i], 7);
  }
  hc_timers_set(&timers, &timer[0], 7); /* set again: now the last */
  const size_t order[] = { 1, 2, 3, 4, 0 };
  for (size_t i = 0; i < 5; i++)
    assert_ptr_equal(hc_timers_pop(&timers, 7, false), &timer[order[i]]);
}

static void a_timer_can_be_moved_both_ways(void **state)
{
  (void)state;
  struct hc_timers timers = { 0 };
  struct hc_timer a = { 0 };
  struct hc_timer b = { 0 };
  hc_timers_set(&timers, &a, 10);
  hc_timers_set(&timers, &b, 20);
  hc_timers_set(&timers, &a, 30);
  assert_int_equal(hc_timers_next(&timers, false), 20);
  hc_timers_set(&timers, &a, 5);
  assert_int_equal(hc_timers_next(&timers, false), 5);
}

static void a_narrow_turn_sees_no_timer_that_calls_handlers(void **state)
{
  (void)state;
  struct hc_timers timers = { 0 };
  struct hc_timer loud = { .calls_handlers = true };
  struct hc_timer quiet = { 0 };
  hc_timers_set(&timers, &loud, 1);
  assert_true(hc_timers_next(&timers, true) == UINT64_MAX);
  hc_timers_set(&timers, &quiet, 2);
  assert_int_equal(hc_timers_next(&timers, true), 2);
  assert_int_equal(hc_timers_next(&timers, false), 1);
  assert_ptr_equal(hc_timers_pop(&timers, 5, true), &quiet);
  assert_null(hc_timers_pop(&timers, 5, true));
  assert_ptr_equal(hc_timers_pop(&timers, 5, false), &loud);
}

static void cancelling_twice_is_harmless(void **state)
{
  (void)state;
  struct hc_timers timers = { 0 };
  struct hc_timer timer = { 0 };
  hc_timers_cancel(&timers, &timer);
  hc_timers_set(&timers, &timer, 1);
  hc_timers_cancel(&timers, &timer);
  hc_timers_cancel(&timers, &timer);
  assert_null(hc_timers_pop(&timers, 1, false));
}

enum { N = 64 };

/* The timer that a plain search finds to be the first. */
static struct hc_timer *model_first(struct hc_timer *timer)
{
  struct hc_timer *first = NULL;
  for (size_t i = 0; i < N; i++) {
    struct hc_timer *t = &timer[i];
    if (t->is_set && (first == NULL || t->due_ms < first->due_ms ||
                      (t->due_ms == first->due_ms && t->order < first->order)))
      first = t;
  }
  return first;
}

static uint32_t random_next(uint32_t *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

static void any_mix_of_calls_agrees_with_a_plain_search(void **state)
{
  (void)state;
  struct hc_timers timers = { 0 };
  struct hc_timer timer[N];
  memset(timer, 0, sizeof(timer));
  for (size_t i = 0; i < N; i++)
    timer[i].calls_handlers = i % 3 == 0;

  uint32_t seed = 1;
  for (int step = 0; step < 20000; step++) {
    struct hc_timer *t = &timer[random_next(&seed) % N];
    uint32_t what = random_next(&seed) % 8;
    struct hc_timer *first = model_first(timer);
    if (what < 4)
      hc_timers_set(&timers, t, random_next(&seed) % 100);
    else if (what < 6)
      hc_timers_cancel(&timers, t);
    else
      assert_ptr_equal(hc_timers_pop(&timers, UINT64_MAX, false), first);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_timers_nothing_is_due),
    cmocka_unit_test(a_timer_comes_when_it_is_due_and_once),
    cmocka_unit_test(equal_times_keep_the_order_they_were_set_in),
    cmocka_unit_test(a_timer_can_be_moved_both_ways),
    cmocka_unit_test(a_narrow_turn_sees_no_timer_that_calls_handlers),
    cmocka_unit_test(cancelling_twice_is_harmless),
    cmocka_unit_test(any_mix_of_calls_agrees_with_a_plain_search),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
