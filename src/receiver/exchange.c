/* One HTTP request at a receiver and its answer. */
#include "receiver/exchange.h"
#include "base/memory.h"
#include "receiver/http_forward.h"
#include "receiver/receiver.h"
#include "session/connection.h"
#include "session/events.h"

enum {
  STATUS_TIMEOUT = 408,
  STATUS_TOO_LARGE = 413,
  STATUS_OUR_ERROR = 500,
  STATUS_NO_HANDLER = 501,
  STATUS_UNAVAILABLE = 503
};

static void drop_body(struct hc_exchange *x)
{
  x->receiver->requests.held -= hc_buffer_len(&x->body);
  hc_buffer_deinit(&x->body);
}

static void emit_done(const struct hc_exchange *x)
{
  struct hc_receiver *r = x->receiver;
  hyco_http_request_done e = {
    .connection_id = x->id,
    .request_method = hc_event_text(x->info.method),
    .request_target = hc_event_text(x->info.target),
    .remote_address = hc_event_text(x->info.remote_address),
    .remote_port = x->info.remote_port,
    .status_code = x->status,
    .bytes_in = (int64_t)x->bytes_in,
    .bytes_out = (int64_t)x->bytes_out,
    .duration_ms = (int64_t)(x->ended_ms - x->began_ms),
    .error_code = -x->outcome,
  };
  if (r->events.on_http_request_done != NULL)
    r->events.on_http_request_done(r->self, &e, r->user_data);
}

static void free_exchange(void *user_data)
{
  struct hc_exchange *x = user_data;
  struct hc_receiver *r = x->receiver;
  struct hc_control control = { .request = x->info };

  emit_done(x);
  hc_control_deinit(&control);
  drop_body(x);
  hc_answer_deinit(&x->answer);
  hc_free(x);
  hc_receiver_settle(r);
}

void hc_exchange_retire(struct hc_exchange *x)
{
  hc_net_timer_cancel(x->receiver->net, &x->deadline);
  hc_id_map_remove(&x->receiver->requests.ids, x->id);
}

void hc_exchange_free(struct hc_exchange *x)
{
  struct hc_receiver *r = x->receiver;

  if (!hc_list_is_linked(&x->node))
    return;
  hc_exchange_retire(x);
  hc_http_forward_drop(x);
  if (r->requests.incoming == x)
    r->requests.incoming = NULL;
  if (x->rendezvous != NULL)
    x->rendezvous->current = NULL;
  x->rendezvous = NULL;
  x->freed = true;
  x->ended_ms = hc_net_now_ms(r->net);
  if (x->cancel_due)
    return; /* on_later comes back to it */
  hc_list_remove(&x->node);
  hc_net_timer_cancel(r->net, &x->later);
  hc_net_timer_set(r->net, &x->reap, 0);
}

/* With the rendezvous, which cannot be used for anything else then. */
static void give_up(struct hc_exchange *x)
{
  struct hc_request_rendezvous *v = x->rendezvous;

  hc_exchange_free(x);
  if (v != NULL)
    hc_request_rendezvous_free(v);
}

static void emit_cancelled(struct hc_receiver *r, int id,
                           const struct hc_fault *fault)
{
  hyco_http_request_cancelled e = { id, -fault->code, fault->text };

  hc_log_line_of(&r->log, HC_LOG_INFO, id, "request %d cancelled: %s", id,
                 fault->text);
  if (r->events.on_http_request_cancelled != NULL)
    r->events.on_http_request_cancelled(r->self, &e, r->user_data);
}

void hc_exchange_cancel(struct hc_exchange *x, const struct hc_fault *fault)
{
  struct hc_receiver *r = x->receiver;
  int id = x->id;
  bool is_answered = x->answer.ended;
  bool is_forwarded = x->forward != NULL;
  struct hc_fault copy = *fault;

  x->outcome = fault->code;
  give_up(x);
  if (is_answered) {
    hc_fault_set(&copy, HYCO_ERENDEZVOUS,
                 "the answer to request %d was not delivered: %s", id,
                 fault->text);
    hc_receiver_emit_error(r, &copy);
  } else if (id != 0 && !is_forwarded) {
    emit_cancelled(r, id, &copy);
  } else {
    hc_log_line(&r->log, HC_LOG_INFO, "a request ended before it was whole: %s",
                copy.text);
  }
}

