/* Help as manual pages: hyco.1, and hyco-COMMAND.1 for each command. */
#ifndef HC_CLI_MAN_H
#define HC_CLI_MAN_H

#include "options.h"

/* Both print to standard output and return HC_CLI_DONE. */
int hc_cli_man(const struct hc_cli_parser *parser);
int hc_cli_man_overview(const struct hc_cli_command *commands, size_t n);

#endif
