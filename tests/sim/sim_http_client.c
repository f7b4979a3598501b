/* A sender of HTTP/1.1 requests in raw bytes on the simulated net. */
#include "sim_http_client.h"

#include "support/check.h"
#include <stdlib.h>

enum { RETRY_MS = 20 }; /* the stream had no room, or no memory for it */

static void forget(struct sim_http_client *c)
{
  hc_net_timer_cancel(c->net, &c->pump);
  free(c->out);
  c->out = NULL;
  c->out_len = c->out_at = 0;
  c->waiting = 0;
  c->stream = NULL;
  c->opened = false;
}

void sim_http_client_close(struct sim_http_client *c, enum hc_stream_close how)
{
  if (c->stream == NULL)
    return;
  hc_stream_close(c->stream, how);
  forget(c);
}

static void end_with(struct sim_http_client *c, int code, const char *why)
{
  sim_http_client_close(c, HC_STREAM_ABORT);
  c->handler->on_end(c->user_data, code, why);
}

bool sim_http_client_is_idle(const struct sim_http_client *c)
{
  return c->out_at == c->out_len;
}

static void pump(void *user_data)
{
  struct sim_http_client *c = user_data;
  size_t n = c->out_len - c->out_at;

  if (!c->opened || n == 0)
    return;
  if (n > c->piece)
    n = c->piece;
  uint64_t wait_ms = c->pause_ms;
  if (hc_stream_pending(c->stream) >= HC_STREAM_LOW_MARK ||
      hc_stream_write(c->stream, hc_span_of(c->out + c->out_at, n)) != 0)
    wait_ms = RETRY_MS;
  else
    c->out_at += n;
  if (c->out_at < c->out_len)
    hc_net_timer_set(c->net, &c->pump, wait_ms);
}

void sim_http_client_set_pace(struct sim_http_client *c, size_t piece,
                              uint64_t pause_ms)
{
  c->piece = piece;
  c->pause_ms = pause_ms;
}

bool sim_http_client_send(struct sim_http_client *c, struct hc_span request,
                          bool is_head)
{
  if (c->stream == NULL || c->waiting == SIM_HTTP_PIPELINE_MAX)
    return false;
  size_t left = c->out_len - c->out_at;
  uint8_t *out = malloc(left + request.len);
  assert_non_null(out);
  if (left > 0)
    memcpy(out, c->out + c->out_at, left);
  memcpy(out + left, request.ptr, request.len);
  free(c->out);
  c->out = out;
  c->out_len = left + request.len;
  c->out_at = 0;
  c->is_head[c->waiting++] = is_head;
  if (c->opened && left == 0)
    hc_net_timer_set(c->net, &c->pump, 0);
  return true;
}

static void answered(struct sim_http_client *c)
{
  c->in_body = false;
  c->scanned = 0;
  c->waiting--;
  memmove(c->is_head, c->is_head + 1, c->waiting * sizeof c->is_head[0]);
  c->handler->on_answered(c->user_data);
}

/* False: nothing more can be read now. */
static bool read_head(struct sim_http_client *c, struct hc_span *in)
{
  enum hc_http_framing framing;
  struct hc_http_head head;
  uint64_t length;

  if (in->len == 0)
    return false;
  if (c->waiting == 0) {
    end_with(c, HYCO_EPROTOCOL, "an answer to nothing");
    return false;
  }
  int rc =
      hc_http_read_response(in, SIM_HTTP_HEAD_MAX, &c->scanned, &head, NULL);
  if (rc == 0)
    return false;
  if (rc > 0 && head.status == 100) {
    c->scanned = 0;
    return true;
  }
  struct hc_span method = hc_span_str(c->is_head[0] ? "HEAD" : "GET");
  if (rc < 0 ||
      hc_http_response_framing(&head, method, &framing, &length) != 0) {
    end_with(c, HYCO_EPROTOCOL, "a malformed head");
    return false;
  }
  c->in_body = true;
  hc_http_body_init(&c->body, framing, length);
  c->handler->on_head(c->user_data, &head);
  return c->stream != NULL;
}

static bool read_body(struct sim_http_client *c, struct hc_span *in)
{
  struct hc_span data;
  int rc = hc_http_body_read(&c->body, in, &data);

  if (rc < 0)
    end_with(c, HYCO_EPROTOCOL, "a malformed body");
  else if (rc == HC_HTTP_BODY_END)
    answered(c);
  else if (rc == 1)
    c->handler->on_body(c->user_data, data);
  return rc > 0 && c->stream != NULL;
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct sim_http_client *c = user_data;

  while (c->in_body ? read_body(c, in) : read_head(c, in))
    ;
  if (c->stream == NULL)
    hc_span_drop(in, in->len);
}

static void on_open(void *user_data)
{
  struct sim_http_client *c = user_data;

  c->opened = true;
  hc_net_timer_set(c->net, &c->pump, 0);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct sim_http_client *c = user_data;
  int code = fault->code;

  if (c->in_body && code == 0 && c->body.framing == HC_HTTP_UNTIL_CLOSE)
    answered(c);
  hc_stream_close(c->stream, HC_STREAM_CLEAN);
  forget(c);
  c->handler->on_end(c->user_data, code, NULL);
}

bool sim_http_client_dial(struct sim_http_client *c, struct sim *sim,
                          uint16_t port, const struct sim_http_handler *handler,
                          void *user_data)
{
  static const struct hc_stream_handler events = { .on_open = on_open,
                                                   .on_data = on_data,
                                                   .on_end = on_end };
  const struct hc_dial dial = { .host = "127.0.0.1",
                                .port = port,
                                .timeout_ms = 20000 };
  struct hc_fault fault;

  memset(c, 0, sizeof *c);
  c->net = sim_net(sim);
  c->handler = handler;
  c->user_data = user_data;
  c->pump.fn = pump;
  c->pump.user_data = c;
  sim_http_client_set_pace(c, HC_STREAM_LOW_MARK, 0);
  return hc_dial(c->net, &dial, &events, c, &c->stream, &fault) == 0;
}

void sim_http_client_pause(struct sim_http_client *c, bool paused)
{
  if (c->stream == NULL || !c->opened)
    return;
  if (paused)
    hc_stream_pause(c->stream);
  else
    hc_stream_resume(c->stream);
}
