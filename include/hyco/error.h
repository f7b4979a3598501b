/* Error numbers of libhyco: one table gives number, name, text and whether a
 * retry may help.
 *
 * Functions return 0 (or a count) on success and a negative HYCO_E* on
 * failure; events carry the positive number. Numbers below 600 and from 1000
 * are the AzureRelayReceiver class's own (spec receiver.md, section 5), those
 * from 600 to 619 are hyco's. */
#ifndef HYCO_ERROR_H
#define HYCO_ERROR_H

#include <hyco/export.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* XX(name, number, may a retry help, text) */
#define HYCO_ERROR_MAP(XX)                                                 \
  XX(ENOTACTIVE, 109, false, "the object must be active for this")         \
  XX(EFIREWALL, 118, true, "the firewall or proxy refused the connection") \
  XX(EBADID, 126, false, "there is no connection with this id")            \
  XX(EBUSY, 143, false, "busy: not possible inside a handler")             \
  XX(EHTTP, 151, true, "the service refused the WebSocket handshake")      \
  XX(EBADURL, 152, false, "the URL cannot be used")                        \
  XX(ETIMEOUT, 201, true, "nothing moved within the timeout")              \
  XX(ELISTENING, 213, false, "cannot be changed while listening")          \
  XX(ECERTSTORE, 271, false, "the certificate store cannot be opened")     \
  XX(ETLS, 276, true, "the TLS handshake failed")                          \
  XX(ECERTVERIFY, 280, false, "the server's certificate is not accepted")  \
  XX(EINTERRUPTED, 301, false, "the operation was interrupted")            \
  XX(EFILE, 302, false, "the file cannot be opened")                       \
  XX(EFILEIO, 303, false, "the file cannot be read or written")            \
  XX(EPROTOCOL, 600, true, "the peer broke the protocol")                  \
  XX(EMISSING, 601, false, "a required property is not set")               \
  XX(EUNAUTHORIZED, 602, false, "the service rejected the token (401)")    \
  XX(EFORBIDDEN, 603, false, "the service does not allow this (403)")      \
  XX(ENOTFOUND, 604, true,                                                 \
     "no such hybrid connection, or nobody listens "                       \
     "(404)")                                                              \
  XX(ESERVICE, 605, true, "the service failed (5xx)")                      \
  XX(ENOREQUEST, 606, false,                                               \
     "there is no HTTP request with this id to be answered")               \
  XX(EBADSTATUS, 607, false, "the HTTP status is not allowed here")        \
  XX(ERENDEZVOUS, 608, true, "the rendezvous with the service failed")     \
  XX(EFORWARD, 609, true, "the forwarding target cannot be reached")       \
  XX(EBADENUM, 610, false, "not a value of this enumeration")              \
  XX(EUNKNOWNNAME, 611, false,                                             \
     "there is no property or setting of this "                            \
     "name")                                                               \
  XX(EREADONLY, 612, false, "the property is read-only")                   \
  XX(EBADVALUE, 613, false, "the value is not valid here")                 \
  XX(EUNSUPPORTED, 614, false, "this is not supported here")               \
  XX(ENOTCONNECTED, 1117, false, "connect first")                          \
  XX(EDROPPED, 1120, true, "the remote host dropped the connection")       \
  XX(EACCESS, 10013, false, "permission denied")                           \
  XX(EINVALID, 10022, false, "invalid argument")                           \
  XX(ETOOMANYFILES, 10024, true, "too many open files")                    \
  XX(EWOULDBLOCK, 10035, true, "the queue is full: try again later")       \
  XX(ETOOLONG, 10040, false, "longer than the limit allows")               \
  XX(EADDRINUSE, 10048, true, "the address is in use")                     \
  XX(EADDRNOTAVAIL, 10049, false, "the address is not available")          \
  XX(ENETUNREACH, 10051, true, "the network is unreachable")               \
  XX(ECONNRESET, 10054, true, "the connection was reset by the peer")      \
  XX(ENOMEM, 10055, true, "out of memory")                                 \
  XX(ETIMEDOUT, 10060, true, "the connection timed out")                   \
  XX(ECONNREFUSED, 10061, true, "the connection was refused")              \
  XX(EHOSTUNREACH, 10065, true, "there is no route to the host")           \
  XX(EHOSTNOTFOUND, 11001, true, "the host name was not found")

typedef enum {
#define XX(name, number, retry, text) HYCO_##name = -(number),
  HYCO_ERROR_MAP(XX)
#undef XX
      HYCO_OK = 0
} hyco_error;

/* The text of an error, for people. Takes either sign. Never NULL; "unknown
 * error" for a number that is not in the table. Static memory. Any thread. */
HYCO_API const char *hyco_strerror(int error);

/* The name of an error, e.g. "HYCO_EWOULDBLOCK". Takes either sign. Never
 * NULL. Static memory. Any thread. */
HYCO_API const char *hyco_error_name(int error);

/* True if trying the same again later may succeed. Takes either sign. */
HYCO_API bool hyco_error_may_retry(int error);

#ifdef __cplusplus
}
#endif

#endif
