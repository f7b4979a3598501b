/* Tests of the messages of the control channel. */
#include "support/check_control.h"

#include <stdlib.h>

static struct hc_control control;

#define ADDRESS "wss://g1.x:443/$hc/a?sb-hc-action=accept&sb-hc-id=1"

/* Spec protocol.md, accept. */
static void an_accept_is_read_with_all_its_members(void **state)
{
  (void)state;
  check_read(&control, "{\"accept\":{\"address\":\"" ADDRESS "\",\"id\":\"ID\","
                       "\"connectHeaders\":{\"Host\":\"h:1\","
                       "\"Sec-WebSocket-Protocol\":\"a, b\","
                       "\"Sec-WebSocket-Extensions\":\"permessage-deflate\","
                       "\"X\":\"\xc3\xbc \\\"\"},"
                       "\"remoteEndpoint\":{\"address\":\"203.0.113.7\","
                       "\"port\":51342}}}");
  assert_int_equal(control.kind, HC_CONTROL_ACCEPT);
  assert_string_equal(control.accept.address, ADDRESS);
  assert_string_equal(control.accept.id, "ID");
  assert_string_equal(control.accept.remote_address, "203.0.113.7");
  assert_int_equal(control.accept.remote_port, 51342);
  assert_string_equal(control.accept.sub_protocols, "a, b");
  assert_string_equal(control.accept.extensions, "permessage-deflate");
  assert_string_equal(control.accept.host, "h:1");
  assert_string_equal(control.accept.connect_headers,
                      "{\"Host\":\"h:1\",\"Sec-WebSocket-Protocol\":\"a, b\","
                      "\"Sec-WebSocket-Extensions\":\"permessage-deflate\","
                      "\"X\":\"\xc3\xbc \\\"\"}");
  assert_null(control.token);
  hc_control_deinit(&control);
}

/* Spec hybrid-connections.md 1.6: "slashes come out as `\/`, non-ASCII possibly
 * as `\u`. Members arrive in any order." */
static void any_order_and_escaped_slashes_are_read(void **state)
{
  (void)state;
  check_read(&control,
             " {\"new\":[1,{}], \"accept\" :{\"remoteEndpoint\":"
             "{\"port\":0,\"zone\":1,\"address\":\"\\u0061\"},"
             "\"later\":null,\"connectHeaders\":{\"sec-websocket-PROTOCOL\":"
             "\"p\",\"HOST\":\"h\"},\"address\":\"wss:\\/\\/h\\/$hc\"}}\r\n");
  assert_int_equal(control.kind, HC_CONTROL_ACCEPT);
  assert_string_equal(control.accept.address, "wss://h/$hc");
  assert_null(control.accept.id);
  assert_string_equal(control.accept.remote_address, "a");
  assert_int_equal(control.accept.remote_port, 0);
  assert_string_equal(control.accept.sub_protocols, "p");
  assert_string_equal(control.accept.host, "h");
  assert_null(control.accept.extensions);
  hc_control_deinit(&control);
}

static void an_accept_with_an_address_alone_is_read(void **state)
{
  (void)state;
  static const char *const texts[] = {
    "{\"accept\":{\"address\":\"a\"}}",
    "{\"accept\":{\"address\":\"a\",\"id\":null,\"connectHeaders\":null,"
    "\"remoteEndpoint\":null}}",
    "{\"accept\":{\"address\":\"a\",\"connectHeaders\":{},"
    "\"remoteEndpoint\":{\"address\":null,\"port\":null}}}",
  };
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    check_read(&control, texts[i]);
    assert_int_equal(control.kind, HC_CONTROL_ACCEPT);
    assert_string_equal(control.accept.address, "a");
    assert_null(control.accept.id);
    assert_string_equal(control.accept.connect_headers, "{}");
    assert_null(control.accept.remote_address);
    assert_int_equal(control.accept.remote_port, 0);
    assert_null(control.accept.sub_protocols);
    assert_null(control.accept.extensions);
    assert_null(control.accept.host);
    hc_control_deinit(&control);
  }
}

static void other_commands_are_told_apart(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    enum hc_control_kind kind;
  } cases[] = {
    { "{}", HC_CONTROL_UNKNOWN },
    { "{\"injectFault\":{\"delay\":\"1\"}}", HC_CONTROL_UNKNOWN },
    { "{\"Accept\":{}}", HC_CONTROL_UNKNOWN },
    { "{\"Response\":1}", HC_CONTROL_UNKNOWN },
    { "{\"request\":{\"address\":\"a\"}}", HC_CONTROL_REQUEST },
    { "{\"response\":{\"requestId\":\"1\",\"statusCode\":200}}",
      HC_CONTROL_RESPONSE },
    { "{\"renewToken\":{\"token\":\"t\"}}", HC_CONTROL_RENEW_TOKEN },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    check_read(&control, cases[i].text);
    assert_int_equal(control.kind, cases[i].kind);
    hc_control_deinit(&control);
  }
}

