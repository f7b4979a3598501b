/* hyco listen: waits at a hybrid connection for senders and answers them. */
#include "echo.h"
#include "exec.h"
#include "forward.h"
#include "request_log.h"
#include "responder.h"
#include "signals.h"
#include "target.h"

#include <errno.h>
#include <string.h>

enum { MAX_CONNECTIONS = 1000, MAX_CONNECTIONS_LIMIT = 100000 };

struct listen_values {
  struct hc_cli_target target;
  bool echo;
  bool discard;
  const char *exec;
  const char *forward;
  const char *http_forward;
  bool preserve_host;
  bool http_echo;
  long http_status; /* 0: not given */
  long max_connections;
  long count;
  bool once;
};

static const struct hc_cli_option options[] = {
  { .name = "echo",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct listen_values, echo),
    .help = "send back what comes" },
  { .name = "discard",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct listen_values, discard),
    .help = "read what comes and forget it" },
  { .name = "exec",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct listen_values, exec),
    .value = "COMMAND",
    .help = "run it for each connection: what comes is its standard\n"
            "input, its standard output is sent back" },
  { .name = "forward",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct listen_values, forward),
    .value = "HOST:PORT",
    .help = "join each connection to a TCP connection to this host;\n"
            "while it is down, senders are refused with 502" },
  { .name = "http-forward",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct listen_values, http_forward),
    .value = "URL",
    .help = "hand HTTP requests to this web server" },
  { .name = "preserve-host",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct listen_values, preserve_host),
    .help = "with --http-forward: keep the sender's Host" },
  { .name = "http-echo",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct listen_values, http_echo),
    .help = "answer each HTTP request with its own body and what\n"
            "describes it, TRACE with its head" },
  { .name = "http-status",
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct listen_values, http_status),
    .value = "N",
    .help = "answer each HTTP request with this status and no body\n"
            "(200 to 999; 502 and 504 are the service's own)",
    .min = HC_CLI_STATUS_MIN,
    .max = HC_CLI_STATUS_MAX },
  { .name = "max-connections",
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct listen_values, max_connections),
    .value = "N",
    .help = "refuse those above so many at once with 503 (1000);\n"
            "HTTP requests that we answer count as well",
    .min = 1,
    .max = MAX_CONNECTIONS_LIMIT },
  { .name = "count",
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct listen_values, count),
    .value = "N",
    .help = "serve so many connections, and HTTP requests that we\n"
            "answer, then end",
    .min = 1,
    .max = 1000000000 },
  { .name = "once",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct listen_values, once),
    .help = "end when a try to listen fails, whatever the reason" },
};

/* The library moves the bytes. */
static const struct hc_cli_service forward_service = { 0 };

/* What one turn of the listener has learnt. */
struct turn {
  bool failed;
  bool stop;
};

static struct turn take_turn(struct hc_cli_listener *l,
                             struct hc_cli_tokens *tokens,
                             struct hc_cli_wait_set *set, int signal_fd)
{
  hyco_loop *loop = hyco_receiver_loop(l->receiver);
  struct hc_cli_signals signals = { 0 };
  hc_cli_wait_begin(set, loop);
  nfds_t place = hc_cli_wait_for(set, signal_fd, POLLIN);
  hc_cli_tokens_watch(tokens, set);
  hc_cli_exec_watch(l, set);
  if (hc_cli_wait(set, loop) != 0) {
    hc_cli_say(l->command, "poll: %s", strerror(errno));
    return (struct turn){ .failed = true };
  }
  if (hc_cli_wait_result(set, place) != 0)
    signals = hc_cli_signals_take(signal_fd);
  hc_cli_tokens_work(tokens, set, signals.child);
  hc_cli_exec_work(l, set, signals.child);
  return (struct turn){ .stop = signals.stop };
}

static void let_go(struct hc_cli_peer *peer, void *user_data)
{
  hc_cli_listener_let_go(user_data, peer);
}

/* Ends all connections well, and the commands that serve them. */
static void stop(struct hc_cli_listener *l, struct hc_cli_tokens *tokens,
                 struct hc_cli_wait_set *set, int signal_fd)
{
  hc_cli_peers_each(&l->peers, let_go, l);
  hc_cli_exec_stop(l);
  hyco_receiver_shutdown(l->receiver);
  while (hc_cli_exec_is_busy(l) && !take_turn(l, tokens, set, signal_fd).failed)
    ;
}

/* Until a signal comes, all has been served, or the library has given up. */
static int serve(struct hc_cli_listener *l, struct hc_cli_tokens *tokens,
                 int signal_fd)
{
  struct hc_cli_wait_set set = { 0 };
  struct turn turn = { 0 };
  bool listening = true;
  bool served = false;
  while (listening && !served && !turn.stop && !turn.failed && !l->failed) {
    turn = take_turn(l, tokens, &set, signal_fd);
    hyco_receiver_get_bool(l->receiver, HYCO_LISTENING, &listening);
    served = l->count > 0 && l->n_ended >= l->count;
  }
  if (!turn.failed)
    stop(l, tokens, &set, signal_fd);
  hc_cli_wait_free(&set);
  /* on_connected or on_disconnected said why */
  return turn.stop || served ? HC_CLI_DONE : HC_CLI_FAILED;
}

