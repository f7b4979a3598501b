/* protocol/handshake.h */
#include "support/check.h"

#include "base/memory.h"
#include "protocol/handshake.h"

#include <hyco/error.h>

/* The example of RFC 6455 1.3 and 4.2.2. */
static const char rfc_key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char rfc_accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

static void rfc_6455_1_3_key_and_accept(void **state)
{
  (void)state;
  char key[HC_WS_KEY_LEN + 1];
  char accept[HC_WS_ACCEPT_LEN + 1];
  hc_ws_make_key(key, (const uint8_t *)"the sample nonce");
  assert_string_equal(key, rfc_key);
  assert_int_equal(hc_ws_make_accept(accept, hc_span_str(key)), 0);
  assert_string_equal(accept, rfc_accept);
}

static void a_key_of_another_length_has_no_accept(void **state)
{
  (void)state;
  char accept[HC_WS_ACCEPT_LEN + 1];
  assert_int_equal(hc_ws_make_accept(accept, hc_span_str("short")),
                   HYCO_EBADVALUE);
  assert_int_equal(
      hc_ws_make_accept(accept, hc_span_str("dGhlIHNhbXBsZSBub25jZQ==AAAA")),
      HYCO_EBADVALUE);
}

static struct hc_ws_request request(void)
{
  return (struct hc_ws_request){
    .host = hc_span_str("server.example.com"),
    .target = hc_span_str("/chat?x=1"),
    .key = hc_span_str(rfc_key),
  };
}

static int write_request(const struct hc_ws_request *req, size_t max,
                         struct hc_fault *fault)
{
  struct hc_buffer out;
  hc_buffer_init(&out, max);
  int rc = hc_ws_write_request(&out, req, fault);
  hc_buffer_deinit(&out);
  return rc;
}

static void the_request_has_what_rfc_6455_4_1_asks_for(void **state)
{
  (void)state;
  const struct hc_http_field extra[] = {
    { hc_span_str("X-Name"), hc_span_str("a value") },
  };
  struct hc_ws_request req = request();
  req.protocols = hc_span_str("chat, superchat");
  req.extra = extra;
  req.n_extra = 1;
  struct hc_buffer out;
  hc_buffer_init(&out, HC_HTTP_HEAD_MAX);
  assert_int_equal(hc_ws_write_request(&out, &req, NULL), 0);
  check_span(hc_buffer_span(&out),
             "GET /chat?x=1 HTTP/1.1\r\n"
             "Host: server.example.com\r\n"
             "Upgrade: websocket\r\n"
             "Connection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Protocol: chat, superchat\r\n"
             "X-Name: a value\r\n"
             "\r\n");
  hc_buffer_deinit(&out);
}

static void a_request_longer_than_the_buffer_allows_is_too_long(void **state)
{
  (void)state;
  struct hc_ws_request req = request();
  struct hc_fault fault;
  for (size_t max = 0; max < 180; max++) {
    int rc = write_request(&req, max, &fault);
    assert_true(rc == 0 || rc == HYCO_ETOOLONG);
    if (rc == 0)
      return;
    assert_int_equal(fault.code, HYCO_ETOOLONG);
  }
  fail();
}

static void check_refused(const struct hc_ws_request *req, const char *said)
{
  struct hc_fault fault = { 0 };
  assert_int_equal(write_request(req, 4096, &fault), HYCO_EBADVALUE);
  assert_int_equal(fault.code, HYCO_EBADVALUE);
  if (strstr(fault.text, said) == NULL)
    fail_msg("\"%s\" does not say \"%s\"", fault.text, said);
}

static void hosts_that_must_not_stand_there_are_refused(void **state)
{
  (void)state;
  const char *const hosts[] = { "",    "a b",      "a\r\nX: y", "a/b",
                                "a?b", "a#b",      "u@h",       "a\x7f",
                                "a,b", "\xc3\xa9", "a\\b" };
  for (size_t i = 0; i < CHECK_COUNT(hosts); i++) {
    struct hc_ws_request req = request();
    req.host = hc_span_str(hosts[i]);
    check_refused(&req, "host");
  }
  struct hc_ws_request req = request();
  req.host = hc_span_str("[::1]:8443");
  assert_int_equal(write_request(&req, 4096, NULL), 0);
}

