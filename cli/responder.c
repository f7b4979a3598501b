/* Answers the HTTP requests of a listener. */
#include "responder.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { STATUS_UNAVAILABLE = 503 };

static void forget(struct hc_cli_listener *l, int id)
{
  hc_cli_peers_remove(&l->requests, id);
  l->n_ended++;
}

/* An error has made the request useless. */
static void give_up(struct hc_cli_listener *l, int id, int error)
{
  char what[40];
  if (error == HYCO_ENOTCONNECTED)
    return; /* on_cancelled follows */
  snprintf(what, sizeof what, "request %d", id);
  hc_cli_error(l->command, what, error,
               hyco_receiver_last_error_text(l->receiver));
  hyco_response_abort(l->receiver, id);
  forget(l, id);
}

static void finish(struct hc_cli_listener *l, const struct hc_cli_peer *request)
{
  int id = request->id;
  int rc = hyco_response_end(l->receiver, id);
  if (rc < 0) {
    give_up(l, id, rc);
    return;
  }
  forget(l, id);
}

/* Content-Type, Content-Encoding...: what a body that comes back needs. */
static bool is_of_the_body(const char *name)
{
  static const char start[] = "Content-";
  return strncasecmp(name, start, strlen(start)) == 0 &&
         strcasecmp(name, "Content-Length") != 0;
}

/* What a TRACE should not give back: RFC 9110 9.3.8. */
static bool is_secret(const char *name)
{
  return strcasecmp(name, "Authorization") == 0 ||
         strcasecmp(name, "Proxy-Authorization") == 0 ||
         strcasecmp(name, "Cookie") == 0;
}

static int write_text(struct hc_cli_listener *l, int id, const char *text)
{
  return hyco_response_write(l->receiver, id, text, strlen(text));
}

static int write_field(struct hc_cli_listener *l, int id, const char *name,
                       const char *value)
{
  int rc = write_text(l, id, name);
  if (rc == 0)
    rc = write_text(l, id, ": ");
  if (rc == 0)
    rc = write_text(l, id, value);
  return rc == 0 ? write_text(l, id, "\r\n") : rc;
}

/* Calls fn for each header until it fails. */
static int each_header(struct hc_cli_listener *l, int id,
                       int (*fn)(struct hc_cli_listener *l, int id,
                                 const char *name, const char *value))
{
  const char *name = "";
  const char *value = NULL;
  int rc = 0;
  for (size_t i = 0; rc == 0; i++) {
    rc = hyco_receiver_get_request_header_at(l->receiver, id, i, &name, &value);
    if (rc != 0 || name == NULL)
      return rc;
    rc = fn(l, id, name, value);
  }
  return rc;
}

static int copy_header(struct hc_cli_listener *l, int id, const char *name,
                       const char *value)
{
  if (!is_of_the_body(name))
    return 0;
  int rc = hyco_response_add_header(l->receiver, id, name, value);
  return rc == HYCO_EBADVALUE ? 0 : rc; /* the echo does without it */
}

static int trace_header(struct hc_cli_listener *l, int id, const char *name,
                        const char *value)
{
  return is_secret(name) ? 0 : write_field(l, id, name, value);
}

/* The request's head as it came. It fits into what is held of an answer. */
static int trace(struct hc_cli_listener *l, const hyco_http_request *e)
{
  int id = e->connection_id;
  int rc =
      hyco_response_add_header(l->receiver, id, "Content-Type", "message/http");
  if (rc == 0)
    rc = write_text(l, id, "TRACE ");
  if (rc == 0)
    rc = write_text(l, id, e->request_target);
  if (rc == 0)
    rc = write_text(l, id, " HTTP/1.1\r\n");
  if (rc == 0)
    rc = each_header(l, id, trace_header);
  return rc == 0 ? write_text(l, id, "\r\n") : rc;
}

/* The status, or what an echo has before the body. */
static int begin(struct hc_cli_listener *l, struct hc_cli_peer *request,
                 const hyco_http_request *e)
{
  if (l->http_status != 0)
    return hyco_response_set_status(l->receiver, request->id, l->http_status,
                                    NULL);
  request->done = strcmp(e->request_method, "TRACE") == 0;
  return request->done ? trace(l, e) : each_header(l, request->id, copy_header);
}

