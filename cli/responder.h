/* Answers the HTTP requests of a listener: with their own bodies, piece by
 * piece, or with a status. */
#ifndef HC_CLI_RESPONDER_H
#define HC_CLI_RESPONDER_H

#include "listener.h"

/* Of a body that comes back, what waits for a sender that does not read; more
 * than the library ever hands over at once. */
enum { HC_CLI_RESPONDER_WAITING_MAX = 1024 * 1024 };

/* What --http-status takes, but for these two: the service's own failures. */
enum {
  HC_CLI_STATUS_MIN = 200,
  HC_CLI_STATUS_MAX = 999,
  HC_CLI_STATUS_BAD_GATEWAY = 502,
  HC_CLI_STATUS_GATEWAY_TIMEOUT = 504
};

/* Adds the handlers of requests. StreamRequests must be on. */
void hc_cli_responder_serve(hyco_receiver_events *events);

#endif
