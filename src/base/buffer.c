/* A byte queue that grows up to a stated maximum. */
#include "base/buffer.h"
#include "base/crypto.h"

#include "base/memory.h"

#include <assert.h>
#include <hyco/error.h>
#include <stdarg.h>
#include <stdio.h>

enum { FIRST_CAP = 256 };

void hc_buffer_init(struct hc_buffer *b, size_t max)
{
  *b = (struct hc_buffer){ .max = max };
}

void hc_buffer_deinit(struct hc_buffer *b)
{
  hc_free(b->data);
  hc_buffer_init(b, b->max);
}

void hc_buffer_deinit_secret(struct hc_buffer *b)
{
  if (b->data != NULL)
    hc_wipe(b->data, b->cap);
  hc_buffer_deinit(b);
}

/* The memory that a buffer takes at most: a third more than max, so that a
 * full queue still has a quarter of it free in front before it must move. */
static size_t cap_limit(const struct hc_buffer *b)
{
  return b->max < SIZE_MAX / 2 ? b->max + b->max / 3 + 2 : SIZE_MAX;
}

static bool grow(struct hc_buffer *b, size_t needed)
{
  if (needed > SIZE_MAX / 4)
    return false;

  size_t cap = FIRST_CAP;
  while (cap < needed || cap <= b->cap)
    cap *= 2;
  if (cap > cap_limit(b))
    cap = cap_limit(b);

  uint8_t *data = hc_alloc(cap);
  if (data == NULL)
    return false;
  size_t len = hc_buffer_len(b);
  if (len > 0)
    memcpy(data, b->data + b->start, len);
  hc_free(b->data);
  b->data = data;
  b->start = 0;
  b->end = len;
  b->cap = cap;
  return true;
}

/* Room for n bytes whatever max says. Bytes are moved to the front only when a
 * quarter of the memory is free there: what was dropped pays for the move. */
static bool make_room(struct hc_buffer *b, size_t n)
{
  if (b->data != NULL && n <= b->cap - b->end)
    return true;

  size_t len = hc_buffer_len(b);
  if (b->data == NULL || n > b->cap - len || b->start < b->cap / 4)
    return grow(b, len + n);
  memmove(b->data, b->data + b->start, len);
  b->start = 0;
  b->end = len;
  return true;
}

uint8_t *hc_buffer_reserve(struct hc_buffer *b, size_t n)
{
  if (n > b->max - hc_buffer_len(b) || !make_room(b, n))
    return NULL;
  return b->data + b->end;
}

void hc_buffer_commit(struct hc_buffer *b, size_t n)
{
  assert(n <= b->cap - b->end && n <= b->max - hc_buffer_len(b));
  b->end += n;
}

int hc_buffer_append(struct hc_buffer *b, struct hc_span bytes)
{
  if (bytes.len == 0)
    return 0;
  if (bytes.len > b->max - hc_buffer_len(b))
    return HYCO_ETOOLONG;
  if (bytes.len > b->cap - b->end && !make_room(b, bytes.len))
    return HYCO_ENOMEM;
  memcpy(b->data + b->end, bytes.ptr, bytes.len);
  b->end += bytes.len;
  return 0;
}

int hc_buffer_append_str(struct hc_buffer *b, const char *s)
{
  return hc_buffer_append(b, hc_span_str(s));
}

int hc_buffer_printf(struct hc_buffer *b, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (n < 0)
    return HYCO_EINVALID;

  size_t len = (size_t)n;
  if (len > b->max - hc_buffer_len(b))
    return HYCO_ETOOLONG;
  if (!make_room(b, len + 1)) /* vsnprintf ends with a NUL */
    return HYCO_ENOMEM;
  va_start(args, format);
  vsnprintf((char *)b->data + b->end, len + 1, format, args);
  va_end(args);
  b->end += len;
  return 0;
}

void hc_buffer_drop(struct hc_buffer *b, size_t n)
{
  assert(n <= hc_buffer_len(b));
  b->start += n;
  if (b->start == b->end)
    hc_buffer_clear(b);
}

void hc_buffer_cut(struct hc_buffer *b, size_t len)
{
  assert(len <= hc_buffer_len(b));
  b->end = b->start + len;
}

void hc_buffer_clear(struct hc_buffer *b)
{
  b->start = 0;
  b->end = 0;
}

void hc_buffer_trim(struct hc_buffer *b)
{
  if (hc_buffer_len(b) == 0)
    hc_buffer_deinit(b);
}

const char *hc_buffer_str(struct hc_buffer *b)
{
  if (!make_room(b, 1))
    return NULL;
  b->data[b->end] = '\0';
  return (const char *)b->data + b->start;
}
