/* hyco_relay_options, read and checked: what a relay is started with. */
#ifndef HC_API_RELAY_OPTIONS_H
#define HC_API_RELAY_OPTIONS_H

#include "relay/relay.h"
#include <hyco/relay.h>

enum { HC_RELAY_HOST_MAX = 255 };

struct hc_relay_setup {
  char host[HC_RELAY_HOST_MAX + 1];     /* numeric, to listen on */
  char url_host[HC_RELAY_HOST_MAX + 3]; /* for people, [] around IPv6 */
  uint16_t port;
  char *dir;
  struct hc_relay_rule *rules; /* name and key are owned */
  size_t n_rules;
  struct hc_relay_entity *entities; /* name is owned */
  size_t n_entities;
};

/* 0, HYCO_EBADVALUE, HYCO_EFILE (a key file), HYCO_ENOMEM; fault names the
 * option, never a key. deinit in either case. */
int hc_relay_setup_read(const hyco_relay_options *options,
                        struct hc_relay_setup *setup, struct hc_fault *fault);

/* Makes RootManageSharedAccessKey with this key the only rule. 0, HYCO_ENOMEM.
 */
int hc_relay_setup_root_rule(struct hc_relay_setup *setup, const char *key);

void hc_relay_setup_deinit(struct hc_relay_setup *setup);

#endif
