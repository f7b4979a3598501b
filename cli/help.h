/* --help and --version of a command. */
#ifndef HC_CLI_HELP_H
#define HC_CLI_HELP_H

#include "options.h"

/* Both print to standard output and return HC_CLI_DONE. */
int hc_cli_help(const struct hc_cli_parser *parser);
int hc_cli_version(void);

#endif
