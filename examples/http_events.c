/* Answers HTTP requests at a hybrid connection, at once, or at /events as a
 * stream of server-sent events:
 *   HYCO_CONNECTION_STRING=... http_events ENTITY [CA_FILE] */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS_MAX = 16, EVENTS = 3 };

struct responder {
  int streams[STREAMS_MAX]; /* requests at /events, 0: free */
  int sent[STREAMS_MAX];
};

static void greet(hyco_receiver *r, const hyco_http_request *e)
{
  char body[256];
  int n = snprintf(body, sizeof body, "hello, %s\n", e->request_target);
  size_t len = (size_t)n < sizeof body ? (size_t)n : sizeof body - 1;

  hyco_response_add_header(r, e->connection_id, "Content-Type", "text/plain");
  hyco_receiver_send_http_response(r, e->connection_id, 200, "OK", body, len);
}

/* The answer goes out with the first flush and is ended later. */
static void begin_events(hyco_receiver *r, struct responder *all, int id)
{
  for (int i = 0; i < STREAMS_MAX; i++) {
    if (all->streams[i] != 0)
      continue;
    all->streams[i] = id;
    all->sent[i] = 0;
    hyco_response_add_header(r, id, "Content-Type", "text/event-stream");
    hyco_response_flush(r, id);
    return;
  }
  hyco_receiver_send_http_response(r, id, 503, "Too many streams", NULL, 0);
}

static void on_http_request(hyco_receiver *r, const hyco_http_request *e,
                            void *user_data)
{
  if (strcmp(e->request_method, "GET") != 0)
    hyco_receiver_send_http_response(r, e->connection_id, 405,
                                     "Method Not Allowed", NULL, 0);
  else if (strstr(e->request_target, "/events") != NULL)
    begin_events(r, user_data, e->connection_id);
  else
    greet(r, e);
}

static void on_cancelled(hyco_receiver *r, const hyco_http_request_cancelled *e,
                         void *user_data)
{
  struct responder *all = user_data;
  (void)r;
  for (int i = 0; i < STREAMS_MAX; i++)
    if (all->streams[i] == e->connection_id)
      all->streams[i] = 0;
}

static void send_events(hyco_receiver *r, struct responder *all)
{
  char text[32];

  for (int i = 0; i < STREAMS_MAX; i++) {
    int id = all->streams[i];
    if (id == 0)
      continue;
    int n = snprintf(text, sizeof text, "data: %d\n\n", all->sent[i] + 1);
    if (hyco_response_write(r, id, text, (size_t)n) == 0)
      all->sent[i]++;
    if (all->sent[i] == EVENTS && hyco_response_end(r, id) == 0)
      all->streams[i] = 0;
  }
}

static int serve(hyco_receiver *r, struct responder *all, const char *entity,
                 const char *ca_file)
{
  bool listening = true;
  int rc =
      hyco_receiver_set_connection_string(r, getenv("HYCO_CONNECTION_STRING"));
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, entity);
  if (rc == 0 && ca_file != NULL)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, ca_file);
  if (rc == 0)
    rc = hyco_receiver_set_bool(r, HYCO_LISTENING, true); /* blocks */
  if (rc < 0)
    return rc;
  fprintf(stderr, "listening\n");
  while (listening) { /* false once the service refuses us for good */
    hyco_receiver_do_events(r, 1000);
    send_events(r, all);
    hyco_receiver_get_bool(r, HYCO_LISTENING, &listening);
  }
  return HYCO_ENOTCONNECTED;
}

int main(int argc, char **argv)
{
  const hyco_receiver_events events = { .on_http_request = on_http_request,
                                        .on_http_request_cancelled =
                                            on_cancelled };
  struct responder all = { 0 };
  hyco_receiver *r;
  if (argc < 2 || hyco_receiver_new(NULL, &events, &all, &r) < 0)
    return 2;
  int rc = serve(r, &all, argv[1], argc > 2 ? argv[2] : NULL);
  fprintf(stderr, "http_events: %s: %s\n", hyco_error_name(rc),
          hyco_receiver_last_error_text(r));
  hyco_receiver_free(r);
  return 1;
}
