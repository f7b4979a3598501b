/* HTTP requests through a hybrid connection: a receiver that takes HTTP
 * requests answers them. Each is a request of its own over a connection of its
 * own; a sender may have any number under way at once, beside its connection.
 *
 * HTTP/1.1. Neither redirects nor cookies nor content codings are looked at:
 * what the receiver answers is what comes. */
#ifndef HYCO_REQUEST_H
#define HYCO_REQUEST_H

#include <hyco/sender.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hyco_request hyco_request;

typedef struct {
  const char *name;
  const char *value;
} hyco_response_header;

/* on_response: the head of the answer. Headers in order, the same name may come
 * again; at most 100, 32 KiB together. */
typedef struct {
  int status_code;    /* 200 to 999 */
  const char *reason; /* the reason phrase; may be "" */
  const hyco_response_header *headers;
  size_t n_headers;
} hyco_response;

typedef struct {
  const void *data;
  size_t len; /* 1 to 131072 */
} hyco_response_data;

/* on_done: nothing more comes. error_code is 0 if the answer came whole,
 * whatever its status; otherwise a positive HYCO_E* number. */
typedef struct {
  int error_code;
  const char *description;
} hyco_request_done;

/* Handlers; any may be NULL. Called from the sender's loop; each may free the
 * request. What they are given is borrowed until they return. */
typedef struct {
  void (*on_response)(hyco_request *r, const hyco_response *e, void *user_data);
  void (*on_data)(hyco_request *r, const hyco_response_data *e,
                  void *user_data);
  /* A streamed body may begin, or go on after HYCO_EWOULDBLOCK. */
  void (*on_ready_to_send)(hyco_request *r, void *user_data);
  void (*on_done)(hyco_request *r, const hyco_request_done *e, void *user_data);
} hyco_request_events;

/* A request of the sender: address, credentials, trust and the way there are
 * the sender's properties, on_ssl_server_authentication is the sender's event.
 * GET to HybridConnection unless set otherwise. When the sender is freed, its
 * requests end without an event; they still have to be freed. HYCO_EINVALID,
 * HYCO_ENOMEM. */
HYCO_API int hyco_request_new(hyco_sender *s, const hyco_request_events *events,
                              void *user_data, hyco_request **out);

/* Gives the request up if it is under way. No handler is called any more. NULL
 * is fine. */
HYCO_API void hyco_request_free(hyco_request *r);

/* Before the start only, else HYCO_EBUSY. */

/* A token of RFC 9110 5.6.2 other than CONNECT, of 1 to 32 bytes, used as it
 * stands; copied. HYCO_EBADVALUE. */
HYCO_API int hyco_request_set_method(hyco_request *r, const char *method);

/* Adds a header, copied; the same name may come again. HYCO_EBADVALUE: a name
 * or value that is NULL or that must not stand in a header (control characters,
 * line ends), or a name that is not the application's: Host,
 * ServiceBusAuthorization, Expect, and what frames a message (Connection,
 * Content-Length, Transfer-Encoding, Upgrade...). HYCO_ETOOLONG: more than 64
 * headers or 16 KiB. HYCO_ENOMEM. */
HYCO_API int hyco_request_add_header(hyco_request *r, const char *name,
                                     const char *value);

/* The body. Copied; len 0 is an empty body. HYCO_EINVALID (data NULL with a
 * length), HYCO_ENOMEM. */
HYCO_API int hyco_request_set_body(hyco_request *r, const void *data,
                                   size_t len);

/* The body comes by hyco_request_write, of so many bytes; -1: as many as come
 * (chunked). HYCO_EBADVALUE: below -1. */
HYCO_API int hyco_request_stream_body(hyco_request *r, int64_t len);

/* Sends it; at once, or when the token provider has answered. 0: on_done
 * follows (HYCO_EUNAUTHORIZED: no token; HYCO_EHOSTNOTFOUND,
 * HYCO_ECONNREFUSED, HYCO_ETIMEDOUT: no connection within 20 s;
 * HYCO_ECERTVERIFY, HYCO_ETLS; HYCO_EDROPPED: the answer broke off, or there
 * was none; HYCO_EPROTOCOL, HYCO_ETOOLONG: an answer that is none;
 * HYCO_EBADVALUE: a streamed body ended early). How long the answer takes is
 * the service's affair: Azure and hyco relay give up after 60 s with 504.
 * Otherwise nothing is called: HYCO_EBUSY (it was started), HYCO_ENOTCONNECTED
 * (the sender is gone), HYCO_EMISSING, HYCO_EBADURL, HYCO_EBADVALUE (also a
 * HEAD with a body), HYCO_ETOOLONG, HYCO_ECERTSTORE, HYCO_ENOMEM;
 * hyco_sender_last_error_text has the detail. */
HYCO_API int hyco_request_start(hyco_request *r);

/* The next piece of a streamed body; copied, all or nothing, at most 131072
 * bytes. HYCO_EINVALID (data NULL with a length). HYCO_EWOULDBLOCK:
 * on_ready_to_send follows. HYCO_ETOOLONG: a longer piece. HYCO_EBADVALUE: more
 * than announced, or after the end. HYCO_ENOTACTIVE: not started, over, or the
 * body is not streamed. HYCO_ENOMEM.
 */
HYCO_API int hyco_request_write(hyco_request *r, const void *data, size_t len);

/* The streamed body is whole. HYCO_EBADVALUE: shorter than announced, on_done
 * follows. HYCO_ENOTACTIVE. */
HYCO_API int hyco_request_end(hyco_request *r);

/* False stops on_data, and the receiver feels it; true goes on. Meanwhile at
 * most 131072 bytes are held. */
HYCO_API void hyco_request_accept_data(hyco_request *r, bool accept);

#ifdef __cplusplus
}
#endif

#endif
