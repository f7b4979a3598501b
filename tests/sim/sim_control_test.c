/* What a receiver says to the service and makes of its messages: a real
 * receiver against a service in raw bytes on a simulated net. */
#include "support/check.h"

#include "protocol/control.h"
#include "sim_service.h"
#include <stdlib.h>

enum { TURN_MS = 100, TEXT = 0x81, TEXT_BEGINS = 0x01, REST = 0x80 };

static void send_text(struct raw_peer *control, const char *text)
{
  raw_send_server_frame(control, TEXT, hc_span_str(text));
}

static void send_accept(struct raw_peer *control, const char *address)
{
  char text[1024];
  (void)snprintf(text, sizeof text,
                 "{\"accept\":{\"address\":\"%s\",\"id\":\"i\"}}", address);
  send_text(control, text);
}

/* The receiver comes to the rendezvous, and it opens. */
static void check_accepts(struct sim_service *s, struct raw_peer *control,
                          int id)
{
  char address[256];
  char line[32];
  (void)snprintf(address, sizeof address,
                 "ws://localhost:%u/$hc/hyco?sb-hc-action=accept&sb-hc-id=i",
                 (unsigned)s->world.port);
  send_accept(control, address);
  sim_service_answer(s, sim_service_request(s), "");
  (void)snprintf(line, sizeof line, "r0 %d ready", id);
  sim_world_wait(&s->world, line, SIM_WAIT_MS);
  sim_world_forget(&s->world);
}

static void check_has(const struct sim_service *s, const char *text)
{
  if (strstr(s->head, text) == NULL)
    fail_msg("no \"%s\" in\n%s", text, s->head);
}

/* protocol.md, Listen */
static void a_listener_asks_with_action_id_and_token(void **state)
{
  struct sim_service *s = *state;
  sim_receiver_set(&s->world.receivers[0], "DiagnosticId=my id");
  (void)sim_service_dialled(s, SIM_CONTROL);
  check_has(s, "GET /$hc/hyco?sb-hc-action=listen&sb-hc-id=my%20id HTTP/1.1");
  check_has(s, "\r\nServiceBusAuthorization: SharedAccessSignature sr=http%3A"
               "%2F%2Flocalhost%2Fhyco%2F&sig=");
  check_has(s, "&skn=root\r\n");
}

/* protocol.md, Sender */
static void a_sender_asks_with_action_id_and_token(void **state)
{
  struct sim_service *s = *state;
  sim_sender_set(&s->world.senders[0], "hybrid_connection=hyco/a?b=c");
  sim_sender_set(&s->world.senders[0], "SubProtocols=x, y");
  (void)sim_service_dialled(s, SIM_SENDER);
  check_has(s, "GET /$hc/hyco/a?b=c&sb-hc-action=connect&sb-hc-id=");
  check_has(s, "\r\nServiceBusAuthorization: SharedAccessSignature sr=http%3A"
               "%2F%2Flocalhost%2Fhyco%2Fa%2F&sig=");
  check_has(s, "\r\nSec-WebSocket-Protocol: x, y\r\n");
}

/* protocol.md, accept: "a WebSocket to `address` exactly as given" */
static void a_rendezvous_goes_to_the_address_without_our_token(void **state)
{
  struct sim_service *s = *state;
  char address[256];
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  (void)snprintf(address, sizeof address,
                 "ws://localhost:%u/$hc/hyco/%%C3%%a9?x=%%26&"
                 "sb-hc-action=accept&sb-hc-id=1_G2",
                 (unsigned)s->world.port);
  send_accept(control, address);
  (void)sim_service_request(s);
  check_has(s, "GET /$hc/hyco/%C3%a9?x=%26&sb-hc-action=accept&sb-hc-id=1_G2 "
               "HTTP/1.1\r\n");
  assert_null(strstr(s->head, "SharedAccessSignature"));
}

