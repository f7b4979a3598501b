/* hyco listen --forward and --http-forward: the library moves the bytes. */
#ifndef HC_CLI_FORWARD_H
#define HC_CLI_FORWARD_H

#include "cli.h"

#include <hyco/receiver.h>

/* Where connections go, HOST:PORT; NULL: nowhere. HC_CLI_GO_ON, or the exit
 * status after saying what is wrong. */
int hc_cli_forward_connections(const struct hc_cli_command *command,
                               hyco_receiver *receiver, const char *target);

/* Where HTTP requests go; as above. */
int hc_cli_forward_requests(const struct hc_cli_command *command,
                            hyco_receiver *receiver, const char *url,
                            bool preserve_host);

#endif
