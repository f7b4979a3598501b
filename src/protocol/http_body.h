/* Where the body of an HTTP/1.1 message ends, and what is in it (RFC 9112 6,
 * 7): strict, what two parsers could read differently is refused. */
#ifndef HC_PROTOCOL_HTTP_BODY_H
#define HC_PROTOCOL_HTTP_BODY_H

#include "protocol/http1.h"

enum hc_http_framing {
  HC_HTTP_NO_BODY,
  HC_HTTP_LENGTH,     /* Content-Length, 0 too */
  HC_HTTP_CHUNKED,    /* Transfer-Encoding: chunked */
  HC_HTTP_UNTIL_CLOSE /* a response that ends with its connection */
};

enum {
  HC_HTTP_BODY_END = 2,            /* of hc_http_body_read */
  HC_HTTP_CHUNK_DIGITS_MAX = 15,   /* of a chunk's size */
  HC_HTTP_CHUNK_EXTRA_MAX = 4096,  /* bytes of chunk extensions in one body */
  HC_HTTP_TRAILERS_MAX = 8192,     /* bytes of trailer lines */
  HC_HTTP_TRAILER_NAME_KEPT = 20,  /* of a name: enough for all that frame */
  HC_HTTP_CHUNK_HEAD_MAX = 16 + 2, /* bytes of a size line that we write */
};

/* Ends a chunked body. */
#define HC_HTTP_LAST_CHUNK "0\r\n\r\n"

/* Framing of the body behind a head that hc_http_read_request or _response has
 * read; *length is set for HC_HTTP_LENGTH and 0 otherwise. 0, or
 * HYCO_EPROTOCOL: a Transfer-Encoding other than "chunked" alone (RFC 9112 6.1:
 * a server answers 501; the coding would be lost on the way); a response 1xx or
 * 204 that announces a body. A response to HEAD, 1xx, 204, 304 and 2xx to
 * CONNECT have none (RFC 9112 6.3). */
int hc_http_request_framing(const struct hc_http_head *head,
                            enum hc_http_framing *framing, uint64_t *length);
int hc_http_response_framing(const struct hc_http_head *head,
                             struct hc_span method,
                             enum hc_http_framing *framing, uint64_t *length);

/* Reads one body; holds no memory. */
struct hc_http_body {
  enum hc_http_framing framing;
  int state;
  uint64_t left;       /* of the body, or of the chunk */
  unsigned digits;     /* of the size that is being read */
  unsigned extensions; /* bytes of them so far */
  unsigned trailers;
  unsigned name_len;
  uint8_t name[HC_HTTP_TRAILER_NAME_KEPT];
  int error;
  const char *why; /* after an error: what was wrong, for people */
};

/* length counts for HC_HTTP_LENGTH only. */
void hc_http_body_init(struct hc_http_body *body, enum hc_http_framing framing,
                       uint64_t length);

/* Takes the next piece of body off the front of in, in constant memory.
 * 1: *data is a piece of it, not empty, borrowed from in.
 * 0: more input is needed; all of in was taken.
 * HC_HTTP_BODY_END: the body has ended, what is behind it stays in `in`;
 * trailers were dropped. UNTIL_CLOSE never ends: the caller sees the end.
 * HYCO_EPROTOCOL or HYCO_ETOOLONG (a limit above): it stays so.
 *
 * Refused in chunks: a size of no digits or more than
 * HC_HTTP_CHUNK_DIGITS_MAX, blanks around it, a line end that is not CRLF,
 * extensions that are not ;token, ;token=token or ;token="quoted" (RFC 9112
 * 7.1.1, without its "bad" blanks), data not followed by CRLF, trailer lines
 * that are not "name: value", folded lines, and trailers that frame or route a
 * message (RFC 9110 6.5.1: hc_http_field_frames, Host). */
int hc_http_body_read(struct hc_http_body *body, struct hc_span *in,
                      struct hc_span *data);

/* True at a place where a whole body may end with its connection: at the end,
 * or anywhere in UNTIL_CLOSE. Everything else was cut (RFC 9112 8). */
bool hc_http_body_may_end(const struct hc_http_body *body);

/* Writes the size line of a chunk of len bytes (not 0: that would be the end)
 * into dst (HC_HTTP_CHUNK_HEAD_MAX); the number of bytes written. Behind the
 * chunk's data comes "\r\n", behind the last chunk HC_HTTP_LAST_CHUNK. */
size_t hc_http_write_chunk_head(uint8_t *dst, size_t len);

#endif
