/* Signals, as bytes in a pipe that the loop can wait for. */
#ifndef HC_CLI_SIGNALS_H
#define HC_CLI_SIGNALS_H

#include <stdbool.h>

/* What has come since the last look. */
struct hc_cli_signals {
  bool stop;  /* SIGINT or SIGTERM */
  bool child; /* SIGCHLD */
};

/* Starts to watch SIGCHLD and, with stops true, SIGINT and SIGTERM; the second
 * of those kills, as if nothing had been asked. A descriptor that becomes
 * readable when one comes, or -1 with errno. Once in a process. */
int hc_cli_signals_open(bool stops);

struct hc_cli_signals hc_cli_signals_take(int fd);

#endif
