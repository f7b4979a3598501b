/* Allocation: the one door to the heap. */
#include "base/memory.h"

#include "base/crypto.h"

#include <stdlib.h>
#include <string.h>

void *hc_alloc(size_t n)
{
  return malloc(n);
}

void *hc_alloc_zero(size_t n)
{
  return calloc(1, n);
}

void *hc_realloc(void *ptr, size_t n)
{
  return realloc(ptr, n);
}

void hc_free(void *ptr)
{
  free(ptr);
}

char *hc_strndup(const char *s, size_t n)
{
  char *copy = hc_alloc(n + 1);
  if (copy == NULL)
    return NULL;
  if (n > 0)
    memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

char *hc_strdup(const char *s)
{
  return hc_strndup(s, strlen(s));
}

void hc_secret_free(char *s)
{
  if (s == NULL)
    return;
  hc_wipe(s, strlen(s));
  hc_free(s);
}
