/* What a link has to send: frames, encoded and masked, in the stream or, where
 * that has no room, in a backlog behind it. Nothing is ever put between the
 * bytes of a frame. */
#ifndef HC_SESSION_OUTBOX_H
#define HC_SESSION_OUTBOX_H

#include "base/buffer.h"
#include "net/net.h"
#include "protocol/ws.h"

struct hc_outbox {
  struct hc_net *net;
  struct hc_stream *stream; /* NULL: not open, or closed */
  struct hc_buffer backlog; /* encoded; its front may be amid a frame */
  size_t torn;              /* bytes that this frame still has there */
  bool close_written;
  bool pong_due; /* RFC 6455 5.5.3: only the latest ping is answered */
  uint8_t ping_len;
  uint8_t ping[HC_WS_CONTROL_MAX];
};

/* A message, or with fin false its beginning, to be cut into frames of at most
 * max_frame bytes (0: one frame). */
struct hc_outbox_message {
  enum hc_ws_opcode opcode;
  struct hc_span payload;
  size_t max_frame;
  bool fin;
};

void hc_outbox_init(struct hc_outbox *o, struct hc_net *net);
void hc_outbox_deinit(struct hc_outbox *o);

/* Takes a message whole, however long; copied. 0 or HYCO_ENOMEM: nothing was
 * taken. Not after hc_outbox_write_close. */
int hc_outbox_write(struct hc_outbox *o,
                    const struct hc_outbox_message *message);

/* Takes n messages with nothing between them, all or none. */
int hc_outbox_write_all(struct hc_outbox *o,
                        const struct hc_outbox_message *messages, size_t n);

/* Sends a control frame, before a backlog, or leaves it out: false if a frame
 * is half sent, there is no room, or a Close was written. */
bool hc_outbox_write_control(struct hc_outbox *o, enum hc_ws_opcode opcode,
                             struct hc_span payload);

/* Answers a ping as soon as no frame is half sent. */
void hc_outbox_answer_ping(struct hc_outbox *o, struct hc_span payload);

/* Sends a Close; after it nothing else is written. True once it is written;
 * false: not yet possible, call again after hc_outbox_pump. */
bool hc_outbox_write_close(struct hc_outbox *o, int code,
                           struct hc_span reason);

/* The stream has room again: moves the backlog. */
void hc_outbox_pump(struct hc_outbox *o);

/* Bytes that wait for the kernel. */
size_t hc_outbox_queued(const struct hc_outbox *o);

/* Has the stream call on_drain when less than mark bytes wait in all; earlier
 * while a backlog waits. */
void hc_outbox_ask_for_drain(struct hc_outbox *o, size_t mark);

#endif
