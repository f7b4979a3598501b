/* HTTP through the public interface, in one process. */
#include "api_http_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 4000 };

static hyco_relay *relay;
static char dir[] = "/tmp/hyco-api-XXXXXX";
static bool streams;

static void on_request(hyco_receiver *r, const hyco_http_request *e,
                       void *user_data)
{
  struct http_world *w = user_data;
  (void)r;
  w->id = e->connection_id;
  if (w->told < HTTP_ASKED_MAX)
    w->ids[w->told] = e->connection_id;
  w->told++;
  if (w->app != NULL)
    w->app(w, e);
}

static void on_request_data(hyco_receiver *r, const hyco_http_request_data *e,
                            void *user_data)
{
  struct http_world *w = user_data;
  (void)r;
  assert_int_equal(e->connection_id, w->id);
  assert_int_equal(w->ends, 0);
  w->data += e->len;
  w->ends += e->eom;
}

void http_check_unknown(struct http_world *w, int id)
{
  hyco_receiver *r = w->receiver;
  const char *value;
  const int results[] = {
    hyco_receiver_get_request_header(r, id, "Host", &value),
    hyco_receiver_send_http_response(r, id, 200, "OK", NULL, 0),
    hyco_response_set_status(r, id, 200, "OK"),
    hyco_response_add_header(r, id, "A", "b"),
    hyco_response_write(r, id, "x", 1),
    hyco_response_flush(r, id),
    hyco_response_end(r, id),
    hyco_response_abort(r, id),
    hyco_receiver_pause_request(r, id),
    hyco_receiver_resume_request(r, id),
  };
  for (size_t i = 0; i < CHECK_COUNT(results); i++)
    assert_int_equal(results[i], HYCO_ENOREQUEST);
}

static void on_cancelled(hyco_receiver *r, const hyco_http_request_cancelled *e,
                         void *user_data)
{
  struct http_world *w = user_data;
  (void)r;
  w->cancelled++;
  w->cancelled_id = e->connection_id;
  w->cancelled_code = e->error_code;
  assert_non_null(e->description);
}

static void on_http_ready(hyco_receiver *r, int connection_id, void *user_data)
{
  struct http_world *w = user_data;
  (void)r;
  assert_int_equal(connection_id, w->id);
  w->ready++;
}

static void on_response(hyco_request *r, const hyco_response *e,
                        void *user_data)
{
  struct http_asked *a = user_data;
  size_t used = 0;
  (void)r;
  a->status = e->status_code;
  (void)snprintf(a->reason, sizeof a->reason, "%s", e->reason);
  for (size_t i = 0; i < e->n_headers; i++)
    if (strncmp(e->headers[i].name, "X-", 2) == 0)
      used +=
          (size_t)snprintf(a->headers + used, sizeof a->headers - used,
                           "%s=%s;", e->headers[i].name, e->headers[i].value);
  assert_true(used < sizeof a->headers);
}

static void on_data(hyco_request *r, const hyco_response_data *e,
                    void *user_data)
{
  struct http_asked *a = user_data;
  (void)r;
  for (size_t i = 0; i < e->len && a->len + i < sizeof a->body - 1; i++)
    a->body[a->len + i] = ((const char *)e->data)[i];
  a->len += e->len;
}

static void on_done(hyco_request *r, const hyco_request_done *e,
                    void *user_data)
{
  struct http_asked *a = user_data;
  (void)r;
  a->done++;
  a->error = e->error_code;
}

static const hyco_receiver_events receiver_events = {
  .on_http_request = on_request,
  .on_http_request_data = on_request_data,
  .on_http_request_cancelled = on_cancelled,
  .on_http_ready = on_http_ready,
};

