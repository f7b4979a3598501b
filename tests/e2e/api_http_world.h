/* A relay, a receiver with an application that the test plays, and a sender of
 * HTTP requests, through the public interface alone. */
#ifndef TESTS_E2E_API_HTTP_WORLD_H
#define TESTS_E2E_API_HTTP_WORLD_H

#include "support/check.h"
#include <hyco/hyco.h>

enum { HTTP_REASON_MAX = 1024, HTTP_ASKED_MAX = 12 };

/* What one sender asked and got. */
struct http_asked {
  hyco_request *request;
  int status;
  char reason[HTTP_REASON_MAX + 1];
  char headers[256]; /* "name=value;" of those that begin with X- */
  size_t len;
  char body[64]; /* its beginning */
  int done;
  int error;
};

struct http_world {
  hyco_loop *loop;
  hyco_receiver *receiver;
  hyco_sender *sender;
  struct http_asked asked[HTTP_ASKED_MAX];
  int n_asked;

  void (*app)(struct http_world *w, const hyco_http_request *e);
  int told; /* requests */
  int id;   /* of the last */
  int ids[HTTP_ASKED_MAX];
  size_t data; /* bytes of streamed bodies */
  int ends;
  int ready;
  int cancelled;
  int cancelled_id;
  int cancelled_code;
};

/* cmocka set-up and tear-down of the group: the relay. */
int http_relay_start(void **state);
int http_relay_stop(void **state);

/* Of each test: *state is the world, its receiver listens, with StreamRequests
 * in the second. */
int http_setup(void **state);
int http_setup_streaming(void **state);
int http_teardown(void **state);

/* Another receiver in place of the first; it listens. NULL: no handlers. */
void http_listen(struct http_world *w, const hyco_receiver_events *events);

/* A request that is still to be started. */
struct http_asked *http_prepare(struct http_world *w, const char *method);

/* A GET that has reached the application. */
struct http_asked *http_ask(struct http_world *w);

/* The application answers the last request: 200 "fine", "body". */
void http_answer(struct http_world *w);

/* Every call on this id is refused with HYCO_ENOREQUEST. */
void http_check_unknown(struct http_world *w, int id);

/* Turns until *count is n, or for so many turns. */
void http_await(struct http_world *w, const int *count, int n);
void http_turn(struct http_world *w, int n);

/* This answer comes, whole. */
void http_await_answer(struct http_world *w, struct http_asked *a, int status,
                       const char *reason, const char *body);

/* Its head comes. */
void http_await_status(struct http_world *w, const struct http_asked *a,
                       int status);

#endif
