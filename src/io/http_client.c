/* The HTTP client of a loop: the life of a call, and what its owner is told,
 * always from a task of a wide turn. */
#include "io/http_client.h"

#include "base/memory.h"
#include "base/text.h"
#include "io/curl.h"
#include "io/http_call.h"

struct hc_http_client *hc_loop_http(struct hc_loop *loop)
{
  return &loop->http;
}

void hc_io_call_schedule(struct hc_io_call *call)
{
  hc_io_add(call->loop, HC_WIDE_TURN, &call->task);
}

/* --- what the owner is told --- */

static void tell_head(struct hc_io_call *call)
{
  if (!call->head_is_whole || call->head_is_told)
    return;
  call->head_is_told = true;
  call->handler.on_head(call->user_data, hc_buffer_span(&call->head));
  hc_buffer_deinit_secret(&call->head);
}

static void tell_body(struct hc_io_call *call)
{
  while (!call->is_closed && !call->is_paused && hc_buffer_len(&call->in) > 0) {
    /* libcurl, which appends, works in wide turns alone: data stays. */
    struct hc_span data = hc_buffer_span(&call->in);
    call->handler.on_data(call->user_data, data);
    hc_buffer_drop(&call->in, data.len);
  }
  if (!call->is_closed)
    hc_buffer_trim(&call->in);
}

static void tell_room(struct hc_io_call *call)
{
  if (call->is_closed || call->is_ended || !call->wants_room ||
      hc_buffer_len(&call->out) > HC_HTTP_OUT_LOW)
    return;
  call->wants_room = false;
  if (call->handler.on_room != NULL)
    call->handler.on_room(call->user_data);
}

static void tell_end(struct hc_io_call *call)
{
  if (call->is_closed || !call->is_ended || call->end_is_told ||
      hc_buffer_len(&call->in) > 0)
    return;
  call->end_is_told = true;
  call->handler.on_end(call->user_data, &call->fault);
}

static void call_free(struct hc_io_call *call)
{
  hc_list_remove(&call->node);
  hc_list_remove(&call->task.node);
  hc_curl_job_drop(call->job);
  hc_tls_unref(call->loan.tls);
  hc_buffer_deinit_secret(&call->head);
  hc_buffer_deinit_secret(&call->in);
  hc_buffer_deinit_secret(&call->out);
  hc_free(call->host);
  hc_free(call->name);
  hc_free(call);
}

static void run_call(struct hc_task *task)
{
  struct hc_io_call *call = HC_LIST_ENTRY(task, struct hc_io_call, task);

  if (!call->is_closed)
    tell_head(call);
  tell_body(call);
  tell_room(call);
  tell_end(call);
  if (!call->is_closed)
    hc_io_call_unpause(call);
  else if (!hc_list_is_linked(&call->task.node)) /* closed before this turn */
    call_free(call);
}

/* --- struct hc_http_ops --- */

static struct hc_io_call *call_new(struct hc_loop *loop,
                                   const struct hc_http_request *request)
{
  struct hc_io_call *call = hc_alloc_zero(sizeof(*call));
  char name[HC_DIAL_HOST_MAX + 16];
  if (call == NULL)
    return NULL;

  hc_text_host_port(name, sizeof(name), request->host, request->port);
  call->base.ops = &hc_io_http_ops;
  call->loop = loop;
  call->task.run = run_call;
  call->left = request->body;
  call->is_head = strcmp(request->method, "HEAD") == 0;
  hc_buffer_init(&call->head, HC_HTTP_ANSWER_MAX);
  hc_buffer_init(&call->in, HC_HTTP_IN_MAX);
  hc_buffer_init(&call->out, HC_HTTP_OUT_MAX);
  hc_list_append(&loop->calls, &call->node);
  call->host = hc_strdup(request->host);
  call->name = hc_strdup(name);
  if (call->host != NULL && call->name != NULL)
    return call;
  call_free(call);
  return NULL;
}

static int start(struct hc_http_client *client,
                 const struct hc_http_request *request,
                 const struct hc_http_handler *handler, void *user_data,
                 struct hc_http_call **out, struct hc_fault *fault)
{
  struct hc_loop *loop = HC_LIST_ENTRY(client, struct hc_loop, http);

  if (request->host == NULL || *request->host == '\0' || request->port == 0)
    return hc_fault_set(fault, HYCO_EBADURL, "host and port are needed");
  if (strlen(request->host) > HC_DIAL_HOST_MAX)
    return hc_fault_set(fault, HYCO_EBADURL, "host name too long");
  struct hc_io_call *call = call_new(loop, request);
  if (call == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  int rc = hc_io_call_set_up(call, request, fault);
  if (rc == 0) {
    rc = hc_curl_job_start(call->job);
    if (rc != 0)
      hc_fault_set(fault, rc, "out of memory");
  }
  if (rc != 0) {
    call_free(call);
    return rc;
  }
  call->handler = *handler;
  call->user_data = user_data;
  *out = &call->base;
  return 0;
}

static int write_body(struct hc_http_call *base, struct hc_span body)
{
  struct hc_io_call *call = hc_io_call(base);
  bool too_much = call->left >= 0 && (uint64_t)body.len > (uint64_t)call->left;

  if (call->out_is_whole || call->left == HC_HTTP_NO_BODY || too_much)
    return HYCO_EBADVALUE;
  if (body.len > HC_HTTP_OUT_MAX - hc_buffer_len(&call->out)) {
    call->wants_room = true;
    return HYCO_EWOULDBLOCK;
  }
  int rc = hc_buffer_append(&call->out, body);
  if (rc != 0)
    return HYCO_ENOMEM;
  if (call->left >= 0)
    call->left -= (int64_t)body.len;
  hc_io_call_schedule(call);
  return 0;
}

static int end_body(struct hc_http_call *base)
{
  struct hc_io_call *call = hc_io_call(base);

  call->out_is_whole = true;
  call->out_is_short = call->left > 0;
  hc_io_call_schedule(call);
  return call->out_is_short ? HYCO_EBADVALUE : 0;
}

static void pause_body(struct hc_http_call *base)
{
  hc_io_call(base)->is_paused = true;
}

static void resume_body(struct hc_http_call *base)
{
  struct hc_io_call *call = hc_io_call(base);

  call->is_paused = false;
  hc_io_call_schedule(call);
}

static void close_call(struct hc_http_call *base)
{
  struct hc_io_call *call = hc_io_call(base);

  call->is_closed = true;
  call->handler = (struct hc_http_handler){ 0 };
  hc_curl_job_drop(call->job);
  call->job = NULL;
  hc_io_call_schedule(call);
}

const struct hc_http_ops hc_io_http_ops = {
  .start = start,
  .write = write_body,
  .end = end_body,
  .pause = pause_body,
  .resume = resume_body,
  .close = close_call,
};

void hc_io_http_abort(struct hc_loop *loop)
{
  while (!hc_list_is_empty(&loop->calls)) {
    struct hc_io_call *call =
        HC_LIST_ENTRY(loop->calls.next, struct hc_io_call, node);
    hc_list_remove(&call->node);
    close_call(&call->base);
  }
}