void hc_exchange_refuse(struct hc_exchange *x, int status, const char *text,
                        bool may_emit)
{
  struct hc_receiver *r = x->receiver;
  struct hc_fault fault;
  struct hc_fault copy;

  hc_exchange_retire(x);
  hc_http_forward_drop(x);
  hc_answer_deinit(&x->answer);
  hc_answer_init(&x->answer);
  int rc = hc_answer_send_any(x, status, text, hc_span_of(NULL, 0), &fault);
  if (rc == 0)
    return;
  hc_fault_set(&copy, fault.code, "answering %d failed: %s", status,
               fault.text);
  give_up(x);
  if (may_emit)
    hc_receiver_emit_error(r, &copy);
}

static void refuse_for_memory(struct hc_exchange *x)
{
  struct hc_receiver *r = x->receiver;
  struct hc_fault fault;

  hc_exchange_refuse(x, STATUS_OUR_ERROR, "The receiver is out of memory.",
                     false);
  hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
  hc_receiver_emit_error(r, &fault);
}

static void set_deadline(struct hc_exchange *x)
{
  hc_net_timer_set(x->receiver->net, &x->deadline, HC_ANSWER_WITHIN_MS);
}

/* What was written has no way: the service learns of an end all the same. */
static void cancel_held(struct hc_exchange *x, const struct hc_fault *fault)
{
  struct hc_receiver *r = x->receiver;
  int id = x->id;

  if (fault->code == HYCO_ENOTCONNECTED) { /* it knows: the sender has gone */
    hc_exchange_cancel(x, fault);
    return;
  }
  hc_exchange_refuse(x, STATUS_OUR_ERROR, "The receiver did not respond.",
                     true);
  if (!r->freed)
    emit_cancelled(r, id, fault);
}

/* Bytes were written but never flushed: they go now. Otherwise we answer. */
static void on_deadline(void *user_data)
{
  struct hc_exchange *x = user_data;
  struct hc_receiver *r = x->receiver;
  struct hc_fault fault;
  int id = x->id;

  bool is_held = hc_buffer_len(&x->answer.body) > 0;
  if (is_held && hc_answer_flush(x, &fault) == 0)
    return;
  if (is_held && x->forward == NULL) {
    cancel_held(x, &fault);
    return;
  }
  if (x->forward != NULL) {
    hc_http_forward_time_out(x);
    return;
  }
  if (id == 0) {
    hc_exchange_refuse(x, STATUS_TIMEOUT, "The body did not come in time.",
                       true);
    hc_log_line(&r->log, HC_LOG_INFO, "a request's body did not come");
    return;
  }
  hc_exchange_refuse(x, STATUS_OUR_ERROR, "The receiver did not respond.",
                     true);
  if (r->freed)
    return;
  hc_fault_set(&fault, HYCO_ETIMEDOUT,
               "request %d was not answered within %d s", id,
               HC_ANSWER_WITHIN_MS / 1000);
  hc_receiver_emit_error(r, &fault);
}

