/* Where a listener's rendezvous comes from: it may serve the next request of
 * its sender only if that would reach the same listener. */
#ifndef HC_RELAY_ORIGIN_H
#define HC_RELAY_ORIGIN_H

#include "relay/listener.h"

/* Owned strings; zero-initialised. */
struct hc_relay_origin {
  char *base;   /* what addresses begin with for the listener */
  char *host;   /* of the request */
  char *entity; /* its name */
  char guid[HC_GUID_LEN + 1];
};

/* Takes the place of what was there. 0 or HYCO_ENOMEM (then it is empty). */
int hc_relay_origin_set(struct hc_relay_origin *origin,
                        const struct hc_relay_listener *listener,
                        struct hc_span host, const char *entity);
void hc_relay_origin_deinit(struct hc_relay_origin *origin);

#endif
