/* The JSON messages of the control channel and of an HTTP rendezvous (spec
 * protocol.md; quirks in hybrid-connections.md 1.6): accept, request, response
 * and renewToken. */
#ifndef HC_PROTOCOL_CONTROL_H
#define HC_PROTOCOL_CONTROL_H

#include "base/buffer.h"
#include "base/fault.h"

enum {
  HC_CONTROL_MAX = 65535,     /* bytes of a message: the .NET SDK's buffer */
  HC_CONTROL_FIELDS_MAX = 256 /* HTTP headers of a request or response */
};

enum hc_control_kind {
  HC_CONTROL_UNKNOWN, /* an object with a command we do not know: ignored */
  HC_CONTROL_ACCEPT,
  HC_CONTROL_REQUEST,
  HC_CONTROL_RESPONSE,
  HC_CONTROL_RENEW_TOKEN
};

/* Strings in memory, which is owned; NULL where the member was missing (address
 * never is). */
struct hc_accept {
  void *memory;
  char *address;
  char *id;
  char *connect_headers; /* JSON text of a bare object, "{}" if missing */
  char *remote_address;
  int remote_port;     /* 0 if missing */
  char *sub_protocols; /* Sec-WebSocket-Protocol among connectHeaders */
  char *extensions;    /* Sec-WebSocket-Extensions */
  char *host;          /* Host */
};

/* A header of an HTTP message: a legal name and value (hc_http_name_is_legal,
 * hc_http_value_is_legal; UTF-8, blanks at the ends cut off). */
struct hc_control_field {
  char *name;
  char *value;
};

/* In the order of the message. A value that is an array of strings gives one
 * field each; names may come again in another case. */
struct hc_control_fields {
  struct hc_control_field *list;
  size_t n;
};

/* An HTTP request, or a pointer to one: only address (and id) count then, and
 * the request is fetched there. A whole one has method and target, maybe no
 * address. Strings and headers are in memory, which is owned. */
struct hc_request {
  void *memory;
  char *address;      /* NULL if missing; a pointer has it */
  char *id;           /* NULL if missing */
  char *target;       /* requestTarget, as hc_http_target_is_legal wants it */
  char *method;       /* a token */
  char *headers_json; /* JSON text of a bare object, "{}" if missing */
  struct hc_control_fields headers;
  char *host;           /* Host among them, NULL if missing */
  char *remote_address; /* NULL if missing */
  int remote_port;      /* 0 if missing */
  bool has_body_member; /* false: a pointer (spec 1.6) */
  bool body;            /* one binary message follows */
};

/* A listener's answer. Strings and headers are in memory, which is owned. */
struct hc_response {
  void *memory;
  char *request_id;
  int status;        /* 100-999; came as a number or as three digits */
  char *description; /* NULL if missing */
  struct hc_control_fields headers;
  bool body; /* missing: false (spec 1.6) */
};

struct hc_control {
  enum hc_control_kind kind;
  struct hc_accept accept;
  struct hc_request request;
  struct hc_response response;
  char *token; /* of renewToken; owned */
};

/* Reads one whole text message. 0, HYCO_EPROTOCOL (not one JSON object, a
 * member of the wrong type or missing, duplicates, two commands, an illegal
 * method, target, status or header, two Host; fault names it), HYCO_ETOOLONG
 * (HC_CONTROL_MAX, HC_CONTROL_FIELDS_MAX), HYCO_ENOMEM. Unknown members are
 * ignored, order is free, null is as good as missing. Header values may be
 * whole numbers, as JavaScript writes them. On success the caller calls
 * hc_control_deinit. */
int hc_control_read(struct hc_span text, struct hc_control *out,
                    struct hc_fault *fault);
void hc_control_deinit(struct hc_control *control);

/* Of a message that hc_control_read refused: true if it is one JSON object with
 * a response in it. *request_id is whom that answers, owned; NULL if it does
 * not say, or there is no memory. */
bool hc_control_is_bad_response(struct hc_span text, char **request_id);

/* One header, for writing. */
struct hc_control_header {
  struct hc_span name;
  struct hc_span value;
};

/* What the relay tells a listener about a sender. */
struct hc_accept_out {
  struct hc_span address;
  struct hc_span id;
  const struct hc_control_header *headers; /* repeated names are joined by ", "
                                              (Cookie: "; ") into one member;
                                              bytes that are not UTF-8 are read
                                              as Latin-1 */
  size_t n_headers;
  struct hc_span remote_address;
  int remote_port;
};

/* What the relay hands to a listener. */
struct hc_request_out {
  struct hc_span address;
  struct hc_span id;
  struct hc_span target;
  struct hc_span method;
  const struct hc_control_header *headers; /* as in hc_accept_out */
  size_t n_headers;
  struct hc_span remote_address;
  int remote_port;
  bool pointer; /* only address and id are written */
  bool body;    /* always written, but in a pointer */
};

/* What a listener answers. */
struct hc_response_out {
  struct hc_span request_id;
  int status;                              /* 100-999, written as a number */
  struct hc_span description;              /* left out if empty */
  const struct hc_control_header *headers; /* as in hc_accept_out, but see
                                              hc_control_write_response */
  size_t n_headers;
  bool body; /* always written */
};

/* Appends the JSON text. 0, HYCO_ETOOLONG (above HC_CONTROL_MAX), HYCO_ENOMEM,
 * HYCO_EBADVALUE (a header's name is none). */
int hc_control_write_accept(struct hc_buffer *out,
                            const struct hc_accept_out *accept);
int hc_control_write_renew_token(struct hc_buffer *out, struct hc_span token);

/* The same for HTTP, and HYCO_EBADVALUE: an illegal header, method, target or
 * status; HYCO_ETOOLONG: more than HC_CONTROL_FIELDS_MAX headers, too. Fields
 * that frame the message are the caller's to leave out (http_fields.h).
 * remoteEndpoint and requestHeaders are always written, for Java. */
int hc_control_write_request(struct hc_buffer *out,
                             const struct hc_request_out *request);

/* Set-Cookie cannot be joined (RFC 6265 3), and the SDKs' contract has one
 * string per member: the second and later ones are written in another case
 * ("set-Cookie"), which is one string per member for every party, and one field
 * each for those who pass members on one by one, as our relay does. What
 * Azure makes of it was not seen. */
int hc_control_write_response(struct hc_buffer *out,
                              const struct hc_response_out *response);

#endif
