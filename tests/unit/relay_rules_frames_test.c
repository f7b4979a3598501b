/* RFC 6455 sections 5 and 7, as server: what a client must not send, on a
 * control channel, as a sender and on a rendezvous. */
#include "support/check.h"
#include "support/relay_world.h"

enum leg { CONTROL, SENDER, RENDEZVOUS, LEGS };

static struct raw_peer *peer_of(struct world_pair *p, enum leg leg)
{
  struct raw_peer *const peers[] = { &p->listener, &p->sender, &p->rendezvous };
  return peers[leg];
}

/* The control channel is over, and what was joined goes on. */
static void expect_listener_gone(struct relay_world *w, struct world_pair *p)
{
  assert_int_equal(world_counts(w).listeners, 0);
  raw_send_frame(&p->sender, 0x82, hc_span_str("still here"));
  raw_expect_frame(&p->rendezvous, 0x82, "still here");
}

/* The other side sees a cut, and nothing of what was refused. */
static void expect_pair_gone(struct relay_world *w, struct world_pair *p,
                             enum leg leg)
{
  struct raw_peer *other = leg == SENDER ? &p->rendezvous : &p->sender;

  raw_expect_end(other, HYCO_EDROPPED);
  assert_int_equal(hc_buffer_len(&other->received), 0);
  assert_int_equal(world_counts(w).pairs, 0);
}

/* Each leg is answered with a Close of this code and words, and ended. */
static void expect_closed(const void *bytes, size_t len, int code,
                          const char *words)
{
  struct raw_frame frame;
  struct relay_world w;
  struct world_pair p;

  for (enum leg leg = CONTROL; leg < LEGS; leg++) {
    world_start(&w, NULL);
    world_join(&w, &p);
    struct raw_peer *peer = peer_of(&p, leg);
    raw_send(peer, hc_span_of(bytes, len));
    assert_true(raw_read_frame(peer, &frame));
    assert_int_equal(frame.first, 0x88);
    assert_false(frame.masked);
    assert_true(frame.data.len >= 2);
    assert_int_equal(frame.data.ptr[0] << 8 | frame.data.ptr[1], code);
    check_span(hc_span_of(frame.data.ptr + 2, frame.data.len - 2), words);
    raw_expect_end(peer, 0);
    assert_int_equal(hc_buffer_len(&peer->received), 0);
    assert_true(world_logged(&w, words));
    if (leg == CONTROL)
      expect_listener_gone(&w, &p);
    else
      expect_pair_gone(&w, &p, leg);
    world_part(&p);
    world_finish(&w);
  }
}

/* An empty frame whose head has these two bytes, masked with zeros. */
static void expect_head_refused(unsigned first, const char *words)
{
  const uint8_t frame[] = { (uint8_t)first, 0x80, 0, 0, 0, 0 };
  expect_closed(frame, sizeof frame, 1002, words);
}

/* RFC 6455 5.1: "The server MUST close the connection upon receiving a frame
 * that is not masked." */
static void a_frame_without_a_mask_is_refused(void **state)
{
  static const char words[] = "a client's frame is not masked (RFC 6455 5.1)";
  (void)state;
  expect_closed("\x82\2hi", 4, 1002, words);
  expect_closed("\x81\0", 2, 1002, words);
  expect_closed("\x89\0", 2, 1002, words);
  expect_closed("\x88\2\x03\xe8", 4, 1002, words);
}

/* RFC 6455 5.2: "MUST be 0 unless an extension is negotiated"; none ever is. */
static void a_reserved_bit_is_refused(void **state)
{
  (void)state;
  for (unsigned bit = 0x10; bit <= 0x40; bit <<= 1)
    expect_head_refused(
        0x81 | bit,
        "a reserved bit is set without an extension (RFC 6455 5.2)");
}

/* RFC 6455 5.2: 3-7 and B-F are reserved. */
static void reserved_opcodes_are_refused(void **state)
{
  (void)state;
  for (unsigned opcode = 3; opcode <= 15; opcode++) {
    if (opcode < 8 || opcode > 10)
      expect_head_refused(0x80 | opcode, "a reserved opcode (RFC 6455 5.2)");
  }
}

/* RFC 6455 5.5: "MUST have a payload length of 125 bytes or less" */
static void control_frames_above_125_bytes_are_refused(void **state)
{
  (void)state;
  for (unsigned opcode = 8; opcode <= 10; opcode++) {
    uint8_t frame[8 + 126] = { (uint8_t)(0x80 | opcode), 0xfe, 0, 126 };
    expect_closed(frame, sizeof frame, 1002,
                  "a control frame is longer than 125 bytes (RFC 6455 5.5)");
  }
}

