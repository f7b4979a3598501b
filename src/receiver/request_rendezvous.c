/* A rendezvous for HTTP requests. */
#include "receiver/request_rendezvous.h"
#include "base/memory.h"
#include "receiver/http_forward.h"
#include "receiver/receiver.h"
#include "session/options.h"

static void free_rendezvous(void *user_data)
{
  struct hc_request_rendezvous *v = user_data;
  struct hc_receiver *r = v->receiver;

  hc_buffer_deinit(&v->message);
  hc_free(v);
  hc_receiver_settle(r);
}

void hc_request_rendezvous_free(struct hc_request_rendezvous *v)
{
  struct hc_net *net = v->receiver->net;

  if (v->freed)
    return;
  v->freed = true;
  if (v->current != NULL)
    v->current->rendezvous = NULL;
  v->current = NULL;
  hc_list_remove(&v->node);
  hc_net_timer_cancel(net, &v->wait);
  hc_net_timer_cancel(net, &v->next);
  hc_connection_free(v->connection);
  v->connection = NULL;
  hc_net_timer_set(net, &v->reap, 0);
}

static void disconnect(struct hc_request_rendezvous *v, int code,
                       const char *text)
{
  v->closing = true;
  hc_net_timer_cancel(v->receiver->net, &v->wait);
  hc_net_timer_cancel(v->receiver->net, &v->next);
  hc_connection_disconnect(v->connection, code, hc_span_str(text));
}

/* The exchange, if any, ends with it. */
static void fail(struct hc_request_rendezvous *v, const struct hc_fault *fault)
{
  struct hc_exchange *x = v->current;
  struct hc_receiver *r = v->receiver;

  if (x != NULL) {
    hc_exchange_cancel(x, fault);
    return;
  }
  hc_request_rendezvous_free(v);
  hc_receiver_emit_error(r, fault);
}

static void push(struct hc_request_rendezvous *v)
{
  struct hc_exchange *x = v->current;
  struct hc_receiver *r = v->receiver;
  struct hc_fault fault;

  if (x == NULL || !x->answer.begun)
    return;
  int rc = hc_answer_push(x, &fault);
  if (rc == HYCO_ENOTCONNECTED)
    return; /* on_disconnected follows */
  if (rc < 0) {
    fail(v, &fault);
    return;
  }
  if (x->freed || !x->answer.would_block || !hc_answer_is_ready(x))
    return;
  x->answer.would_block = false;
  if (x->forward != NULL)
    hc_http_forward_ready(x);
  else if (r->events.on_http_ready != NULL)
    r->events.on_http_ready(r->self, x->id, r->user_data);
}

static void on_open(void *user_data, struct hc_span sub_protocol)
{
  struct hc_request_rendezvous *v = user_data;

  (void)sub_protocol;
  v->is_open = true;
  if (v->current == NULL && !hc_receiver_is_listening(v->receiver))
    disconnect(v, HC_CLOSE_NORMAL, "");
  push(v);
}

static void on_failed(void *user_data, int status, const struct hc_fault *fault)
{
  struct hc_request_rendezvous *v = user_data;
  struct hc_fault copy;

  (void)status;
  hc_fault_set(&copy, HYCO_ERENDEZVOUS, "%s the request failed: %s",
               v->current != NULL ? "answering" : "fetching", fault->text);
  fail(v, &copy);
}

static void on_ready_to_send(void *user_data)
{
  push(user_data);
}

/* The service broke the protocol: nothing it says on here makes sense. Or there
 * was no memory for it. */
static void refuse_message(struct hc_request_rendezvous *v,
                           const struct hc_fault *fault)
{
  hc_buffer_deinit(&v->message);
  if (v->current == NULL && fault->code == HYCO_ENOMEM)
    disconnect(v, HC_CLOSE_INTERNAL, "out of memory");
  else if (v->current == NULL)
    disconnect(v, HC_CLOSE_PROTOCOL_ERROR, "bad request");
  hc_receiver_emit_error(v->receiver, fault);
}

static int read_message(struct hc_request_rendezvous *v, struct hc_control *out,
                        struct hc_fault *fault)
{
  if (v->lost == HYCO_ENOMEM)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  if (v->lost != 0)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "a request's message above %d bytes",
                        (int)HC_CONTROL_MAX);
  int rc = hc_control_read(hc_buffer_span(&v->message), out, fault);
  if (rc < 0)
    return rc;
  if (out->kind == HC_CONTROL_REQUEST && out->request.method != NULL &&
      out->request.has_body_member)
    return 0;
  hc_control_deinit(out);
  return hc_fault_set(fault, HYCO_EPROTOCOL,
                      "the rendezvous for a request brought something else");
}

/* A whole message, and no answer is under way. */
static void take_message(struct hc_request_rendezvous *v)
{
  struct hc_control control;
  struct hc_fault fault;

  hc_net_timer_cancel(v->receiver->net, &v->wait);
  if (read_message(v, &control, &fault) < 0) {
    refuse_message(v, &fault);
    return;
  }
  hc_buffer_deinit(&v->message);
  bool has_body = control.request.body;
  struct hc_exchange *x =
      hc_exchange_begin(v->receiver, &control.request, 0, v);
  hc_control_deinit(&control);
  if (x == NULL) {
    if (!v->freed)
      disconnect(v, HC_CLOSE_INTERNAL, "out of memory");
    return;
  }
  v->current = x;
  v->body_due = has_body;
  hc_exchange_take(x, hc_span_of(NULL, 0), !has_body);
}

