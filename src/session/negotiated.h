/* The SSLNegotiated* rows: what a TLS handshake came to. */
#ifndef HC_SESSION_NEGOTIATED_H
#define HC_SESSION_NEGOTIATED_H

#include "base/tls_options.h"
#include "session/surface.h"

/* On a receiver such a row takes a ConnectionId: that connection's rendezvous;
 * without one it is the control channel's. */
bool hc_negotiated_has(hyco_property p);

void hc_negotiated_read_row(const struct hc_tls_negotiated *n, hyco_property p,
                            struct hc_value *value);

#endif
