/* HTTP in a random scenario: raw clients, requests, and what the receivers'
 * applications make of them. Everything about a request follows from its
 * number, so that each side knows what the other must have said. */
#ifndef TESTS_SIM_SIM_RANDOM_HTTP_H
#define TESTS_SIM_SIM_RANDOM_HTTP_H

#include "sim_http_client.h"
#include "sim_world.h"

enum {
  RANDOM_REQUESTS_MAX = 256,
  RANDOM_CLIENTS_MAX = 4,
  RANDOM_DELIVERIES_MAX = 4,
  RANDOM_TOKEN_MAX = 512
};

struct random;
struct random_request;

/* How the application answers. */
enum random_style {
  ANSWER_INSIDE, /* in the handler */
  ANSWER_LATER,
  ANSWER_STREAMED,
  ANSWER_ABORTED,
  ANSWER_NEVER
};

/* A request at an application. */
struct random_job {
  struct random_request *request;
  size_t receiver;
  int id; /* 0: over */
  bool streams;
  bool heard_all;
  size_t heard; /* bytes of its body */
  size_t n_headers;
  bool has_status;
  bool owed_ready;
  size_t written;
};

/* What a number stands for. */
struct random_request_plan {
  const char *method;
  size_t body_len;
  bool chunked;
  bool http10;
  bool closes;
  bool expects; /* 100-continue */
  bool has_token;
  enum random_style style;
  int status;
  size_t cookies;
  size_t answer_len;
};

struct random_request {
  uint32_t number;
  struct random_request_plan plan;
  uint64_t told_ms; /* when its application heard of it last */
  bool was_late;    /* it let it wait */
  bool has_ended;   /* by the application, well */
  bool is_over;     /* at the client */
  struct random_job jobs[RANDOM_DELIVERIES_MAX];
  size_t n_jobs;
};

struct random_client {
  struct random *random;
  size_t index;
  struct sim_http_client http;
  struct random_request *queue[SIM_HTTP_PIPELINE_MAX];
  size_t waiting;
  bool is_apps;   /* the answer that comes is an application's */
  size_t got;     /* bytes of it */
  bool is_ending; /* the relay said that it closes */
  bool was_paused;
  uint64_t idle_ms; /* when the last answer came */
};

struct random_http {
  bool has_cut; /* clients went before their answers */
  char token[RANDOM_TOKEN_MAX];
  struct random_request *requests;
  size_t n_requests;
  struct random_client clients[RANDOM_CLIENTS_MAX];
  struct random_job *jobs[SIM_RECEIVERS_MAX][SIM_IDS_MAX];
};

/* sim_random_http.c: what both sides must see. */
void random_http_begin(struct random *r);
void random_http_free(struct random *r);
struct random_request *random_request_new(struct random *r);
uint8_t random_request_byte(uint32_t number, bool is_answer, size_t at);
bool random_http_is_over(void *user_data); /* struct random; no client waits */
void random_http_check(struct random *r);
void random_http_drop_receiver(struct random *r, size_t receiver);
extern const struct sim_http_handler random_http_handler;
/* on_error of a receiver: true if requests explain it. */
bool random_http_saw_error(struct random *r, size_t receiver,
                           const hyco_error_event *e);

/* sim_random_http_app.c: the application's side. */
void random_http_request(hyco_receiver *self, const hyco_http_request *e,
                         void *user_data);
void random_http_data(hyco_receiver *self, const hyco_http_request_data *e,
                      void *user_data);
void random_http_cancelled(hyco_receiver *self,
                           const hyco_http_request_cancelled *e,
                           void *user_data);
void random_http_ready(hyco_receiver *self, int id, void *user_data);
void random_http_answer(struct random *r, struct random_job *job);
void random_http_resume(struct random *r, struct random_job *job);
void random_http_act_app(struct random *r);

/* sim_random_http_acts.c: what clients do. */
void random_http_act(struct random *r);
void random_http_settle(struct random *r);
void random_http_part(struct random *r);

#endif