/* RFC 6455 5.5: "MUST NOT be fragmented" */
static void control_frames_in_fragments_are_refused(void **state)
{
  (void)state;
  for (unsigned opcode = 8; opcode <= 10; opcode++)
    expect_head_refused(opcode, "a control frame is fragmented (RFC 6455 5.5)");
}

/* RFC 6455 5.4: a continuation follows a frame whose FIN is clear. */
static void a_continuation_of_nothing_is_refused(void **state)
{
  static const char words[] =
      "a continuation, but no message to continue (RFC 6455 5.4)";
  (void)state;
  expect_head_refused(0x80, words);
  expect_head_refused(0x00, words);
}

/* RFC 6455 5.2: "the minimal number of bytes MUST be used to encode the
 * length" */
static void a_length_that_is_not_minimal_is_refused(void **state)
{
  static const char words[] =
      "a length is not in its shortest form (RFC 6455 5.2)";
  (void)state;
  expect_closed("\x82\xfe\0\0\0\0\0\0", 8, 1002, words);
  expect_closed("\x82\xfe\0\x7d\0\0\0\0", 8, 1002, words);
  expect_closed("\x82\xff\0\0\0\0\0\0\xff\xff\0\0\0\0", 14, 1002, words);
  expect_closed("\x89\xff\0\0\0\0\0\0\0\1\0\0\0\0", 14, 1002, words);
}

/* RFC 6455 5.2: "the most significant bit MUST be 0" */
static void a_64_bit_length_with_the_top_bit_is_refused(void **state)
{
  (void)state;
  expect_closed("\x82\xff\x80\0\0\0\0\1\0\0\0\0\0\0", 14, 1002,
                "the highest bit of a length is set (RFC 6455 5.2)");
}

static void expect_bad_close(const char *body, size_t len)
{
  uint8_t frame[64] = { 0x88, (uint8_t)(0x80 | len) };

  memcpy(frame + 6, body, len);
  expect_closed(frame, 6 + len, 1002, "bad Close");
}

/* RFC 6455 5.5.1: code and UTF-8, or nothing */
static void a_close_with_a_bad_body_is_refused(void **state)
{
  (void)state;
  expect_bad_close("\x03", 1);
  expect_bad_close("\x03\xe8\xff", 3);
  expect_bad_close("\x03\xe8ok\xe2\x82", 6);
}

/* RFC 6455 7.4 and the IANA registry */
static void codes_that_must_not_be_on_the_wire_are_refused(void **state)
{
  static const int codes[] = { 0,    1,    999,  1004, 1005, 1006,  1015, 1016,
                               1999, 2000, 2999, 5000, 5001, 32768, 65535 };
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(codes); i++) {
    const char body[] = { (char)(codes[i] >> 8), (char)codes[i] };
    expect_bad_close(body, 2);
  }
}

/* RFC 6455 7.4: a control channel's Close is answered alike, a pair's passed
 * on. */
static void codes_that_may_be_on_the_wire_are_taken(void **state)
{
  static const int codes[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                               1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999 };
  struct relay_world w;
  struct world_pair p;

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(codes); i++) {
    const uint8_t body[] = { (uint8_t)(codes[i] >> 8), (uint8_t)codes[i], 'x' };
    world_start(&w, NULL);
    world_join(&w, &p);
    raw_send_frame(&p.listener, 0x88, hc_span_of(body, sizeof body));
    raw_expect_close(&p.listener, codes[i]);
    raw_expect_end(&p.listener, 0);
    raw_send_frame(&p.sender, 0x88, hc_span_of(body, sizeof body));
    raw_expect_close(&p.rendezvous, codes[i]);
    raw_send_frame(&p.rendezvous, 0x88, hc_span_of(body, sizeof body));
    raw_expect_close(&p.sender, codes[i]);
    raw_expect_end(&p.sender, 0);
    raw_expect_end(&p.rendezvous, 0);
    world_part(&p);
    world_finish(&w);
  }
}

/* RFC 6455 5.4: "The fragments of one message MUST NOT be interleaved between
 * the fragments of another message"; on a pair the first has been passed on. */
static void a_message_inside_a_message_is_refused(void **state)
{
  struct relay_world w;
  struct world_pair p;

  (void)state;
  for (enum leg leg = CONTROL; leg < LEGS; leg++) {
    world_start(&w, NULL);
    world_join(&w, &p);
    struct raw_peer *peer = peer_of(&p, leg);
    raw_send_frame(peer, 0x01, hc_span_str("begun"));
    raw_send_frame(peer, 0x81, hc_span_str("another"));
    raw_expect_close(peer, 1002);
    raw_expect_end(peer, 0);
    assert_true(
        world_logged(&w, "a new message inside a message (RFC 6455 5.4)"));
    if (leg != CONTROL) {
      raw_expect_frame(leg == SENDER ? &p.rendezvous : &p.sender, 0x01,
                       "begun");
      expect_pair_gone(&w, &p, leg);
    }
    world_part(&p);
    world_finish(&w);
  }
}