static void refuse(struct hc_cli_listener *l, int id, const char *why)
{
  hc_cli_say(l->command, "request %d refused: %s", id, why);
  hyco_receiver_send_http_response(l->receiver, id, STATUS_UNAVAILABLE, why,
                                   NULL, 0);
}

static void on_request(hyco_receiver *r, const hyco_http_request *e,
                       void *user_data)
{
  struct hc_cli_listener *l = user_data;
  int id = e->connection_id;
  const char *why = hc_cli_listener_refusal(l);
  struct hc_cli_peer *request = NULL;
  (void)r;
  if (why == NULL) {
    request = hc_cli_peers_add(&l->requests, id);
    why = "out of memory";
  }
  if (request == NULL) {
    refuse(l, id, why);
    return;
  }
  request->waiting.max = HC_CLI_RESPONDER_WAITING_MAX;
  int rc = begin(l, request, e);
  if (rc < 0)
    give_up(l, id, rc);
  else if (!e->has_body)
    finish(l, request);
}

/* Until what waits has gone nothing more comes. */
static int wait_with(struct hc_cli_listener *l, struct hc_cli_peer *request,
                     const void *data, size_t len)
{
  if (!hc_cli_bytes_append(&request->waiting, data, len))
    return HYCO_ENOMEM;
  request->paused = true;
  return hyco_receiver_pause_request(l->receiver, request->id);
}

static int take(struct hc_cli_listener *l, struct hc_cli_peer *request,
                const hyco_http_request_data *e)
{
  request->ended = e->eom;
  if (l->http_status != 0 || request->done || e->len == 0)
    return 0;
  if (request->paused) /* behind what waits */
    return wait_with(l, request, e->data, e->len);
  int rc = hyco_response_write(l->receiver, request->id, e->data, e->len);
  return rc == HYCO_EWOULDBLOCK ? wait_with(l, request, e->data, e->len) : rc;
}

static void on_data(hyco_receiver *r, const hyco_http_request_data *e,
                    void *user_data)
{
  struct hc_cli_listener *l = user_data;
  struct hc_cli_peer *request =
      hc_cli_peers_find(&l->requests, e->connection_id);
  (void)r;
  if (request == NULL)
    return;
  int rc = take(l, request, e);
  if (rc < 0)
    give_up(l, request->id, rc);
  else if (request->ended && !request->paused)
    finish(l, request);
}

static int flush(struct hc_cli_listener *l, struct hc_cli_peer *request)
{
  struct hc_cli_bytes *waiting = &request->waiting;
  if (!request->paused)
    return 0;
  int rc = hyco_response_write(l->receiver, request->id,
                               hc_cli_bytes_at(waiting), waiting->len);
  if (rc < 0)
    return rc;
  hc_cli_bytes_drop(waiting, waiting->len);
  request->paused = false;
  return hyco_receiver_resume_request(l->receiver, request->id);
}

static void on_ready(hyco_receiver *r, int id, void *user_data)
{
  struct hc_cli_listener *l = user_data;
  struct hc_cli_peer *request = hc_cli_peers_find(&l->requests, id);
  (void)r;
  if (request == NULL)
    return;
  int rc = flush(l, request);
  if (rc < 0 && rc != HYCO_EWOULDBLOCK)
    give_up(l, id, rc);
  else if (rc == 0 && request->ended)
    finish(l, request);
}

static void on_cancelled(hyco_receiver *r, const hyco_http_request_cancelled *e,
                         void *user_data)
{
  struct hc_cli_listener *l = user_data;
  (void)r;
  if (hc_cli_peers_find(&l->requests, e->connection_id) != NULL)
    forget(l, e->connection_id);
}

void hc_cli_responder_serve(hyco_receiver_events *events)
{
  events->on_http_request = on_request;
  events->on_http_request_data = on_data;
  events->on_http_ready = on_ready;
  events->on_http_request_cancelled = on_cancelled;
}
