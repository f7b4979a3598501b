/* The heads of a forwarded request and of its answer, for http_forward.c. */
#ifndef HC_RECEIVER_HTTP_FORWARD_HEAD_H
#define HC_RECEIVER_HTTP_FORWARD_HEAD_H

#include "base/buffer.h"
#include "base/fault.h"
#include "net/http.h"

struct hc_exchange;

enum {
  HC_FORWARD_HEAD_MAX = 1 << 17, /* bytes of a request's fields */
  HC_FORWARD_FIELDS_MAX = 260    /* of a control message, and ours */
};

/* Borrows from the exchange and the properties. */
struct hc_forward_head {
  struct hc_http_request request; /* but for tls, no_delay and timeout_ms */
  bool tls;
  char host[256];
  struct hc_buffer text; /* target and fields */
  const char *fields[HC_FORWARD_FIELDS_MAX];
};

/* What the target is asked. 0, HYCO_EBADURL, HYCO_ETOOLONG, HYCO_ENOMEM. *head
 * is to be deinitialised in any case. */
int hc_forward_request_head(const struct hc_exchange *x,
                            struct hc_forward_head *head,
                            struct hc_fault *fault);
void hc_forward_head_deinit(struct hc_forward_head *head);

/* Sets status and headers of the answer; *length is its Content-Length, -1
 * without one. 0, HYCO_EPROTOCOL, HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_forward_answer_head(struct hc_exchange *x, struct hc_span bytes,
                           int64_t *length, struct hc_fault *fault);

#endif
