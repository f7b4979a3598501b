/* Forwarding: one accepted connection joined to a TCP connection. */
#include "receiver/forward.h"
#include "base/memory.h"
#include "session/options.h"
#include <stdio.h>

enum { NAME_MAX_LEN = 253 + 16 /* host and port */ };

struct hc_forward {
  struct hc_net *net;
  const struct hc_forward_handler *handler;
  void *user_data;
  char name[NAME_MAX_LEN];
  struct hc_stream *stream;         /* NULL: not dialled yet, or given up */
  struct hc_connection *connection; /* NULL: not open yet */
  bool is_open;                     /* the target's TCP stands */
  bool is_over;                     /* the target is given up */
  bool is_full;                     /* too much waits for the target */
  bool has_paused;                  /* the sender is not read */
  bool is_refused;                  /* by the application: accept_data */
  int early_code;                   /* it broke before there was a sender */
  struct hc_timer alive;
};

bool hc_forward_is_wanted(const struct hc_properties *props)
{
  return hc_properties_text(props, HYCO_FORWARDING_HOST)[0] != '\0' &&
         hc_properties_number(props, HYCO_FORWARDING_PORT) != 0;
}

/* The sender is read while the target can take it and the application agrees.
 */
static void set_reading(struct hc_forward *f)
{
  bool pauses = !f->is_over && (!f->is_open || f->is_full || f->is_refused);

  if (f->connection == NULL || pauses == f->has_paused)
    return;
  f->has_paused = pauses;
  if (pauses)
    hc_connection_pause(f->connection);
  else
    hc_connection_resume(f->connection);
}

/* The sender sees a cut. f may be gone after it. */
static void cut(struct hc_forward *f, int code, const char *why)
{
  struct hc_fault fault;

  hc_fault_set(&fault, code, "forwarding to %s: %s", f->name, why);
  hc_connection_cut(f->connection, &fault);
}

static void on_open(void *user_data)
{
  struct hc_forward *f = user_data;

  f->is_open = true;
  hc_net_timer_set(f->net, &f->alive, HC_ALIVE_CHECK_MS);
  if (f->connection == NULL)
    hc_stream_pause(f->stream); /* what it says at once waits */
  set_reading(f);
  f->handler->on_open(f->user_data);
}

/* Taken whole, or not at all while too much waits for the sender. */
static void on_data(void *user_data, struct hc_span *in)
{
  struct hc_forward *f = user_data;

  if (hc_connection_would_block(f->connection)) {
    hc_stream_pause(f->stream);
    return;
  }
  int rc = hc_connection_send(f->connection, HC_WS_BINARY, *in);
  hc_span_drop(in, in->len); /* not connected: our Close was sent */
  if (rc == HYCO_ENOMEM)
    cut(f, rc, "out of memory");
  else if (hc_connection_would_block(f->connection))
    hc_stream_pause(f->stream);
}

static void on_drain(void *user_data)
{
  struct hc_forward *f = user_data;

  f->is_full = false;
  set_reading(f);
}

static void fail(struct hc_forward *f, const struct hc_fault *why)
{
  struct hc_fault fault;

  hc_forward_close(f, true);
  hc_fault_set(&fault, HYCO_EFORWARD, "the forwarding target: %s", why->text);
  f->handler->on_failed(f->user_data, &fault);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct hc_forward *f = user_data;

  if (!f->is_open)
    fail(f, fault);
  else if (f->connection == NULL)
    f->early_code = fault->code;
  else if (fault->code != 0)
    cut(f, fault->code, fault->text);
  else
    hc_connection_disconnect(f->connection, HC_CLOSE_NORMAL,
                             hc_span_of(NULL, 0));
}

static const struct hc_stream_handler stream_handler = {
  .on_open = on_open,
  .on_data = on_data,
  .on_drain = on_drain,
  .on_end = on_end,
};

/* A target whose TCP is gone does not say so. */
static void on_alive_timer(void *user_data)
{
  struct hc_forward *f = user_data;

  if (f->connection != NULL &&
      hc_stream_unacked_ms(f->stream) >= HC_UNACKED_MAX_MS) {
    cut(f, HYCO_ETIMEDOUT, "nothing was acknowledged for too long");
    return;
  }
  hc_net_timer_set(f->net, &f->alive, HC_ALIVE_CHECK_MS);
}

struct hc_forward *hc_forward_new(struct hc_net *net,
                                  const struct hc_properties *props,
                                  const struct hc_forward_handler *handler,
                                  void *user_data)
{
  struct hc_forward *f = hc_alloc_zero(sizeof *f);

  if (f == NULL)
    return NULL;
  f->net = net;
  f->handler = handler;
  f->user_data = user_data;
  (void)snprintf(f->name, sizeof f->name, "%s:%d",
                 hc_properties_text(props, HYCO_FORWARDING_HOST),
                 (int)hc_properties_number(props, HYCO_FORWARDING_PORT));
  f->alive = hc_timer_that_calls(on_alive_timer, f);
  return f;
}

int hc_forward_dial(struct hc_forward *f, const struct hc_properties *props,
                    struct hc_fault *fault)
{
  struct hc_fault why;
  struct hc_dial dial = {
    .host = hc_properties_text(props, HYCO_FORWARDING_HOST),
    .port = (uint16_t)hc_properties_number(props, HYCO_FORWARDING_PORT),
    .tcp = hc_tcp_from_properties(props),
    .timeout_ms =
        (uint64_t)hc_properties_number(props, HYCO_FORWARD_DIAL_TIMEOUT) * 1000,
  };
  dial.tcp.family = HC_FAMILY_ANY; /* UseIPv6 is about the service */
  if (hc_dial(f->net, &dial, &stream_handler, f, &f->stream, &why) == 0)
    return 0;
  f->is_over = true;
  return hc_fault_set(fault, HYCO_EFORWARD, "the forwarding target: %s",
                      why.text);
}

void hc_forward_join(struct hc_forward *f, struct hc_connection *c)
{
  f->connection = c;
  set_reading(f);
  if (f->early_code != 0)
    cut(f, f->early_code, hyco_strerror(f->early_code));
  else if (f->is_open && f->stream != NULL)
    hc_stream_resume(f->stream);
}

void hc_forward_take(struct hc_forward *f, struct hc_span data)
{
  if (f->stream == NULL || data.len == 0)
    return;
  if (hc_stream_write(f->stream, data) < 0) {
    cut(f, HYCO_ECONNRESET, "the target takes no more");
    return;
  }
  f->is_full = hc_stream_pending(f->stream) >= HC_FORWARD_MARK;
  set_reading(f);
}

void hc_forward_end(struct hc_forward *f)
{
  if (f->stream != NULL)
    hc_stream_shut(f->stream);
}

void hc_forward_ready(struct hc_forward *f)
{
  if (f->stream != NULL && f->is_open)
    hc_stream_resume(f->stream);
}

void hc_forward_set_accepting(struct hc_forward *f, bool accepting)
{
  f->is_refused = !accepting;
  set_reading(f);
}

void hc_forward_close(struct hc_forward *f, bool is_cut)
{
  hc_net_timer_cancel(f->net, &f->alive);
  hc_stream_close(f->stream, is_cut ? HC_STREAM_RESET : HC_STREAM_CLEAN);
  f->stream = NULL;
  f->is_over = true;
}

void hc_forward_free(struct hc_forward *f)
{
  if (f == NULL)
    return;
  hc_forward_close(f, true);
  hc_free(f);
}
