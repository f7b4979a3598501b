/* RFC 6455 sections 5.1 to 5.5, as client: what a service must not send on a
 * control channel, a rendezvous or a sender's connection, and what it may. */
#include "support/check.h"

#include "sim_service.h"

/* Every leg answers the bytes with a Close 1002 and these words, ends, and
 * tells its application; the receiver tries again. */
static void expect_refused(const void *bytes, size_t len, const char *words)
{
  struct sim_service s;

  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of(bytes, len));
    sim_service_expect_close(peer, 1002, words);
    raw_expect_end(peer, 0);
    sim_service_expect_broken(&s, leg, 600, words);
    if (leg == SIM_CONTROL) {
      sim_service_answer(&s, sim_service_request(&s), "");
      sim_world_run(&s.world, 100, "r0 connected 0 OK\n");
    }
    sim_service_finish(&s);
  }
}

static void expect_first_byte_refused(unsigned first, const char *words)
{
  const uint8_t frame[] = { (uint8_t)first, 0 };
  expect_refused(frame, sizeof frame, words);
}

/* RFC 6455 5.2: "MUST be 0 unless an extension is negotiated" */
static void a_reserved_bit_is_refused(void **state)
{
  (void)state;
  for (unsigned bit = 0x10; bit <= 0x40; bit <<= 1)
    expect_first_byte_refused(
        0x81 | bit,
        "a reserved bit is set without an extension (RFC 6455 5.2)");
}

/* RFC 6455 5.2: "%x3-7 are reserved for further non-control frames" */
static void reserved_data_opcodes_are_refused(void **state)
{
  (void)state;
  for (unsigned opcode = 3; opcode <= 7; opcode++)
    expect_first_byte_refused(0x80 | opcode,
                              "a reserved opcode (RFC 6455 5.2)");
}

/* RFC 6455 5.2: "%xB-F are reserved for further control frames" */
static void reserved_control_opcodes_are_refused(void **state)
{
  (void)state;
  for (unsigned opcode = 11; opcode <= 15; opcode++)
    expect_first_byte_refused(0x80 | opcode,
                              "a reserved opcode (RFC 6455 5.2)");
}

/* RFC 6455 5.5: "MUST have a payload length of 125 bytes or less" */
static void control_frames_above_125_bytes_are_refused(void **state)
{
  (void)state;
  for (unsigned opcode = 8; opcode <= 10; opcode++) {
    uint8_t frame[4 + 126] = { (uint8_t)(0x80 | opcode), 126, 0, 126 };
    expect_refused(frame, sizeof frame,
                   "a control frame is longer than 125 bytes (RFC 6455 5.5)");
  }
}

/* RFC 6455 5.5: "MUST NOT be fragmented" */
static void control_frames_in_fragments_are_refused(void **state)
{
  (void)state;
  for (unsigned opcode = 8; opcode <= 10; opcode++)
    expect_first_byte_refused(opcode,
                              "a control frame is fragmented (RFC 6455 5.5)");
}

/* RFC 6455 5.4: a continuation follows a frame whose FIN is clear. */
static void a_continuation_of_nothing_is_refused(void **state)
{
  static const char words[] =
      "a continuation, but no message to continue (RFC 6455 5.4)";
  (void)state;
  expect_first_byte_refused(0x80, words);
  expect_first_byte_refused(0x00, words);
}

/* RFC 6455 5.4: "The fragments of one message MUST NOT be interleaved between
 * the fragments of another message" */
static void a_message_inside_a_message_is_refused(void **state)
{
  static const char words[] = "a new message inside a message (RFC 6455 5.4)";
  (void)state;
  expect_refused("\x02\1a\x82\1b", 6, words);
  expect_refused("\x02\1a\x00\1b\x81\1c", 9, words);
  expect_refused("\x01\1a\x01\1b", 6, words);
}

/* RFC 6455 5.1: "A client MUST close a connection if it detects a masked
 * frame." */
static void a_masked_frame_of_the_service_is_refused(void **state)
{
  static const char words[] = "a server's frame is masked (RFC 6455 5.1)";
  (void)state;
  expect_refused("\x81\x81"
                 "keyx",
                 7, words);
  expect_refused("\x89\x80"
                 "key",
                 6, words);
  expect_refused("\x88\x80"
                 "key",
                 6, words);
}

/* RFC 6455 5.2: "the minimal number of bytes MUST be used to encode the
 * length" */
static void a_16_bit_length_that_is_not_minimal_is_refused(void **state)
{
  static const char words[] =
      "a length is not in its shortest form (RFC 6455 5.2)";
  (void)state;
  expect_refused("\x82\x7e\0\0", 4, words);
  expect_refused("\x82\x7e\0\x7d", 4, words);
  expect_refused("\x89\x7e\0\5hello", 9, words);
}

