/* The JSON messages of the control channel (spec protocol.md; quirks in
 * hybrid-connections.md 1.6): accept and renewToken. */
#ifndef HC_PROTOCOL_CONTROL_H
#define HC_PROTOCOL_CONTROL_H

#include "base/buffer.h"
#include "base/fault.h"

enum {
  HC_CONTROL_MAX = 65535, /* bytes of a message: the .NET SDK's buffer */
  HC_CONTROL_DEPTH_MAX = 8
};

enum hc_control_kind {
  HC_CONTROL_UNKNOWN, /* an object with a command we do not know: ignored */
  HC_CONTROL_ACCEPT,
  HC_CONTROL_REQUEST, /* told apart, not read yet */
  HC_CONTROL_RENEW_TOKEN
};

/* Owned strings; NULL where the member was missing (address never is). */
struct hc_accept {
  char *address;
  char *id;
  char *connect_headers; /* JSON text of a bare object, "{}" if missing */
  char *remote_address;
  int remote_port;     /* 0 if missing */
  char *sub_protocols; /* Sec-WebSocket-Protocol among connectHeaders */
  char *extensions;    /* Sec-WebSocket-Extensions */
  char *host;          /* Host */
};

struct hc_control {
  enum hc_control_kind kind;
  struct hc_accept accept;
  char *token; /* of renewToken */
};

/* Reads one whole text message. 0, HYCO_EPROTOCOL (not one JSON object, a
 * member of the wrong type, an accept without address, duplicates; fault names
 * it), HYCO_ETOOLONG, HYCO_ENOMEM (inside jansson's scanner it looks like bad
 * JSON). Unknown members are ignored, order is free, null is as good as
 * missing. On success the caller calls hc_control_deinit. */
int hc_control_read(struct hc_span text, struct hc_control *out,
                    struct hc_fault *fault);
void hc_control_deinit(struct hc_control *control);

/* One connect header for hc_control_write_accept. */
struct hc_control_header {
  struct hc_span name;
  struct hc_span value;
};

/* What the relay tells a listener about a sender. */
struct hc_accept_out {
  struct hc_span address;
  struct hc_span id;
  const struct hc_control_header *headers; /* repeated names are joined by ", "
                                              into one member; bytes that are
                                              not UTF-8 are read as Latin-1 */
  size_t n_headers;
  struct hc_span remote_address;
  int remote_port;
};

/* Appends the JSON text. 0, HYCO_ETOOLONG (above HC_CONTROL_MAX), HYCO_ENOMEM.
 */
int hc_control_write_accept(struct hc_buffer *out,
                            const struct hc_accept_out *accept);
int hc_control_write_renew_token(struct hc_buffer *out, struct hc_span token);

#endif
