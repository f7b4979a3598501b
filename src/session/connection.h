/* One WebSocket connection with a peer, as receivers and senders both have it:
 * a link with a send queue, the Close of each direction, and the end. */
#ifndef HC_SESSION_CONNECTION_H
#define HC_SESSION_CONNECTION_H

#include "session/link.h"
#include <hyco/property.h>

struct hc_connection;

/* What a connection tells its owner; every handler may disconnect or free it.
 * Nothing comes after on_failed and on_disconnected. */
struct hc_connection_handler {
  void (*on_open)(void *user_data, struct hc_span sub_protocol);
  void (*on_failed)(void *user_data, int status, const struct hc_fault *fault);
  void (*on_ready_to_send)(void *user_data);
  /* hc_connection_send_later: it came to an end before its last byte. */
  void (*on_send_failed)(void *user_data, int error);
  /* opcode TEXT, BINARY or PONG; data is borrowed. */
  void (*on_data)(void *user_data, enum hc_ws_opcode opcode,
                  struct hc_span data, bool end_of_message);
  /* HalfClose: the peer's direction has ended with this code. */
  void (*on_half_end)(void *user_data, int code, struct hc_span reason);
  /* code: the peer's close code, 1005 if it had none, 1006 after a cut. If
   * fault->code is not 0 the end was an error. */
  void (*on_disconnected)(void *user_data, int code, struct hc_span reason,
                          const struct hc_fault *fault);
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
};

struct hc_connection_options {
  struct hc_link_options link;
  size_t max_frame;       /* MaxFrameSize; 0: never fragment */
  size_t queue_mark;      /* OutBufferSize */
  bool half_close;        /* HalfClose */
  bool wait_for_close;    /* WaitForCloseResponse */
  uint64_t keep_alive_ms; /* AzureRelayKeepAliveTime; 0: no pings */
};

/* A peer whose TCP has not acknowledged anything for so long is gone; a missing
 * pong says nothing, for a peer paused by back-pressure is healthy (DESIGN
 * section 8, keep-alive). */
enum { HC_UNACKED_MAX_MS = 120000, HC_ALIVE_CHECK_MS = 30000 };

/* How long a Close may wait for the peer's while nothing moves, and while the
 * peer still sends (not with half_close: the peer's direction may go on as long
 * as it likes). */
enum { HC_CLOSE_WAIT_MS = 10000, HC_CLOSE_MAX_MS = 120000 };

/* Dials. 0: on_open or on_failed follows; otherwise as hc_link_open. */
int hc_connection_open(struct hc_net *net,
                       const struct hc_connection_options *options,
                       const struct hc_connection_handler *handler,
                       void *user_data, struct hc_connection **out,
                       struct hc_fault *fault);

/* Cuts what is still open and frees; no handler is called. NULL is fine. */
void hc_connection_free(struct hc_connection *c);

/* Sends a message (TEXT, BINARY) or a control frame (PING, PONG), all or
 * nothing. 0, HYCO_EWOULDBLOCK (queue_mark bytes or more wait;
 * on_ready_to_send follows), HYCO_ENOTCONNECTED, HYCO_EBUSY (a message is being
 * sent in parts), HYCO_EBADVALUE (a control frame over 125 bytes), HYCO_ENOMEM.
 */
int hc_connection_send(struct hc_connection *c, enum hc_ws_opcode opcode,
                       struct hc_span payload);

/* A piece of a message that several calls make up, all or nothing like
 * hc_connection_send; `last` ends the message. Between pieces only control
 * frames and further pieces are taken. */
int hc_connection_send_piece(struct hc_connection *c, enum hc_ws_opcode opcode,
                             struct hc_span payload, bool last);

/* One message sent in parts out of the caller's memory. Zero-initialised but
 * for opcode and rest, or more and left. */
struct hc_outgoing {
  enum hc_ws_opcode opcode;
  struct hc_span rest; /* what is not in the queue yet */
  bool started;
  bool done;
  /* Where the message is not in memory whole: sets rest to the next piece (at
   * most max bytes, unless that is 0) and takes it off left, the bytes that
   * have not been in rest. 0 or a negative HYCO_E*: it cannot go on. */
  int (*more)(struct hc_outgoing *out, size_t max);
  uint64_t left;
};

/* Puts as many frames into the queue as its mark allows; out->done once the
 * last one is in it. 0, HYCO_ENOTCONNECTED, HYCO_EBUSY, HYCO_ENOMEM. */
int hc_connection_send_part(struct hc_connection *c, struct hc_outgoing *out);

/* The same driven by the connection itself: frames follow as there is room.
 * *out must live until it is done, on_send_failed, on_disconnected, or the
 * connection is freed. A Close of ours waits for its end; the peer's Close ends
 * it, unless half_close. Meanwhile other sends would block. 0,
 * HYCO_EWOULDBLOCK, HYCO_ENOTCONNECTED, HYCO_EBUSY, HYCO_ENOMEM, and what
 * out->more returns; after a failure *out is not needed any more. */
int hc_connection_send_later(struct hc_connection *c, struct hc_outgoing *out);

/* Gives up the message of hc_connection_send_later that is under way, if one
 * is: the connection is closed with 1001 "send interrupted", and on_send_failed
 * told of the error before it returns. */
void hc_connection_give_up(struct hc_connection *c, int error);

/* Gives a message up after its first frame: the connection is closed with 1001
 * "send interrupted", for the peer could not tell that it was not meant. */
void hc_connection_interrupt(struct hc_connection *c,
                             const struct hc_outgoing *out);

/* Moves on what has no room in the stream: nothing else does while a handler
 * blocks. */
void hc_connection_pump(struct hc_connection *c);

/* True if a send would block now; then on_ready_to_send follows. */
bool hc_connection_would_block(struct hc_connection *c);

/* Bytes that wait for the kernel. */
size_t hc_connection_queued(const struct hc_connection *c);

/* True if an asynchronous send would be taken. */
bool hc_connection_is_ready(const struct hc_connection *c);

/* Queued data, then Close; on_disconnected follows with the peer's Close, or
 * after HC_CLOSE_WAIT_MS without a byte. Again: nothing. */
void hc_connection_disconnect(struct hc_connection *c, int code,
                              struct hc_span reason);

/* From now on as without half_close: what comes is dropped, and a Close waits
 * for the peer's for HC_CLOSE_WAIT_MS. Before hc_connection_disconnect. */
void hc_connection_end_half_close(struct hc_connection *c);

/* Ends it as a cut: what is queued, then no Close. on_disconnected is called
 * with this fault before it returns. */
void hc_connection_cut(struct hc_connection *c, const struct hc_fault *fault);

/* The address of our own end; host "" once it is over. */
void hc_connection_local(const struct hc_connection *c, struct hc_address *out);

/* What its TLS handshake came to; empty once it is over. */
void hc_connection_negotiated(const struct hc_connection *c,
                              struct hc_tls_negotiated *out);

/* Bytes of messages, in both directions, so far. */
struct hc_traffic {
  int64_t received;
  int64_t sent; /* or queued */
};

struct hc_traffic hc_connection_traffic(const struct hc_connection *c);

/* HYCO_TOTAL_RECEIVED, HYCO_TOTAL_SENT. True if p is one of them. */
bool hc_traffic_get_row(struct hc_traffic traffic, hyco_property p,
                        int64_t *value);

/* True while messages can be sent. */
bool hc_connection_is_open(const struct hc_connection *c);

void hc_connection_pause(struct hc_connection *c);
void hc_connection_resume(struct hc_connection *c);

#endif
