/* The WebSocket reader: any cut of the input gives the same pieces and the
 * same verdict, what was read can be written again byte for byte, and passing
 * frames on in one go is the same as reading and writing each. Input:
 * role, place of the first cut, size of the other pieces, then the stream. */
#include "support/ws_consumer.h"
#include "support/ws_passing.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void append(struct hc_buffer *out, struct hc_span bytes)
{
  require(hc_buffer_append(out, bytes) == 0);
}

/* Unmasks a piece and masks it again. */
static void append_payload(struct hc_buffer *out,
                           const struct hc_ws_chunk *chunk)
{
  size_t n = chunk->data.len;
  uint8_t *dst = hc_buffer_reserve(out, n);
  require(dst != NULL);
  hc_ws_chunk_copy(dst, chunk);
  if (chunk->head.masked)
    hc_ws_mask(dst, dst, n, chunk->head.mask, chunk->offset);
  hc_buffer_commit(out, n);
}

/* Lengths must be in their shortest form, so there is one encoding only. */
static void check_round_trip(enum hc_ws_peer peer, struct hc_span input)
{
  struct hc_ws_reader reader;
  struct hc_ws_chunk chunk;
  struct hc_buffer out;
  struct hc_span in = input;
  hc_buffer_init(&out, SPLIT_REPORT_MAX);
  hc_ws_reader_init(&reader, peer);
  while (hc_ws_read(&reader, &in, &chunk) == 1) {
    uint8_t head[HC_WS_HEAD_MAX];
    if (chunk.frame_start)
      append(&out, hc_span_of(head, hc_ws_write_head(head, &chunk.head)));
    append_payload(&out, &chunk);
  }
  require(hc_buffer_len(&out) <= input.len - in.len);
  require(hc_span_equal(hc_buffer_span(&out),
                        hc_span_of(input.ptr, hc_buffer_len(&out))));
  hc_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 3)
    return 0;
  enum hc_ws_peer peer =
      data[0] % 2 == 0 ? HC_WS_FROM_CLIENT : HC_WS_FROM_SERVER;
  struct hc_span input = hc_span_of(data + 3, size - 3);
  struct ws_consumer state = { .peer = peer };
  struct split_consumer consumer = ws_consumer_of(&state);
  require(split_is_same(&consumer, input, data[1], data[2] + 1u));
  check_round_trip(peer, input);
  require(ws_passing_is_same(peer, input, data[2] + 1u));
  return 0;
}
