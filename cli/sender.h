/* The sender of hyco connect and hyco request: made and set up from what their
 * options have in common. */
#ifndef HC_CLI_SENDER_H
#define HC_CLI_SENDER_H

#include "target.h"

#include <hyco/request.h>

/* What a command's own sender is made of. */
struct hc_cli_sender_plan {
  const struct hc_cli_command *command;
  const struct hc_cli_target *target;
  struct hc_cli_tokens *tokens; /* of target; must outlive the sender */
  hyco_sender_events events;    /* but on_ssl_server_authentication, which
                                   --insecure adds */
  void *user_data;              /* of the handlers */
};

/* HC_CLI_GO_ON, or the exit status after saying what is wrong; *out is NULL
 * then. Freed with hyco_sender_free. */
int hc_cli_sender_new(const struct hc_cli_sender_plan *plan, hyco_sender **out);

/* Adds the headers of -H 'NAME: VALUE' to the sender's handshake, or to a
 * request if that is not NULL. As above. */
int hc_cli_sender_add_headers(const struct hc_cli_command *command,
                              const struct hc_cli_list *headers,
                              hyco_sender *sender, hyco_request *request);

#endif
