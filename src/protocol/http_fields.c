/* Which fields of an HTTP message are passed on. */
#include "protocol/http_fields.h"

static const char *const framing[] = {
  "Connection", "Content-Length",    "TE",
  "Trailer",    "Transfer-Encoding", "Upgrade",
  "Close",      "Keep-Alive",        "Proxy-Connection",
};

bool hc_http_field_frames(struct hc_span name)
{
  for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
    if (hc_span_is_nocase(name, framing[i]))
      return true;
  return false;
}

bool hc_http_field_is_hop_by_hop(const struct hc_http_head *head,
                                 struct hc_span name)
{
  if (hc_http_field_frames(name))
    return true;
  if (hc_span_is_nocase(name, "Host")) /* RFC 9110 7.6.1: it is for all */
    return false;
  for (size_t i = 0; i < head->n_fields; i++)
    if (hc_span_is_nocase(head->fields[i].name, "Connection") &&
        hc_http_list_has(head->fields[i].value, name))
      return true;
  return false;
}
