/* Descriptions of entities, as Atom. */
#include "relay/management.h"

#include "relay/server.h"
#include <time.h>

enum { BODY_MAX = 1 << 17, TIME_MAX = 32 };

bool hc_relay_is_management(const struct hc_relay *relay,
                            const struct hc_relay_request *request)
{
  const struct hc_relay_registry *registry =
      hc_relay_spaces_find(&relay->spaces, request->host);

  if (registry == NULL || !hc_span_is(request->head->method, "GET") ||
      !hc_span_is(hc_relay_request_param(request, "api-version"), "2016-07"))
    return false;
  return hc_relay_registry_find(registry, request->name) != NULL ||
         hc_relay_registry_match(registry, request->name) == NULL;
}

/* Text for XML 1.0: control characters cannot stand there at all. */
static int write_text(struct hc_buffer *out, const char *text)
{
  int rc = 0;

  for (; *text != '\0' && rc == 0; text++) {
    uint8_t c = (uint8_t)*text;
    if (c == '&')
      rc = hc_buffer_append_str(out, "&amp;");
    else if (c == '<')
      rc = hc_buffer_append_str(out, "&lt;");
    else if (c == '>')
      rc = hc_buffer_append_str(out, "&gt;");
    else if (c >= 0x20 || c == '\t' || c == '\n')
      rc = hc_buffer_append(out, hc_span_of(&c, 1));
  }
  return rc;
}

static int write_entry(struct hc_buffer *out,
                       const struct hc_relay_endpoint *endpoint,
                       int64_t since_s)
{
  char since[TIME_MAX] = "";
  time_t at = (time_t)since_s;
  struct tm tm = { 0 };

  (void)gmtime_r(&at, &tm);
  (void)strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &tm);
  int rc = hc_buffer_append_str(
      out, "<entry xmlns=\"http://www.w3.org/2005/Atom\"><title "
           "type=\"text\">");
  if (rc == 0)
    rc = write_text(out, endpoint->name);
  if (rc == 0)
    rc = hc_buffer_printf(
        out,
        "</title><content type=\"application/xml\">"
        "<HybridConnectionDescription xmlns=\"http://schemas.microsoft.com/"
        "netservices/2010/10/servicebus/connect\">"
        "<CreatedAt>%s</CreatedAt><UpdatedAt>%s</UpdatedAt>"
        "<ListenerCount>%zu</ListenerCount>"
        "<RequiresClientAuthorization>%s</RequiresClientAuthorization>"
        "<UserMetadata>",
        since, since, endpoint->n_listeners,
        endpoint->anonymous ? "false" : "true");
  if (rc == 0 && endpoint->user_metadata != NULL)
    rc = write_text(out, endpoint->user_metadata);
  if (rc == 0)
    rc = hc_buffer_append_str(out, "</UserMetadata>"
                                   "</HybridConnectionDescription></content>"
                                   "</entry>");
  return rc;
}

void hc_relay_answer_management(struct hc_relay *relay,
                                struct hc_stream *stream,
                                const struct hc_relay_request *request)
{
  static const char feed[] =
      "<feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>";
  const struct hc_relay_registry *registry =
      hc_relay_spaces_find(&relay->spaces, request->host);
  const struct hc_relay_endpoint *endpoint =
      hc_relay_registry_find(registry, request->name);
  struct hc_buffer body;
  struct hc_buffer out;

  hc_buffer_init(&body, BODY_MAX);
  hc_buffer_init(&out, BODY_MAX + 512);
  int rc = endpoint != NULL ? write_entry(&body, endpoint, relay->started_s)
                            : hc_buffer_append_str(&body, feed);
  if (rc == 0)
    rc = hc_buffer_printf(&out,
                          "HTTP/1.1 200 OK\r\n"
                          "Content-Type: application/atom+xml; type=%s; "
                          "charset=utf-8\r\nContent-Length: %zu\r\n"
                          "Connection: close\r\n\r\n",
                          endpoint != NULL ? "entry" : "feed",
                          hc_buffer_len(&body));
  if (rc == 0)
    rc = hc_buffer_append(&out, hc_buffer_span(&body));
  if (rc == 0)
    (void)hc_stream_write(stream, hc_buffer_span(&out));
  else
    hc_relay_answer(stream, &request->tracking,
                    hc_relay_refuse(500, "The description is too long."));
  hc_buffer_deinit(&out);
  hc_buffer_deinit(&body);
}
