/* The receiver (listener role): waits at a hybrid connection for senders, and
 * talks with each over a connection of its own. The counterpart of the
 * AzureRelayReceiver class (spec receiver.md).
 *
 * Forwarding: while forwarding_host and forwarding_port have values, each
 * accepted connection is joined to a TCP connection to them, and the
 * application is not asked for its bytes: on_connection_data_in does not fire,
 * the other events do, and nothing can be sent on it. HalfClose is on for it. A
 * target that cannot be reached is on_error 609, and 502 for the sender; with
 * ForwardDialFirst false on_connection_error 609, and Close 1011. HTTP requests
 * are not forwarded there. */
#ifndef HYCO_RECEIVER_H
#define HYCO_RECEIVER_H

#include <hyco/error.h>
#include <hyco/http.h>
#include <hyco/loop.h>
#include <hyco/property.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hyco_receiver hyco_receiver;

/* Format of data, as in RFC 6455. */
typedef enum {
  HYCO_FORMAT_AUTOMATIC = 0,
  HYCO_FORMAT_TEXT = 1,
  HYCO_FORMAT_BINARY = 2,
  HYCO_FORMAT_PING = 9,
  HYCO_FORMAT_PONG = 10
} hyco_format;

/* on_connected: a try to bring up the control channel has ended. status_code 0
 * and "OK", or the positive number of a HYCO_E* and words. */
typedef struct {
  int status_code;
  const char *description;
} hyco_connected;

/* on_disconnected: the control channel is gone. 0 "OK" after listening was set
 * to false, the service's close code and text (1001, 1008, 1011), or the
 * positive number of a HYCO_E*. */
typedef struct {
  int status_code;
  const char *description;
} hyco_disconnected;

/* on_connection_request: a sender wants in. Fields marked in/out may be
 * changed by the handler. */
typedef struct {
  bool accept; /* in/out: true at first if AllowedClients lets the sender in;
                  false rejects */
  const char *rendezvous_address;
  const char *id;              /* the relay's id, not a ConnectionId */
  const char *connect_headers; /* JSON object */
  const char *sub_protocols;
  const char *extensions;
  const char *host;
  const char *remote_address;
  int remote_port;
  int status_code; /* in/out: for a rejection; 0: 400; 403 at first if
                      AllowedClients does not let the sender in */
  const char *status_description; /* in/out: NULL: "Rejected by user code";
                                     copied when the handler returns */
  const char *sub_protocol; /* in/out: the one agreed to, of those offered;
                               the first at first, "" if none was offered */
} hyco_connection_request;

/* on_connection_data_in: bytes came. text may be cut anywhere, inside a UTF-8
 * character too; eom is true with the last piece of a message. A pong comes
 * whole. data is not NUL-terminated. */
typedef struct {
  int connection_id;
  hyco_format data_format; /* TEXT, BINARY or PONG */
  const void *data;
  size_t len;
  bool eom;
} hyco_connection_data_in;

/* on_connection_disconnected: the connection is over; its id is invalid when
 * the handler returns. 1000 is a normal end, 1005 a Close without a code, 1006
 * a cut: the peer's end never came. */
typedef struct {
  int connection_id;
  int status_code;
  const char *description;
} hyco_connection_disconnected;

/* on_connection_progress: how far hyco_receiver_send_file has come (hyco's
 * own): bytes_sent of the size that the file had when it was opened. What was
 * handed to the queue counts as sent. At most 10 a second, and one at the end
 * with bytes_sent == size, unless the connection ends first. */
typedef struct {
  int connection_id;
  int64_t bytes_sent;
  int64_t size;
} hyco_connection_progress;

/* on_connection_error, on_error: something went wrong; error_code is the
 * positive number of a HYCO_E*. If it ends the connection,
 * on_connection_disconnected follows. */
typedef struct {
  int connection_id; /* 0 in on_error */
  int error_code;
  const char *description;
} hyco_error_event;

