/* Following a redirect of the handshake. */
#ifndef HC_SESSION_REDIRECT_H
#define HC_SESSION_REDIRECT_H

#include "session/endpoint.h"

enum { HC_REDIRECTS_MAX = 5 };

/* Reads a Location: https and wss only, absolute. target is borrowed from it.
 * 0 or HYCO_EBADURL. */
int hc_redirect_read(struct hc_span location, struct hc_endpoint *endpoint,
                     struct hc_span *target, struct hc_fault *fault);

/* Our handshake request again, with another target, Host and key. 0,
 * HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_redirect_rewrite(struct hc_span request, struct hc_span target,
                        const char *host_field, const char *key,
                        struct hc_buffer *out);

#endif