void http_listen(struct http_world *w, const hyco_receiver_events *events)
{
  hyco_receiver_free(w->receiver);
  assert_int_equal(hyco_receiver_new(w->loop, events, w, &w->receiver), 0);
  hyco_receiver *r = w->receiver;
  hyco_receiver_set_connection_string(r, hyco_relay_connection_string(relay));
  hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, hyco_relay_ca_file(relay));
  hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, "web");
  hyco_receiver_set_bool(r, HYCO_STREAM_REQUESTS, streams);
  assert_int_equal(hyco_receiver_set_bool(r, HYCO_LISTENING, true), 0);
}

int http_relay_start(void **state)
{
  (void)state;
  assert_non_null(mkdtemp(dir));
  hyco_relay_options options = { .dir = dir };
  return hyco_relay_start(&options, &relay);
}

int http_relay_stop(void **state)
{
  char command[128];
  (void)state;
  hyco_relay_stop(relay);
  (void)snprintf(command, sizeof command, "rm -r %s", dir);
  return system(command);
}

int http_setup(void **state)
{
  struct http_world *w = calloc(1, sizeof *w);

  assert_non_null(w);
  assert_int_equal(hyco_loop_new(&w->loop), 0);
  http_listen(w, &receiver_events);
  assert_int_equal(hyco_sender_new(w->loop, NULL, NULL, &w->sender), 0);
  hyco_sender *s = w->sender;
  hyco_sender_set_connection_string(s, hyco_relay_connection_string(relay));
  hyco_sender_set_string(s, HYCO_OPENSSL_CA_FILE, hyco_relay_ca_file(relay));
  hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, "web/a?b=c");
  *state = w;
  return 0;
}

int http_setup_streaming(void **state)
{
  streams = true;
  return http_setup(state);
}

int http_teardown(void **state)
{
  struct http_world *w = *state;

  for (int i = 0; i < w->n_asked; i++)
    hyco_request_free(w->asked[i].request);
  hyco_sender_free(w->sender);
  hyco_receiver_free(w->receiver);
  hyco_loop_free(w->loop);
  streams = false;
  free(w);
  return 0;
}

void http_await(struct http_world *w, const int *count, int n)
{
  for (int i = 0; i < TURNS_MAX && *count < n; i++)
    hyco_loop_do_events(w->loop, 10);
  assert_int_equal(*count, n);
}

void http_turn(struct http_world *w, int n)
{
  for (int i = 0; i < n; i++)
    hyco_loop_do_events(w->loop, 1);
}

void http_await_status(struct http_world *w, const struct http_asked *a,
                       int status)
{
  for (int i = 0; i < TURNS_MAX && a->status == 0; i++)
    hyco_loop_do_events(w->loop, 10);
  assert_int_equal(a->status, status);
}

struct http_asked *http_prepare(struct http_world *w, const char *method)
{
  static const hyco_request_events events = { on_response, on_data, NULL,
                                              on_done };
  struct http_asked *a = &w->asked[w->n_asked++];

  assert_in_range(w->n_asked, 1, HTTP_ASKED_MAX);
  assert_int_equal(hyco_request_new(w->sender, &events, a, &a->request), 0);
  assert_int_equal(hyco_request_set_method(a->request, method), 0);
  return a;
}

struct http_asked *http_ask(struct http_world *w)
{
  struct http_asked *a = http_prepare(w, "GET");
  int told = w->told;

  assert_int_equal(hyco_request_start(a->request), 0);
  http_await(w, &w->told, told + 1);
  return a;
}

void http_answer(struct http_world *w)
{
  assert_int_equal(hyco_receiver_send_http_response(w->receiver, w->id, 200,
                                                    "fine", "body", 4),
                   0);
}

void http_await_answer(struct http_world *w, struct http_asked *a, int status,
                       const char *reason, const char *body)
{
  http_await(w, &a->done, 1);
  assert_int_equal(a->error, 0);
  assert_int_equal(a->status, status);
  assert_string_equal(a->reason, reason);
  assert_string_equal(a->body, body);
  assert_int_equal(a->len, strlen(body));
}
