/* http_app STRING_FILE CA_FILE ENTITY: an HTTP application behind a hybrid
 * connection, through the public interface alone. What it does is in the path
 * after the entity's name:
 *   /echo         sends the body back as it comes, with X-Method, X-Target,
 *                 Content-Type and X-Own of the request
 *   /head         201, the request's headers in JSON, repeated headers
 *   /bytes?N      N bytes, byte i is i % 251
 *   /hold         no answer
 *   /stall        the beginning of an answer
 *   /events?NAME  server-sent events, each once the one before was acknowledged
 *   /ack?NAME     acknowledges one
 * Writes "listening", "request ID METHOD TARGET" and "cancelled ID CODE". */
#include "party_arguments.h"

#include <hyco/hyco.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURN_MS = 20, EVENTS = 5, PATTERN = 251, PIECE = PATTERN * 64 };

enum kind { ECHOES, COUNTS, WAITS, TELLS };

struct reply {
  struct reply *next;
  int id;
  enum kind kind;
  char *waiting; /* of an echo: what the library would not take */
  size_t waiting_len;
  bool paused;
  bool ended;
  uint64_t left; /* bytes or events to send */
  char name[32]; /* of a stream of events */
};

static struct reply *replies;
static char pattern[PIECE];
static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
  (void)number;
  is_over = 1;
}

static void must(hyco_receiver *r, int rc, const char *what)
{
  if (rc == 0)
    return;
  fprintf(stderr, "http_app: %s: %s: %s\n", what, hyco_error_name(rc),
          hyco_receiver_last_error_text(r));
  exit(1);
}

static struct reply *add(int id, enum kind kind)
{
  struct reply *reply = calloc(1, sizeof *reply);
  if (reply == NULL)
    exit(1);
  reply->id = id;
  reply->kind = kind;
  reply->next = replies;
  replies = reply;
  return reply;
}

static struct reply *find(int id)
{
  struct reply *reply = replies;
  while (reply != NULL && reply->id != id)
    reply = reply->next;
  return reply;
}

static void forget(const struct reply *gone)
{
  struct reply **at = &replies;
  while (*at != NULL && *at != gone)
    at = &(*at)->next;
  if (*at == NULL)
    return;
  struct reply *reply = *at;
  *at = reply->next;
  free(reply->waiting);
  free(reply);
}

static void finish(hyco_receiver *r, const struct reply *reply)
{
  int rc = hyco_response_end(r, reply->id);
  if (rc == HYCO_ENOTCONNECTED)
    return; /* on_cancelled follows */
  must(r, rc, "end");
  forget(reply);
}

static void copy_header(hyco_receiver *r, int id, const char *name)
{
  const char *value = NULL;
  must(r, hyco_receiver_get_request_header(r, id, name, &value), "get");
  if (value != NULL)
    must(r, hyco_response_add_header(r, id, name, value), "add_header");
}

static void begin_echo(hyco_receiver *r, const hyco_http_request *e)
{
  int id = e->connection_id;
  const struct reply *reply = add(id, ECHOES);
  copy_header(r, id, "Content-Type");
  copy_header(r, id, "X-Own");
  must(r, hyco_response_add_header(r, id, "X-Method", e->request_method),
       "add_header");
  must(r, hyco_response_add_header(r, id, "X-Target", e->request_target),
       "add_header");
  if (!e->has_body)
    finish(r, reply);
}

/* Nothing more comes until it has gone. */
static void hold(hyco_receiver *r, struct reply *reply, const void *data,
                 size_t len)
{
  char *waiting = realloc(reply->waiting, reply->waiting_len + len);
  if (waiting == NULL)
    exit(1);
  memcpy(waiting + reply->waiting_len, data, len);
  reply->waiting = waiting;
  reply->waiting_len += len;
  if (!reply->paused)
    must(r, hyco_receiver_pause_request(r, reply->id), "pause_request");
  reply->paused = true;
}