/* on_ssl_server_authentication: the server's certificate, after the handshake
 * and before any byte of ours, for the control channel, each rendezvous, each
 * HTTP request of a sender and each that is forwarded to https. accept is the
 * verdict of the check of chain and name; the handler may change it both ways.
 */
typedef struct {
  const void *cert_encoded; /* DER */
  size_t cert_encoded_len;
  const char *cert_subject;
  const char *cert_issuer;
  const char *status; /* "OK", or why it is not trusted */
  bool accept;        /* in/out */
} hyco_ssl_server_authentication;

/* on_connection_status: a step of a connection that is opened or has ended, of
 * the control channel and of each rendezvous: "Remote host connection
 * complete", "SSL handshake complete", "Remote host disconnected".
 * status_code 0 "OK", or the positive number of a HYCO_E* and words. */
typedef struct {
  const char *connection_event;
  int status_code;
  const char *description;
} hyco_connection_status;

/* on_ssl_status: how a TLS handshake goes. */
typedef struct {
  const char *message;
} hyco_ssl_status;

/* on_header: a header of the answer to a WebSocket handshake, in its order and
 * with its name as it came. */
typedef struct {
  const char *field;
  const char *value;
} hyco_header;

/* on_redirect: a handshake was answered with 3xx. It fails unless the handler
 * accepts; nothing goes to that place then. If it accepts, the same request,
 * with its token and your headers, is sent there, whatever host it is: who gets
 * a token can use it until it expires. At most 5 in a row, each asked about, to
 * https and wss only. */
typedef struct {
  const char *location;
  bool accept; /* in/out: false at first */
} hyco_redirect;

/* on_log: a line about what happens. connection_id: whose line it is, a
 * connection's or request's; 0: the control channel, or there is no id yet.
 * log_level 1 and log_type "Info", 2 "Verbose", 3 "Debug". Never holds a token
 * or a key. The one handler that may be called inside a call of yours (a
 * start, an answer), in a handler too: while such a call is under way it must
 * not free the object that the call is on. */
typedef struct {
  int connection_id;
  int log_level;
  const char *message;
  const char *log_type;
} hyco_log;

/* Handlers; any may be NULL. All run on the thread that runs the loop, never
 * nested. user_data is what hyco_receiver_new was given.
 *
 * Order for one connection: on_connection_request, (rendezvous:
 * on_ssl_server_authentication, on_connection_status, on_ssl_status,
 * on_header...), on_connection_connected,
 * on_connection_ready_to_send, on_connection_data_in..., (with HalfClose:
 * on_connection_end), on_connection_disconnected. */
