/* Makes accept messages (spec protocol.md, accept). */
#include "relay/accept.h"

#include "base/memory.h"
#include "protocol/control.h"
#include "protocol/url.h"
#include "relay/listener.h"
#include "relay/turn.h"

static const char protocol_field[] = "Sec-WebSocket-Protocol";

static bool is_for_listener(const struct hc_http_field *field,
                            const struct hc_relay_offer *offer)
{
  if (hc_span_is_nocase(field->name, "ServiceBusAuthorization"))
    return false;
  return !offer->authorization_was_the_token ||
         !hc_span_is_nocase(field->name, "Authorization");
}

static size_t choose_headers(struct hc_control_header *headers,
                             const struct hc_relay_offer *offer)
{
  const struct hc_http_head *head = offer->request->head;
  size_t n = 0;

  for (size_t i = 0; i < head->n_fields; i++) {
    const struct hc_http_field *field = &head->fields[i];
    if (is_for_listener(field, offer))
      headers[n++] = (struct hc_control_header){ field->name, field->value };
  }
  return n;
}

static int write_message(struct hc_buffer *out, struct hc_span address,
                         struct hc_stream *sender,
                         const struct hc_relay_offer *offer)
{
  struct hc_control_header headers[HC_HTTP_FIELDS_MAX];
  struct hc_address peer;

  hc_stream_peer(sender, &peer);
  const struct hc_accept_out message = {
    .address = address,
    .id = hc_span_str(offer->request->tracking.id),
    .headers = headers,
    .n_headers = choose_headers(headers, offer),
    .remote_address = hc_span_str(peer.host),
    .remote_port = peer.port,
  };
  return hc_control_write_accept(out, &message);
}

/* What a listener is offered. */
struct accept_offer {
  struct hc_stream *sender;
  const struct hc_relay_offer *offer;
  const struct hc_relay_address *address;
};

static int send_to(void *user_data, struct hc_relay_listener *listener)
{
  const struct accept_offer *a = user_data;
  struct hc_buffer text;
  struct hc_buffer message;

  hc_buffer_init(&text, HC_URL_MAX);
  hc_buffer_init(&message, HC_CONTROL_MAX);
  int rc = hc_relay_write_address(&text, hc_relay_listener_base(listener),
                                  a->offer->request, a->address);
  if (rc == 0)
    rc = write_message(&message, hc_buffer_span(&text), a->sender, a->offer);
  if (rc == 0)
    rc = hc_relay_listener_send(listener, hc_buffer_span(&message));
  hc_buffer_deinit(&message);
  hc_buffer_deinit(&text);
  return rc;
}

struct hc_relay_refusal hc_relay_send_accept(
    struct hc_relay_endpoint *endpoint, struct hc_stream *sender,
    const struct hc_relay_offer *offer, const struct hc_relay_address *address)
{
  struct accept_offer a = { sender, offer, address };

  return hc_relay_offer_in_turn(endpoint, offer->request->head, 503, send_to,
                                &a);
}

char *hc_relay_join_protocols(const struct hc_http_head *head)
{
  struct hc_buffer all;
  char *joined = NULL;
  int rc = 0;

  hc_buffer_init(&all, HC_HTTP_HEAD_MAX + HC_HTTP_FIELDS_MAX);
  for (size_t i = 0; i < head->n_fields && rc == 0; i++) {
    if (!hc_span_is_nocase(head->fields[i].name, protocol_field))
      continue;
    rc = hc_buffer_append(&all, head->fields[i].value);
    if (rc == 0)
      rc = hc_buffer_append_str(&all, ",");
  }
  struct hc_span text = hc_buffer_span(&all);
  if (rc == 0)
    joined = hc_strndup(text.len > 0 ? (const char *)text.ptr : "", text.len);
  hc_buffer_deinit(&all);
  return joined;
}

static bool list_has(struct hc_span list, struct hc_span item)
{
  struct hc_span piece;

  while (hc_span_split(&list, ',', &piece)) {
    if (hc_span_equal(hc_span_trim(piece), item))
      return true;
  }
  return false;
}

static struct hc_span first_common(struct hc_span list, struct hc_span offered)
{
  struct hc_span piece;

  while (hc_span_split(&list, ',', &piece)) {
    piece = hc_span_trim(piece);
    if (hc_http_name_is_legal(piece) && list_has(offered, piece))
      return piece;
  }
  return hc_span_of(NULL, 0);
}

struct hc_span hc_relay_agree_protocol(const struct hc_http_head *rendezvous,
                                       struct hc_span offered)
{
  struct hc_span found = hc_span_of(NULL, 0);

  for (size_t i = 0; i < rendezvous->n_fields && found.len == 0; i++) {
    if (hc_span_is_nocase(rendezvous->fields[i].name, protocol_field))
      found = first_common(rendezvous->fields[i].value, offered);
  }
  return found;
}