static void a_renewal_holds_the_token(void **state)
{
  (void)state;
  check_read(&control,
             "{\"renewToken\":{\"token\":\"SharedAccessSignature sr=u\"}}");
  assert_string_equal(control.token, "SharedAccessSignature sr=u");
  assert_null(control.accept.address);
  hc_control_deinit(&control);
  assert_null(control.token);
}

#define ACCEPT(rest) "{\"accept\":{\"address\":\"a\"," rest "}}"

static const char *const bad_messages[] = {
  "",
  " ",
  "null",
  "1",
  "\"accept\"",
  "[]",
  "[{\"accept\":{\"address\":\"a\"}}]",
  "{",
  "{\"accept\":{\"address\":\"a\"}",
  "{\"accept\":{\"address\":\"a\"}}}",
  "{\"accept\":{\"address\":\"a\"}}{}",
  "{\"accept\":{\"address\":\"a\",}}",
  "{accept:{}}",
  "{'accept':{}}",
  "{\"accept\":{\"address\":\"\xff\"}}",
  "{\"accept\":{\"address\":\"a\nb\"}}",
  "{\"accept\":{\"address\":\"a\\u0000b\"}}",
  "{\"accept\":{\"address\":\"\\ud800\"}}",
  "/**/{}",
  "{\"x\":99999999999999999999}",
  /* wrong types */
  "{\"accept\":null}",
  "{\"accept\":1}",
  "{\"accept\":[]}",
  "{\"request\":\"x\"}",
  "{\"response\":1}",
  "{\"renewToken\":\"t\"}",
  "{\"accept\":{}}",
  "{\"accept\":{\"address\":null}}",
  "{\"accept\":{\"address\":1}}",
  "{\"accept\":{\"id\":\"a\"}}",
  ACCEPT("\"id\":1"),
  ACCEPT("\"connectHeaders\":[]"),
  ACCEPT("\"connectHeaders\":\"\""),
  ACCEPT("\"connectHeaders\":{\"X\":1}"),
  ACCEPT("\"connectHeaders\":{\"X\":null}"),
  ACCEPT("\"connectHeaders\":{\"X\":[\"a\"]}"),
  ACCEPT("\"remoteEndpoint\":\"h:1\""),
  ACCEPT("\"remoteEndpoint\":{\"address\":1}"),
  ACCEPT("\"remoteEndpoint\":{\"address\":\"a\",\"port\":\"1\"}"),
  ACCEPT("\"remoteEndpoint\":{\"address\":\"a\",\"port\":1.5}"),
  ACCEPT("\"remoteEndpoint\":{\"address\":\"a\",\"port\":-1}"),
  ACCEPT("\"remoteEndpoint\":{\"address\":\"a\",\"port\":65536}"),
  "{\"renewToken\":{}}",
  "{\"renewToken\":{\"token\":1}}",
  "{\"renewToken\":{\"token\":null}}",
  /* twice */
  ACCEPT("\"address\":\"b\""),
  ACCEPT("\"connectHeaders\":{\"X\":\"1\",\"X\":\"2\"}"),
  "{\"accept\":{\"address\":\"a\"},\"accept\":{\"address\":\"b\"}}",
  "{\"x\":{\"y\":1,\"y\":1}}",
  "{\"accept\":{\"address\":\"a\"},\"renewToken\":{\"token\":\"t\"}}",
};

static void what_is_not_one_right_message_is_refused(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(bad_messages) / sizeof(bad_messages[0]); i++) {
    struct hc_fault fault = { 0 };
    int rc = hc_control_read(hc_span_str(bad_messages[i]), &control, &fault);
    if (rc != HYCO_EPROTOCOL)
      print_error("%s\n", bad_messages[i]);
    assert_int_equal(rc, HYCO_EPROTOCOL);
    assert_true(fault.text[0] != '\0');
    assert_null(control.accept.address);
  }
}

