/* One HTTP request at a receiver and its answer: from the service's message
 * over the application's handlers to the last byte of the response. */
#ifndef HC_RECEIVER_EXCHANGE_H
#define HC_RECEIVER_EXCHANGE_H

#include "base/buffer.h"
#include "base/list.h"
#include "base/timers.h"
#include "protocol/control.h"
#include "receiver/answer.h"

struct hc_receiver;
struct hc_http_forward;
struct hc_request_rendezvous;

/* A request that nobody has begun to answer so long after its last byte is
 * answered by us: the service gives up after 60 s (spec protocol.md). */
enum { HC_ANSWER_WITHIN_MS = 55000 };

struct hc_exchange {
  struct hc_receiver *receiver;
  struct hc_list node; /* in the receiver's requests */
  struct hc_request info;
  int id; /* 0 until the application is told */
  bool freed;
  bool streams; /* StreamRequests, when it came */
  bool is_whole;
  bool told_end;
  bool paused;
  struct hc_buffer body; /* what the application has not seen of it */

  /* The control channel that it came over (see struct hc_requests), 0: none. */
  unsigned channel;
  /* That it came by, or that its answer goes by; NULL: neither. */
  struct hc_request_rendezvous *rendezvous;
  struct hc_answer answer;
  struct hc_http_forward *forward; /* NULL: the application's */

  /* For on_http_request_done. */
  uint64_t began_ms;
  uint64_t ended_ms;
  uint64_t bytes_in;  /* of the body */
  uint64_t bytes_out; /* of the answer's, handed over */
  int status;         /* handed over; 0: none */
  int outcome; /* 0: the answer was handed over to its end; else a HYCO_E*,
                  HYCO_EINTERRUPTED if it was ended here */

  bool cancel_due; /* by a shutdown; freed only when it is told */
  int broken;      /* what hc_exchange_break was told */
  struct hc_timer deadline;
  struct hc_timer later; /* what must not happen inside a call */
  struct hc_timer reap;
};

/* A request came. Takes the strings of info over. NULL: no memory, which was
 * reported. body: hc_exchange_take follows. */
struct hc_exchange *hc_exchange_begin(struct hc_receiver *r,
                                      struct hc_request *info, unsigned channel,
                                      struct hc_request_rendezvous *rendezvous);

/* The next piece of the body, `end` with the last; without a body once, empty.
 * May call the application, and free the exchange: only reading x->freed is
 * safe then. */
void hc_exchange_take(struct hc_exchange *x, struct hc_span data, bool end);

/* Forgets it; no handler is called. The memory lives until no handler is below
 * the caller. */
void hc_exchange_free(struct hc_exchange *x);

/* The sender went away, or the way to it broke; frees it and tells: by
 * on_http_request_cancelled, or on_error if the application has answered. */
void hc_exchange_cancel(struct hc_exchange *x, const struct hc_fault *fault);

/* Answers in the application's place. What fails is reported by on_error;
 * inside a call of the application (may_emit false) it is not. */
void hc_exchange_refuse(struct hc_exchange *x, int status, const char *text,
                        bool may_emit);

/* The application may not answer it any more: its id is forgotten. */
void hc_exchange_retire(struct hc_exchange *x);

/* Handing its answer over failed inside a call of the application:
 * hc_exchange_cancel follows. */
void hc_exchange_break(struct hc_exchange *x, int code);

/* A shutdown: 503 or a cut; on_http_request_cancelled follows. */
void hc_exchange_shut(struct hc_exchange *x);

/* hyco_receiver_pause_request and _resume. */
void hc_exchange_pause(struct hc_exchange *x);
void hc_exchange_resume(struct hc_exchange *x);

#endif
