/* Tests of the reading of messages that carry HTTP: request and response. */
#include "support/check_control.h"

#include <stdlib.h>

static struct hc_control control;

#define ADDRESS "wss://g1.x:443/$hc/a?sb-hc-action=request&sb-hc-id=1"

/* Spec protocol.md, request. */
static void a_request_is_read_with_all_its_members(void **state)
{
  (void)state;
  check_read(&control,
             "{\"request\":{\"address\":\"" ADDRESS "\",\"id\":\"ID\","
             "\"requestTarget\":\"/entity/sub?x=1\",\"method\":\"POST\","
             "\"requestHeaders\":{\"Content-Type\":\"text/plain\","
             "\"Host\":\"h:1\",\"X\":\"\xc3\xbc \\\"\"},"
             "\"remoteEndpoint\":{\"address\":\"203.0.113.7\",\"port\":51342},"
             "\"body\":true}}");
  const struct hc_request *request = &control.request;
  assert_int_equal(control.kind, HC_CONTROL_REQUEST);
  assert_string_equal(request->address, ADDRESS);
  assert_string_equal(request->id, "ID");
  assert_string_equal(request->target, "/entity/sub?x=1");
  assert_string_equal(request->method, "POST");
  assert_string_equal(request->headers_json,
                      "{\"Content-Type\":\"text/plain\",\"Host\":\"h:1\","
                      "\"X\":\"\xc3\xbc \\\"\"}");
  assert_int_equal(request->headers.n, 3);
  check_field(&request->headers, 0, "Content-Type", "text/plain");
  check_field(&request->headers, 1, "Host", "h:1");
  check_field(&request->headers, 2, "X", "\xc3\xbc \"");
  assert_string_equal(request->host, "h:1");
  assert_string_equal(request->remote_address, "203.0.113.7");
  assert_int_equal(request->remote_port, 51342);
  assert_true(request->has_body_member);
  assert_true(request->body);
  hc_control_deinit(&control);
}

/* Spec protocol.md, response. */
static void a_response_is_read_with_all_its_members(void **state)
{
  (void)state;
  check_read(&control,
             "{\"response\":{\"requestId\":\"ID\",\"statusCode\":200,"
             "\"statusDescription\":\"All right\",\"responseHeaders\":"
             "{\"Content-Type\":\"text/plain\"},\"body\":true}}");
  const struct hc_response *response = &control.response;
  assert_int_equal(control.kind, HC_CONTROL_RESPONSE);
  assert_string_equal(response->request_id, "ID");
  assert_int_equal(response->status, 200);
  assert_string_equal(response->description, "All right");
  assert_int_equal(response->headers.n, 1);
  check_field(&response->headers, 0, "Content-Type", "text/plain");
  assert_true(response->body);
  hc_control_deinit(&control);
}

/* Spec hybrid-connections.md 1.6: "absent => the control message is only a
 * pointer"; "in a pointer send only `address` (+ `id`)". */
static void a_request_without_body_member_is_a_pointer(void **state)
{
  (void)state;
  static const char *const texts[] = {
    "{\"request\":{\"address\":\"a\"}}",
    ("{\"request\":{\"address\":\"a\",\"id\":null,\"method\":null,"
     "\"requestHeaders\":null,\"remoteEndpoint\":null,\"body\":null}}"),
    "{\"request\":{\"address\":\"a\",\"requestHeaders\":{}}}",
  };
  for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
    check_read(&control, texts[i]);
    assert_int_equal(control.kind, HC_CONTROL_REQUEST);
    assert_string_equal(control.request.address, "a");
    assert_null(control.request.id);
    assert_null(control.request.method);
    assert_null(control.request.target);
    assert_null(control.request.host);
    assert_null(control.request.remote_address);
    assert_string_equal(control.request.headers_json, "{}");
    assert_int_equal(control.request.headers.n, 0);
    assert_false(control.request.has_body_member);
    hc_control_deinit(&control);
  }
}

/* The same: "`false` => no body", and all members but those of HTTP are
 * optional. */
static void a_whole_request_needs_no_address(void **state)
{
  (void)state;
  check_read(&control,
             "{\"request\":{\"method\":\"GET\",\"requestTarget\":\"/a\","
             "\"body\":false}}");
  assert_null(control.request.address);
  assert_string_equal(control.request.method, "GET");
  assert_string_equal(control.request.target, "/a");
  assert_true(control.request.has_body_member);
  assert_false(control.request.body);
  hc_control_deinit(&control);
}

/* Spec hybrid-connections.md 1.6: "slashes come out as `\/`, non-ASCII possibly
 * as `\u`. Members arrive in any order." */
