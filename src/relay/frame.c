/* Whole frames of the relay's own. */
#include "relay/frame.h"

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
