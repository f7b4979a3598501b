/* The applications of a random scenario that are asked by HTTP: each holds what
 * it is told against what was sent, and answers as the request's number says.
 */
#include "sim_random.h"

#include "support/alloc_trap.h"
#include "support/check.h"
#include <stdlib.h>

enum { ANSWER_PIECE_MAX = 90000 };

static void end_job(struct random *r, struct random_job *job)
{
  if (job->id != 0)
    r->http.jobs[job->receiver][job->id] = NULL;
  job->id = 0;
}

static struct random_job *job_of(struct random_receiver *v, int id)
{
  struct random_job *job =
      id > 0 && id < SIM_IDS_MAX ? v->random->http.jobs[v->index][id] : NULL;
  random_require(v->random, job != NULL,
                 "r%zu: an event of request %d, which is not there", v->index,
                 id);
  return job;
}

static void hear(struct random *r, struct random_job *job, const void *data,
                 size_t len, bool end)
{
  const struct random_request *q = job->request;
  const uint8_t *bytes = data;

  random_require(r, !job->heard_all && job->heard + len <= q->plan.body_len,
                 "request %u: %zu bytes at %zu of %zu", q->number, len,
                 job->heard, q->plan.body_len);
  for (size_t i = 0; i < len; i++)
    random_require(
        r, bytes[i] == random_request_byte(q->number, false, job->heard + i),
        "request %u: another byte at %zu", q->number, job->heard + i);
  job->heard += len;
  job->heard_all = end;
  random_require(r, !end || job->heard == q->plan.body_len,
                 "request %u ends at %zu of %zu", q->number, job->heard,
                 q->plan.body_len);
}

/* The header that a client adds tells which request it is. */
static struct random_job *job_new(struct random_receiver *v,
                                  const hyco_http_request *e)
{
  static const char header[] = "\"X-Request\":\"";
  struct random *r = v->random;
  int id = e->connection_id;
  const char *at = strstr(e->request_headers, header);

  random_require(r, at != NULL, "no X-Request in %s", e->request_headers);
  size_t number = strtoul(at + sizeof header - 1, NULL, 10);
  random_require(r, number < r->http.n_requests, "X-Request %zu of nobody",
                 number);
  random_require(r,
                 id > 0 && id < SIM_IDS_MAX && v->chats[id] == NULL &&
                     r->http.jobs[v->index][id] == NULL,
                 "r%zu: id %d is used again", v->index, id);
  struct random_request *q = &r->http.requests[number];
  random_require(r, q->n_jobs < RANDOM_DELIVERIES_MAX && q->plan.has_token,
                 "request %u is told again and again", q->number);
  struct random_job *job = &q->jobs[q->n_jobs++];
  q->told_ms = hc_net_now_ms(sim_net(r->world.sim));
  *job = (struct random_job){ .request = q, .receiver = v->index, .id = id };
  r->http.jobs[v->index][id] = job;
  return job;
}

void random_http_request(hyco_receiver *self, const hyco_http_request *e,
                         void *user_data)
{
  struct random_receiver *v = user_data;
  struct random *r = v->random;
  struct random_job *job = job_new(v, e);
  const struct random_request *q = job->request;
  char target[64];

  (void)self;
  random_trace(r, "r%zu http %d: request %u", v->index, e->connection_id,
               q->number);
  (void)snprintf(target, sizeof target, "/hyco/r?n=%u", q->number);
  random_require(r, v->is_listening, "r%zu was asked when it does not listen",
                 v->index);
  random_require(r,
                 strcmp(e->request_method, q->plan.method) == 0 &&
                     strcmp(e->request_target, target) == 0,
                 "request %u is %s %s", q->number, e->request_method,
                 e->request_target);
  random_require(r, e->has_body == (q->plan.body_len > 0) || q->plan.chunked,
                 "request %u: has_body %d", q->number, (int)e->has_body);
  job->streams = e->has_body && v->streams_requests;
  if (!job->streams)
    hear(r, job, e->request_data, e->request_data_len, true);
  if (q->plan.style == ANSWER_INSIDE)
    random_http_answer(r, job);
  random_act_in_handler(r);
}

