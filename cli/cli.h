/* What the files of the hyco command share: commands, exit statuses, messages.
 *
 * Results go to standard output, everything else to standard error, an error
 * as "hyco COMMAND: what: detail". */
#ifndef HC_CLI_CLI_H
#define HC_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

enum {
  HC_CLI_GO_ON = -1, /* no exit status: nothing stands in the way */
  HC_CLI_DONE = 0,
  HC_CLI_FAILED = 1,
  HC_CLI_USAGE = 2
};

struct hc_cli_command {
  const char *name;
  int (*run)(const struct hc_cli_command *self, int argc, char **argv);
  const char *summary;
  const char *usage;   /* what follows "hyco NAME" */
  const char *details; /* paragraphs; lines that are indented are examples */
};

int hc_cli_relay(const struct hc_cli_command *self, int argc, char **argv);
int hc_cli_listen(const struct hc_cli_command *self, int argc, char **argv);
int hc_cli_connect(const struct hc_cli_command *self, int argc, char **argv);
int hc_cli_request(const struct hc_cli_command *self, int argc, char **argv);
int hc_cli_token(const struct hc_cli_command *self, int argc, char **argv);
int hc_cli_properties(const struct hc_cli_command *self, int argc, char **argv);

/* Writes "hyco NAME: ..." and a newline to standard error, in one piece. */
void hc_cli_say(const struct hc_cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what is wrong with the arguments and where help is. HC_CLI_USAGE. */
int hc_cli_usage(const struct hc_cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says "hint: what to do about the error", once in a process for each. */
void hc_cli_hint(const struct hc_cli_command *command, int error);

/* Says "WHAT: text of the error: detail" (detail may be NULL or ""), and the
 * hint. The exit status: HC_CLI_USAGE if a value that the user gave is at
 * fault. */
int hc_cli_error(const struct hc_cli_command *command, const char *what,
                 int error, const char *detail);

/* True for close codes of a connection that ended well: 1000, and 1005, a Close
 * without a code. Not 1001: whoever goes away may have had more to say. */
bool hc_cli_close_is_clean(int close_code);

#endif
