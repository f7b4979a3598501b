/* WebSocket frames, reading: heads are checked, payload is handed out as it
 * arrives (RFC 6455 section 5). */
#include "protocol/ws.h"

#include <hyco/error.h>

static inline uint64_t read_big_endian(const uint8_t *p, size_t n)
{
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++)
    v = v << 8 | p[i];
  return v;
}

/* What a frame's first bytes hold that no legal head has (RFC 6455 5.2). */
struct raw_head {
  unsigned rsv;
  unsigned opcode;
  bool len_is_minimal;
};

/* The size of the head, or 0 while in is too short for it. */
static inline size_t read_head(struct hc_ws_head *head, struct raw_head *raw,
                               struct hc_span in)
{
  if (in.len < 2)
    return 0;
  const uint8_t *p = in.ptr;
  uint8_t short_len = p[1] & 0x7f;
  size_t n_len = short_len < 126 ? 0 : short_len == 126 ? 2 : 8;
  bool masked = (p[1] & 0x80) != 0;
  size_t size = 2 + n_len + (masked ? 4 : 0);
  if (in.len < size)
    return 0;

  *raw = (struct raw_head){ .rsv = p[0] >> 4 & 7u, .opcode = p[0] & 15u };
  head->opcode = (enum hc_ws_opcode)raw->opcode;
  head->fin = (p[0] & 0x80) != 0;
  head->masked = masked;
  head->len = n_len == 0 ? short_len : read_big_endian(p + 2, n_len);
  raw->len_is_minimal =
      n_len == 0 || head->len > (n_len == 2 ? 125u : UINT16_MAX);
  if (masked)
    memcpy(head->mask, p + 2 + n_len, 4);
  return size;
}

static bool is_control(enum hc_ws_opcode opcode)
{
  return (opcode & 8) != 0;
}

static inline const char *broken_rule_of_control(const struct hc_ws_head *head)
{
  if (!head->fin)
    return "a control frame is fragmented (RFC 6455 5.5)";
  if (head->len > HC_WS_CONTROL_MAX)
    return "a control frame is longer than 125 bytes (RFC 6455 5.5)";
  return NULL;
}

/* Which rule the head breaks; NULL if none. */
static inline const char *broken_rule(const struct hc_ws_reader *reader,
                                      const struct hc_ws_head *head,
                                      const struct raw_head *raw)
{
  if (raw->rsv != 0)
    return "a reserved bit is set without an extension (RFC 6455 5.2)";
  if ((raw->opcode & 7u) > 2)
    return "a reserved opcode (RFC 6455 5.2)";
  if (!head->masked && reader->peer == HC_WS_FROM_CLIENT)
    return "a client's frame is not masked (RFC 6455 5.1)";
  if (head->masked && reader->peer == HC_WS_FROM_SERVER)
    return "a server's frame is masked (RFC 6455 5.1)";
  if (!raw->len_is_minimal)
    return "a length is not in its shortest form (RFC 6455 5.2)";
  if (head->len > INT64_MAX)
    return "the highest bit of a length is set (RFC 6455 5.2)";
  if (is_control(head->opcode))
    return broken_rule_of_control(head);
  if (head->opcode == HC_WS_CONTINUATION && !reader->in_message)
    return "a continuation, but no message to continue (RFC 6455 5.4)";
  if (head->opcode != HC_WS_CONTINUATION && reader->in_message)
    return "a new message inside a message (RFC 6455 5.4)";
  return NULL;
}

void hc_ws_reader_init(struct hc_ws_reader *reader, enum hc_ws_peer peer)
{
  *reader = (struct hc_ws_reader){ .peer = peer };
}

/* 1: a frame has begun. 0: its head is not there yet. */
static int begin_frame(struct hc_ws_reader *reader, struct hc_span *in)
{
  struct raw_head raw;
  size_t size = read_head(&reader->head, &raw, *in);
  if (size == 0)
    return 0;
  reader->error = broken_rule(reader, &reader->head, &raw);
  if (reader->error != NULL)
    return HYCO_EPROTOCOL;

  hc_span_drop(in, size);
  reader->offset = 0;
  reader->in_frame = true;
  if (!is_control(reader->head.opcode)) {
    reader->in_message = true;
    if (reader->head.opcode != HC_WS_CONTINUATION)
      reader->message = reader->head.opcode;
  }
  return 1;
}

/* Field by field: a wide load of fields that were just stored one by one waits
 * for all of them, which costs a small frame more than all else here. */
static void copy_head(struct hc_ws_head *to, const struct hc_ws_head *from)
{
  to->opcode = from->opcode;
  to->fin = from->fin;
  to->masked = from->masked;
  memcpy(to->mask, from->mask, sizeof to->mask);
  to->len = from->len;
}

/* Makes the next n bytes of in the chunk. */
static void take_chunk(struct hc_ws_reader *reader, struct hc_span *in,
                       size_t n, struct hc_ws_chunk *chunk)
{
  const struct hc_ws_head *head = &reader->head;
  bool control = is_control(head->opcode);
  copy_head(&chunk->head, head);
  chunk->message = control ? head->opcode : reader->message;
  chunk->data = hc_span_of(in->ptr, n);
  chunk->offset = reader->offset;
  chunk->frame_start = reader->offset == 0;
  chunk->frame_end = reader->offset + n == head->len;
  chunk->message_start =
      chunk->frame_start && head->opcode != HC_WS_CONTINUATION;
  chunk->message_end = chunk->frame_end && head->fin;

  hc_span_drop(in, n);
  reader->offset += n;
  reader->in_frame = !chunk->frame_end;
  if (chunk->message_end && !control)
    reader->in_message = false;
}

int hc_ws_read(struct hc_ws_reader *reader, struct hc_span *in,
               struct hc_ws_chunk *chunk)
{
  if (reader->error != NULL)
    return HYCO_EPROTOCOL;
  if (!reader->in_frame) {
    int rc = begin_frame(reader, in);
    if (rc <= 0)
      return rc;
  }

  uint64_t left = reader->head.len - reader->offset;
  if (left > in->len && (in->len == 0 || is_control(reader->head.opcode)))
    return 0;
  take_chunk(reader, in, left < in->len ? (size_t)left : in->len, chunk);
  return 1;
}

size_t hc_ws_pass_frames(struct hc_ws_reader *reader, struct hc_span *in,
                         uint8_t *dst)
{
  uint8_t *out = dst;
  struct hc_ws_head head;
  struct raw_head raw;

  while (!reader->in_frame && reader->error == NULL) {
    size_t size = read_head(&head, &raw, *in);
    if (size == 0 || in->len - size < head.len || is_control(head.opcode) ||
        broken_rule(reader, &head, &raw) != NULL)
      break;
    const uint8_t *payload = in->ptr + size;
    size_t len = (size_t)head.len;
    bool masked = head.masked;
    head.masked = false;
    out += hc_ws_write_head(out, &head);
    if (masked)
      hc_ws_mask(out, payload, len, head.mask, 0);
    else if (len > 0)
      memcpy(out, payload, len);
    out += len;
    hc_span_drop(in, size + len);
    reader->in_message = !head.fin;
    if (head.opcode != HC_WS_CONTINUATION)
      reader->message = head.opcode;
  }
  return (size_t)(out - dst);
}

void hc_ws_chunk_copy(uint8_t *dst, const struct hc_ws_chunk *chunk)
{
  if (chunk->head.masked)
    hc_ws_mask(dst, chunk->data.ptr, chunk->data.len, chunk->head.mask,
               chunk->offset);
  else if (chunk->data.len > 0)
    memcpy(dst, chunk->data.ptr, chunk->data.len);
}
