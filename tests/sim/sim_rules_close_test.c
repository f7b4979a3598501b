/* RFC 6455 sections 5.5.1 and 7, as client: the Close of a service, good and
 * bad, and what may stand behind it. */
#include "support/check.h"

#include "sim_service.h"

static void send_close(struct raw_peer *peer, int code, const char *words)
{
  uint8_t body[125] = { (uint8_t)(code >> 8), (uint8_t)code };
  size_t len = strlen(words);

  memcpy(body + 2, words, len);
  raw_send_server_frame(peer, 0x88, hc_span_of(body, 2 + len));
}

/* RFC 6455 7.4 and the IANA registry: a Close with this code ends the leg well
 * and is answered with the same. */
static void expect_legal(enum sim_leg leg, int code)
{
  struct sim_service s;

  sim_service_start(&s, (uint64_t)code);
  struct raw_peer *peer = sim_service_opened(&s, leg);
  send_close(peer, code, "bye");
  sim_service_expect_close(peer, code, "bye");
  raw_expect_end(peer, 0);
  sim_service_expect_closed(&s, leg, code, "bye");
  sim_service_finish(&s);
}

static void expect_illegal_body(enum sim_leg leg, struct hc_span body)
{
  static const char words[] = "RFC 6455 7.4: bad Close";
  struct sim_service s;

  sim_service_start(&s, leg + 1);
  struct raw_peer *peer = sim_service_opened(&s, leg);
  raw_send_server_frame(peer, 0x88, body);
  sim_service_expect_close(peer, 1002, words);
  raw_expect_end(peer, 0);
  sim_service_expect_broken(&s, leg, 600, words);
  sim_service_finish(&s);
}

static void codes_that_may_be_on_the_wire_are_answered_alike(void **state)
{
  static const int codes[] = { 1000, 1001, 1002, 1003, 1007, 1008,
                               1009, 1010, 1011, 1012, 1013, 1014,
                               3000, 3001, 3999, 4000, 4001, 4999 };
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(codes); i++) {
    for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++)
      expect_legal(leg, codes[i]);
  }
}

/* RFC 6455 7.4.1: 1005, 1006 and 1015 "MUST NOT be set as a status code in a
 * Close control frame"; 7.4.2: 0-999 "are not used"; the rest is unassigned. */
static void codes_that_must_not_be_on_the_wire_are_refused(void **state)
{
  static const int codes[] = { 0,    1,    500,  999,  1004,  1005,  1006,
                               1015, 1016, 1100, 1999, 2000,  2500,  2999,
                               5000, 5001, 9999, 1256, 32768, 65535, 12345 };
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(codes); i++) {
    const uint8_t body[] = { (uint8_t)(codes[i] >> 8), (uint8_t)codes[i] };
    for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++)
      expect_illegal_body(leg, hc_span_of(body, sizeof body));
  }
}

/* RFC 6455 5.5.1: "the first two bytes of the body MUST be a 2-byte unsigned
 * integer" */
static void a_body_of_one_byte_is_refused(void **state)
{
  (void)state;
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++)
    expect_illegal_body(leg, hc_span_of("\x03", 1));
}

/* RFC 6455 5.5.1: "the body MAY contain UTF-8-encoded data" */
static void a_reason_that_is_not_utf8_is_refused(void **state)
{
  static const char *const bodies[] = { "\x03\xe8\xff", "\x03\xe8h\xc3",
                                        "\x03\xe8\xed\xa0\x80" };
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(bodies); i++) {
    for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++)
      expect_illegal_body(leg, hc_span_str(bodies[i]));
  }
}

/* RFC 6455 7.1.5: "If this Close control frame contains no status code, the
 * Connection Close Code is considered to be 1005"; the answer has none. */
static void a_close_without_a_code_is_1005_and_answered_without(void **state)
{
  struct sim_service s;
  struct raw_frame frame;

  (void)state;
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of("\x88\0", 2));
    assert_true(raw_read_frame(peer, &frame));
    assert_int_equal(frame.first, 0x88);
    assert_true(frame.masked);
    assert_int_equal(frame.data.len, 0);
    raw_expect_end(peer, 0);
    sim_service_expect_closed(&s, leg, 1005, "");
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.5: 125 bytes hold a code and 123 bytes of text. */
static void the_longest_reason_arrives_whole(void **state)
{
  char words[124];
  struct sim_service s;

  (void)state;
  memset(words, 'w', 123);
  words[123] = '\0';
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    send_close(peer, 4000, words);
    sim_service_expect_close(peer, 4000, words);
    sim_service_expect_closed(&s, leg, 4000, words);
    sim_service_finish(&s);
  }
}

/* Behind the Close these bytes come, in one piece with it. */
static void expect_ignored_behind_a_close(struct hc_span bytes)
{
  struct sim_service s;
  uint8_t both[64] = "\x88\5\x03\xe8"
                     "bye";

  memcpy(both + 7, bytes.ptr, bytes.len);
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of(both, 7 + bytes.len));
    sim_service_expect_close(peer, 1000, "bye");
    raw_expect_end(peer, 0);
    assert_int_equal(hc_buffer_len(&peer->received), 0);
    sim_service_expect_closed(&s, leg, 1000, "bye");
    sim_service_finish(&s);
  }
}