typedef struct {
  void (*on_connected)(hyco_receiver *r, const hyco_connected *e,
                       void *user_data);
  void (*on_disconnected)(hyco_receiver *r, const hyco_disconnected *e,
                          void *user_data);
  void (*on_connection_request)(hyco_receiver *r, hyco_connection_request *e,
                                void *user_data);
  void (*on_connection_connected)(hyco_receiver *r, int connection_id,
                                  void *user_data);
  /* Right after the connection is up, and once after an asynchronous send
   * would have blocked, when the queue is below half of OutBufferSize. A send
   * before that may be taken; it fills the queue again and puts it off. */
  void (*on_connection_ready_to_send)(hyco_receiver *r, int connection_id,
                                      void *user_data);
  void (*on_connection_progress)(hyco_receiver *r,
                                 const hyco_connection_progress *e,
                                 void *user_data);
  void (*on_connection_data_in)(hyco_receiver *r,
                                const hyco_connection_data_in *e,
                                void *user_data);
  /* With HalfClose: the peer sends no more; our direction is still open. */
  void (*on_connection_end)(hyco_receiver *r,
                            const hyco_connection_disconnected *e,
                            void *user_data);
  void (*on_connection_disconnected)(hyco_receiver *r,
                                     const hyco_connection_disconnected *e,
                                     void *user_data);
  void (*on_connection_error)(hyco_receiver *r, const hyco_error_event *e,
                              void *user_data);
  void (*on_error)(hyco_receiver *r, const hyco_error_event *e,
                   void *user_data);
  /* HTTP requests (hyco/http.h). */
  void (*on_http_request)(hyco_receiver *r, const hyco_http_request *e,
                          void *user_data);
  void (*on_http_request_data)(hyco_receiver *r,
                               const hyco_http_request_data *e,
                               void *user_data);
  void (*on_http_request_cancelled)(hyco_receiver *r,
                                    const hyco_http_request_cancelled *e,
                                    void *user_data);
  /* Once after hyco_response_write would have blocked, when less than half of
   * OutBufferSize waits. A write before that may be taken; it puts it off. */
  void (*on_http_ready)(hyco_receiver *r, int connection_id, void *user_data);
  void (*on_http_request_done)(hyco_receiver *r,
                               const hyco_http_request_done *e,
                               void *user_data);
  void (*on_ssl_server_authentication)(hyco_receiver *r,
                                       hyco_ssl_server_authentication *e,
                                       void *user_data);
  void (*on_log)(hyco_receiver *r, const hyco_log *e, void *user_data);
  void (*on_connection_status)(hyco_receiver *r,
                               const hyco_connection_status *e,
                               void *user_data);
  void (*on_ssl_status)(hyco_receiver *r, const hyco_ssl_status *e,
                        void *user_data);
  void (*on_header)(hyco_receiver *r, const hyco_header *e, void *user_data);
  void (*on_redirect)(hyco_receiver *r, hyco_redirect *e, void *user_data);
} hyco_receiver_events;

/* Makes a receiver on a loop; with loop NULL on one of its own. events is
 * copied (NULL: none). Freed with hyco_receiver_free.
 * HYCO_EINVALID (out is NULL), HYCO_ENOMEM, HYCO_ETOOMANYFILES. */
HYCO_API int hyco_receiver_new(hyco_loop *loop,
                               const hyco_receiver_events *events,
                               void *user_data, hyco_receiver **out);

/* Drops everything at once (connections are cut: hyco_receiver_shutdown first
 * if they should end well) and frees the receiver; no handler is called any
 * more. From a handler it takes effect when the handler returns. NULL is
 * fine. */
HYCO_API void hyco_receiver_free(hyco_receiver *r);

/* Sets namespace_address, hybrid_connection (if EntityPath is there), the keys
 * or SharedAccessSignature, and UseDevelopmentEmulator from a connection
 * string. Nothing is changed on failure. HYCO_EBADVALUE (last_error_text names
 * the key at fault), HYCO_ELISTENING, HYCO_EINVALID (NULL), HYCO_ENOMEM. */
HYCO_API int hyco_receiver_set_connection_string(hyco_receiver *r,
                                                 const char *text);

/* A token that the library asks for: at each connect and before the one in use
 * ends. It is answered exactly once, with hyco_token_supply, inside the
 * provider or later, also after the object that asked was freed. */
typedef struct hyco_token_request hyco_token_request;

/* Called by the loop, like a handler. scope is
 * "https://relay.azure.net/.default". */
typedef void (*hyco_token_provider)(hyco_token_request *request,
                                    const char *scope, void *user_data);

/* Where tokens come from instead of keys, e.g. Entra ID; wins over keys and
 * SharedAccessSignature from the next connect or renewal on. fn NULL: none (the
 * default). */
HYCO_API void hyco_receiver_set_token_provider(hyco_receiver *r,
                                               hyco_token_provider fn,
                                               void *user_data);

