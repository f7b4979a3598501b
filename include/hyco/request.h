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

/* on_done: nothing more comes; not before all data has been taken. error_code
 * is 0 if the answer came whole, whatever its status; otherwise a positive
 * HYCO_E* number. */
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
 * the sender's properties as they are when it is started,
 * on_ssl_server_authentication is the sender's event. GET to HybridConnection
 * unless hyco_request_set_method and hyco_request_set_path say otherwise. Freed
 * with hyco_request_free. When the sender is freed, its requests end without an
 * event; they still have to be freed. HYCO_EINVALID (NULL), HYCO_ENOMEM. */
HYCO_API int hyco_request_new(hyco_sender *s, const hyco_request_events *events,
                              void *user_data, hyco_request **out);

/* Gives the request up if it is under way. No handler is called any more. NULL
 * is fine. */
HYCO_API void hyco_request_free(hyco_request *r);

/* Those that set something: before the start only, else HYCO_EBUSY;
 * HYCO_ENOTCONNECTED once the sender is gone. hyco_sender_last_error_text has
 * the detail of what fails. */

/* A token of RFC 9110 5.6.2 other than CONNECT, of 1 to 32 bytes, used as it
 * stands; copied. HYCO_EBADVALUE. */
HYCO_API int hyco_request_set_method(hyco_request *r, const char *method);

/* Where in the hybrid connection: comes behind the path of HybridConnection
 * ("/orders/7?full=1" after "shop": /shop/orders/7?full=1); begins with '/' or
 * '?'. What must be escaped in a URL is, escapes stay as they are; a query
 * takes the place of HybridConnection's. "" (the default): nothing. Copied.
 * HYCO_EBADVALUE: NULL, another beginning, or a '%' without two hex digits.
 * HYCO_ETOOLONG: above 8192 bytes. HYCO_ENOMEM. */
HYCO_API int hyco_request_set_path(hyco_request *r, const char *path);

/* Adds a header, copied; the same name may come again. HYCO_EBADVALUE: a name
 * or value that is NULL or that must not stand in a header (control characters,
 * line ends, a blank at either end of the value), or a name that is not the
 * application's: Host, ServiceBusAuthorization, Expect, and what frames a
 * message (Connection, Content-Length, Transfer-Encoding, Upgrade...).
 * HYCO_ETOOLONG: more than 64 headers or 16 KiB. HYCO_ENOMEM. */
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
 * HYCO_ECONNREFUSED, HYCO_EFIREWALL, HYCO_EADDRNOTAVAIL and other numbers of
 * hyco/error.h: no connection; HYCO_ETIMEDOUT: none within 20 s;
 * HYCO_ECERTVERIFY, HYCO_ETLS; HYCO_EDROPPED: the answer broke off, or there
 * was none; HYCO_EPROTOCOL, HYCO_ETOOLONG: an answer that is none;
 * HYCO_EBADVALUE: a streamed body ended early; HYCO_ENOMEM). How long the
 * answer takes is the service's affair: Azure and hyco relay give up after 60 s
 * with 504. Otherwise nothing is called: HYCO_EBUSY (it was started),
 * HYCO_ENOTCONNECTED (the sender is gone), HYCO_EMISSING, HYCO_EBADURL,
 * HYCO_EBADVALUE (also a HEAD with a body), HYCO_ETOOLONG, HYCO_ECERTSTORE,
 * HYCO_ENOMEM; hyco_sender_last_error_text has the detail. */
HYCO_API int hyco_request_start(hyco_request *r);

/* The next piece of a streamed body; copied, all or nothing, at most 131072
 * bytes. HYCO_EINVALID (data NULL with a length). HYCO_EWOULDBLOCK:
 * on_ready_to_send follows. HYCO_ETOOLONG: a longer piece. HYCO_EBADVALUE: more
 * than announced, or after the end. HYCO_ENOTACTIVE: not started, over, or the
 * body is not streamed. HYCO_ENOMEM. */
HYCO_API int hyco_request_write(hyco_request *r, const void *data, size_t len);

/* The streamed body is whole. HYCO_EBADVALUE: shorter than announced, on_done
 * follows. HYCO_ENOTACTIVE: as hyco_request_write, and while the token is
 * still to come. */
HYCO_API int hyco_request_end(hyco_request *r);

/* False stops on_data, and the receiver feels it; true goes on. Meanwhile at
 * most 131072 bytes are held. */
HYCO_API void hyco_request_accept_data(hyco_request *r, bool accept);

#ifdef __cplusplus
}
#endif

#endif
