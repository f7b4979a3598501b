/* RFC 6455 section 4, as client: the request that goes out, and every answer to
 * it that is not a right 101. */
#include "support/check.h"

#include "sim_service.h"

#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define ACCEPT "Sec-WebSocket-Accept: %s\r\n"
#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"

enum { ANSWER_MAX = 40000 };

/* Puts the right accept in the place of each "%s". */
static void make_answer(const struct sim_service *s, char answer[ANSWER_MAX],
                        const char *pattern)
{
  char *out = answer;

  while (*pattern != '\0') {
    if (strncmp(pattern, "%s", 2) == 0) {
      memcpy(out, s->accept, HC_WS_ACCEPT_LEN);
      out += HC_WS_ACCEPT_LEN;
      pattern += 2;
    } else {
      *out++ = *pattern++;
    }
  }
  *out = '\0';
}

static void answer(struct sim_service *s, struct raw_peer *peer,
                   const char *pattern)
{
  static char text[ANSWER_MAX];

  make_answer(s, text, pattern);
  raw_send_str(peer, text);
}

/* Each leg gives this answer up with this number and these words. */
static void expect_refused(const char *pattern, int error, const char *words)
{
  struct sim_service s;

  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_dialled(&s, leg);
    answer(&s, peer, pattern);
    sim_service_expect_refused(&s, leg, error, words);
    assert_true(peer->ended);
    assert_int_equal(hc_buffer_len(&peer->received), 0); /* no Close */
    sim_service_finish(&s);
  }
}

/* Each leg opens with this answer. */
static void expect_opened(const char *pattern)
{
  static const char *const lines[] = { [SIM_CONTROL] = "r0 connected 0 OK\n",
                                       [SIM_ACCEPTED] =
                                           "r0 1 connected\nr0 1 ready\n",
                                       [SIM_SENDER] =
                                           "s0 connected 0 OK\ns0 ready\n" };
  struct sim_service s;

  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    answer(&s, sim_service_dialled(&s, leg), pattern);
    sim_world_run(&s.world, 100, lines[leg]);
    sim_service_finish(&s);
  }
}

static size_t count(const char *text, const char *part)
{
  size_t n = 0;

  for (; (text = strstr(text, part)) != NULL; text++)
    n++;
  return n;
}

/* RFC 6455 4.1, items 1 to 12 of the request's requirements */
static void our_request_has_what_the_rfc_demands(void **state)
{
  static const char *const once[] = { " HTTP/1.1\r\n",
                                      "\r\nHost: localhost:",
                                      "\r\nUpgrade: websocket\r\n",
                                      "\r\nConnection: Upgrade\r\n",
                                      "\r\nSec-WebSocket-Key: ",
                                      "\r\nSec-WebSocket-Version: 13\r\n" };
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    (void)sim_service_dialled(&s, leg);
    assert_memory_equal(s.head, "GET /$hc/hyco?", 14);
    for (size_t i = 0; i < CHECK_COUNT(once); i++)
      assert_int_equal(count(s.head, once[i]), 1);
    assert_null(strstr(s.head, "Sec-WebSocket-Extensions"));
    assert_null(strstr(s.head, "Sec-WebSocket-Protocol"));
    sim_service_finish(&s);
  }
}

/* RFC 6455 4.1, item 7: "selected randomly for each connection" */
static void each_request_has_a_key_of_its_own(void **state)
{
  struct sim_service *s = *state;
  char first[HC_WS_ACCEPT_LEN + 1];

  (void)sim_service_opened(s, SIM_CONTROL);
  memcpy(first, s->accept, sizeof first);
  (void)sim_service_opened(s, SIM_SENDER);
  assert_string_not_equal(first, s->accept);
}

/* RFC 6455 4.1: the client waits for the answer before it sends frames. */
static void nothing_follows_the_request_before_the_answer(void **state)
{
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    raw_expect_silence(sim_service_dialled(&s, leg), 5000);
    sim_world_expect(&s.world, "");
    sim_service_finish(&s);
  }
}

