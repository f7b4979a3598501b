/* What the HTTP clients of a random scenario do, and how all of it ends. */
#include "sim_random.h"

#include "support/check.h"
#include <stdlib.h>

enum {
  IDLE_MAX_MS = 100000 /* the relay closes a quiet connection at 120 s */
};

struct text {
  uint8_t *bytes;
  size_t len;
  size_t cap;
};

static void add(struct text *t, const void *bytes, size_t len)
{
  if (t->len + len > t->cap) {
    t->cap = 2 * (t->len + len);
    t->bytes = realloc(t->bytes, t->cap);
    assert_non_null(t->bytes);
  }
  memcpy(t->bytes + t->len, bytes, len);
  t->len += len;
}

static void add_str(struct text *t, const char *text)
{
  add(t, text, strlen(text));
}

static void add_bytes(struct text *t, const struct random_request *q, size_t at,
                      size_t len)
{
  for (size_t i = 0; i < len; i++) {
    uint8_t byte = random_request_byte(q->number, false, at + i);
    add(t, &byte, 1);
  }
}

static void add_chunks(struct random *r, struct text *t,
                       const struct random_request *q)
{
  uint8_t size[HC_HTTP_CHUNK_HEAD_MAX];
  size_t at = 0;

  while (at < q->plan.body_len) {
    size_t len = 1 + (size_t)random_below(r, 40000);
    if (len > q->plan.body_len - at)
      len = q->plan.body_len - at;
    add(t, size, hc_http_write_chunk_head(size, len));
    add_bytes(t, q, at, len);
    add_str(t, "\r\n");
    at += len;
  }
  add_str(t, HC_HTTP_LAST_CHUNK);
}

static void add_request(struct random *r, struct text *t,
                        const struct random_request *q)
{
  const struct random_request_plan *plan = &q->plan;
  char head[1024];

  (void)snprintf(
      head, sizeof head,
      "%s /hyco/r?n=%u HTTP/1.%d\r\nHost: localhost:%u\r\n"
      "X-Request: %u\r\n%s%s%s%s%s",
      plan->method, q->number, plan->http10 ? 0 : 1, (unsigned)r->world.port,
      q->number, plan->has_token ? "ServiceBusAuthorization: " : "",
      plan->has_token ? r->http.token : "", plan->has_token ? "\r\n" : "",
      plan->closes ? "Connection: close\r\n" : "",
      plan->expects ? "Expect: 100-continue\r\n" : "");
  add_str(t, head);
  if (plan->chunked) {
    add_str(t, "Transfer-Encoding: chunked\r\n\r\n");
    add_chunks(r, t, q);
    return;
  }
  (void)snprintf(head, sizeof head, "Content-Length: %zu\r\n\r\n",
                 plan->body_len);
  add_str(t, plan->body_len > 0 ? head : "\r\n");
  add_bytes(t, q, 0, plan->body_len);
}

static void leave(struct random *r, struct random_client *c,
                  enum hc_stream_close how)
{
  for (size_t i = 0; i < c->waiting; i++)
    c->queue[i]->is_over = true;
  r->http.has_cut |= c->waiting > 0;
  c->waiting = 0;
  sim_http_client_close(&c->http, how);
}

static bool come(struct random *r, struct random_client *c)
{
  leave(r, c, HC_STREAM_CLEAN);
  c->is_ending = c->was_paused = false;
  c->idle_ms = hc_net_now_ms(sim_net(r->world.sim));
  return sim_http_client_dial(&c->http, r->world.sim, r->world.port,
                              &random_http_handler, c);
}

/* Requests that end their connection are the last. */
static bool takes_more(const struct random *r, const struct random_client *c)
{
  uint64_t now_ms = hc_net_now_ms(sim_net(r->world.sim));

  if (c->http.stream == NULL || c->is_ending)
    return false;
  if (c->waiting == 0)
    return now_ms - c->idle_ms < IDLE_MAX_MS;
  const struct random_request_plan *last = &c->queue[c->waiting - 1]->plan;
  return !last->closes && !last->http10 && last->has_token;
}

static void ask(struct random *r, struct random_client *c)
{
  if (c->waiting == SIM_HTTP_PIPELINE_MAX)
    return;
  if (!takes_more(r, c)) {
    if (c->waiting > 0 || !come(r, c))
      return;
  }
  struct random_request *q = random_request_new(r);
  if (q == NULL)
    return;
  struct text t = { NULL, 0, 0 };
  add_request(r, &t, q);
  random_trace(r, "c%zu asks: request %u, %s of %zu", c->index, q->number,
               q->plan.method, q->plan.body_len);
  c->queue[c->waiting++] = q;
  bool taken = sim_http_client_send(&c->http, hc_span_of(t.bytes, t.len),
                                    strcmp(q->plan.method, "HEAD") == 0);
  free(t.bytes);
  assert_true(taken);
}

static void change_client(struct random *r, struct random_client *c)
{
  static const size_t pieces[] = { 64, 1000, 20000, HC_STREAM_LOW_MARK };

  switch (random_below(r, 6)) {
  case 0:
    leave(r, c, random_one_in(r, 2) ? HC_STREAM_ABORT : HC_STREAM_CLEAN);
    break;
  case 1:
  case 2:
    sim_http_client_pause(&c->http, random_one_in(r, 2));
    c->was_paused = true;
    break;
  default:
    sim_http_client_set_pace(&c->http,
                             pieces[random_below(r, CHECK_COUNT(pieces))],
                             random_below(r, 100));
  }
}

void random_http_act(struct random *r)
{
  struct random_client *c =
      &r->http.clients[random_below(r, RANDOM_CLIENTS_MAX)];
  uint64_t what = random_below(r, 16);
  uint64_t n = 1 + (random_one_in(r, 4) ? random_below(r, 4) : 0);

  if (what < 6) {
    while (n-- > 0)
      ask(r, c);
  } else if (what < 14) {
    random_http_act_app(r);
  } else {
    change_client(r, c);
  }
}

static void answer_all(struct random *r)
{
  for (size_t i = 0; i < r->http.n_requests; i++) {
    struct random_request *q = &r->http.requests[i];
    for (size_t k = 0; k < q->n_jobs; k++) {
      random_http_resume(r, &q->jobs[k]);
      random_http_answer(r, &q->jobs[k]);
    }
  }
}

/* Whoever still waits has an answer or a cut before long. */
void random_http_settle(struct random *r)
{
  enum { ROUND_MS = 1000 };

  for (size_t i = 0; i < RANDOM_CLIENTS_MAX; i++) {
    struct random_client *c = &r->http.clients[i];
    sim_http_client_pause(&c->http, false);
    sim_http_client_set_pace(&c->http, HC_STREAM_LOW_MARK, 0);
  }
  for (size_t ms = 0; ms < RANDOM_END_MS; ms += ROUND_MS) {
    answer_all(r);
    random_http_check(r);
    if (sim_run_until(r->world.sim, random_http_is_over, r, ROUND_MS))
      break;
  }
  random_require(r, random_http_is_over(r) || r->plan.silence,
                 "a request has neither an answer nor a cut");
}

void random_http_part(struct random *r)
{
  for (size_t i = 0; i < RANDOM_CLIENTS_MAX; i++)
    leave(r, &r->http.clients[i], HC_STREAM_CLEAN);
  random_http_check(r);
}
