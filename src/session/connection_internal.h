/* What the files of the connection share. */
#ifndef HC_SESSION_CONNECTION_INTERNAL_H
#define HC_SESSION_CONNECTION_INTERNAL_H

#include "session/connection.h"

enum connection_state {
  CONNECTION_OPENING,
  CONNECTION_OPEN,    /* messages can be sent */
  CONNECTION_CLOSING, /* our Close is queued or sent */
  CONNECTION_OVER
};

enum { PING_LEN = 8 };

struct hc_connection {
  struct hc_net *net;
  struct hc_link *link;
  const struct hc_connection_handler *handler;
  void *user_data;
  enum connection_state state;
  bool freed;
  bool would_block;          /* on_ready_to_send is owed */
  bool in_parts;             /* a message is being sent in parts */
  bool in_pieces;            /* a message lacks its last piece */
  struct hc_outgoing *later; /* a message that the queue's room drives */
  bool paused;               /* by the application */
  struct hc_traffic traffic;
  bool pinged; /* by ourselves, with `ping`: such pongs are not the
                  application's */
  uint8_t ping[PING_LEN];

  size_t max_frame;
  size_t queue_mark;
  bool half_close;
  bool wait_for_close;
  uint64_t keep_alive_ms;

  int close_code; /* of our Close */
  char close_reason[HC_WS_CLOSE_REASON_MAX + 1];
  bool close_written;
  bool peer_closed;
  int peer_code;
  uint8_t peer_reason[HC_WS_CLOSE_REASON_MAX];
  size_t peer_reason_len;
  struct hc_timer alive;
  struct hc_timer close_timer;
  uint64_t waiting_then; /* when close_timer was set */
  uint64_t closing_since_ms;
  struct hc_timer reap;
};

/* Sees to it that on_drain comes when there is something to do. */
void hc_connection_ask_for_drain(struct hc_connection *c);

/* Queues our Close; nothing else is sent from now on. */
void hc_connection_start_closing(struct hc_connection *c, int code,
                                 struct hc_span reason);

/* Further frames of the message that waits for room. May call on_send_failed,
 * as hc_connection_give_up does. */
void hc_connection_go_on(struct hc_connection *c);

#endif