static void on_http_request_data(hyco_receiver *r,
                                 const hyco_http_request_data *e,
                                 void *user_data)
{
  struct reply *reply = find(e->connection_id);
  (void)user_data;
  if (reply == NULL || reply->kind != ECHOES)
    return;
  reply->ended = e->eom;
  int rc = reply->paused ? HYCO_EWOULDBLOCK
                         : hyco_response_write(r, reply->id, e->data, e->len);
  if (rc == HYCO_EWOULDBLOCK)
    hold(r, reply, e->data, e->len);
  else if (rc != HYCO_ENOTCONNECTED)
    must(r, rc, "write");
  if (reply->ended && !reply->paused)
    finish(r, reply);
}

static void go_on_echoing(hyco_receiver *r, struct reply *reply)
{
  if (!reply->paused)
    return;
  int rc =
      hyco_response_write(r, reply->id, reply->waiting, reply->waiting_len);
  if (rc == HYCO_EWOULDBLOCK || rc == HYCO_ENOTCONNECTED)
    return;
  must(r, rc, "write");
  free(reply->waiting);
  reply->waiting = NULL;
  reply->waiting_len = 0;
  reply->paused = false;
  must(r, hyco_receiver_resume_request(r, reply->id), "resume_request");
  if (reply->ended)
    finish(r, reply);
}

/* Every piece begins at a multiple of the pattern. */
static void go_on_counting(hyco_receiver *r, struct reply *reply)
{
  int rc = 0;
  while (rc == 0 && reply->left > 0) {
    size_t len = reply->left < PIECE ? (size_t)reply->left : PIECE;
    rc = hyco_response_write(r, reply->id, pattern, len);
    if (rc == 0)
      reply->left -= len;
  }
  if (rc == 0)
    finish(r, reply);
  else if (rc != HYCO_EWOULDBLOCK && rc != HYCO_ENOTCONNECTED)
    must(r, rc, "write");
}

static void on_http_ready(hyco_receiver *r, int connection_id, void *user_data)
{
  struct reply *reply = find(connection_id);
  (void)user_data;
  if (reply != NULL && reply->kind == ECHOES)
    go_on_echoing(r, reply);
  else if (reply != NULL && reply->kind == COUNTS)
    go_on_counting(r, reply);
}

static void tell_event(hyco_receiver *r, struct reply *reply)
{
  char text[32];
  int n = snprintf(text, sizeof text, "data: %" PRIu64 "\n\n",
                   EVENTS + 1 - reply->left);
  must(r, hyco_response_write(r, reply->id, text, (size_t)n), "write");
  must(r, hyco_response_flush(r, reply->id), "flush");
  if (--reply->left == 0)
    finish(r, reply);
}

static void begin_events(hyco_receiver *r, int id, const char *name)
{
  struct reply *reply = add(id, TELLS);
  snprintf(reply->name, sizeof reply->name, "%s", name);
  reply->left = EVENTS;
  must(r, hyco_response_add_header(r, id, "Content-Type", "text/event-stream"),
       "add_header");
  tell_event(r, reply);
}

static void acknowledge(hyco_receiver *r, int id, const char *name)
{
  struct reply *reply = replies;
  while (reply != NULL &&
         (reply->kind != TELLS || strcmp(reply->name, name) != 0))
    reply = reply->next;
  must(r,
       hyco_receiver_send_http_response(r, id, reply == NULL ? 404 : 204, NULL,
                                        NULL, 0),
       "send_http_response");
  if (reply != NULL)
    tell_event(r, reply);
}

