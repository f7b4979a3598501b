/* A borrowed run of bytes. */
#ifndef HC_BASE_SPAN_H
#define HC_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ptr may be NULL only if len is 0. Nothing is owned. */
struct hc_span {
  const uint8_t *ptr;
  size_t len;
};

static inline struct hc_span hc_span_of(const void *ptr, size_t len)
{
  return (struct hc_span){ (const uint8_t *)ptr, len };
}

static inline struct hc_span hc_span_str(const char *s)
{
  return hc_span_of(s, strlen(s));
}

/* Takes n bytes off the front; n must not be above span->len. */
static inline void hc_span_drop(struct hc_span *span, size_t n)
{
  if (n > 0) /* an offset to NULL, even 0, is undefined */
    span->ptr += n;
  span->len -= n;
}

bool hc_span_equal(struct hc_span a, struct hc_span b);
bool hc_span_is(struct hc_span a, const char *s);

/* ASCII letters without regard to case, everything else exactly. */
bool hc_span_equal_nocase(struct hc_span a, struct hc_span b);
bool hc_span_is_nocase(struct hc_span a, const char *s);

/* Blanks and tabs at both ends cut off. */
struct hc_span hc_span_trim(struct hc_span a);

/* Takes what stands before the first `byte` off the front of *rest, and the
 * byte itself: "a,b" gives "a" and leaves "b". Without the byte everything is
 * taken. False once *rest is at its end (ptr becomes NULL after the last
 * piece, so that "a," gives "a" and ""). */
bool hc_span_split(struct hc_span *rest, uint8_t byte, struct hc_span *piece);

#endif
