/* A client in raw bytes on the simulated net. */
#ifndef HYCO_FUZZ_PEER_H
#define HYCO_FUZZ_PEER_H

#include "base/buffer.h"
#include "sim_net.h"

enum {
  PEER_STEP_MS = 20, /* longer than the way there and back */
  PEER_RECEIVED_MAX = 1 << 22
};

struct peer {
  struct hc_stream *stream;
  struct hc_buffer received;
  bool ended;
};

/* Connects to a port of 127.0.0.1 and waits until that is done. */
void peer_dial(struct peer *peer, struct sim *sim, uint16_t port);

/* False: there was no room. A peer that has ended, or never was, sends nothing,
 * and that is fine. */
bool peer_send(struct peer *peer, struct hc_span bytes);

void peer_hang_up(struct peer *peer);

#endif
