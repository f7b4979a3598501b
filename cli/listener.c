/* The events of a receiver, told to whatever serves the connections. */
#include "listener.h"

#include <inttypes.h>
#include <stdio.h>

/* RFC 6455 registry (RFC 6455 11.7): "Try Again Later". */
enum { CLOSE_TRY_AGAIN_LATER = 1013, STATUS_UNAVAILABLE = 503 };

static void announce(struct hc_cli_listener *l)
{
  const char *entity = "";
  hyco_receiver_get_string(l->receiver, HYCO_HYBRID_CONNECTION, &entity);
  fprintf(stderr, "listening %s\n", entity);
  l->announced = true;
}

static void on_connected(hyco_receiver *r, const hyco_connected *e,
                         void *user_data)
{
  struct hc_cli_listener *l = user_data;
  (void)r;
  if (e->status_code != 0) {
    hc_cli_error(l->command, "cannot listen", e->status_code, e->description);
    l->failed = l->failed || l->once;
  } else if (!l->announced) {
    announce(l);
  } else if (l->verbose) {
    hc_cli_say(l->command, "online again");
  }
}

static void on_disconnected(hyco_receiver *r, const hyco_disconnected *e,
                            void *user_data)
{
  struct hc_cli_listener *l = user_data;
  (void)r;
  if (e->status_code != 0)
    hc_cli_say(l->command, "offline: %d %s", e->status_code, e->description);
  else if (l->verbose)
    hc_cli_say(l->command, "offline");
}

const char *hc_cli_listener_refusal(const struct hc_cli_listener *l)
{
  long n = l->peers.n + l->requests.n;
  if (l->count > 0 && l->n_ended + n >= l->count)
    return "the listener takes no more connections";
  if (n >= l->max_connections)
    return "too many connections";
  return NULL;
}

static const char *refusal(const struct hc_cli_listener *l)
{
  if (l->http_only)
    return "the listener takes HTTP requests only";
  return hc_cli_listener_refusal(l);
}

static void on_request(hyco_receiver *r, hyco_connection_request *e,
                       void *user_data)
{
  struct hc_cli_listener *l = user_data;
  const char *why = refusal(l);
  (void)r;
  if (l->verbose || why != NULL)
    hc_cli_say(l->command, "request %s from %s port %d%s%s", e->id,
               e->remote_address, e->remote_port,
               why != NULL ? " refused: " : "", why != NULL ? why : "");
  if (why == NULL)
    return;
  e->accept = false;
  e->status_code = STATUS_UNAVAILABLE;
  e->status_description = why;
}

int hc_cli_listener_pause(struct hc_cli_listener *l, struct hc_cli_peer *peer,
                          bool paused)
{
  if (peer->paused == paused)
    return 0;
  peer->paused = paused;
  return hyco_connection_set_bool(l->receiver, peer->id,
                                  HYCO_CONNECTION_ACCEPT_DATA, !paused);
}

void hc_cli_listener_let_go(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  peer->done = true;
  hc_cli_listener_pause(l, peer, false);
}

void hc_cli_listener_close(struct hc_cli_listener *l, int id, int code,
                           const char *text)
{
  hyco_receiver *r = l->receiver;
  int64_t usual_code = 0;
  const char *value = "";
  char usual_text[128]; /* a Close has room for 123 bytes */
  hyco_receiver_get_int(r, HYCO_DISCONNECT_STATUS_CODE, &usual_code);
  hyco_receiver_get_string(r, HYCO_DISCONNECT_STATUS_DESCRIPTION, &value);
  snprintf(usual_text, sizeof usual_text, "%s", value);

  hyco_receiver_set_int(r, HYCO_DISCONNECT_STATUS_CODE, code);
  hyco_receiver_set_string(r, HYCO_DISCONNECT_STATUS_DESCRIPTION, text);
  hyco_receiver_disconnect(r, id);
  hyco_receiver_set_int(r, HYCO_DISCONNECT_STATUS_CODE, usual_code);
  hyco_receiver_set_string(r, HYCO_DISCONNECT_STATUS_DESCRIPTION, usual_text);
}

void hc_cli_listener_forget(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  hc_cli_peers_remove(&l->peers, peer->id);
  l->n_ended++;
}

void hc_cli_listener_give_up(struct hc_cli_listener *l,
                             struct hc_cli_peer *peer, int error)
{
  char what[40];
  if (error != HYCO_ENOTCONNECTED) { /* that is a shutdown's doing */
    snprintf(what, sizeof what, "connection %d", peer->id);
    hc_cli_error(l->command, what, error,
                 hyco_receiver_last_error_text(l->receiver));
  }
  hc_cli_listener_let_go(l, peer);
  hyco_receiver_disconnect(l->receiver, peer->id);
}

