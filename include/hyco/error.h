/* Error numbers of libhyco: one table gives number, name, text, whether a retry
 * may help, and what to do about it.
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

/* XX(name, number, may a retry help, text, what to do about it) */
/* clang-format off */
#define HYCO_ERROR_MAP(XX) \
  XX(ENOTACTIVE, 109, false, "the object must be active for this", \
     "Start the object first, and do not use it after its end.") \
  XX(EFIREWALL, 118, true, "the firewall or proxy refused the connection", \
     "Check the proxy's address, and its user and password.") \
  XX(EBADID, 126, false, "there is no connection with this id", \
     "Use the id that the event gave; it is invalid once the connection " \
     "is over.") \
  XX(EBUSY, 143, false, "busy: not possible inside a handler", \
     "Do it after the handler has returned, or after the message or call " \
     "that is under way.") \
  XX(EHTTP, 151, true, "the service refused the WebSocket handshake", \
     "Read the status in the text: the host may be no relay, or something " \
     "between changes what it says.") \
  XX(EBADURL, 152, false, "the URL cannot be used", \
     "Correct the address that the text quotes.") \
  XX(ETIMEOUT, 201, true, "nothing moved within the timeout", \
     "Raise the timeout, or find out why the peer does not read; the text " \
     "says what was waited for.") \
  XX(ELISTENING, 213, false, "cannot be changed while listening", \
     "Stop listening or disconnect, set it, and start again.") \
  XX(ECERTSTORE, 271, false, "the certificate store cannot be opened", \
     "Check that the file that the text names is there, readable and PEM.") \
  XX(ETLS, 276, true, "the TLS handshake failed", \
     "Check that the port speaks TLS 1.2 or 1.3, and OpenSSLCipherList; " \
     "the text has OpenSSL's words.") \
  XX(ECERTVERIFY, 280, false, "the server's certificate is not accepted", \
     "Trust the CA with OpenSSLCAFile (--ca), or use the name that the " \
     "certificate is for; the text says which check failed.") \
  XX(EINTERRUPTED, 301, false, "the operation was interrupted", \
     "Nothing is wrong: the call was ended by interrupt, a stop, or a " \
     "free. Connect again if the connection was closed with it.") \
  XX(EFILE, 302, false, "the file cannot be opened", \
     "Check the path and its permissions.") \
  XX(EFILEIO, 303, false, "the file cannot be read or written", \
     "Check the disk, and that the file is not cut short while it is read.") \
  XX(EPROTOCOL, 600, true, "the peer broke the protocol", \
     "Report it with the text: the peer, or something between, does not " \
     "speak the protocol.") \
  XX(EMISSING, 601, false, "a required property is not set", \
     "Set the property that the text names.") \
  XX(EUNAUTHORIZED, 602, false, "the service rejected the token (401)", \
     "Check the key, its name and the entity; if the text speaks of the " \
     "clock, set it; give a new token if it has ended.") \
  XX(EFORBIDDEN, 603, false, "the service does not allow this (403)", \
     "Use a rule with the right that the text names (Listen, Send), or " \
     "ask the listener to let this sender in.") \
  XX(ENOTFOUND, 604, true, \
     "no such hybrid connection, or nobody listens (404)", \
     "Check namespace and entity; start the listener, or wait for it " \
     "(WaitForListener).") \
  XX(ESERVICE, 605, true, "the service failed (5xx)", \
     "Try again later; for a listener's refusal look at the listener.") \
  XX(ENOREQUEST, 606, false, \
     "there is no HTTP request with this id to be answered", \
     "Answer each request once, with the id of its event, before it is " \
     "cancelled or times out.") \
  XX(EBADSTATUS, 607, false, "the HTTP status is not allowed here", \
     "Use a status from 200 to 999, but not 502 and 504.") \
  XX(ERENDEZVOUS, 608, true, "the rendezvous with the service failed", \
     "Nothing has to be done for this sender, who may connect again; if " \
     "it stays, check that the rendezvous address can be reached.") \
  XX(EFORWARD, 609, true, "the forwarding target cannot be reached", \
     "Start the target, and check forwarding_host and forwarding_port.") \
  XX(EBADENUM, 610, false, "not a value of this enumeration", \
     "Use one of the numbers that hyco properties lists.") \
  XX(EUNKNOWNNAME, 611, false, "there is no property or setting of this name", \
     "Look the name up with hyco properties; receivers and senders do not " \
     "have the same rows.") \
  XX(EREADONLY, 612, false, "the property is read-only", \
     "Do not set it.") \
  XX(EBADVALUE, 613, false, "the value is not valid here", \
     "Use a value in the range that the text and hyco properties tell.") \
  XX(EUNSUPPORTED, 614, false, "this is not supported here", \
     "Leave it at its default.") \
  XX(ENOTCONNECTED, 1117, false, "connect first", \
     "Connect, or listen, and wait until it is reported.") \
  XX(EDROPPED, 1120, true, "the remote host dropped the connection", \
     "Connect again; a receiver does so by itself (AutoReconnect).") \
  XX(EACCESS, 10013, false, "permission denied", \
     "Ask for permission, or use a port above 1023; a firewall of the " \
     "system may forbid it.") \
  XX(EINVALID, 10022, false, "invalid argument", \
     "Correct the call: the text, or the header, says which argument.") \
  XX(ETOOMANYFILES, 10024, true, "too many open files", \
     "Raise the limit of descriptors (ulimit -n), or lower MaxConnections.") \
  XX(EWOULDBLOCK, 10035, true, "the queue is full: try again later", \
     "Send again after the ready_to_send event, or set a timeout to block " \
     "instead.") \
  XX(ETOOLONG, 10040, false, "longer than the limit allows", \
     "Send less at a time, or raise the limit that the text names.") \
  XX(EADDRINUSE, 10048, true, "the address is in use", \
     "Use another port, or stop who has it.") \
  XX(EADDRNOTAVAIL, 10049, false, "the address is not available", \
     "Correct local_host or the address to listen at: this host does not " \
     "have it.") \
  XX(ENETUNREACH, 10051, true, "the network is unreachable", \
     "Check the network and its routes, and UseIPv6.") \
  XX(ECONNRESET, 10054, true, "the connection was reset by the peer", \
     "Connect again; if it stays, look for what resets it: the peer's " \
     "log, a firewall, an idle timeout.") \
  XX(ENOMEM, 10055, true, "out of memory", \
     "Use fewer connections or smaller messages (OutBufferSize, " \
     "MaxMessageSize), or give the process more.") \
  XX(ETIMEDOUT, 10060, true, "the connection timed out", \
     "Check that a firewall lets the host and port through, and that the " \
     "peer is up.") \
  XX(ECONNREFUSED, 10061, true, "the connection was refused", \
     "Check host and port, and that something listens there.") \
  XX(EHOSTUNREACH, 10065, true, "there is no route to the host", \
     "Check the network and its routes.") \
  XX(EHOSTNOTFOUND, 11001, true, "the host name was not found", \
     "Check the spelling of namespace_address, and DNS.")
/* clang-format on */

typedef enum {
#define XX(name, number, retry, text, advice) HYCO_##name = -(number),
  HYCO_ERROR_MAP(XX)
#undef XX
      HYCO_OK = 0
} hyco_error;

/* The text of an error, for people. Takes either sign. Never NULL; "unknown
 * error" for a number that is not in the table. Static memory. Any thread. */
HYCO_API const char *hyco_strerror(int error);

/* What to do about an error, for people: a sentence. Takes either sign. Never
 * NULL; "" for a number that is not in the table, and for 0. Static memory. Any
 * thread. */
HYCO_API const char *hyco_error_advice(int error);

/* The name of an error, e.g. "HYCO_EWOULDBLOCK". Takes either sign. Never
 * NULL. Static memory. Any thread. */
HYCO_API const char *hyco_error_name(int error);

/* True if trying the same again later may succeed; false for a number that is
 * not in the table. Takes either sign. Any thread. */
HYCO_API bool hyco_error_may_retry(int error);

#ifdef __cplusplus
}
#endif

#endif
