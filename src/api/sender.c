/* hyco/sender.h: the sender on a loop. */
#include "sender/sender.h"
#include "api/blocking.h"
#include "base/memory.h"
#include "io/http_client.h"
#include "sender/request.h"

enum { THE_CONNECTION = 1 }; /* its id in blocking sends: there is but one */

struct hyco_sender {
  struct hc_caller caller;
  struct hc_sender *core;
};

static int send_blocking(void *owner, int id, struct hc_outgoing *out);

int hyco_sender_new(hyco_loop *loop, const hyco_sender_events *events,
                    void *user_data, hyco_sender **out)
{
  if (out == NULL)
    return HYCO_EINVALID;
  hyco_sender *s = hc_alloc_zero(sizeof *s);
  if (s == NULL)
    return HYCO_ENOMEM;
  int rc = hc_caller_init(&s->caller, loop);
  if (rc == 0)
    rc = hc_sender_new(hc_loop_net(s->caller.loop->io), s, events, user_data,
                       &s->core);
  if (rc == 0) {
    s->core->sending.block = send_blocking;
    s->core->sending.owner = s;
  }
  if (rc < 0) {
    hc_caller_deinit(&s->caller);
    hc_free(s);
    return rc;
  }
  *out = s;
  return 0;
}

void hyco_sender_free(hyco_sender *s)
{
  if (s == NULL)
    return;
  hc_sender_free(s->core);
  hc_caller_deinit(&s->caller);
  hc_free(s);
}

int hyco_sender_set_connection_string(hyco_sender *s, const char *text)
{
  return hc_surface_set_connection_string(&s->core->surface, text);
}

int hyco_sender_set_string(hyco_sender *s, hyco_property p, const char *value)
{
  return hc_surface_set_text(&s->core->surface, 0, p, value);
}

int hyco_sender_set_int(hyco_sender *s, hyco_property p, int64_t value)
{
  return hc_surface_set_number(&s->core->surface, 0, p, value);
}

int hyco_sender_set_bool(hyco_sender *s, hyco_property p, bool value)
{
  return hyco_sender_set_int(s, p, value);
}

int hyco_sender_get_string(hyco_sender *s, hyco_property p, const char **value)
{
  return hc_surface_get_text(&s->core->surface, 0, p, value);
}

int hyco_sender_get_int(hyco_sender *s, hyco_property p, int64_t *value)
{
  return hc_surface_get_number(&s->core->surface, 0, p, value);
}

int hyco_sender_get_bool(hyco_sender *s, hyco_property p, bool *value)
{
  return hc_surface_get_flag(&s->core->surface, 0, p, value);
}

int hyco_sender_config(hyco_sender *s, const char *text, const char **value)
{
  return hc_surface_config(&s->core->surface, text, value);
}

int hyco_sender_start(hyco_sender *s)
{
  return hc_sender_start(s->core);
}

static bool has_settled(const void *owner)
{
  const struct hc_sender *core = owner;
  return core->is_open || !core->is_busy;
}

/* It is told once. */
static int take_failure(struct hc_sender *core)
{
  int rc = core->failure.code;

  if (rc != 0)
    core->surface.fault = core->failure;
  core->failure.code = 0;
  return rc;
}

int hyco_sender_connect(hyco_sender *s)
{
  struct hc_sender *core = s->core;

  if (!hc_api_may_block(s->caller.loop))
    return hc_fault_set(&core->surface.fault, HYCO_EBUSY,
                        "not inside a handler: call hyco_sender_start");
  uint64_t limit_ms = HC_CONNECT_TIMEOUT_MS + 1000 +
                      1000 * (uint64_t)hc_properties_number(
                                 &core->surface.props, HYCO_WAIT_FOR_LISTENER);
  int rc = hc_sender_start(core);
  if (rc < 0)
    return rc;
  rc = hc_caller_wait(&s->caller, has_settled, core, limit_ms);
  if (rc == HYCO_EINTERRUPTED)
    return rc; /* s is gone */
  if (rc < 0) {
    hc_sender_cancel(core);
    return hc_fault_set(&core->surface.fault, rc, "not connected in time");
  }
  return core->is_open ? rc : take_failure(core);
}

