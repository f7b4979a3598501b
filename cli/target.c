/* Where to: options, environment and files, into a receiver or a sender. */
#include "target.h"
#include "proxy.h"
#include "secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For one run of --token-command. */
enum { TOKEN_TIMEOUT_S = 60, TOKEN_TIMEOUT_MAX_S = 3600 };

const struct hc_cli_option hc_cli_target_options[] = {
  { .name = "connection-string",
    .letter = 'c',
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, connection_string),
    .value = "STR|@FILE",
    .help = "address and key in one, or the file that holds it\n"
            "(or HYCO_CONNECTION_STRING)" },
  { .name = "endpoint",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, endpoint),
    .value = "sb://HOST[:PORT]",
    .help = "the namespace, in place of a connection string" },
  { .name = "key-name",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, key_name),
    .value = "NAME",
    .help = "name of the shared access rule" },
  { .name = "key",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, key),
    .value = "KEY",
    .help = "its key (HYCO_KEY and --key-file keep it out of ps)" },
  { .name = "key-file",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, key_file),
    .value = "FILE",
    .help = "file that holds the key" },
};
const size_t hc_cli_target_n_options =
    sizeof hc_cli_target_options / sizeof hc_cli_target_options[0];

const struct hc_cli_option hc_cli_transport_options[] = {
  { .name = "token",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, token),
    .value = "TOKEN|@FILE",
    .help = "a ready access token in place of a key" },
  { .name = "token-command",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, token_command),
    .value = "COMMAND",
    .help = "run it for a token, the first line of its output, in\n"
            "place of a key; and again before the token ends" },
  { .name = "token-timeout",
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct hc_cli_target, token_timeout_s),
    .value = "SECONDS",
    .help = "how long --token-command may take (60)",
    .min = 1,
    .max = TOKEN_TIMEOUT_MAX_S },
  { .name = "ca",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, ca),
    .value = "FILE",
    .help = "trust the CAs of this PEM file, too" },
  { .name = "insecure",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct hc_cli_target, insecure),
    .help = "accept any certificate" },
  { .name = "proxy",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct hc_cli_target, proxy),
    .value = "URL|@FILE",
    .help = "[http|socks4|socks4a|socks5://][USER[:PASSWORD]@]HOST\n"
            "[:PORT], or the file that holds it (or HYCO_PROXY);\n"
            "\"\": none. The proxy resolves names, but for socks4" },
  { .name = "set",
    .kind = HC_CLI_LIST,
    .offset = offsetof(struct hc_cli_target, settings),
    .value = "NAME=VALUE",
    .help = "any property or setting (hyco properties)" },
  { .name = "verbose",
    .letter = 'v',
    .kind = HC_CLI_COUNT,
    .offset = offsetof(struct hc_cli_target, verbose),
    .help = "tell what happens; -vv tells more" },
};
const size_t hc_cli_transport_n_options =
    sizeof hc_cli_transport_options / sizeof hc_cli_transport_options[0];

