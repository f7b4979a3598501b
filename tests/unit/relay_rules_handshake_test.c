/* RFC 6455 section 4.2.1, as server: whatever a handshake lacks is refused with
 * 400 to listeners, senders and rendezvous alike, and does no harm. */
#include "support/check.h"

#include "support/relay_world.h"
#include <string.h>

enum { UPGRADE, CONNECTION, VERSION, KEY, LINES };

/* The lines of a right handshake. */
static const char *const right[LINES] = {
  "Upgrade: websocket\r\n", "Connection: Upgrade\r\n",
  "Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Key: " WORLD_KEY "\r\n"
};

/* Method and version of HTTP, and the lines. */
struct handshake {
  const char *method;
  const char *http;
  const char *lines[LINES];
};

static struct handshake handshake(void)
{
  struct handshake h = { .method = "GET", .http = "HTTP/1.1" };
  memcpy(h.lines, right, sizeof right);
  return h;
}

static int attempt(struct relay_world *w, struct raw_peer *peer,
                   const struct handshake *h, const char *target)
{
  char token[1024];
  char request[4096];

  world_token(w, token, "", "root", WORLD_TOKEN_S);
  (void)snprintf(request, sizeof request,
                 "%s %s %s\r\nHost: " WORLD_HOST "\r\n%s%s%s%s"
                 "ServiceBusAuthorization: %s\r\n\r\n",
                 h->method, target, h->http, h->lines[0], h->lines[1],
                 h->lines[2], h->lines[3], token);
  raw_dial(peer, w->sim, w->port);
  raw_send_str(peer, request);
  return world_answer(w, peer);
}

static void expect_status(struct relay_world *w, const struct handshake *h,
                          const char *target, int status)
{
  struct raw_peer peer;

  assert_int_equal(attempt(w, &peer, h, target), status);
  raw_expect_end(&peer, 0);
  assert_int_equal(hc_buffer_len(&peer.received), 0);
  raw_close(&peer, HC_STREAM_CLEAN);
}

/* All three are refused; then the same address is still good. */
static void expect_all(const struct handshake *h, int status)
{
  struct relay_world w;
  struct world_pair p;
  struct hc_control control;

  world_start(&w, NULL);
  world_listen(&w, &p.listener, "hyco");
  expect_status(&w, h, "/$hc/hyco?sb-hc-action=listen", status);
  assert_int_equal(world_counts(&w).listeners, 1);
  expect_status(&w, h, "/$hc/hyco?sb-hc-action=connect", status);
  raw_expect_silence(&p.listener, 100); /* it was offered nothing */
  world_connect(&w, &p.sender, "hyco?sb-hc-action=connect");
  world_read_accept(&p.listener, &control);
  expect_status(&w, h, world_target(&control), status);
  world_send_upgrade(&w, &p.rendezvous, world_target(&control), "");
  hc_control_deinit(&control);
  assert_int_equal(world_answer(&w, &p.rendezvous), 101);
  assert_int_equal(world_answer(&w, &p.sender), 101);
  world_part(&p);
  world_finish(&w);
}

static void expect_line_refused(int line, const char *instead)
{
  struct handshake h = handshake();

  h.lines[line] = instead;
  expect_all(&h, 400);
}

/* Item 1: "An HTTP/1.1 or higher GET request" */
static void a_method_other_than_get_is_refused(void **state)
{
  static const char *const methods[] = { "POST", "HEAD", "get" };
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(methods); i++) {
    struct handshake h = handshake();
    h.method = methods[i];
    expect_all(&h, 400);
  }
}

/* Item 1, as above */
static void http_1_0_is_refused(void **state)
{
  struct handshake h = handshake();

  (void)state;
  h.http = "HTTP/1.0";
  expect_all(&h, 400);
}

/* Item 3: "An |Upgrade| header field containing the value 'websocket'" */
static void an_upgrade_to_something_else_is_refused(void **state)
{
  (void)state;
  expect_line_refused(UPGRADE, "");
  expect_line_refused(UPGRADE, "Upgrade: h2c\r\n");
  expect_line_refused(UPGRADE, "Upgrade: websocketx\r\n");
}

/* Item 4: "A |Connection| header field that includes the token 'Upgrade'" */
static void a_connection_without_upgrade_is_refused(void **state)
{
  (void)state;
  expect_line_refused(CONNECTION, "");
  expect_line_refused(CONNECTION, "Connection: keep-alive\r\n");
  expect_line_refused(CONNECTION, "Connection: Upgraded\r\n");
}

