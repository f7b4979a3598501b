/* A sender at work: standard input to its connection, and the connection to
 * standard output. */
#ifndef HC_CLI_CONVERSATION_H
#define HC_CLI_CONVERSATION_H

#include "cli.h"
#include "input.h"
#include "output.h"
#include "tokens.h"

#include <hyco/sender.h>

struct hc_cli_conversation {
  const struct hc_cli_command *command;
  hyco_sender *sender;
  struct hc_cli_tokens *tokens;
  int signal_fd;
  bool is_text; /* a line is a message */
  bool verbose;
  long quiet_s; /* see connect --quiet */
  struct hc_cli_input input;
  struct hc_cli_output output;
  struct hc_cli_wait_set set;
  int64_t bytes_in; /* of messages, both */
  int64_t bytes_out;
  int status;      /* the exit status */
  bool connected;  /* by now, or before the end */
  bool blocked;    /* the queue is full until on_ready_to_send */
  bool paused;     /* nothing comes until standard output has taken it all */
  bool peer_ended; /* the peer sends no more */
  bool shut;       /* standard output has been closed */
  bool closing;    /* we send no more */
  bool over;       /* the connection is gone, or never was */
  int64_t last_ms; /* when something came or left last */
};

/* For hyco_sender_new, with the conversation as user_data. */
hyco_sender_events hc_cli_conversation_events(bool verbose);

/* Connects, talks until the end, and returns the exit status. */
int hc_cli_conversation_run(struct hc_cli_conversation *c);

#endif