/* RFC 6455 4.1: "|Sec-WebSocket-Accept| ... MUST Fail the connection" */
static void an_accept_that_does_not_answer_the_key_is_refused(void **state)
{
  static const char wrong[] = "Sec-WebSocket-Accept does not answer our key";
  static const char none[] = "the 101 answer has not one Sec-WebSocket-Accept";
  (void)state;
  expect_refused(SWITCHING UPGRADE CONNECTION
                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                 600, wrong);
  expect_refused(SWITCHING UPGRADE CONNECTION
                 "Sec-WebSocket-Accept: %sx\r\n\r\n",
                 600, wrong);
  expect_refused(SWITCHING UPGRADE CONNECTION "Sec-WebSocket-Accept:\r\n\r\n",
                 600, wrong);
  expect_refused(SWITCHING UPGRADE CONNECTION "\r\n", 600, none);
  expect_refused(SWITCHING UPGRADE CONNECTION ACCEPT ACCEPT "\r\n", 600, none);
}

/* RFC 6455 4.1: "lacks an |Upgrade| header field or ... not an ASCII
 * case-insensitive match for the value 'websocket'" */
static void a_101_without_upgrade_is_refused(void **state)
{
  static const char words[] = "the 101 answer has no \"Upgrade: websocket\"";
  (void)state;
  expect_refused(SWITCHING CONNECTION ACCEPT "\r\n", 600, words);
  expect_refused(SWITCHING "Upgrade: h2c\r\n" CONNECTION ACCEPT "\r\n", 600,
                 words);
  expect_refused(SWITCHING "Upgrade: websockets\r\n" CONNECTION ACCEPT "\r\n",
                 600, words);
}

/* RFC 6455 4.1, the same of Connection */
static void a_101_without_connection_is_refused(void **state)
{
  static const char words[] = "the 101 answer has no \"Connection: Upgrade\"";
  (void)state;
  expect_refused(SWITCHING UPGRADE ACCEPT "\r\n", 600, words);
  expect_refused(SWITCHING UPGRADE "Connection: keep-alive\r\n" ACCEPT "\r\n",
                 600, words);
}

/* RFC 6455 4.1: "case-insensitive", and Connection is a list. */
static void case_and_lists_of_the_answer_do_not_matter(void **state)
{
  (void)state;
  expect_opened("HTTP/1.1 101 whatever\r\nupgrade: WebSocket\r\n"
                "connection:keep-alive , UPGRADE\r\n"
                "SEC-WEBSOCKET-ACCEPT:\t%s \r\nServer: x\r\n\r\n");
  expect_opened("HTTP/1.1 101\r\n" UPGRADE CONNECTION ACCEPT "\r\n");
}

/* RFC 6455 4.1: "an extension that was not present in the client's
 * handshake"; we offer none. */
static void an_extension_that_was_not_offered_is_refused(void **state)
{
  static const char words[] =
      "the 101 answer names an extension, none was offered";
  (void)state;
  expect_refused(SWITCHING UPGRADE CONNECTION ACCEPT
                 "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
                 600, words);
  expect_opened(SWITCHING UPGRADE CONNECTION ACCEPT
                "Sec-WebSocket-Extensions:\r\n\r\n");
}

/* RFC 6455 4.1: "a subprotocol that was not present in the client's
 * handshake" */
static void a_sub_protocol_when_none_was_offered_is_refused(void **state)
{
  (void)state;
  expect_refused(SWITCHING UPGRADE CONNECTION ACCEPT
                 "Sec-WebSocket-Protocol: chat\r\n\r\n",
                 600, "the sub-protocol \"chat\" was not offered");
}

static void expect_protocol_refused(const char *lines, const char *words)
{
  struct sim_service s;

  sim_service_start(&s, 1);
  sim_sender_set(&s.world.senders[0], "SubProtocols=chat, talk");
  struct raw_peer *peer = sim_service_dialled(&s, SIM_SENDER);
  assert_int_equal(count(s.head, "\r\nSec-WebSocket-Protocol: chat, talk\r\n"),
                   1);
  sim_service_answer(&s, peer, lines);
  sim_service_expect_refused(&s, SIM_SENDER, 600, words);
  sim_service_finish(&s);
}

/* RFC 6455 4.1, as above, and 11.3.4: one, and names are compared as they
 * are. */
static void a_sub_protocol_other_than_those_offered_is_refused(void **state)
{
  struct sim_service *s = *state;

  expect_protocol_refused("Sec-WebSocket-Protocol: other\r\n",
                          "the sub-protocol \"other\" was not offered");
  expect_protocol_refused("Sec-WebSocket-Protocol: CHAT\r\n",
                          "the sub-protocol \"CHAT\" was not offered");
  expect_protocol_refused("Sec-WebSocket-Protocol: chat, talk\r\n",
                          "the sub-protocol \"chat, talk\" was not offered");
  expect_protocol_refused("Sec-WebSocket-Protocol: chat\r\n"
                          "Sec-WebSocket-Protocol: talk\r\n",
                          "the 101 answer has several sub-protocols");

  sim_sender_set(&s->world.senders[0], "SubProtocols=chat, talk");
  struct raw_peer *peer = sim_service_dialled(s, SIM_SENDER);
  sim_service_answer(s, peer, "Sec-WebSocket-Protocol: talk\r\n");
  sim_world_run(&s->world, 100, "s0 connected 0 OK\ns0 ready\n");
}

