/* A listener's control channel. */
#ifndef HC_RELAY_LISTENER_H
#define HC_RELAY_LISTENER_H

#include "relay/request.h"

struct hc_relay;
struct hc_relay_endpoint;
struct hc_relay_listener;

/* How a listener came in. */
struct hc_relay_registration {
  const struct hc_relay_request *request;
  struct hc_span key;     /* Sec-WebSocket-Key */
  int64_t token_expiry_s; /* Unix seconds */
};

/* Answers 101 and registers the listener; takes the stream over if it does not
 * refuse (500: no memory). */
struct hc_relay_refusal hc_relay_listener_register(
    struct hc_relay *relay, struct hc_relay_endpoint *endpoint,
    struct hc_stream *stream, const struct hc_relay_registration *registration);

/* The listener whose turn it is; the endpoint has one. */
struct hc_relay_listener *
hc_relay_listener_next(struct hc_relay_endpoint *endpoint);

/* Its GUID: what it sent as sb-hc-id, or one that was made for it. */
struct hc_span hc_relay_listener_guid(const struct hc_relay_listener *listener);

/* What addresses begin with for this listener: "wss://host:port". */
const char *hc_relay_listener_base(const struct hc_relay_listener *listener);

/* Sends a text message. 0 or HYCO_EWOULDBLOCK (the listener does not read, or
 * its TCP does not answer). */
int hc_relay_listener_send(struct hc_relay_listener *listener,
                           struct hc_span message);

/* Sends a text message and, as one with it, a binary one. The same results. */
int hc_relay_listener_send_with_body(struct hc_relay_listener *listener,
                                     struct hc_span message,
                                     struct hc_span body);

/* Tells all to go (1001). */
void hc_relay_listeners_stop(struct hc_relay *relay);

/* Cuts them. */
void hc_relay_listeners_end(struct hc_relay *relay);

#endif
