/* An HTTP request of a sender, behind hyco/request.h. */
#ifndef HC_SENDER_REQUEST_H
#define HC_SENDER_REQUEST_H

#include "base/list.h"
#include "net/http.h"
#include "sender/headers.h"
#include "session/endpoint.h"
#include "session/token_source.h"
#include <hyco/request.h>

struct hc_sender;

/* DNS, proxy, TCP and TLS. */
enum {
  HC_REQUEST_CONNECT_MS = 20000,
  HC_REQUEST_METHOD_MAX = 32,
  HC_REQUEST_PATH_MAX = 8192
};

enum hc_request_state { HC_REQUEST_NEW, HC_REQUEST_BUSY, HC_REQUEST_OVER };

struct hyco_request {
  struct hc_sender *sender; /* NULL: freed */
  struct hc_list node;      /* in the sender's requests */
  struct hc_http_client *http;
  hyco_request_events events;
  void *user_data;
  enum hc_request_state state;
  unsigned holds; /* frames on the stack that use it */
  bool freed;

  char method[HC_REQUEST_METHOD_MAX + 1];
  char *path; /* behind HybridConnection; NULL: nothing */
  struct hc_sender_headers headers;
  bool streams;
  int64_t length; /* of the body; HC_HTTP_* */
  struct hc_buffer body;
  struct hc_endpoint endpoint; /* of the start; without path and query */
  struct hc_buffer target;     /* the same of these; empty once it is sent */
  struct hc_token_source tokens;
  struct hc_http_call *call;
  bool is_refused;       /* the application takes no data */
  struct hc_timer ready; /* on_ready_to_send, the first time */
};

/* hyco_request_new. */
int hc_request_new(struct hc_sender *sender, struct hc_http_client *http,
                   const hyco_request_events *events, void *user_data,
                   hyco_request **out);

/* Its sender is going. */
void hc_request_orphan(hyco_request *r);

#endif