/* spec hybrid-connections.md 1.6 */
static void malformed_messages_are_reported_and_not_fatal(void **state)
{
  struct sim_service *s = *state;
  static const char *const bad[] = {
    "",
    "nonsense",
    "[]",
    "{",
    "{} {}",
    "{\"accept\":1}",
    "{\"accept\":{}}",
    "{\"accept\":{\"address\":7}}",
    "{\"accept\":{\"address\":\"wss://a/b\"},\"request\":{}}",
    "{\"accept\":{\"address\":\"a\",\"address\":\"b\"}}",
    "{\"accept\":{\"address\":\"a\\u0000b\"}}",
    "{\"x\":[[[[[[[[[[[[]]]]]]]]]]]]}",
  };
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    send_text(control, bad[i]);
    sim_world_run(&s->world, TURN_MS, "r0 error 600 ...\n");
  }
  check_accepts(s, control, 1);
}

static void unknown_commands_are_ignored(void **state)
{
  struct sim_service *s = *state;
  static const char *const unknown[] = {
    "{}",
    "{\"hello\":{\"accept\":{}}}",
    "{\"response\":{\"requestId\":\"1\",\"statusCode\":200}}",
    "{\"renewToken\":{\"token\":\"t\"}}",
  };
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  for (size_t i = 0; i < CHECK_COUNT(unknown); i++)
    send_text(control, unknown[i]);
  raw_send_server_frame(control, 0x82, hc_span_str("binary"));
  raw_send_server_frame(control, 0x8a, hc_span_str("pong"));
  sim_world_run(&s->world, TURN_MS, "");
  check_accepts(s, control, 1);
}

static void a_message_above_the_limit_is_reported_and_not_fatal(void **state)
{
  struct sim_service *s = *state;
  char *text = malloc(HC_CONTROL_MAX + 1);
  assert_non_null(text);
  memset(text, ' ', HC_CONTROL_MAX + 1);
  memcpy(text, "{}", 2);
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  raw_send_server_frame(control, TEXT, hc_span_of(text, HC_CONTROL_MAX));
  sim_world_run(&s->world, TURN_MS, "");
  raw_send_server_frame(control, TEXT, hc_span_of(text, HC_CONTROL_MAX + 1));
  sim_world_run(&s->world, TURN_MS, "r0 error 10040 ...\n");
  raw_send_server_frame(control, TEXT_BEGINS, hc_span_of(text, HC_CONTROL_MAX));
  raw_send_server_frame(control, 0x00, hc_span_of(text, HC_CONTROL_MAX));
  raw_send_server_frame(control, REST, hc_span_of(text, HC_CONTROL_MAX));
  sim_world_run(&s->world, TURN_MS, "r0 error 10040 ...\n");
  check_accepts(s, control, 1);
  free(text);
}

static void a_message_in_frames_is_one_message(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  raw_send_server_frame(control, TEXT_BEGINS,
                        hc_span_str("{\"accept\":{\"address\":\"bad"));
  raw_send_server_frame(control, 0x89, hc_span_str("ping"));
  raw_send_server_frame(control, REST, hc_span_str("\"}}"));
  sim_world_run(&s->world, TURN_MS,
                "r0 request\n"
                "r0 error 152 ...\n");
}

static void an_accept_with_a_bad_address_is_152_and_the_next_works(void **state)
{
  struct sim_service *s = *state;
  static const char *const bad[] = { "",
                                     "hyco",
                                     "http://localhost/x",
                                     "ws://elsewhere.example/x",
                                     "wss://localhost",
                                     "wss://a b/x",
                                     "wss://localhost:0/x" };
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    s->world.receivers[0].decision.accept = i % 2 == 0; /* rejecting as well */
    send_accept(control, bad[i]);
    sim_world_run(&s->world, TURN_MS,
                  "r0 request\n"
                  "r0 error 152 ...\n");
  }
  s->world.receivers[0].decision.accept = true;
  assert_true(hc_list_is_empty(&s->world.receivers[0].core->accepted));
  assert_true(hc_list_is_empty(&s->world.receivers[0].core->rejects));
  check_accepts(s, control, s->world.receivers[0].core->last_id + 1);
}

