/* Whole frames of the relay's own: control frames and control messages. */
#ifndef HC_RELAY_FRAME_H
#define HC_RELAY_FRAME_H

#include "net/net.h"
#include "protocol/ws.h"

struct hc_relay_frame {
  enum hc_ws_opcode opcode;
  struct hc_span payload;
  bool is_part; /* without FIN: more of its message follows */
};

/* Writes unmasked frames, all or none. 0 or HYCO_EWOULDBLOCK. */
int hc_relay_write_frames(struct hc_stream *stream,
                          const struct hc_relay_frame *frames, size_t n);

/* One with FIN. */
int hc_relay_write_frame(struct hc_stream *stream, enum hc_ws_opcode opcode,
                         struct hc_span payload);

/* Writes a Close. */
int hc_relay_write_close(struct hc_stream *stream, int code,
                         const char *reason);

/* Writes the pong; not to a peer that does not read: answers must not pile up.
 */
void hc_relay_answer_ping(struct hc_stream *stream,
                          const struct hc_ws_chunk *ping);

#endif
