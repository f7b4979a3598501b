/* The sender: connects to a hybrid connection and talks with the receiver that
 * accepts. The counterpart of the AzureRelaySender class (spec receiver.md,
 * section 7). A sender has one connection at a time. */
#ifndef HYCO_SENDER_H
#define HYCO_SENDER_H

#include <hyco/receiver.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As a receiver, it belongs to the thread that runs its loop. */
typedef struct hyco_sender hyco_sender;

/* on_data_in: see hyco_connection_data_in. */
typedef struct {
  hyco_format data_format;
  const void *data;
  size_t len;
  bool eom;
} hyco_data_in;

/* on_progress: see hyco_connection_progress. */
typedef struct {
  int64_t bytes_sent;
  int64_t size;
} hyco_progress;

/* Handlers; any may be NULL. Parameters as in hyco/receiver.h, except:
 * on_connected: the try to connect has ended (0 "OK", or a positive HYCO_E*
 * number and the receiver's or service's words); on_disconnected: the
 * connection is over (1000 normal, 1006 a cut, otherwise the close code). */
typedef struct {
  void (*on_connected)(hyco_sender *s, const hyco_connected *e,
                       void *user_data);
  void (*on_ready_to_send)(hyco_sender *s, void *user_data);
  void (*on_progress)(hyco_sender *s, const hyco_progress *e, void *user_data);
  void (*on_data_in)(hyco_sender *s, const hyco_data_in *e, void *user_data);
  /* With HalfClose: the peer sends no more; our direction is still open. */
  void (*on_end)(hyco_sender *s, const hyco_disconnected *e, void *user_data);
  void (*on_disconnected)(hyco_sender *s, const hyco_disconnected *e,
                          void *user_data);
  void (*on_error)(hyco_sender *s, const hyco_error_event *e, void *user_data);
  void (*on_ssl_server_authentication)(hyco_sender *s,
                                       hyco_ssl_server_authentication *e,
                                       void *user_data);
  void (*on_log)(hyco_sender *s, const hyco_log *e, void *user_data);
  void (*on_connection_status)(hyco_sender *s, const hyco_connection_status *e,
                               void *user_data);
  void (*on_ssl_status)(hyco_sender *s, const hyco_ssl_status *e,
                        void *user_data);
  void (*on_header)(hyco_sender *s, const hyco_header *e, void *user_data);
  void (*on_redirect)(hyco_sender *s, hyco_redirect *e, void *user_data);
} hyco_sender_events;

/* As hyco_receiver_new. */
HYCO_API int hyco_sender_new(hyco_loop *loop, const hyco_sender_events *events,
                             void *user_data, hyco_sender **out);

/* As hyco_receiver_free: an open connection is cut. */
HYCO_API void hyco_sender_free(hyco_sender *s);

/* As their twins of the receiver. The rows of a connection are the sender's
 * own: HYCO_CONNECTION_TIMEOUT, HYCO_CONNECTION_ACCEPT_DATA... */
HYCO_API int hyco_sender_set_connection_string(hyco_sender *s,
                                               const char *text);
HYCO_API int hyco_sender_set_string(hyco_sender *s, hyco_property p,
                                    const char *value);
HYCO_API int hyco_sender_set_bool(hyco_sender *s, hyco_property p, bool value);
HYCO_API int hyco_sender_set_int(hyco_sender *s, hyco_property p,
                                 int64_t value);
HYCO_API int hyco_sender_get_string(hyco_sender *s, hyco_property p,
                                    const char **value);
HYCO_API int hyco_sender_get_bool(hyco_sender *s, hyco_property p, bool *value);
HYCO_API int hyco_sender_get_int(hyco_sender *s, hyco_property p,
                                 int64_t *value);
HYCO_API int hyco_sender_config(hyco_sender *s, const char *text,
                                const char **value);

/* As hyco_receiver_set_bytes and hyco_connection_set_bytes. */
HYCO_API int hyco_sender_set_bytes(hyco_sender *s, hyco_property p,
                                   const void *value, size_t len);

