/* hyco relay: a relay service for this machine, until a signal comes. */
#include "options.h"
#include "relay_settings.h"

#include <hyco/relay.h>
#include <signal.h>
#include <stdio.h>

struct relay_values {
  const char *config;
  const char *listen;
  const char *dir;
  const char *tls_cert;
  const char *tls_key;
  bool no_tls;
  const char *public_url;
  struct hc_cli_list rules;
  struct hc_cli_list entities;
  struct hc_cli_list settings;
  bool accept_any_jwt;
  bool print_settings;
  bool json;
  int verbose;
};

static const struct hc_cli_option options[] = {
  { .name = "config",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct relay_values, config),
    .value = "FILE",
    .help = "YAML; options go before it; SIGHUP reads it again" },
  { .name = "listen",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct relay_values, listen),
    .value = "HOST:PORT",
    .help = "where to serve; port 0: a free one (127.0.0.1:0)" },
  { .name = "dir",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct relay_values, dir),
    .value = "DIR",
    .help = "CA, certificate, key ($XDG_STATE_HOME/hyco)" },
  { .name = "tls-cert",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct relay_values, tls_cert),
    .value = "FILE",
    .help = "PEM chain in place of the private CA's; SIGHUP reads it again" },
  { .name = "tls-key",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct relay_values, tls_key),
    .value = "FILE",
    .help = "and its key" },
  { .name = "no-tls",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct relay_values, no_tls),
    .help = "plain ws, on loopback or behind a TLS proxy" },
  { .name = "public-url",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct relay_values, public_url),
    .value = "URL",
    .help = "where others reach this relay, wss://HOST:PORT" },
  { .name = "rule",
    .kind = HC_CLI_LIST,
    .offset = offsetof(struct relay_values, rules),
    .value = "NAME:KEY|@FILE:RIGHTS",
    .help = "a key and what it allows: Listen,Send,Manage" },
  { .name = "entity",
    .kind = HC_CLI_LIST,
    .offset = offsetof(struct relay_values, entities),
    .value = "NAME[:anonymous]",
    .help = "a hybrid connection; none: every name exists" },
  { .name = "set",
    .kind = HC_CLI_LIST,
    .offset = offsetof(struct relay_values, settings),
    .value = "Name=Value",
    .help = "a limit, see --settings" },
  { .name = "settings",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct relay_values, print_settings),
    .help = "print the table of limits and end" },
  { .name = "json",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct relay_values, json),
    .help = "with --settings: a JSON array of objects" },
  { .name = "accept-any-jwt",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct relay_values, accept_any_jwt),
    .help = "let Entra tokens pass, unread; on loopback only" },
  { .name = "verbose",
    .letter = 'v',
    .kind = HC_CLI_COUNT,
    .offset = offsetof(struct relay_values, verbose),
    .help = "tell what happens" },
};

/* On the relay's thread; one call of stdio is one line. */
static void on_log(void *user_data, const char *line)
{
  hc_cli_say(user_data, "%s", line);
}

static void print_path(const char *what, const char *path)
{
  if (path != NULL)
    printf("%s %s\n", what, path);
}

static void reload(const struct hc_cli_command *self, hyco_relay *relay)
{
  char detail[512] = "";

  int rc = hyco_relay_reload(relay, detail, sizeof detail);
  if (rc == 0)
    hc_cli_say(self, "reloaded");
  else
    (void)hc_cli_error(self, "not reloaded, all stays as it was", rc, detail);
}

/* 0 once it was asked to end, or the error of printing. */
static int serve(const struct hc_cli_command *self, hyco_relay *relay,
                 const sigset_t *signals)
{
  int number;

  print_path("ca", hyco_relay_ca_file(relay));
  print_path("connection-string", hyco_relay_connection_string_file(relay));
  print_path("ready", hyco_relay_url(relay));
  if (fflush(stdout) != 0)
    return -1;
  while (sigwait(signals, &number) == 0 && number == SIGHUP)
    reload(self, relay);
  return 0;
}

static int run_relay(const struct hc_cli_command *self,
                     const struct relay_values *v)
{
  char detail[512] = "";
  const hyco_relay_options relay_options = {
    .config = v->config,
    .listen = v->listen,
    .dir = v->dir,
    .tls_cert = v->tls_cert,
    .tls_key = v->tls_key,
    .no_tls = v->no_tls,
    .public_url = v->public_url,
    .rules = v->rules.items,
    .n_rules = v->rules.n,
    .entities = v->entities.items,
    .n_entities = v->entities.n,
    .settings = v->settings.items,
    .n_settings = v->settings.n,
    .accept_any_jwt = v->accept_any_jwt,
    .on_log = v->verbose > 0 ? on_log : NULL,
    .user_data = (void *)self,
    .error_text = detail,
    .error_text_size = sizeof detail,
  };
  /* Blocked before the relay's thread starts, which inherits it. */
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  sigprocmask(SIG_BLOCK, &signals, NULL);

  hyco_relay *relay;
  int rc = hyco_relay_start(&relay_options, &relay);
  if (rc != 0)
    return hc_cli_error(self, "cannot start", rc, detail);
  rc = serve(self, relay, &signals);
  hyco_relay_stop(relay);
  return rc == 0 ? HC_CLI_DONE : HC_CLI_FAILED;
}

static int check(const struct hc_cli_command *self,
                 const struct relay_values *v)
{
  if (v->no_tls && (v->tls_cert || v->tls_key))
    return hc_cli_usage(self, "either --no-tls or --tls-cert and --tls-key");
  if (!v->tls_cert != !v->tls_key)
    return hc_cli_usage(self, "--tls-cert and --tls-key go together");
  if (v->json && !v->print_settings)
    return hc_cli_usage(self, "--json goes with --settings");
  return HC_CLI_GO_ON;
}

static int run_command(const struct hc_cli_command *self,
                       const struct relay_values *v)
{
  if (!v->print_settings)
    return run_relay(self, v);
  hc_cli_print_relay_settings(v->json);
  return HC_CLI_DONE;
}

int hc_cli_relay(const struct hc_cli_command *self, int argc, char **argv)
{
  struct relay_values v = { 0 };
  const struct hc_cli_group groups[] = {
    { "Options", options, sizeof options / sizeof options[0], &v }
  };
  const struct hc_cli_parser parser = { self, groups, 1, NULL };

  int rc = hc_cli_parse(&parser, argc, argv);
  if (rc == HC_CLI_GO_ON)
    rc = check(self, &v);
  if (rc == HC_CLI_GO_ON)
    rc = run_command(self, &v);
  hc_cli_list_free(&v.rules);
  hc_cli_list_free(&v.entities);
  hc_cli_list_free(&v.settings);
  return rc;
}
