/* Pieces of control messages, for those who write them. */
#ifndef HC_PROTOCOL_CONTROL_OUT_H
#define HC_PROTOCOL_CONTROL_OUT_H

#include "protocol/control.h"
#include "protocol/json_out.h"

/* An object of a member for each name, repeated ones joined; Set-Cookie is not
 * joined if cookies is true (hc_control_write_response). */
void hc_control_put_headers(struct hc_json_out *json, const char *name,
                            const struct hc_control_header *list, size_t n,
                            bool cookies);

/* A remoteEndpoint with both members. */
void hc_control_put_endpoint(struct hc_json_out *json, struct hc_span address,
                             int port);

/* Around everything: {"command":{ ... }}; the end's errors are hc_json_end's.
 */
void hc_control_begin(struct hc_json_out *json, struct hc_buffer *out,
                      const char *command);
int hc_control_end(struct hc_json_out *json);

#endif
