/* What both sides of HTTP must see in a random scenario: an answer belongs to
 * its request, with the right bytes in order; one that ends well is whole; no
 * request is told twice unless it may be; and nobody is left without an answer
 * or a cut. */
#include "sim_random.h"

#include "protocol/token.h"
#include "support/alloc_trap.h"
#include "support/check.h"
#include <stdlib.h>

void random_http_begin(struct random *r)
{
  struct random_http *h = &r->http;
  struct hc_buffer token;

  h->requests = calloc(RANDOM_REQUESTS_MAX, sizeof h->requests[0]);
  assert_non_null(h->requests);
  for (size_t i = 0; i < RANDOM_CLIENTS_MAX; i++) {
    h->clients[i].random = r;
    h->clients[i].index = i;
  }
  hc_buffer_init(&token, sizeof h->token - 1);
  int64_t expiry = hc_net_wall_s(sim_net(r->world.sim)) + 1000000000;
  assert_int_equal(hc_token_make(&token, hc_span_str("localhost"),
                                 hc_span_str("hyco"), hc_span_str("root"),
                                 hc_span_str("root-key"), expiry),
                   0);
  (void)snprintf(h->token, sizeof h->token, "%.*s", (int)hc_buffer_len(&token),
                 (const char *)hc_buffer_span(&token).ptr);
  hc_buffer_deinit(&token);
}

void random_http_free(struct random *r)
{
  for (size_t i = 0; i < RANDOM_CLIENTS_MAX; i++)
    sim_http_client_close(&r->http.clients[i].http, HC_STREAM_ABORT);
  free(r->http.requests);
}

/* One byte of a body. */
uint8_t random_request_byte(uint32_t number, bool is_answer, size_t at)
{
  uint64_t x = (uint64_t)number << 33 | (uint64_t)is_answer << 32 | at >> 3;
  return (uint8_t)(x * 0x9e3779b97f4a7c15U >> (8 * (at & 7)));
}

static size_t draw_len(uint64_t dice, size_t max)
{
  static const size_t borders[] = { 0,     1,     125,   126,   4096,
                                    65535, 65536, 65537, 131072 };
  size_t len = (size_t)(dice >> 16) % 3000;

  if (dice % 4 == 0)
    len = borders[(dice >> 8) % CHECK_COUNT(borders)];
  else if (dice % 16 == 1)
    len = (size_t)(dice >> 16) % 300000;
  return len > max ? len % (max + 1) : len;
}

static struct random_request_plan plan_of(const struct random *r,
                                          uint32_t number)
{
  static const char *const methods[] = { "GET", "HEAD", "PUT", "POST", "POST" };
  static const int statuses[] = { 200, 200, 200, 201, 204, 304, 404, 503, 999 };
  static const enum random_style styles[] = { ANSWER_INSIDE,   ANSWER_INSIDE,
                                              ANSWER_LATER,    ANSWER_LATER,
                                              ANSWER_LATER,    ANSWER_STREAMED,
                                              ANSWER_STREAMED, ANSWER_ABORTED,
                                              ANSWER_NEVER };
  uint64_t dice = random_mix(r->world.seed ^ (uint64_t)number << 20);
  size_t max = r->plan.message_max;
  struct random_request_plan plan = {
    .method = methods[dice % CHECK_COUNT(methods)],
    .http10 = (dice >> 8) % 12 == 0,
    .closes = (dice >> 12) % 10 == 0,
    .expects = (dice >> 16) % 8 == 0,
    .has_token = (dice >> 20) % 30 != 0,
    .style = styles[(dice >> 26) % CHECK_COUNT(styles)],
    .status = statuses[(dice >> 32) % CHECK_COUNT(statuses)],
    .cookies = (dice >> 40) % 4,
    .answer_len = draw_len(random_mix(dice), max),
  };

  if (plan.method[0] == 'P')
    plan.body_len = draw_len(random_mix(dice + 1), max);
  plan.chunked = plan.body_len > 0 && !plan.http10 && (dice >> 44) % 3 == 0;
  return plan;
}

struct random_request *random_request_new(struct random *r)
{
  struct random_http *h = &r->http;

  if (h->n_requests == RANDOM_REQUESTS_MAX)
    return NULL;
  struct random_request *q = &h->requests[h->n_requests];
  q->number = (uint32_t)h->n_requests++;
  q->plan = plan_of(r, q->number);
  q->told_ms = hc_net_now_ms(sim_net(r->world.sim));
  return q;
}

