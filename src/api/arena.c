/* Memory that is given back all at once, wiped. */
#include "api/arena.h"

#include "base/crypto.h"
#include "base/memory.h"

struct hc_arena_block {
  struct hc_arena_block *before;
  size_t size;
  max_align_t bytes[];
};

void *hc_arena_alloc(struct hc_arena *arena, size_t n)
{
  struct hc_arena_block *block = NULL;

  if (n <= SIZE_MAX - sizeof *block)
    block = hc_alloc_zero(sizeof *block + n);
  if (block == NULL)
    return NULL;
  block->before = arena->last;
  block->size = n;
  arena->last = block;
  return block->bytes;
}

char *hc_arena_text(struct hc_arena *arena, struct hc_span text)
{
  char *copy = hc_arena_alloc(arena, text.len + 1);

  if (copy != NULL && text.len > 0)
    memcpy(copy, text.ptr, text.len);
  return copy;
}

void hc_arena_free(struct hc_arena *arena)
{
  while (arena->last != NULL) {
    struct hc_arena_block *block = arena->last;
    arena->last = block->before;
    hc_wipe(block->bytes, block->size);
    hc_free(block);
  }
}
