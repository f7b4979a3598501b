/* WebSocket frames (RFC 6455 section 5): a reader that hands out payload as it
 * arrives, and a writer of heads. No policy beyond the framing rules. */
#ifndef HC_PROTOCOL_WS_H
#define HC_PROTOCOL_WS_H

#include "base/span.h"

enum hc_ws_opcode {
  HC_WS_CONTINUATION = 0,
  HC_WS_TEXT = 1,
  HC_WS_BINARY = 2,
  HC_WS_CLOSE = 8,
  HC_WS_PING = 9,
  HC_WS_PONG = 10
};

enum {
  HC_WS_HEAD_MAX = 14,
  HC_WS_CONTROL_MAX = 125,      /* RFC 6455 5.5 */
  HC_WS_CLOSE_REASON_MAX = 123, /* what a Close has left for its text */
};

/* Close codes that hyco itself uses (RFC 6455 7.4.1). */
enum {
  HC_CLOSE_NORMAL = 1000,
  HC_CLOSE_GOING_AWAY = 1001,
  HC_CLOSE_PROTOCOL_ERROR = 1002,
  HC_CLOSE_NO_STATUS = 1005, /* never on the wire: a Close without a code */
  HC_CLOSE_ABNORMAL = 1006,  /* never on the wire: no Close came */
  HC_CLOSE_BAD_DATA = 1007,
  HC_CLOSE_POLICY = 1008,
  HC_CLOSE_TOO_BIG = 1009,
  HC_CLOSE_INTERNAL = 1011
};

struct hc_ws_head {
  enum hc_ws_opcode opcode;
  bool fin;
  bool masked;
  uint8_t mask[4];
  uint64_t len; /* of the payload */
};

/* Who sends the frames that we read: a client must mask, a server must not
 * (RFC 6455 5.1). */
enum hc_ws_peer { HC_WS_FROM_CLIENT, HC_WS_FROM_SERVER };

struct hc_ws_reader {
  enum hc_ws_peer peer;
  struct hc_ws_head head;
  uint64_t offset;           /* payload bytes of the frame handed out so far */
  enum hc_ws_opcode message; /* TEXT or BINARY while in_message */
  bool in_frame;
  bool in_message;
  const char *error; /* why hc_ws_read failed, static text */
};

/* A piece of one frame. A control frame always comes as one whole piece; a
 * data frame in as many as its bytes arrive in. */
struct hc_ws_chunk {
  struct hc_ws_head head;    /* of the frame the piece belongs to */
  enum hc_ws_opcode message; /* TEXT or BINARY, for continuations as well; for
                                control frames their own opcode */
  struct hc_span data;       /* points into the input, still masked */
  uint64_t offset;           /* of data in the frame's payload */
  bool frame_start;
  bool frame_end;
  bool message_start;
  bool message_end;
};

void hc_ws_reader_init(struct hc_ws_reader *reader, enum hc_ws_peer peer);

/* Takes the next piece off the front of in. 1: chunk is set (its data may be
 * empty for a frame of length 0, and for a frame whose head came alone is not
 * reported before at least one payload byte is there). 0: in is too short;
 * keep what is left of it (less than HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX bytes),
 * append, call again. HYCO_EPROTOCOL: the stream is broken for good,
 * reader->error says which rule was broken. */
int hc_ws_read(struct hc_ws_reader *reader, struct hc_span *in,
               struct hc_ws_chunk *chunk);

/* What hc_ws_read and hc_ws_write_head do, for whoever passes frames on without
 * looking at them: takes data frames that are whole off the front of in, and
 * writes them to dst without a mask, which never makes them longer. Stops
 * before anything else; that is hc_ws_read's. Returns the number of bytes
 * written. */
size_t hc_ws_pass_frames(struct hc_ws_reader *reader, struct hc_span *in,
                         uint8_t *dst);

/* Copies a piece's payload, unmasked, to dst (chunk->data.len bytes). */
void hc_ws_chunk_copy(uint8_t *dst, const struct hc_ws_chunk *chunk);

/* XORs n bytes with the mask while copying, 8 bytes at a time or wider; offset
 * is the place of src[0] in the payload. dst may be src. */
void hc_ws_mask(uint8_t *dst, const uint8_t *src, size_t n,
                const uint8_t mask[4], uint64_t offset);

/* Bytes of the extended length: none, 16 or 64 bits (RFC 6455 5.2). */
static inline size_t hc_ws_extended_len_size(uint64_t len)
{
  if (len < 126)
    return 0;
  return len <= UINT16_MAX ? 2 : 8;
}

/* Size of the head that hc_ws_write_head writes: the shortest encoding. */
static inline size_t hc_ws_head_size(const struct hc_ws_head *head)
{
  return 2 + hc_ws_extended_len_size(head->len) + (head->masked ? 4 : 0);
}

/* Writes the head to dst (HC_WS_HEAD_MAX bytes are enough); returns its size.
 */
static inline size_t hc_ws_write_head(uint8_t *dst,
                                      const struct hc_ws_head *head)
{
  size_t n_len = hc_ws_extended_len_size(head->len);
  unsigned short_len = n_len == 0   ? (unsigned)head->len
                       : n_len == 2 ? 126u
                                    : 127u;
  dst[0] = (uint8_t)((head->fin ? 0x80u : 0u) | head->opcode);
  dst[1] = (uint8_t)((head->masked ? 0x80u : 0u) | short_len);
  for (size_t i = 0; i < n_len; i++)
    dst[2 + i] = (uint8_t)(head->len >> (8 * (n_len - 1 - i)));
  if (head->masked)
    memcpy(dst + 2 + n_len, head->mask, 4);
  return hc_ws_head_size(head);
}

/* The body of a Close. code HC_CLOSE_NO_STATUS gives an empty one; any other
 * must be legal. The reason is cut to HC_WS_CLOSE_REASON_MAX bytes, never
 * inside a character, and before bytes that are no UTF-8. dst holds
 * HC_WS_CONTROL_MAX bytes; returns the length. */
size_t hc_ws_write_close(uint8_t *dst, int code, struct hc_span reason);

/* Reads the (unmasked) body of a Close. 0 or HYCO_EPROTOCOL (one byte, a code
 * that must not be on the wire, bad UTF-8); an empty body gives
 * HC_CLOSE_NO_STATUS. *reason points into body. */
int hc_ws_read_close(struct hc_span body, int *code, struct hc_span *reason);

/* True for codes that may be on the wire: 1000-1003, 1007-1014, 3000-4999
 * (RFC 6455 7.4 and the IANA registry). */
bool hc_ws_close_code_is_legal(int code);

#endif
