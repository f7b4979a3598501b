/* ForwardHTTPUrl: the way to the web server, and the bodies both ways. The
 * heads are made in http_forward_head.c. */
#include "receiver/http_forward.h"
#include "base/memory.h"
#include "net/http.h"
#include "receiver/http_forward_head.h"
#include "receiver/receiver.h"
#include "session/options.h"

enum {
  STATUS_BAD_GATEWAY = 502,
  STATUS_GATEWAY_TIMEOUT = 504,
  GATHERED_MAX = HC_ANSWER_BY_CHANNEL_MAX
};

struct hc_http_forward {
  struct hc_receiver *receiver;
  struct hc_exchange *x; /* NULL: over, the timer frees it */
  struct hc_http_call *call;
  struct hc_buffer up;   /* of the request; the target has no room */
  struct hc_buffer down; /* of the answer; the sender has no room */
  bool up_is_whole;
  bool down_is_whole;
  bool down_stands; /* the target was told to wait */
  bool flushes;     /* an answer of unknown or great length: as it comes */
  struct hc_timer reap;
};

bool hc_http_forward_is_set(const struct hc_receiver *r)
{
  return r->http != NULL &&
         *hc_properties_text(&r->surface.props, HYCO_FORWARD_HTTP_URL) != '\0';
}

static void free_forward(void *user_data)
{
  struct hc_http_forward *f = user_data;

  hc_buffer_deinit(&f->up);
  hc_buffer_deinit(&f->down);
  hc_free(f);
}

void hc_http_forward_drop(struct hc_exchange *x)
{
  struct hc_http_forward *f = x->forward;

  if (f == NULL)
    return;
  x->forward = NULL;
  f->x = NULL;
  hc_http_close(f->call);
  f->call = NULL;
  hc_net_timer_set(f->receiver->net, &f->reap, 0);
}

/* The sender learns a reason, the operator, by on_error, the whole of it: where
 * the target is, is nobody else's affair. */
static void fail_with(struct hc_exchange *x, int status, const char *reason,
                      const struct hc_fault *why)
{
  struct hc_receiver *r = x->receiver;
  struct hc_fault fault;

  hc_fault_set(&fault, why->code, "ForwardHTTPUrl: %s", why->text);
  x->outcome = why->code;
  hc_http_forward_drop(x);
  if (hc_answer_take_back(x))
    hc_exchange_refuse(x, status, reason, true);
  else
    hc_answer_abort(x); /* a cut */
  if (!r->freed)
    hc_receiver_emit_error(r, &fault);
}

static void fail(struct hc_exchange *x, const char *reason,
                 const struct hc_fault *why)
{
  fail_with(x, STATUS_BAD_GATEWAY, reason, why);
}

void hc_http_forward_time_out(struct hc_exchange *x)
{
  struct hc_fault fault;

  hc_fault_set(&fault, HYCO_ETIMEDOUT, "no answer to request %d within %d s",
               x->id, HC_ANSWER_WITHIN_MS / 1000);
  fail_with(x, STATUS_GATEWAY_TIMEOUT,
            "The forwarding target did not answer in time.", &fault);
}

/* --- up: the sender's body --- */

/* 0: all is with the call. HYCO_EWOULDBLOCK: on_room follows, or on_end. */
static int push_pieces(struct hc_http_forward *f)
{
  while (f->call != NULL && hc_buffer_len(&f->up) > 0) {
    struct hc_span piece = hc_buffer_span(&f->up);
    if (piece.len > HC_HTTP_OUT_MAX / 2)
      piece.len = HC_HTTP_OUT_MAX / 2;
    int rc = hc_http_write(f->call, piece);
    if (rc != 0)
      return rc;
    hc_buffer_drop(&f->up, piece.len);
  }
  return 0;
}

/* False: that failed, and the exchange is over. */
static bool push_up(struct hc_http_forward *f)
{
  int rc = push_pieces(f);
  struct hc_fault fault;

  if (rc == HYCO_EWOULDBLOCK)
    return true;
  if (rc != 0) {
    hc_fault_set(&fault, rc, "%s", hyco_strerror(rc));
    fail(f->x, "The request's body cannot be passed on.", &fault);
    return false;
  }
  hc_buffer_trim(&f->up);
  if (f->call != NULL && f->up_is_whole)
    (void)hc_http_end(f->call);
  return true;
}

static void on_room(void *user_data)
{
  struct hc_http_forward *f = user_data;

  if (push_up(f) && hc_buffer_len(&f->up) == 0)
    hc_exchange_resume(f->x);
}

