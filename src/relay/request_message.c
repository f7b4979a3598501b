/* Makes request messages: what of a request's head a listener is told. */
#include "protocol/http_fields.h"
#include "relay/deliver.h"
#include "relay/http_sender.h"
#include "relay/recode.h"
#include "relay/registry.h"

enum { VIA_MAX = 512 };

/* The sender's path and query without sb-hc-*. */
static int write_target(struct hc_buffer *out,
                        const struct hc_relay_request *request)
{
  int rc = hc_buffer_append_str(out, "/");

  if (rc == 0)
    rc = hc_relay_recode(out, hc_relay_trim_front(request->path));
  if (rc == 0)
    rc = hc_buffer_append_str(out, "?");
  size_t before = hc_buffer_len(out);
  if (rc == 0)
    rc = hc_relay_write_query(out, request->query);
  if (rc == 0 && hc_buffer_len(out) == before)
    out->end--; /* no '?' without a query */
  return rc;
}

static bool is_for_listener(const struct hc_relay_exchange *e,
                            const struct hc_http_field *field)
{
  if (hc_span_is_nocase(field->name, "ServiceBusAuthorization") ||
      hc_span_is_nocase(field->name, "Expect") ||
      hc_http_field_is_hop_by_hop(&e->head, field->name))
    return false;
  return !e->authorization_was_the_token ||
         !hc_span_is_nocase(field->name, "Authorization");
}

static size_t choose_headers(struct hc_control_header *headers,
                             const struct hc_relay_exchange *e)
{
  size_t n = 0;

  for (size_t i = 0; i < e->head.n_fields; i++) {
    const struct hc_http_field *field = &e->head.fields[i];
    if (is_for_listener(e, field))
      headers[n++] = (struct hc_control_header){ field->name, field->value };
  }
  return n;
}

static int write_message(struct hc_buffer *out,
                         const struct hc_relay_exchange *e,
                         struct hc_request_out *message, struct hc_buffer *via)
{
  struct hc_control_header headers[HC_HTTP_FIELDS_MAX + 1];
  struct hc_span host = e->request.authority;
  const struct hc_address *peer = hc_relay_sender_peer(e->sender);

  int rc = hc_buffer_printf(via, "1.%d %.*s", e->head.minor, (int)host.len,
                            host.len > 0 ? (const char *)host.ptr : "");
  if (rc == 0 && host.len == 0)
    rc = hc_buffer_append_str(via, "hyco");
  if (rc != 0)
    return rc;
  message->n_headers = choose_headers(headers, e);
  headers[message->n_headers++] =
      (struct hc_control_header){ hc_span_str("Via"), hc_buffer_span(via) };
  message->headers = headers;
  message->remote_address = hc_span_str(peer->host);
  message->remote_port = peer->port;
  return hc_control_write_request(out, message);
}

int hc_relay_write_request(struct hc_buffer *out,
                           const struct hc_relay_exchange *e, const char *base,
                           bool pointer)
{
  struct hc_buffer address;
  struct hc_buffer target;
  struct hc_buffer via;

  hc_buffer_init(&address, HC_CONTROL_MAX);
  hc_buffer_init(&target, HC_CONTROL_MAX);
  hc_buffer_init(&via, VIA_MAX);
  int rc = hc_relay_write_address(&address, base, &e->request, &e->address);
  if (rc == 0)
    rc = write_target(&target, &e->request);
  struct hc_request_out message = {
    .address = hc_buffer_span(&address),
    .id = hc_span_str(e->address.id),
    .target = hc_buffer_span(&target),
    .method = e->head.method,
    .pointer = pointer,
    .body = e->has_body,
  };
  if (rc == 0)
    rc = write_message(out, e, &message, &via);
  hc_buffer_deinit(&via);
  hc_buffer_deinit(&target);
  hc_buffer_deinit(&address);
  return rc;
}