static bool anybody_listens(const struct random *r)
{
  for (size_t i = 0; i < r->world.n_receivers; i++) {
    if (r->receivers[i].is_online && !r->receivers[i].is_stopping)
      return true;
  }
  return false;
}

/* Something happened that may cost any request its answer. */
static bool is_troubled(const struct random *r)
{
  return r->troubled || r->relay_stopping || r->relay_restarts ||
         r->plan.frees || r->plan.stops || r->plan.recycles ||
         !anybody_listens(r);
}

/* Two thirds of the relay's patience since it was told: what is written may be
 * held, so that nothing of it moves. */
static bool is_late(const struct random *r, const struct random_request *q)
{
  uint64_t now_ms = hc_net_now_ms(sim_net(r->world.sim));
  uint64_t patience_ms = r->world.settings.response_timeout_s * 1000 * 2 / 3;

  return q->was_late || now_ms - q->told_ms > patience_ms;
}

/* ControlBodyMax: a receiver does not know it, and may send longer answers by
 * the control channel; beyond this size it does not. */
static size_t answer_max(const struct random *r)
{
  size_t max = r->world.settings.control_body_max;
  return max == HC_ANSWER_BY_CHANNEL_MAX ? SIZE_MAX : max;
}

/* Whether it may end without its application's whole answer. */
static bool may_fail(const struct random_client *c,
                     const struct random_request *q)
{
  const struct random *r = c->random;
  bool is_answered = q->plan.style != ANSWER_NEVER &&
                     q->plan.style != ANSWER_ABORTED &&
                     q->plan.answer_len <= answer_max(r);

  return is_troubled(r) || !is_answered || is_late(r, q) || c->was_paused ||
         c->is_ending;
}

static const char *text_of(struct hc_span value, char *out, size_t size)
{
  (void)snprintf(out, size, "%.*s", (int)value.len, (const char *)value.ptr);
  return out;
}

/* An answer of the relay's or the receiver's own. */
static void check_refusal(struct random_client *c, struct random_request *q,
                          const struct hc_http_head *head)
{
  const struct random *r = c->random;
  char reason[128];

  (void)text_of(head->reason, reason, sizeof reason);
  if (!q->plan.has_token) {
    random_require(r, head->status == 401 || is_troubled(r),
                   "request %u without a token: %d %s", q->number, head->status,
                   reason);
    return;
  }
  if (head->status == 413 && q->plan.body_len > r->plan.request_max)
    return;
  random_require(r, head->status >= 500 && head->status <= 504,
                 "request %u was refused: %d %s", q->number, head->status,
                 reason);
  random_require(r, may_fail(c, q), "request %u was refused: %d %s", q->number,
                 head->status, reason);
}

static void check_answer(struct random_client *c, struct random_request *q,
                         const struct hc_http_head *head)
{
  const struct random *r = c->random;
  const struct hc_http_field *field = hc_http_find(head, "X-Answer");
  char number[32];

  (void)text_of(field->value, number, sizeof number);
  random_require(r, strtoul(number, NULL, 10) == q->number && q->n_jobs > 0,
                 "request %u has the answer to %s", q->number, number);
  random_require(r, head->status == q->plan.status,
                 "request %u: status %d, not %d", q->number, head->status,
                 q->plan.status);
  random_require(r, hc_http_count(head, "Set-Cookie") == q->plan.cookies,
                 "request %u: %zu cookies, not %zu", q->number,
                 hc_http_count(head, "Set-Cookie"), q->plan.cookies);
}

static void saw_head(void *user_data, const struct hc_http_head *head)
{
  struct random_client *c = user_data;
  struct random_request *q = c->queue[0];

  random_trace(c->random, "c%zu: request %u: %d", c->index, q->number,
               head->status);
  c->got = 0;
  c->is_apps = hc_http_find(head, "X-Answer") != NULL;
  if (c->is_apps)
    check_answer(c, q, head);
  else
    check_refusal(c, q, head);
  c->is_ending |= hc_http_has_token(head, "Connection", "close") ||
                  (head->minor == 0 || q->plan.http10);
}

