/* base/list.h */
#include "support/check.h"

#include "base/list.h"

struct item {
  int number;
  struct hc_list node;
};

static void nodes_stand_in_the_order_they_were_appended_in(void **state)
{
  (void)state;
  struct hc_list head;
  struct item items[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };
  hc_list_init(&head);
  assert_true(hc_list_is_empty(&head));
  for (size_t i = 0; i < CHECK_COUNT(items); i++)
    hc_list_append(&head, &items[i].node);
  int number = 0;
  for (struct hc_list *n = head.next; n != &head; n = n->next)
    assert_int_equal(HC_LIST_ENTRY(n, struct item, node)->number, number++);
  assert_int_equal(number, 3);
}

static void a_removed_node_is_in_no_list(void **state)
{
  (void)state;
  struct hc_list head;
  struct item a = { 0 };
  struct item b = { 0 };
  hc_list_init(&head);
  hc_list_append(&head, &a.node);
  hc_list_append(&head, &b.node);
  hc_list_remove(&a.node);
  assert_false(hc_list_is_linked(&a.node));
  assert_true(hc_list_is_linked(&b.node));
  assert_ptr_equal(head.next, &b.node);
  hc_list_remove(&b.node);
  assert_true(hc_list_is_empty(&head));
}

static void removing_a_node_that_is_in_no_list_is_harmless(void **state)
{
  (void)state;
  struct item zero = { 0 };
  struct item removed = { 0 };
  struct hc_list head;
  hc_list_remove(&zero.node);
  assert_false(hc_list_is_linked(&zero.node));
  hc_list_init(&head);
  hc_list_append(&head, &removed.node);
  hc_list_remove(&removed.node);
  hc_list_remove(&removed.node);
  assert_false(hc_list_is_linked(&removed.node));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nodes_stand_in_the_order_they_were_appended_in),
    cmocka_unit_test(a_removed_node_is_in_no_list),
    cmocka_unit_test(removing_a_node_that_is_in_no_list_is_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
