/* One WebSocket connection with a peer: events, Close, end. */
#include "base/memory.h"
#include "session/connection_internal.h"

static void free_connection(void *user_data)
{
  struct hc_connection *c = user_data;
  hc_free(c);
}

void hc_connection_free(struct hc_connection *c)
{
  if (c == NULL || c->freed)
    return;
  c->freed = true;
  c->state = CONNECTION_OVER;
  c->later = NULL;
  hc_net_timer_cancel(c->net, &c->alive);
  hc_net_timer_cancel(c->net, &c->close_timer);
  hc_link_close(c->link, HC_STREAM_ABORT);
  hc_net_timer_set(c->net, &c->reap, 0);
}

/* The last event. */
static void finish(struct hc_connection *c, int code, struct hc_span reason,
                   const struct hc_fault *fault, enum hc_stream_close how)
{
  static const struct hc_fault none = { 0 };

  c->state = CONNECTION_OVER;
  c->later = NULL;
  hc_net_timer_cancel(c->net, &c->alive);
  hc_net_timer_cancel(c->net, &c->close_timer);
  hc_link_close(c->link, how);
  c->link = NULL;
  c->handler->on_disconnected(c->user_data, code, reason,
                              fault != NULL ? fault : &none);
}

static void finish_as_peer_said(struct hc_connection *c)
{
  finish(c, c->peer_code, hc_span_of(c->peer_reason, c->peer_reason_len), NULL,
         HC_STREAM_CLEAN);
}

void hc_connection_ask_for_drain(struct hc_connection *c)
{
  /* the peer's time to answer a Close begins when the Close is gone */
  size_t mark = c->close_written ? 1 : c->queue_mark / 2;
  hc_outbox_ask_for_drain(hc_link_outbox(c->link), mark);
}

/* Writes our Close once everything before it is out of the backlog. */
static void try_close(struct hc_connection *c)
{
  if (c->state == CONNECTION_CLOSING && c->later == NULL)
    c->close_written = hc_outbox_write_close(
        hc_link_outbox(c->link), c->close_code, hc_span_str(c->close_reason));
}

/* All that has to go before our Close, what is not in the queue yet, too. */
static uint64_t waiting(const struct hc_connection *c)
{
  uint64_t later = c->later != NULL ? c->later->rest.len + c->later->left : 0;
  return later + hc_connection_queued(c);
}

static void set_close_timer(struct hc_connection *c, uint64_t delay_ms)
{
  c->waiting_then = waiting(c);
  hc_net_timer_set(c->net, &c->close_timer, delay_ms);
}

/* Nothing is left to say or to hear. */
static bool is_done(const struct hc_connection *c)
{
  return c->close_written && (c->peer_closed || !c->wait_for_close);
}

static void finish_well(struct hc_connection *c)
{
  if (c->peer_closed)
    finish_as_peer_said(c);
  else
    finish(c, c->close_code, hc_span_str(c->close_reason), NULL,
           HC_STREAM_CLEAN);
}

static uint64_t silence_ms(const struct hc_connection *c)
{
  return hc_net_now_ms(c->net) - hc_link_last_heard_ms(c->link);
}

/* A slow peer is not a dead one: what it had queued may be long under way, and
 * its Close is behind that. */
static bool is_moving(const struct hc_connection *c)
{
  uint64_t now_ms = hc_net_now_ms(c->net);

  if (waiting(c) < c->waiting_then)
    return true;
  return silence_ms(c) < HC_CLOSE_WAIT_MS &&
         now_ms - c->closing_since_ms < HC_CLOSE_MAX_MS;
}

static void on_close_timer(void *user_data)
{
  struct hc_connection *c = user_data;
  struct hc_fault fault;

  hc_connection_pump(c); /* see on_alive_timer */
  if (!is_done(c) && is_moving(c)) {
    set_close_timer(c, HC_CLOSE_WAIT_MS);
    return;
  }
  if (is_done(c)) {
    finish_well(c);
    return;
  }
  hc_fault_set(&fault, HYCO_ETIMEOUT, "the peer did not answer the Close");
  finish(c, HC_CLOSE_ABNORMAL, hc_span_str(fault.text), &fault,
         HC_STREAM_ABORT);
}

/* After our Close was written: who ends the connection, and when? Only a
 * timer calls the handler, for this may run inside the owner's call. */
static void plan_end(struct hc_connection *c)
{
  if (is_done(c) && hc_connection_queued(c) == 0)
    set_close_timer(c, 0);
  else if (is_done(c) || !c->half_close || c->peer_closed)
    set_close_timer(c, HC_CLOSE_WAIT_MS);
}