static void an_offer_after_listening_ended_is_not_handed_on(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  hc_receiver_stop(s->world.receivers[0].core);
  send_accept(control, "wss://localhost/x");
  sim_world_run(&s->world, HC_CLOSE_WAIT_MS - 1, "");
  raw_expect_close(control, 1000);
  sim_world_run(&s->world, TURN_MS, "r0 disconnected 0 OK\n"); /* no answer */
}

/* What the service answers to a rejection, and what that means. */
static void check_rejection(const char *answer, const char *expected)
{
  struct sim_service s;
  char address[128];
  sim_service_start(&s, 10);
  struct sim_receiver *r = &s.world.receivers[0];
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  r->decision.accept = false;
  r->decision.status_code = 403;
  r->decision.status_description = "a b&c=\xc3\xa9";
  (void)snprintf(address, sizeof address,
                 "ws://localhost:%u/$hc/hyco?sb-hc-action=accept&sb-hc-id=i",
                 (unsigned)s.world.port);
  send_accept(control, address);
  struct raw_peer *rendezvous = sim_service_request(&s);
  check_has(&s, "GET /$hc/hyco?sb-hc-action=accept&sb-hc-id=i&"
                "sb-hc-statusCode=403&"
                "sb-hc-statusDescription=a%20b%26c%3D%C3%A9 HTTP/1.1\r\n");
  sim_world_expect(&s.world, "r0 request\n");
  if (answer != NULL)
    raw_send_str(rendezvous, answer);
  else
    sim_service_answer(&s, rendezvous, "");
  sim_world_run(&s.world, TURN_MS, expected);
  assert_true(hc_list_is_empty(&r->core->rejects));
  sim_service_finish(&s);
}

