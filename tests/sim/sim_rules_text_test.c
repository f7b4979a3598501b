/* RFC 6455 section 8.1 and RFC 3629, as client: text that a service sends must
 * be UTF-8, and is refused at the first byte that cannot be. */
#include "support/check.h"

#include "sim_service.h"

static const char not_utf8[] = "RFC 6455 8.1: text is not UTF-8";

/* Opens each leg, sends these bytes and expects a Close 1007. */
static void expect_refused_on(enum sim_leg first, struct hc_span bytes)
{
  struct sim_service s;

  for (enum sim_leg leg = first; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, bytes);
    sim_service_expect_close(peer, 1007, not_utf8);
    raw_expect_end(peer, 0);
    sim_service_expect_broken(&s, leg, 600, not_utf8);
    sim_service_finish(&s);
  }
}

/* The head of a text message that claims 1,000 bytes, then only these: the
 * verdict does not wait for the rest. */
static void expect_refused_early(const char *text, size_t len)
{
  uint8_t bytes[64] = { 0x81, 126, 1000 >> 8, 1000 & 255 };

  memcpy(bytes + 4, text, len);
  expect_refused_on(SIM_CONTROL, hc_span_of(bytes, 4 + len));
}

/* RFC 3629 3 and 4: the first byte that no character has there */
static void text_fails_at_its_first_bad_byte(void **state)
{
  (void)state;
  expect_refused_early("ab\xff", 3);
  expect_refused_early("ab\x80", 3);    /* a continuation of nothing */
  expect_refused_early("\xe2\x82g", 3); /* two of three bytes */
  expect_refused_early("\xc3\xc3", 2);  /* a start inside a character */
  expect_refused_early("\xfe", 1);
}

/* RFC 3629 3: "protect against decoding invalid sequences": overlong forms */
static void overlong_forms_fail_as_soon_as_they_show(void **state)
{
  (void)state;
  expect_refused_early("\xc0", 1);
  expect_refused_early("\xc1", 1);
  expect_refused_early("\xe0\x9f", 2);
  expect_refused_early("\xf0\x8f", 2);
}

/* RFC 3629 3: "prohibits encoding character numbers between U+D800 and
 * U+DFFF" */
static void surrogates_fail_as_soon_as_they_show(void **state)
{
  (void)state;
  expect_refused_early("\xed\xa0", 2);
  expect_refused_early("\xed\xbf", 2);
}

/* RFC 3629 3: the range ends with U+10FFFF. */
static void characters_beyond_10ffff_fail_as_soon_as_they_show(void **state)
{
  (void)state;
  expect_refused_early("\xf4\x90", 2);
  expect_refused_early("\xf5", 1);
  expect_refused_early("\xf8", 1);
}

/* RFC 6455 5.6: "the whole message MUST contain valid UTF-8" */
static void a_message_that_ends_inside_a_character_is_refused(void **state)
{
  (void)state;
  expect_refused_on(SIM_CONTROL, hc_span_of("\x81\2\xe2\x82", 4));
  expect_refused_on(SIM_CONTROL, hc_span_of("\x01\1\xf0\x80\2\x9f\x98", 7));
  /* the end is an empty fragment */
  expect_refused_on(SIM_CONTROL, hc_span_of("\x01\1\xc3\x80\0", 5));
}

/* The bad byte may come in any fragment. */
static void a_bad_byte_in_a_later_fragment_is_refused(void **state)
{
  (void)state;
  expect_refused_on(SIM_CONTROL, hc_span_of("\x01\1a\x00\1\xc3\x00\1(", 9));
  expect_refused_on(SIM_CONTROL, hc_span_of("\x01\1a\x00\0\x80\1\xa9", 8));
}

static const char *who(enum sim_leg leg)
{
  return leg == SIM_SENDER ? "s0" : "r0 1";
}

static void expect_text(struct sim_service *s, enum sim_leg leg,
                        const char *text)
{
  char line[128];

  (void)snprintf(line, sizeof line, "%s text \"%s\"\n", who(leg), text);
  sim_world_run(&s->world, 30, line);
}

/* RFC 6455 5.6: "a particular text frame might include a partial UTF-8
 * sequence" */
