/* session/outbox.h: frames are never torn, keep their order, and each has a
 * mask of its own. Over a stream that takes bytes only when the test says so.
 */
#include "support/check.h"

#include "base/memory.h"
#include "session/outbox.h"
#include <stdlib.h>

enum { WIRE_MAX = 8 << 20, MIB = 1 << 20 };

/* A net with one stream, whose kernel takes what the test lets it. */
struct stub {
  struct hc_net net;
  struct hc_stream stream;
  struct hc_buffer tx;   /* in the stream */
  struct hc_buffer wire; /* taken by the kernel */
  size_t drain_mark;
  uint32_t random;
  struct hc_outbox outbox;
};

static bool has_no_memory;
static bool stream_has_no_memory;

void *__real_hc_alloc(size_t n);
void *__wrap_hc_alloc(size_t n);

void *__wrap_hc_alloc(size_t n)
{
  return has_no_memory ? NULL : __real_hc_alloc(n);
}

static struct stub *stub_of(const struct hc_stream *stream)
{
  return (struct stub *)(uintptr_t)stream->net;
}

static uint8_t *stub_reserve(struct hc_stream *stream, size_t n)
{
  struct stub *s = stub_of(stream);
  return stream_has_no_memory ? NULL : hc_buffer_reserve(&s->tx, n);
}

static void stub_commit(struct hc_stream *stream, size_t n)
{
  hc_buffer_commit(&stub_of(stream)->tx, n);
}

static size_t stub_pending(const struct hc_stream *stream)
{
  return hc_buffer_len(&stub_of(stream)->tx);
}

static void stub_set_drain_mark(struct hc_stream *stream, size_t mark)
{
  stub_of(stream)->drain_mark = mark;
}

static void stub_random(struct hc_net *net, uint8_t *out, size_t n)
{
  struct stub *s = (struct stub *)(void *)net;
  for (size_t i = 0; i < n; i++) {
    s->random = s->random * 1664525U + 1013904223U;
    out[i] = (uint8_t)(s->random >> 24);
  }
}

static const struct hc_net_ops ops = {
  .reserve = stub_reserve,
  .commit = stub_commit,
  .pending = stub_pending,
  .set_drain_mark = stub_set_drain_mark,
  .random = stub_random,
};

static int setup(void **state)
{
  struct stub *s = calloc(1, sizeof *s);

  assert_non_null(s);
  s->net.ops = &ops;
  s->stream.net = &s->net;
  hc_buffer_init(&s->tx, HC_STREAM_TX_MAX);
  hc_buffer_init(&s->wire, WIRE_MAX);
  hc_outbox_init(&s->outbox, &s->net);
  s->outbox.stream = &s->stream;
  *state = s;
  return 0;
}

static int teardown(void **state)
{
  struct stub *s = *state;
  hc_outbox_deinit(&s->outbox);
  hc_buffer_deinit(&s->tx);
  hc_buffer_deinit(&s->wire);
  free(s);
  return 0;
}

/* The kernel takes at most n bytes; nobody has been told yet. */
static void take_silently(struct stub *s, size_t n)
{
  struct hc_span tx = hc_buffer_span(&s->tx);
  if (n > tx.len)
    n = tx.len;
  assert_int_equal(hc_buffer_append(&s->wire, hc_span_of(tx.ptr, n)), 0);
  hc_buffer_drop(&s->tx, n);
}

/* The same, and on_drain comes. */
static void take(struct stub *s, size_t n)
{
  take_silently(s, n);
  hc_outbox_pump(&s->outbox);
}

static void take_all(struct stub *s)
{
  while (hc_outbox_queued(&s->outbox) > 0)
    take(s, HC_STREAM_TX_MAX);
}

/* A frame at the front of the wire, unmasked in place. */
struct frame {
  uint8_t first;
  uint8_t mask[4];
  struct hc_span data;
};

/* Takes the next frame off the wire; false if it is not all there. Parsed here,
 * not by the library. */
