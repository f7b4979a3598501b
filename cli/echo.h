/* Sends back what a peer sends, and keeps its back-pressure: while something
 * waits to be sent, nothing more is taken from the peer. */
#ifndef HC_CLI_ECHO_H
#define HC_CLI_ECHO_H

#include "listener.h"

/* A text message is echoed whole up to this many bytes; a longer one becomes
 * several messages, cut between characters. */
enum { HC_CLI_ECHO_TEXT_MAX = 1024 * 1024 };

extern const struct hc_cli_service hc_cli_echo_service;

/* Reads what comes and forgets it. */
extern const struct hc_cli_service hc_cli_discard_service;

#endif