static void saw_body(void *user_data, struct hc_span data)
{
  struct random_client *c = user_data;
  const struct random_request *q = c->queue[0];

  if (!c->is_apps)
    return;
  for (size_t i = 0; i < data.len; i++)
    random_require(
        c->random,
        data.ptr[i] == random_request_byte(q->number, true, c->got + i),
        "request %u: another byte at %zu of its answer", q->number, c->got + i);
  c->got += data.len;
}

static size_t content_len(const struct random_request_plan *plan)
{
  bool none = strcmp(plan->method, "HEAD") == 0 || plan->status == 204 ||
              plan->status == 304;
  return none ? 0 : plan->answer_len;
}

static void saw_answered(void *user_data)
{
  struct random_client *c = user_data;
  struct random_request *q = c->queue[0];

  random_trace(c->random, "c%zu: request %u is answered", c->index, q->number);
  if (c->is_apps) {
    random_require(c->random, q->has_ended || content_len(&q->plan) == 0,
                   "request %u: an answer that nobody ended", q->number);
    random_require(c->random, c->got == content_len(&q->plan),
                   "request %u: %zu of %zu bytes, and a good end", q->number,
                   c->got, content_len(&q->plan));
  }
  q->is_over = true;
  c->idle_ms = hc_net_now_ms(sim_net(c->random->world.sim));
  c->waiting--;
  memmove(c->queue, c->queue + 1, c->waiting * sizeof(c->queue[0]));
}

/* Whoever waits behind the request that is cut goes with it. */
static void saw_end(void *user_data, int code, const char *why)
{
  struct random_client *c = user_data;
  struct random *r = c->random;

  random_trace(r, "c%zu ends: %d", c->index, code);
  random_require(r, why == NULL, "a client got %s", why);
  if (c->waiting > 0)
    random_require(r, may_fail(c, c->queue[0]), "request %u was cut off: %d",
                   c->queue[0]->number, code);
  for (size_t i = 0; i < c->waiting; i++)
    c->queue[i]->is_over = true;
  c->waiting = 0;
}

const struct sim_http_handler random_http_handler = {
  .on_head = saw_head,
  .on_body = saw_body,
  .on_answered = saw_answered,
  .on_end = saw_end,
};

bool random_http_is_over(void *user_data)
{
  const struct random *r = user_data;

  for (size_t i = 0; i < RANDOM_CLIENTS_MAX; i++) {
    if (r->http.clients[i].waiting > 0)
      return false;
  }
  return true;
}

/* RFC 9110 9.2.2: "A proxy MUST NOT automatically retry non-idempotent
 * requests." */
void random_http_check(struct random *r)
{
  for (size_t i = 0; i < r->http.n_requests; i++) {
    const struct random_request *q = &r->http.requests[i];
    bool may_be_cut = is_troubled(r) || q->plan.style == ANSWER_ABORTED;
    bool may_repeat = strcmp(q->plan.method, "POST") != 0 && may_be_cut;
    random_require(r, q->n_jobs <= 1 || may_repeat,
                   "request %u was told %zu times", q->number, q->n_jobs);
  }
}

void random_http_drop_receiver(struct random *r, size_t receiver)
{
  for (size_t id = 0; id < SIM_IDS_MAX; id++) {
    if (r->http.jobs[receiver][id] != NULL)
      r->http.jobs[receiver][id]->id = 0;
    r->http.jobs[receiver][id] = NULL;
  }
}

/* The id that a text like "request 7 was not answered" names; 0: none. */
static int id_in(const char *text, const char *before)
{
  const char *at = strstr(text, before);
  return at != NULL ? (int)strtol(at + strlen(before), NULL, 10) : 0;
}

bool random_http_saw_error(struct random *r, size_t receiver,
                           const hyco_error_event *e)
{
  bool is_timeout = strstr(e->description, "was not answered within") != NULL;
  int id = id_in(e->description, "request ");

  if (!is_timeout)
    return r->http.has_cut || id != 0;
  random_require(
      r, id > 0 && id < SIM_IDS_MAX && r->http.jobs[receiver][id] != NULL,
      "r%zu: %s", receiver, e->description);
  struct random_job *job = r->http.jobs[receiver][id];
  random_require(r, is_late(r, job->request), "r%zu: %s", receiver,
                 e->description);
  job->request->was_late = true;
  job->id = 0;
  r->http.jobs[receiver][id] = NULL;
  return true;
}
