/* The entities of a namespace, and which listeners each of them has.
 *
 * Names have no regard to case and are matched by whole segments: the longest
 * name that the path begins with wins, the rest is the sender's own. Where no
 * entity is configured every name exists: an endpoint then comes into being
 * with its first listener, under the whole path that this one used, and goes
 * with its last. So the listeners that are there decide by longest match how a
 * sender's path is split, and without one the whole path is the name. */
#ifndef HC_RELAY_REGISTRY_H
#define HC_RELAY_REGISTRY_H

#include "base/list.h"
#include "base/span.h"
#include "relay/rules.h"

enum { HC_RELAY_NAME_MAX = 260 /* bytes of an entity's name, as in Azure */ };

struct hc_relay_registry;

struct hc_relay_endpoint {
  struct hc_list node;
  const struct hc_relay_registry *registry;
  char *name; /* without slashes at its ends */
  bool anonymous;
  char *user_metadata; /* NULL: none */
  struct hc_relay_rules rules;
  bool configured;          /* otherwise it goes with its last listener */
  struct hc_list listeners; /* the one whose turn it is comes first */
  size_t n_listeners;
};

/* Does not move: the list knows where it is. */
struct hc_relay_registry {
  char *host; /* NULL: any */
  struct hc_relay_rules rules;
  struct hc_list endpoints;
  bool any_name;
};

/* 0, HYCO_EBADVALUE (a name that is empty, too long or there twice, a rule that
 * is none) or HYCO_ENOMEM; deinit is due in every case. */
int hc_relay_registry_init(struct hc_relay_registry *registry,
                           const struct hc_relay_namespace *space,
                           struct hc_fault *fault);

/* Listeners must have left. */
void hc_relay_registry_deinit(struct hc_relay_registry *registry);

/* The endpoint with the longest name that path (decoded) begins with; NULL. */
struct hc_relay_endpoint *
hc_relay_registry_match(const struct hc_relay_registry *registry,
                        struct hc_span path);

/* The endpoint of exactly this name; NULL. */
struct hc_relay_endpoint *
hc_relay_registry_find(const struct hc_relay_registry *registry,
                       struct hc_span name);

/* A new endpoint for a first listener, where every name exists. NULL: no
 * memory. */
struct hc_relay_endpoint *
hc_relay_registry_add(struct hc_relay_registry *registry, struct hc_span name);

/* Frees an endpoint that is not configured and has no listener. */
void hc_relay_registry_release(struct hc_relay_endpoint *endpoint);

/* Puts a listener's node at the end of the turn, and takes it out: the
 * endpoint may be gone after that. */
void hc_relay_endpoint_join(struct hc_relay_endpoint *endpoint,
                            struct hc_list *node);
void hc_relay_endpoint_leave(struct hc_relay_endpoint *endpoint,
                             struct hc_list *node);

/* The node of the listener whose turn it is; NULL if there is none. */
struct hc_list *hc_relay_endpoint_next(struct hc_relay_endpoint *endpoint);

/* What is behind the slashes at the front, or between those at both ends. */
struct hc_span hc_relay_trim_front(struct hc_span path);
struct hc_span hc_relay_trim_slashes(struct hc_span path);

#endif