static void targets_that_must_not_stand_there_are_refused(void **state)
{
  (void)state;
  const char *const targets[] = { "",      "chat",  "http://a/b", "*",
                                  "/a b",  "/a#b",  "/a\r\nX: y", "/a\t",
                                  "/\x80", "/a\x7f" };
  for (size_t i = 0; i < CHECK_COUNT(targets); i++) {
    struct hc_ws_request req = request();
    req.target = hc_span_str(targets[i]);
    check_refused(&req, "target");
  }
}

static void sub_protocols_must_be_different_tokens(void **state)
{
  (void)state; /* RFC 6455 4.1, item 10 */
  const char *const lists[] = { "a b",     "a,,b",   ",",    "a,",
                                "a, b, a", "a\r\nb", "\"a\"" };
  for (size_t i = 0; i < CHECK_COUNT(lists); i++) {
    struct hc_ws_request req = request();
    req.protocols = hc_span_str(lists[i]);
    check_refused(&req, "sub-protocols");
  }
}

static void a_key_of_another_length_is_refused(void **state)
{
  (void)state;
  struct hc_ws_request req = request();
  req.key = hc_span_str("c2hvcnQ=");
  check_refused(&req, "key");
}

static void extra_fields_cannot_inject_or_replace(void **state)
{
  (void)state;
  const struct {
    const char *name;
    const char *value;
    const char *said;
  } cases[] = {
    { "", "x", "not the name" },
    { "a b", "x", "not the name" },
    { "a:", "x", "not the name" },
    { "a\r\nHost", "x", "not the name" },
    { "X", "a\r\nY: b", "value of the field X" },
    { "X", "a\nb", "value of the field X" },
    { "X", " a", "value of the field X" },
    { "host", "x", "sets the field host itself" },
    { "Upgrade", "h2c", "itself" },
    { "CONNECTION", "close", "itself" },
    { "Content-Length", "5", "itself" },
    { "Transfer-Encoding", "chunked", "itself" },
    { "Sec-WebSocket-Key", "x", "itself" },
    { "sec-websocket-extensions", "permessage-deflate", "itself" },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_http_field extra = { hc_span_str(cases[i].name),
                                   hc_span_str(cases[i].value) };
    struct hc_ws_request req = request();
    req.extra = &extra;
    req.n_extra = 1;
    check_refused(&req, cases[i].said);
  }
}

/* A head as the readers parse it; the text must outlive it. */
static struct hc_http_head *read_head(const char *text, bool is_request)
{
  struct hc_http_head *head = hc_alloc_zero(sizeof(*head));
  struct hc_span in = hc_span_str(text);
  struct hc_fault fault = { 0 };
  size_t scanned = 0;
  assert_non_null(head);
  int rc = is_request
               ? hc_http_read_request(&in, in.len + 1, &scanned, head, &fault)
               : hc_http_read_response(&in, in.len + 1, &scanned, head, &fault);
  if (rc != 1)
    fail_msg("%s: %d %s", text, rc, fault.text);
  return head;
}

#define ANSWER_START "HTTP/1.1 101 Switching Protocols\r\n"
#define ANSWER_UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define ANSWER_ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define ANSWER ANSWER_START ANSWER_UPGRADE ANSWER_ACCEPT

static int check_answer(const char *text, const char *offered,
                        struct hc_span *protocol, struct hc_fault *fault)
{
  struct hc_http_head *head = read_head(text, false);
  int rc = hc_ws_check_response(head, hc_span_str(rfc_key),
                                hc_span_str(offered), protocol, fault);
  hc_free(head);
  return rc;
}

static void a_right_101_is_taken(void **state)
{
  (void)state;
  struct hc_span protocol = hc_span_str("x");
  assert_int_equal(check_answer(ANSWER "\r\n", "", &protocol, NULL), 0);
  assert_int_equal(protocol.len, 0);
  assert_int_equal(check_answer(ANSWER "\r\n", "chat", NULL, NULL), 0);
  assert_int_equal(check_answer(ANSWER
                                "Sec-WebSocket-Protocol: superchat\r\n\r\n",
                                "chat, superchat", &protocol, NULL),
                   0);
  check_span(protocol, "superchat");
}

static void case_and_lists_in_the_101_do_not_matter(void **state)
{
  (void)state;
  assert_int_equal(check_answer(ANSWER_START
                                "upgrade: WebSocket\r\n"
                                "connection: keep-alive, upgrade\r\n"
                                "Sec-WebSocket-Extensions: \r\n" ANSWER_ACCEPT
                                "\r\n",
                                "", NULL, NULL),
                   0);
}

