/* HTTP requests at a receiver: senders that speak plain HTTP to the hybrid
 * connection's address instead of WebSocket (spec receiver.md 6.6). The events
 * are part of hyco_receiver_events (hyco/receiver.h).
 *
 * Each request has an id, from the same counter as ConnectionIds. It is valid
 * from on_http_request until the request is answered (hyco_response_end,
 * hyco_response_abort, hyco_receiver_send_http_response), cancelled, or timed
 * out. Requests may be answered in any order, inside the event or later. One
 * that nobody has begun to answer 55 s after its last byte is answered 500 "The
 * receiver did not respond." (by ForwardHTTPUrl: 504), and on_error says so. */
#ifndef HYCO_HTTP_H
#define HYCO_HTTP_H

#include <hyco/error.h>
#include <hyco/export.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hyco_receiver hyco_receiver;

/* on_http_request: a request, with its whole body; with StreamRequests without
 * it. Without this handler requests are answered 501. The service's own
 * parameters (sb-hc-...) and the sender's token are not in it. */
typedef struct {
  int connection_id;              /* names the request in the calls below */
  const char *rendezvous_address; /* "" if the service gave none */
  const char *id;                 /* the relay's id, not the number above */
  const char *request_headers;    /* JSON object: name to value */
  const char *request_target;     /* path and query, "/entity/rest?query" */
  const char *request_method;
  const char *host;
  const char *remote_address;
  int remote_port;
  const void *request_data; /* not NUL-terminated */
  size_t request_data_len;
  bool has_body; /* with StreamRequests: on_http_request_data follows */
} hyco_http_request;

/* on_http_request_data: with StreamRequests, the next piece of the body. eom is
 * true with the last, which may be empty. */
typedef struct {
  int connection_id;
  const void *data;
  size_t len;
  bool eom;
} hyco_http_request_data;

/* on_http_request_cancelled: the sender went away, or the way to it broke,
 * before the answer was complete; or the receiver was shut down. The id is
 * invalid when the handler returns. Seen at once where the request or its
 * answer goes by rendezvous; the service does not tell it of others. */
typedef struct {
  int connection_id;
  int error_code; /* positive number of a HYCO_E* */
  const char *description;
} hyco_http_request_cancelled;

/* on_http_request_done: a request is over, whoever answered it: the
 * application, the web server of ForwardHTTPUrl, or the receiver itself. Once
 * for each that came, after all other events of it; what a log is made of. */
typedef struct {
  int connection_id; /* invalid by now; 0: no other event told of it */
  const char *request_method;
  const char *request_target; /* path and query */
  const char *remote_address;
  int remote_port;
  int status_code;     /* that left for the sender; 0: none did */
  int64_t bytes_in;    /* of the request's body that came */
  int64_t bytes_out;   /* of the answer's body that left */
  int64_t duration_ms; /* from the request's head to the end */
  int error_code;      /* 0: the whole answer left; otherwise the positive
                          number of a HYCO_E*: it was cancelled, or cut */
} hyco_http_request_done;

/* A header of a request that is still to be answered: the first of this name,
 * in any case; NULL if there is none. Borrowed until the id is invalid.
 * HYCO_ENOREQUEST, HYCO_EINVALID (NULL). */
HYCO_API int hyco_receiver_get_request_header(hyco_receiver *r,
                                              int connection_id,
                                              const char *name,
                                              const char **value);

/* All its headers, one after the other: the one at this place, from 0 on; *name
 * is NULL behind the last. Borrowed as above. HYCO_ENOREQUEST, HYCO_EINVALID
 * (NULL). */
HYCO_API int hyco_receiver_get_request_header_at(hyco_receiver *r,
                                                 int connection_id,
                                                 size_t place,
                                                 const char **name,
                                                 const char **value);

