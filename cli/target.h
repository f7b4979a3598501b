/* Where to: the options that name a namespace and the keys to it, and how they
 * reach a receiver or a sender. */
#ifndef HC_CLI_TARGET_H
#define HC_CLI_TARGET_H

#include "options.h"
#include "tokens.h"

#include <hyco/receiver.h>
#include <hyco/sender.h>

/* All of it as given, NULL where it was not. */
struct hc_cli_target {
  const char *connection_string; /* text or @FILE */
  const char *endpoint;
  const char *key_name;
  const char *key;
  const char *key_file;
  const char *token; /* text or @FILE */
  const char *token_command;
  long token_timeout_s; /* 0: the usual */
  const char *ca;
  bool insecure;
  const char *proxy; /* text or @FILE */
  struct hc_cli_list settings;
  int verbose;
};

/* For every command that needs to know the namespace. */
extern const struct hc_cli_option hc_cli_target_options[];
extern const size_t hc_cli_target_n_options;

/* For those that connect to it. */
extern const struct hc_cli_option hc_cli_transport_options[];
extern const size_t hc_cli_transport_n_options;

/* A receiver or a sender, as far as setting it up goes. */
struct hc_cli_role {
  void *object;
  int (*set_connection_string)(void *object, const char *text);
  int (*set_string)(void *object, hyco_property p, const char *value);
  int (*get_string)(void *object, hyco_property p, const char **value);
  int (*config)(void *object, const char *text, const char **value);
  const char *(*error_text)(void *object);
};

struct hc_cli_role hc_cli_role_of_receiver(hyco_receiver *receiver);
struct hc_cli_role hc_cli_role_of_sender(hyco_sender *sender);

/* Parses the arguments of a command that connects: its own options, these, and
 * the entity, NULL if it is not there. As hc_cli_parse. */
int hc_cli_target_parse(const struct hc_cli_command *command,
                        const struct hc_cli_group *own,
                        struct hc_cli_target *target, const char **entity,
                        int argc, char **argv);

/* Sets everything up: address, entity (NULL: the one of the connection string),
 * keys, trust, log level, --set, then the proxy. HC_CLI_GO_ON, or the exit
 * status after saying what is wrong. */
int hc_cli_target_apply(const struct hc_cli_command *command,
                        const struct hc_cli_target *target,
                        const struct hc_cli_role *role, const char *entity);

/* Sets one row from text ("Name=Value"), which holds no secret. As above. */
int hc_cli_configure(const struct hc_cli_command *command,
                     const struct hc_cli_role *role, const char *text);

/* True if a key or a token is at hand, unless a connection string, which may
 * hold one, says where to. */
bool hc_cli_target_has_credentials(const struct hc_cli_target *target);

/* What --token-command asks for; without it text is NULL. Valid as long as
 * target is; hc_cli_tokens_deinit. */
struct hc_cli_tokens hc_cli_target_tokens(const struct hc_cli_command *command,
                                          const struct hc_cli_target *target);

void hc_cli_target_deinit(struct hc_cli_target *target);

#endif