static void every_flaw_of_a_101_breaks_the_protocol(void **state)
{
  (void)state; /* RFC 6455 4.1, "the client MUST validate", 2 to 6 */
  const struct {
    const char *text;
    const char *said;
  } cases[] = {
    { ANSWER_START "Connection: Upgrade\r\n" ANSWER_ACCEPT "\r\n",
      "Upgrade: websocket" },
    { ANSWER_START "Upgrade: h2c\r\nConnection: Upgrade\r\n" ANSWER_ACCEPT
                   "\r\n",
      "Upgrade: websocket" },
    { ANSWER_START "Upgrade: websocket\r\n" ANSWER_ACCEPT "\r\n",
      "Connection: Upgrade" },
    { ANSWER_START ANSWER_UPGRADE "\r\n", "Sec-WebSocket-Accept" },
    { ANSWER ANSWER_ACCEPT "\r\n", "Sec-WebSocket-Accept" },
    { ANSWER_START ANSWER_UPGRADE
      "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
      "does not answer" },
    { ANSWER "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
      "extension" },
    { ANSWER "Sec-WebSocket-Protocol: other\r\n\r\n", "\"other\"" },
    { ANSWER "Sec-WebSocket-Protocol: Chat\r\n\r\n", "\"Chat\"" },
    { ANSWER "Sec-WebSocket-Protocol: chat, superchat\r\n\r\n", "not offered" },
    { ANSWER "Sec-WebSocket-Protocol: \r\n\r\n", "not offered" },
    { ANSWER "Sec-WebSocket-Protocol: chat\r\n"
             "Sec-WebSocket-Protocol: superchat\r\n\r\n",
      "several" },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_fault fault = { 0 };
    int rc = check_answer(cases[i].text, "chat, superchat", NULL, &fault);
    if (rc != HYCO_EPROTOCOL || strstr(fault.text, cases[i].said) == NULL)
      fail_msg("%s%d %s", cases[i].text, rc, fault.text);
  }
}

static void another_status_is_the_services_refusal(void **state)
{
  (void)state;
  struct hc_fault fault = { 0 };
  assert_int_equal(
      check_answer("HTTP/1.1 404 No such entity.\r\n\r\n", "", NULL, &fault),
      HYCO_EHTTP);
  assert_string_equal(fault.text, "404 No such entity.");
}

#define ASK_START "GET /chat HTTP/1.1\r\nHost: a\r\n"
#define ASK_UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define ASK_KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ASK_VERSION "Sec-WebSocket-Version: 13\r\n"
#define ASK ASK_START ASK_UPGRADE ASK_KEY ASK_VERSION

static void a_right_request_is_taken(void **state)
{
  (void)state;
  const char *const texts[] = {
    ASK "\r\n",
    ASK "Content-Length: 0\r\n\r\n",
    ASK_START ASK_KEY ASK_VERSION "upgrade: WEBSOCKET\r\n"
                                  "connection: Keep-Alive, UPGRADE\r\n\r\n",
  };
  for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
    struct hc_http_head *head = read_head(texts[i], true);
    struct hc_span key;
    assert_true(hc_ws_is_upgrade(head));
    assert_int_equal(hc_ws_check_request(head, &key, NULL), 0);
    check_span(key, rfc_key);
    hc_free(head);
  }
}

