/* How a request gets to a listener. */
#ifndef HC_RELAY_DELIVER_H
#define HC_RELAY_DELIVER_H

#include "relay/exchange.h"

/* NoListenerStatus (502): no listener; 404: none that the sender may have. */
struct hc_relay_refusal
hc_relay_deliver_check(const struct hc_relay_exchange *e);

/* Sends the request, or a pointer to it, to the first listener in turn that the
 * sender may have and that takes it; or the request to the sender's kept
 * rendezvous, which is e->channel then. As above, and 431 (the message would
 * pass HC_CONTROL_MAX), 500, 502 (no listener reads). */
struct hc_relay_refusal hc_relay_deliver(struct hc_relay_exchange *e,
                                         bool pointer);

/* Appends the request as a control message. base: what its address begins
 * with. 0, HYCO_ETOOLONG, HYCO_ENOMEM, HYCO_EBADVALUE. */
int hc_relay_write_request(struct hc_buffer *out,
                           const struct hc_relay_exchange *e, const char *base,
                           bool pointer);

#endif
