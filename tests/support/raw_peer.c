/* A peer of raw bytes. */
#include "support/raw_peer.h"

#include "support/check.h"

#include <stdlib.h>

static const uint8_t mask_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

static void on_open(void *user_data)
{
  struct raw_peer *peer = user_data;

  peer->opened = true;
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct raw_peer *peer = user_data;

  /* where allocations fail, once, it may hit the peer: that is not the test */
  if (hc_buffer_append(&peer->received, *in) < 0)
    assert_int_equal(hc_buffer_append(&peer->received, *in), 0);
  hc_span_drop(in, in->len);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct raw_peer *peer = user_data;

  peer->ended = true;
  peer->end_code = fault->code;
}

static bool is_open(void *user_data)
{
  return ((struct raw_peer *)user_data)->opened;
}

static const struct hc_stream_handler handler = { .on_open = on_open,
                                                  .on_data = on_data,
                                                  .on_end = on_end };

void raw_dial(struct raw_peer *peer, struct sim *sim, uint16_t port)
{
  const struct hc_dial dial = { .host = "127.0.0.1", .port = port };
  struct hc_fault fault;

  memset(peer, 0, sizeof *peer);
  peer->sim = sim;
  hc_buffer_init(&peer->received, RAW_RECEIVED_MAX);
  assert_int_equal(
      hc_dial(sim_net(sim), &dial, &handler, peer, &peer->stream, &fault), 0);
  assert_true(sim_run_until(sim, is_open, peer, RAW_WAIT_MS));
}

void raw_adopt(struct raw_peer *peer, struct sim *sim, struct hc_stream *stream)
{
  memset(peer, 0, sizeof *peer);
  peer->sim = sim;
  peer->stream = stream;
  peer->opened = true;
  hc_buffer_init(&peer->received, RAW_RECEIVED_MAX);
  hc_stream_set_handler(stream, &handler, peer);
}

void raw_close(struct raw_peer *peer, enum hc_stream_close how)
{
  hc_stream_close(peer->stream, how);
  peer->stream = NULL;
  hc_buffer_deinit(&peer->received);
}

static bool has_room(void *user_data)
{
  const struct raw_peer *peer = user_data;

  return hc_stream_pending(peer->stream) < HC_STREAM_TX_MAX / 2 || peer->ended;
}

void raw_send(struct raw_peer *peer, struct hc_span bytes)
{
  while (bytes.len > 0 && !peer->ended) {
    size_t n =
        bytes.len < HC_STREAM_TX_MAX / 2 ? bytes.len : HC_STREAM_TX_MAX / 2;
    assert_true(sim_run_until(peer->sim, has_room, peer, RAW_WAIT_MS));
    if (hc_stream_write(peer->stream, hc_span_of(bytes.ptr, n)) < 0)
      assert_int_equal(hc_stream_write(peer->stream, hc_span_of(bytes.ptr, n)),
                       0);
    hc_span_drop(&bytes, n);
  }
}

void raw_send_str(struct raw_peer *peer, const char *text)
{
  raw_send(peer, hc_span_str(text));
}

void raw_pause(struct raw_peer *peer)
{
  hc_stream_pause(peer->stream);
}

void raw_resume(struct raw_peer *peer)
{
  hc_stream_resume(peer->stream);
}

static size_t head_len(const struct raw_peer *peer)
{
  struct hc_span in = hc_buffer_span(&peer->received);
  const uint8_t *end =
      in.len > 0 ? memmem(in.ptr, in.len, "\r\n\r\n", 4) : NULL;

  return end != NULL ? (size_t)(end - in.ptr) + 4 : 0;
}

static bool has_head(void *user_data)
{
  return head_len(user_data) > 0;
}

int raw_read_head(struct raw_peer *peer, char *head, size_t size,
                  uint64_t wait_ms)
{
  assert_true(sim_run_until(peer->sim, has_head, peer, wait_ms));
  size_t len = head_len(peer);
  assert_true(len < size);
  memcpy(head, hc_buffer_span(&peer->received).ptr, len);
  head[len] = '\0';
  hc_buffer_drop(&peer->received, len);
  assert_memory_equal(head, "HTTP/1.1 ", 9);
  return (int)strtol(head + 9, NULL, 10);
}

