/* One HTTP request of a sender, from its head to the end of its answer. */
#ifndef HC_RELAY_EXCHANGE_H
#define HC_RELAY_EXCHANGE_H

#include "protocol/control.h"
#include "protocol/http_body.h"
#include "protocol/ws.h"
#include "relay/address.h"
#include "relay/origin.h"

struct hc_relay_channel;
struct hc_relay_listener;
struct hc_relay_sender;

enum {
  /* A body that is not whole so long after its head goes by rendezvous. */
  HC_RELAY_SLOW_BODY_MS = 1000,
  /* The answer of a listener that is lost may still come by rendezvous for so
   * long (spec hybrid-connections.md 10). */
  HC_RELAY_LOST_MS = 5000
};

enum hc_relay_phase {
  HC_RELAY_GATHER,  /* a small body comes and is held */
  HC_RELAY_POINTED, /* a pointer was sent; the rendezvous is to come */
  HC_RELAY_STREAM,  /* the body is passed on to the channel as it comes */
  HC_RELAY_RESPOND, /* all was delivered; the response is to come */
  HC_RELAY_ANSWER   /* the response has come, its body is coming */
};

struct hc_relay_exchange {
  struct hc_relay_address address; /* its id is the request's id too */
  struct hc_relay *relay;
  struct hc_relay_sender *sender;
  struct hc_timer timer;
  uint64_t moved_ms;  /* when something moved last */
  size_t undelivered; /* bytes that waited when the timer was set */
  bool is_slow;       /* they still did when it was over */
  enum hc_relay_phase phase;

  /* --- the request --- */
  struct hc_buffer raw; /* the head as it came: all spans point into it */
  struct hc_http_head head;
  struct hc_relay_request request;
  bool authorization_was_the_token;
  bool has_body; /* one is announced, it may turn out to be empty */
  bool body_ended;
  struct hc_http_body body;
  struct hc_buffer held; /* what of the body has no listener yet; all of a small
                            one, as it may have to be delivered again */
  bool was_passed_on;    /* bytes that are held no more went to a channel */

  /* --- whom it reached --- */
  struct hc_relay_origin origin;
  struct hc_relay_listener *listener; /* who was told; NULL: nobody, or gone */
  struct hc_list in_listener;
  bool is_lost;                     /* that listener went */
  struct hc_relay_channel *channel; /* NULL: none */
  bool channel_was_kept;            /* found dead it means nothing */
  bool address_is_used;

  /* --- the answer --- */
  bool answers_by_channel;
  bool keeps;      /* the sender's connection lives on */
  bool is_chunked; /* otherwise a body goes until the connection's end */
  bool drops_body; /* HEAD, 204, 205, 304 */
};

/* raw is a whole head and nothing else. NULL: no memory. */
struct hc_relay_exchange *hc_relay_exchange_new(struct hc_relay_sender *sender,
                                                struct hc_span raw);

/* Gives back what is held of the body. */
void hc_relay_exchange_let_go(struct hc_relay_exchange *e);

/* Its channel is cut. NULL is fine. */
void hc_relay_exchange_free(struct hc_relay_exchange *e);

/* Begins to deliver a request that may pass (deliver.h chose an endpoint). */
struct hc_relay_refusal hc_relay_exchange_start(struct hc_relay_exchange *e,
                                                bool has_early_bytes);

/* Takes what it can of the body off the front of in; pauses the stream when it
 * can take no more. The sender may be gone after that. */
void hc_relay_exchange_take(struct hc_relay_exchange *e, struct hc_span *in);

/* To be called when the request is delivered, or its body begins to be passed
 * on to the channel. */
void hc_relay_exchange_delivered(struct hc_relay_exchange *e);

/* Something moved: the time for it begins anew. */
void hc_relay_exchange_touch(struct hc_relay_exchange *e);

/* The listener that was told is gone. */
void hc_relay_exchange_lose_listener(struct hc_relay_exchange *e);

/* How much of a request's channel was there when it ended. */
struct hc_relay_loss {
  bool is_orderly; /* by a Close of a listener that only goes */
  bool response_has_begun;
};

/* Its channel is gone before the answer was whole, and e->channel NULL. May end
 * the sender. */
void hc_relay_exchange_lose_channel(struct hc_relay_exchange *e,
                                    struct hc_relay_loss loss);

/* Ends the sender: an answer of the relay's own, or a cut in the middle of the
 * listener's. */
void hc_relay_exchange_fail(struct hc_relay_exchange *e, int status,
                            const char *why);

/* The request that a response names; NULL: none that waits. */
struct hc_relay_exchange *hc_relay_exchange_find(struct hc_relay *relay,
                                                 const char *id);

#endif
