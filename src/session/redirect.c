/* Following a redirect of the handshake. */
#include "session/redirect.h"
#include "protocol/quote.h"

int hc_redirect_read(struct hc_span location, struct hc_endpoint *endpoint,
                     struct hc_span *target, struct hc_fault *fault)
{
  static const char https[] = "https";
  enum { SCHEME_LEN = sizeof https - 1 };

  if (location.len > SCHEME_LEN &&
      hc_span_is_nocase(hc_span_of(location.ptr, SCHEME_LEN), https)) {
    /* the same place as wss: hc_endpoint_from_url knows only ws schemes */
    struct hc_buffer text;
    struct hc_span of_copy;

    hc_buffer_init(&text, HC_TARGET_MAX);
    int rc = hc_buffer_append_str(&text, "wss");
    if (rc == 0)
      rc = hc_buffer_append(&text, hc_span_of(location.ptr + SCHEME_LEN,
                                              location.len - SCHEME_LEN));
    if (rc == 0)
      rc = hc_endpoint_from_url(hc_buffer_span(&text), endpoint, &of_copy,
                                fault);
    else
      hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
    if (rc == 0) /* it is the end of both */
      *target =
          hc_span_of(location.ptr + location.len - of_copy.len, of_copy.len);
    hc_buffer_deinit(&text);
    return rc;
  }
  int rc = hc_endpoint_from_url(location, endpoint, target, fault);
  if (rc == 0 && !endpoint->tls)
    rc = hc_fault_set(fault, HYCO_EBADURL,
                      "redirect to \"%.*s\": only https and wss are followed",
                      HC_QUOTE(location));
  return rc;
}

static bool is_host(struct hc_span line)
{
  return line.len > 5 && hc_span_is_nocase(hc_span_of(line.ptr, 5), "host:");
}

int hc_redirect_rewrite(struct hc_span request, struct hc_span target,
                        const char *host_field, struct hc_buffer *out)
{
  struct hc_span line;
  bool is_first = true;
  int rc = hc_buffer_append_str(out, "GET ");

  if (rc == 0)
    rc = hc_buffer_append(out, target);
  if (rc == 0)
    rc = hc_buffer_printf(out, " HTTP/1.1\r\nHost: %s\r\n", host_field);
  while (rc == 0 && hc_span_split(&request, '\n', &line)) {
    bool is_kept = !is_first && !is_host(line) && line.len > 0;
    is_first = false;
    if (is_kept)
      rc = hc_buffer_append(out, line);
    if (is_kept && rc == 0)
      rc = hc_buffer_append_str(out, "\n");
  }
  return rc;
}
