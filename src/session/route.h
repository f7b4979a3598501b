/* The way to the service over proxy and firewall, from the property table. */
#ifndef HC_SESSION_ROUTE_H
#define HC_SESSION_ROUTE_H

#include "base/buffer.h"
#include "net/net.h"
#include "session/property.h"

/* Owns the texts of route. */
struct hc_way {
  struct hc_buffer proxy;
  struct hc_buffer firewall;
  struct hc_route route;
};

/* proxy_* and firewall_*. 0, HYCO_EMISSING (a firewall_type without its host),
 * HYCO_EBADVALUE (two HTTP proxies), HYCO_EBADURL (a host), HYCO_ENOMEM; to be
 * deinited in any case. props NULL: direct. */
int hc_way_read(const struct hc_properties *props, struct hc_way *way,
                struct hc_fault *fault);

void hc_way_deinit(struct hc_way *way);

#endif
