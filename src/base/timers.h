/* Timers ordered by due time; the owner says what time it is. */
#ifndef HC_BASE_TIMERS_H
#define HC_BASE_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lives inside its owner; zero-initialised, then fn and user_data set. While
 * set it must not move nor be freed. The rest belongs to the heap: a pairing
 * heap through the timers themselves, so that setting one never fails. */
struct hc_timer {
  void (*fn)(void *user_data);
  void *user_data;
  bool calls_handlers; /* fn may call the application: not in narrow turns.
                          Must not change while the timer is set */
  bool is_set;
  uint64_t due_ms;
  uint64_t order; /* equal due times run in the order they were set */
  struct hc_timer *child;
  struct hc_timer *next;
  struct hc_timer *prev; /* left sibling or parent */
};

/* One whose fn may call the application, not set yet. */
static inline struct hc_timer hc_timer_that_calls(void (*fn)(void *user_data),
                                                  void *user_data)
{
  return (struct hc_timer){ .fn = fn,
                            .user_data = user_data,
                            .calls_handlers = true };
}

/* Zero-initialised. One heap for timers that call handlers, one for others. */
struct hc_timers {
  struct hc_timer *roots[2];
  uint64_t next_order;
};

/* Sets (or moves) a timer. */
void hc_timers_set(struct hc_timers *timers, struct hc_timer *timer,
                   uint64_t due_ms);

/* Nothing happens if it is not set. */
void hc_timers_cancel(struct hc_timers *timers, struct hc_timer *timer);

/* When the next one is due; UINT64_MAX if none is set. With narrow, those that
 * call handlers do not count. */
uint64_t hc_timers_next(const struct hc_timers *timers, bool narrow);

/* Takes the first timer that is due off the heap (so that its fn may set it
 * again) and returns it; NULL when none is due. */
struct hc_timer *hc_timers_pop(struct hc_timers *timers, uint64_t now_ms,
                               bool narrow);

#endif
