/* Serves each connection with a command: what the peer sends is its standard
 * input, and its standard output goes to the peer. */
#ifndef HC_CLI_EXEC_H
#define HC_CLI_EXEC_H

#include "listener.h"
#include "wait.h"

enum {
  /* For a command to end after SIGHUP, before SIGKILL; and for those whom it
   * left behind with its standard output to fall silent. */
  HC_CLI_EXEC_GRACE_MS = 5000,
  HC_CLI_CLOSE_COMMAND_FAILED = 1011 /* RFC 6455 7.4.1: internal error */
};

/* hc_cli_listener's exec is the command. */
extern const struct hc_cli_service hc_cli_exec_service;

/* One turn: watch before waiting, work after it. child_ended: SIGCHLD came. */
void hc_cli_exec_watch(struct hc_cli_listener *l, struct hc_cli_wait_set *set);
void hc_cli_exec_work(struct hc_cli_listener *l,
                      const struct hc_cli_wait_set *set, bool child_ended);

/* Hangs up on all commands. They end within later turns. */
void hc_cli_exec_stop(struct hc_cli_listener *l);

bool hc_cli_exec_is_busy(const struct hc_cli_listener *l);

/* Kills what still runs. */
void hc_cli_exec_kill(struct hc_cli_listener *l);

#endif