void hc_connection_start_closing(struct hc_connection *c, int code,
                                 struct hc_span reason)
{
  c->state = CONNECTION_CLOSING;
  c->closing_since_ms = hc_net_now_ms(c->net);
  c->close_code = code;
  size_t n =
      reason.len < HC_WS_CLOSE_REASON_MAX ? reason.len : HC_WS_CLOSE_REASON_MAX;
  if (n > 0)
    memcpy(c->close_reason, reason.ptr, n);
  c->close_reason[n] = '\0';
  if (!c->half_close)
    hc_connection_resume(c); /* the peer's Close must be seen */
  try_close(c);
  hc_connection_ask_for_drain(c);
  plan_end(c);
}

/* When to look after the connection next. */
static void set_alive_timer(struct hc_connection *c)
{
  uint64_t silence = silence_ms(c);
  uint64_t left_ms = c->keep_alive_ms;

  if (silence < left_ms)
    left_ms -= silence;
  if (left_ms == 0 || left_ms > HC_ALIVE_CHECK_MS)
    left_ms = HC_ALIVE_CHECK_MS;
  hc_net_timer_set(c->net, &c->alive, left_ms);
}

/* A ping keeps the path through intermediaries open. Not while the application
 * reads nothing: the pongs would only pile up (DESIGN section 8). */
static void keep_open(struct hc_connection *c)
{
  if (c->keep_alive_ms != 0 && silence_ms(c) >= c->keep_alive_ms &&
      !c->paused && hc_connection_queued(c) == 0)
    c->pinged |= hc_outbox_write_control(hc_link_outbox(c->link), HC_WS_PING,
                                         hc_span_of(c->ping, sizeof c->ping));
}

/* TCP tells whether the peer is still there. */
static void on_alive_timer(void *user_data)
{
  struct hc_connection *c = user_data;
  uint64_t unacked_ms = hc_stream_unacked_ms(hc_link_outbox(c->link)->stream);
  struct hc_fault fault;

  if (unacked_ms >= HC_UNACKED_MAX_MS) {
    hc_fault_set(&fault, HYCO_ETIMEDOUT,
                 "the peer's TCP has acknowledged nothing for %llu s",
                 (unsigned long long)(unacked_ms / 1000));
    finish(c, HC_CLOSE_ABNORMAL, hc_span_str(fault.text), &fault,
           HC_STREAM_ABORT);
    return;
  }
  hc_connection_pump(c); /* without memory nothing went, and nothing drains */
  keep_open(c);
  set_alive_timer(c);
}

static void on_link_open(void *user_data, struct hc_span sub_protocol)
{
  struct hc_connection *c = user_data;
  c->state = CONNECTION_OPEN;
  set_alive_timer(c);
  c->handler->on_open(c->user_data, sub_protocol);
}

static void on_link_failed(void *user_data, int status,
                           const struct hc_fault *fault)
{
  struct hc_connection *c = user_data;
  c->state = CONNECTION_OVER;
  c->handler->on_failed(c->user_data, status, fault);
}

static void on_link_chunk(void *user_data, const struct hc_ws_chunk *chunk)
{
  struct hc_connection *c = user_data;

  if (chunk->head.opcode == HC_WS_PONG && c->pinged &&
      hc_span_equal(chunk->data, hc_span_of(c->ping, sizeof c->ping)))
    return;
  if (chunk->message < HC_WS_CLOSE)
    c->traffic.received += (int64_t)chunk->data.len;
  if (c->state == CONNECTION_OPEN || c->half_close)
    c->handler->on_data(c->user_data, chunk->message, chunk->data,
                        chunk->message_end);
}

static void on_link_close(void *user_data, int code, struct hc_span reason)
{
  struct hc_connection *c = user_data;
  bool lost = c->later != NULL && !c->half_close;

  if (lost)
    c->later = NULL; /* RFC 6455 5.5.1 leaves it to us */
  c->peer_closed = true;
  c->peer_code = code;
  c->peer_reason_len = reason.len;
  if (reason.len > 0)
    memcpy(c->peer_reason, reason.ptr, reason.len);
  if (c->state == CONNECTION_OPEN && c->half_close)
    c->handler->on_half_end(c->user_data, code, reason);
  else if (c->state == CONNECTION_OPEN)
    hc_connection_start_closing(c, code, reason);
  else
    plan_end(c);
  if (lost)
    c->handler->on_send_failed(c->user_data, HYCO_ENOTCONNECTED);
}

/* The queue got shorter: refill, close, tell. */
static void on_link_drain(void *user_data)
{
  struct hc_connection *c = user_data;

  hc_connection_go_on(c);
  if (c->state == CONNECTION_OVER)
    return;
  try_close(c);
  if (c->close_written)
    plan_end(c);
  hc_connection_ask_for_drain(c);
  if (c->state == CONNECTION_OPEN && c->would_block && !c->in_parts &&
      hc_connection_queued(c) < c->queue_mark / 2 + 1) {
    c->would_block = false;
    c->handler->on_ready_to_send(c->user_data);
  }
}

