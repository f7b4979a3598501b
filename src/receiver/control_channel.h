/* The control channel: the listener's one long WebSocket to the service, from
 * dialling to its end. Reconnecting is the receiver's business. */
#ifndef HC_RECEIVER_CONTROL_CHANNEL_H
#define HC_RECEIVER_CONTROL_CHANNEL_H

#include "protocol/control.h"
#include "session/link.h"
#include "session/property.h"

struct hc_control_channel;

/* Every handler may close the channel. Nothing comes after on_failed and
 * on_ended. */
struct hc_control_channel_handler {
  void (*on_open)(void *user_data);
  /* It never opened; as in hc_link_handler. */
  void (*on_failed)(void *user_data, int status, const struct hc_fault *fault);
  /* The service offers a sender. The handler may take the strings over: it
   * copies the struct and zeroes it; what is left is freed. */
  void (*on_accept)(void *user_data, struct hc_accept *accept);
  /* An HTTP request, whole or a pointer to one; strings as in on_accept. */
  void (*on_request)(void *user_data, struct hc_request *request);
  /* A piece of the binary message behind it, its body; end with the last. */
  void (*on_request_body)(void *user_data, struct hc_span data, bool end);
  /* The body that was due will not come. */
  void (*on_body_lost)(void *user_data);
  /* A message that cannot be used; the channel goes on. */
  void (*on_bad_message)(void *user_data, const struct hc_fault *fault);
  /* The token ends soon: answer with hc_control_channel_renew. May come in a
   * narrow turn; without an answer it comes again. */
  void (*on_renewal_due)(void *user_data);
  /* It is over. code: the service's close code; 1000 after
   * hc_control_channel_stop; 0 when it was lost, fault says how. */
  void (*on_ended)(void *user_data, int code, struct hc_span reason,
                   const struct hc_fault *fault);
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
};

struct hc_control_channel_options {
  const struct hc_properties *props; /* must outlive the channel */
  const struct hc_endpoint *endpoint;
  struct hc_tls *tls;
  struct hc_span token;         /* empty: none */
  int64_t token_expiry;         /* Unix seconds; 0: it is never renewed */
  const char *id;               /* sb-hc-id */
  const struct hc_watch *watch; /* must outlive the channel */
  const struct hc_log *log;     /* must outlive the channel */
};

/* A listener's TCP, TLS and upgrade together (DESIGN section 8). */
enum { HC_LISTEN_TIMEOUT_MS = 10000 };

int hc_control_channel_open(struct hc_net *net,
                            const struct hc_control_channel_options *options,
                            const struct hc_control_channel_handler *handler,
                            void *user_data, struct hc_control_channel **out,
                            struct hc_fault *fault);

/* Sends renewToken (spec protocol.md; never answered). */
void hc_control_channel_renew(struct hc_control_channel *channel,
                              struct hc_span token, int64_t expiry);

/* The answers that may wait there for a service that does not read. */
enum { HC_CONTROL_QUEUE_MAX = 1 << 20 };

/* Sends a response message and its body (NULL: none) with nothing between
 * them. HYCO_EWOULDBLOCK: the channel is not open, or HC_CONTROL_QUEUE_MAX
 * bytes would wait; HYCO_ENOMEM. Nothing was sent then. */
int hc_control_channel_respond(struct hc_control_channel *channel,
                               struct hc_span response,
                               const struct hc_span *body);

/* Sends Close 1000; on_ended follows with the service's Close or after
 * HC_CLOSE_WAIT_MS. No accept is handed on any more. */
void hc_control_channel_stop(struct hc_control_channel *channel);

/* The address of our own end. */
void hc_control_channel_local(const struct hc_control_channel *channel,
                              struct hc_address *out);

/* What its TLS handshake came to. */
void hc_control_channel_negotiated(const struct hc_control_channel *channel,
                                   struct hc_tls_negotiated *out);

/* Drops it and frees; no handler is called. NULL is fine. */
void hc_control_channel_free(struct hc_control_channel *channel);

#endif
