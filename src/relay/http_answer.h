/* A listener's response on its way to the sender. */
#ifndef HC_RELAY_HTTP_ANSWER_H
#define HC_RELAY_HTTP_ANSWER_H

#include "relay/exchange.h"

/* A whole answer that came over a control channel. */
void hc_relay_answer_whole(struct hc_relay_exchange *e,
                           const struct hc_response *response,
                           struct hc_span body);

/* The three steps of one that comes over the exchange's channel. False: the
 * channel is gone (and perhaps the exchange, and its sender). */
bool hc_relay_answer_begin(struct hc_relay_exchange *e,
                           const struct hc_response *response);
bool hc_relay_answer_piece(struct hc_relay_exchange *e,
                           const struct hc_ws_chunk *chunk);
bool hc_relay_answer_end(struct hc_relay_exchange *e);

#endif