static void on_link_end(void *user_data, const struct hc_fault *fault)
{
  struct hc_connection *c = user_data;
  struct hc_fault cut;

  if (c->peer_closed && (c->close_written || waiting(c) == 0)) {
    finish_as_peer_said(c);
    return;
  }
  if (fault->code == 0) {
    hc_fault_set(&cut, HYCO_EDROPPED,
                 "the connection was cut: it ended without a Close");
    fault = &cut;
  }
  finish(c, HC_CLOSE_ABNORMAL, hc_span_str(fault->text), fault,
         fault->code == HYCO_EPROTOCOL ? HC_STREAM_CLEAN : HC_STREAM_CUT);
}

static bool on_link_verify(void *user_data,
                           const struct hc_tls_verdict *verdict)
{
  struct hc_connection *c = user_data;
  return c->handler->on_verify(c->user_data, verdict);
}

static const struct hc_link_handler link_handler = {
  .on_open = on_link_open,
  .on_failed = on_link_failed,
  .on_chunk = on_link_chunk,
  .on_close = on_link_close,
  .on_drain = on_link_drain,
  .on_end = on_link_end,
  .on_verify = on_link_verify,
};

int hc_connection_open(struct hc_net *net,
                       const struct hc_connection_options *options,
                       const struct hc_connection_handler *handler,
                       void *user_data, struct hc_connection **out,
                       struct hc_fault *fault)
{
  struct hc_connection *c = hc_alloc_zero(sizeof *c);

  if (c == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  c->net = net;
  c->handler = handler;
  c->user_data = user_data;
  c->max_frame = options->max_frame;
  c->queue_mark = options->queue_mark;
  c->half_close = options->half_close;
  c->wait_for_close = options->wait_for_close;
  c->keep_alive_ms = options->keep_alive_ms;
  hc_net_random(net, c->ping, sizeof c->ping);
  c->alive = (struct hc_timer){ .fn = on_alive_timer,
                                .user_data = c,
                                .calls_handlers = true };
  c->close_timer = (struct hc_timer){ .fn = on_close_timer,
                                      .user_data = c,
                                      .calls_handlers = true };
  c->reap = (struct hc_timer){ .fn = free_connection,
                               .user_data = c,
                               .calls_handlers = true };
  int rc = hc_link_open(net, &options->link, &link_handler, c, &c->link, fault);
  if (rc < 0) {
    hc_free(c);
    return rc;
  }
  *out = c;
  return 0;
}

void hc_connection_disconnect(struct hc_connection *c, int code,
                              struct hc_span reason)
{
  if (c->state == CONNECTION_OPEN)
    hc_connection_start_closing(c, code, reason);
}

void hc_connection_end_half_close(struct hc_connection *c)
{
  c->half_close = false;
}

void hc_connection_cut(struct hc_connection *c, const struct hc_fault *fault)
{
  if (c->state == CONNECTION_OPEN || c->state == CONNECTION_CLOSING)
    finish(c, HC_CLOSE_ABNORMAL, hc_span_str(fault->text), fault,
           HC_STREAM_CUT);
}

void hc_connection_local(const struct hc_connection *c, struct hc_address *out)
{
  *out = (struct hc_address){ .port = 0 };
  if (c->link != NULL)
    hc_link_local(c->link, out);
}

void hc_connection_negotiated(const struct hc_connection *c,
                              struct hc_tls_negotiated *out)
{
  *out = (struct hc_tls_negotiated){ "", "", "", "", 0, 0 };
  if (c->link != NULL)
    hc_link_negotiated(c->link, out);
}

struct hc_traffic hc_connection_traffic(const struct hc_connection *c)
{
  return c->traffic;
}

bool hc_traffic_get_row(struct hc_traffic traffic, hyco_property p,
                        int64_t *value)
{
  if (p != HYCO_TOTAL_RECEIVED && p != HYCO_TOTAL_SENT)
    return false;
  *value = p == HYCO_TOTAL_SENT ? traffic.sent : traffic.received;
  return true;
}

bool hc_connection_is_open(const struct hc_connection *c)
{
  return c->state == CONNECTION_OPEN;
}

void hc_connection_pause(struct hc_connection *c)
{
  /* while it closes, the peer's Close must be seen; data is dropped */
  if (c->state == CONNECTION_CLOSING && !c->half_close)
    return;
  c->paused = true;
  if (c->link != NULL)
    hc_link_pause(c->link);
}

void hc_connection_resume(struct hc_connection *c)
{
  c->paused = false;
  if (c->link != NULL)
    hc_link_resume(c->link);
}
