/* Timers ordered by due time: two pairing heaps through the timers. */
#include "base/timers.h"

static bool is_before(const struct hc_timer *a, const struct hc_timer *b)
{
  if (a->due_ms != b->due_ms)
    return a->due_ms < b->due_ms;
  return a->order < b->order;
}

/* Joins two heaps; either may be NULL. A root has neither next nor prev. */
static struct hc_timer *meld(struct hc_timer *a, struct hc_timer *b)
{
  if (a == NULL)
    return b;
  if (b == NULL)
    return a;
  if (is_before(b, a)) {
    struct hc_timer *swap = a;
    a = b;
    b = swap;
  }
  b->prev = a;
  b->next = a->child;
  if (b->next != NULL)
    b->next->prev = b;
  a->child = b;
  return a;
}

/* Takes the first of a row of siblings off it. */
static struct hc_timer *take_sibling(struct hc_timer **row)
{
  struct hc_timer *first = *row;
  if (first == NULL)
    return NULL;
  *row = first->next;
  first->next = NULL;
  first->prev = NULL;
  return first;
}

/* A row of siblings becomes one heap: pairs from left to right, then all of
 * them from right to left; that order is what keeps it O(log n) amortised. */
static struct hc_timer *meld_row(struct hc_timer *row)
{
  struct hc_timer *pairs = NULL;
  while (row != NULL) {
    struct hc_timer *a = take_sibling(&row);
    struct hc_timer *b = take_sibling(&row);
    struct hc_timer *pair = meld(a, b);
    pair->next = pairs;
    pairs = pair;
  }
  struct hc_timer *heap = NULL;
  while (pairs != NULL)
    heap = meld(heap, take_sibling(&pairs));
  return heap;
}

static struct hc_timer **root_of(struct hc_timers *timers,
                                 const struct hc_timer *timer)
{
  return &timers->roots[timer->calls_handlers ? 1 : 0];
}

void hc_timers_set(struct hc_timers *timers, struct hc_timer *timer,
                   uint64_t due_ms)
{
  hc_timers_cancel(timers, timer);
  timer->is_set = true;
  timer->due_ms = due_ms;
  timer->order = timers->next_order++;
  timer->child = NULL;
  timer->next = NULL;
  timer->prev = NULL;
  struct hc_timer **root = root_of(timers, timer);
  *root = meld(*root, timer);
}

static void unlink_from_siblings(struct hc_timer *timer)
{
  if (timer->prev->child == timer)
    timer->prev->child = timer->next;
  else
    timer->prev->next = timer->next;
  if (timer->next != NULL)
    timer->next->prev = timer->prev;
}

void hc_timers_cancel(struct hc_timers *timers, struct hc_timer *timer)
{
  if (!timer->is_set)
    return;
  struct hc_timer **root = root_of(timers, timer);
  struct hc_timer *rest = meld_row(timer->child);
  if (*root == timer) {
    *root = rest;
  } else {
    unlink_from_siblings(timer);
    *root = meld(*root, rest);
  }
  timer->child = NULL;
  timer->next = NULL;
  timer->prev = NULL;
  timer->is_set = false;
}

static struct hc_timer *first(const struct hc_timers *timers, bool narrow)
{
  struct hc_timer *quiet = timers->roots[0];
  struct hc_timer *loud = narrow ? NULL : timers->roots[1];
  if (quiet == NULL || loud == NULL)
    return quiet != NULL ? quiet : loud;
  return is_before(loud, quiet) ? loud : quiet;
}

uint64_t hc_timers_next(const struct hc_timers *timers, bool narrow)
{
  const struct hc_timer *timer = first(timers, narrow);
  return timer != NULL ? timer->due_ms : UINT64_MAX;
}

struct hc_timer *hc_timers_pop(struct hc_timers *timers, uint64_t now_ms,
                               bool narrow)
{
  struct hc_timer *timer = first(timers, narrow);
  if (timer == NULL || timer->due_ms > now_ms)
    return NULL;
  hc_timers_cancel(timers, timer);
  return timer;
}
