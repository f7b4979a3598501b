/* hyco/receiver.h: the receiver on a loop. */
#include "api/receiver.h"
#include "base/memory.h"
#include "io/http_client.h"

enum { LISTEN_LIMIT_MS = 60000 };

static int listen_blocking(void *owner);
static int send_blocking(void *owner, int id, struct hc_outgoing *out);

int hyco_receiver_new(hyco_loop *loop, const hyco_receiver_events *events,
                      void *user_data, hyco_receiver **out)
{
  if (out == NULL)
    return HYCO_EINVALID;
  hyco_receiver *r = hc_alloc_zero(sizeof *r);
  if (r == NULL)
    return HYCO_ENOMEM;
  int rc = hc_caller_init(&r->caller, loop);
  if (rc == 0)
    rc = hc_receiver_new(hc_loop_net(r->caller.loop->io), r, events, user_data,
                         &r->core);
  if (rc == 0) {
    r->core->http = hc_loop_http(r->caller.loop->io);
    r->core->listen = listen_blocking;
    r->core->block = send_blocking;
    r->core->block_owner = r;
  }
  if (rc < 0) {
    hc_caller_deinit(&r->caller);
    hc_free(r);
    return rc;
  }
  *out = r;
  return 0;
}

void hyco_receiver_free(hyco_receiver *r)
{
  if (r == NULL)
    return;
  hc_receiver_free(r->core);
  hc_caller_deinit(&r->caller);
  hc_free(r);
}

int hyco_receiver_set_connection_string(hyco_receiver *r, const char *text)
{
  return hc_surface_set_connection_string(&r->core->surface, text);
}

static bool has_started(const void *owner)
{
  const struct hc_receiver *core = owner;
  return !core->once || core->state == HC_RECEIVER_IDLE;
}

/* HYCO_LISTENING = true, see struct hc_receiver. */
static int listen_blocking(void *owner)
{
  hyco_receiver *r = owner;
  struct hc_receiver *core = r->core;
  struct hc_fault *fault = &core->surface.fault;

  if (hc_receiver_is_listening(core))
    return 0;
  if (!hc_api_may_block(r->caller.loop))
    return hc_fault_set(fault, HYCO_EBUSY,
                        "listening cannot be set inside a handler: call "
                        "hyco_receiver_start");
  int rc = hc_receiver_start(core, true);
  if (rc < 0)
    return rc;
  rc = hc_caller_wait(&r->caller, has_started, core, LISTEN_LIMIT_MS);
  if (rc == HYCO_EINTERRUPTED)
    return rc; /* r is gone */
  if (rc < 0) {
    hc_receiver_stop(core);
    return hc_fault_set(fault, rc, "no answer within %d s",
                        LISTEN_LIMIT_MS / 1000);
  }
  if (core->state != HC_RECEIVER_IDLE)
    return 0;
  if (core->failure.code == 0)
    return hc_fault_set(fault, HYCO_EINTERRUPTED, "a handler stopped it");
  *fault = core->failure;
  return fault->code;
}

int hyco_receiver_set_string(hyco_receiver *r, hyco_property p,
                             const char *value)
{
  return hc_surface_set_text(&r->core->surface, 0, p, value);
}

int hyco_receiver_set_int(hyco_receiver *r, hyco_property p, int64_t value)
{
  return hc_surface_set_number(&r->core->surface, 0, p, value);
}

int hyco_receiver_set_bytes(hyco_receiver *r, hyco_property p,
                            const void *value, size_t len)
{
  return hc_surface_set_bytes(&r->core->surface, 0, p, hc_span_of(value, len));
}

int hyco_receiver_set_bool(hyco_receiver *r, hyco_property p, bool value)
{
  return hyco_receiver_set_int(r, p, value);
}

int hyco_receiver_get_string(hyco_receiver *r, hyco_property p,
                             const char **value)
{
  return hc_surface_get_text(&r->core->surface, 0, p, value);
}

int hyco_receiver_get_int(hyco_receiver *r, hyco_property p, int64_t *value)
{
  return hc_surface_get_number(&r->core->surface, 0, p, value);
}

int hyco_receiver_get_bool(hyco_receiver *r, hyco_property p, bool *value)
{
  return hc_surface_get_flag(&r->core->surface, 0, p, value);
}

int hyco_receiver_config(hyco_receiver *r, const char *text, const char **value)
{
  return hc_surface_config(&r->core->surface, text, value);
}

int hyco_connection_set_int(hyco_receiver *r, int connection_id,
                            hyco_property p, int64_t value)
{
  return hc_surface_set_number(&r->core->surface, connection_id, p, value);
}