static void on_connection_connected(hyco_receiver *r, int id, void *user_data)
{
  struct hc_cli_listener *l = user_data;
  /* Several may have asked when there was room for one. */
  const char *why = refusal(l);
  struct hc_cli_peer *peer = NULL;
  (void)r;
  if (l->verbose || why != NULL)
    hc_cli_say(l->command, "connection %d: %s", id,
               why != NULL ? why : "connected");
  if (why == NULL) {
    peer = hc_cli_peers_add(&l->peers, id);
    why = "out of memory";
  }
  if (peer == NULL) {
    hc_cli_listener_close(l, id, CLOSE_TRY_AGAIN_LATER, why);
    return;
  }
  int rc = l->service->open != NULL ? l->service->open(l, peer) : 0;
  if (rc < 0)
    hc_cli_listener_give_up(l, peer, rc);
}

static void on_data_in(hyco_receiver *r, const hyco_connection_data_in *e,
                       void *user_data)
{
  struct hc_cli_listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, e->connection_id);
  (void)r;
  if (peer == NULL || e->data_format == HYCO_FORMAT_PONG)
    return;
  if (peer->done || l->service->data == NULL)
    return;
  int rc = l->service->data(l, peer, e);
  if (rc < 0)
    hc_cli_listener_give_up(l, peer, rc);
}

static void on_ready_to_send(hyco_receiver *r, int id, void *user_data)
{
  struct hc_cli_listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, id);
  (void)r;
  if (peer == NULL || peer->done || l->service->ready == NULL)
    return;
  int rc = l->service->ready(l, peer);
  if (rc < 0)
    hc_cli_listener_give_up(l, peer, rc);
}

static void on_end(hyco_receiver *r, const hyco_connection_disconnected *e,
                   void *user_data)
{
  struct hc_cli_listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, e->connection_id);
  (void)r;
  if (peer == NULL || peer->done || l->service->end == NULL)
    return;
  int rc = l->service->end(l, peer);
  if (rc < 0)
    hc_cli_listener_give_up(l, peer, rc);
}

static void say_closed(const struct hc_cli_listener *l,
                       const hyco_connection_disconnected *e)
{
  int64_t in = 0;
  int64_t out = 0;
  (void)hyco_connection_get_int(l->receiver, e->connection_id,
                                HYCO_TOTAL_RECEIVED, &in);
  (void)hyco_connection_get_int(l->receiver, e->connection_id, HYCO_TOTAL_SENT,
                                &out);
  hc_cli_say(l->command,
             "connection %d: closed: %d%s%s (%" PRId64 " bytes in, %" PRId64
             " out)",
             e->connection_id, e->status_code,
             *e->description != '\0' ? " " : "", e->description, in, out);
}

static void on_connection_disconnected(hyco_receiver *r,
                                       const hyco_connection_disconnected *e,
                                       void *user_data)
{
  struct hc_cli_listener *l = user_data;
  struct hc_cli_peer *peer = hc_cli_peers_find(&l->peers, e->connection_id);
  (void)r;
  /* on_connection_error has told of a cut. */
  bool is_news =
      !hc_cli_close_is_clean(e->status_code) && e->status_code != 1006;
  if (l->verbose || is_news)
    say_closed(l, e);
  if (peer == NULL)
    return;
  if (l->service->gone == NULL || l->service->gone(l, peer))
    hc_cli_listener_forget(l, peer);
}

static void on_error(hyco_receiver *r, const hyco_error_event *e,
                     void *user_data)
{
  struct hc_cli_listener *l = user_data;
  (void)r;
  hc_cli_error(l->command, "error", e->error_code, e->description);
}

static void on_connection_error(hyco_receiver *r, const hyco_error_event *e,
                                void *user_data)
{
  struct hc_cli_listener *l = user_data;
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
  struct hc_cli_listener *l = user_data;
  (void)r;
  hc_cli_say(l->command, "[%d] %s: %s", e->connection_id, e->log_type,
             e->message);
}

hyco_receiver_events hc_cli_listener_events(bool insecure)
{
  return (hyco_receiver_events){
    .on_connected = on_connected,
    .on_disconnected = on_disconnected,
    .on_connection_request = on_request,
    .on_connection_connected = on_connection_connected,
    .on_connection_ready_to_send = on_ready_to_send,
    .on_connection_data_in = on_data_in,
    .on_connection_end = on_end,
    .on_connection_disconnected = on_connection_disconnected,
    .on_connection_error = on_connection_error,
    .on_error = on_error,
    .on_ssl_server_authentication = insecure ? on_certificate : NULL,
    .on_log = on_log,
  };
}