/* RFC 6455 4.1: "If the status code received from the server is not 101, the
 * client handles the response per HTTP"; spec protocol.md: the reason phrase
 * carries the message. */
static void a_refusal_is_shown_with_its_status_and_reason(void **state)
{
  static const struct {
    const char *line;
    int error;
    const char *words;
  } cases[] = {
    { "200 OK", 151, "200 OK" },
    { "302 Found", 151, "302 Found" },
    { "400 Bad thing", 151, "400 Bad thing" },
    { "401 MissingToken: Relay", 602, "401 MissingToken: Relay" },
    { "403 Forbidden, sorry", 603, "403 Forbidden, sorry" },
    { "404 Endpoint does not exist.", 604, "404 Endpoint does not exist." },
    { "407 Proxy Authentication Required", 151,
      "407 Proxy Authentication Required" },
    { "410 Gone", 151, "410 Gone" },
    { "429 Too Many Requests", 151, "429 Too Many Requests" },
    { "500 Oh", 605, "500 Oh" },
    { "503 Try later", 605, "503 Try later" },
    { "504 K\xc3\xa4se", 605, "504 K\xc3\xa4se" },
    { "999 beyond", 605, "999 beyond" },
  };
  char pattern[256];

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    (void)snprintf(pattern, sizeof pattern,
                   "HTTP/1.1 %s\r\nContent-Length: 5\r\n\r\nwords",
                   cases[i].line);
    expect_refused(pattern, cases[i].error, cases[i].words);
  }
}

/* A 200 with all that belongs to a 101 is none. */
static void a_status_other_than_101_never_opens(void **state)
{
  (void)state;
  expect_refused("HTTP/1.1 200 OK\r\n" UPGRADE CONNECTION ACCEPT "\r\n", 151,
                 "200 OK");
  expect_refused("HTTP/1.1 100 Continue\r\n" UPGRADE CONNECTION ACCEPT "\r\n",
                 151, "100 Continue");
}

/* RFC 9112 5 and 2.2: what would be read differently by somebody else, or
 * write lines of its own into a log. */
static void control_bytes_in_a_reason_phrase_are_refused(void **state)
{
  (void)state;
  expect_refused("HTTP/1.1 404 a\x1b[31mb\r\n\r\n", 600,
                 "byte 0x1b in the HTTP head, expected text");
  expect_refused("HTTP/1.1 404 a\x7f\r\n\r\n", 600,
                 "byte 0x7f in the HTTP head, expected text");
  expect_refused("HTTP/1.1 404 a\nSet-Cookie: x\r\n\r\n", 600,
                 "a bare LF in the HTTP head, expected CRLF");
  expect_refused("HTTP/1.1 404 a\rb\r\n\r\n", 600,
                 "a bare CR in the HTTP head, expected CRLF");
  /* a tab is text (RFC 9110 5.5), but not for a log */
  expect_refused("HTTP/1.1 404 a\tb\r\n\r\n", 604, "404 a?b");
}

/* The NUL ends no C string in the middle of the head. */
static void a_nul_in_the_answer_is_refused(void **state)
{
  static const char head[] = "HTTP/1.1 404 a\0b\r\n\r\n";
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_dialled(&s, leg);
    raw_send(peer, hc_span_of(head, sizeof head - 1));
    sim_service_expect_refused(&s, leg, 600,
                               "byte 0x00 in the HTTP head, expected text");
    sim_service_finish(&s);
  }
}

static void what_is_not_http_is_refused(void **state)
{
  (void)state;
  expect_refused("SSH-2.0-OpenSSH_9.2\r\n\r\n", 600,
                 "a start line without HTTP/1.1 or HTTP/1.0");
  expect_refused("HTTP/2 101 Switching Protocols\r\n\r\n", 600,
                 "a start line without HTTP/1.1 or HTTP/1.0");
  expect_refused("HTTP/1.1 1O1 Switching\r\n\r\n", 600,
                 "status '1O1', expected three digits");
  expect_refused("HTTP/1.1 101 x\r\nUpgrade : websocket\r\n\r\n", 600,
                 "a field line that does not begin with a field name");
  expect_refused("HTTP/1.1 101 x\r\n" UPGRADE " folded\r\n\r\n", 600,
                 "a field line that begins with a blank");
}