static void every_flaw_of_a_request_breaks_the_protocol(void **state)
{
  (void)state; /* RFC 6455 4.2.1 */
  const struct {
    const char *text;
    const char *said;
  } cases[] = {
    { "POST /chat HTTP/1.1\r\nHost: a\r\n" ASK_UPGRADE ASK_KEY ASK_VERSION
      "\r\n",
      "GET" },
    { "GET /chat HTTP/1.0\r\nHost: a\r\n" ASK_UPGRADE ASK_KEY ASK_VERSION
      "\r\n",
      "HTTP/1.1" },
    { ASK "Content-Length: 5\r\n\r\n", "body" },
    { ASK "Transfer-Encoding: chunked\r\n\r\n", "body" },
    { ASK_START "Connection: Upgrade\r\n" ASK_KEY ASK_VERSION "\r\n",
      "Upgrade: websocket" },
    { ASK_START "Upgrade: websocket\r\n" ASK_KEY ASK_VERSION "\r\n",
      "Connection: Upgrade" },
    { ASK_START ASK_UPGRADE ASK_KEY "\r\n", "Version" },
    { ASK_START ASK_UPGRADE ASK_KEY "Sec-WebSocket-Version: 8\r\n\r\n",
      "Version" },
    { ASK ASK_VERSION "\r\n", "Version" },
    { ASK_START ASK_UPGRADE ASK_VERSION "\r\n", "Key" },
    { ASK ASK_KEY "\r\n", "Key" },
    { ASK_START ASK_UPGRADE ASK_VERSION "Sec-WebSocket-Key: c2hvcnQ=\r\n\r\n",
      "16 bytes" },
    { ASK_START ASK_UPGRADE ASK_VERSION
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSEh\r\n\r\n",
      "16 bytes" },
    { ASK_START ASK_UPGRADE ASK_VERSION
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j????\r\n\r\n",
      "16 bytes" },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_http_head *head = read_head(cases[i].text, true);
    struct hc_fault fault = { 0 };
    struct hc_span key;
    int rc = hc_ws_check_request(head, &key, &fault);
    if (rc != HYCO_EPROTOCOL || strstr(fault.text, cases[i].said) == NULL)
      fail_msg("%s%d %s", cases[i].text, rc, fault.text);
    hc_free(head);
  }
}

static void a_plain_request_is_no_upgrade(void **state)
{
  (void)state;
  struct hc_http_head *head = read_head(ASK_START "Upgrade: h2c\r\n\r\n", true);
  assert_false(hc_ws_is_upgrade(head));
  hc_free(head);
}

static void the_answer_is_what_rfc_6455_4_2_2_asks_for(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 4096);
  assert_int_equal(
      hc_ws_write_response(&out, hc_span_str(rfc_key), hc_span_str("chat")), 0);
  check_span(hc_buffer_span(&out),
             ANSWER "Sec-WebSocket-Protocol: chat\r\n\r\n");
  hc_buffer_clear(&out);
  assert_int_equal(
      hc_ws_write_response(&out, hc_span_str(rfc_key), hc_span_of(NULL, 0)), 0);
  check_span(hc_buffer_span(&out), ANSWER "\r\n");
  hc_buffer_deinit(&out);
}

static void an_answer_refuses_bad_values(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 4096);
  assert_int_equal(hc_ws_write_response(&out, hc_span_str(rfc_key),
                                        hc_span_str("a\r\nX: y")),
                   HYCO_EBADVALUE);
  assert_int_equal(
      hc_ws_write_response(&out, hc_span_str(rfc_key), hc_span_str("a, b")),
      HYCO_EBADVALUE);
  assert_int_equal(
      hc_ws_write_response(&out, hc_span_str("short"), hc_span_str("")),
      HYCO_EBADVALUE);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);

  hc_buffer_init(&out, 100);
  assert_int_equal(
      hc_ws_write_response(&out, hc_span_str(rfc_key), hc_span_str("")),
      HYCO_ETOOLONG);
  hc_buffer_deinit(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rfc_6455_1_3_key_and_accept),
    cmocka_unit_test(a_key_of_another_length_has_no_accept),
    cmocka_unit_test(the_request_has_what_rfc_6455_4_1_asks_for),
    cmocka_unit_test(a_request_longer_than_the_buffer_allows_is_too_long),
    cmocka_unit_test(hosts_that_must_not_stand_there_are_refused),
    cmocka_unit_test(targets_that_must_not_stand_there_are_refused),
    cmocka_unit_test(sub_protocols_must_be_different_tokens),
    cmocka_unit_test(a_key_of_another_length_is_refused),
    cmocka_unit_test(extra_fields_cannot_inject_or_replace),
    cmocka_unit_test(a_right_101_is_taken),
    cmocka_unit_test(case_and_lists_in_the_101_do_not_matter),
    cmocka_unit_test(every_flaw_of_a_101_breaks_the_protocol),
    cmocka_unit_test(another_status_is_the_services_refusal),
    cmocka_unit_test(a_right_request_is_taken),
    cmocka_unit_test(every_flaw_of_a_request_breaks_the_protocol),
    cmocka_unit_test(a_plain_request_is_no_upgrade),
    cmocka_unit_test(the_answer_is_what_rfc_6455_4_2_2_asks_for),
    cmocka_unit_test(an_answer_refuses_bad_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
