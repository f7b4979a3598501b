/* Reads members of a control message; for the readers of its commands. */
#ifndef HC_PROTOCOL_CONTROL_MEMBER_H
#define HC_PROTOCOL_CONTROL_MEMBER_H

#include "protocol/control.h"

#include <jansson.h>

/* NULL if it is missing or null: .NET's serialiser writes null for what is not
 * set. */
const json_t *hc_control_member(const json_t *object, const char *name);

/* An owned copy; 0 or HYCO_ENOMEM. */
int hc_control_copy_string(const json_t *value, char **out,
                           struct hc_fault *fault);

/* A missing member leaves *out as it is. 0, HYCO_EPROTOCOL (another type),
 * HYCO_ENOMEM. */
int hc_control_read_string(const json_t *object, const char *name, char **out,
                           struct hc_fault *fault);

/* address and port of a remoteEndpoint, which may be missing. */
int hc_control_read_endpoint(const json_t *object, char **address, int *port,
                             struct hc_fault *fault);

/* The JSON text of value, or "{}" for NULL. */
int hc_control_dump(const json_t *value, char **out, struct hc_fault *fault);

/* HYCO_EPROTOCOL, always. */
int hc_control_refuse_object(const char *name, struct hc_fault *fault);

/* The readers of the HTTP commands: body is what stands behind the command. */
int hc_control_read_request(const json_t *body, struct hc_control *out,
                            struct hc_fault *fault);
int hc_control_read_response(const json_t *body, struct hc_control *out,
                             struct hc_fault *fault);
void hc_request_deinit(struct hc_request *request);
void hc_response_deinit(struct hc_response *response);

#endif
