/* Secrets that may stand in a file. */
#ifndef HC_CLI_SECRET_H
#define HC_CLI_SECRET_H

#include "cli.h"

/* Room for the longest secret and its NUL. */
enum { HC_CLI_SECRET_MAX = 16384 };

/* Holds a secret until hc_cli_secret_wipe. */
struct hc_cli_secret {
  char text[HC_CLI_SECRET_MAX];
};

/* Reads a file; white space at its end is dropped. HC_CLI_GO_ON, or the exit
 * status after saying what failed. */
int hc_cli_secret_read(const struct hc_cli_command *command, const char *file,
                       struct hc_cli_secret *out);

void hc_cli_secret_wipe(struct hc_cli_secret *secret);

#endif
