/* Following a redirect of the handshake. */
#include "session/redirect.h"
#include "protocol/quote.h"
#include <string.h>

static bool begins_with(struct hc_span text, const char *start)
{
  size_t len = strlen(start);
  return text.len > len && hc_span_is_nocase(hc_span_of(text.ptr, len), start);
}

/* The same place as wss: hc_endpoint_from_url knows only ws schemes. */
static int read_https(struct hc_span location, struct hc_endpoint *endpoint,
                      struct hc_span *target, struct hc_fault *fault)
{
  struct hc_span rest = location;
  struct hc_buffer text;
  struct hc_span of_copy;

  hc_buffer_init(&text, HC_TARGET_MAX);
  hc_span_drop(&rest, strlen("https"));
  int rc = hc_buffer_append_str(&text, "wss");
  if (rc == 0)
    rc = hc_buffer_append(&text, rest);
  if (rc == 0)
    rc = hc_endpoint_from_url(hc_buffer_span(&text), endpoint, &of_copy, fault);
  else
    hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  if (rc == 0) /* it is the end of both */
    *target =
        hc_span_of(location.ptr + location.len - of_copy.len, of_copy.len);
  hc_buffer_deinit(&text);
  return rc;
}

int hc_redirect_read(struct hc_span location, struct hc_endpoint *endpoint,
                     struct hc_span *target, struct hc_fault *fault)
{
  if (begins_with(location, "https://"))
    return read_https(location, endpoint, target, fault);
  if (begins_with(location, "wss://"))
    return hc_endpoint_from_url(location, endpoint, target, fault);
  return hc_fault_set(fault, HYCO_EBADURL,
                      "redirect to \"%.*s\": only https and wss are followed",
                      HC_QUOTE(location));
}

/* Lines that the new head has of its own. */
static bool is_replaced(struct hc_span line)
{
  return begins_with(line, "Host:") || begins_with(line, "Sec-WebSocket-Key:");
}

int hc_redirect_rewrite(struct hc_span request, struct hc_span target,
                        const char *host_field, const char *key,
                        struct hc_buffer *out)
{
  struct hc_span line;
  bool is_first = true;
  int rc = hc_buffer_append_str(out, "GET ");

  if (rc == 0)
    rc = hc_buffer_append(out, target);
  if (rc == 0)
    rc = hc_buffer_printf(out,
                          " HTTP/1.1\r\nHost: %s\r\n"
                          "Sec-WebSocket-Key: %s\r\n",
                          host_field, key);
  while (rc == 0 && hc_span_split(&request, '\n', &line)) {
    bool is_kept = !is_first && !is_replaced(line) && line.len > 0;
    is_first = false;
    if (is_kept)
      rc = hc_buffer_append(out, line);
    if (is_kept && rc == 0)
      rc = hc_buffer_append_str(out, "\n");
  }
  return rc;
}