/* RFC 6455 5.4 and 5.5.2: a ping inside a message is answered, and the control
 * message that it stood in is read. */
static void a_ping_inside_a_control_message_is_answered(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  raw_send_frame(&w->listener, 0x01, hc_span_str("{\"renewToken\":"));
  raw_send_frame(&w->listener, 0x89, hc_span_str("there?"));
  raw_send_frame(&w->listener, 0x00, hc_span_str("{\"token\":"));
  raw_expect_frame(&w->listener, 0x8a, "there?");
  raw_send_frame(&w->listener, 0x80, hc_span_str("\"bad\"}}"));
  raw_expect_close(&w->listener, 1008); /* so it was read whole */
}

/* RFC 6455 8.1: text on the control channel is the relay's own affair. */
static void a_control_message_that_is_not_utf8_closes_with_1007(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  raw_send_frame(&w->listener, 0x81, hc_span_str("{\"a\":\"\xff\"}"));
  raw_expect_close(&w->listener, 1007);
  raw_expect_end(&w->listener, 0);
}

/* RFC 6455 1.4: what comes behind a Close is discarded, frames or not. */
static void garbage_behind_a_close_is_discarded(void **state)
{
  struct relay_world w;
  struct world_pair p;

  (void)state;
  for (enum leg leg = CONTROL; leg < LEGS; leg++) {
    world_start(&w, NULL);
    world_join(&w, &p);
    struct raw_peer *peer = peer_of(&p, leg);
    struct raw_peer *other = leg == SENDER ? &p.rendezvous : &p.sender;
    raw_send(peer,
             hc_span_of("\x88\x82\0\0\0\0\x03\xe8\xf3\0\xf3\0garbage", 19));
    if (leg == CONTROL) {
      raw_expect_close(peer, 1000);
    } else {
      raw_expect_close(other, 1000);
      raw_send_frame(other, 0x82, hc_span_str("goes on"));
      raw_expect_frame(peer, 0x82, "goes on");
      raw_send_frame(other, 0x88, hc_span_str("\x03\xe9"));
      raw_expect_close(peer, 1001);
      raw_expect_end(other, 0);
    }
    raw_expect_end(peer, 0);
    world_part(&p);
    world_finish(&w);
  }
}

/* Before its 101 a sender's bytes are not looked at; then they are. */
static void frames_sent_too_early_obey_the_rules_too(void **state)
{
  struct relay_world w;
  struct world_pair p;
  struct hc_control control;

  (void)state;
  world_start(&w, NULL);
  world_listen(&w, &p.listener, "hyco");
  world_connect(&w, &p.sender, "hyco?sb-hc-action=connect");
  raw_send_str(&p.sender, "\x82\2hi"); /* no mask */
  world_read_accept(&p.listener, &control);
  world_send_upgrade(&w, &p.rendezvous, world_target(&control), "");
  hc_control_deinit(&control);
  assert_int_equal(world_answer(&w, &p.sender), 101);
  raw_expect_close(&p.sender, 1002);
  assert_int_equal(world_answer(&w, &p.rendezvous), 101);
  raw_expect_end(&p.rendezvous, HYCO_EDROPPED);
  world_part(&p);
  world_finish(&w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_frame_without_a_mask_is_refused),
    cmocka_unit_test(a_reserved_bit_is_refused),
    cmocka_unit_test(reserved_opcodes_are_refused),
    cmocka_unit_test(control_frames_above_125_bytes_are_refused),
    cmocka_unit_test(control_frames_in_fragments_are_refused),
    cmocka_unit_test(a_continuation_of_nothing_is_refused),
    cmocka_unit_test(a_length_that_is_not_minimal_is_refused),
    cmocka_unit_test(a_64_bit_length_with_the_top_bit_is_refused),
    cmocka_unit_test(a_close_with_a_bad_body_is_refused),
    cmocka_unit_test(codes_that_must_not_be_on_the_wire_are_refused),
    cmocka_unit_test(codes_that_may_be_on_the_wire_are_taken),
    cmocka_unit_test(a_message_inside_a_message_is_refused),
    WORLD_TEST(a_ping_inside_a_control_message_is_answered),
    WORLD_TEST(a_control_message_that_is_not_utf8_closes_with_1007),
    cmocka_unit_test(garbage_behind_a_close_is_discarded),
    cmocka_unit_test(frames_sent_too_early_obey_the_rules_too),
  };
  return cmocka_run_group_tests_name("relay_rules_frames", tests, NULL, NULL);
}