static void a_fault_names_the_member(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *named;
  } cases[] = {
    { "{\"accept\":{}}", "address" },
    { ACCEPT("\"id\":1"), "'id'" },
    { ACCEPT("\"connectHeaders\":1"), "connectHeaders" },
    { ACCEPT("\"connectHeaders\":{\"X-Y\":1}"), "'X-Y'" },
    { ACCEPT("\"remoteEndpoint\":1"), "remoteEndpoint" },
    { ACCEPT("\"remoteEndpoint\":{\"port\":-1}"), "'port'" },
    { ACCEPT("\"id\":\"1\",\"id\":\"2\""), "twice" },
    { "{\"accept\":1}", "accept" },
    { "{\"renewToken\":{}}", "token" },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct hc_fault fault = { 0 };
    assert_int_equal(
        hc_control_read(hc_span_str(cases[i].text), &control, &fault),
        HYCO_EPROTOCOL);
    assert_non_null(strstr(fault.text, cases[i].named));
  }
}

static void a_fault_does_not_quote_the_message(void **state)
{
  (void)state;
  static const char *const bad[] = {
    "{\"renewToken\":{\"token\":\"SECRET",
    "{\"renewToken\":{\"token\":\"a\" SECRET",
    "{\"renewToken\":{\"token\":\"SECRET\",\"token\":\"SECRET\"}}",
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct hc_fault fault;
    assert_int_equal(hc_control_read(hc_span_str(bad[i]), &control, &fault),
                     HYCO_EPROTOCOL);
    assert_null(strstr(fault.text, "SECRET"));
  }
}

static void the_deepest_message_is_read_and_no_deeper_one(void **state)
{
  (void)state;
  check_read(&control, "{\"x\":[[[[[[[]]]]]]]}"); /* 8 levels */
  hc_control_deinit(&control);
  check_read(&control,
             "{\"x\":[[]],\"y\":[[]],\"z\":\"[[[[[[[[[[\\\"{{{{{{{{{{\"}");
  hc_control_deinit(&control);
  assert_int_equal(
      hc_control_read(hc_span_str("{\"x\":[[[[[[[[]]]]]]]]}"), &control, NULL),
      HYCO_EPROTOCOL);

  static char deep[HC_CONTROL_MAX];
  memset(deep, '[', sizeof(deep));
  struct hc_fault fault;
  assert_int_equal(
      hc_control_read(hc_span_of(deep, sizeof(deep)), &control, &fault),
      HYCO_EPROTOCOL);
  assert_non_null(strstr(fault.text, "deeper"));
}

static void the_longest_message_is_read_and_no_longer_one(void **state)
{
  (void)state;
  static char text[HC_CONTROL_MAX + 1];

  memset(text, ' ', sizeof(text));
  memcpy(text, "{}", 2);
  assert_int_equal(
      hc_control_read(hc_span_of(text, HC_CONTROL_MAX), &control, NULL), 0);
  hc_control_deinit(&control);
  assert_int_equal(
      hc_control_read(hc_span_of(text, HC_CONTROL_MAX + 1), &control, NULL),
      HYCO_ETOOLONG);
}

static void an_accept_is_written_with_all_its_members(void **state)
{
  (void)state;
  const struct hc_control_header headers[] = {
    header("Host", "h"), header("X-A", "1"), header("Sec-WebSocket-Key", "k=="),
    header("x-a", "2"),  header("X-A", "3"),
  };
  const struct hc_accept_out accept = {
    .address = hc_span_str(ADDRESS),
    .id = hc_span_str("ID"),
    .headers = headers,
    .n_headers = 5,
    .remote_address = hc_span_str("::1"),
    .remote_port = 51342,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_accept(&out, &accept), 0);
  assert_string_equal(
      hc_buffer_str(&out),
      "{\"accept\":{\"connectHeaders\":{\"Host\":\"h\",\"X-A\":\"1, 2, 3\","
      "\"Sec-WebSocket-Key\":\"k==\"},\"remoteEndpoint\":{\"port\":51342,"
      "\"address\":\"::1\"},\"address\":\"" ADDRESS "\",\"id\":\"ID\"}}");
  check_read(&control, hc_buffer_str(&out));
  assert_string_equal(control.accept.address, ADDRESS);
  assert_string_equal(control.accept.id, "ID");
  assert_string_equal(control.accept.host, "h");
  assert_string_equal(control.accept.remote_address, "::1");
  assert_int_equal(control.accept.remote_port, 51342);
  hc_control_deinit(&control);
  hc_buffer_deinit(&out);
}

/* Spec hybrid-connections.md 8: "send `remoteEndpoint` and `connectHeaders`
 * always". */
