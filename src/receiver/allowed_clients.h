/* AllowedClients: which senders may in. */
#ifndef HC_RECEIVER_ALLOWED_CLIENTS_H
#define HC_RECEIVER_ALLOWED_CLIENTS_H

#include "base/fault.h"
#include "base/span.h"

/* A comma separated list of "*", addresses, CIDR blocks, and names or IPv4
 * addresses in which "*" stands for a whole label. 0 or HYCO_EBADVALUE. */
int hc_allowed_clients_check(struct hc_span list, struct hc_fault *fault);

/* Is this address or name on the list? An empty list lets nobody in. */
bool hc_allowed_clients_match(struct hc_span list, const char *address);

#endif