static void emit_request(struct hc_exchange *x)
{
  struct hc_receiver *r = x->receiver;
  struct hc_span body = hc_buffer_span(&x->body);
  hyco_http_request e = {
    .connection_id = x->id,
    .rendezvous_address = hc_event_text(x->info.address),
    .id = hc_event_text(x->info.id),
    .request_headers = hc_event_text(x->info.headers_json),
    .request_target = hc_event_text(x->info.target),
    .request_method = hc_event_text(x->info.method),
    .host = hc_event_text(x->info.host),
    .remote_address = hc_event_text(x->info.remote_address),
    .remote_port = x->info.remote_port,
    .request_data = x->streams ? NULL : body.ptr,
    .request_data_len = x->streams ? 0 : body.len,
    .has_body = x->info.body,
  };
  hc_log_line_of(&r->log, HC_LOG_INFO, x->id,
                 "request %d: %s, id %s from %s:%d", x->id, e.request_method,
                 e.id, e.remote_address, e.remote_port);
  if (!r->freed) /* by on_log */
    r->events.on_http_request(r->self, &e, r->user_data);
}

/* Its number, which it has only if it is found by it. */
static int take_id(struct hc_exchange *x)
{
  struct hc_receiver *r = x->receiver;
  int id = hc_receiver_next_id(r);
  int rc = hc_id_map_put(&r->requests.ids, id, x);

  x->id = rc == 0 ? id : 0;
  return rc;
}

static void announce(struct hc_exchange *x)
{
  struct hc_receiver *r = x->receiver;

  bool forwards = hc_http_forward_is_set(r);

  if (r->events.on_http_request == NULL && !forwards) {
    hc_exchange_refuse(x, STATUS_NO_HANDLER,
                       "The listener RequestHandler has not been configured.",
                       true);
  } else if (!hc_receiver_is_listening(r)) {
    hc_exchange_refuse(x, STATUS_UNAVAILABLE, "The listener was shut down.",
                       true);
  } else if (take_id(x) < 0) {
    refuse_for_memory(x);
  } else if (forwards) {
    hc_http_forward_begin(x);
  } else {
    emit_request(x);
  }
}

static void emit_data(struct hc_exchange *x, struct hc_span data)
{
  struct hc_receiver *r = x->receiver;
  hyco_http_request_data e = { x->id, data.ptr, data.len, x->is_whole };

  x->told_end = x->is_whole;
  if (x->forward != NULL) {
    hc_http_forward_take(x, data);
    return;
  }
  if (r->events.on_http_request_data != NULL)
    r->events.on_http_request_data(r->self, &e, r->user_data);
}

/* StreamRequests: a body that was gathered, for it came over the control
 * channel, which must not wait for the application. */
static void deliver(struct hc_exchange *x)
{
  if (x->freed || x->answer.ended || x->told_end || x->paused || x->id == 0)
    return;
  emit_data(x, hc_buffer_span(&x->body));
  drop_body(x);
}

/* With so many more bytes it would be above MaxHeldRequests. */
static bool is_held_too_much(const struct hc_receiver *r, size_t more)
{
  int64_t max = hc_properties_number(&r->surface.props, HYCO_MAX_HELD_REQUESTS);
  return r->requests.held + more > (uint64_t)max;
}

static void gather(struct hc_exchange *x, struct hc_span data)
{
  struct hc_receiver *r = x->receiver;

  if (is_held_too_much(r, data.len)) {
    drop_body(x);
    hc_exchange_refuse(x, STATUS_UNAVAILABLE,
                       "The receiver holds as many requests as it takes.",
                       true);
    return;
  }
  int rc = hc_buffer_append(&x->body, data);
  if (rc == 0)
    r->requests.held += data.len;
  else
    drop_body(x);
  if (rc == HYCO_ETOOLONG)
    hc_exchange_refuse(x, STATUS_TOO_LARGE,
                       "The body is longer than this receiver takes.", true);
  else if (rc < 0)
    refuse_for_memory(x);
}

static void take_whole(struct hc_exchange *x)
{
  x->told_end |= !x->streams; /* the event has all of it */
  announce(x);
  if (x->streams)
    deliver(x);
  else if (!x->freed)
    drop_body(x);
}

/* Straight to the application. */
static void take_stream(struct hc_exchange *x, struct hc_span data)
{
  if (x->id == 0)
    announce(x);
  if (!x->freed && !x->answer.ended && !x->told_end &&
      (data.len > 0 || x->is_whole))
    emit_data(x, data);
}

