/* A sender and a rendezvous joined: what one sends is passed on to the other as
 * it comes. */
#ifndef HC_RELAY_PAIR_H
#define HC_RELAY_PAIR_H

#include "relay/tracking.h"

struct hc_relay;

/* Joins two streams whose handshakes are done and takes them over. Without
 * memory both are cut. */
void hc_relay_pair_join(struct hc_relay *relay, struct hc_stream *sender,
                        struct hc_stream *rendezvous,
                        const struct hc_relay_tracking *tracking);

/* Tells both sides of each pair to go (1001). */
void hc_relay_pairs_stop(struct hc_relay *relay);

/* Cuts all. */
void hc_relay_pairs_end(struct hc_relay *relay);

#endif
