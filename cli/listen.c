/* hyco listen: waits at a hybrid connection for senders and answers them. */
#include "echo.h"
#include "target.h"
#include "wait.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct listen_values {
  struct hc_cli_target target;
  bool echo;
  bool discard;
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
};

struct listener {
  const struct hc_cli_command *command;
  hyco_receiver *receiver;
  struct hc_cli_peers peers;
  bool echo;
  bool verbose;
  bool announced; /* "listening ENTITY" has been printed */
};

static void announce(struct listener *l)
{
  const char *entity = "";
  hyco_receiver_get_string(l->receiver, HYCO_HYBRID_CONNECTION, &entity);
  fprintf(stderr, "listening %s\n", entity);
  l->announced = true;
}

static void on_connected(hyco_receiver *r, const hyco_connected *e,
                         void *user_data)
{
  struct listener *l = user_data;
  (void)r;
  if (e->status_code != 0)
    hc_cli_error(l->command, "cannot listen", e->status_code, e->description);
  else if (!l->announced)
    announce(l);
  else if (l->verbose)
    hc_cli_say(l->command, "online again");
}

static void on_disconnected(hyco_receiver *r, const hyco_disconnected *e,
                            void *user_data)
{
  struct listener *l = user_data;
  (void)r;
  if (e->status_code != 0)
    hc_cli_say(l->command, "offline: %d %s", e->status_code, e->description);
  else if (l->verbose)
    hc_cli_say(l->command, "offline");
}

static void on_request(hyco_receiver *r, hyco_connection_request *e,
                       void *user_data)
{
  struct listener *l = user_data;
  (void)r;
  hc_cli_say(l->command, "request %s from %s port %d", e->id, e->remote_address,
             e->remote_port);
}

/* What the peer still sends is dropped, but read: its Close is behind it. */
static void let_go(struct hc_cli_peer *peer, void *user_data)
{
  struct listener *l = user_data;
  peer->done = true;
  if (peer->paused)
    hyco_connection_set_bool(l->receiver, peer->id, HYCO_CONNECTION_ACCEPT_DATA,
                             true);
  peer->paused = false;
}

/* A connection of no use any more. */
static void give_up(struct listener *l, int id, int error)
{
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, id);
  char what[40];
  if (peer != NULL)
    let_go(peer, l);
  if (error != HYCO_ENOTCONNECTED) { /* that is a shutdown's doing */
    snprintf(what, sizeof what, "connection %d", id);
    hc_cli_error(l->command, what, error,
                 hyco_receiver_last_error_text(l->receiver));
  }
  hyco_receiver_disconnect(l->receiver, id);
}

static void on_connection_connected(hyco_receiver *r, int id, void *user_data)
{
  struct listener *l = user_data;
  (void)r;
  if (l->verbose)
    hc_cli_say(l->command, "connection %d: connected", id);
  if (hc_cli_peers_add(&l->peers, id) == NULL)
    give_up(l, id, HYCO_ENOMEM);
}

static void on_data_in(hyco_receiver *r, const hyco_connection_data_in *e,
                       void *user_data)
{
  struct listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, e->connection_id);
  if (peer == NULL || e->data_format == HYCO_FORMAT_PONG)
    return;
  peer->bytes_in += e->len;
  int rc = l->echo && !peer->done ? hc_cli_echo_data(r, peer, e) : 0;
  if (rc < 0)
    give_up(l, peer->id, rc);
}

static void on_ready_to_send(hyco_receiver *r, int id, void *user_data)
{
  struct listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, id);
  int rc = peer != NULL && !peer->done ? hc_cli_echo_ready(r, peer) : 0;
  if (rc < 0)
    give_up(l, id, rc);
}

static void on_end(hyco_receiver *r, const hyco_connection_disconnected *e,
                   void *user_data)
{
  struct listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, e->connection_id);
  int rc = peer != NULL && !peer->done ? hc_cli_echo_end(r, peer) : 0;
  if (rc < 0)
    give_up(l, e->connection_id, rc);
}

static void on_connection_disconnected(hyco_receiver *r,
                                       const hyco_connection_disconnected *e,
                                       void *user_data)
{
  struct listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, e->connection_id);
  (void)r;
  /* on_connection_error has told of a cut. */
  bool is_news =
      !hc_cli_close_is_clean(e->status_code) && e->status_code != 1006;
  if (l->verbose || is_news)
    hc_cli_say(l->command, "connection %d: closed: %d%s%s (%" PRIu64 " bytes)",
               e->connection_id, e->status_code,
               *e->description != '\0' ? " " : "", e->description,
               peer != NULL ? peer->bytes_in : 0);
  hc_cli_peers_remove(&l->peers, e->connection_id);
}

static void on_error(hyco_receiver *r, const hyco_error_event *e,
                     void *user_data)
{
  struct listener *l = user_data;
  (void)r;
  hc_cli_error(l->command, "error", e->error_code, e->description);
}