void hc_exchange_take(struct hc_exchange *x, struct hc_span data, bool end)
{
  if (x->freed || x->answer.ended)
    return;
  x->bytes_in += data.len;
  x->is_whole = end;
  x->told_end = !x->info.body; /* nothing to tell */
  if (!x->answer.begun)
    set_deadline(x);
  if (x->streams && x->channel == 0) {
    take_stream(x, data);
    return;
  }
  gather(x, data);
  if (end && !x->freed && !x->answer.ended)
    take_whole(x);
}

void hc_exchange_pause(struct hc_exchange *x)
{
  x->paused = true;
  if (x->rendezvous != NULL && !x->is_whole)
    hc_connection_pause(x->rendezvous->connection);
}

void hc_exchange_resume(struct hc_exchange *x)
{
  x->paused = false;
  if (x->rendezvous != NULL && !x->is_whole)
    hc_connection_resume(x->rendezvous->connection);
  if (x->is_whole && !x->told_end)
    hc_net_timer_set(x->receiver->net, &x->later, 0);
}

void hc_exchange_shut(struct hc_exchange *x)
{
  if (x->freed || x->answer.ended)
    return;
  x->cancel_due = x->id != 0 && x->forward == NULL;
  if (x->cancel_due)
    hc_net_timer_set(x->receiver->net, &x->later, 0);
  if (x->answer.begun)
    give_up(x);
  else
    hc_exchange_refuse(x, STATUS_UNAVAILABLE, "The listener was shut down.",
                       false);
}

/* A shutdown's 503 may not have found its way: then it is given up. */
static void tell_of_shutdown(struct hc_exchange *x)
{
  struct hc_receiver *r = x->receiver;
  struct hc_fault fault;
  int id = x->id;

  x->cancel_due = false;
  if (x->broken != 0)
    give_up(x);
  else if (x->freed)
    hc_exchange_free(x);
  hc_fault_set(&fault, HYCO_EINTERRUPTED, "the receiver was shut down");
  emit_cancelled(r, id, &fault);
}

static void on_later(void *user_data)
{
  struct hc_exchange *x = user_data;
  struct hc_fault fault;

  if (x->cancel_due) {
    tell_of_shutdown(x);
  } else if (x->broken != 0) {
    hc_fault_set(&fault, x->broken, "%s", hyco_strerror(x->broken));
    hc_exchange_cancel(x, &fault);
  } else {
    deliver(x);
  }
}

void hc_exchange_break(struct hc_exchange *x, int code)
{
  x->broken = code;
  hc_net_timer_set(x->receiver->net, &x->later, 0);
}

struct hc_exchange *hc_exchange_begin(struct hc_receiver *r,
                                      struct hc_request *info, unsigned channel,
                                      struct hc_request_rendezvous *rendezvous)
{
  const struct hc_properties *props = &r->surface.props;
  struct hc_exchange *x = hc_alloc_zero(sizeof *x);
  struct hc_fault fault;

  if (x == NULL) {
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    hc_receiver_emit_error(r, &fault);
    return NULL;
  }
  x->receiver = r;
  x->info = *info;
  memset(info, 0, sizeof *info);
  x->channel = channel;
  x->rendezvous = rendezvous;
  x->began_ms = hc_net_now_ms(r->net);
  x->outcome = HYCO_EINTERRUPTED;
  x->streams = hc_properties_flag(props, HYCO_STREAM_REQUESTS) ||
               hc_http_forward_is_set(r);
  hc_buffer_init(&x->body,
                 (size_t)hc_properties_number(props, HYCO_MAX_REQUEST_SIZE));
  hc_answer_init(&x->answer);
  x->deadline = hc_timer_that_calls(on_deadline, x);
  x->later = hc_timer_that_calls(on_later, x);
  x->reap = hc_timer_that_calls(free_exchange, x);
  hc_list_append(&r->requests.all, &x->node);
  return x;
}