/* RFC 6455 1.4: "that peer discards any further data received" */
static void frames_behind_a_close_are_ignored(void **state)
{
  (void)state;
  expect_ignored_behind_a_close(hc_span_of("\x81\2hi\x89\1p\x88\0", 9));
}

/* RFC 6455 1.4, as above: not even their heads are looked at. */
static void what_is_no_frame_behind_a_close_is_ignored(void **state)
{
  (void)state;
  expect_ignored_behind_a_close(hc_span_of("\xf3\0\xf3\0", 4));
  expect_ignored_behind_a_close(hc_span_of("\x88\1x", 3));
}

/* The same where our own direction stays open (DESIGN section 8, HalfClose). */
static void
with_half_close_nothing_behind_a_close_ends_our_direction(void **state)
{
  struct sim_service s;
  struct raw_frame frame;

  (void)state;
  sim_service_start(&s, 1);
  sim_sender_set(&s.world.senders[0], "HalfClose=true");
  struct raw_peer *peer = sim_service_opened(&s, SIM_SENDER);
  raw_send(peer, hc_span_of("\x88\2\x03\xe8\xf3\0\xf3\0\x89\0\x81\1x", 13));
  sim_world_run(&s.world, 100, "s0 end 1000 \n");
  assert_int_equal(
      sim_sender_send(&s.world.senders[0], HC_WS_TEXT, hc_span_str("more")), 0);
  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, 0x81);
  check_span(frame.data, "more");
  assert_int_equal(hc_sender_disconnect(s.world.senders[0].core), 0);
  sim_service_expect_close(peer, 1000, "");
  raw_expect_end(peer, 0);
  sim_world_run(&s.world, 100, "s0 disconnected 1000 \n");
  sim_service_finish(&s);
}

/* RFC 6455 5.4: a Close may stand inside a message, which then never ends. */
static void a_close_inside_a_message_ends_it_well(void **state)
{
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send_server_frame(peer, 0x01, hc_span_str("begun"));
    send_close(peer, 1001, "going");
    sim_service_expect_close(peer, 1001, "going");
    raw_expect_end(peer, 0);
    sim_service_expect_closed(&s, leg, 1001, "going");
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.5.1: "The application MUST NOT send any more data frames after
 * sending a Close frame." */
static void nothing_follows_our_own_close(void **state)
{
  struct sim_service *s = *state;

  struct hc_sender *core = s->world.senders[0].core;
  struct raw_peer *peer = sim_service_opened(s, SIM_SENDER);
  assert_int_equal(hc_sender_disconnect(core), 0);
  assert_int_equal(
      sim_sender_send(&s->world.senders[0], HC_WS_TEXT, hc_span_str("late")),
      HYCO_ENOTCONNECTED);
  sim_service_expect_close(peer, 1000, "");
  raw_send(peer, hc_span_of("\x89\1p", 3)); /* not answered either */
  raw_expect_silence(peer, 100);
  send_close(peer, 4001, "mine");
  raw_expect_end(peer, 0);
  assert_int_equal(hc_buffer_len(&peer->received), 0);
  sim_world_run(&s->world, 100, "s0 disconnected 4001 mine\n");
}

/* RFC 6455 7.1.5: without a Close the code is 1006; spec hybrid-connections.md
 * 1.9: a cut is never a clean end. */
static void an_end_without_a_close_is_a_cut(void **state)
{
  static const char accepted[] =
      "the connection was cut: it ended without a Close";
  static const char control[] =
      "the service ended the control channel without a Close";
  static const char *const sent[] = { "", "\x81", "\x81\5Hel", "\x01\3Hel",
                                      "\x88\2\x03" };
  struct sim_service s;

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(sent); i++) {
    for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
      sim_service_start(&s, leg + 1);
      struct raw_peer *peer = sim_service_opened(&s, leg);
      raw_send_str(peer, sent[i]);
      raw_close(peer, HC_STREAM_CLEAN);
      sim_service_expect_broken(&s, leg, 1120,
                                leg == SIM_CONTROL ? control : accepted);
      sim_service_finish(&s);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(codes_that_may_be_on_the_wire_are_answered_alike),
    cmocka_unit_test(codes_that_must_not_be_on_the_wire_are_refused),
    cmocka_unit_test(a_body_of_one_byte_is_refused),
    cmocka_unit_test(a_reason_that_is_not_utf8_is_refused),
    cmocka_unit_test(a_close_without_a_code_is_1005_and_answered_without),
    cmocka_unit_test(the_longest_reason_arrives_whole),
    cmocka_unit_test(frames_behind_a_close_are_ignored),
    cmocka_unit_test(what_is_no_frame_behind_a_close_is_ignored),
    cmocka_unit_test(with_half_close_nothing_behind_a_close_ends_our_direction),
    cmocka_unit_test(a_close_inside_a_message_ends_it_well),
    SERVICE_TEST(nothing_follows_our_own_close, 1),
    cmocka_unit_test(an_end_without_a_close_is_a_cut),
  };
  return cmocka_run_group_tests_name("sim_rules_close", tests, NULL, NULL);
}
