/* Copies of rules: who signs tokens, with which key, for what. */
#ifndef HC_RELAY_RULES_H
#define HC_RELAY_RULES_H

#include "relay/relay.h"

/* Keys are wiped when they are freed. */
struct hc_relay_rules {
  struct hc_relay_rule *items;
  size_t n;
};

/* 0, HYCO_EBADVALUE (a name or key that is empty or longer than HC_KEY_MAX, no
 * right, a name that is there twice) or HYCO_ENOMEM; deinit is due in every
 * case. */
int hc_relay_rules_init(struct hc_relay_rules *rules,
                        const struct hc_relay_rule *from, size_t n,
                        struct hc_fault *fault);
void hc_relay_rules_deinit(struct hc_relay_rules *rules);

#endif
