/* What a listener is told about a sender: the accept message, its address, and
 * the sub-protocols. */
#ifndef HC_RELAY_ACCEPT_H
#define HC_RELAY_ACCEPT_H

#include "relay/rendezvous.h"

/* Sends the message to the first listener in turn that the sender may have and
 * that takes it. 404: there is none that it may have; 431: the message would
 * pass HC_CONTROL_MAX; 503: no listener reads. */
struct hc_relay_refusal hc_relay_send_accept(
    struct hc_relay_endpoint *endpoint, struct hc_stream *sender,
    const struct hc_relay_offer *offer, const struct hc_relay_address *address);

/* All sub-protocols that a request offers, comma separated; NULL: no memory.
 * The caller frees it. */
char *hc_relay_join_protocols(const struct hc_http_head *head);

/* The first one that the rendezvous offers and the sender offered (exact case);
 * empty if there is none. Points into the head. */
struct hc_span hc_relay_agree_protocol(const struct hc_http_head *rendezvous,
                                       struct hc_span offered);

#endif
