/* Reads members of a control message; for the readers of its commands. */
#ifndef HC_PROTOCOL_CONTROL_MEMBER_H
#define HC_PROTOCOL_CONTROL_MEMBER_H

#include "protocol/control.h"
#include "protocol/json.h"

/* One block for all that is kept of a message: fields first, then strings. It
 * has room for each string of the message once, and for the text of an object
 * in it. */
struct hc_control_block {
  char *at;
  char *end;
};

/* An object of a message that was read, and where to put what is kept. */
struct hc_control_object {
  const struct hc_json *json;
  const struct hc_json_value *value;
  struct hc_control_block *block;
};

/* NULL if it is missing or null: .NET's serialiser writes null for what is not
 * set. */
const struct hc_json_value *hc_control_member(struct hc_control_object object,
                                              const char *name);

/* A copy in the block, which ends with NUL. */
char *hc_control_copy(struct hc_control_block *block, struct hc_span text);

/* Room for n fields, zeroed; before any string. n: no more than the message has
 * values, and HC_CONTROL_FIELDS_MAX. */
struct hc_control_field *hc_control_fields(struct hc_control_block *block,
                                           size_t n);

/* A missing member leaves *out as it is. 0, HYCO_EPROTOCOL (another type). */
int hc_control_read_string(struct hc_control_object object, const char *name,
                           char **out, struct hc_fault *fault);

/* address and port of a remoteEndpoint, which may be missing. */
int hc_control_read_endpoint(struct hc_control_object object, char **address,
                             int *port, struct hc_fault *fault);

/* The JSON text of headers, without blanks; "{}" if their value is NULL. They
 * hold strings, whole numbers, and arrays of such. 0 or HYCO_ENOMEM. */
int hc_control_dump(struct hc_control_object headers, char **out,
                    struct hc_fault *fault);

/* HYCO_EPROTOCOL, always. */
int hc_control_refuse_object(const char *name, struct hc_fault *fault);

/* The readers of the HTTP commands: body is what stands behind the command. */
int hc_control_read_request(struct hc_control_object body,
                            struct hc_control *out, struct hc_fault *fault);
int hc_control_read_response(struct hc_control_object body,
                             struct hc_control *out, struct hc_fault *fault);

#endif
