/* Senders that wait for a listener, and the one-use addresses by which a
 * listener accepts or rejects them. */
#ifndef HC_RELAY_RENDEZVOUS_H
#define HC_RELAY_RENDEZVOUS_H

#include "relay/address.h"

struct hc_relay;
struct hc_relay_endpoint;

/* How a sender came in. */
struct hc_relay_offer {
  const struct hc_relay_request *request;
  struct hc_span key;               /* Sec-WebSocket-Key */
  bool authorization_was_the_token; /* then it is not the listener's */
  bool has_early_bytes;             /* behind the head: they stay unread */
};

/* Offers the sender to the endpoint's listeners in turn until one takes the
 * message; the address lives accept_timeout_s. Takes the stream over if it does
 * not refuse. */
struct hc_relay_refusal hc_relay_offer_sender(
    struct hc_relay *relay, struct hc_relay_endpoint *endpoint,
    struct hc_stream *stream, const struct hc_relay_offer *offer);

/* A request to an address. Accepting joins both streams (and takes this one
 * over); rejecting answers the sender and gives 410; 403 for an address that is
 * unknown, used or too old; 400 for an id that never was one. */
struct hc_relay_refusal
hc_relay_rendezvous(struct hc_relay *relay, struct hc_stream *stream,
                    const struct hc_relay_request *request);

/* 503 to all who wait. */
void hc_relay_waiting_stop(struct hc_relay *relay);

/* Cuts them. */
void hc_relay_waiting_end(struct hc_relay *relay);

#endif
