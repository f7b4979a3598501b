/* A queue of bytes that grows to a stated maximum. */
#include "bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The smallest storage, and the largest that an empty queue keeps. */
enum { CAP_MIN = 4096, CAP_KEPT = 256 * 1024 };

static bool grow(struct hc_cli_bytes *bytes, size_t need)
{
  size_t cap = bytes->cap != 0 ? bytes->cap : CAP_MIN;
  while (cap < need)
    cap *= 2;
  uint8_t *ptr = realloc(bytes->ptr, cap);
  if (ptr == NULL)
    return false;
  bytes->ptr = ptr;
  bytes->cap = cap;
  return true;
}

uint8_t *hc_cli_bytes_reserve(struct hc_cli_bytes *bytes, size_t n)
{
  if (n > bytes->max || bytes->len > bytes->max - n)
    return NULL;
  if (bytes->start + bytes->len + n > bytes->cap && bytes->start > 0) {
    memmove(bytes->ptr, bytes->ptr + bytes->start, bytes->len);
    bytes->start = 0;
  }
  if ((bytes->ptr == NULL || bytes->len + n > bytes->cap) &&
      !grow(bytes, bytes->len + n))
    return NULL;
  return bytes->ptr + bytes->start + bytes->len;
}

void hc_cli_bytes_commit(struct hc_cli_bytes *bytes, size_t n)
{
  bytes->len += n;
  assert(bytes->start + bytes->len <= bytes->cap);
}

bool hc_cli_bytes_append(struct hc_cli_bytes *bytes, const void *data, size_t n)
{
  uint8_t *dst = hc_cli_bytes_reserve(bytes, n);
  if (dst == NULL)
    return false;
  if (n > 0)
    memcpy(dst, data, n);
  hc_cli_bytes_commit(bytes, n);
  return true;
}

void hc_cli_bytes_drop(struct hc_cli_bytes *bytes, size_t n)
{
  assert(n <= bytes->len);
  bytes->start += n;
  bytes->len -= n;
  if (bytes->len > 0)
    return;
  bytes->start = 0;
  if (bytes->cap > CAP_KEPT)
    hc_cli_bytes_free(bytes);
}

void hc_cli_bytes_free(struct hc_cli_bytes *bytes)
{
  free(bytes->ptr);
  *bytes = (struct hc_cli_bytes){ .max = bytes->max };
}
