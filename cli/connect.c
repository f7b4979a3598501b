/* hyco connect: standard input to a connection, and the connection to standard
 * output. */
#include "conversation.h"
#include "sender.h"

#include <stdio.h>
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
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_sender_add_headers(self, &v->headers, sender, NULL);
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
  const struct hc_cli_sender_plan plan = {
    .command = self,
    .target = &v->target,
    .tokens = &tokens,
    .events = hc_cli_conversation_events(c.verbose),
    .user_data = &c,
  };
  hc_cli_input_init(&c.input, STDIN_FILENO, v->text);
  hc_cli_output_init(&c.output, STDOUT_FILENO);
  int rc = hc_cli_sender_new(&plan, &c.sender);
  if (rc == HC_CLI_GO_ON)
    rc = set_up(self, v, c.sender, entity);
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
  const struct hc_cli_group own = { "Options", options,
                                    sizeof options / sizeof options[0], &v };

  int rc = hc_cli_target_parse(self, &own, &v.target, &entity, argc, argv);
  if (rc == HC_CLI_GO_ON)
    rc = make_connection(self, &v, entity);
  hc_cli_list_free(&v.headers);
  hc_cli_target_deinit(&v.target);
  return rc;
}
