/* Whole frames of the relay's own. */
#include "relay/frame.h"

#include "relay/server.h"

int hc_relay_write_frame(struct hc_stream *stream, enum hc_ws_opcode opcode,
                         struct hc_span payload)
{
  const struct hc_ws_head head = { .opcode = opcode,
                                   .fin = true,
                                   .len = payload.len };
  size_t size = hc_ws_head_size(&head);
  uint8_t *dst = hc_stream_reserve(stream, size + payload.len);

  if (dst == NULL)
    return HYCO_EWOULDBLOCK;
  (void)hc_ws_write_head(dst, &head);
  if (payload.len > 0)
    memcpy(dst + size, payload.ptr, payload.len);
  hc_stream_commit(stream, size + payload.len);
  return 0;
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
