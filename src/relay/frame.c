/* Whole frames of the relay's own. */
#include "relay/frame.h"

#include "relay/server.h"

static struct hc_ws_head head_of(const struct hc_relay_frame *frame)
{
  return (struct hc_ws_head){ .opcode = frame->opcode,
                              .fin = !frame->is_part,
                              .len = frame->payload.len };
}

int hc_relay_write_frames(struct hc_stream *stream,
                          const struct hc_relay_frame *frames, size_t n)
{
  size_t size = 0;

  for (size_t i = 0; i < n; i++) {
    const struct hc_ws_head head = head_of(&frames[i]);
    size += hc_ws_head_size(&head) + frames[i].payload.len;
  }
  uint8_t *dst = hc_stream_reserve(stream, size);
  if (dst == NULL)
    return HYCO_EWOULDBLOCK;
  for (size_t i = 0; i < n; i++) {
    const struct hc_ws_head head = head_of(&frames[i]);
    struct hc_span payload = frames[i].payload;
    dst += hc_ws_write_head(dst, &head);
    if (payload.len > 0)
      memcpy(dst, payload.ptr, payload.len);
    dst += payload.len;
  }
  hc_stream_commit(stream, size);
  return 0;
}

int hc_relay_write_frame(struct hc_stream *stream, enum hc_ws_opcode opcode,
                         struct hc_span payload)
{
  return hc_relay_write_frames(
      stream, &(struct hc_relay_frame){ opcode, payload, false }, 1);
}

int hc_relay_write_close(struct hc_stream *stream, int code, const char *reason)
{
  uint8_t body[HC_WS_CONTROL_MAX];
  size_t len = hc_ws_write_close(body, code, hc_span_str(reason));

  return hc_relay_write_frame(stream, HC_WS_CLOSE, hc_span_of(body, len));
}

void hc_relay_answer_ping(struct hc_stream *stream,
                          const struct hc_ws_chunk *ping)
{
  uint8_t payload[HC_WS_CONTROL_MAX];

  if (hc_stream_pending(stream) > HC_RELAY_HIGH_MARK)
    return;
  hc_ws_chunk_copy(payload, ping);
  (void)hc_relay_write_frame(stream, HC_WS_PONG,
                             hc_span_of(payload, ping->data.len));
}