static void characters_may_be_cut_by_fragments_anywhere(void **state)
{
  static const char text[] = "\xce\xba\xe2\x82\xac\xf0\x90\x8d\x88!";
  const size_t len = sizeof text - 1;
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    for (size_t cut = 0; cut <= len; cut++) {
      raw_send_server_frame(peer, 0x01, hc_span_of(text, cut));
      raw_send_server_frame(peer, 0x80, hc_span_of(text + cut, len - cut));
      expect_text(&s, leg, text);
    }
    sim_service_finish(&s);
  }
}

/* The same in one frame, cut by the network instead. */
static void characters_may_be_cut_by_the_network_anywhere(void **state)
{
  static const char frame[] = "\x81\xa\xce\xba\xe2\x82\xac\xf0\x90\x8d\x88!";
  const size_t len = sizeof frame - 1;
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    for (size_t cut = 1; cut < len; cut++) {
      raw_send(peer, hc_span_of(frame, cut));
      sim_run(s.world.sim, 5);
      raw_send(peer, hc_span_of(frame + cut, len - cut));
      expect_text(&s, leg, frame + 2);
    }
    sim_service_finish(&s);
  }
}

/* The ends of every range, and characters that are no characters: legal. */
static void every_length_and_the_outermost_characters_are_taken(void **state)
{
  static const char *const texts[] = {
    "",
    "\x7f",
    "\xc2\x80",
    "\xdf\xbf",
    "\xe0\xa0\x80",
    "\xed\x9f\xbf",
    "\xee\x80\x80",
    "\xef\xbf\xbf", /* U+FFFF */
    "\xf0\x90\x80\x80",
    "\xf4\x8f\xbf\xbf", /* U+10FFFF */
    "\xef\xbb\xbf",     /* U+FEFF stays where it is */
  };
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
      raw_send_server_frame(peer, 0x81, hc_span_str(texts[i]));
      expect_text(&s, leg, texts[i]);
    }
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.4: a ping may stand inside a character too; its payload is any
 * bytes (5.5.2). */
static void a_ping_inside_a_character_leaves_the_text_alone(void **state)
{
  struct sim_service s;
  struct raw_frame frame;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of("\x01\1\xc3\x89\1\xff\x80\1\xa9", 9));
    expect_text(&s, leg, "\xc3\xa9");
    assert_true(raw_read_frame(peer, &frame));
    assert_int_equal(frame.first, 0x8a);
    check_span(frame.data, "\xff");
    sim_service_finish(&s);
  }
}

/* RFC 6455 5.6: binary is "arbitrary binary data". */
static void binary_is_not_looked_at(void **state)
{
  struct sim_service s;
  char line[64];

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_opened(&s, leg);
    raw_send(peer, hc_span_of("\x02\1\xff\x80\1\xc3", 6));
    (void)snprintf(line, sizeof line, "%s binary \"\xff\xc3\"\n", who(leg));
    sim_world_run(&s.world, 30, line);
    raw_send(peer, hc_span_of("\x81\2ok", 4)); /* and text after it */
    expect_text(&s, leg, "ok");
    sim_service_finish(&s);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(text_fails_at_its_first_bad_byte),
    cmocka_unit_test(overlong_forms_fail_as_soon_as_they_show),
    cmocka_unit_test(surrogates_fail_as_soon_as_they_show),
    cmocka_unit_test(characters_beyond_10ffff_fail_as_soon_as_they_show),
    cmocka_unit_test(a_message_that_ends_inside_a_character_is_refused),
    cmocka_unit_test(a_bad_byte_in_a_later_fragment_is_refused),
    cmocka_unit_test(characters_may_be_cut_by_fragments_anywhere),
    cmocka_unit_test(characters_may_be_cut_by_the_network_anywhere),
    cmocka_unit_test(every_length_and_the_outermost_characters_are_taken),
    cmocka_unit_test(a_ping_inside_a_character_leaves_the_text_alone),
    cmocka_unit_test(binary_is_not_looked_at),
  };
  return cmocka_run_group_tests_name("sim_rules_text", tests, NULL, NULL);
}
