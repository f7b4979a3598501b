/* A service on the simulated net for fuzz targets: it lets a receiver or a
 * sender in and then says to it what the input says. */
#ifndef FUZZ_SERVICE_H
#define FUZZ_SERVICE_H

#include "protocol/ws.h"
#include "receiver/receiver.h"
#include "sender/sender.h"
#include "sim_net.h"
#include "support/split.h"

enum { SERVICE_INPUT_MAX = 1 << 16, SERVICE_HEAD_MAX = 4096 };

/* The connection on which the input is sent. */
enum service_leg {
  SERVICE_CONTROL,
  SERVICE_ACCEPTED,
  SERVICE_SENDER,
  SERVICE_REQUEST /* the rendezvous for an HTTP request */
};

/* What a target does with its input. */
struct service_plan {
  enum service_leg leg;
  bool raw;        /* the input stands for the answer to the handshake, too */
  bool half_close; /* HalfClose */
  bool resets;     /* it ends with RST, not with FIN */
  size_t first;    /* bytes of the first piece */
  size_t piece;    /* of the others; not 0 */
};

struct service_peer {
  struct service *service;
  struct hc_stream *stream;
  struct hc_buffer received; /* SERVICE_REQUEST: the message that is coming */
  struct hc_ws_reader reader;
  bool body_due; /* of the receiver's response */
  bool upgraded;
};

/* How the role saw the end, and what it saw before. */
struct service {
  const struct service_plan *plan;
  struct hc_span input;
  struct hc_buffer *report;
  struct sim *sim;
  struct hc_listener *listener;
  struct service_peer peers[2]; /* the control channel, the rendezvous */
  size_t n_peers;
  struct hc_receiver *receiver;
  struct hc_sender *sender;
  struct hc_buffer message; /* so far */
  bool opened;
  bool said_error;   /* of the connection */
  size_t n_told;     /* HTTP requests */
  size_t n_answered; /* of SERVICE_REQUEST */
  bool is_over;
  int code; /* of the end, or of the try to connect */
};

/* One run; appends what the role told its application to the report. */
void service_run(struct service *s, const struct service_plan *plan,
                 struct hc_span input, struct hc_buffer *report);

/* Runs it whole and cut: aborts if the reports differ. s keeps the end. */
void service_run_both(struct service *s, struct service_plan *plan,
                      struct hc_span input);

/* The code of the Close that the frames in the input end with; 0 if they have
 * none, or break a rule before it. */
int service_close_of(const struct service_plan *plan, struct hc_span input);

#endif