/* Answers a request; token is copied. NULL: there is none, and the try to
 * connect fails with HYCO_EUNAUTHORIZED (a renewal is tried again). expires_at:
 * Unix seconds; 0: unknown, taken as an hour from now. On the loop's thread
 * (see hyco_loop_post). The request is gone then. HYCO_EBADVALUE: a token that
 * is empty, above 8 KiB or cannot stand in a header. HYCO_ENOMEM. Both count as
 * NULL. */
HYCO_API int hyco_token_supply(hyco_token_request *request, const char *token,
                               int64_t expires_at);

/* Typed access to a row of the table; values are copied. INT, ENUM and BOOL (0
 * and 1) rows go through _int and _bool, STRING rows through _string (NULL is
 * ""), BYTES rows through _bytes. HYCO_EINVALID (value NULL with a length),
 * HYCO_EBADID (a row of a connection: hyco_connection_set_...),
 * HYCO_EUNKNOWNNAME (no such property, or one that is not a receiver's),
 * HYCO_EREADONLY, HYCO_EBADVALUE (wrong type or out of range), HYCO_EBADENUM
 * (no value of an enumeration), HYCO_EUNSUPPORTED (not on this system),
 * HYCO_ELISTENING (only while idle), HYCO_ENOMEM; the old value stays.
 *
 * HYCO_LISTENING set to true blocks until the control channel is up, at most
 * 60 s, running the loop meanwhile, and returns what went wrong: as
 * hyco_receiver_start, what on_connected would report, HYCO_ETIMEOUT,
 * HYCO_EINTERRUPTED (a handler stopped or freed r); inside a handler
 * HYCO_EBUSY. Set to false it returns at once; connections stay. */
HYCO_API int hyco_receiver_set_string(hyco_receiver *r, hyco_property p,
                                      const char *value);
HYCO_API int hyco_receiver_set_bool(hyco_receiver *r, hyco_property p,
                                    bool value);
HYCO_API int hyco_receiver_set_int(hyco_receiver *r, hyco_property p,
                                   int64_t value);
HYCO_API int hyco_receiver_set_bytes(hyco_receiver *r, hyco_property p,
                                     const void *value, size_t len);

/* Reads a row; _string reads BYTES rows too (PEM). Strings are borrowed until
 * the next call on r. HYCO_EINVALID (value is NULL), HYCO_EUNKNOWNNAME,
 * HYCO_EBADID (a row of a connection), HYCO_EBADVALUE (wrong type). */
HYCO_API int hyco_receiver_get_string(hyco_receiver *r, hyco_property p,
                                      const char **value);
HYCO_API int hyco_receiver_get_bool(hyco_receiver *r, hyco_property p,
                                    bool *value);
HYCO_API int hyco_receiver_get_int(hyco_receiver *r, hyco_property p,
                                   int64_t *value);

/* Text access: "Name=Value" sets, "Name" reads, "Name[7]" means connection 7.
 * Names in any case; booleans take true, false, yes, no, 1, 0. *value (may be
 * NULL when setting) is borrowed until the next call on r, "" after setting.
 * HYCO_EINVALID (text is NULL), HYCO_EBADID (the id is no number, or no
 * connection's), and errors as above. */
HYCO_API int hyco_receiver_config(hyco_receiver *r, const char *text,
                                  const char **value);

/* Rows of one connection. As above; HYCO_EBADID: there is no such connection.
 * HYCO_CONNECTION_DATA_TO_SEND sends: as hyco_receiver_send, in the format that
 * HYCO_CONNECTION_DATA_FORMAT names; PING and PONG take at most 125 bytes, and
 * go behind what is queued, between the frames of a message if need be. */
HYCO_API int hyco_connection_set_bytes(hyco_receiver *r, int connection_id,
                                       hyco_property p, const void *value,
                                       size_t len);
HYCO_API int hyco_connection_set_bool(hyco_receiver *r, int connection_id,
                                      hyco_property p, bool value);
HYCO_API int hyco_connection_set_int(hyco_receiver *r, int connection_id,
                                     hyco_property p, int64_t value);