/* RFC 6455 5.2, as above */
static void a_64_bit_length_that_is_not_minimal_is_refused(void **state)
{
  static const char words[] =
      "a length is not in its shortest form (RFC 6455 5.2)";
  (void)state;
  expect_refused("\x82\x7f\0\0\0\0\0\0\0\5", 10, words);
  expect_refused("\x82\x7f\0\0\0\0\0\0\0\x7e", 10, words);
  expect_refused("\x82\x7f\0\0\0\0\0\0\xff\xff", 10, words);
}

/* RFC 6455 5.2: "the most significant bit MUST be 0" */
static void a_64_bit_length_with_the_top_bit_is_refused(void **state)
{
  static const char words[] =
      "the highest bit of a length is set (RFC 6455 5.2)";
  (void)state;
  expect_refused("\x82\x7f\x80\0\0\0\0\1\0\0", 10, words);
  expect_refused("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10, words);
}

/* Nothing is allocated by what a head claims (DESIGN section 4): 2^63 - 1 is a
 * legal length, and the first bytes of it arrive. */
static void the_longest_legal_length_is_taken_as_it_comes(void **state)
{
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"
                              "abc",
                              13));
    raw_expect_silence(peer, 100);
    const struct sim_inbox *inbox = leg == SIM_SENDER
                                        ? &s.world.senders[0].inbox
                                        : &s.world.receivers[0].inbox[1];
    check_span(hc_span_of(inbox->bytes, inbox->len), "abc");
    sim_service_finish(&s);
  }
}

/* What the leg's application got: "binary 70000 bytes" or "text "a"". */
static void expect_message(struct sim_service *s, enum sim_leg leg,
                           const char *what)
{
  char line[256];

  (void)snprintf(line, sizeof line, "%s %s\n",
                 leg == SIM_SENDER ? "s0" : "r0 1", what);
  sim_world_run(&s->world, 100, line);
}

/* RFC 6455 5.2: each of the three encodings, up to one real 64-bit length */
static void every_length_encoding_arrives(void **state)
{
  static const size_t sizes[] = { 0, 125, 126, 65535, 65536, 70000 };
  static uint8_t bytes[70000];
  struct sim_service s;
  char line[64];

  (void)state;
  sim_pattern(bytes, sizeof bytes, 1);
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    for (size_t i = 0; i < CHECK_COUNT(sizes); i++) {
      struct hc_span data = hc_span_of(bytes, sizes[i]);
      raw_send_server_frame(peer, 0x82, data);
      (void)snprintf(line, sizeof line, "binary %zu bytes", sizes[i]);
      expect_message(&s, leg, sizes[i] > 0 ? line : "binary \"\"");
      uint64_t hash = leg == SIM_SENDER ? s.world.senders[0].last_hash
                                        : s.world.receivers[0].last_hash;
      assert_int_equal(hash, sim_hash(data));
    }
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.4: "Control frames MAY be injected in the middle of a fragmented
 * message"; 5.5.2: a Pong answers "as soon as is practical" */
static void
a_ping_inside_a_message_is_answered_and_the_message_goes_on(void **state)
{
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send_server_frame(peer, 0x01, hc_span_str("Hel"));
    raw_send_server_frame(peer, 0x89, hc_span_str("first"));
    raw_send_server_frame(peer, 0x00, hc_span_str("l"));
    raw_send_server_frame(peer, 0x89, hc_span_str(""));
    raw_send_server_frame(peer, 0x8a, hc_span_str("unasked"));
    raw_send_server_frame(peer, 0x80, hc_span_str("o"));
    struct raw_frame frame;
    assert_true(raw_read_frame(peer, &frame));
    assert_int_equal(frame.first, 0x8a);
    check_span(frame.data, "first"); /* 5.5.3: identical application data */
    assert_true(raw_read_frame(peer, &frame));
    assert_int_equal(frame.first, 0x8a);
    check_span(frame.data, "");
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.4, as above; the message that was interrupted is a control
 * message, which is read whole. */
static void a_ping_inside_a_control_message_is_answered(void **state)
{
  struct sim_service *s = *state;
  struct raw_frame frame;

  struct raw_peer *peer = sim_service_opened(s, SIM_CONTROL);
  raw_send_server_frame(peer, 0x01, hc_span_str("{\"unknown"));
  raw_send_server_frame(peer, 0x89, hc_span_str("there?"));
  raw_send_server_frame(peer, 0x00, hc_span_str("\":"));
  raw_send_server_frame(peer, 0x80, hc_span_str("1}"));
  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, 0x8a);
  assert_true(frame.masked);
  check_span(frame.data, "there?");
  sim_world_run(&s->world, 100, "");
}

/* RFC 6455 5.5.3: "A Pong frame MAY be sent unsolicited." */
static void an_unasked_pong_is_taken(void **state)
{
  struct sim_service *s = *state;

  struct raw_peer *peer = sim_service_opened(s, SIM_CONTROL);
  raw_send_server_frame(peer, 0x8a, hc_span_str("unasked"));
  raw_expect_silence(peer, 100);
  sim_world_expect(&s->world, "");
  peer = sim_service_opened(s, SIM_SENDER);
  raw_send_server_frame(peer, 0x8a, hc_span_str("unasked"));
  sim_world_run(&s->world, 100, "s0 pong \"unasked\"\n");
}

/* RFC 6455 5.5.2: the largest ping is answered with the same 125 bytes. */
static void a_ping_of_125_bytes_is_answered_in_full(void **state)
{
  struct sim_service s;
  struct raw_frame frame;
  uint8_t bytes[125];

  (void)state;
  sim_pattern(bytes, sizeof bytes, 7);
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send_server_frame(peer, 0x89, hc_span_of(bytes, sizeof bytes));
    assert_true(raw_read_frame(peer, &frame));
    assert_int_equal(frame.first, 0x8a);
    assert_true(frame.masked);
    assert_int_equal(frame.data.len, sizeof bytes);
    assert_memory_equal(frame.data.ptr, bytes, sizeof bytes);
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.4: a fragment may be empty, the first and the last too. */
static void empty_fragments_make_one_message(void **state)
{
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of("\x01\0\0\0\0\1x\0\0\x80\0", 11));
    expect_message(&s, leg, "text \"x\"");
    raw_send(peer, hc_span_of("\x02\0\x80\0", 4));
    expect_message(&s, leg, "binary \"\"");
    sim_service_finish(&s);
  }
}

