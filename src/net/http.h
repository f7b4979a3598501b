/* The HTTP client as the pure rooms see it: struct hc_http_client. src/io
 * implements it on libcurl. HTTP/1.1 only; a connection per call; no redirects,
 * decoding, cookies, nor anything from the environment. No code beyond the
 * interface.
 *
 * Everything happens on the loop's thread. No call below ever calls a handler
 * before it returns. */
#ifndef HC_NET_HTTP_H
#define HC_NET_HTTP_H

#include "base/fault.h"
#include "base/span.h"
#include "net/net.h"

struct hc_http_client;
struct hc_http_call;
struct hc_tls;

enum {
  /* Body on its way up that libcurl has not taken yet. */
  HC_HTTP_OUT_MAX = 1 << 17,
  /* on_room comes when it has fallen to this. */
  HC_HTTP_OUT_LOW = 1 << 15,
  /* Body on its way down that waits for its owner. */
  HC_HTTP_IN_MAX = 1 << 17,
  /* The head of an answer; interim ones (1xx) each by themselves. */
  HC_HTTP_ANSWER_MAX = 32768,
  /* TCP asks a silent server whether it is still there after so many seconds.
   */
  HC_HTTP_KEEP_ALIVE_S = 60
};

/* What a call tells its owner. After on_end nothing else comes; the owner still
 * has to call close. Every handler may close the call. */
struct hc_http_handler {
  /* The head of the final answer as it came, for hc_http_read_response.
   * Borrowed. */
  void (*on_head)(void *user_data, struct hc_span head);

  /* Bytes of the answer's body, without chunk framing. Borrowed; all are taken.
   * Not while the call is paused. */
  void (*on_data)(void *user_data, struct hc_span data);

  /* After a write that was refused: there is room again. */
  void (*on_room)(void *user_data);

  /* fault->code is 0 when the answer came whole, otherwise what broke. An
   * answer of status 300 and above may come whole before the request's body
   * is: the rest of that is not sent. */
  void (*on_end)(void *user_data, const struct hc_fault *fault);

  /* As on_verify of struct hc_dial, but called from within the TLS handshake.
   * NULL: as the check says. */
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
};

enum { HC_HTTP_NO_BODY = -2, HC_HTTP_CHUNKED = -1 };

/* All of it is copied. */
struct hc_http_request {
  const char *host; /* name or address */
  uint16_t port;
  struct hc_tls *tls;     /* NULL: plain. The call keeps it alive */
  const char *local_host; /* address or interface to bind to; NULL: any */
  struct hc_route route;  /* none is taken from the environment unasked */
  struct hc_tcp tcp;      /* as of struct hc_dial; without a word on probes
                             HC_HTTP_KEEP_ALIVE_S */
  uint64_t timeout_ms;    /* for DNS, TCP, proxy and TLS together */

  const char *method; /* a token */
  const char *target; /* '/' first, bytes 0x21-0x7e, sent as it stands */
  /* "Name: value" each, legal as of hc_http_name_is_legal and
   * hc_http_value_is_legal; neither framing (Content-Length, ...) nor hop by
   * hop, nor Expect. Without a Host among them it is host:port. Nothing else is
   * sent, but what frames the body: without one POST, PUT and PATCH say that it
   * is empty (RFC 9110 8.6). */
  const char *const *fields;
  size_t n_fields;
  int64_t body; /* its length, HC_HTTP_CHUNKED or HC_HTTP_NO_BODY */
};

struct hc_http_ops {
  int (*start)(struct hc_http_client *client,
               const struct hc_http_request *request,
               const struct hc_http_handler *handler, void *user_data,
               struct hc_http_call **out, struct hc_fault *fault);
  int (*write)(struct hc_http_call *call, struct hc_span body);
  int (*end)(struct hc_http_call *call);
  void (*pause)(struct hc_http_call *call);
  void (*resume)(struct hc_http_call *call);
  void (*close)(struct hc_http_call *call);
};

/* First member of every implementation. */
struct hc_http_client {
  const struct hc_http_ops *ops;
};

/* First member of every implementation's call. */
struct hc_http_call {
  const struct hc_http_ops *ops;
};

/* Starts. 0: on_end follows at last. Otherwise nothing is called:
 * HYCO_EBADURL, HYCO_EBADVALUE (proxy, local host, a HEAD with a body),
 * HYCO_ENOMEM; fault says why. */
static inline int hc_http_start(struct hc_http_client *client,
                                const struct hc_http_request *request,
                                const struct hc_http_handler *handler,
                                void *user_data, struct hc_http_call **out,
                                struct hc_fault *fault)
{
  return client->ops->start(client, request, handler, user_data, out, fault);
}

/* Queues a piece of the body, all of it: at most HC_HTTP_OUT_MAX bytes.
 * HYCO_EWOULDBLOCK: no room, on_room follows. HYCO_EBADVALUE: longer than
 * announced, or after the end. HYCO_ENOMEM. */
static inline int hc_http_write(struct hc_http_call *call, struct hc_span body)
{
  return call->ops->write(call, body);
}

/* The body is whole. HYCO_EBADVALUE: shorter than announced; the call then
 * fails. */
static inline int hc_http_end(struct hc_http_call *call)
{
  return call->ops->end(call);
}

/* Stops and restarts on_data; pausing twice is the same as once. */
static inline void hc_http_pause(struct hc_http_call *call)
{
  call->ops->pause(call);
}

static inline void hc_http_resume(struct hc_http_call *call)
{
  call->ops->resume(call);
}

/* Gives the call up, its connection is cut unless it has ended; no handler is
 * called any more. NULL is fine. */
static inline void hc_http_close(struct hc_http_call *call)
{
  if (call != NULL)
    call->ops->close(call);
}

#endif
