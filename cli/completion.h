/* Help as a completion for bash. */
#ifndef HC_CLI_COMPLETION_H
#define HC_CLI_COMPLETION_H

#include "options.h"

/* Both print to standard output and return HC_CLI_DONE: the part of one
 * command, and the whole script, for which each command is asked for its part.
 */
int hc_cli_completion(const struct hc_cli_parser *parser);
int hc_cli_completion_overview(const struct hc_cli_command *commands, size_t n);

#endif
