/* Listeners of an endpoint in turn: who is offered what comes next. */
#ifndef HC_RELAY_TURN_H
#define HC_RELAY_TURN_H

#include "protocol/http1.h"
#include "relay/answer.h"
#include "relay/registry.h"

struct hc_relay_listener;

/* Gives what there is to a listener: 0, HYCO_EWOULDBLOCK (its channel is full:
 * the next is asked), HYCO_ETOOLONG or HYCO_ENOMEM. */
typedef int (*hc_relay_offer_fn)(void *user_data,
                                 struct hc_relay_listener *listener);

/* None of the connected listeners is among those that the sender wants. */
struct hc_relay_refusal hc_relay_refuse_unchosen(void);

/* Asks each listener that the head allows once, from the one whose turn it is.
 * busy_status: what the sender is told where all of them are full. */
struct hc_relay_refusal
hc_relay_offer_in_turn(struct hc_relay_endpoint *endpoint,
                       const struct hc_http_head *head, int busy_status,
                       hc_relay_offer_fn offer, void *user_data);

#endif
