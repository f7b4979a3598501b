/* Allocation: the one door to the heap, so that tests can make it fail. */
#ifndef HC_BASE_MEMORY_H
#define HC_BASE_MEMORY_H

#include <stddef.h>

/* As malloc, calloc(1, n), realloc and free. NULL when out of memory. */
void *hc_alloc(size_t n);
void *hc_alloc_zero(size_t n);
void *hc_realloc(void *ptr, size_t n);
void hc_free(void *ptr);

/* A NUL-terminated copy of n bytes (or of a whole string); NULL when out of
 * memory. The caller frees it with hc_free. */
char *hc_strndup(const char *s, size_t n);
char *hc_strdup(const char *s);

/* Wipes s (which may be NULL) so that the compiler cannot drop it, then frees
 * it: for keys and tokens. */
void hc_secret_free(char *s);

#endif
