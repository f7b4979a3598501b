/* A WebSocket reader in the form that the every-split feeder drives. */
#ifndef HC_TESTS_WS_CONSUMER_H
#define HC_TESTS_WS_CONSUMER_H

#include "protocol/ws.h"
#include "support/split.h"

/* Owned by whoever declares it; must not move while in use. */
struct ws_consumer {
  enum hc_ws_peer peer;
  struct hc_ws_reader reader;
};

/* Reports heads, the unmasked payload and the ends of frames and messages, and
 * aborts if the pieces contradict each other. */
struct split_consumer ws_consumer_of(struct ws_consumer *state);

#endif
