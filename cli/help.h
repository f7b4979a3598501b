/* What a command and its options are for, in several forms: all from their
 * tables. */
#ifndef HC_CLI_HELP_H
#define HC_CLI_HELP_H

#include "options.h"

#include <stdio.h>

/* What every command takes: --help and --version. */
extern const struct hc_cli_option hc_cli_general_options[];
extern const size_t hc_cli_n_general_options;

/* Prints help on a command to standard output. form is what was given to
 * --help=: NULL, "man" (a manual page) or "bash" (its part of the completion).
 * HC_CLI_DONE, or HC_CLI_USAGE after saying that there is no such form. */
int hc_cli_help(const struct hc_cli_parser *parser, const char *form);

/* The same on the program as a whole. */
int hc_cli_overview(const struct hc_cli_command *commands, size_t n,
                    const char *form);

/* What is told when there is no command. */
void hc_cli_print_commands(FILE *out, const struct hc_cli_command *commands,
                           size_t n);

int hc_cli_version(void);

#endif
