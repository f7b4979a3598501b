/* Which listeners a sender wants to have or not to have (spec
 * hybrid-connections.md 1.5). */
#ifndef HC_RELAY_CHOICE_H
#define HC_RELAY_CHOICE_H

#include "protocol/http1.h"

/* True if the head's Microsoft-Relay-AllowedListeners, when there are any, name
 * the listener and its Microsoft-Relay-DisallowedListeners do not. id is the
 * listener's GUID. */
bool hc_relay_is_chosen(const struct hc_http_head *head, struct hc_span id);

#endif