/* protocol.md: "the expected answer is HTTP 410" */
static void a_rejection_is_done_when_the_service_says_410(void **state)
{
  (void)state;
  check_rejection("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "");
  check_rejection("HTTP/1.1 403 Too late\r\n\r\n",
                  "r0 error 608 rejecting failed: 403 Too late\n");
  check_rejection("HTTP/1.1 nonsense\r\n\r\n",
                  "r0 error 608 rejecting failed: ...\n");
  check_rejection(NULL, "r0 error 608 rejecting failed: the service joined it "
                        "instead\n");
}

static void check_status(const char *answer, int code, bool is_final)
{
  struct sim_service s;
  char lines[256];
  sim_service_start(&s, 11);
  struct sim_receiver *r = &s.world.receivers[0];
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  raw_send_str(sim_service_request(&s), answer);
  sim_run(s.world.sim, TURN_MS);
  (void)snprintf(lines, sizeof lines, "r0 connected %d %.*s\n", code,
                 (int)strcspn(answer + 9, "\r"), answer + 9);
  sim_world_expect(&s.world, lines);
  assert_int_equal(hc_receiver_is_listening(r->core), !is_final);
  sim_service_finish(&s);
}

/* DESIGN section 8, first connect: 401, 403, 404 end it. */
static void a_refusal_has_its_number_and_the_services_words(void **state)
{
  (void)state;
  check_status("HTTP/1.1 401 No token\r\n\r\n", 602, true);
  check_status("HTTP/1.1 403 Not for you\r\n\r\n", 603, true);
  check_status("HTTP/1.1 404 Where?\r\n\r\n", 604, true);
  check_status("HTTP/1.1 429 Slow down\r\n\r\n", 151, false);
  check_status("HTTP/1.1 500 Oops\r\n\r\n", 605, false);
  check_status("HTTP/1.1 503 Later\r\n\r\n", 605, false);
}

static void closes_of_the_service_are_told_and_answered(void **state)
{
  (void)state;
  static const struct {
    const char *body;
    const char *line;
  } closes[] = {
    { "\x03\xf3recycled", "r0 disconnected 1011 recycled\n" },
    { "\x03\xe9", "r0 disconnected 1001 \n" },
    { "", "r0 disconnected 1005 \n" },
  };
  for (size_t i = 0; i < CHECK_COUNT(closes); i++) {
    struct sim_service s;
    sim_service_start(&s, 12);
    struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
    raw_send_server_frame(control, 0x88, hc_span_str(closes[i].body));
    sim_world_run(&s.world, 1, closes[i].line);
    struct raw_frame frame;
    assert_true(raw_read_frame(control, &frame));
    assert_int_equal(frame.first, 0x88);
    check_span(frame.data, closes[i].body);
    (void)sim_service_request(&s); /* it comes back at once */
    sim_service_finish(&s);
  }
}

static void a_handshake_that_is_not_answered_is_given_up(void **state)
{
  struct sim_service *s = *state;
  assert_int_equal(hc_receiver_start(s->world.receivers[0].core, true), 0);
  (void)sim_service_request(s);
  sim_world_run(&s->world, HC_LISTEN_TIMEOUT_MS,
                "r0 connected 10060 the WebSocket handshake was not answered "
                "in time\n");
  assert_int_equal(hc_sender_start(s->world.senders[0].core), 0);
  (void)sim_service_request(s);
  sim_world_run(&s->world, 60000, ""); /* a receiver may need 30 s */
  sim_world_run(&s->world, HC_CONNECT_TIMEOUT_MS - 60000,
                "s0 connected 10060 the WebSocket handshake was not answered "
                "in time\n");
}

/* protocol.md, renewToken */
/* surface: AzureRelayKeepAliveTime, TokenValidity */
static void a_renewal_is_a_message_with_a_new_token(void **state)
{
  struct sim_service *s = *state;
  struct raw_frame frame;
  char text[2048];
  sim_receiver_set(&s->world.receivers[0], "TokenValidity=600");
  sim_receiver_set(&s->world.receivers[0], "AzureRelayKeepAliveTime=0");
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  int64_t began_s = hc_net_wall_s(sim_net(s->world.sim));
  sim_run(s->world.sim, 331000);
  assert_true(raw_read_frame(control, &frame));
  assert_int_equal(frame.first, TEXT);
  assert_true(frame.masked);
  (void)snprintf(text, sizeof text, "%.*s", (int)frame.data.len,
                 (const char *)frame.data.ptr);
  static const char begin[] =
      "{\"renewToken\":{\"token\":\"SharedAccessSignature sr=";
  assert_memory_equal(text, begin, sizeof begin - 1);
  const char *expiry = strstr(text, "&se=");
  assert_non_null(expiry);
  assert_in_range(strtoll(expiry + 4, NULL, 10), began_s + 890, began_s + 935);
  assert_false(raw_read_frame(control, &frame)); /* one is enough */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SERVICE_TEST(a_listener_asks_with_action_id_and_token, 1),
    SERVICE_TEST(a_sender_asks_with_action_id_and_token, 2),
    SERVICE_TEST(a_rendezvous_goes_to_the_address_without_our_token, 3),
    SERVICE_TEST(malformed_messages_are_reported_and_not_fatal, 4),
    SERVICE_TEST(unknown_commands_are_ignored, 5),
    SERVICE_TEST(a_message_above_the_limit_is_reported_and_not_fatal, 6),
    SERVICE_TEST(a_message_in_frames_is_one_message, 7),
    SERVICE_TEST(an_accept_with_a_bad_address_is_152_and_the_next_works, 8),
    SERVICE_TEST(an_offer_after_listening_ended_is_not_handed_on, 9),
    cmocka_unit_test(a_rejection_is_done_when_the_service_says_410),
    cmocka_unit_test(a_refusal_has_its_number_and_the_services_words),
    cmocka_unit_test(closes_of_the_service_are_told_and_answered),
    SERVICE_TEST(a_handshake_that_is_not_answered_is_given_up, 13),
    SERVICE_TEST(a_renewal_is_a_message_with_a_new_token, 14),
  };
  return cmocka_run_group_tests_name("sim_control", tests, NULL, NULL);
}
