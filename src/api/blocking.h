/* Calls that run the loop until something has happened. */
#ifndef HC_API_BLOCKING_H
#define HC_API_BLOCKING_H

#include "api/loop.h"
#include "session/connection.h"

/* Turns until done(owner), at most limit_ms. *gone becomes true when a handler
 * frees the owner. 0; HYCO_ETIMEOUT; HYCO_EINTERRUPTED: the owner is gone, and
 * its loop with it if it was its own. */
int hc_blocking_wait(hyco_loop *loop, bool (*done)(const void *owner),
                     const void *owner, const bool *gone, uint64_t limit_ms);

/* A synchronous send on the connection that find(owner, id) gives; it may end
 * during the call. */
struct hc_blocking_send {
  hyco_loop *loop;
  struct hc_connection *(*find)(void *owner, int id);
  void *owner;
  int id;
  uint64_t timeout_ms; /* without any byte moving */
  const bool *gone;
  atomic_bool *interrupted; /* set from outside, by any thread */
};

/* Turns (narrow ones inside a handler) until the message is with the kernel.
 * 0, HYCO_ETIMEOUT, HYCO_ENOTCONNECTED, HYCO_EBUSY, HYCO_ENOMEM,
 * HYCO_EINTERRUPTED (as above, or *interrupted), and what out->more returns. */
int hc_blocking_send(const struct hc_blocking_send *how,
                     struct hc_outgoing *out);

#endif
