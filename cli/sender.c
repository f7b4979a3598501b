/* The sender of hyco connect and hyco request. */
#include "sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_certificate(hyco_sender *s, hyco_ssl_server_authentication *e,
                           void *user_data)
{
  (void)s;
  (void)user_data;
  e->accept = true; /* --insecure */
}

int hc_cli_sender_new(const struct hc_cli_sender_plan *plan, hyco_sender **out)
{
  hyco_sender_events events = plan->events;
  if (plan->target->insecure)
    events.on_ssl_server_authentication = on_certificate;
  *out = NULL;
  int error = hyco_sender_new(NULL, &events, plan->user_data, out);
  if (error != 0)
    return hc_cli_error(plan->command, "cannot start", error, NULL);
  if (plan->tokens->text != NULL)
    hyco_sender_set_token_provider(*out, hc_cli_tokens_provide, plan->tokens);
  return HC_CLI_GO_ON;
}

/* header is "Name: value". */
static int add_header(const struct hc_cli_command *command, const char *header,
                      hyco_sender *sender, hyco_request *request)
{
  const char *colon = strchr(header, ':');
  if (colon == NULL)
    return hc_cli_usage(command, "-H wants 'NAME: VALUE'");
  char *name = strndup(header, (size_t)(colon - header));
  if (name == NULL) {
    hc_cli_say(command, "out of memory");
    return HC_CLI_FAILED;
  }
  const char *value = colon + 1 + strspn(colon + 1, " \t");
  int error = request != NULL ? hyco_request_add_header(request, name, value)
                              : hyco_sender_add_header(sender, name, value);
  int rc = HC_CLI_GO_ON;
  if (error != 0) {
    char what[80]; /* the name alone: the value may be secret */
    snprintf(what, sizeof what, "-H '%s'", name);
    rc =
        hc_cli_error(command, what, error, hyco_sender_last_error_text(sender));
  }
  free(name);
  return rc;
}

int hc_cli_sender_add_headers(const struct hc_cli_command *command,
                              const struct hc_cli_list *headers,
                              hyco_sender *sender, hyco_request *request)
{
  int rc = HC_CLI_GO_ON;
  for (size_t i = 0; rc == HC_CLI_GO_ON && i < headers->n; i++)
    rc = add_header(command, headers->items[i], sender, request);
  return rc;
}