HYCO_API int hyco_connection_get_string(hyco_receiver *r, int connection_id,
                                        hyco_property p, const char **value);
HYCO_API int hyco_connection_get_bool(hyco_receiver *r, int connection_id,
                                      hyco_property p, bool *value);
HYCO_API int hyco_connection_get_int(hyco_receiver *r, int connection_id,
                                     hyco_property p, int64_t *value);

/* Starts listening and returns at once; on_connected reports. A token or right
 * that is refused and an unknown entity (401, 403, 404) end it; everything
 * else is tried again (0, 1, 2, 5, 10, 30, 30... s) while AutoReconnect is
 * true. 0 also if it listens already. HYCO_EMISSING (namespace_address,
 * hybrid_connection, or one of key and key name), HYCO_EBADURL, HYCO_EBADVALUE
 * (UseDevelopmentEmulator with a host that is not loopback; local_host,
 * OpenSSLCipherList), HYCO_ETOOLONG (hybrid_connection makes too long a URL),
 * HYCO_ECERTSTORE, HYCO_ENOMEM. */
HYCO_API int hyco_receiver_start(hyco_receiver *r);

/* A whole program: listens as HYCO_LISTENING set to true does, but without its
 * 60 s (unless it listens already: after hyco_receiver_start a failed first try
 * is repeated), and runs the loop until listening is over. 0: a handler set
 * HYCO_LISTENING to false or called hyco_receiver_shutdown (all is closed
 * then), or hyco_loop_stop was called (it still listens, or is about to).
 * Otherwise as HYCO_LISTENING, or what ended it later: HYCO_EUNAUTHORIZED,
 * HYCO_EFORBIDDEN, HYCO_ENOTFOUND, and while AutoReconnect is false what
 * on_disconnected reports, HYCO_EDROPPED for a close code. HYCO_EINTERRUPTED: a
 * handler freed r. HYCO_EBUSY inside a handler; handlers may use blocking
 * sends. */
HYCO_API int hyco_receiver_run(hyco_receiver *r);

/* Stops listening and closes every connection with DisconnectStatusCode;
 * on_connection_disconnected comes for each, then on_disconnected. Blocks,
 * running the loop, until that is done (at most 11 s: what has not ended in 10
 * is cut, a file under way too); inside a handler it returns at once and the
 * rest happens later. */
HYCO_API void hyco_receiver_shutdown(hyco_receiver *r);

/* Closes one connection: what is queued is sent, a file under way too, then a
 * Close with DisconnectStatusCode and DisconnectStatusDescription. Never
 * blocks; on_connection_disconnected comes with the peer's Close, or once
 * nothing left or came for 10 s, or after 120 s in which bytes only came (with
 * HalfClose the peer may take its time once the Close is sent). 0 also if it is
 * closing already. HYCO_EBADID. */
HYCO_API int hyco_receiver_disconnect(hyco_receiver *r, int connection_id);

/* Sends one message, binary or text (which must be UTF-8). data is copied, or
 * not needed any more, when the call returns.
 *
 * HYCO_CONNECTION_TIMEOUT 0 (the default): all or nothing. The whole message is
 * taken, or HYCO_EWOULDBLOCK: OutBufferSize bytes or more wait already;
 * on_connection_ready_to_send tells when to try again.
 * HYCO_CONNECTION_TIMEOUT above 0, in seconds: blocks, running the loop (inside
 * a handler without calling others), until all is with the
 * kernel. HYCO_ETIMEOUT when no byte moved for so long; the connection is then
 * closed with 1001, unless nothing of the message had been queued. HYCO_EBUSY
 * within another blocking call. HYCO_EINTERRUPTED: hyco_receiver_interrupt (the
 * connection is closed as for a timeout), or a handler freed r.
 *
 * HYCO_EBUSY also amid a message of another send (blocking, or MessageLength).
 * HYCO_EBADID, HYCO_ENOTCONNECTED (closing), HYCO_EBADVALUE (text is not UTF-8;
 * more than MessageLength has left, or another type within it), HYCO_ENOMEM,
 * HYCO_EINVALID (data NULL with a length; the connection is forwarded). */
