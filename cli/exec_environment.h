/* The environment of a command that serves a connection. */
#ifndef HC_CLI_EXEC_ENVIRONMENT_H
#define HC_CLI_EXEC_ENVIRONMENT_H

#include <hyco/receiver.h>

/* Ours without the secrets, and variables that tell of the connection id. NULL
 * without memory. Freed with hc_cli_exec_environment_free. */
char **hc_cli_exec_environment(hyco_receiver *r, int id);

void hc_cli_exec_environment_free(char **environment);

#endif
