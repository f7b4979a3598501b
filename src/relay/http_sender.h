/* A sender's HTTP connection: one request after the other, each with its
 * exchange. What a sender writes ahead waits unread (pipelining). */
#ifndef HC_RELAY_HTTP_SENDER_H
#define HC_RELAY_HTTP_SENDER_H

#include "base/list.h"
#include "net/net.h"
#include "relay/answer.h"

struct hc_relay;
struct hc_relay_channel;
struct hc_relay_exchange;

enum {
  /* How long a connection may wait for its next request. */
  HC_RELAY_KEEP_ALIVE_S = 120
};

struct hc_relay_sender {
  struct hc_list node;
  struct hc_relay *relay;
  struct hc_stream *stream;
  struct hc_timer timer; /* for the next head */
  size_t scanned;
  bool head_has_begun;
  struct hc_relay_exchange *exchange; /* NULL between requests */
  struct hc_relay_channel *kept;      /* a rendezvous for the next one; NULL */
  struct hc_address peer;
  bool knows_peer;
};

/* Takes over a stream whose first bytes are a plain HTTP request. Without
 * memory it is cut. */
void hc_relay_sender_open(struct hc_relay *relay, struct hc_stream *stream);

/* Who it is; asked for once. */
const struct hc_address *hc_relay_sender_peer(struct hc_relay_sender *sender);

/* Ends the exchange with an answer of the relay's own and closes the
 * connection; once another answer has begun it is cut instead. The sender is
 * gone. */
void hc_relay_sender_refuse(struct hc_relay_sender *sender,
                            struct hc_relay_refusal no);

/* The answer is whole. keeps: the next request may come. Otherwise the sender
 * is gone. */
void hc_relay_sender_answered(struct hc_relay_sender *sender, bool keeps);

/* Answers 503, or cuts what has begun. */
void hc_relay_senders_stop(struct hc_relay *relay);

/* Cuts all. */
void hc_relay_senders_end(struct hc_relay *relay);

#endif
