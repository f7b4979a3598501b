/* HTTP/1.1 message heads (RFC 9112), strict: what two parsers could read
 * differently is refused. */
#ifndef HC_PROTOCOL_HTTP1_H
#define HC_PROTOCOL_HTTP1_H

#include "base/buffer.h"
#include "base/fault.h"

enum {
  HC_HTTP_FIELDS_MAX = 100,
  HC_HTTP_HEAD_MAX = 32768 /* bytes of a head, the relay's HeaderMax default */
};

struct hc_http_field {
  struct hc_span name;
  struct hc_span value; /* blanks at both ends are cut off */
};

/* A parsed head; every span points into the input. */
struct hc_http_head {
  struct hc_span method; /* request */
  struct hc_span target; /* request, exactly as it came */
  int status;            /* response: 100-999 */
  struct hc_span reason; /* response, may be empty, may hold UTF-8 */
  int minor;             /* HTTP/1.minor: 0 or 1 */
  size_t n_fields;
  struct hc_http_field fields[HC_HTTP_FIELDS_MAX];
};

/* Takes a whole head off the front of in. 1: done. 0: incomplete, nothing was
 * taken; *scanned (0 before the first call) remembers how far was looked, so
 * that byte-wise input does not cost quadratic time. HYCO_EPROTOCOL: bad.
 * HYCO_ETOOLONG: longer than max bytes or more than HC_HTTP_FIELDS_MAX fields.
 * fault (may be NULL) says what was wrong; it quotes neither targets nor
 * values, which may hold tokens. Control characters and bare CR or LF are
 * refused as soon as they come, the rest once the head is whole.
 *
 * Refused: bare CR or LF, NUL and control characters, blank before the colon,
 * obsolete folding, an empty or bad field name, anything before the request
 * line but nothing (no leading CRLF), a version other than HTTP/1.0 and 1.1,
 * blanks doubled in the start line, CONNECT, a target that is neither
 * origin-form nor absolute-form nor "*" or has '#' or bytes outside 0x21-0x7e,
 * a request of HTTP/1.1 without exactly one Host (1.0: with more than one), a
 * Host that is a list, a URL or an IPv6 address without brackets, more than one
 * Content-Length or Transfer-Encoding or both, Transfer-Encoding in HTTP/1.0 or
 * not ending in chunked, a Content-Length that is not all digits or has more
 * than 18. */
int hc_http_read_request(struct hc_span *in, size_t max, size_t *scanned,
                         struct hc_http_head *head, struct hc_fault *fault);
int hc_http_read_response(struct hc_span *in, size_t max, size_t *scanned,
                          struct hc_http_head *head, struct hc_fault *fault);

/* The first field of this name (any case); NULL if there is none. */
const struct hc_http_field *hc_http_find(const struct hc_http_head *head,
                                         const char *name);

/* How many fields have this name. */
size_t hc_http_count(const struct hc_http_head *head, const char *name);

/* True if a comma list holds the token (any case). */
bool hc_http_list_has(struct hc_span list, struct hc_span token);

/* True if the comma lists of all fields of this name hold the token (any
 * case), e.g. ("Connection", "Upgrade"). */
bool hc_http_has_token(const struct hc_http_head *head, const char *name,
                       const char *token);

/* A request target as it is read above: origin-form, absolute-form or "*", of
 * bytes 0x21-0x7e without '#' (RFC 9112 3.2). */
bool hc_http_target_is_legal(struct hc_span target);

/* What may stand in a head that we write: a name of token characters; a value
 * without control characters (tab is fine), not beginning or ending with a
 * blank; a reason phrase likewise. Header injection ends here. */
bool hc_http_name_is_legal(struct hc_span name);
bool hc_http_value_is_legal(struct hc_span value);

/* Appends "Name: value\r\n". 0, HYCO_EBADVALUE (illegal name or value),
 * HYCO_ETOOLONG, HYCO_ENOMEM; nothing is appended then. */
int hc_http_write_field(struct hc_buffer *out, struct hc_span name,
                        struct hc_span value);

/* Appends "HTTP/1.1 status reason\r\n"; control characters in reason become
 * blanks. 0, HYCO_EBADVALUE (a status outside 100-999), HYCO_ETOOLONG or
 * HYCO_ENOMEM. */
int hc_http_write_status(struct hc_buffer *out, int status,
                         struct hc_span reason);

/* The standard reason phrase of a status; "" for one that has none. */
const char *hc_http_reason(int status);

#endif
