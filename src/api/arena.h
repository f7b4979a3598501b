/* Memory that is given back all at once, wiped: for what options and a
 * configuration file say, keys among it. */
#ifndef HC_API_ARENA_H
#define HC_API_ARENA_H

#include "base/span.h"

struct hc_arena_block;

/* Zero-initialised. */
struct hc_arena {
  struct hc_arena_block *last;
};

/* n zeroed bytes (at least one); NULL when out of memory. */
void *hc_arena_alloc(struct hc_arena *arena, size_t n);

/* A NUL-terminated copy; NULL when out of memory. */
char *hc_arena_text(struct hc_arena *arena, struct hc_span text);

void hc_arena_free(struct hc_arena *arena);

#endif
