/* Sends back what a peer sends, and keeps its back-pressure: while something
 * waits to be sent, nothing more is taken from the peer. */
#ifndef HC_CLI_ECHO_H
#define HC_CLI_ECHO_H

#include "peer.h"

#include <hyco/receiver.h>

/* A text message is echoed whole up to this many bytes; a longer one becomes
 * several messages, cut between characters. */
enum { HC_CLI_ECHO_TEXT_MAX = 1024 * 1024 };

/* All return 0 or a HYCO_E*; the connection is then of no use any more. */
int hc_cli_echo_data(hyco_receiver *r, struct hc_cli_peer *peer,
                     const hyco_connection_data_in *e);
int hc_cli_echo_ready(hyco_receiver *r, struct hc_cli_peer *peer);

/* The peer sends no more: disconnects, once everything has been echoed. */
int hc_cli_echo_end(hyco_receiver *r, struct hc_cli_peer *peer);

#endif