static bool next_frame(struct stub *s, struct frame *frame)
{
  uint8_t *in = s->wire.data + s->wire.start;
  size_t have = hc_buffer_len(&s->wire);
  size_t head = 2;
  uint64_t len;

  if (have < 6)
    return false;
  assert_int_equal(in[1] & 0x80, 0x80); /* RFC 6455 5.1: clients mask */
  len = in[1] & 0x7f;
  if (len >= 126) {
    head += len == 126 ? 2 : 8;
    len = 0;
    if (have < head)
      return false;
    for (size_t i = 2; i < head; i++)
      len = len << 8 | in[i];
  }
  if (have < head + 4 + len)
    return false;
  frame->first = in[0];
  memcpy(frame->mask, in + head, 4);
  in += head + 4;
  for (size_t i = 0; i < len; i++)
    in[i] ^= frame->mask[i % 4];
  frame->data = hc_span_of(in, (size_t)len);
  hc_buffer_drop(&s->wire, head + 4 + (size_t)len); /* stays where it is */
  return true;
}

static void expect_frame(struct stub *s, uint8_t first, struct hc_span data)
{
  struct frame frame;

  assert_true(next_frame(s, &frame));
  assert_int_equal(frame.first, first);
  assert_int_equal(frame.data.len, data.len);
  if (data.len > 0)
    assert_memory_equal(frame.data.ptr, data.ptr, data.len);
}

static void expect_nothing(struct stub *s)
{
  struct frame frame;
  assert_false(next_frame(s, &frame));
  assert_int_equal(hc_buffer_len(&s->wire), 0);
}

/* n bytes that are not all the same; static. */
static struct hc_span pattern(size_t n)
{
  static uint8_t bytes[6 * MIB];
  if (bytes[1] == 0) {
    for (size_t i = 0; i < sizeof bytes; i++)
      bytes[i] = (uint8_t)(i * 2654435761U >> 13);
  }
  assert_true(n <= sizeof bytes);
  return hc_span_of(bytes, n);
}

static int write(struct stub *s, enum hc_ws_opcode opcode, struct hc_span data,
                 size_t max_frame)
{
  const struct hc_outbox_message m = { opcode, data, max_frame, true };
  return hc_outbox_write(&s->outbox, &m);
}

/* --- frames --- */

/* RFC 6455 5.2: the shortest form of the length. */
static void a_message_is_one_masked_frame_of_any_length(void **state)
{
  static const size_t lengths[] = { 0, 1, 125, 126, 65535, 65536, 500000 };
  struct stub *s = *state;

  for (size_t i = 0; i < CHECK_COUNT(lengths); i++) {
    size_t len = lengths[i];
    size_t head = len < 126 ? 6 : len < 65536 ? 8 : 14;
    assert_int_equal(write(s, HC_WS_BINARY, pattern(len), 0), 0);
    assert_int_equal(hc_outbox_queued(&s->outbox), head + len);
    take_all(s);
    expect_frame(s, 0x82, pattern(len));
    expect_nothing(s);
  }
}

static void a_long_message_is_cut_at_max_frame(void **state)
{
  struct stub *s = *state;
  struct hc_span data = pattern(20);

  assert_int_equal(write(s, HC_WS_TEXT, data, 20), 0);
  assert_int_equal(write(s, HC_WS_TEXT, data, 10), 0);
  assert_int_equal(write(s, HC_WS_TEXT, data, 19), 0);
  take_all(s);
  expect_frame(s, 0x81, data);
  expect_frame(s, 0x01, hc_span_of(data.ptr, 10));
  expect_frame(s, 0x80, hc_span_of(data.ptr + 10, 10));
  expect_frame(s, 0x01, hc_span_of(data.ptr, 19));
  expect_frame(s, 0x80, hc_span_of(data.ptr + 19, 1));
  expect_nothing(s);
}

static void a_beginning_has_no_fin_and_an_end_is_a_continuation(void **state)
{
  struct stub *s = *state;
  struct hc_outbox_message m = { HC_WS_BINARY, hc_span_str("abc"), 2, false };

  assert_int_equal(hc_outbox_write(&s->outbox, &m), 0);
  m = (struct hc_outbox_message){ HC_WS_CONTINUATION, hc_span_str(""), 2,
                                  true };
  assert_int_equal(hc_outbox_write(&s->outbox, &m), 0);
  take_all(s);
  expect_frame(s, 0x02, hc_span_str("ab"));
  expect_frame(s, 0x00, hc_span_str("c"));
  expect_frame(s, 0x80, hc_span_str(""));
  expect_nothing(s);
}