/* Answers a request at once; data is copied, and taken whole however long it
 * is. Headers added before with hyco_response_add_header go along.
 * status_description NULL or "": none. An answer up to 64 KiB goes over the
 * control channel, a longer one over a rendezvous. The body of an answer to
 * HEAD, and with status 204 and 304, is left out.
 *
 * HYCO_ENOREQUEST (unknown, answered, or its answer has begun), HYCO_EBADSTATUS
 * (allowed are 200 to 999 but 502 and 504, which mean the service's own
 * failures), HYCO_EBADVALUE (the description holds a control character, or
 * begins or ends with a blank), HYCO_ETOOLONG (description above 1024 bytes),
 * HYCO_ERENDEZVOUS (a rendezvous is needed and the service gave no address),
 * HYCO_EINVALID (data NULL with a length), HYCO_EBADURL, HYCO_ENOMEM; the
 * request is still to be answered then.
 */
HYCO_API int hyco_receiver_send_http_response(hyco_receiver *r,
                                              int connection_id,
                                              int status_code,
                                              const char *status_description,
                                              const void *data, size_t len);

/* Status of an answer that is made piece by piece; 200 "OK" unless set. Not
 * once the answer has begun. HYCO_ENOREQUEST, HYCO_EBADSTATUS, HYCO_EBADVALUE,
 * HYCO_ETOOLONG, HYCO_ENOMEM: as above. */
HYCO_API int hyco_response_set_status(hyco_receiver *r, int connection_id,
                                      int status_code,
                                      const char *status_description);

/* Adds a header; the same name may come again (Set-Cookie). Nothing may be
 * added once the answer has begun. HYCO_EBADVALUE: a name that is no token (RFC
 * 9110 5.6.2), a value with a control character (a tab may be inside) or with a
 * blank at either end, or a header that frames the message (Connection,
 * Content-Length, Keep-Alive, Proxy-Connection, TE, Trailer, Transfer-Encoding,
 * Upgrade, Close), for the service writes those.
 * HYCO_ETOOLONG: more than 256 headers, or 32 KiB of them together.
 * HYCO_ENOREQUEST, HYCO_EINVALID (NULL), HYCO_ENOMEM. */
HYCO_API int hyco_response_add_header(hyco_receiver *r, int connection_id,
                                      const char *name, const char *value);

/* Adds to the body; data is copied. Up to 64 KiB are held for the control
 * channel. With more, or after hyco_response_flush, or 55 s after the request,
 * the answer has begun: it is streamed over a rendezvous, every write as it
 * comes. A stream must not idle for more than 60 s.
 *
 * All or nothing. HYCO_EWOULDBLOCK: OutBufferSize bytes or more of a streamed
 * answer wait; on_http_ready tells when to try again. A write before it may be
 * taken, but fills the queue again: whoever writes on and on is told when he
 * stops. HYCO_ENOTCONNECTED: the sender has gone, on_http_request_cancelled
 * follows. HYCO_ENOREQUEST, HYCO_EINVALID, HYCO_ERENDEZVOUS, HYCO_EBADURL,
 * HYCO_ENOMEM. */
HYCO_API int hyco_response_write(hyco_receiver *r, int connection_id,
                                 const void *data, size_t len);

/* Sends status, headers and what was written, at once (by rendezvous): for
 * events that must flow. HYCO_ENOREQUEST, HYCO_ENOTCONNECTED, HYCO_ERENDEZVOUS,
 * HYCO_EBADURL, HYCO_ENOMEM. */
HYCO_API int hyco_response_flush(hyco_receiver *r, int connection_id);

/* The answer is complete; the id is invalid then. That it cannot be delivered
 * is reported by on_error. Errors as hyco_response_flush. */
HYCO_API int hyco_response_end(hyco_receiver *r, int connection_id);

/* Gives the answer up; the id is invalid then. One of which nothing has left
 * yet becomes 500; another is cut, which the sender sees. HYCO_ENOREQUEST. */
HYCO_API int hyco_response_abort(hyco_receiver *r, int connection_id);

/* With StreamRequests: stops and restarts on_http_request_data; the sender
 * feels it. While a request is paused it is not seen that its sender went away.
 * HYCO_ENOREQUEST. */
HYCO_API int hyco_receiver_pause_request(hyco_receiver *r, int connection_id);
HYCO_API int hyco_receiver_resume_request(hyco_receiver *r, int connection_id);

#ifdef __cplusplus
}
#endif

#endif