/* HC_HTTP_HEAD_MAX and HC_HTTP_FIELDS_MAX */
static void a_head_that_is_too_long_is_refused(void **state)
{
  static char head[ANSWER_MAX];
  size_t len;

  (void)state;
  len = (size_t)snprintf(head, sizeof head, SWITCHING "X: ");
  memset(head + len, 'x', HC_HTTP_HEAD_MAX - len);
  head[HC_HTTP_HEAD_MAX] = '\0'; /* no end of it in sight */
  expect_refused(head, 10040, "the HTTP head is longer than 32768 bytes");

  len = (size_t)snprintf(head, sizeof head, SWITCHING);
  for (int i = 0; i <= HC_HTTP_FIELDS_MAX; i++)
    len += (size_t)snprintf(head + len, sizeof head - len, "X: %d\r\n", i);
  (void)snprintf(head + len, sizeof head - len, "\r\n");
  expect_refused(head, 10040, "the HTTP head has more than 100 fields");
}

/* One byte, and one field, less is fine. */
static void the_longest_head_opens(void **state)
{
  static const char start[] = SWITCHING UPGRADE CONNECTION ACCEPT;
  static char head[ANSWER_MAX];
  const size_t accept_grows = HC_WS_ACCEPT_LEN - 2;
  const size_t tail = HC_HTTP_HEAD_MAX - 4 - accept_grows;
  size_t len;

  (void)state;
  len = (size_t)snprintf(head, sizeof head, "%s", start);
  len += (size_t)snprintf(head + len, sizeof head - len, "X: ");
  memset(head + len, 'x', tail - len);
  memcpy(head + tail, "\r\n\r\n", 5);
  expect_opened(head);

  len = (size_t)snprintf(head, sizeof head, "%s", start);
  for (int i = 3; i < HC_HTTP_FIELDS_MAX; i++)
    len += (size_t)snprintf(head + len, sizeof head - len, "X: %d\r\n", i);
  (void)snprintf(head + len, sizeof head - len, "\r\n");
  expect_opened(head);
}

/* A reason phrase longer than a text of ours (HC_FAULT_TEXT_MAX) is cut. */
static void a_very_long_reason_is_cut(void **state)
{
  struct sim_service *s = *state;
  char pattern[4096];
  char words[HC_FAULT_TEXT_MAX];

  memset(words, 'w', sizeof words);
  (void)snprintf(pattern, sizeof pattern, "HTTP/1.1 404 %.512s%.512s\r\n\r\n",
                 words, words);
  memcpy(words, "404 ", 4);
  words[sizeof words - 1] = '\0';
  answer(s, sim_service_dialled(s, SIM_SENDER), pattern);
  sim_service_expect_refused(s, SIM_SENDER, 604, words);
}

/* Cut in two at every byte: the same opening, and the frame behind it. */
static void the_answer_may_come_in_any_two_pieces(void **state)
{
  static const char pattern[] =
      SWITCHING UPGRADE CONNECTION ACCEPT "\r\n\x81\2hi";
  static char text[ANSWER_MAX];
  struct sim_service s;

  (void)state;
  for (size_t cut = 0; cut < sizeof pattern + HC_WS_ACCEPT_LEN - 3; cut++) {
    sim_service_start(&s, cut + 1);
    struct raw_peer *peer = sim_service_dialled(&s, SIM_SENDER);
    make_answer(&s, text, pattern);
    raw_send(peer, hc_span_of(text, cut));
    sim_run(s.world.sim, 10);
    raw_send_str(peer, text + cut);
    sim_world_run(&s.world, 100,
                  "s0 connected 0 OK\ns0 ready\ns0 text \"hi\"\n");
    sim_service_finish(&s);
  }
}

static void the_answer_may_come_byte_by_byte(void **state)
{
  static const char pattern[] =
      SWITCHING UPGRADE CONNECTION ACCEPT "\r\n\x81\2hi\x88\2\x03\xe8";
  static char text[ANSWER_MAX];
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_ACCEPTED; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_dialled(&s, leg);
    make_answer(&s, text, pattern);
    for (size_t i = 0; text[i] != '\0'; i++) {
      raw_send(peer, hc_span_of(text + i, 1));
      sim_run(s.world.sim, 5);
    }
    sim_world_run(&s.world, 100,
                  leg == SIM_SENDER
                      ? "s0 connected 0 OK\ns0 ready\ns0 text \"hi\"\n"
                        "s0 disconnected 1000 \n"
                      : "r0 1 connected\nr0 1 ready\nr0 1 text \"hi\"\n"
                        "r0 1 disconnected 1000 \n");
    sim_service_finish(&s);
  }
}