static void on_connection_error(hyco_receiver *r, const hyco_error_event *e,
                                void *user_data)
{
  struct listener *l = user_data;
  char what[40];
  (void)r;
  snprintf(what, sizeof what, "connection %d", e->connection_id);
  hc_cli_error(l->command, what, e->error_code, e->description);
}

static void on_certificate(hyco_receiver *r, hyco_ssl_server_authentication *e,
                           void *user_data)
{
  (void)r;
  (void)user_data;
  e->accept = true; /* --insecure */
}

static void on_log(hyco_receiver *r, const hyco_log *e, void *user_data)
{
  struct listener *l = user_data;
  (void)r;
  hc_cli_say(l->command, "[%d] %s: %s", e->connection_id, e->log_type,
             e->message);
}

static hyco_receiver_events events_for(const struct hc_cli_target *target)
{
  return (hyco_receiver_events){
    .on_connected = on_connected,
    .on_disconnected = on_disconnected,
    .on_connection_request = target->verbose > 0 ? on_request : NULL,
    .on_connection_connected = on_connection_connected,
    .on_connection_ready_to_send = on_ready_to_send,
    .on_connection_data_in = on_data_in,
    .on_connection_end = on_end,
    .on_connection_disconnected = on_connection_disconnected,
    .on_connection_error = on_connection_error,
    .on_error = on_error,
    .on_ssl_server_authentication = target->insecure ? on_certificate : NULL,
    .on_log = on_log,
  };
}

/* Until a signal comes or the library has given up. */
static int serve(struct listener *l, int signal_fd)
{
  hyco_loop *loop = hyco_receiver_loop(l->receiver);
  bool listening = true;
  while (listening) {
    struct pollfd fds[2] = { { 0 }, { .fd = signal_fd, .events = POLLIN } };
    if (hc_cli_wait(loop, fds, 2, -1) != 0) {
      hc_cli_say(l->command, "poll: %s", strerror(errno));
      return HC_CLI_FAILED;
    }
    if (fds[1].revents != 0) {
      hc_cli_peers_each(&l->peers, let_go, l);
      hyco_receiver_shutdown(l->receiver);
      return HC_CLI_DONE;
    }
    hyco_receiver_get_bool(l->receiver, HYCO_LISTENING, &listening);
  }
  return HC_CLI_FAILED; /* on_connected or on_disconnected said why */
}

static int start(struct listener *l, const struct hc_cli_target *target,
                 const char *entity)
{
  struct hc_cli_role role = hc_cli_role_of_receiver(l->receiver);
  int rc = hc_cli_target_apply(l->command, target, &role, entity);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_configure(l->command, &role, "HalfClose=true");
  if (rc != HC_CLI_GO_ON)
    return rc;
  int signal_fd = hc_cli_signal_fd();
  if (signal_fd < 0) {
    hc_cli_say(l->command, "pipe: %s", strerror(errno));
    return HC_CLI_FAILED;
  }
  int error = hyco_receiver_start(l->receiver);
  if (error != 0)
    return hc_cli_error(l->command, "cannot listen", error,
                        hyco_receiver_last_error_text(l->receiver));
  return serve(l, signal_fd);
}

static int run_listener(const struct hc_cli_command *self,
                        const struct listen_values *v, const char *entity)
{
  struct listener l = { .command = self,
                        .echo = v->echo,
                        .verbose = v->target.verbose > 0 };
  hyco_receiver_events events = events_for(&v->target);
  int error = hyco_receiver_new(NULL, &events, &l, &l.receiver);
  if (error != 0)
    return hc_cli_error(self, "cannot start", error, NULL);
  int rc = start(&l, &v->target, entity);
  hyco_receiver_free(l.receiver);
  hc_cli_peers_free(&l.peers);
  return rc;
}

int hc_cli_listen(const struct hc_cli_command *self, int argc, char **argv)
{
  struct listen_values v = { 0 };
  const char *entity = NULL;
  const struct hc_cli_group groups[] = {
    { "Options", options, sizeof options / sizeof options[0], &v },
    { "Where to", hc_cli_target_options, hc_cli_target_n_options, &v.target },
    { "Connection", hc_cli_transport_options, hc_cli_transport_n_options,
      &v.target },
  };
  const struct hc_cli_parser parser = { self, groups, 3, &entity };

  int rc = hc_cli_parse(&parser, argc, argv);
  if (rc == HC_CLI_GO_ON && v.echo == v.discard)
    rc = hc_cli_usage(self, "either --echo or --discard");
  if (rc == HC_CLI_GO_ON && !hc_cli_target_has_credentials(&v.target))
    rc = hc_cli_usage(self, "a listener needs --key-name and a key, or "
                            "--token");
  if (rc == HC_CLI_GO_ON)
    rc = run_listener(self, &v, entity);
  hc_cli_target_deinit(&v.target);
  return rc;
}
