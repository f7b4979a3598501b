/* The namespaces, by host. */
#ifndef HC_RELAY_SPACES_H
#define HC_RELAY_SPACES_H

#include "relay/registry.h"

struct hc_relay_spaces {
  struct hc_relay_registry *items;
  size_t n;
};

/* Those of options, or the one that its rules and entities make. 0,
 * HYCO_EBADVALUE (both are there, a host twice; as hc_relay_registry_init) or
 * HYCO_ENOMEM; deinit is due in every case. */
int hc_relay_spaces_init(struct hc_relay_spaces *spaces,
                         const struct hc_relay_options *options,
                         struct hc_fault *fault);
void hc_relay_spaces_deinit(struct hc_relay_spaces *spaces);

/* The namespace of a host (without port, any case): its own, or the one that
 * has no host; NULL. */
struct hc_relay_registry *
hc_relay_spaces_find(const struct hc_relay_spaces *spaces, struct hc_span host);

#endif
