/* Pieces of control messages, for those who write them. */
#ifndef HC_PROTOCOL_CONTROL_OUT_H
#define HC_PROTOCOL_CONTROL_OUT_H

#include "protocol/control.h"

#include <jansson.h>

/* An empty object under this name; NULL when out of memory. Borrowed from
 * parent. */
json_t *hc_control_add_object(json_t *parent, const char *name);

/* A string; what is not UTF-8 is read as Latin-1, the old meaning of such bytes
 * in HTTP (RFC 9110 5.5). 0, HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_control_set_text(json_t *object, const char *name, struct hc_span value);

/* A member for each name, repeated ones joined; Set-Cookie is not joined if
 * cookies is true (hc_control_write_response). */
int hc_control_set_headers(json_t *headers,
                           const struct hc_control_header *list, size_t n,
                           bool cookies);

/* A remoteEndpoint with both members. */
int hc_control_set_endpoint(json_t *object, struct hc_span address, int port);

/* The whole text. 0, HYCO_ETOOLONG (above HC_CONTROL_MAX or the buffer's room),
 * HYCO_ENOMEM. */
int hc_control_append(struct hc_buffer *out, const json_t *root);

#endif