static void any_order_and_escaped_slashes_are_read(void **state)
{
  (void)state;
  check_read(&control,
             " {\"new\":[1,{}],\"request\" :{\"body\":true,\"later\":{\"x\":1},"
             "\"remoteEndpoint\":{\"port\":0,\"address\":\"\\u0061\"},"
             "\"requestHeaders\":{\"hOST\":\"h\",\"X\":\"\\u00fc\"},"
             "\"method\":\"M-SEARCH\",\"requestTarget\":\"\\/a\\/b\","
             "\"id\":\"i\"}}\r\n");
  assert_string_equal(control.request.target, "/a/b");
  assert_string_equal(control.request.method, "M-SEARCH");
  assert_string_equal(control.request.host, "h");
  assert_string_equal(control.request.remote_address, "a");
  check_field(&control.request.headers, 1, "X", "\xc3\xbc");
  hc_control_deinit(&control);
  check_read(
      &control,
      "{\"response\":{\"body\":false,\"responseHeaders\":{\"A\":\"\\/\"},"
      "\"statusCode\":\"404\",\"z\":[],\"requestId\":\"i\"}}");
  assert_int_equal(control.response.status, 404);
  check_field(&control.response.headers, 0, "A", "/");
  hc_control_deinit(&control);
}

/* Spec hybrid-connections.md 1.6: "documentation examples quote it ... accept
 * both"; 6.1 StatusCodes: codes that nobody has heard of pass. */
static void a_status_is_a_number_or_digits(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int status;
  } cases[] = {
    { "100", 100 },     { "200", 200 },     { "450", 450 },     { "999", 999 },
    { "\"100\"", 100 }, { "\"200\"", 200 }, { "\"999\"", 999 },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    char text[200];
    snprintf(text, sizeof(text),
             "{\"response\":{\"requestId\":\"1\",\"statusCode\":%s}}",
             cases[i].text);
    check_read(&control, text);
    assert_int_equal(control.response.status, cases[i].status);
    hc_control_deinit(&control);
  }
}

/* Spec hybrid-connections.md 1.6: "body in `response` ... absent = false". */
static void a_response_with_id_and_status_alone_is_read(void **state)
{
  (void)state;
  static const char *const texts[] = {
    "{\"response\":{\"requestId\":\"1\",\"statusCode\":200}}",
    "{\"response\":{\"requestId\":\"1\",\"statusCode\":200,\"body\":null,"
    "\"statusDescription\":null,\"responseHeaders\":null}}",
    "{\"response\":{\"requestId\":\"1\",\"statusCode\":200,"
    "\"responseHeaders\":{}}}",
  };
  for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
    check_read(&control, texts[i]);
    assert_null(control.response.description);
    assert_int_equal(control.response.headers.n, 0);
    assert_false(control.response.body);
    hc_control_deinit(&control);
  }
}

/* Ours: arrays give one field each; JavaScript's numbers are their digits;
 * blanks at the ends mean nothing (RFC 9110 5.5). */
static void header_values_may_be_arrays_and_numbers(void **state)
{
  (void)state;
  check_read(&control, "{\"response\":{\"requestId\":\"1\",\"statusCode\":200,"
                       "\"responseHeaders\":{\"Set-Cookie\":[\"a=1\",\"b=2\"],"
                       "\"set-cookie\":\"c=3\",\"Age\":17,\"None\":[],"
                       "\"Blank\":\" \\t a b \"}}}");
  const struct hc_control_fields *fields = &control.response.headers;
  assert_int_equal(fields->n, 5);
  check_field(fields, 0, "Set-Cookie", "a=1");
  check_field(fields, 1, "Set-Cookie", "b=2");
  check_field(fields, 2, "set-cookie", "c=3");
  check_field(fields, 3, "Age", "17");
  check_field(fields, 4, "Blank", "a b");
  hc_control_deinit(&control);
}

#define WHOLE(rest)                                        \
  "{\"request\":{\"method\":\"GET\",\"requestTarget\":\"/" \
  "\",\"body\":true," rest "}}"
#define ANSWER(rest) "{\"response\":{\"requestId\":\"1\"," rest "}}"
#define HEADERS(rest) ANSWER("\"statusCode\":200,\"responseHeaders\":" rest)

