/* hc_ws_read of protocol/ws.h */
#include "support/check.h"

#include "protocol/ws.h"
#include "support/ws_consumer.h"

#include <hyco/error.h>
#include <stdlib.h>

/* String literals hold the bytes of frames; their NUL is no part of them. */
#define BYTES(literal) hc_span_of(literal, sizeof(literal) - 1)

static struct hc_ws_reader reader_for(enum hc_ws_peer peer)
{
  struct hc_ws_reader reader;
  hc_ws_reader_init(&reader, peer);
  return reader;
}

/* The report of one whole reading. */
static void check_report(enum hc_ws_peer peer, struct hc_span in,
                         const char *expected)
{
  struct ws_consumer state = { .peer = peer };
  struct split_consumer consumer = ws_consumer_of(&state);
  struct hc_buffer report;
  hc_buffer_init(&report, SPLIT_REPORT_MAX);
  split_run(&consumer, in, in.len, in.len + 1, &report);
  check_span(hc_buffer_span(&report), expected);
  hc_buffer_deinit(&report);
  assert_true(split_all_same(&consumer, in));
}

static void rfc_6455_5_7_unmasked_text(void **state)
{
  (void)state;
  check_report(HC_WS_FROM_SERVER, BYTES("\x81\x05Hello"),
               "message 1\nframe 1 fin 1 masked 0 len 5: Hello\nend\n"
               "0 left, in frame 0, in message 0\n");
}

static void rfc_6455_5_7_masked_text(void **state)
{
  (void)state;
  check_report(HC_WS_FROM_CLIENT,
               BYTES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
               "message 1\nframe 1 fin 1 masked 1 len 5: Hello\nend\n"
               "0 left, in frame 0, in message 0\n");
}

static void rfc_6455_5_7_fragmented_text(void **state)
{
  (void)state;
  check_report(HC_WS_FROM_SERVER, BYTES("\x01\x03Hel\x80\x02lo"),
               "message 1\nframe 1 fin 0 masked 0 len 3: Hel\n"
               "frame 0 fin 1 masked 0 len 2: lo\nend\n"
               "0 left, in frame 0, in message 0\n");
}

static void rfc_6455_5_7_ping_and_masked_pong(void **state)
{
  (void)state;
  check_report(HC_WS_FROM_SERVER, BYTES("\x89\x05Hello"),
               "message 9\nframe 9 fin 1 masked 0 len 5: Hello\nend\n"
               "0 left, in frame 0, in message 0\n");
  check_report(HC_WS_FROM_CLIENT,
               BYTES("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
               "message 10\nframe 10 fin 1 masked 1 len 5: Hello\nend\n"
               "0 left, in frame 0, in message 0\n");
}

/* A frame of len bytes whose head is given, read whole. */
static void check_long_binary(struct hc_span head, size_t len)
{
  uint8_t *bytes = calloc(1, head.len + len);
  assert_non_null(bytes);
  memcpy(bytes, head.ptr, head.len);
  struct hc_span in = hc_span_of(bytes, head.len + len);
  struct hc_ws_reader reader = reader_for(HC_WS_FROM_SERVER);
  struct hc_ws_chunk chunk;
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 1);
  assert_int_equal(chunk.head.len, len);
  assert_int_equal(chunk.data.len, len);
  assert_ptr_equal(chunk.data.ptr, bytes + head.len);
  assert_true(chunk.frame_end && chunk.message_end);
  free(bytes);
}

static void rfc_6455_5_7_binary_of_256_bytes_and_of_64_kib(void **state)
{
  (void)state;
  check_long_binary(BYTES("\x82\x7e\x01\x00"), 256);
  check_long_binary(BYTES("\x82\x7f\0\0\0\0\0\x01\0\0"), 65536);
}

static void
control_frames_may_stand_between_the_parts_of_a_message(void **state)
{
  (void)state; /* RFC 6455 5.4 */
  check_report(HC_WS_FROM_SERVER,
               BYTES("\x02\x02"
                     "ab"
                     "\x89\x01p"
                     "\x00\x00"
                     "\x8a\x00"
                     "\x80\x01"
                     "c"
                     "\x88\x00"),
               "message 2\nframe 2 fin 0 masked 0 len 2: ab\n"
               "message 9\nframe 9 fin 1 masked 0 len 1: p\nend\n"
               "frame 0 fin 0 masked 0 len 0: \n"
               "message 10\nframe 10 fin 1 masked 0 len 0: \nend\n"
               "frame 0 fin 1 masked 0 len 1: c\nend\n"
               "message 8\nframe 8 fin 1 masked 0 len 0: \nend\n"
               "0 left, in frame 0, in message 0\n");
}

static void an_empty_message_is_a_message(void **state)
{
  (void)state;
  check_report(HC_WS_FROM_CLIENT, BYTES("\x82\x80mask"),
               "message 2\nframe 2 fin 1 masked 1 len 0: \nend\n"
               "0 left, in frame 0, in message 0\n");
}

