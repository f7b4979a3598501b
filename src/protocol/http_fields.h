/* Which fields of an HTTP message are passed on (RFC 9110 7.6.1; spec
 * protocol.md, "headers that frame the message"). */
#ifndef HC_PROTOCOL_HTTP_FIELDS_H
#define HC_PROTOCOL_HTTP_FIELDS_H

#include "protocol/http1.h"

/* Fields of one connection or of one message's framing, in any case:
 * Connection, Content-Length, TE, Trailer, Transfer-Encoding, Upgrade, Close,
 * Keep-Alive, Proxy-Connection. Not Host: the service's wire samples have it in
 * requestHeaders (spec hybrid-connections.md 10). */
bool hc_http_field_frames(struct hc_span name);

/* The same, and what a Connection field of the head names (RFC 9110 7.6.1);
 * never Host. */
bool hc_http_field_is_hop_by_hop(const struct hc_http_head *head,
                                 struct hc_span name);

#endif
