/* Allocation that fails when a test says so, and a count of what is not freed.
 * For targets of hyco_trap_allocations (support.cmake), where the linker puts
 * this between base/memory.h and all who call it. */
#ifndef HC_TESTS_ALLOC_TRAP_H
#define HC_TESTS_ALLOC_TRAP_H

#include <stdbool.h>
#include <stddef.h>

/* The n-th allocation from now on fails, once; the first is 0. */
void alloc_trap_set(size_t n);

/* That one and all that follow it fail. */
void alloc_trap_set_for_good(size_t n);

/* From now on none fails. True if one did since alloc_trap_set. */
bool alloc_trap_clear(void);

bool alloc_trap_has_sprung(void);

/* What alloc_trap_set would have to be given now; SIZE_MAX: it is not set. */
size_t alloc_trap_left(void);

/* Blocks that were allocated and not freed. */
size_t alloc_trap_live(void);

#endif
