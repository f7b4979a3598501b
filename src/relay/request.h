/* What a stream's first request asks of the relay. */
#ifndef HC_RELAY_REQUEST_H
#define HC_RELAY_REQUEST_H

#include "relay/authorize.h"

enum hc_relay_action {
  HC_RELAY_HTTP, /* not below /$hc/: a plain HTTP request */
  HC_RELAY_LISTEN,
  HC_RELAY_CONNECT,
  HC_RELAY_ACCEPT,
  HC_RELAY_FETCH /* sb-hc-action=request: a listener comes for a request */
};

/* Spans point into the head. */
struct hc_relay_request {
  const struct hc_http_head *head;
  enum hc_relay_action action;
  struct hc_span authority; /* the value of Host */
  struct hc_span host;      /* the same without port and brackets */
  struct hc_span path;      /* as it came, behind "/$hc/" or "/" */
  struct hc_span query;
  struct hc_buffer decoded; /* owned: path decoded */
  struct hc_span name;      /* decoded without slashes at both ends */
  struct hc_relay_tracking tracking;
};

/* Reads the head, which must live as long. Refuses a Host or a target that
 * cannot be understood, a target of another host than Host, "." and ".." in a
 * path and an unknown action (400), and a target above HC_URL_MAX (414);
 * tracking is set even then. deinit is due in every case. */
struct hc_relay_refusal hc_relay_request_init(struct hc_relay_request *request,
                                              const struct hc_http_head *head,
                                              struct hc_net *net);
void hc_relay_request_deinit(struct hc_relay_request *request);

/* The raw value of a pair of the query; empty if it is not there. */
struct hc_span hc_relay_request_param(const struct hc_relay_request *request,
                                      const char *name);

/* Checks that the request is a WebSocket handshake (400 if not). */
struct hc_relay_refusal
hc_relay_request_key(const struct hc_relay_request *request,
                     struct hc_span *key);

#endif