/* A bad message, and what its fault names. */
static const struct {
  const char *text;
  const char *named;
} bad_messages[] = {
  { "{\"request\":1}", "'request'" },
  { "{\"request\":null}", "'request'" },
  { "{\"response\":[]}", "'response'" },
  { "{\"request\":{\"address\":\"a\"},\"response\":{}}", "two commands" },
  /* neither whole nor a pointer */
  { "{\"request\":{}}", "'address'" },
  { "{\"request\":{\"method\":\"GET\",\"requestTarget\":\"/\"}}", "'address'" },
  { "{\"request\":{\"address\":\"a\",\"body\":false}}", "'method'" },
  { "{\"request\":{\"method\":\"GET\",\"body\":true}}", "'requestTarget'" },
  /* wrong types */
  { WHOLE("\"address\":1"), "'address'" },
  { WHOLE("\"id\":1"), "'id'" },
  { WHOLE("\"requestHeaders\":[]"), "'requestHeaders'" },
  { WHOLE("\"requestHeaders\":{\"X\":null}"), "'X'" },
  { WHOLE("\"requestHeaders\":{\"X\":1.5}"), "'X'" },
  { WHOLE("\"requestHeaders\":{\"X\":true}"), "'X'" },
  { WHOLE("\"requestHeaders\":{\"X\":{}}"), "'X'" },
  { WHOLE("\"requestHeaders\":{\"X\":[[\"a\"]]}"), "'X'" },
  { WHOLE("\"remoteEndpoint\":1"), "remoteEndpoint" },
  { WHOLE("\"remoteEndpoint\":{\"port\":65536}"), "'port'" },
  { "{\"request\":{\"method\":1,\"requestTarget\":\"/\",\"body\":true}}",
    "'method'" },
  { "{\"request\":{\"method\":\"G\",\"requestTarget\":1,\"body\":true}}",
    "'requestTarget'" },
  { "{\"request\":{\"address\":\"a\",\"body\":\"true\"}}", "'body'" },
  { "{\"request\":{\"address\":\"a\",\"body\":1}}", "'body'" },
  /* RFC 9110 9.1: a token; RFC 9112 3.2 */
  { "{\"request\":{\"method\":\"\",\"requestTarget\":\"/\",\"body\":true}}",
    "method" },
  { "{\"request\":{\"method\":\"G T\",\"requestTarget\":\"/\",\"body\":true}}",
    "'G T'" },
  { "{\"request\":{\"method\":\"G\",\"requestTarget\":\"\",\"body\":true}}",
    "'requestTarget'" },
  { "{\"request\":{\"method\":\"G\",\"requestTarget\":\"a\",\"body\":true}}",
    "'requestTarget'" },
  { "{\"request\":{\"method\":\"G\",\"requestTarget\":\"/ \",\"body\":true}}",
    "'requestTarget'" },
  { "{\"request\":{\"method\":\"G\",\"requestTarget\":\"/\\r\\n\","
    "\"body\":true}}",
    "'requestTarget'" },
  { "{\"request\":{\"method\":\"G\",\"requestTarget\":\"/#\",\"body\":true}}",
    "'requestTarget'" },
  /* RFC 9110 5.1, 5.5: a header of one's own must not become two */
  { WHOLE("\"requestHeaders\":{\"\":\"a\"}"), "header name" },
  { WHOLE("\"requestHeaders\":{\"X Y\":\"a\"}"), "'X Y'" },
  { WHOLE("\"requestHeaders\":{\"X:\":\"a\"}"), "'X:'" },
  { WHOLE("\"requestHeaders\":{\"X\\r\\nY\":\"a\"}"), "header name" },
  { WHOLE("\"requestHeaders\":{\"\xc3\xbc\":\"a\"}"), "header name" },
  { WHOLE("\"requestHeaders\":{\"X\":\"a\\r\\nY: b\"}"), "'X'" },
  { WHOLE("\"requestHeaders\":{\"X\":\"a\\u007f\"}"), "'X'" },
  { WHOLE("\"requestHeaders\":{\"X\":[\"a\",\"\\n\"]}"), "'X'" },
  /* RFC 9112 3.2: one Host */
  { WHOLE("\"requestHeaders\":{\"Host\":\"a\",\"host\":\"a\"}"), "Host" },
  { WHOLE("\"requestHeaders\":{\"Host\":[\"a\",\"b\"]}"), "Host" },
  { WHOLE("\"requestHeaders\":{\"X\":\"a\",\"X\":\"b\"}"), "twice" },
  /* responses */
  { "{\"response\":{}}", "'requestId'" },
  { "{\"response\":{\"statusCode\":200}}", "'requestId'" },
  { "{\"response\":{\"requestId\":1,\"statusCode\":200}}", "'requestId'" },
  { ANSWER("\"body\":true"), "'statusCode'" },
  { ANSWER("\"statusCode\":null"), "'statusCode'" },
  { ANSWER("\"statusCode\":99"), "'statusCode'" },
  { ANSWER("\"statusCode\":1000"), "'statusCode'" },
  { ANSWER("\"statusCode\":-200"), "'statusCode'" },
  { ANSWER("\"statusCode\":4294967496"), "'statusCode'" },
  { ANSWER("\"statusCode\":200.0"), "'statusCode'" },
  { ANSWER("\"statusCode\":\"\""), "'statusCode'" },
  { ANSWER("\"statusCode\":\"099\""), "'statusCode'" },
  { ANSWER("\"statusCode\":\"20\""), "'statusCode'" },
  { ANSWER("\"statusCode\":\"2000\""), "'statusCode'" },
  { ANSWER("\"statusCode\":\" 20\""), "'statusCode'" },
  { ANSWER("\"statusCode\":\"20x\""), "'statusCode'" },
  { ANSWER("\"statusCode\":\"OK!\""), "'statusCode'" },
  { ANSWER("\"statusCode\":200,\"statusDescription\":1"),
    "'statusDescription'" },
  { ANSWER("\"statusCode\":200,\"body\":\"\""), "'body'" },
  { HEADERS("\"\""), "'responseHeaders'" },
  { HEADERS("{\"X\":\"a\\nb\"}"), "'X'" },
  { HEADERS("{\"X Y\":\"a\"}"), "'X Y'" },
};

