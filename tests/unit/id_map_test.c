/* base/id_map.h */
#include "support/check.h"

#include "base/id_map.h"

enum { IDS = 512, OPERATIONS = 10000 };

static void an_empty_map_has_nothing(void **state)
{
  (void)state;
  struct hc_id_map map = { 0 };
  assert_null(hc_id_map_get(&map, 1));
  hc_id_map_remove(&map, 1);
  assert_int_equal(map.len, 0);
  hc_id_map_deinit(&map);
}

static void numbers_that_are_no_ids_are_not_there(void **state)
{
  (void)state;
  struct hc_id_map map = { 0 };
  int value;
  assert_int_equal(hc_id_map_put(&map, 1, &value), 0);
  assert_null(hc_id_map_get(&map, 0));
  assert_null(hc_id_map_get(&map, -1));
  hc_id_map_remove(&map, 0);
  hc_id_map_remove(&map, -1);
  assert_int_equal(map.len, 1);
  hc_id_map_deinit(&map);
}

/* As a receiver's connections do: new ids count up, old ones go. */
static void ids_that_count_up_do_not_make_it_grow(void **state)
{
  (void)state;
  struct hc_id_map map = { 0 };
  int value;
  for (int id = 1; id <= OPERATIONS; id++) {
    assert_int_equal(hc_id_map_put(&map, id, &value), 0);
    hc_id_map_remove(&map, id - 4);
  }
  assert_int_equal(map.len, 4);
  assert_true(map.cap <= 16);
  hc_id_map_deinit(&map);
}

static uint32_t next_random(uint32_t *x)
{
  *x ^= *x << 13;
  *x ^= *x >> 17;
  *x ^= *x << 5;
  return *x;
}

static void compare(const struct hc_id_map *map, const bool *in_model,
                    const int *values)
{
  size_t n = 0;
  for (int id = 1; id < IDS; id++) {
    n += in_model[id];
    assert_ptr_equal(hc_id_map_get(map, id), in_model[id] ? &values[id] : NULL);
  }
  assert_int_equal(map->len, n);
}

static void it_agrees_with_a_model(void **state)
{
  (void)state;
  static int values[IDS];
  bool in_model[IDS] = { false };
  struct hc_id_map map = { 0 };
  uint32_t x = 2463534242U;

  for (int i = 0; i < OPERATIONS; i++) {
    /* a few ids close together, so that they stand in each other's way */
    int id = 1 + (int)(next_random(&x) % (i % 1000 < 500 ? 40 : IDS - 1));
    if (in_model[id])
      hc_id_map_remove(&map, id);
    else
      assert_int_equal(hc_id_map_put(&map, id, &values[id]), 0);
    in_model[id] = !in_model[id];
    if (i % 50 == 0)
      compare(&map, in_model, values);
  }
  compare(&map, in_model, values);
  hc_id_map_deinit(&map);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_map_has_nothing),
    cmocka_unit_test(numbers_that_are_no_ids_are_not_there),
    cmocka_unit_test(ids_that_count_up_do_not_make_it_grow),
    cmocka_unit_test(it_agrees_with_a_model),
  };
  return cmocka_run_group_tests_name("id_map", tests, NULL, NULL);
}
