/* The addresses that listeners may come to: each is a secret of its own, good
 * for one sender or one request. */
#ifndef HC_RELAY_ADDRESS_H
#define HC_RELAY_ADDRESS_H

#include "base/list.h"
#include "relay/request.h"

enum {
  /* tracking id, "_G", the secret (a GUID), NUL */
  HC_RELAY_ADDRESS_ID_MAX = HC_RELAY_TRACKING_ID_MAX + 2 + HC_GUID_LEN,
  HC_RELAY_ADDRESS_BUCKETS = 256
};

/* Lives inside its owner. */
struct hc_relay_address {
  struct hc_list in_bucket;
  enum hc_relay_action action; /* HC_RELAY_ACCEPT or HC_RELAY_FETCH */
  char id[HC_RELAY_ADDRESS_ID_MAX];
};

/* Those that are good now, by their id. */
struct hc_relay_addresses {
  struct hc_list buckets[HC_RELAY_ADDRESS_BUCKETS];
};
void hc_relay_addresses_init(struct hc_relay_addresses *addresses);

/* Makes an id behind the tracking's: the listener's right to the address is
 * that it knows its 122 random bits. */
void hc_relay_address_make(struct hc_relay_address *address,
                           enum hc_relay_action action,
                           const struct hc_relay_tracking *tracking,
                           struct hc_net *net);

void hc_relay_addresses_add(struct hc_relay_addresses *addresses,
                            struct hc_relay_address *address);

/* Nothing happens if it was not added. */
void hc_relay_address_remove(struct hc_relay_address *address);

/* NULL: none that is good for this. */
struct hc_relay_address *
hc_relay_addresses_find(struct hc_relay_addresses *addresses,
                        enum hc_relay_action action, struct hc_span id);

/* True for what hc_relay_address_make could have made. */
bool hc_relay_is_address_id(struct hc_span id);

/* Appends "BASE/$hc/PATH?[the sender's query&]sb-hc-action=ACTION&sb-hc-id=ID".
 * 0, HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_relay_write_address(struct hc_buffer *out, const char *base,
                           const struct hc_relay_request *request,
                           const struct hc_relay_address *address);

/* Appends the sender's query without sb-hc-*, re-encoded. */
int hc_relay_write_query(struct hc_buffer *out, struct hc_span query);

#endif
