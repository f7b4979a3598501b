/* A rendezvous for HTTP: a listener fetches a large request there, or answers
 * at length. One that was opened for a request serves the next requests of the
 * same sender too (spec protocol.md, request). */
#ifndef HC_RELAY_CHANNEL_H
#define HC_RELAY_CHANNEL_H

#include "relay/exchange.h"

/* A listener comes to a request's address: 400 for an id that never was one,
 * 403 for an address that is unknown or used. Takes the stream over if it does
 * not refuse. */
struct hc_relay_refusal
hc_relay_channel_open(struct hc_relay *relay, struct hc_stream *stream,
                      const struct hc_relay_request *request);

/* Sends another request of its sender. 0 (it is the exchange's channel now) or
 * HYCO_E*: it is of no use for this one. */
int hc_relay_channel_reuse(struct hc_relay_channel *channel,
                           struct hc_relay_exchange *e);

const struct hc_relay_origin *
hc_relay_channel_origin(const struct hc_relay_channel *channel);

/* True between the request message and the end of its body. */
bool hc_relay_channel_wants_body(const struct hc_relay_channel *channel);

/* Bytes that wait to be sent. */
size_t hc_relay_channel_pending(const struct hc_relay_channel *channel);

/* True if it should get no more now. */
bool hc_relay_channel_is_full(const struct hc_relay_channel *channel);

/* Sends a piece of the request's body. 0 or HYCO_EWOULDBLOCK. */
int hc_relay_channel_write(struct hc_relay_channel *channel,
                           struct hc_span data, bool is_last);

/* The sender reads again. */
void hc_relay_channel_resume(struct hc_relay_channel *channel);

/* The answer is whole: it waits for the sender's next request, and true; or it
 * is closed (1000). */
bool hc_relay_channel_release(struct hc_relay_channel *channel, bool keep);

/* Ends a kept one (1000): its sender is gone. */
void hc_relay_channel_drop(struct hc_relay_channel *channel);

/* Ends it without Close: its exchange or sender is gone. */
void hc_relay_channel_cut(struct hc_relay_channel *channel);

/* Tells it to go (1001). */
void hc_relay_channel_stop(struct hc_relay_channel *channel);

#endif