/* Frames that stand right behind the head, an accept message among them. */
static void frames_right_behind_the_answer_are_taken(void **state)
{
  struct sim_service *s = *state;

  struct raw_peer *peer = sim_service_dialled(s, SIM_CONTROL);
  answer(s, peer, SWITCHING UPGRADE CONNECTION ACCEPT "\r\n\x81\2no");
  sim_world_run(&s->world, 100,
                "r0 connected 0 OK\n"
                "r0 error 600 ...\n");
}

static void an_end_inside_the_answer_is_1120(void **state)
{
  static const char words[] =
      "the connection ended before the handshake was answered";
  static const char *const sent[] = { "", "HTTP/1.1 101 Sw",
                                      SWITCHING UPGRADE "\r" };
  struct sim_service s;

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(sent); i++) {
    for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
      sim_service_start(&s, leg + 1);
      struct raw_peer *peer = sim_service_dialled(&s, leg);
      raw_send_str(peer, sent[i]);
      raw_close(peer, HC_STREAM_CLEAN);
      sim_service_expect_refused(&s, leg, 1120, words);
      sim_service_finish(&s);
    }
  }
}

/* DESIGN section 8: a listener's upgrade 10 s, a rendezvous 20 s, a sender 70
 * s; a byte now and then does not make it longer. */
static void an_answer_that_does_not_end_is_given_up_in_time(void **state)
{
  static const uint64_t limits[] = {
    [SIM_CONTROL] = 10000, [SIM_ACCEPTED] = 20000, [SIM_SENDER] = 70000
  };
  struct sim_service s;

  (void)state;
  for (enum sim_leg leg = SIM_CONTROL; leg < SIM_LEGS; leg++) {
    sim_service_start(&s, leg + 1);
    struct raw_peer *peer = sim_service_dialled(&s, leg);
    raw_send_str(peer, SWITCHING);
    for (uint64_t ms = 1000; ms < limits[leg]; ms += 1000) {
      raw_send_str(peer, "x");
      sim_run(s.world.sim, 1000);
    }
    sim_world_run(&s.world, 900, "");
    sim_service_expect_refused(
        &s, leg, 10060, "the WebSocket handshake was not answered in time");
    sim_service_finish(&s);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(our_request_has_what_the_rfc_demands),
    SERVICE_TEST(each_request_has_a_key_of_its_own, 1),
    cmocka_unit_test(nothing_follows_the_request_before_the_answer),
    cmocka_unit_test(an_accept_that_does_not_answer_the_key_is_refused),
    cmocka_unit_test(a_101_without_upgrade_is_refused),
    cmocka_unit_test(a_101_without_connection_is_refused),
    cmocka_unit_test(case_and_lists_of_the_answer_do_not_matter),
    cmocka_unit_test(an_extension_that_was_not_offered_is_refused),
    cmocka_unit_test(a_sub_protocol_when_none_was_offered_is_refused),
    SERVICE_TEST(a_sub_protocol_other_than_those_offered_is_refused, 1),
    cmocka_unit_test(a_refusal_is_shown_with_its_status_and_reason),
    cmocka_unit_test(a_status_other_than_101_never_opens),
    cmocka_unit_test(control_bytes_in_a_reason_phrase_are_refused),
    cmocka_unit_test(a_nul_in_the_answer_is_refused),
    cmocka_unit_test(what_is_not_http_is_refused),
    cmocka_unit_test(a_head_that_is_too_long_is_refused),
    cmocka_unit_test(the_longest_head_opens),
    SERVICE_TEST(a_very_long_reason_is_cut, 1),
    cmocka_unit_test(the_answer_may_come_in_any_two_pieces),
    cmocka_unit_test(the_answer_may_come_byte_by_byte),
    SERVICE_TEST(frames_right_behind_the_answer_are_taken, 1),
    cmocka_unit_test(an_end_inside_the_answer_is_1120),
    cmocka_unit_test(an_answer_that_does_not_end_is_given_up_in_time),
  };
  return cmocka_run_group_tests_name("sim_rules_handshake", tests, NULL, NULL);
}
