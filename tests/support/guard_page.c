/* Bytes flush against a page that cannot be touched. */
#include "support/guard_page.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void guard_page_init(struct guard_page *g, size_t max)
{
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  g->room = (max / page + 1) * page;
  g->map_len = g->room + page;
  g->map = mmap(NULL, g->map_len, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (g->map == MAP_FAILED || mprotect(g->map + g->room, page, PROT_NONE) != 0)
    abort();
}

void guard_page_deinit(struct guard_page *g)
{
  munmap(g->map, g->map_len);
  *g = (struct guard_page){ 0 };
}

uint8_t *guard_page_tail(const struct guard_page *g, size_t n)
{
  assert(n <= g->room);
  return g->map + g->room - n;
}

struct hc_span guard_page_put(const struct guard_page *g, struct hc_span bytes)
{
  uint8_t *copy = guard_page_tail(g, bytes.len);
  if (bytes.len > 0)
    memmove(copy, bytes.ptr, bytes.len);
  return hc_span_of(copy, bytes.len);
}