static void an_accept_without_headers_has_all_members(void **state)
{
  (void)state;
  const struct hc_accept_out accept = { .address = hc_span_str("a") };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_accept(&out, &accept), 0);
  assert_string_equal(hc_buffer_str(&out),
                      "{\"accept\":{\"connectHeaders\":{},\"remoteEndpoint\":"
                      "{\"port\":0,\"address\":\"\"},\"address\":\"a\","
                      "\"id\":\"\"}}");
  hc_buffer_deinit(&out);
}

/* RFC 9110 5.5: field values were ISO-8859-1 once. */
static void header_bytes_that_are_not_utf8_are_latin1(void **state)
{
  (void)state;
  const struct hc_control_header headers[] = {
    header("A", "gr\xfc\xdf"),
    header("A", "gr\xc3\xbc"),
    header("B", "\"\\\t"),
  };
  const struct hc_accept_out accept = {
    .address = hc_span_str("a"),
    .headers = headers,
    .n_headers = 3,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_accept(&out, &accept), 0);
  assert_non_null(strstr(hc_buffer_str(&out),
                         "{\"A\":\"gr\xc3\xbc\xc3\x9f, gr\xc3\xbc\","
                         "\"B\":\"\\\"\\\\\\t\"}"));
  hc_buffer_deinit(&out);
}

static void a_message_above_the_limit_is_not_written(void **state)
{
  (void)state;
  static char value[HC_CONTROL_MAX + 1];
  struct hc_control_header headers[] = { header("A", "") };
  const struct hc_accept_out accept = {
    .address = hc_span_str("a"),
    .headers = headers,
    .n_headers = 1,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, 2 * HC_CONTROL_MAX);
  memset(value, 'v', sizeof(value));

  assert_int_equal(hc_control_write_accept(&out, &accept), 0);
  size_t frame = hc_buffer_len(&out);
  hc_buffer_clear(&out);

  headers[0].value = hc_span_of(value, HC_CONTROL_MAX - frame);
  assert_int_equal(hc_control_write_accept(&out, &accept), 0);
  assert_int_equal(hc_buffer_len(&out), HC_CONTROL_MAX);
  hc_buffer_clear(&out);
  headers[0].value.len++;
  assert_int_equal(hc_control_write_accept(&out, &accept), HYCO_ETOOLONG);
  headers[0].value.len = sizeof(value);
  assert_int_equal(hc_control_write_accept(&out, &accept), HYCO_ETOOLONG);
  assert_int_equal(
      hc_control_write_renew_token(&out, hc_span_of(value, sizeof(value))),
      HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);
}

static void a_message_that_does_not_fit_the_buffer_is_not_written(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, 20);

  assert_int_equal(hc_control_write_renew_token(&out, hc_span_str("t")),
                   HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);
}

static void a_renewal_is_written_and_read_again(void **state)
{
  (void)state;
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_renew_token(
                       &out, hc_span_str("SharedAccessSignature sr=a%2Fb/")),
                   0);
  assert_string_equal(hc_buffer_str(&out),
                      "{\"renewToken\":{\"token\":"
                      "\"SharedAccessSignature sr=a%2Fb/\"}}");
  check_read(&control, hc_buffer_str(&out));
  assert_int_equal(control.kind, HC_CONTROL_RENEW_TOKEN);
  assert_string_equal(control.token, "SharedAccessSignature sr=a%2Fb/");
  hc_control_deinit(&control);
  hc_buffer_deinit(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_accept_is_read_with_all_its_members),
    cmocka_unit_test(any_order_and_escaped_slashes_are_read),
    cmocka_unit_test(an_accept_with_an_address_alone_is_read),
    cmocka_unit_test(other_commands_are_told_apart),
    cmocka_unit_test(a_renewal_holds_the_token),
    cmocka_unit_test(what_is_not_one_right_message_is_refused),
    cmocka_unit_test(a_fault_names_the_member),
    cmocka_unit_test(a_fault_does_not_quote_the_message),
    cmocka_unit_test(the_deepest_message_is_read_and_no_deeper_one),
    cmocka_unit_test(the_longest_message_is_read_and_no_longer_one),
    cmocka_unit_test(an_accept_is_written_with_all_its_members),
    cmocka_unit_test(an_accept_without_headers_has_all_members),
    cmocka_unit_test(header_bytes_that_are_not_utf8_are_latin1),
    cmocka_unit_test(a_message_above_the_limit_is_not_written),
    cmocka_unit_test(a_message_that_does_not_fit_the_buffer_is_not_written),
    cmocka_unit_test(a_renewal_is_written_and_read_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
