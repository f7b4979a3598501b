/* hyco listen -v: one line for each HTTP request, whoever answered it. */
#ifndef HC_CLI_REQUEST_LOG_H
#define HC_CLI_REQUEST_LOG_H

#include "listener.h"

/* Adds the handler. */
void hc_cli_request_log(hyco_receiver_events *events);

#endif
