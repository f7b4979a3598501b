/* Shows a peer's bytes in the text of a fault: "%.*s" with HC_QUOTE(span). */
#ifndef HC_PROTOCOL_QUOTE_H
#define HC_PROTOCOL_QUOTE_H

#include "base/span.h"

/* More would push the explanation out of the text. */
enum { HC_QUOTE_MAX = 80 };

static inline int hc_quote_len(struct hc_span s)
{
  return (int)(s.len < HC_QUOTE_MAX ? s.len : HC_QUOTE_MAX);
}

static inline const char *hc_quote_ptr(struct hc_span s)
{
  return s.len > 0 ? (const char *)s.ptr : "";
}

#define HC_QUOTE(s) hc_quote_len(s), hc_quote_ptr(s)

#endif
