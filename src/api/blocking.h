/* Calls that run the loop until something has happened. */
#ifndef HC_API_BLOCKING_H
#define HC_API_BLOCKING_H

#include "api/loop.h"
#include "session/connection.h"

/* What a receiver or sender has to make such calls with. */
struct hc_caller {
  hyco_loop *loop;
  bool owns_loop;
  atomic_int sending; /* the connection of a blocking send; 0: none */
  atomic_bool interrupted;
  bool *gone; /* set when freed while a call is under way; NULL: none is */
};

/* On a loop, or with NULL on one of its own. Errors of hyco_loop_new. */
int hc_caller_init(struct hc_caller *caller, hyco_loop *loop);

/* Calls that are under way end with HYCO_EINTERRUPTED. */
void hc_caller_deinit(struct hc_caller *caller);

/* Turns until done(owner), at most limit_ms. 0; HYCO_ETIMEOUT;
 * HYCO_EINTERRUPTED: a handler freed the caller and its owner. */
int hc_caller_wait(struct hc_caller *caller, bool (*done)(const void *owner),
                   const void *owner, uint64_t limit_ms);

/* The same without a limit, until hyco_loop_stop is called; handlers may make
 * blocking calls. 0; HYCO_EINTERRUPTED. */
int hc_caller_run(struct hc_caller *caller, bool (*done)(const void *owner),
                  const void *owner);

/* A synchronous send on the connection that find(owner, id) gives; it may end
 * during the call. */
struct hc_blocking_send {
  struct hc_connection *(*find)(void *owner, int id);
  void *owner;
  int id;            /* not 0 */
  int64_t timeout_s; /* without any byte moving */
  struct hc_fault *fault;
};

/* Turns (narrow ones inside a handler) until the message is with the kernel.
 * 0, HYCO_ETIMEOUT, HYCO_ENOTCONNECTED, HYCO_EBUSY, HYCO_ENOMEM,
 * HYCO_EINTERRUPTED (the fault says so unless the caller is gone), and what
 * out->more returns. */
int hc_caller_send(struct hc_caller *caller, const struct hc_blocking_send *how,
                   struct hc_outgoing *out);

/* Ends a send on this connection; false if none is under way. Any thread. */
bool hc_caller_interrupt(struct hc_caller *caller, int id);

#endif
