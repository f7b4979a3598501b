/* One WebSocket connection with a peer: messages into its queue. */
#include "session/connection_internal.h"

static int enqueue(struct hc_connection *c, struct hc_outbox_message message)
{
  int rc = hc_outbox_write(hc_link_outbox(c->link), &message);

  if (rc == 0 && message.opcode < HC_WS_CLOSE)
    c->traffic.sent += (int64_t)message.payload.len;
  return rc;
}

static int enqueue_next_frame(struct hc_connection *c, struct hc_outgoing *out)
{
  int rc = 0;

  if (out->rest.len == 0 && out->left > 0)
    rc = out->more(out, c->max_frame);
  if (rc < 0)
    return rc;
  bool fits = c->max_frame == 0 || out->rest.len <= c->max_frame;
  bool last = fits && out->left == 0;
  size_t n = fits ? out->rest.len : c->max_frame;
  struct hc_outbox_message frame = {
    .opcode = out->started ? HC_WS_CONTINUATION : out->opcode,
    .payload = hc_span_of(out->rest.ptr, n),
    .fin = last,
  };
  rc = enqueue(c, frame);
  if (rc < 0)
    return rc;
  if (n > 0)
    hc_span_drop(&out->rest, n);
  out->started = true;
  out->done = last;
  return 0;
}

/* The peer could not tell that the rest of a message was not meant. */
static void start_closing_amid(struct hc_connection *c)
{
  hc_connection_start_closing(c, HC_CLOSE_GOING_AWAY,
                              hc_span_str("send interrupted"));
}

/* As many frames of a message as the mark allows. */
static int fill_queue(struct hc_connection *c, struct hc_outgoing *out)
{
  while (!out->done && hc_connection_queued(c) < c->queue_mark) {
    int rc = enqueue_next_frame(c, out);
    if (rc < 0)
      return rc;
    c->in_parts = !out->done;
  }
  return 0;
}

void hc_connection_give_up(struct hc_connection *c, int error)
{
  const struct hc_outgoing *out = c->later;

  if (out == NULL)
    return;
  c->later = NULL;
  if (out->started) /* also where another Close was to follow it */
    start_closing_amid(c);
  c->handler->on_send_failed(c->user_data, error);
}

void hc_connection_go_on(struct hc_connection *c)
{
  int rc = c->later != NULL ? fill_queue(c, c->later) : 0;

  if (rc < 0)
    hc_connection_give_up(c, rc);
  else if (c->later != NULL && c->later->done)
    c->later = NULL;
}

/* Control frames may go between those of a message. */
static bool must_wait(struct hc_connection *c, bool is_control)
{
  if ((c->later == NULL || is_control) &&
      hc_connection_queued(c) < c->queue_mark)
    return false;
  c->would_block = true;
  hc_connection_ask_for_drain(c);
  return true;
}

bool hc_connection_would_block(struct hc_connection *c)
{
  return c->state == CONNECTION_OPEN && must_wait(c, false);
}

int hc_connection_send(struct hc_connection *c, enum hc_ws_opcode opcode,
                       struct hc_span payload)
{
  bool is_control = opcode >= HC_WS_CLOSE;

  if (c->state != CONNECTION_OPEN)
    return HYCO_ENOTCONNECTED;
  if (is_control && payload.len > HC_WS_CONTROL_MAX)
    return HYCO_EBADVALUE;
  if (c->later == NULL && (c->in_parts || c->in_pieces) && !is_control)
    return HYCO_EBUSY;
  if (must_wait(c, is_control))
    return HYCO_EWOULDBLOCK;
  return enqueue(c, (struct hc_outbox_message){
                        opcode, payload, is_control ? 0 : c->max_frame, true });
}

int hc_connection_send_piece(struct hc_connection *c, enum hc_ws_opcode opcode,
                             struct hc_span payload, bool last)
{
  struct hc_outbox_message m = {
    .opcode = c->in_pieces ? HC_WS_CONTINUATION : opcode,
    .payload = payload,
    .max_frame = c->max_frame,
    .fin = last,
  };

  if (c->state != CONNECTION_OPEN)
    return HYCO_ENOTCONNECTED;
  if (c->later == NULL && c->in_parts)
    return HYCO_EBUSY;
  if (must_wait(c, false))
    return HYCO_EWOULDBLOCK;
  int rc = enqueue(c, m);
  if (rc == 0)
    c->in_pieces = !last;
  return rc;
}

int hc_connection_send_part(struct hc_connection *c, struct hc_outgoing *out)
{
  if (c->state != CONNECTION_OPEN)
    return HYCO_ENOTCONNECTED;
  if ((c->in_parts && !out->started) || c->in_pieces)
    return HYCO_EBUSY;
  int rc = fill_queue(c, out);
  if (rc == 0 && out->done && c->would_block)
    hc_outbox_ask_for_drain(hc_link_outbox(c->link), 1); /* it may have emptied
                                                            before the end */
  return rc;
}

int hc_connection_send_later(struct hc_connection *c, struct hc_outgoing *out)
{
  if (c->state != CONNECTION_OPEN)
    return HYCO_ENOTCONNECTED;
  if (must_wait(c, false))
    return HYCO_EWOULDBLOCK;
  int rc = hc_connection_send_part(c, out);
  if (rc < 0) {
    hc_connection_interrupt(c, out);
  } else if (!out->done) {
    c->later = out;
    hc_connection_ask_for_drain(c);
  }
  return rc;
}

void hc_connection_interrupt(struct hc_connection *c,
                             const struct hc_outgoing *out)
{
  if (out->started && c->state == CONNECTION_OPEN)
    start_closing_amid(c);
}

void hc_connection_pump(struct hc_connection *c)
{
  if (c->link != NULL)
    hc_outbox_pump(hc_link_outbox(c->link));
}

size_t hc_connection_queued(const struct hc_connection *c)
{
  return c->link != NULL ? hc_outbox_queued(hc_link_outbox(c->link)) : 0;
}

bool hc_connection_is_ready(const struct hc_connection *c)
{
  return c->state == CONNECTION_OPEN && !c->would_block && c->later == NULL;
}
