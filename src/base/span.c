/* A borrowed run of bytes: comparing and cutting. */
#include "base/span.h"

bool hc_span_equal(struct hc_span a, struct hc_span b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool hc_span_is(struct hc_span a, const char *s)
{
  return hc_span_equal(a, hc_span_str(s));
}

/* tolower() would ask the locale. */
static uint8_t lower(uint8_t c)
{
  return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool hc_span_equal_nocase(struct hc_span a, struct hc_span b)
{
  if (a.len != b.len)
    return false;
  for (size_t i = 0; i < a.len; i++) {
    if (lower(a.ptr[i]) != lower(b.ptr[i]))
      return false;
  }
  return true;
}

bool hc_span_is_nocase(struct hc_span a, const char *s)
{
  return hc_span_equal_nocase(a, hc_span_str(s));
}

static bool is_blank(uint8_t c)
{
  return c == ' ' || c == '\t';
}

struct hc_span hc_span_trim(struct hc_span a)
{
  while (a.len > 0 && is_blank(a.ptr[0]))
    hc_span_drop(&a, 1);
  while (a.len > 0 && is_blank(a.ptr[a.len - 1]))
    a.len--;
  return a;
}

bool hc_span_split(struct hc_span *rest, uint8_t byte, struct hc_span *piece)
{
  if (rest->ptr == NULL)
    return false;
  const uint8_t *at = rest->len > 0 ? memchr(rest->ptr, byte, rest->len) : NULL;
  if (at == NULL) {
    *piece = *rest;
    *rest = hc_span_of(NULL, 0);
    return true;
  }
  *piece = hc_span_of(rest->ptr, (size_t)(at - rest->ptr));
  hc_span_drop(rest, piece->len + 1);
  return true;
}
