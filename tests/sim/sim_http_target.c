/* A second hc_http_client, with a web server in memory behind it. */
#include "sim_http_target.h"

#include "base/buffer.h"
#include "support/check.h"
#include <stdlib.h>

enum { STEP_MS = 2, OUT_TAKEN = 20000 /* bytes of a body in a step */ };

struct call {
  struct hc_http_call base;
  struct hc_list node;
  struct sim_http_target *target;
  struct hc_http_handler handler;
  void *user_data;
  struct hc_timer step;
  struct hc_buffer out; /* not taken by the server yet */
  size_t taken;
  bool is_whole;
  bool wants_room;
  bool has_head;
  bool is_head;
  bool paused;
  bool ended;
  size_t told;
};

static struct call *call_of(struct hc_http_call *base)
{
  return (struct call *)(void *)base;
}

static void step_soon(struct call *c)
{
  hc_net_timer_set(sim_net(c->target->sim), &c->step, STEP_MS);
}

static void take_body(struct call *c)
{
  size_t n = hc_buffer_len(&c->out);

  if (n > OUT_TAKEN)
    n = OUT_TAKEN;
  c->taken += n;
  hc_buffer_drop(&c->out, n);
  if (!c->wants_room || hc_buffer_len(&c->out) > HC_HTTP_OUT_LOW)
    return;
  c->wants_room = false;
  c->handler.on_room(c->user_data);
}

static void end(struct call *c, int code)
{
  struct hc_fault fault = { .code = 0 };

  if (code != 0)
    hc_fault_set(&fault, code, "the answer broke off");
  c->ended = true;
  c->target->n_answered += code == 0;
  c->handler.on_end(c->user_data, &fault);
}

static void tell_head(struct call *c)
{
  char head[256];

  c->has_head = true;
  c->target->body_len = c->taken;
  (void)snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                 "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 c->target->answer_len);
  c->handler.on_head(c->user_data, hc_span_str(head));
}

static void tell_body(struct call *c)
{
  const struct sim_http_target *target = c->target;
  size_t len = c->is_head ? 0 : target->answer_len;
  size_t n = len - c->told;

  if (n > target->piece)
    n = target->piece;
  if (n == 0) {
    end(c, 0);
    return;
  }
  if (target->breaks_off && c->told + n > len / 2) {
    end(c, HYCO_EDROPPED);
    return;
  }
  uint8_t *bytes = malloc(n);
  assert_non_null(bytes);
  memset(bytes, 'x', n);
  c->told += n;
  c->handler.on_data(c->user_data, hc_span_of(bytes, n));
  free(bytes);
}

/* Whatever is told may close the call, which then lives until this is over. */
static void on_step(void *user_data)
{
  struct call *c = user_data;

  if (!hc_list_is_linked(&c->node)) {
    hc_buffer_deinit(&c->out);
    free(c);
    return;
  }
  step_soon(c);
  if (hc_buffer_len(&c->out) > 0)
    take_body(c);
  else if (!c->is_whole || c->paused || c->ended || c->target->is_silent)
    return;
  else if (!c->has_head)
    tell_head(c);
  else
    tell_body(c);
}

static int start(struct hc_http_client *client,
                 const struct hc_http_request *request,
                 const struct hc_http_handler *handler, void *user_data,
                 struct hc_http_call **out, struct hc_fault *fault)
{
  struct sim_http_target *target = (struct sim_http_target *)(void *)client;
  struct call *c = calloc(1, sizeof *c);

  (void)fault;
  assert_non_null(c);
  c->base.ops = client->ops;
  c->target = target;
  c->handler = *handler;
  c->user_data = user_data;
  c->step = (struct hc_timer){ .fn = on_step,
                               .user_data = c,
                               .calls_handlers = true };
  c->is_whole = request->body == HC_HTTP_NO_BODY;
  c->is_head = strcmp(request->method, "HEAD") == 0;
  hc_buffer_init(&c->out, HC_HTTP_OUT_MAX);
  hc_list_append(&target->calls, &c->node);
  step_soon(c);
  *out = &c->base;
  return 0;
}

static int write_body(struct hc_http_call *base, struct hc_span body)
{
  struct call *c = call_of(base);

  if (body.len > HC_HTTP_OUT_MAX - hc_buffer_len(&c->out)) {
    c->wants_room = true;
    return HYCO_EWOULDBLOCK;
  }
  return hc_buffer_append(&c->out, body) == 0 ? 0 : HYCO_ENOMEM;
}

static int end_body(struct hc_http_call *base)
{
  call_of(base)->is_whole = true;
  return 0;
}

static void pause_body(struct hc_http_call *base)
{
  call_of(base)->paused = true;
}

static void resume_body(struct hc_http_call *base)
{
  call_of(base)->paused = false;
}

static void close_call(struct hc_http_call *base)
{
  struct call *c = call_of(base);

  hc_list_remove(&c->node);
  step_soon(c); /* frees it */
}

void sim_http_target_init(struct sim_http_target *target, struct sim *sim)
{
  static const struct hc_http_ops ops = {
    start, write_body, end_body, pause_body, resume_body, close_call,
  };

  *target = (struct sim_http_target){
    .base.ops = &ops, .sim = sim, .answer_len = 5, .piece = 10000
  };
  hc_list_init(&target->calls);
}

size_t sim_http_target_open(const struct sim_http_target *target)
{
  size_t n = 0;

  for (struct hc_list *node = target->calls.next; node != &target->calls;
       node = node->next)
    n++;
  return n;
}