/* We do, not a web server. */
static bool answers_requests(const struct listen_values *v)
{
  return v->http_echo || v->http_status != 0;
}

static int start(struct hc_cli_listener *l, struct hc_cli_tokens *tokens,
                 const struct listen_values *v, const char *entity)
{
  struct hc_cli_role role = hc_cli_role_of_receiver(l->receiver);
  int rc = hc_cli_target_apply(l->command, &v->target, &role, entity);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_configure(l->command, &role, "HalfClose=true");
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_forward_connections(l->command, l->receiver, v->forward);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_forward_requests(l->command, l->receiver, v->http_forward,
                                 v->preserve_host);
  if (rc == HC_CLI_GO_ON && answers_requests(v))
    rc = hc_cli_configure(l->command, &role, "StreamRequests=true");
  if (rc != HC_CLI_GO_ON)
    return rc;
  int signal_fd = hc_cli_signals_open(true);
  if (signal_fd < 0) {
    hc_cli_say(l->command, "pipe: %s", strerror(errno));
    return HC_CLI_FAILED;
  }
  int error = hyco_receiver_start(l->receiver);
  if (error != 0)
    return hc_cli_error(l->command, "cannot listen", error,
                        hyco_receiver_last_error_text(l->receiver));
  return serve(l, tokens, signal_fd);
}

/* What serves connections; 0: only HTTP requests are. */
static int service_count(const struct listen_values *v)
{
  return v->echo + v->discard + (v->exec != NULL) + (v->forward != NULL);
}

/* The same for HTTP requests; 0: they are answered 501. */
static int answers_count(const struct listen_values *v)
{
  return v->http_echo + (v->http_status != 0) + (v->http_forward != NULL);
}

static const struct hc_cli_service *service(const struct listen_values *v)
{
  if (v->exec != NULL)
    return &hc_cli_exec_service;
  if (v->forward != NULL)
    return &forward_service;
  return v->echo ? &hc_cli_echo_service : &hc_cli_discard_service;
}

static int run_listener(const struct hc_cli_command *self,
                        const struct listen_values *v, const char *entity)
{
  struct hc_cli_tokens tokens = hc_cli_target_tokens(self, &v->target);
  struct hc_cli_listener l = { .command = self,
                               .service = service(v),
                               .exec = v->exec,
                               .max_connections = v->max_connections,
                               .count = v->count,
                               .once = v->once,
                               .http_status = (int)v->http_status,
                               .http_only = service_count(v) == 0,
                               .verbose = v->target.verbose > 0 };
  hyco_receiver_events events = hc_cli_listener_events(v->target.insecure);
  if (answers_requests(v))
    hc_cli_responder_serve(&events);
  if (l.verbose)
    hc_cli_request_log(&events);
  int error = hyco_receiver_new(NULL, &events, &l, &l.receiver);
  if (error != 0)
    return hc_cli_error(self, "cannot start", error, NULL);
  if (tokens.text != NULL)
    hyco_receiver_set_token_provider(l.receiver, hc_cli_tokens_provide,
                                     &tokens);
  (void)hyco_receiver_set_int(l.receiver, HYCO_MAX_CONNECTIONS,
                              v->max_connections);
  int rc = start(&l, &tokens, v, entity);
  hyco_receiver_free(l.receiver);
  hc_cli_tokens_deinit(&tokens);
  hc_cli_exec_kill(&l);
  hc_cli_peers_free(&l.peers);
  hc_cli_peers_free(&l.requests);
  return rc;
}

static int check(const struct hc_cli_command *self,
                 const struct listen_values *v)
{
  int n = service_count(v);
  int n_http = answers_count(v);
  if (n > 1 || (n == 0 && n_http == 0))
    return hc_cli_usage(self, "one of --echo, --discard, --exec and --forward, "
                              "or for HTTP --http-forward, --http-echo or "
                              "--http-status");
  if (n_http > 1)
    return hc_cli_usage(self,
                        "one of --http-forward, --http-echo and --http-status");
  if (v->http_status == HC_CLI_STATUS_BAD_GATEWAY ||
      v->http_status == HC_CLI_STATUS_GATEWAY_TIMEOUT)
    return hc_cli_usage(self,
                        "--http-status: %ld means a failure of the "
                        "service itself",
                        v->http_status);
  if (v->count > 0 && n == 0 && v->http_forward != NULL)
    return hc_cli_usage(self, "--count does not count what --http-forward "
                              "takes");
  if (v->preserve_host && v->http_forward == NULL)
    return hc_cli_usage(self, "--preserve-host goes with --http-forward");
  if (!hc_cli_target_has_credentials(&v->target))
    return hc_cli_usage(self, "a listener needs --key-name and a key, "
                              "--token or --token-command");
  return HC_CLI_GO_ON;
}

int hc_cli_listen(const struct hc_cli_command *self, int argc, char **argv)
{
  struct listen_values v = { .max_connections = MAX_CONNECTIONS };
  const char *entity = NULL;
  const struct hc_cli_group own = { "Options", options,
                                    sizeof options / sizeof options[0], &v };

  int rc = hc_cli_target_parse(self, &own, &v.target, &entity, argc, argv);
  if (rc == HC_CLI_GO_ON)
    rc = check(self, &v);
  if (rc == HC_CLI_GO_ON)
    rc = run_listener(self, &v, entity);
  hc_cli_target_deinit(&v.target);
  return rc;
}