/* In the shortest form, without a mask; returns the size of the head. */
static size_t make_head(uint8_t head[14], uint8_t first, uint64_t len)
{
  size_t n = 2;

  head[0] = first;
  if (len < 126) {
    head[1] = (uint8_t)len;
  } else if (len < 65536) {
    head[1] = 126;
    n = 4;
  } else {
    head[1] = 127;
    n = 10;
  }
  for (size_t i = n; i > 2; i--)
    head[i - 1] = (uint8_t)(len >> (8 * (n - i)));
  return n;
}

void raw_send_server_frame(struct raw_peer *peer, uint8_t first,
                           struct hc_span data)
{
  uint8_t head[14];

  raw_send(peer, hc_span_of(head, make_head(head, first, data.len)));
  raw_send(peer, data);
}

void raw_send_frame_head(struct raw_peer *peer, uint8_t first, uint64_t len)
{
  uint8_t head[14];
  size_t n = make_head(head, first, len);

  head[1] |= 0x80;
  memcpy(head + n, mask_key, 4);
  raw_send(peer, hc_span_of(head, n + 4));
}

void raw_send_masked(struct raw_peer *peer, struct hc_span data,
                     uint64_t offset)
{
  uint8_t part[4096];

  while (data.len > 0) {
    size_t n = data.len < sizeof part ? data.len : sizeof part;
    for (size_t i = 0; i < n; i++)
      part[i] = data.ptr[i] ^ mask_key[(offset + i) % 4];
    raw_send(peer, hc_span_of(part, n));
    hc_span_drop(&data, n);
    offset += n;
  }
}

void raw_send_frame(struct raw_peer *peer, uint8_t first, struct hc_span data)
{
  raw_send_frame_head(peer, first, data.len);
  raw_send_masked(peer, data, 0);
}

/* The size of the whole frame at the front; 0 if it is not all there. */
static size_t parse_frame(struct hc_span in, struct raw_frame *frame)
{
  if (in.len < 2)
    return 0;
  size_t head = 2;
  uint64_t len = in.ptr[1] & 0x7f;
  if (len >= 126) {
    size_t n = len == 126 ? 2 : 8;
    head += n;
    if (in.len < head)
      return 0;
    len = 0;
    for (size_t i = 2; i < head; i++)
      len = len << 8 | in.ptr[i];
  }
  frame->first = in.ptr[0];
  frame->masked = (in.ptr[1] & 0x80) != 0;
  memset(frame->mask, 0, 4);
  if (frame->masked) {
    if (in.len - head < 4)
      return 0;
    memcpy(frame->mask, in.ptr + head, 4);
    head += 4;
  }
  if (in.len - head < len)
    return 0;
  frame->data = hc_span_of(in.ptr + head, (size_t)len);
  return head + (size_t)len;
}

static bool has_frame(void *user_data)
{
  const struct raw_peer *peer = user_data;
  struct raw_frame frame;

  return parse_frame(hc_buffer_span(&peer->received), &frame) > 0;
}

bool raw_read_frame(struct raw_peer *peer, struct raw_frame *frame)
{
  if (!sim_run_until(peer->sim, has_frame, peer, RAW_WAIT_MS))
    return false;
  size_t size = parse_frame(hc_buffer_span(&peer->received), frame);
  uint8_t *payload =
      peer->received.data + peer->received.start + size - frame->data.len;
  for (size_t i = 0; i < frame->data.len; i++)
    payload[i] ^= frame->mask[i % 4];
  hc_buffer_drop(&peer->received, size); /* leaves the bytes where they are */
  return true;
}

void raw_expect_frame(struct raw_peer *peer, uint8_t first, const char *text)
{
  struct raw_frame frame;

  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, first);
  assert_false(frame.masked); /* RFC 6455 5.1 */
  check_span(frame.data, text);
}

void raw_expect_close(struct raw_peer *peer, int code)
{
  struct raw_frame frame;

  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, 0x88);
  assert_true(frame.data.len >= 2);
  assert_int_equal(frame.data.ptr[0] << 8 | frame.data.ptr[1], code);
}

static bool is_ended(void *user_data)
{
  return ((struct raw_peer *)user_data)->ended;
}

void raw_expect_end(struct raw_peer *peer, int code)
{
  assert_true(sim_run_until(peer->sim, is_ended, peer, RAW_WAIT_MS));
  assert_int_equal(peer->end_code, code);
}

void raw_expect_silence(struct raw_peer *peer, uint64_t ms)
{
  sim_run(peer->sim, ms);
  assert_int_equal(hc_buffer_len(&peer->received), 0);
  assert_false(peer->ended);
}
