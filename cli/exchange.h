/* A request at work: its body from a descriptor, the answer to another. */
#ifndef HC_CLI_EXCHANGE_H
#define HC_CLI_EXCHANGE_H

#include "cli.h"
#include "input.h"
#include "output.h"
#include "progress.h"
#include "tokens.h"

#include <hyco/request.h>

struct hc_cli_exchange {
  const struct hc_cli_command *command;
  hyco_sender *sender;
  hyco_request *request;
  struct hc_cli_tokens *tokens;
  int signal_fd;
  struct hc_cli_wait_set set;
  bool verbose;

  bool streams;      /* the body comes from input */
  int64_t body_left; /* of input; below 0: to its end */
  struct hc_cli_input input;
  bool blocked; /* no room until on_ready_to_send */
  bool sent;    /* all of the body */

  int64_t began_ms;
  int64_t bytes_in; /* of the answer's body */
  int64_t bytes_out;

  const char *file; /* where the answer goes; NULL: standard output */
  struct hc_cli_output output;
  bool has_output;
  bool head_too;     /* the answer's head is written, too */
  bool fails;        /* a status of 400 or more is a failure */
  int answered;      /* its status, 0 before */
  char refusal[512]; /* its reason */
  bool drops;        /* and its body is not written */
  struct hc_cli_progress progress;

  int status; /* the exit status */
  bool over;
};

/* For hyco_request_new, with the exchange as user_data. */
hyco_request_events hc_cli_exchange_events(void);

/* Sends the request, writes the answer, and returns the exit status. */
int hc_cli_exchange_run(struct hc_cli_exchange *x);

#endif
