/* A control channel's own state, for the files that make it up. */
#ifndef HC_RELAY_LISTENER_INTERNAL_H
#define HC_RELAY_LISTENER_INTERNAL_H

#include "protocol/control.h"
#include "protocol/ws.h"
#include "relay/listener.h"
#include "relay/server.h"

struct hc_relay_listener {
  struct hc_list node;    /* of the endpoint */
  struct hc_list in_list; /* of the relay */
  struct hc_relay *relay;
  struct hc_relay_endpoint *endpoint;
  struct hc_stream *stream;
  struct hc_ws_reader reader;
  struct hc_buffer message; /* the text that is coming */
  struct hc_control answer; /* whose body is coming */
  bool answer_is_due;
  struct hc_buffer body;    /* what has come of it */
  struct hc_list exchanges; /* HTTP requests that it was told */
  struct hc_timer pong_timer;
  struct hc_timer expiry_timer;
  struct hc_timer recycle_timer;
  int64_t expiry_s;
  uint64_t responsive_until_ms; /* nobody looks at its TCP before */
  struct hc_relay_tracking tracking;
  char *base; /* of addresses */
  char *host; /* what a renewed token must cover */
};

/* --- listener.c --- */

/* Writes a Close and ends the listener. */
void hc_relay_listener_close_with(struct hc_relay_listener *l, int code,
                                  const char *why);

/* Ends the listener; its stream is closed like that. */
void hc_relay_listener_end(struct hc_relay_listener *l,
                           enum hc_stream_close how, const char *why);

/* A timer: ends the listener if its token is expired, or looks again later. */
void hc_relay_listener_check_expiry(void *user_data);

/* --- listener_read.c --- */

/* The stream's on_data. */
void hc_relay_listener_on_data(void *user_data, struct hc_span *in);

/* Drops a response whose body is coming. */
void hc_relay_listener_forget_answer(struct hc_relay_listener *l);

/* Drops and wipes the message that is coming: it may hold a token. */
void hc_relay_listener_forget_message(struct hc_relay_listener *l);

#endif