static void masks_and_messages_follow_each_other(void **state)
{
  (void)state;
  check_report(HC_WS_FROM_CLIENT,
               BYTES("\x81\x81\x01\x01\x01\x01\x60"
                     "\x02\x82"
                     "\x02\x03\0\0"
                     "\x60\x60"
                     "\x80\x81\0\0\0\0"
                     "c"),
               "message 1\nframe 1 fin 1 masked 1 len 1: a\nend\n"
               "message 2\nframe 2 fin 0 masked 1 len 2: bc\n"
               "frame 0 fin 1 masked 1 len 1: c\nend\n"
               "0 left, in frame 0, in message 0\n");
}

struct broken {
  const char *rule; /* and part of what the reader says */
  const char *said;
  enum hc_ws_peer peer;
  size_t n;
  const char *bytes;
};

#define CASE(rule, said, peer, bytes)          \
  {                                            \
    rule, said, peer, sizeof(bytes) - 1, bytes \
  }

/* Bytes behind the head are never needed to see the fault. */
static const struct broken broken[] = {
  CASE("RFC 6455 5.1: a server MUST close the connection upon receiving a "
       "frame that is not masked",
       "not masked", HC_WS_FROM_CLIENT, "\x81\x00"),
  CASE("RFC 6455 5.1: a client MUST close a connection if it detects a masked "
       "frame",
       "is masked", HC_WS_FROM_SERVER, "\x81\x80mask"),
  CASE("RFC 6455 5.2: RSV1 MUST be 0 unless an extension is negotiated",
       "reserved bit", HC_WS_FROM_SERVER, "\xc1\x00"),
  CASE("RFC 6455 5.2: RSV2", "reserved bit", HC_WS_FROM_SERVER, "\xa1\x00"),
  CASE("RFC 6455 5.2: RSV3", "reserved bit", HC_WS_FROM_SERVER, "\x91\x00"),
  CASE("RFC 6455 5.2: RSV on a control frame", "reserved bit",
       HC_WS_FROM_SERVER, "\xc9\x00"),
  CASE("RFC 6455 5.2: opcode 3 is reserved", "reserved opcode",
       HC_WS_FROM_SERVER, "\x83\x00"),
  CASE("RFC 6455 5.2: opcode 7 is reserved", "reserved opcode",
       HC_WS_FROM_SERVER, "\x87\x00"),
  CASE("RFC 6455 5.2: opcode 11 is reserved", "reserved opcode",
       HC_WS_FROM_SERVER, "\x8b\x00"),
  CASE("RFC 6455 5.2: opcode 15 is reserved", "reserved opcode",
       HC_WS_FROM_SERVER, "\x8f\x00"),
  CASE("RFC 6455 5.2: the minimal number of bytes MUST be used, 16 bits",
       "shortest form", HC_WS_FROM_SERVER, "\x82\x7e\x00\x7d"),
  CASE("RFC 6455 5.2: the minimal number of bytes MUST be used, 64 bits",
       "shortest form", HC_WS_FROM_SERVER, "\x82\x7f\0\0\0\0\0\0\xff\xff"),
  CASE("RFC 6455 5.2: the most significant bit MUST be 0", "highest bit",
       HC_WS_FROM_SERVER, "\x82\x7f\x80\0\0\0\0\0\0\0"),
  CASE("RFC 6455 5.4: there is no message to continue", "continue",
       HC_WS_FROM_SERVER, "\x80\x00"),
  CASE("RFC 6455 5.4: there is no message to continue, any more", "continue",
       HC_WS_FROM_SERVER, "\x01\x00\x80\x00\x00\x00"),
  CASE("RFC 6455 5.4: the fragments of one message MUST NOT be interleaved",
       "inside a message", HC_WS_FROM_SERVER, "\x01\x00\x81\x00"),
  CASE("RFC 6455 5.4: the fragments of one message MUST NOT be interleaved",
       "inside a message", HC_WS_FROM_SERVER,
       "\x02\x01"
       "a"
       "\x02\x00"),
  CASE("RFC 6455 5.5: control frames MUST NOT be fragmented", "fragmented",
       HC_WS_FROM_SERVER, "\x09\x00"),
  CASE("RFC 6455 5.5: control frames MUST have a payload of 125 bytes or less",
       "longer than 125", HC_WS_FROM_SERVER, "\x88\x7e\x00\x7e"),
  CASE("RFC 6455 5.5: control frames MUST have a payload of 125 bytes or less",
       "longer than 125", HC_WS_FROM_SERVER, "\x8a\x7f\0\0\0\0\0\x01\0\0"),
};