int hyco_connection_set_bool(hyco_receiver *r, int connection_id,
                             hyco_property p, bool value)
{
  return hyco_connection_set_int(r, connection_id, p, value);
}

int hyco_connection_get_string(hyco_receiver *r, int connection_id,
                               hyco_property p, const char **value)
{
  return hc_surface_get_text(&r->core->surface, connection_id, p, value);
}

int hyco_connection_get_int(hyco_receiver *r, int connection_id,
                            hyco_property p, int64_t *value)
{
  return hc_surface_get_number(&r->core->surface, connection_id, p, value);
}

int hyco_connection_get_bool(hyco_receiver *r, int connection_id,
                             hyco_property p, bool *value)
{
  return hc_surface_get_flag(&r->core->surface, connection_id, p, value);
}

int hyco_receiver_start(hyco_receiver *r)
{
  return hc_receiver_start(r->core, false);
}

/* Not listening, nor ending what a shutdown ends. */
static bool is_over(const void *owner)
{
  const struct hc_receiver *core = owner;
  return core->state == HC_RECEIVER_IDLE && !core->shutting_down;
}

/* Not as blocking calls run the loop: handlers may call those. */
int hyco_receiver_run(hyco_receiver *r)
{
  struct hc_receiver *core = r->core;

  if (!hc_api_may_block(r->caller.loop))
    return hc_fault_set(&core->surface.fault, HYCO_EBUSY,
                        "not inside a handler: it runs already");
  int rc = hc_receiver_start(core, true);
  if (rc == 0)
    rc = hc_caller_run(&r->caller, is_over, core);
  if (rc < 0)
    return rc;
  if (!is_over(core) || core->failure.code == 0)
    return 0;
  core->surface.fault = core->failure;
  return core->failure.code;
}

static bool is_shut(const void *owner)
{
  return hc_receiver_is_shut(owner);
}

void hyco_receiver_shutdown(hyco_receiver *r)
{
  hc_receiver_shutdown(r->core);
  if (hc_api_may_block(r->caller.loop))
    (void)hc_caller_wait(&r->caller, is_shut, r->core, HC_CLOSE_WAIT_MS + 1000);
}

int hyco_receiver_disconnect(hyco_receiver *r, int connection_id)
{
  return hc_receiver_disconnect(r->core, connection_id);
}

static struct hc_connection *find_connection(void *owner, int id)
{
  struct hc_accepted *a = hc_receiver_find(owner, id);
  return a != NULL ? a->connection : NULL;
}

/* See struct hc_sending. */
static int send_blocking(void *owner, int id, struct hc_outgoing *out)
{
  hyco_receiver *r = owner;
  const struct hc_accepted *a = hc_receiver_find(r->core, id);
  const struct hc_blocking_send how = {
    .find = find_connection,
    .owner = r->core,
    .id = id,
    .timeout_s = a->sending.timeout_s,
    .fault = &r->core->surface.fault,
  };
  return hc_caller_send(&r->caller, &how, out);
}

void hyco_receiver_interrupt(hyco_receiver *r, int connection_id)
{
  if (connection_id != 0 && !hc_caller_interrupt(&r->caller, connection_id))
    hc_files_call_off(&r->core->files, connection_id);
}

int hyco_receiver_send(hyco_receiver *r, int connection_id, const void *data,
                       size_t len)
{
  return hc_receiver_send(r->core, connection_id, HC_WS_BINARY,
                          hc_span_of(data, len));
}

int hyco_receiver_send_text(hyco_receiver *r, int connection_id,
                            const char *text, size_t len)
{
  return hc_receiver_send(r->core, connection_id, HC_WS_TEXT,
                          hc_span_of(text, len));
}

int hyco_receiver_send_file(hyco_receiver *r, int connection_id,
                            const char *file_name)
{
  return hc_receiver_send_file(r->core, connection_id, file_name);
}

int hyco_connection_set_bytes(hyco_receiver *r, int connection_id,
                              hyco_property p, const void *value, size_t len)
{
  return hc_surface_set_bytes(&r->core->surface, connection_id, p,
                              hc_span_of(value, len));
}

void hyco_receiver_set_token_provider(hyco_receiver *r, hyco_token_provider fn,
                                      void *user_data)
{
  r->core->tokens.provider = fn;
  r->core->tokens.provider_data = user_data;
}

int hyco_receiver_do_events(hyco_receiver *r, int timeout_ms)
{
  return hyco_loop_do_events(r->caller.loop, timeout_ms);
}

hyco_loop *hyco_receiver_loop(hyco_receiver *r)
{
  return r->caller.loop;
}

const char *hyco_receiver_last_error_text(const hyco_receiver *r)
{
  return r->core->surface.fault.text;
}