/* The application may take its time to end an answer that has no body. */
static void let_go_complete(struct hc_request_rendezvous *v)
{
  if (v->current == NULL || !hc_answer_is_complete(v->current))
    return;
  v->current->rendezvous = NULL;
  v->current = NULL;
}

static void take_text(struct hc_request_rendezvous *v, struct hc_span data,
                      bool end)
{
  struct hc_fault fault;

  if (v->body_due) {
    hc_fault_set(&fault, HYCO_EPROTOCOL,
                 "a text message came where a request's body was due");
    fail(v, &fault);
    return;
  }
  int rc = hc_buffer_append(&v->message, data);
  if (rc < 0)
    v->lost = rc;
  if (!end)
    return;
  let_go_complete(v);
  if (v->current != NULL) {
    v->is_held = true;
    hc_connection_pause(v->connection);
    return;
  }
  take_message(v);
  v->lost = 0;
}

static void on_data(void *user_data, enum hc_ws_opcode opcode,
                    struct hc_span data, bool end)
{
  struct hc_request_rendezvous *v = user_data;

  if (v->closing)
    return;
  if (opcode == HC_WS_TEXT) {
    take_text(v, data, end);
  } else if (opcode == HC_WS_BINARY && v->body_due) {
    v->body_due = !end;
    if (v->current != NULL)
      hc_exchange_take(v->current, data, end);
  } /* else a pong, or a stray message: some send empty ones */
}

static void on_half_end(void *user_data, int code, struct hc_span reason)
{
  (void)user_data; /* never: not without half_close */
  (void)code;
  (void)reason;
}

static void on_disconnected(void *user_data, int code, struct hc_span reason,
                            const struct hc_fault *fault)
{
  struct hc_request_rendezvous *v = user_data;
  struct hc_exchange *x = v->current;
  struct hc_fault gone;

  if (x == NULL) { /* nothing was under way: its normal end */
    hc_request_rendezvous_free(v);
    return;
  }
  if (fault->code == 0)
    hc_fault_set(&gone, HYCO_EDROPPED, "the sender went away: %d %.*s", code,
                 (int)reason.len,
                 reason.len > 0 ? (const char *)reason.ptr : "");
  hc_exchange_cancel(x, fault->code != 0 ? fault : &gone);
}

static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct hc_request_rendezvous *v = user_data;
  return hc_receiver_emit_verify(v->receiver, verdict);
}

static const struct hc_connection_handler handler = {
  .on_open = on_open,
  .on_failed = on_failed,
  .on_ready_to_send = on_ready_to_send,
  .on_data = on_data,
  .on_half_end = on_half_end,
  .on_disconnected = on_disconnected,
  .on_verify = on_verify,
};

static void on_wait(void *user_data)
{
  struct hc_request_rendezvous *v = user_data;
  struct hc_receiver *r = v->receiver;
  struct hc_fault fault;

  hc_fault_set(&fault, HYCO_ETIMEDOUT,
               "the rendezvous for a request brought none within %d s",
               HC_ANSWER_WITHIN_MS / 1000);
  hc_request_rendezvous_free(v);
  hc_receiver_emit_error(r, &fault);
}

static void on_next(void *user_data)
{
  struct hc_request_rendezvous *v = user_data;

  v->is_held = false;
  hc_connection_resume(v->connection);
  take_message(v);
  v->lost = 0;
}

void hc_request_rendezvous_answered(struct hc_request_rendezvous *v)
{
  if (v->body_due || !hc_receiver_is_listening(v->receiver))
    disconnect(v, HC_CLOSE_NORMAL, "");
  else if (v->is_held)
    hc_net_timer_set(v->receiver->net, &v->next, 0);
}

void hc_request_rendezvous_close_idle(struct hc_request_rendezvous *v)
{
  if (v->is_open && v->current == NULL && !v->closing)
    disconnect(v, HC_CLOSE_NORMAL, "");
}

static int open_connection(struct hc_request_rendezvous *v, const char *address,
                           struct hc_fault *fault)
{
  struct hc_receiver *r = v->receiver;
  struct hc_endpoint endpoint;
  struct hc_connection_options options =
      hc_connection_options_read(&r->surface.props);

  int rc =
      hc_receiver_link_options(r, address, &endpoint, &options.link, fault);
  if (rc < 0)
    return rc;
  options.half_close = false;
  return hc_connection_open(r->net, &options, &handler, v, &v->connection,
                            fault);
}

int hc_request_rendezvous_open(struct hc_receiver *r, const char *address,
                               struct hc_exchange *x, struct hc_fault *fault)
{
  struct hc_request_rendezvous *v = hc_alloc_zero(sizeof *v);

  if (v == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  v->receiver = r;
  v->wait = hc_timer_that_calls(on_wait, v);
  v->next = hc_timer_that_calls(on_next, v);
  v->reap = hc_timer_that_calls(free_rendezvous, v);
  hc_buffer_init(&v->message, HC_CONTROL_MAX);
  int rc = open_connection(v, address, fault);
  if (rc < 0) {
    hc_free(v);
    return rc;
  }
  hc_list_append(&r->requests.rendezvous, &v->node);
  v->current = x;
  if (x != NULL)
    x->rendezvous = v;
  else
    hc_net_timer_set(r->net, &v->wait, HC_ANSWER_WITHIN_MS);
  return 0;
}