/* What stood before the breach has been taken, what stands behind it has not.
 * RFC 6455 7.1.7: "MUST NOT continue to attempt to process data" */
static void a_breach_ends_it_between_two_messages(void **state)
{
  static const char words[] =
      "a continuation, but no message to continue (RFC 6455 5.4)";
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of("\x81\6before\x80\0\x81\5after\x89\0", 19));
    sim_service_expect_close(peer, 1002, words);
    raw_expect_end(peer, 0);
    assert_int_equal(hc_buffer_len(&peer->received), 0); /* no pong */
    const char *who = leg == SIM_SENDER ? "s0" : "r0 1";
    char lines[512];
    (void)snprintf(lines, sizeof lines,
                   "%s text \"before\"\n%s error 600 %s\n"
                   "%s disconnected 1006 %s\n",
                   who, who, words, who, words);
    sim_world_run(&s.world, 100, lines);
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.1: "a client MUST mask all frames"; 5.3: with a fresh key. */
static void our_own_frames_are_masked_each_with_its_own_key(void **state)
{
  enum { FRAMES = 8 };
  struct sim_service s;
  struct raw_frame frame;
  uint8_t keys[FRAMES][4];

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    for (int i = 0; i < FRAMES; i++) {
      int rc = leg == SIM_SENDER
                   ? sim_sender_send(&s.world.senders[0], HC_WS_TEXT,
                                     hc_span_str("same"))
                   : sim_receiver_send(&s.world.receivers[0], 1, HC_WS_TEXT,
                                       hc_span_str("same"));
      assert_int_equal(rc, 0);
      assert_true(raw_read_frame(peer, &frame));
      assert_int_equal(frame.first, 0x81);
      assert_true(frame.masked);
      check_span(frame.data, "same");
      memcpy(keys[i], frame.mask, 4);
      for (int k = 0; k < i; k++)
        assert_memory_not_equal(keys[k], keys[i], 4);
    }
    sim_service_finish(&s);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_reserved_bit_is_refused),
    cmocka_unit_test(reserved_data_opcodes_are_refused),
    cmocka_unit_test(reserved_control_opcodes_are_refused),
    cmocka_unit_test(control_frames_above_125_bytes_are_refused),
    cmocka_unit_test(control_frames_in_fragments_are_refused),
    cmocka_unit_test(a_continuation_of_nothing_is_refused),
    cmocka_unit_test(a_message_inside_a_message_is_refused),
    cmocka_unit_test(a_masked_frame_of_the_service_is_refused),
    cmocka_unit_test(a_16_bit_length_that_is_not_minimal_is_refused),
    cmocka_unit_test(a_64_bit_length_that_is_not_minimal_is_refused),
    cmocka_unit_test(a_64_bit_length_with_the_top_bit_is_refused),
    cmocka_unit_test(the_longest_legal_length_is_taken_as_it_comes),
    cmocka_unit_test(every_length_encoding_arrives),
    cmocka_unit_test(
        a_ping_inside_a_message_is_answered_and_the_message_goes_on),
    SERVICE_TEST(a_ping_inside_a_control_message_is_answered, 1),
    SERVICE_TEST(an_unasked_pong_is_taken, 1),
    cmocka_unit_test(a_ping_of_125_bytes_is_answered_in_full),
    cmocka_unit_test(empty_fragments_make_one_message),
    cmocka_unit_test(a_breach_ends_it_between_two_messages),
    cmocka_unit_test(our_own_frames_are_masked_each_with_its_own_key),
  };
  return cmocka_run_group_tests_name("sim_rules_frames", tests, NULL, NULL);
}
