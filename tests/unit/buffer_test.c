/* base/buffer.h */
#include "support/check.h"

#include "base/buffer.h"

#include <hyco/error.h>

static void an_untouched_buffer_owns_nothing(void **state)
{
  (void)state;
  struct hc_buffer b;
  hc_buffer_init(&b, 10);
  assert_null(b.data);
  assert_int_equal(hc_buffer_span(&b).len, 0);
  assert_int_equal(hc_buffer_append(&b, hc_span_of(NULL, 0)), 0);
  assert_null(b.data);
  hc_buffer_deinit(&b);
}

static void what_was_appended_comes_out_in_order(void **state)
{
  (void)state;
  struct hc_buffer b;
  hc_buffer_init(&b, 100);
  assert_int_equal(hc_buffer_append_str(&b, "one "), 0);
  assert_int_equal(hc_buffer_printf(&b, "%d %s", 2, "two"), 0);
  check_span(hc_buffer_span(&b), "one 2 two");
  hc_buffer_drop(&b, 4);
  check_span(hc_buffer_span(&b), "2 two");
  hc_buffer_drop(&b, 5);
  assert_int_equal(hc_buffer_len(&b), 0);
  assert_int_equal(b.start, 0);
  hc_buffer_deinit(&b);
}

static void reserved_bytes_count_once_committed(void **state)
{
  (void)state;
  struct hc_buffer b;
  hc_buffer_init(&b, 100);
  uint8_t *room = hc_buffer_reserve(&b, 50);
  assert_non_null(room);
  memcpy(room, "abc", 3);
  assert_int_equal(hc_buffer_len(&b), 0);
  hc_buffer_commit(&b, 3);
  check_span(hc_buffer_span(&b), "abc");
  assert_non_null(hc_buffer_reserve(&b, 0));
  hc_buffer_deinit(&b);
}

static void the_maximum_is_reached_and_never_passed(void **state)
{
  (void)state;
  struct hc_buffer b;
  hc_buffer_init(&b, 10);
  assert_int_equal(hc_buffer_append_str(&b, "01234567890"), HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_append_str(&b, "0123456789"), 0);
  assert_int_equal(hc_buffer_append_str(&b, "x"), HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_printf(&b, "%d", 1), HYCO_ETOOLONG);
  assert_null(hc_buffer_reserve(&b, 1));
  assert_null(hc_buffer_reserve(&b, SIZE_MAX));
  check_span(hc_buffer_span(&b), "0123456789");
  assert_string_equal(hc_buffer_str(&b), "0123456789");

  hc_buffer_drop(&b, 1);
  assert_int_equal(hc_buffer_printf(&b, "%d", 1), 0);
  check_span(hc_buffer_span(&b), "1234567891");
  hc_buffer_deinit(&b);
}

static void a_string_of_an_empty_buffer_is_empty(void **state)
{
  (void)state;
  struct hc_buffer b;
  hc_buffer_init(&b, 0);
  assert_string_equal(hc_buffer_str(&b), "");
  assert_int_equal(hc_buffer_append_str(&b, "x"), HYCO_ETOOLONG);
  hc_buffer_deinit(&b);
}

/* A queue that is always nearly full, dropped in small steps: its bytes stay
 * right, its memory stays within a third more than max. */
static void a_full_queue_keeps_its_bytes_and_its_bounds(void **state)
{
  (void)state;
  enum { MAX = 1000, STEP = 7 };
  struct hc_buffer b;
  hc_buffer_init(&b, MAX);
  uint8_t written = 0;
  uint8_t read = 0;
  for (int round = 0; round < 2000; round++) {
    while (hc_buffer_len(&b) + STEP <= MAX) {
      uint8_t *room = hc_buffer_reserve(&b, STEP);
      assert_non_null(room);
      for (int i = 0; i < STEP; i++)
        room[i] = written++;
      hc_buffer_commit(&b, STEP);
    }
    struct hc_span bytes = hc_buffer_span(&b);
    for (int i = 0; i < STEP; i++)
      assert_int_equal(bytes.ptr[i], read++);
    hc_buffer_drop(&b, STEP);
    assert_in_range(b.cap, MAX, MAX + MAX / 3 + 2);
  }
  hc_buffer_deinit(&b);
}

/* Moving bytes to the front must be paid for by bytes that were dropped. */
static void few_bytes_are_moved_per_byte_dropped(void **state)
{
  (void)state;
  enum { MAX = 4096 };
  struct hc_buffer b;
  hc_buffer_init(&b, MAX);
  size_t moved = 0;
  size_t dropped = 0;
  while (dropped < 100000) {
    size_t start = b.start;
    while (hc_buffer_reserve(&b, 1) != NULL) {
      if (b.start < start)
        moved += hc_buffer_len(&b);
      start = b.start;
      hc_buffer_commit(&b, 1);
    }
    hc_buffer_drop(&b, 1);
    dropped++;
  }
  assert_in_range(moved, 1, 4 * dropped);
  hc_buffer_deinit(&b);
}

static void trim_gives_memory_back_only_when_empty(void **state)
{
  (void)state;
  struct hc_buffer b;
  hc_buffer_init(&b, 100);
  assert_int_equal(hc_buffer_append_str(&b, "x"), 0);
  hc_buffer_trim(&b);
  check_span(hc_buffer_span(&b), "x");
  hc_buffer_clear(&b);
  assert_non_null(b.data);
  hc_buffer_trim(&b);
  assert_null(b.data);
  assert_int_equal(hc_buffer_append_str(&b, "again"), 0);
  check_span(hc_buffer_span(&b), "again");
  hc_buffer_deinit(&b);
  assert_int_equal(hc_buffer_append_str(&b, "and again"), 0);
  hc_buffer_deinit(&b);
}

static void what_no_memory_can_hold_is_no_memory(void **state)
{
  (void)state;
  struct hc_buffer b;
  hc_buffer_init(&b, SIZE_MAX);
  assert_null(hc_buffer_reserve(&b, SIZE_MAX));
  assert_int_equal(hc_buffer_append(&b, hc_span_of("x", SIZE_MAX / 2)),
                   HYCO_ENOMEM);
  assert_null(b.data);
  hc_buffer_deinit(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_untouched_buffer_owns_nothing),
    cmocka_unit_test(what_was_appended_comes_out_in_order),
    cmocka_unit_test(reserved_bytes_count_once_committed),
    cmocka_unit_test(the_maximum_is_reached_and_never_passed),
    cmocka_unit_test(a_string_of_an_empty_buffer_is_empty),
    cmocka_unit_test(a_full_queue_keeps_its_bytes_and_its_bounds),
    cmocka_unit_test(few_bytes_are_moved_per_byte_dropped),
    cmocka_unit_test(trim_gives_memory_back_only_when_empty),
    cmocka_unit_test(what_no_memory_can_hold_is_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
