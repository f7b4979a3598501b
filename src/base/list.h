/* A doubly linked list through nodes that live inside their owners. */
#ifndef HC_BASE_LIST_H
#define HC_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A head and a node are the same: a ring. A node that is in no list points at
 * itself or is zero. */
struct hc_list {
  struct hc_list *next;
  struct hc_list *prev;
};

static inline void hc_list_init(struct hc_list *l)
{
  l->next = l;
  l->prev = l;
}

static inline bool hc_list_is_empty(const struct hc_list *head)
{
  return head->next == head;
}

static inline bool hc_list_is_linked(const struct hc_list *node)
{
  return node->next != NULL && node->next != node;
}

static inline void hc_list_append(struct hc_list *head, struct hc_list *node)
{
  node->prev = head->prev;
  node->next = head;
  head->prev->next = node;
  head->prev = node;
}

/* Nothing happens if the node is in no list. */
static inline void hc_list_remove(struct hc_list *node)
{
  if (node->next == NULL)
    return;
  node->prev->next = node->next;
  node->next->prev = node->prev;
  hc_list_init(node);
}

/* The struct that a node lives in. */
#define HC_LIST_ENTRY(node, type, member) \
  ((type *)(void *)((char *)(node)-offsetof(type, member)))

#endif
