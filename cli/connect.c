/* hyco connect: standard input to a connection, and the connection to standard
 * output. */
#include "conversation.h"
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct connect_values {
  struct hc_cli_target target;
  bool text;
  long quiet_s;
  struct hc_cli_list headers;
  long wait_s;
};

static const struct hc_cli_option options[] = {
  { .name = "text",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct connect_values, text),
    .help = "a line is a text message, both ways (empty lines are\n"
            "not sent)" },
  { .name = "quiet",
    .letter = 'q',
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct connect_values, quiet_s),
    .value = "SECONDS",
    .help = "at the end of input wait until nothing has come for so\n"
            "long; -1: until the peer closes",
    .min = -1,
    .max = 86400 },
  { .name = "header",
    .letter = 'H',
    .kind = HC_CLI_LIST,
    .offset = offsetof(struct connect_values, headers),
    .value = "'NAME: VALUE'",
    .help = "a header of the request, which the listener sees" },
  { .name = "wait-for-listener",
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct connect_values, wait_s),
    .value = "SECONDS",
    .help = "while nobody listens (404), try again for so long",
    .min = 0,
    .max = 86400 },
};

/* header is "Name: value". */
static int add_header(const struct hc_cli_command *self, hyco_sender *sender,
                      const char *header)
{
  const char *colon = strchr(header, ':');
  if (colon == NULL)
    return hc_cli_usage(self, "-H wants 'NAME: VALUE'");
  char *name = strndup(header, (size_t)(colon - header));
  if (name == NULL) {
    hc_cli_say(self, "out of memory");
    return HC_CLI_FAILED;
  }
  const char *value = colon + 1;
  int error =
      hyco_sender_add_header(sender, name, value + strspn(value, " \t"));
  int rc = HC_CLI_GO_ON;
  if (error != 0) {
    char what[80]; /* the name alone: the value may be secret */
    snprintf(what, sizeof what, "-H '%s'", name);
    rc = hc_cli_error(self, what, error, hyco_sender_last_error_text(sender));
  }
  free(name);
  return rc;
}

static int set_up(const struct hc_cli_command *self,
                  const struct connect_values *v, hyco_sender *sender,
                  const char *entity)
{
  struct hc_cli_role role = hc_cli_role_of_sender(sender);
  char wait[40];
  snprintf(wait, sizeof wait, "WaitForListener=%ld", v->wait_s);
  int rc = HC_CLI_GO_ON;
  if (v->wait_s > 0)
    rc = hc_cli_configure(self, &role, wait);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_target_apply(self, &v->target, &role, entity);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_configure(self, &role, "HalfClose=true");
  for (size_t i = 0; rc == HC_CLI_GO_ON && i < v->headers.n; i++)
    rc = add_header(self, sender, v->headers.items[i]);
  return rc;
}

static int make_connection(const struct hc_cli_command *self,
                           const struct connect_values *v, const char *entity)
{
  struct hc_cli_tokens tokens = hc_cli_target_tokens(self, &v->target);
  struct hc_cli_conversation c = { .command = self,
                                   .tokens = &tokens,
                                   .is_text = v->text,
                                   .verbose = v->target.verbose > 0,
                                   .quiet_s = v->quiet_s };
  hyco_sender_events events =
      hc_cli_conversation_events(v->target.insecure, c.verbose);
  int error = hyco_sender_new(NULL, &events, &c, &c.sender);
  if (error != 0)
    return hc_cli_error(self, "cannot start", error, NULL);
  if (tokens.text != NULL)
    hyco_sender_set_token_provider(c.sender, hc_cli_tokens_provide, &tokens);
  hc_cli_input_init(&c.input, STDIN_FILENO, v->text);
  hc_cli_output_init(&c.output, STDOUT_FILENO);
  int rc = set_up(self, v, c.sender, entity);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_conversation_run(&c);
  hyco_sender_free(c.sender);
  hc_cli_tokens_deinit(&tokens);
  hc_cli_input_deinit(&c.input);
  hc_cli_output_deinit(&c.output);
  return rc;
}

int hc_cli_connect(const struct hc_cli_command *self, int argc, char **argv)
{
  struct connect_values v = { 0 };
  const char *entity = NULL;
  const struct hc_cli_group groups[] = {
    { "Options", options, sizeof options / sizeof options[0], &v },
    { "Where to", hc_cli_target_options, hc_cli_target_n_options, &v.target },
    { "Connection", hc_cli_transport_options, hc_cli_transport_n_options,
      &v.target },
  };
  const struct hc_cli_parser parser = { self, groups, 3, &entity };

  int rc = hc_cli_parse(&parser, argc, argv);
  if (rc == HC_CLI_GO_ON)
    rc = make_connection(self, &v, entity);
  hc_cli_list_free(&v.headers);
  hc_cli_target_deinit(&v.target);
  return rc;
}
