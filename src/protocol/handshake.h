/* The WebSocket opening handshake (RFC 6455 section 4), both sides. */
#ifndef HC_PROTOCOL_HANDSHAKE_H
#define HC_PROTOCOL_HANDSHAKE_H

#include "protocol/http1.h"

enum {
  HC_WS_KEY_LEN = 24,   /* base64 of 16 random bytes */
  HC_WS_ACCEPT_LEN = 28 /* base64 of a SHA-1 */
};

/* Sec-WebSocket-Key from 16 random bytes, and the Sec-WebSocket-Accept that
 * answers a key. Both end with a NUL. accept: 0 or HYCO_ENOMEM. */
void hc_ws_make_key(char key[HC_WS_KEY_LEN + 1], const uint8_t random[16]);
int hc_ws_make_accept(char accept[HC_WS_ACCEPT_LEN + 1], struct hc_span key);

/* A name that the handshake itself uses, or that would change how the request
 * is framed: Host, Connection, Upgrade, Content-Length, Sec-WebSocket-*... */
bool hc_ws_field_is_reserved(struct hc_span name);

struct hc_ws_request {
  struct hc_span host;      /* value of Host, with port where it is needed */
  struct hc_span target;    /* "/path?query" */
  struct hc_span key;       /* of hc_ws_make_key */
  struct hc_span protocols; /* offered, comma separated; empty: none */
  const struct hc_http_field *extra; /* further fields, checked for injection
                                        and against those that the handshake
                                        itself sets */
  size_t n_extra;
};

/* Appends a client's request. 0, HYCO_EBADVALUE (a host, target, protocol or
 * extra field that must not stand there; fault names it), HYCO_ETOOLONG,
 * HYCO_ENOMEM. */
int hc_ws_write_request(struct hc_buffer *out, const struct hc_ws_request *req,
                        struct hc_fault *fault);

/* Client: is this response a right 101 to the key (RFC 6455 4.1)? Checks
 * Upgrade, Connection, Sec-WebSocket-Accept, no extension (we offer none; a
 * field with an empty value is tolerated), and that the sub-protocol, if any,
 * was among `offered`. *protocol (may be NULL) points into the head. 0 or
 * HYCO_EPROTOCOL. Not for statuses other than 101: HYCO_EHTTP for those. */
int hc_ws_check_response(const struct hc_http_head *head, struct hc_span key,
                         struct hc_span offered, struct hc_span *protocol,
                         struct hc_fault *fault);

/* Server: is this request a right WebSocket upgrade (RFC 6455 4.2.1)? GET,
 * HTTP/1.1, Upgrade: websocket, Connection: Upgrade, version 13, one key that
 * is the base64 of 16 bytes. 0 or HYCO_EPROTOCOL; fault says what is missing.
 * *key points into the head. */
int hc_ws_check_request(const struct hc_http_head *head, struct hc_span *key,
                        struct hc_fault *fault);

/* True if the head asks for an upgrade to WebSocket at all. */
bool hc_ws_is_upgrade(const struct hc_http_head *head);

/* Server: appends the 101 answer; protocol empty: none. 0, HYCO_EBADVALUE,
 * HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_ws_write_response(struct hc_buffer *out, struct hc_span key,
                         struct hc_span protocol);

#endif