static void what_two_parties_could_read_differently_is_refused(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(bad_messages); i++) {
    struct hc_fault fault = { 0 };
    int rc =
        hc_control_read(hc_span_str(bad_messages[i].text), &control, &fault);
    if (rc != HYCO_EPROTOCOL ||
        strstr(fault.text, bad_messages[i].named) == NULL)
      print_error("%s: %s\n", bad_messages[i].text, fault.text);
    assert_int_equal(rc, HYCO_EPROTOCOL);
    assert_non_null(strstr(fault.text, bad_messages[i].named));
    assert_null(control.request.method);
    assert_null(control.response.request_id);
  }
}

/* Values and targets may hold tokens. */
static void a_fault_quotes_neither_values_nor_targets(void **state)
{
  (void)state;
  static const char *const bad[] = {
    WHOLE("\"requestHeaders\":{\"Authorization\":\"SECRET\\n\"}"),
    WHOLE("\"requestHeaders\":{\"Host\":[\"SECRET\",\"SECRET\"]}"),
    "{\"request\":{\"method\":\"G\",\"requestTarget\":\"/SECRET \","
    "\"body\":true}}",
    ANSWER("\"statusCode\":\"SECRET\""),
  };
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    struct hc_fault fault;
    assert_int_equal(hc_control_read(hc_span_str(bad[i]), &control, &fault),
                     HYCO_EPROTOCOL);
    assert_null(strstr(fault.text, "SECRET"));
  }
}

/* A response with n headers, half of them in one array. */
static int read_headers(int n)
{
  struct hc_buffer text;
  struct hc_fault fault = { 0 };

  hc_buffer_init(&text, HC_CONTROL_MAX);
  assert_int_equal(hc_buffer_append_str(&text, "{\"response\":{\"requestId\":"
                                               "\"1\",\"statusCode\":200,"
                                               "\"responseHeaders\":{"),
                   0);
  for (int i = 0; i < n / 2; i++)
    assert_int_equal(hc_buffer_printf(&text, "\"x%d\":\"\",", i), 0);
  assert_int_equal(hc_buffer_append_str(&text, "\"y\":[0"), 0);
  for (int i = 1; i < n - n / 2; i++)
    assert_int_equal(hc_buffer_append_str(&text, ",1"), 0);
  assert_int_equal(hc_buffer_append_str(&text, "]}}}"), 0);
  int rc = hc_control_read(hc_buffer_span(&text), &control, &fault);
  hc_buffer_deinit(&text);
  if (rc < 0)
    assert_non_null(strstr(fault.text, "257 headers in 'responseHeaders'"));
  return rc;
}

static void as_many_headers_as_allowed_are_read_and_no_more(void **state)
{
  (void)state;
  assert_int_equal(read_headers(HC_CONTROL_FIELDS_MAX), 0);
  assert_int_equal(control.response.headers.n, HC_CONTROL_FIELDS_MAX);
  hc_control_deinit(&control);
  assert_int_equal(read_headers(HC_CONTROL_FIELDS_MAX + 1), HYCO_ETOOLONG);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_is_read_with_all_its_members),
    cmocka_unit_test(a_response_is_read_with_all_its_members),
    cmocka_unit_test(a_request_without_body_member_is_a_pointer),
    cmocka_unit_test(a_whole_request_needs_no_address),
    cmocka_unit_test(any_order_and_escaped_slashes_are_read),
    cmocka_unit_test(a_status_is_a_number_or_digits),
    cmocka_unit_test(a_response_with_id_and_status_alone_is_read),
    cmocka_unit_test(header_values_may_be_arrays_and_numbers),
    cmocka_unit_test(what_two_parties_could_read_differently_is_refused),
    cmocka_unit_test(a_fault_quotes_neither_values_nor_targets),
    cmocka_unit_test(as_many_headers_as_allowed_are_read_and_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
