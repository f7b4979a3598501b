/* The methods and events of receivers and senders. */
#include "surface.h"

const struct hc_cli_surface_row hc_cli_methods[] = {
  { "config", HYCO_SCOPE_BOTH,
    "Sets (\"Name=Value\") or reads (\"Name\") a row of the table as text." },
  { "connect", HYCO_SCOPE_SENDER,
    "Connects, and blocks until a receiver has accepted." },
  { "disconnect", HYCO_SCOPE_BOTH, "Closes one connection; never blocks." },
  { "do_events", HYCO_SCOPE_BOTH,
    "Runs the loop: handlers are called, for a time at most." },
  { "interrupt", HYCO_SCOPE_BOTH,
    "Ends a blocking send or a file under way, from any thread." },
  { "run", HYCO_SCOPE_BOTH,
    "Runs the loop: a receiver listens until that is over, a sender until its "
    "connection and requests are (hyco's own)." },
  { "send", HYCO_SCOPE_BOTH, "Sends a binary message." },
  { "send_file", HYCO_SCOPE_BOTH, "Sends a file as one message." },
  { "send_http_response", HYCO_SCOPE_RECEIVER,
    "Answers an HTTP request at once." },
  { "send_text", HYCO_SCOPE_BOTH, "Sends a text message." },
  { "shutdown", HYCO_SCOPE_RECEIVER,
    "Stops listening and closes every connection." },
  { "start", HYCO_SCOPE_BOTH,
    "Listens or connects without blocking; on_connected reports (hyco's "
    "own)." },
};
const size_t hc_cli_n_methods =
    sizeof hc_cli_methods / sizeof hc_cli_methods[0];

const struct hc_cli_surface_row hc_cli_events[] = {
  { "on_connected", HYCO_SCOPE_BOTH,
    "Receiver: a try to listen has ended, well or not. Sender: the same of "
    "connecting." },
  { "on_connection_connected", HYCO_SCOPE_RECEIVER,
    "A connection is open: messages can be sent." },
  { "on_connection_data_in", HYCO_SCOPE_RECEIVER,
    "A piece of a message, or a pong, has come." },
  { "on_connection_disconnected", HYCO_SCOPE_RECEIVER,
    "A connection is over: how it ended." },
  { "on_connection_end", HYCO_SCOPE_RECEIVER,
    "With HalfClose: the sender sends no more (hyco's own)." },
  { "on_connection_error", HYCO_SCOPE_RECEIVER,
    "Something went wrong with a connection." },
  { "on_connection_progress", HYCO_SCOPE_RECEIVER,
    "How far a file that is sent has come (hyco's own)." },
  { "on_connection_ready_to_send", HYCO_SCOPE_RECEIVER,
    "A send would be taken: at first, and after one that would have blocked." },
  { "on_connection_request", HYCO_SCOPE_RECEIVER,
    "A sender wants to connect: accepts or rejects it." },
  { "on_connection_status", HYCO_SCOPE_BOTH,
    "A step of a TCP connection or a TLS handshake." },
  { "on_data_in", HYCO_SCOPE_SENDER,
    "A piece of a message, or a pong, has come." },
  { "on_disconnected", HYCO_SCOPE_BOTH,
    "Receiver: the control channel is gone. Sender: the connection is over." },
  { "on_end", HYCO_SCOPE_SENDER,
    "With HalfClose: the receiver sends no more (hyco's own)." },
  { "on_error", HYCO_SCOPE_BOTH, "Something went wrong." },
  { "on_header", HYCO_SCOPE_BOTH,
    "A header of the answer to a WebSocket handshake." },
  { "on_http_ready", HYCO_SCOPE_RECEIVER,
    "A streamed answer may go on after one that would have blocked (hyco's "
    "own)." },
  { "on_http_request", HYCO_SCOPE_RECEIVER, "An HTTP request has come." },
  { "on_http_request_cancelled", HYCO_SCOPE_RECEIVER,
    "An HTTP request needs no answer any more (hyco's own)." },
  { "on_http_request_data", HYCO_SCOPE_RECEIVER,
    "With StreamRequests: a piece of a request's body (hyco's own)." },
  { "on_http_request_done", HYCO_SCOPE_RECEIVER,
    "An HTTP request is over: how it ended, and how much came and left (hyco's "
    "own)." },
  { "on_log", HYCO_SCOPE_BOTH, "A line about what happens." },
  { "on_progress", HYCO_SCOPE_SENDER,
    "How far a file that is sent has come (hyco's own)." },
  { "on_ready_to_send", HYCO_SCOPE_SENDER,
    "A send would be taken: at first, and after one that would have blocked." },
  { "on_redirect", HYCO_SCOPE_BOTH,
    "A handshake was answered with 3xx: follows it or not." },
  { "on_ssl_server_authentication", HYCO_SCOPE_BOTH,
    "The server's certificate: accepts or refuses it." },
  { "on_ssl_status", HYCO_SCOPE_BOTH, "How a TLS handshake goes." },
};
const size_t hc_cli_n_events = sizeof hc_cli_events / sizeof hc_cli_events[0];
