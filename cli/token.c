/* hyco token: prints an access token. */
#include "target.h"

#include <stdio.h>

struct token_values {
  struct hc_cli_target target;
  long validity_s;
};

static const struct hc_cli_option options[] = {
  { .name = "validity",
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct token_values, validity_s),
    .value = "SECONDS",
    .help = "how long the token is good for (3600)",
    .min = 10,
    .max = 31536000 },
};

/* The library makes tokens from whatever its roles have been given. */
static int print_token(const struct hc_cli_command *self,
                       const struct token_values *v, hyco_sender *sender,
                       const char *entity)
{
  struct hc_cli_role role = hc_cli_role_of_sender(sender);
  int rc = hc_cli_target_apply(self, &v->target, &role, entity);
  if (rc != HC_CLI_GO_ON)
    return rc;

  char validity[40];
  snprintf(validity, sizeof validity, "TokenValidity=%ld", v->validity_s);
  rc = hc_cli_configure(self, &role, validity);
  if (rc != HC_CLI_GO_ON)
    return rc;

  const char *token;
  int error = role.config(sender, "AccessToken", &token);
  if (error != 0)
    return hc_cli_error(self, "no token", error, role.error_text(sender));
  if (*token == '\0')
    return hc_cli_usage(self, "no token: there is no key to make it from");
  puts(token);
  return HC_CLI_DONE;
}

int hc_cli_token(const struct hc_cli_command *self, int argc, char **argv)
{
  struct token_values v = { .validity_s = 3600 };
  const char *entity = NULL;
  const struct hc_cli_group groups[] = {
    { "Options", options, sizeof options / sizeof options[0], &v },
    { "Where to", hc_cli_target_options, hc_cli_target_n_options, &v.target },
  };
  const struct hc_cli_parser parser = { self, groups, 2, &entity };

  int rc = hc_cli_parse(&parser, argc, argv);
  if (rc != HC_CLI_GO_ON)
    return rc;
  hyco_sender *sender;
  int error = hyco_sender_new(NULL, NULL, NULL, &sender);
  if (error != 0)
    return hc_cli_error(self, "cannot start", error, NULL);
  rc = print_token(self, &v, sender, entity);
  hyco_sender_free(sender);
  return rc;
}
