/* A rendezvous for HTTP requests: opened to fetch one that was too large for
 * the control channel, or to answer one; kept for further requests of the same
 * sender (spec protocol.md, "request"). */
#ifndef HC_RECEIVER_REQUEST_RENDEZVOUS_H
#define HC_RECEIVER_REQUEST_RENDEZVOUS_H

#include "base/buffer.h"
#include "base/fault.h"
#include "base/list.h"
#include "base/timers.h"

struct hc_receiver;
struct hc_exchange;
struct hc_connection;

struct hc_request_rendezvous {
  struct hc_receiver *receiver;
  struct hc_list node; /* in the receiver's requests */
  struct hc_connection *connection;
  struct hc_exchange *current; /* whose answer is not complete; NULL */
  bool freed;
  bool is_open;
  bool closing;
  bool body_due; /* the body of `current` still comes in */
  int lost;      /* of `message`: HYCO_ETOOLONG, HYCO_ENOMEM; 0: nothing */
  bool is_held;  /* `message` is a whole one that waits for `current` */
  struct hc_buffer message;
  struct hc_timer wait; /* for the request that was promised */
  struct hc_timer next; /* takes the message that was held */
  struct hc_timer reap;
};

/* Opens the address to answer x, or with x NULL to fetch a request. 0,
 * HYCO_EBADURL, HYCO_ECERTSTORE, HYCO_ENOMEM and what hc_connection_open
 * returns. */
int hc_request_rendezvous_open(struct hc_receiver *r, const char *address,
                               struct hc_exchange *x, struct hc_fault *fault);

/* The answer of `current` is complete: the next request may come. */
void hc_request_rendezvous_answered(struct hc_request_rendezvous *v);

/* Closes it with 1000 when nothing is under way on it. */
void hc_request_rendezvous_close_idle(struct hc_request_rendezvous *v);

/* Cuts it and frees; no handler is called. */
void hc_request_rendezvous_free(struct hc_request_rendezvous *v);

#endif