void random_http_data(hyco_receiver *self, const hyco_http_request_data *e,
                      void *user_data)
{
  struct random_receiver *v = user_data;
  struct random_job *job = job_of(v, e->connection_id);

  (void)self;
  random_require(v->random, job->streams, "request %u: data come apart",
                 job->request->number);
  hear(v->random, job, e->data, e->len, e->eom);
  random_act_in_handler(v->random);
}

void random_http_cancelled(hyco_receiver *self,
                           const hyco_http_request_cancelled *e,
                           void *user_data)
{
  struct random_receiver *v = user_data;
  struct random_job *job = job_of(v, e->connection_id);

  (void)self;
  random_trace(v->random, "r%zu http %d cancelled: %d %s", v->index,
               e->connection_id, e->error_code, e->description);
  end_job(v->random, job);
  random_act_in_handler(v->random);
}

void random_http_ready(hyco_receiver *self, int id, void *user_data)
{
  struct random_receiver *v = user_data;
  struct random_job *job = job_of(v, id);

  (void)self;
  random_require(v->random, job->owed_ready,
                 "request %u is ready without having blocked",
                 job->request->number);
  job->owed_ready = false;
  random_http_answer(v->random, job);
  random_act_in_handler(v->random);
}

static struct hc_receiver *core_of(struct random *r,
                                   const struct random_job *job)
{
  return r->world.receivers[job->receiver].core;
}

/* What the call said; true: it was done. An id that is invalid before the
 * application is told is a shutdown's. */
static bool is_done(struct random *r, struct random_job *job, int rc,
                    const char *what)
{
  bool may_be_gone = r->troubled || r->http.has_cut || r->plan.frees ||
                     r->plan.stops || r->relay_stopping || r->ending ||
                     r->plan.recycles || job->request->was_late;

  random_require(r,
                 rc == 0 || (rc == HYCO_ENOMEM && r->plan.memory) ||
                     (rc == HYCO_ENOTCONNECTED && may_be_gone) ||
                     (rc == HYCO_ENOREQUEST && (r->plan.stops || r->ending)),
                 "request %u: %s: %s", job->request->number, what,
                 hyco_error_name(rc));
  return rc == 0;
}

/* X-Answer and some cookies, each once whatever fails. */
static int add_headers(struct hc_exchange *x, struct random_job *job,
                       struct hc_fault *fault)
{
  const struct random_request *q = job->request;
  char value[32];
  int rc = 0;

  while (rc == 0 && job->n_headers <= q->plan.cookies) {
    bool is_first = job->n_headers == 0;
    (void)snprintf(value, sizeof value, is_first ? "%u" : "a=%u", q->number);
    rc = hc_answer_add_header(x, is_first ? "X-Answer" : "Set-Cookie", value,
                              fault);
    job->n_headers += rc == 0;
  }
  return rc;
}

static uint8_t *bytes_of(const struct random_request *q, size_t at, size_t len)
{
  uint8_t *bytes = malloc(len > 0 ? len : 1);

  assert_non_null(bytes);
  for (size_t i = 0; i < len; i++)
    bytes[i] = random_request_byte(q->number, true, at + i);
  return bytes;
}

static void answer_whole(struct random *r, struct random_job *job,
                         struct hc_exchange *x, struct hc_fault *fault)
{
  struct random_request *q = job->request;
  uint8_t *bytes = bytes_of(q, 0, q->plan.answer_len);

  int rc = hc_answer_send(x, q->plan.status, "Words",
                          hc_span_of(bytes, q->plan.answer_len), fault);
  free(bytes);
  if (!is_done(r, job, rc, "send_http_response"))
    return;
  q->has_ended = true;
  end_job(r, job);
}

/* One write, all or nothing. False: not now. */
static bool write_piece(struct random *r, struct random_job *job,
                        struct hc_exchange *x, struct hc_fault *fault)
{
  const struct random_request *q = job->request;
  size_t left = q->plan.answer_len - job->written;
  size_t len = 1 + (size_t)random_below(r, ANSWER_PIECE_MAX);

