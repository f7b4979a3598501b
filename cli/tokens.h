/* Tokens that a command prints (--token-command), asked for by the library. */
#ifndef HC_CLI_TOKENS_H
#define HC_CLI_TOKENS_H

#include "cli.h"
#include "wait.h"

#include <hyco/receiver.h>

struct hc_cli_token_job;

struct hc_cli_tokens {
  const struct hc_cli_command *command;
  const char *text; /* of the command that prints tokens */
  long timeout_s;   /* for one run of it */
  struct hc_cli_token_job *jobs;
};

/* For hyco_receiver_set_token_provider, with the tokens as user_data. */
void hc_cli_tokens_provide(hyco_token_request *request, const char *scope,
                           void *user_data);

/* One turn: watch before waiting, work after it. child_ended: SIGCHLD came. */
void hc_cli_tokens_watch(struct hc_cli_tokens *tokens,
                         struct hc_cli_wait_set *set);
void hc_cli_tokens_work(struct hc_cli_tokens *tokens,
                        const struct hc_cli_wait_set *set, bool child_ended);

/* Kills what still runs; who asked gets no token. */
void hc_cli_tokens_deinit(struct hc_cli_tokens *tokens);

#endif