/* RFC 6455 5.3: "The masking key MUST be derived from a strong source of
 * entropy", fresh for each frame. */
static void each_frame_has_a_mask_of_its_own(void **state)
{
  enum { FRAMES = 1024 };
  static uint32_t masks[FRAMES];
  struct stub *s = *state;
  struct frame frame;

  assert_int_equal(write(s, HC_WS_BINARY, pattern(FRAMES), 1), 0);
  take_all(s);
  for (size_t i = 0; i < FRAMES; i++) {
    assert_true(next_frame(s, &frame));
    memcpy(&masks[i], frame.mask, 4);
    for (size_t k = 0; k < i; k++)
      assert_int_not_equal(masks[i], masks[k]);
  }
}

/* --- a backlog --- */

/* More than the stream takes, and then some. */
static void fill(struct stub *s)
{
  assert_int_equal(write(s, HC_WS_BINARY, pattern(3 * MIB), 16384), 0);
  assert_int_equal(stub_pending(&s->stream), HC_STREAM_TX_MAX);
  assert_true(hc_outbox_queued(&s->outbox) > 3 * MIB);
}

/* The frames of `fill`, and among them, if pong is not NULL, that pong once.
 * Returns how many bytes of the message came before it. */
static size_t expect_filling_and(struct stub *s, const char *pong)
{
  struct hc_span rest = pattern(3 * MIB);
  size_t before = SIZE_MAX;
  struct frame frame;

  while (rest.len > 0) {
    assert_true(next_frame(s, &frame));
    if (pong != NULL && before == SIZE_MAX && frame.first == 0x8a) {
      check_span(frame.data, pong);
      before = 3 * MIB - rest.len;
      continue;
    }
    size_t n = rest.len < 16384 ? rest.len : 16384;
    assert_int_equal(frame.first & 0x80, n == rest.len ? 0x80 : 0);
    assert_int_equal(frame.first & 0x7f,
                     rest.len == 3 * MIB ? HC_WS_BINARY : 0);
    assert_int_equal(frame.data.len, n);
    assert_memory_equal(frame.data.ptr, rest.ptr, n);
    hc_span_drop(&rest, n);
  }
  return before;
}

static void expect_filling(struct stub *s)
{
  (void)expect_filling_and(s, NULL);
}

static void what_finds_no_room_waits_and_keeps_its_order(void **state)
{
  static const size_t steps[] = { 1, 13, 16384, 65537, HC_STREAM_TX_MAX };
  struct stub *s = *state;

  for (size_t i = 0; i < CHECK_COUNT(steps); i++) {
    fill(s);
    for (size_t k = 0; k < 26; k++)
      assert_int_equal(write(s, HC_WS_TEXT, pattern(k), 0), 0);
    for (int n = 0; n < 3000 && hc_outbox_queued(&s->outbox) > 0; n++)
      take(s, steps[i]);
    take_all(s);
    expect_filling(s);
    for (size_t k = 0; k < 26; k++)
      expect_frame(s, 0x81, pattern(k));
    expect_nothing(s);
  }
  assert_null(s->outbox.backlog.data); /* idle streams hold no memory */
}

/* RFC 6455 5.4: control frames may stand between the frames of a message, never
 * amid one. The front of a backlog may be amid one. */
static void a_pong_goes_between_the_frames_of_a_backlog(void **state)
{
  static const size_t steps[] = { 1000, 16384, 65537, HC_STREAM_TX_MAX };
  struct stub *s = *state;

  for (size_t i = 0; i < CHECK_COUNT(steps); i++) {
    fill(s);
    assert_true(s->outbox.torn > 0);
    hc_outbox_answer_ping(&s->outbox, hc_span_str("there?"));
    while (hc_outbox_queued(&s->outbox) > 0)
      take(s, steps[i]);
    size_t before = expect_filling_and(s, "there?");
    assert_true(before <= HC_STREAM_TX_MAX + 16384); /* no sooner possible */
    expect_nothing(s);
  }
}

