/* The HTTP requests of a receiver: what comes over the control channel, and
 * all that are under way. */
#ifndef HC_RECEIVER_REQUESTS_H
#define HC_RECEIVER_REQUESTS_H

#include "base/id_map.h"
#include "base/list.h"
#include "protocol/control.h"

struct hc_receiver;
struct hc_exchange;

struct hc_requests {
  struct hc_list all; /* exchanges */
  struct hc_list rendezvous;
  struct hc_id_map ids;         /* exchanges that the application may answer */
  struct hc_exchange *incoming; /* whose body the control channel brings */
  size_t held;                  /* bytes of bodies: MaxHeldRequests */
  unsigned channel;             /* number of the control channel, from 1 */
};

void hc_requests_init(struct hc_requests *q);
void hc_requests_deinit(struct hc_requests *q);

/* A request on the control channel, whole or a pointer to one. Takes the
 * strings over. */
void hc_requests_take(struct hc_receiver *r, struct hc_request *request);

/* A piece of the binary message behind it. */
void hc_requests_take_body(struct hc_receiver *r, struct hc_span data,
                           bool end);

/* The control channel is gone, or its message was none: a body that was coming
 * never will. */
void hc_requests_lose_body(struct hc_receiver *r);

/* The application's request of this id; NULL if there is none. */
struct hc_exchange *hc_requests_find(const struct hc_receiver *r, int id);

/* listening = false: what is under way goes on, no further request comes. */
void hc_requests_stop(struct hc_receiver *r);

/* A shutdown: every request is answered or given up. */
void hc_requests_shut(struct hc_receiver *r);

/* Nothing is under way. */
bool hc_requests_are_over(const struct hc_requests *q);

/* Drops everything; no handler is called. */
void hc_requests_free_all(struct hc_receiver *r);

#endif
