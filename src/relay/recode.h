/* The sender's path and query, as the service hands them on. */
#ifndef HC_RELAY_RECODE_H
#define HC_RELAY_RECODE_H

#include "base/buffer.h"

/* Appends text as the service re-encodes it (spec hybrid-connections.md 1.1):
 * what RFC 3986 does not allow is escaped, escapes of bytes above 0x7f become
 * upper case, other escapes stay as they are. 0, HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_relay_recode(struct hc_buffer *out, struct hc_span text);

#endif