static void a_pong_waits_for_the_end_of_a_frame_that_is_half_sent(void **state)
{
  struct stub *s = *state;

  assert_int_equal(write(s, HC_WS_BINARY, pattern(3 * MIB), 0), 0);
  assert_int_equal(write(s, HC_WS_TEXT, hc_span_str("next"), 0), 0);
  hc_outbox_answer_ping(&s->outbox, hc_span_str("there?"));
  assert_false(
      hc_outbox_write_control(&s->outbox, HC_WS_PING, hc_span_str("left out")));
  while (hc_outbox_queued(&s->outbox) > 0)
    take(s, 12345);
  expect_frame(s, 0x82, pattern(3 * MIB));
  expect_frame(s, 0x8a, hc_span_str("there?"));
  expect_frame(s, 0x81, hc_span_str("next"));
  expect_nothing(s);
}

static void a_pong_stands_behind_what_is_in_the_stream(void **state)
{
  struct stub *s = *state;

  assert_int_equal(write(s, HC_WS_TEXT, hc_span_str("before"), 0), 0);
  take(s, 3);
  hc_outbox_answer_ping(&s->outbox, hc_span_str(""));
  assert_int_equal(write(s, HC_WS_TEXT, hc_span_str("behind"), 0), 0);
  take_all(s);
  expect_frame(s, 0x81, hc_span_str("before"));
  expect_frame(s, 0x8a, hc_span_str(""));
  expect_frame(s, 0x81, hc_span_str("behind"));
  expect_nothing(s);
}

/* RFC 6455 5.5.3: "it MAY elect to send a Pong frame for only the most recently
 * processed Ping frame" */
static void of_pings_that_wait_only_the_last_is_answered(void **state)
{
  struct stub *s = *state;

  fill(s);
  hc_outbox_answer_ping(&s->outbox, pattern(HC_WS_CONTROL_MAX));
  hc_outbox_answer_ping(&s->outbox, hc_span_str("one"));
  hc_outbox_answer_ping(&s->outbox, hc_span_str("two"));
  take_all(s);
  (void)expect_filling_and(s, "two");
  expect_nothing(s);
  hc_outbox_answer_ping(&s->outbox, pattern(HC_WS_CONTROL_MAX));
  take_all(s);
  expect_frame(s, 0x8a, pattern(HC_WS_CONTROL_MAX));
}

/* --- Close --- */

static void a_close_waits_for_the_backlog_and_is_the_last_word(void **state)
{
  struct stub *s = *state;

  fill(s);
  assert_false(hc_outbox_write_close(&s->outbox, 1000, hc_span_str("bye")));
  take_all(s);
  assert_true(hc_outbox_write_close(&s->outbox, 1000, hc_span_str("bye")));
  assert_true(hc_outbox_write_close(&s->outbox, 1001, hc_span_str("again")));
  hc_outbox_answer_ping(&s->outbox, hc_span_str("late"));
  assert_false(
      hc_outbox_write_control(&s->outbox, HC_WS_PING, hc_span_str("")));
  take_all(s);
  expect_filling(s);
  expect_frame(s, 0x88,
               hc_span_str("\x03\xe8"
                           "bye"));
  expect_nothing(s);
}

/* The stream ends with a frame, the backlog begins with one. */
static void
a_ping_overtakes_a_backlog_at_an_edge_but_a_close_does_not(void **state)
{
  struct stub *s = *state;
  struct hc_span full = pattern(HC_STREAM_TX_MAX - 14);

  assert_int_equal(write(s, HC_WS_BINARY, full, 0), 0);
  assert_int_equal(write(s, HC_WS_TEXT, hc_span_str("waits"), 0), 0);
  assert_int_equal(stub_pending(&s->stream), HC_STREAM_TX_MAX);
  take_silently(s, 1000);
  assert_false(hc_outbox_write_close(&s->outbox, 1000, hc_span_str("")));
  assert_true(
      hc_outbox_write_control(&s->outbox, HC_WS_PING, hc_span_str("first")));
  take_all(s);
  assert_true(hc_outbox_write_close(&s->outbox, 1000, hc_span_str("")));
  take_all(s);
  expect_frame(s, 0x82, full);
  expect_frame(s, 0x89, hc_span_str("first"));
  expect_frame(s, 0x81, hc_span_str("waits"));
  expect_frame(s, 0x88, hc_span_str("\x03\xe8"));
  expect_nothing(s);
}

