/* A WebSocket as client over one stream of hc_net: dials, shakes hands, reads
 * and writes frames, answers pings. Control channels, rendezvous and senders
 * are made of it. */
#ifndef HC_SESSION_LINK_H
#define HC_SESSION_LINK_H

#include "base/log.h"
#include "base/utf8.h"
#include "net/net.h"
#include "protocol/handshake.h"
#include "protocol/ws.h"
#include "session/endpoint.h"
#include "session/outbox.h"
#include "session/route.h"
#include "session/watch.h"

struct hc_link;

enum { HC_LINK_HEADERS_MAX = 64 };

/* What a link tells its owner. Every handler may close the link. After
 * on_failed and on_end nothing else comes. */
struct hc_link_handler {
  /* The upgrade was answered with 101. sub_protocol is "" if none was agreed.
   */
  void (*on_open)(void *user_data, struct hc_span sub_protocol);

  /* The link never opened: dialling, TLS, or an HTTP answer other than 101.
   * status is that answer's, 0 if there was none; fault->text then holds its
   * status and reason phrase. */
  void (*on_failed)(void *user_data, int status, const struct hc_fault *fault);

  /* A piece of a data frame, or a whole pong. Text is checked as UTF-8
   * already. */
  void (*on_chunk)(void *user_data, const struct hc_ws_chunk *chunk);

  /* The peer's Close (1005: without a code). on_end follows. */
  void (*on_close)(void *user_data, int code, struct hc_span reason);

  /* What waits fell below the drain mark. */
  void (*on_drain)(void *user_data);

  /* The stream is over. fault->code is 0 for an orderly end, HYCO_EPROTOCOL
   * when the peer broke the rules (a Close has been sent, unless a backlog is
   * before it), otherwise what broke the connection. */
  void (*on_end)(void *user_data, const struct hc_fault *fault);

  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);

  /* Pings are answered and pongs taken in narrow turns too: then on_chunk must
   * not call the application for a pong. */
  bool reads_in_narrow_turns;
};

struct hc_link_options {
  const struct hc_endpoint *endpoint;
  struct hc_span target;
  struct hc_tls *tls;       /* NULL: plain */
  struct hc_span token;     /* ServiceBusAuthorization; empty: no such header */
  struct hc_span protocols; /* sub-protocols to offer */
  const struct hc_http_field *headers; /* further ones; n_headers at most
                                          HC_LINK_HEADERS_MAX */
  size_t n_headers;
  const char *local_host; /* NULL or "": any */
  struct hc_tcp tcp;
  const struct hc_properties *props; /* for hc_way_read; NULL: direct */
  const struct hc_watch *watch;      /* NULL: nobody; must outlive the link */
  uint64_t timeout_ms;               /* for dialling and upgrade together */
};

/* Starts. 0: on_open or on_failed follows. Otherwise nothing is called.
 * HYCO_EBADVALUE, HYCO_ETOOLONG, HYCO_ENOMEM, and what hc_dial returns. */
int hc_link_open(struct hc_net *net, const struct hc_link_options *options,
                 const struct hc_link_handler *handler, void *user_data,
                 struct hc_link **out, struct hc_fault *fault);

/* Gives the link up; no handler is called any more. NULL is fine. */
void hc_link_close(struct hc_link *link, enum hc_stream_close how);

/* What is to be sent. Valid from on_open to hc_link_close. */
struct hc_outbox *hc_link_outbox(struct hc_link *link);

void hc_link_pause(struct hc_link *link);
void hc_link_resume(struct hc_link *link);

/* The address of our own end; host "" while there is none. */
void hc_link_local(const struct hc_link *link, struct hc_address *out);

/* What its TLS handshake came to; empty while there is none. */
void hc_link_negotiated(const struct hc_link *link,
                        struct hc_tls_negotiated *out);

/* When the last byte came (hc_net_now_ms). */
uint64_t hc_link_last_heard_ms(const struct hc_link *link);

#endif