static void answer_head(hyco_receiver *r, const hyco_http_request *e)
{
  static const char *const headers[][2] = {
    { "Set-Cookie", "a=1" }, { "Set-Cookie", "b=2; Path=/" },
    { "X-Twice", "one" },    { "X-Twice", "two" },
    { "X-Empty", "" },       { "Content-Type", "application/json" },
  };
  for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
    must(r,
         hyco_response_add_header(r, e->connection_id, headers[i][0],
                                  headers[i][1]),
         "add_header");
  must(r,
       hyco_receiver_send_http_response(r, e->connection_id, 201, "Made here",
                                        e->request_headers,
                                        strlen(e->request_headers)),
       "send_http_response");
}

static void begin_stall(hyco_receiver *r, int id)
{
  add(id, WAITS);
  must(r, hyco_response_write(r, id, "begun", 5), "write");
  must(r, hyco_response_flush(r, id), "flush");
}

static bool is(const char *path, const char *name)
{
  size_t len = strcspn(path, "?");
  return strlen(name) == len && strncmp(path, name, len) == 0;
}

static void on_http_request(hyco_receiver *r, const hyco_http_request *e,
                            void *user_data)
{
  int id = e->connection_id;
  const char *path = strchr(e->request_target + 1, '/');
  (void)user_data;
  fprintf(stderr, "request %d %s %s\n", id, e->request_method,
          e->request_target);
  path = path == NULL ? "" : path;
  const char *query = strchr(path, '?');
  query = query == NULL ? "" : query + 1;
  if (is(path, "/echo")) {
    begin_echo(r, e);
  } else if (is(path, "/head")) {
    answer_head(r, e);
  } else if (is(path, "/bytes")) {
    struct reply *reply = add(id, COUNTS);
    reply->left = strtoull(query, NULL, 10);
    go_on_counting(r, reply);
  } else if (is(path, "/events")) {
    begin_events(r, id, query);
  } else if (is(path, "/ack")) {
    acknowledge(r, id, query);
  } else if (is(path, "/hold")) {
    add(id, WAITS);
  } else if (is(path, "/stall")) {
    begin_stall(r, id);
  } else {
    must(r, hyco_receiver_send_http_response(r, id, 404, NULL, NULL, 0),
         "send_http_response");
  }
}

static void on_cancelled(hyco_receiver *r, const hyco_http_request_cancelled *e,
                         void *user_data)
{
  (void)r;
  (void)user_data;
  fprintf(stderr, "cancelled %d %d\n", e->connection_id, e->error_code);
  forget(find(e->connection_id));
}

static void on_error(hyco_receiver *r, const hyco_error_event *e,
                     void *user_data)
{
  (void)r;
  (void)user_data;
  fprintf(stderr, "error %d %s\n", e->error_code, e->description);
}

static int configure(hyco_receiver *r, char **argv)
{
  int rc = party_configure(r, argv);
  if (rc == 0)
    rc = hyco_receiver_set_bool(r, HYCO_STREAM_REQUESTS, true);
  return rc;
}

int main(int argc, char **argv)
{
  static const hyco_receiver_events events = {
    .on_http_request = on_http_request,
    .on_http_request_data = on_http_request_data,
    .on_http_request_cancelled = on_cancelled,
    .on_http_ready = on_http_ready,
    .on_error = on_error,
  };
  hyco_receiver *r = NULL;
  if (argc != 4) {
    fprintf(stderr, "usage: http_app STRING_FILE CA_FILE ENTITY\n");
    return 2;
  }
  setvbuf(stderr, NULL, _IOLBF, 0);
  signal(SIGTERM, on_signal);
  for (size_t i = 0; i < sizeof pattern; i++)
    pattern[i] = (char)(i % PATTERN);

  if (hyco_receiver_new(NULL, &events, NULL, &r) != 0)
    return 1;
  must(r, configure(r, argv), "configure");
  must(r, hyco_receiver_set_bool(r, HYCO_LISTENING, true), "listen");
  fprintf(stderr, "listening\n");
  while (!is_over)
    hyco_receiver_do_events(r, TURN_MS);
  hyco_receiver_free(r);
  while (replies != NULL)
    forget(replies);
  return 0;
}