static void a_control_frame_without_room_is_left_out(void **state)
{
  struct stub *s = *state;

  /* 14 bytes of head fill the stream to the last byte but one */
  assert_int_equal(
      write(s, HC_WS_BINARY, pattern(HC_STREAM_TX_MAX - 14 - 1), 0), 0);
  assert_int_equal(hc_buffer_len(&s->outbox.backlog), 0);
  assert_false(
      hc_outbox_write_control(&s->outbox, HC_WS_PING, hc_span_str("")));
  take(s, 6);
  assert_true(hc_outbox_write_control(&s->outbox, HC_WS_PING, hc_span_str("")));
  s->outbox.stream = NULL;
  assert_false(
      hc_outbox_write_control(&s->outbox, HC_WS_PING, hc_span_str("")));
  assert_int_equal(hc_outbox_queued(&s->outbox), 0);
}

/* --- marks, memory --- */

static void the_drain_mark_is_low_while_a_backlog_waits(void **state)
{
  struct stub *s = *state;

  hc_outbox_ask_for_drain(&s->outbox, 1000);
  assert_int_equal(s->drain_mark, 1000);
  hc_outbox_ask_for_drain(&s->outbox, 0);
  assert_int_equal(s->drain_mark, 1);
  hc_outbox_ask_for_drain(&s->outbox, 5 * MIB);
  assert_int_equal(s->drain_mark, HC_STREAM_LOW_MARK);
  fill(s);
  hc_outbox_ask_for_drain(&s->outbox, 1000);
  assert_int_equal(s->drain_mark, HC_STREAM_LOW_MARK);
}

static void without_memory_nothing_is_taken(void **state)
{
  struct stub *s = *state;

  has_no_memory = true;
  int rc = write(s, HC_WS_BINARY, pattern(100), 0);
  has_no_memory = false;
  assert_int_equal(rc, HYCO_ENOMEM);
  fill(s);
  size_t queued = hc_outbox_queued(&s->outbox);
  has_no_memory = true;
  rc = write(s, HC_WS_BINARY, pattern(6 * MIB), 0);
  has_no_memory = false;
  assert_int_equal(rc, HYCO_ENOMEM);
  assert_int_equal(hc_outbox_queued(&s->outbox), queued);
  take_all(s);
  expect_filling(s);
  expect_nothing(s);
}

/* Nothing drains that could tell when there is memory again: what waited would
 * wait for ever. */
static void what_a_stream_has_room_but_no_memory_for_is_not_taken(void **state)
{
  struct stub *s = *state;

  stream_has_no_memory = true;
  int rc = write(s, HC_WS_BINARY, pattern(100), 0);
  stream_has_no_memory = false;
  assert_int_equal(rc, HYCO_ENOMEM);
  assert_int_equal(hc_outbox_queued(&s->outbox), 0);
  assert_int_equal(write(s, HC_WS_BINARY, pattern(100), 0), 0);
  take_all(s);
  expect_frame(s, 0x82, pattern(100));
  expect_nothing(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(a_message_is_one_masked_frame_of_any_length),
    TEST(a_long_message_is_cut_at_max_frame),
    TEST(a_beginning_has_no_fin_and_an_end_is_a_continuation),
    TEST(each_frame_has_a_mask_of_its_own),
    TEST(what_finds_no_room_waits_and_keeps_its_order),
    TEST(a_pong_goes_between_the_frames_of_a_backlog),
    TEST(a_pong_waits_for_the_end_of_a_frame_that_is_half_sent),
    TEST(a_pong_stands_behind_what_is_in_the_stream),
    TEST(of_pings_that_wait_only_the_last_is_answered),
    TEST(a_close_waits_for_the_backlog_and_is_the_last_word),
    TEST(a_ping_overtakes_a_backlog_at_an_edge_but_a_close_does_not),
    TEST(a_control_frame_without_room_is_left_out),
    TEST(the_drain_mark_is_low_while_a_backlog_waits),
    TEST(without_memory_nothing_is_taken),
    TEST(what_a_stream_has_room_but_no_memory_for_is_not_taken),
  };
  return cmocka_run_group_tests_name("session_outbox", tests, NULL, NULL);
}