static bool is_idle(const void *owner)
{
  const struct hc_sender *core = owner;
  return !core->is_busy && core->n_busy_requests == 0;
}

/* As hyco_receiver_run. */
int hyco_sender_run(hyco_sender *s)
{
  struct hc_sender *core = s->core;

  if (!hc_api_may_block(s->caller.loop))
    return hc_fault_set(&core->surface.fault, HYCO_EBUSY,
                        "not inside a handler: it runs already");
  int rc = hc_caller_run(&s->caller, is_idle, core);
  if (rc < 0)
    return rc; /* s is gone */
  rc = is_idle(core) ? take_failure(core) : 0;
  return rc == HYCO_EINTERRUPTED ? 0 : rc; /* called off */
}

int hyco_sender_disconnect(hyco_sender *s)
{
  return hc_sender_disconnect(s->core);
}

static struct hc_connection *find_connection(void *owner, int id)
{
  struct hc_sender *core = owner;
  (void)id;
  return core->is_open ? core->connection : NULL;
}

/* See struct hc_sending. */
static int send_blocking(void *owner, int id, struct hc_outgoing *out)
{
  hyco_sender *s = owner;
  const struct hc_blocking_send how = {
    .find = find_connection,
    .owner = s->core,
    .id = THE_CONNECTION,
    .timeout_s = s->core->sending.timeout_s,
    .fault = &s->core->surface.fault,
  };

  (void)id;
  return hc_caller_send(&s->caller, &how, out);
}

void hyco_sender_interrupt(hyco_sender *s)
{
  if (!hc_caller_interrupt(&s->caller, THE_CONNECTION))
    hc_files_call_off(&s->core->files, 0);
}

int hyco_sender_send(hyco_sender *s, const void *data, size_t len)
{
  return hc_sender_send(s->core, HC_WS_BINARY, hc_span_of(data, len));
}

int hyco_sender_send_text(hyco_sender *s, const char *text, size_t len)
{
  return hc_sender_send(s->core, HC_WS_TEXT, hc_span_of(text, len));
}

int hyco_sender_send_file(hyco_sender *s, const char *file_name)
{
  return hc_sender_send_file(s->core, file_name);
}

int hyco_sender_set_bytes(hyco_sender *s, hyco_property p, const void *value,
                          size_t len)
{
  return hc_surface_set_bytes(&s->core->surface, 0, p, hc_span_of(value, len));
}

void hyco_sender_set_token_provider(hyco_sender *s, hyco_token_provider fn,
                                    void *user_data)
{
  s->core->tokens.provider = fn;
  s->core->tokens.provider_data = user_data;
}

int hyco_sender_add_header(hyco_sender *s, const char *name, const char *value)
{
  struct hc_fault *fault = &s->core->surface.fault;

  if (name == NULL || value == NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE, "name or value is NULL");
  return hc_sender_headers_add(&s->core->headers, hc_span_str(name),
                               hc_span_str(value), fault);
}

void hyco_sender_clear_headers(hyco_sender *s)
{
  hc_sender_headers_deinit(&s->core->headers);
}

int hyco_sender_do_events(hyco_sender *s, int timeout_ms)
{
  return hyco_loop_do_events(s->caller.loop, timeout_ms);
}

int hyco_request_new(hyco_sender *s, const hyco_request_events *events,
                     void *user_data, hyco_request **out)
{
  if (s == NULL || out == NULL)
    return HYCO_EINVALID;
  return hc_request_new(s->core, hc_loop_http(s->caller.loop->io), events,
                        user_data, out);
}

hyco_loop *hyco_sender_loop(hyco_sender *s)
{
  return s->caller.loop;
}

const char *hyco_sender_last_error_text(const hyco_sender *s)
{
  return s->core->surface.fault.text;
}
