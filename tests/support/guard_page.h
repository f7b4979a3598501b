/* Bytes flush against a page that cannot be touched: a parser that reads one
 * byte too far crashes, with or without a sanitizer. */
#ifndef HC_TESTS_GUARD_PAGE_H
#define HC_TESTS_GUARD_PAGE_H

#include "base/span.h"

/* Owned by whoever declares it. */
struct guard_page {
  uint8_t *map;
  size_t map_len;
  size_t room; /* bytes before the guard */
};

/* Room for max bytes; aborts if there is no memory. */
void guard_page_init(struct guard_page *g, size_t max);
void guard_page_deinit(struct guard_page *g);

/* The last n bytes before the guard, to be written by the caller. */
uint8_t *guard_page_tail(const struct guard_page *g, size_t n);

/* Copies the bytes flush against the guard. The copy is valid until the next
 * call; bytes may lie in an earlier copy. */
struct hc_span guard_page_put(const struct guard_page *g, struct hc_span bytes);

#endif
