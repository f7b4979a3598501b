/* What a link has to send: frames in the stream or in a backlog behind it. */
#include "session/outbox.h"

void hc_outbox_init(struct hc_outbox *o, struct hc_net *net)
{
  memset(o, 0, sizeof *o);
  o->net = net;
  hc_buffer_init(&o->backlog, SIZE_MAX / 2);
}

void hc_outbox_deinit(struct hc_outbox *o)
{
  hc_buffer_deinit(&o->backlog);
  o->stream = NULL;
}

static bool has_backlog(const struct hc_outbox *o)
{
  return hc_buffer_len(&o->backlog) > 0;
}

static size_t frame_size(size_t len)
{
  struct hc_ws_head head = { .masked = true, .len = len };
  return len + hc_ws_head_size(&head);
}

static size_t encode_frame(struct hc_outbox *o, uint8_t *dst,
                           enum hc_ws_opcode opcode, struct hc_span payload,
                           bool fin)
{
  struct hc_ws_head head = {
    .opcode = opcode, .fin = fin, .masked = true, .len = payload.len
  };
  /* RFC 6455 5.3: a fresh, unpredictable key for every frame. */
  hc_net_random(o->net, head.mask, sizeof head.mask);
  size_t n = hc_ws_write_head(dst, &head);
  if (payload.len > 0)
    hc_ws_mask(dst + n, payload.ptr, payload.len, head.mask, 0);
  return n + payload.len;
}

static size_t message_size(const struct hc_outbox_message *m)
{
  size_t len = m->payload.len;
  if (m->max_frame == 0 || len <= m->max_frame)
    return frame_size(len);
  size_t full = (len - 1) / m->max_frame; /* all but the last frame */
  return full * frame_size(m->max_frame) +
         frame_size(len - full * m->max_frame);
}

/* Returns the number of bytes written. */
static size_t encode_message(struct hc_outbox *o, uint8_t *dst,
                             struct hc_outbox_message m)
{
  const uint8_t *start = dst;

  while (m.max_frame > 0 && m.payload.len > m.max_frame) {
    struct hc_span part = hc_span_of(m.payload.ptr, m.max_frame);
    dst += encode_frame(o, dst, m.opcode, part, false);
    hc_span_drop(&m.payload, m.max_frame);
    m.opcode = HC_WS_CONTINUATION;
  }
  dst += encode_frame(o, dst, m.opcode, m.payload, m.fin);
  return (size_t)(dst - start);
}

static void encode_all(struct hc_outbox *o, uint8_t *dst,
                       const struct hc_outbox_message *messages, size_t n)
{
  for (size_t i = 0; i < n; i++)
    dst += encode_message(o, dst, messages[i]);
}

int hc_outbox_write_all(struct hc_outbox *o,
                        const struct hc_outbox_message *messages, size_t n)
{
  size_t size = 0;
  uint8_t *dst = NULL;

  for (size_t i = 0; i < n; i++)
    size += message_size(&messages[i]);
  bool has_room = !has_backlog(o) &&
                  size <= HC_STREAM_TX_MAX - hc_stream_pending(o->stream);
  if (has_room)
    dst = hc_stream_reserve(o->stream, size);
  if (has_room && dst == NULL)
    return HYCO_ENOMEM; /* nothing would tell when there is some again */
  if (dst != NULL) {
    encode_all(o, dst, messages, n);
    hc_stream_commit(o->stream, size);
    return 0;
  }
  dst = hc_buffer_reserve(&o->backlog, size);
  if (dst == NULL)
    return HYCO_ENOMEM;
  encode_all(o, dst, messages, n);
  hc_buffer_commit(&o->backlog, size);
  hc_outbox_pump(o);
  return 0;
}

int hc_outbox_write(struct hc_outbox *o,
                    const struct hc_outbox_message *message)
{
  return hc_outbox_write_all(o, message, 1);
}

bool hc_outbox_write_control(struct hc_outbox *o, enum hc_ws_opcode opcode,
                             struct hc_span payload)
{
  if (o->stream == NULL || o->close_written || o->torn > 0)
    return false;
  uint8_t *dst = hc_stream_reserve(o->stream, frame_size(payload.len));
  if (dst == NULL)
    return false;
  hc_stream_commit(o->stream, encode_frame(o, dst, opcode, payload, true));
  return true;
}

static void try_pong(struct hc_outbox *o)
{
  if (o->pong_due &&
      hc_outbox_write_control(o, HC_WS_PONG, hc_span_of(o->ping, o->ping_len)))
    o->pong_due = false;
}

void hc_outbox_answer_ping(struct hc_outbox *o, struct hc_span payload)
{
  if (payload.len > 0)
    memcpy(o->ping, payload.ptr, payload.len);
  o->ping_len = (uint8_t)payload.len;
  o->pong_due = true;
  try_pong(o);
}

bool hc_outbox_write_close(struct hc_outbox *o, int code, struct hc_span reason)
{
  uint8_t body[HC_WS_CONTROL_MAX];

  if (!o->close_written && !has_backlog(o)) {
    size_t len = hc_ws_write_close(body, code, reason);
    o->close_written =
        hc_outbox_write_control(o, HC_WS_CLOSE, hc_span_of(body, len));
  }
  return o->close_written;
}

/* The size of a frame of our own, from its head. */
static size_t size_at(const uint8_t *head)
{
  size_t len = head[1] & 0x7f;
  size_t n = len < 126 ? 0 : len == 126 ? 2 : 8;

  if (n > 0)
    len = 0;
  for (size_t i = 0; i < n; i++)
    len = len << 8 | head[2 + i];
  return frame_size(len);
}

/* n bytes of the backlog are in the stream; where does that leave off? */
static void drop_written(struct hc_outbox *o, size_t n)
{
  while (n > 0) {
    if (o->torn == 0)
      o->torn = size_at(hc_buffer_span(&o->backlog).ptr);
    size_t part = n < o->torn ? n : o->torn;
    hc_buffer_drop(&o->backlog, part);
    o->torn -= part;
    n -= part;
  }
}

/* How much of the backlog may go now: no more than the frame at its front while
 * a pong waits to follow that. */
static size_t next_part(const struct hc_outbox *o)
{
  size_t room = HC_STREAM_TX_MAX - hc_stream_pending(o->stream);
  size_t n = hc_buffer_len(&o->backlog);

  if (o->pong_due && o->torn > 0 && n > o->torn)
    n = o->torn;
  return n < room ? n : room;
}

void hc_outbox_pump(struct hc_outbox *o)
{
  try_pong(o);
  while (has_backlog(o)) {
    struct hc_span rest = hc_buffer_span(&o->backlog);
    size_t n = next_part(o);
    if (n == 0 || hc_stream_write(o->stream, hc_span_of(rest.ptr, n)) < 0)
      break;
    drop_written(o, n);
    try_pong(o);
  }
  hc_buffer_trim(&o->backlog);
  if (has_backlog(o))
    hc_stream_set_drain_mark(o->stream, HC_STREAM_LOW_MARK);
}

size_t hc_outbox_queued(const struct hc_outbox *o)
{
  if (o->stream == NULL)
    return 0;
  return hc_buffer_len(&o->backlog) + hc_stream_pending(o->stream);
}

void hc_outbox_ask_for_drain(struct hc_outbox *o, size_t mark)
{
  if (has_backlog(o) || mark > HC_STREAM_LOW_MARK)
    mark = HC_STREAM_LOW_MARK;
  hc_stream_set_drain_mark(o->stream, mark > 0 ? mark : 1);
}