HYCO_API int hyco_receiver_send(hyco_receiver *r, int connection_id,
                                const void *data, size_t len);
HYCO_API int hyco_receiver_send_text(hyco_receiver *r, int connection_id,
                                     const char *text, size_t len);

/* Sends the bytes that a regular file has now as one message: text if
 * HYCO_CONNECTION_DATA_FORMAT is HYCO_FORMAT_TEXT (then they must be UTF-8),
 * otherwise binary. It goes out in frames of MaxFrameSize, at most 16384
 * bytes each even if that is 0, and is read (blocking, on this thread) as the
 * queue has room: no more than OutBufferSize and a frame are in memory.
 * on_connection_progress tells how far it is; HYCO_CONNECTION_BYTES_SENT too.
 *
 * Connection timeout 0 (the default): returns at once, and the loop goes on
 * with it. HYCO_EWOULDBLOCK: OutBufferSize bytes wait already, or a file is
 * under way; until its end other messages would block too, pings and pongs not.
 * hyco_receiver_disconnect lets it come to its end first;
 * hyco_receiver_interrupt calls it off. What fails after the call returned is
 * reported by on_connection_error: HYCO_EFILEIO, HYCO_EBADVALUE, HYCO_ENOMEM,
 * HYCO_EINTERRUPTED, HYCO_ENOTCONNECTED (the peer's Close came; with HalfClose
 * the file goes on).
 * Connection timeout above 0: blocks as hyco_receiver_send does, until all is
 * with the kernel; inside a handler the progress is told when that returns.
 *
 * HYCO_EFILE: it is not there, cannot be read, or is no regular file.
 * HYCO_EFILEIO: reading failed, or it became shorter meanwhile. HYCO_EBADVALUE:
 * not UTF-8. If one of these comes after the first frame, the connection is
 * closed with 1001 "send interrupted". HYCO_EBUSY: as hyco_receiver_send, and
 * within a message of MessageLength. HYCO_EINVALID: file_name is NULL, or the
 * connection is forwarded. HYCO_EBADID, HYCO_ENOTCONNECTED, HYCO_ETIMEOUT,
 * HYCO_EINTERRUPTED, HYCO_ENOMEM: as hyco_receiver_send. */
HYCO_API int hyco_receiver_send_file(hyco_receiver *r, int connection_id,
                                     const char *file_name);

/* Ends a blocking send on this connection, which then returns
 * HYCO_EINTERRUPTED. Without one it calls off a file that was sent with
 * connection timeout 0 (hyco's own; nothing else ends one but a cut): in 0.1 s
 * at most the loop reads no more of it, on_connection_error reports
 * HYCO_EINTERRUPTED, and the connection is closed with 1001 "send interrupted",
 * behind what was queued and in place of the Close of a
 * hyco_receiver_disconnect that waits for the file. Nothing happens if there is
 * neither, or all of it is queued. Any thread, and any handler; r must not be
 * freed meanwhile. */
HYCO_API void hyco_receiver_interrupt(hyco_receiver *r, int connection_id);

/* As hyco_loop_do_events on the receiver's loop. */
HYCO_API int hyco_receiver_do_events(hyco_receiver *r, int timeout_ms);

/* The loop that the receiver lives on. */
HYCO_API hyco_loop *hyco_receiver_loop(hyco_receiver *r);

/* Detail of the last failed call on r, or of the last failed try to connect:
 * the service's reason phrase, OpenSSL's words, the name of a bad property.
 * Never NULL. Borrowed until the next call on r. */
HYCO_API const char *hyco_receiver_last_error_text(const hyco_receiver *r);

#ifdef __cplusplus
}
#endif

#endif
