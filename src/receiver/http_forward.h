/* ForwardHTTPUrl: requests go to a web server, and its answers come back. */
#ifndef HC_RECEIVER_HTTP_FORWARD_H
#define HC_RECEIVER_HTTP_FORWARD_H

#include "base/fault.h"
#include "base/span.h"

struct hc_exchange;
struct hc_http_forward;
struct hc_receiver;

/* DNS, TCP and TLS to the target. */
enum { HC_HTTP_FORWARD_CONNECT_MS = 20000 };

/* Requests are not the application's. */
bool hc_http_forward_is_set(const struct hc_receiver *r);

/* What ForwardHTTPUrl may be: http or https, with or without a path, without a
 * query. 0, HYCO_EBADURL, HYCO_ETOOLONG. */
int hc_http_forward_check(struct hc_span text, struct hc_fault *fault);

/* The head of x is there (and its body, if it came over the control channel):
 * x->forward is set, or the request answered 502. */
void hc_http_forward_begin(struct hc_exchange *x);

/* The next piece of the body; it is the last once x->is_whole. */
void hc_http_forward_take(struct hc_exchange *x, struct hc_span data);

/* The answer has room again. */
void hc_http_forward_ready(struct hc_exchange *x);

/* The target has not begun to answer in time. */
void hc_http_forward_time_out(struct hc_exchange *x);

/* The exchange is over: the target is hung up on. Without a forward nothing
 * happens. */
void hc_http_forward_drop(struct hc_exchange *x);

#endif
