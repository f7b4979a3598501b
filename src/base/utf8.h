/* UTF-8 validation over any cut of the text (RFC 3629). */
#ifndef HC_BASE_UTF8_H
#define HC_BASE_UTF8_H

#include "base/span.h"

/* Zero-initialised at the start of a text. */
struct hc_utf8 {
  uint8_t left;  /* continuation bytes still to come */
  uint8_t lower; /* range of the next one */
  uint8_t upper;
};

/* False as soon as no continuation can make the text valid (fail-fast). */
bool hc_utf8_feed(struct hc_utf8 *u, struct hc_span bytes);

/* True if the text does not end inside a character. */
static inline bool hc_utf8_is_whole(const struct hc_utf8 *u)
{
  return u->left == 0;
}

/* A whole text at once. */
bool hc_utf8_valid(struct hc_span bytes);

#endif