/* As hyco_receiver_set_token_provider. */
HYCO_API void hyco_sender_set_token_provider(hyco_sender *s,
                                             hyco_token_provider fn,
                                             void *user_data);

/* Adds a header to the handshake of the connections made from now on; the
 * receiver sees it among the connect headers. Copied. HYCO_EBADVALUE: a name or
 * value that must not stand in a header, or a name that the handshake uses
 * itself (Host, Connection, Upgrade, Sec-WebSocket-*,
 * ServiceBusAuthorization...). HYCO_ETOOLONG: more than 64 headers or 16 KiB.
 * HYCO_ENOMEM. */
HYCO_API int hyco_sender_add_header(hyco_sender *s, const char *name,
                                    const char *value);

/* Forgets the headers that were added. */
HYCO_API void hyco_sender_clear_headers(hyco_sender *s);

/* Connects and returns at once; on_connected reports (at most 70 s later: the
 * service holds the answer until a receiver has accepted). Never retried,
 * except while WaitForListener allows it: then 404 is tried again. Trusted CAs
 * are read by the first start, and again after one of their rows was set or a
 * certificate was refused.
 * Errors as of hyco_receiver_start, and HYCO_EBUSY if it is connected or
 * connecting. */
HYCO_API int hyco_sender_start(hyco_sender *s);

/* As hyco_sender_start, but blocks, running the loop, until connected. Also
 * what on_connected would report, e.g. HYCO_EUNAUTHORIZED, HYCO_ENOTFOUND,
 * HYCO_EHTTP (rejected: last_error_text has status and words),
 * HYCO_ECERTVERIFY, HYCO_ETIMEDOUT; HYCO_EINTERRUPTED if a handler freed s
 * or called hyco_sender_disconnect; HYCO_EBUSY inside a handler. */
HYCO_API int hyco_sender_connect(hyco_sender *s);

/* A whole program, after hyco_sender_start, hyco_sender_connect or
 * hyco_request_start: runs the loop until neither the connection nor an HTTP
 * request of s is under way; at once if none is. 0: the connection ended with
 * hyco_sender_disconnect, or by the peer with 1000, 1001 or without a code;
 * there was none; or hyco_loop_stop was called (all goes on). Otherwise what
 * went wrong with the connection and no call has returned yet: as
 * hyco_sender_connect, what on_error reported, HYCO_EDROPPED for a cut or
 * another close code. How a request ends only its on_done tells.
 * HYCO_EINTERRUPTED: a handler freed s. HYCO_EBUSY inside a handler; handlers
 * may use blocking sends. */
HYCO_API int hyco_sender_run(hyco_sender *s);

/* As hyco_receiver_disconnect; on_disconnected follows. While it is still
 * connecting (or waits for a listener, or a token) that is called off instead:
 * on_connected follows with HYCO_EINTERRUPTED. HYCO_ENOTCONNECTED: neither. */
HYCO_API int hyco_sender_disconnect(hyco_sender *s);

/* As hyco_receiver_send and _send_text; a sender's connection timeout is 0 as
 * well. HYCO_ENOTCONNECTED in place of HYCO_EBADID. */
HYCO_API int hyco_sender_send(hyco_sender *s, const void *data, size_t len);
HYCO_API int hyco_sender_send_text(hyco_sender *s, const char *text,
                                   size_t len);

/* As hyco_receiver_send_file; on_progress and on_error report, and
 * HYCO_ENOTCONNECTED takes the place of HYCO_EBADID. */
HYCO_API int hyco_sender_send_file(hyco_sender *s, const char *file_name);

/* As hyco_receiver_interrupt. */
HYCO_API void hyco_sender_interrupt(hyco_sender *s);

/* As hyco_loop_do_events on the sender's loop. */
HYCO_API int hyco_sender_do_events(hyco_sender *s, int timeout_ms);

/* The loop that the sender lives on. */
HYCO_API hyco_loop *hyco_sender_loop(hyco_sender *s);

/* As hyco_receiver_last_error_text. */
HYCO_API const char *hyco_sender_last_error_text(const hyco_sender *s);

#ifdef __cplusplus
}
#endif

#endif