static const char *from_environment(const char *name)
{
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

static const char *connection_string(const struct hc_cli_target *target)
{
  if (target->connection_string != NULL || target->endpoint != NULL)
    return target->connection_string;
  return from_environment("HYCO_CONNECTION_STRING");
}

static const char *key_text(const struct hc_cli_target *target)
{
  return target->key != NULL ? target->key : from_environment("HYCO_KEY");
}

bool hc_cli_target_has_credentials(const struct hc_cli_target *target)
{
  return target->endpoint == NULL || target->key_name != NULL ||
         target->token != NULL || target->token_command != NULL;
}

/* Options that contradict each other, or miss one another. */
static int check(const struct hc_cli_command *command,
                 const struct hc_cli_target *t)
{
  bool names_key = t->key != NULL || t->key_file != NULL;
  if (connection_string(t) == NULL && t->endpoint == NULL)
    return hc_cli_usage(command, "where to? --connection-string or --endpoint");
  if (t->connection_string != NULL && t->endpoint != NULL)
    return hc_cli_usage(command, "either --connection-string or --endpoint");
  if (t->key != NULL && t->key_file != NULL)
    return hc_cli_usage(command, "either --key or --key-file");
  if (t->endpoint == NULL && (names_key || t->key_name != NULL))
    return hc_cli_usage(command, "--key-name and keys go with --endpoint");
  if (names_key && t->key_name == NULL)
    return hc_cli_usage(command, "a key needs --key-name");
  if (t->token != NULL && t->key_name != NULL)
    return hc_cli_usage(command, "either --token or a key");
  if (t->token_command != NULL && (t->token != NULL || t->key_name != NULL))
    return hc_cli_usage(command, "either --token-command, --token or a key");
  if (t->key_name != NULL && t->key_file == NULL && key_text(t) == NULL)
    return hc_cli_usage(command,
                        "--key-name needs --key-file, HYCO_KEY or --key");
  return HC_CLI_GO_ON;
}

static int report(const struct hc_cli_command *command,
                  const struct hc_cli_role *role, const char *what, int rc)
{
  if (rc == 0)
    return HC_CLI_GO_ON;
  return hc_cli_error(command, what, rc, role->error_text(role->object));
}

static int set_string(const struct hc_cli_command *command,
                      const struct hc_cli_role *role, hyco_property p,
                      const char *value)
{
  if (value == NULL)
    return HC_CLI_GO_ON;
  return report(command, role, hyco_property_get_row(p)->name,
                role->set_string(role->object, p, value));
}

/* A secret and what takes it. */
struct secret_user {
  const struct hc_cli_command *command;
  const struct hc_cli_role *role;
  int (*set)(const struct secret_user *user, const char *text);
};

static int set_whole(const struct secret_user *user, const char *text)
{
  const struct hc_cli_role *role = user->role;
  return report(user->command, role, "connection string",
                role->set_connection_string(role->object, text));
}

static int set_key(const struct secret_user *user, const char *text)
{
  return set_string(user->command, user->role, HYCO_ACCESS_KEY, text);
}

static int set_token(const struct secret_user *user, const char *text)
{
  return set_string(user->command, user->role, HYCO_SHARED_ACCESS_SIGNATURE,
                    text);
}

static int set_proxy(const struct secret_user *user, const char *text)
{
  return hc_cli_proxy_set(user->command, user->role, text);
}

static int set_from_file(const struct secret_user *user, const char *file)
{
  struct hc_cli_secret secret;
  int rc = hc_cli_secret_read(user->command, file, &secret);
  if (rc == HC_CLI_GO_ON)
    rc = user->set(user, secret.text);
  hc_cli_secret_wipe(&secret);
  return rc;
}

/* text may be @FILE; NULL: nothing to set */
static int set_secret(const struct secret_user *user, const char *text)
{
  if (text == NULL)
    return HC_CLI_GO_ON;
  if (text[0] == '@')
    return set_from_file(user, text + 1);
  return user->set(user, text);
}

static int apply_key(const struct hc_cli_command *command,
                     const struct hc_cli_target *target,
                     const struct hc_cli_role *role)
{
  if (target->key_name == NULL)
    return HC_CLI_GO_ON;
  struct secret_user user = { command, role, set_key };
  int rc = set_string(command, role, HYCO_ACCESS_KEY_NAME, target->key_name);
  if (rc != HC_CLI_GO_ON)
    return rc;
  if (target->key_file != NULL)
    return set_from_file(&user, target->key_file);
  return set_key(&user, key_text(target));
}

static int apply_credentials(const struct hc_cli_command *command,
                             const struct hc_cli_target *target,
                             const struct hc_cli_role *role)
{
  struct secret_user whole = { command, role, set_whole };
  struct secret_user token = { command, role, set_token };
  int rc = set_secret(&whole, connection_string(target));
  if (rc == HC_CLI_GO_ON)
    rc = set_string(command, role, HYCO_NAMESPACE_ADDRESS, target->endpoint);
  if (rc == HC_CLI_GO_ON)
    rc = apply_key(command, target, role);
  if (rc == HC_CLI_GO_ON)
    rc = set_secret(&token, target->token);
  return rc;
}

int hc_cli_configure(const struct hc_cli_command *command,
                     const struct hc_cli_role *role, const char *text)
{
  const char *equals = strchr(text, '=');
  if (equals == NULL)
    return hc_cli_usage(command, "--set wants NAME=VALUE");
  char what[80]; /* the name alone: the value may be secret */
  snprintf(what, sizeof what, "--set '%.*s'", (int)(equals - text), text);
  const char *value;
  return report(command, role, what, role->config(role->object, text, &value));
}

/* After --set: another proxy_auth_scheme clears user and password. */
static int apply_proxy(const struct hc_cli_command *command,
                       const struct hc_cli_target *target,
                       const struct hc_cli_role *role)
{
  struct secret_user proxy = { command, role, set_proxy };
  const char *text =
      target->proxy != NULL ? target->proxy : from_environment("HYCO_PROXY");
  return set_secret(&proxy, text);
}

static int apply_settings(const struct hc_cli_command *command,
                          const struct hc_cli_target *target,
                          const struct hc_cli_role *role)
{
  int rc = set_string(command, role, HYCO_OPENSSL_CA_FILE, target->ca);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_configure(command, role,
                          target->verbose > 1 ? "LogLevel=3" : "LogLevel=0");
  for (size_t i = 0; rc == HC_CLI_GO_ON && i < target->settings.n; i++)
    rc = hc_cli_configure(command, role, target->settings.items[i]);
  if (rc == HC_CLI_GO_ON)
    rc = apply_proxy(command, target, role);
  if (rc == HC_CLI_GO_ON && target->insecure)
    hc_cli_say(command, "warning: --insecure accepts any certificate");
  return rc;
}

static int apply_entity(const struct hc_cli_command *command,
                        const struct hc_cli_role *role, const char *entity)
{
  const char *known = "";
  int rc = set_string(command, role, HYCO_HYBRID_CONNECTION, entity);
  if (rc != HC_CLI_GO_ON)
    return rc;
  (void)role->get_string(role->object, HYCO_HYBRID_CONNECTION, &known);
  if (*known == '\0')
    return hc_cli_usage(command, "which hybrid connection? ENTITY, or an "
                                 "EntityPath in the connection string");
  return HC_CLI_GO_ON;
}

int hc_cli_target_apply(const struct hc_cli_command *command,
                        const struct hc_cli_target *target,
                        const struct hc_cli_role *role, const char *entity)
{
  int rc = check(command, target);
  if (rc == HC_CLI_GO_ON)
    rc = apply_credentials(command, target, role);
  if (rc == HC_CLI_GO_ON)
    rc = apply_entity(command, role, entity);
  if (rc == HC_CLI_GO_ON)
    rc = apply_settings(command, target, role);
  return rc;
}

struct hc_cli_tokens hc_cli_target_tokens(const struct hc_cli_command *command,
                                          const struct hc_cli_target *target)
{
  return (struct hc_cli_tokens){
    .command = command,
    .text = target->token_command,
    .timeout_s =
        target->token_timeout_s > 0 ? target->token_timeout_s : TOKEN_TIMEOUT_S,
  };
}

int hc_cli_target_parse(const struct hc_cli_command *command,
                        const struct hc_cli_group *own,
                        struct hc_cli_target *target, const char **entity,
                        int argc, char **argv)
{
  const struct hc_cli_group groups[] = {
    *own,
    { "Where to", hc_cli_target_options, hc_cli_target_n_options, target },
    { "Connection", hc_cli_transport_options, hc_cli_transport_n_options,
      target },
  };
  const struct hc_cli_parser parser = { command, groups, 3, entity };
  *entity = NULL;
  return hc_cli_parse(&parser, argc, argv);
}

void hc_cli_target_deinit(struct hc_cli_target *target)
{
  hc_cli_list_free(&target->settings);
}
