/* The answer to one HTTP request: what the application has said so far, and
 * how it goes to the service (spec protocol.md, "response"; hybrid-connections
 * 1.8): up to HC_ANSWER_BY_CHANNEL_MAX over the control channel that the
 * request came over, else by rendezvous. */
#ifndef HC_RECEIVER_ANSWER_H
#define HC_RECEIVER_ANSWER_H

#include "base/buffer.h"
#include "base/fault.h"
#include "protocol/control.h"

struct hc_exchange;

enum {
  HC_ANSWER_BY_CHANNEL_MAX = 65536, /* bytes of a body */
  HC_ANSWER_HEADERS_MAX = 32768,    /* of names and values in JSON */
  HC_ANSWER_REASON_MAX = 1024
};

struct hc_answer {
  int status;
  char *description; /* NULL: none */
  struct hc_control_header *headers;
  size_t n_headers;
  size_t headers_cap;
  size_t headers_size;
  struct hc_buffer body; /* what is not handed over yet */
  bool begun;            /* it goes by rendezvous: its head is fixed */
  bool head_sent;
  bool has_body; /* once head_sent */
  bool ended;
  bool would_block; /* on_http_ready is owed */
};

void hc_answer_init(struct hc_answer *a);
void hc_answer_deinit(struct hc_answer *a);

/* The functions of hyco/http.h of the same names, for an exchange whose answer
 * has not ended. Each may free the exchange when it returns 0. */
int hc_answer_send(struct hc_exchange *x, int status, const char *description,
                   struct hc_span body, struct hc_fault *fault);
int hc_answer_set_status(struct hc_exchange *x, int status,
                         const char *description, struct hc_fault *fault);
int hc_answer_add_header(struct hc_exchange *x, const char *name,
                         const char *value, struct hc_fault *fault);
int hc_answer_write(struct hc_exchange *x, struct hc_span data,
                    struct hc_fault *fault);
int hc_answer_flush(struct hc_exchange *x, struct hc_fault *fault);
int hc_answer_end(struct hc_exchange *x, struct hc_fault *fault);
void hc_answer_abort(struct hc_exchange *x);

/* True if the service has all of the answer, which has no body, though the
 * application has not ended it: the rendezvous is free for the next request. */
bool hc_answer_is_complete(const struct hc_exchange *x);

/* True if the service has nothing of the answer yet: another may take its place
 * (hc_exchange_refuse). A rendezvous that is still being opened for it is given
 * up, for to cut that would tell the service nothing. */
bool hc_answer_take_back(struct hc_exchange *x);

/* The same with 502 and 504, too: a target's own. */
int hc_answer_set_any_status(struct hc_exchange *x, int status,
                             const char *description, struct hc_fault *fault);

/* The same as hc_answer_send with any status. */
int hc_answer_send_any(struct hc_exchange *x, int status,
                       const char *description, struct hc_span body,
                       struct hc_fault *fault);

/* The rendezvous is open, or has room again: hands over what waits. Frees the
 * exchange once all is. 0, HYCO_ETOOLONG, HYCO_ENOTCONNECTED, HYCO_ENOMEM. */
int hc_answer_push(struct hc_exchange *x, struct hc_fault *fault);

/* True if a write would be taken. */
bool hc_answer_is_ready(const struct hc_exchange *x);

#endif
