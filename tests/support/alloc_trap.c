/* Allocation that fails when a test says so. */
#include "support/alloc_trap.h"

#include "base/memory.h"

#include <stdint.h>

static size_t left = SIZE_MAX; /* allocations before the one that fails */
static bool lasts;
static bool has_sprung;
static size_t live;

void alloc_trap_set(size_t n)
{
  left = n;
  lasts = false;
  has_sprung = false;
}

void alloc_trap_set_for_good(size_t n)
{
  alloc_trap_set(n);
  lasts = true;
}

bool alloc_trap_clear(void)
{
  left = SIZE_MAX;
  return has_sprung;
}

bool alloc_trap_has_sprung(void)
{
  return has_sprung;
}

size_t alloc_trap_left(void)
{
  return left;
}

size_t alloc_trap_live(void)
{
  return live;
}

/* Counts an allocation; true if it is to fail. */
static bool springs(void)
{
  if (left == SIZE_MAX || left-- > 0)
    return false;
  left = lasts ? 0 : SIZE_MAX;
  has_sprung = true;
  return true;
}

static void *counted(void *ptr)
{
  live += ptr != NULL;
  return ptr;
}

/* The linker's names for what stands on both sides of --wrap. */
void *__real_hc_alloc(size_t n);
void *__real_hc_alloc_zero(size_t n);
void *__real_hc_realloc(void *ptr, size_t n);
char *__real_hc_strndup(const char *s, size_t n);
char *__real_hc_strdup(const char *s);
void __real_hc_free(void *ptr);
void __real_hc_secret_free(char *s);
void *__wrap_hc_alloc(size_t n);
void *__wrap_hc_alloc_zero(size_t n);
void *__wrap_hc_realloc(void *ptr, size_t n);
char *__wrap_hc_strndup(const char *s, size_t n);
char *__wrap_hc_strdup(const char *s);
void __wrap_hc_free(void *ptr);
void __wrap_hc_secret_free(char *s);

void *__wrap_hc_alloc(size_t n)
{
  return springs() ? NULL : counted(__real_hc_alloc(n));
}

void *__wrap_hc_alloc_zero(size_t n)
{
  return springs() ? NULL : counted(__real_hc_alloc_zero(n));
}

void *__wrap_hc_realloc(void *ptr, size_t n)
{
  if (springs())
    return NULL;
  void *grown = __real_hc_realloc(ptr, n);
  return ptr == NULL ? counted(grown) : grown;
}

char *__wrap_hc_strndup(const char *s, size_t n)
{
  return springs() ? NULL : counted(__real_hc_strndup(s, n));
}

char *__wrap_hc_strdup(const char *s)
{
  return springs() ? NULL : counted(__real_hc_strdup(s));
}

void __wrap_hc_free(void *ptr)
{
  live -= ptr != NULL;
  __real_hc_free(ptr);
}

void __wrap_hc_secret_free(char *s)
{
  live -= s != NULL;
  __real_hc_secret_free(s);
}