  if (len > left || random_one_in(r, 4))
    len = left;
  uint8_t *bytes = bytes_of(q, job->written, len);
  int rc = hc_answer_write(x, hc_span_of(bytes, len), fault);
  free(bytes);
  if (rc == HYCO_EWOULDBLOCK) {
    job->owed_ready = true;
    return false;
  }
  if (!is_done(r, job, rc, "hyco_response_write"))
    return false;
  job->written += len;
  return true;
}

static void end_answer(struct random *r, struct random_job *job,
                       struct hc_exchange *x, struct hc_fault *fault)
{
  struct random_request *q = job->request;

  if (q->plan.style == ANSWER_ABORTED) {
    hc_answer_abort(x);
    end_job(r, job);
    return;
  }
  if (!is_done(r, job, hc_answer_end(x, fault), "hyco_response_end"))
    return;
  q->has_ended = true;
  end_job(r, job);
}

static void answer_streamed(struct random *r, struct random_job *job,
                            struct hc_exchange *x, struct hc_fault *fault)
{
  const struct random_request *q = job->request;
  size_t goal = q->plan.style == ANSWER_ABORTED ? q->plan.answer_len / 2
                                                : q->plan.answer_len;

  if (!job->has_status &&
      !is_done(r, job, hc_answer_set_status(x, q->plan.status, "Words", fault),
               "hyco_response_set_status"))
    return;
  job->has_status = true;
  if (job->owed_ready)
    return;
  if (job->written < goal && !write_piece(r, job, x, fault))
    return;
  if (job->written >= goal)
    end_answer(r, job, x, fault);
  else if (random_one_in(r, 2))
    (void)is_done(r, job, hc_answer_flush(x, fault), "hyco_response_flush");
}

/* The next step of an answer. */
void random_http_answer(struct random *r, struct random_job *job)
{
  struct random_request *q = job->request;
  struct hc_fault fault;

  if (job->id == 0 || q->plan.style == ANSWER_NEVER)
    return;
  struct hc_exchange *x = hc_requests_find(core_of(r, job), job->id);
  if (x == NULL) {
    (void)is_done(r, job, HYCO_ENOREQUEST, "the request");
    return;
  }
  if (job->n_headers <= q->plan.cookies &&
      !is_done(r, job, add_headers(x, job, &fault), "hyco_response_add_header"))
    return;
  random_trace(r, "r%zu http %d: answers %u", job->receiver, job->id,
               q->number);
  if (q->plan.style == ANSWER_STREAMED || q->plan.style == ANSWER_ABORTED)
    answer_streamed(r, job, x, &fault);
  else
    answer_whole(r, job, x, &fault);
}

static void pause_job(struct random *r, struct random_job *job)
{
  struct hc_exchange *x = hc_requests_find(core_of(r, job), job->id);

  if (x == NULL || !job->streams)
    return;
  random_trace(r, "r%zu http %d: paused", job->receiver, job->id);
  hc_exchange_pause(x);
  job->request->was_late = true; /* as long as it is paused, and longer */
}

void random_http_resume(struct random *r, struct random_job *job)
{
  struct hc_exchange *x =
      job->id != 0 ? hc_requests_find(core_of(r, job), job->id) : NULL;

  if (x != NULL)
    hc_exchange_resume(x);
}

void random_http_act_app(struct random *r)
{
  struct random_http *h = &r->http;
  size_t recent = h->n_requests < 12 ? h->n_requests : 12;

  if (recent == 0)
    return;
  struct random_request *q =
      &h->requests[h->n_requests - 1 - (size_t)random_below(r, recent)];
  for (size_t i = 0; i < q->n_jobs; i++) {
    uint64_t what = random_below(r, 8);
    if (q->jobs[i].id == 0)
      continue;
    if (what == 0)
      pause_job(r, &q->jobs[i]);
    else if (what == 1)
      random_http_resume(r, &q->jobs[i]);
    else
      random_http_answer(r, &q->jobs[i]);
  }
}