static void every_framing_rule_is_enforced(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(broken); i++) {
    const struct broken *b = &broken[i];
    struct hc_ws_reader reader = reader_for(b->peer);
    struct hc_ws_chunk chunk;
    struct hc_span in = hc_span_of(b->bytes, b->n);
    int rc;
    while ((rc = hc_ws_read(&reader, &in, &chunk)) == 1)
      ;
    if (rc != HYCO_EPROTOCOL || strstr(reader.error, b->said) == NULL)
      fail_msg("%s: %d, \"%s\"", b->rule, rc,
               reader.error != NULL ? reader.error : "");
  }
}

static void every_broken_rule_is_found_at_any_cut(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(broken); i++) {
    struct ws_consumer consumer = { .peer = broken[i].peer };
    struct split_consumer split = ws_consumer_of(&consumer);
    assert_true(
        split_all_same(&split, hc_span_of(broken[i].bytes, broken[i].n)));
  }
}

static void a_broken_stream_stays_broken(void **state)
{
  (void)state;
  struct hc_ws_reader reader = reader_for(HC_WS_FROM_SERVER);
  struct hc_ws_chunk chunk;
  struct hc_span bad = BYTES("\x83\x00");
  struct hc_span good = BYTES("\x81\x00");
  assert_int_equal(hc_ws_read(&reader, &bad, &chunk), HYCO_EPROTOCOL);
  assert_int_equal(hc_ws_read(&reader, &good, &chunk), HYCO_EPROTOCOL);
  assert_int_equal(good.len, 2);
  assert_non_null(reader.error);
}

static void the_longest_control_frame_is_taken_whole(void **state)
{
  (void)state;
  uint8_t bytes[2 + HC_WS_CONTROL_MAX] = { 0x89, HC_WS_CONTROL_MAX };
  struct hc_ws_reader reader = reader_for(HC_WS_FROM_SERVER);
  struct hc_ws_chunk chunk;
  struct hc_span in = hc_span_of(bytes, sizeof(bytes) - 1);
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 0);
  in.len++;
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 1);
  assert_int_equal(chunk.data.len, HC_WS_CONTROL_MAX);
}

static void the_shortest_of_each_longer_form_is_legal(void **state)
{
  (void)state; /* RFC 6455 5.2: 126 needs 16 bits, 65536 needs 64 */
  check_long_binary(BYTES("\x82\x7d"), 125);
  check_long_binary(BYTES("\x82\x7e\x00\x7e"), 126);
  check_long_binary(BYTES("\x82\x7e\xff\xff"), 65535);
}

static void a_length_of_63_bits_is_streamed_without_being_held(void **state)
{
  (void)state;
  struct hc_ws_reader reader = reader_for(HC_WS_FROM_SERVER);
  struct hc_ws_chunk chunk;
  struct hc_span in = BYTES("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"
                            "ab");
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 1);
  assert_true(chunk.head.len == INT64_MAX);
  assert_int_equal(chunk.data.len, 2);
  assert_false(chunk.frame_end);
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 0);
}

static void pieces_of_a_frame_say_where_they_belong(void **state)
{
  (void)state;
  struct hc_ws_reader reader = reader_for(HC_WS_FROM_SERVER);
  struct hc_ws_chunk chunk;
  struct hc_span in = BYTES("\x82\x03");
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 0);
  assert_int_equal(in.len, 0); /* the head is taken, nothing is reported */

  in = BYTES("a");
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 1);
  assert_true(chunk.frame_start && chunk.message_start);
  assert_false(chunk.frame_end || chunk.message_end);
  assert_int_equal(chunk.offset, 0);

  in = BYTES("bc");
  assert_int_equal(hc_ws_read(&reader, &in, &chunk), 1);
  assert_false(chunk.frame_start || chunk.message_start);
  assert_true(chunk.frame_end && chunk.message_end);
  assert_int_equal(chunk.offset, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rfc_6455_5_7_unmasked_text),
    cmocka_unit_test(rfc_6455_5_7_masked_text),
    cmocka_unit_test(rfc_6455_5_7_fragmented_text),
    cmocka_unit_test(rfc_6455_5_7_ping_and_masked_pong),
    cmocka_unit_test(rfc_6455_5_7_binary_of_256_bytes_and_of_64_kib),
    cmocka_unit_test(control_frames_may_stand_between_the_parts_of_a_message),
    cmocka_unit_test(an_empty_message_is_a_message),
    cmocka_unit_test(masks_and_messages_follow_each_other),
    cmocka_unit_test(every_framing_rule_is_enforced),
    cmocka_unit_test(every_broken_rule_is_found_at_any_cut),
    cmocka_unit_test(a_broken_stream_stays_broken),
    cmocka_unit_test(the_longest_control_frame_is_taken_whole),
    cmocka_unit_test(the_shortest_of_each_longer_form_is_legal),
    cmocka_unit_test(a_length_of_63_bits_is_streamed_without_being_held),
    cmocka_unit_test(pieces_of_a_frame_say_where_they_belong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