void hc_http_forward_take(struct hc_exchange *x, struct hc_span data)
{
  struct hc_http_forward *f = x->forward;
  struct hc_fault fault;

  if (hc_buffer_append(&f->up, data) < 0) {
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    fail(x, "The forwarding listener is out of memory.", &fault);
    return;
  }
  f->up_is_whole = x->is_whole;
  if (push_up(f) && hc_buffer_len(&f->up) > 0 && !x->is_whole)
    hc_exchange_pause(x);
}

/* --- down: the target's answer --- */

static void on_head(void *user_data, struct hc_span head)
{
  struct hc_http_forward *f = user_data;
  struct hc_exchange *x = f->x;
  struct hc_fault fault;
  int64_t length;

  int rc = hc_forward_answer_head(x, head, &length, &fault);
  if (rc < 0) {
    fail(x, "The forwarding target's answer cannot be passed on.", &fault);
    return;
  }
  f->flushes = length < 0 || length > GATHERED_MAX;
}

/* What waits for the sender, then the end. */
static void push_down(struct hc_http_forward *f)
{
  struct hc_exchange *x = f->x;
  struct hc_fault fault;
  int rc = 0;

  if (hc_buffer_len(&f->down) > 0)
    rc = hc_answer_write(x, hc_buffer_span(&f->down), &fault);
  if (rc == HYCO_EWOULDBLOCK) {
    hc_http_pause(f->call);
    f->down_stands = true;
    return;
  }
  if (rc == 0 && f->x != NULL) {
    bool wrote = hc_buffer_len(&f->down) > 0;
    hc_buffer_deinit(&f->down);
    if (f->down_stands)
      hc_http_resume(f->call);
    f->down_stands = false;
    if (f->down_is_whole)
      rc = hc_answer_end(x, &fault);
    else if (f->flushes && wrote && !x->answer.begun)
      rc = hc_answer_flush(x, &fault);
  }
  if (rc < 0 && f->x != NULL && rc != HYCO_ENOTCONNECTED)
    fail(x, "The answer cannot be passed on.", &fault);
}

static void on_data(void *user_data, struct hc_span data)
{
  struct hc_http_forward *f = user_data;
  struct hc_fault fault;

  if (hc_buffer_append(&f->down, data) < 0) {
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    fail(f->x, "The forwarding listener is out of memory.", &fault);
    return;
  }
  push_down(f);
}

static void on_end(void *user_data, const struct hc_fault *why)
{
  struct hc_http_forward *f = user_data;
  struct hc_fault copy = *why; /* it goes with the call */

  if (copy.code == 0) {
    f->down_is_whole = true;
    push_down(f);
  } else {
    fail(f->x,
         hc_buffer_len(&f->x->answer.body) > 0 || f->x->answer.n_headers > 0
             ? "The forwarding target broke off its answer."
             : "The forwarding target gave no answer.",
         &copy);
  }
}

void hc_http_forward_ready(struct hc_exchange *x)
{
  push_down(x->forward);
}

static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct hc_http_forward *f = user_data;
  return hc_receiver_emit_verify(f->receiver, verdict) && f->x != NULL;
}

static const struct hc_http_handler handler = {
  .on_head = on_head,
  .on_data = on_data,
  .on_room = on_room,
  .on_end = on_end,
  .on_verify = on_verify,
};

/* --- the beginning --- */

static struct hc_http_forward *forward_new(struct hc_exchange *x)
{
  struct hc_http_forward *f = hc_alloc_zero(sizeof *f);

  if (f == NULL)
    return NULL;
  f->receiver = x->receiver;
  f->x = x;
  f->up_is_whole = x->is_whole;
  hc_buffer_init(&f->up, SIZE_MAX / 2); /* MaxRequestSize limits it */
  hc_buffer_init(&f->down, HC_HTTP_IN_MAX);
  f->reap = hc_timer_that_calls(free_forward, f);
  return f;
}

static int start(struct hc_http_forward *f, struct hc_fault *fault)
{
  struct hc_receiver *r = f->receiver;
  struct hc_forward_head head;

  int rc = hc_forward_request_head(f->x, &head, fault);
  if (rc == 0 && head.tls && r->forward_tls == NULL)
    rc = hc_tls_from_properties(r->net, &r->surface.props, &r->forward_tls,
                                fault);
  if (rc == 0) {
    head.request.tls = head.tls ? r->forward_tls : NULL;
    head.request.tcp.no_delay = true;
    head.request.timeout_ms = HC_HTTP_FORWARD_CONNECT_MS;
    rc = hc_http_start(r->http, &head.request, &handler, f, &f->call, fault);
  }
  hc_forward_head_deinit(&head);
  return rc;
}

void hc_http_forward_begin(struct hc_exchange *x)
{
  struct hc_fault fault;

  x->forward = forward_new(x);
  int rc = x->forward != NULL
               ? start(x->forward, &fault)
               : hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
  if (rc < 0)
    fail(x, "The request cannot be forwarded.", &fault);
}