/* Item 5: "a base64-encoded value that, when decoded, is 16 bytes in length" */
static void a_key_that_is_not_16_bytes_is_refused(void **state)
{
  (void)state;
  expect_line_refused(KEY, "");
  expect_line_refused(KEY, "Sec-WebSocket-Key:\r\n");
  expect_line_refused(KEY, "Sec-WebSocket-Key: c2hvcnQ=\r\n");
  expect_line_refused(KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ!=\r\n");
  expect_line_refused(KEY, "Sec-WebSocket-Key: "
                           "dGhlIHNhbXBsZSBub25jZSBsb25nZXI=\r\n");
}

/* RFC 6455 11.3.1: "MUST NOT appear more than once in an HTTP request" */
static void two_keys_are_refused(void **state)
{
  (void)state;
  expect_line_refused(KEY, "Sec-WebSocket-Key: " WORLD_KEY "\r\n"
                           "Sec-WebSocket-Key: " WORLD_KEY "\r\n");
}

/* Item 6: "A |Sec-WebSocket-Version| header field, with a value of 13" */
static void a_version_other_than_13_is_refused(void **state)
{
  (void)state;
  expect_line_refused(VERSION, "");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 8\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 14\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 013\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 13, 8\r\n");
}

/* 4.2.2: "the server MUST ... send an appropriate HTTP error code ... and a
 * |Sec-WebSocket-Version| header field indicating the version(s) the server is
 * capable of understanding" */
static void a_refused_version_is_told_the_right_one(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *peer = world_peer(w);
  char head[2048];

  raw_dial(peer, w->sim, w->port);
  raw_send_str(peer, "GET /$hc/hyco HTTP/1.1\r\nHost: " WORLD_HOST "\r\n"
                     "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: " WORLD_KEY "\r\n"
                     "Sec-WebSocket-Version: 8\r\n\r\n");
  assert_int_equal(raw_read_head(peer, head, sizeof head, RAW_WAIT_MS), 400);
  assert_non_null(strstr(head, "\r\nSec-WebSocket-Version: 13\r\n"));
}

/* Frames would be taken for a body, or a body for frames. */
static void a_handshake_with_a_body_is_refused(void **state)
{
  (void)state;
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 13\r\n"
                               "Content-Length: 1\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 13\r\n"
                               "Transfer-Encoding: chunked\r\n");
}

/* RFC 9112 5 and 6: two readers would see two requests. */
static void a_head_that_can_be_read_in_two_ways_is_refused(void **state)
{
  (void)state;
  expect_line_refused(VERSION, "Sec-WebSocket-Version : 13\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version:\r\n 13\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 13\nX: y\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 13\r\n"
                               "Content-Length: 0\r\n"
                               "Content-Length: 1\r\n");
  expect_line_refused(VERSION, "Sec-WebSocket-Version: 13\r\nHost: other\r\n");
}

/* Items 3 to 6: names and the two tokens are compared without case. */
static void case_and_lists_do_not_matter(void **state)
{
  struct relay_world *w = *state;
  struct handshake h = handshake();
  struct raw_peer *peer = world_peer(w);

  h.lines[UPGRADE] = "UPGRADE:\t WebSocket , h2c\r\n";
  h.lines[CONNECTION] = "connection: keep-alive, upgrade \r\n";
  h.lines[VERSION] = "sec-websocket-version:13\r\nContent-Length: 0\r\n";
  assert_int_equal(attempt(w, peer, &h, "/$hc/hyco?sb-hc-action=listen"), 101);
  assert_non_null(
      strstr(w->head, "\r\nSec-WebSocket-Accept: " WORLD_ACCEPT "\r\n"));
  assert_non_null(strstr(w->head, "\r\nUpgrade: websocket\r\n"));
  assert_non_null(strstr(w->head, "\r\nConnection: Upgrade\r\n"));
}

/* RFC 6455 4.2.2, item 5: the answer names an extension or a sub-protocol only
 * if it was offered; a control channel agrees to none. */
static void a_control_channel_agrees_to_nothing_that_was_offered(void **state)
{
  struct relay_world *w = *state;
  struct handshake h = handshake();
  struct raw_peer *peer = world_peer(w);

  h.lines[VERSION] = "Sec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Protocol: chat\r\n"
                     "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  assert_int_equal(attempt(w, peer, &h, "/$hc/hyco?sb-hc-action=listen"), 101);
  assert_null(strstr(w->head, "Sec-WebSocket-Extensions"));
  assert_null(strstr(w->head, "Sec-WebSocket-Protocol"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_method_other_than_get_is_refused),
    cmocka_unit_test(http_1_0_is_refused),
    cmocka_unit_test(an_upgrade_to_something_else_is_refused),
    cmocka_unit_test(a_connection_without_upgrade_is_refused),
    cmocka_unit_test(a_key_that_is_not_16_bytes_is_refused),
    cmocka_unit_test(two_keys_are_refused),
    cmocka_unit_test(a_version_other_than_13_is_refused),
    WORLD_TEST(a_refused_version_is_told_the_right_one),
    cmocka_unit_test(a_handshake_with_a_body_is_refused),
    cmocka_unit_test(a_head_that_can_be_read_in_two_ways_is_refused),
    WORLD_TEST(case_and_lists_do_not_matter),
    WORLD_TEST(a_control_channel_agrees_to_nothing_that_was_offered),
  };
  return cmocka_run_group_tests_name("relay_rules_handshake", tests, NULL,
                                     NULL);
}
