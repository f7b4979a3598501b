/* Tests of the writing of messages that carry HTTP: request and response. */
#include "support/check_control.h"

#include <stdlib.h>

static struct hc_control control;

#define ADDRESS "wss://g1.x:443/$hc/a?sb-hc-action=request&sb-hc-id=1"

static void a_request_is_written_with_all_its_members(void **state)
{
  (void)state;
  const struct hc_control_header headers[] = {
    header("Host", "h"), header("Cookie", "a=1"), header("X-A", "1"),
    header("cookie", "b=2"), header("x-a", "2")
  };
  const struct hc_request_out request = {
    .address = hc_span_str(ADDRESS),
    .id = hc_span_str("ID"),
    .target = hc_span_str("/a?b"),
    .method = hc_span_str("GET"),
    .headers = headers,
    .n_headers = 5,
    .remote_address = hc_span_str("::1"),
    .remote_port = 51342,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_request(&out, &request), 0);
  assert_string_equal(
      hc_buffer_str(&out),
      "{\"request\":{\"address\":\"" ADDRESS "\",\"id\":\"ID\","
      "\"requestTarget\":\"/a?b\",\"method\":\"GET\",\"requestHeaders\":"
      "{\"Host\":\"h\",\"Cookie\":\"a=1; b=2\",\"X-A\":\"1, 2\"},"
      "\"remoteEndpoint\":{\"port\":51342,\"address\":\"::1\"},"
      "\"body\":false}}");
  hc_buffer_deinit(&out);
}

static void a_response_is_written_with_all_its_members(void **state)
{
  (void)state;
  const struct hc_control_header headers[] = { header("X-A", "1"),
                                               header("Set-Cookie", "a=1"),
                                               header("x-a", "2"),
                                               header("set-cookie", "b=2") };
  const struct hc_response_out response = {
    .request_id = hc_span_str("ID"),
    .status = 201,
    .description = hc_span_str("Made"),
    .headers = headers,
    .n_headers = 4,
    .body = true,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_response(&out, &response), 0);
  assert_string_equal(hc_buffer_str(&out),
                      "{\"response\":{\"requestId\":\"ID\",\"statusCode\":201,"
                      "\"statusDescription\":\"Made\",\"responseHeaders\":"
                      "{\"X-A\":\"1, 2\",\"Set-Cookie\":\"a=1\","
                      "\"set-Cookie\":\"b=2\"},\"body\":true}}");
  check_read(&control, hc_buffer_str(&out));
  assert_int_equal(control.response.headers.n, 3);
  hc_control_deinit(&control);
  hc_buffer_deinit(&out);
}

/* Spec hybrid-connections.md 1.6: "in a pointer send only `address` (+
 * `id`)". */
static void a_pointer_is_written_with_address_and_id_alone(void **state)
{
  (void)state;
  const struct hc_request_out request = {
    .address = hc_span_str(ADDRESS),
    .id = hc_span_str("ID"),
    .method = hc_span_str("GET"),
    .target = hc_span_str("/"),
    .pointer = true,
    .body = true,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_request(&out, &request), 0);
  assert_string_equal(hc_buffer_str(&out), "{\"request\":{\"address\":"
                                           "\"" ADDRESS "\",\"id\":\"ID\"}}");
  check_read(&control, hc_buffer_str(&out));
  assert_false(control.request.has_body_member);
  hc_control_deinit(&control);
  hc_buffer_deinit(&out);
}

/* Spec hybrid-connections.md 8: "always send `body`", "send number
 * statusCode"; 6.1 AllowNullStatusDescription. */
static void a_response_without_headers_and_text_is_written(void **state)
{
  (void)state;
  const struct hc_response_out response = { .request_id = hc_span_str("1"),
                                            .status = 204 };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_response(&out, &response), 0);
  assert_string_equal(hc_buffer_str(&out),
                      "{\"response\":{\"requestId\":\"1\",\"statusCode\":204,"
                      "\"responseHeaders\":{},\"body\":false}}");
  hc_buffer_deinit(&out);
}

/* RFC 9110 5.5: field values were ISO-8859-1 once. */
static void header_bytes_that_are_not_utf8_are_latin1(void **state)
{
  (void)state;
  const struct hc_control_header headers[] = { header("A", "gr\xfc\xdf"),
                                               header("Set-Cookie", "\xfc") };
  const struct hc_response_out response = {
    .request_id = hc_span_str("1"),
    .status = 200,
    .description = hc_span_str("\xfc"),
    .headers = headers,
    .n_headers = 2,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  assert_int_equal(hc_control_write_response(&out, &response), 0);
  check_read(&control, hc_buffer_str(&out));
  assert_string_equal(control.response.description, "\xc3\xbc");
  check_field(&control.response.headers, 0, "A", "gr\xc3\xbc\xc3\x9f");
  check_field(&control.response.headers, 1, "Set-Cookie", "\xc3\xbc");
  hc_control_deinit(&control);
  hc_buffer_deinit(&out);
}

/* RFC 6265 3: folding Set-Cookie changes its meaning. */
static void every_cookie_is_a_member_of_its_own(void **state)
{
  (void)state;
  static struct hc_control_header headers[HC_CONTROL_FIELDS_MAX + 1];
  struct hc_response_out response = { .request_id = hc_span_str("1"),
                                      .status = 200,
                                      .headers = headers,
                                      .n_headers = HC_CONTROL_FIELDS_MAX };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  for (size_t i = 0; i < CHECK_COUNT(headers); i++)
    headers[i] = header(i % 2 ? "SET-COOKIE" : "Set-Cookie", "a=1, 2");

  assert_int_equal(hc_control_write_response(&out, &response), 0);
  check_read(&control,
             hc_buffer_str(&out)); /* which refuses a name that stands twice */
  assert_int_equal(control.response.headers.n, HC_CONTROL_FIELDS_MAX);
  for (size_t i = 0; i < HC_CONTROL_FIELDS_MAX; i++)
    assert_string_equal(control.response.headers.list[i].value, "a=1, 2");
  hc_control_deinit(&control);
  hc_buffer_clear(&out);
  response.n_headers++;
  assert_int_equal(hc_control_write_response(&out, &response), HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);
}

static void what_would_not_be_read_is_not_written(void **state)
{
  (void)state;
  static const struct {
    const char *method;
    const char *target;
    const char *name;
    const char *value;
    int status;
  } cases[] = {
    { "", "/", "A", "b", 99 },          { "G T", "/", "A", "b", 1000 },
    { "G", "", "A", "b", 0 },           { "G", "/ ", "A", "b", -1 },
    { "G", "/", "", "b", 200 },         { "G", "/", "A:", "b", 200 },
    { "G", "/", "A\r\nB", "b", 200 },   { "G", "/", "A", "b\r\nC: d", 200 },
    { "G", "/", "A", " b", 200 },       { "G", "/", "A", "b\x01", 200 },
    { "G", "/", "\xc3\xbc", "b", 200 },
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    const struct hc_control_header headers[] = { header(cases[i].name,
                                                        cases[i].value) };
    const struct hc_request_out request = {
      .method = hc_span_str(cases[i].method),
      .target = hc_span_str(cases[i].target),
      .headers = headers,
      .n_headers = 1,
    };
    const struct hc_response_out response = { .status = cases[i].status,
                                              .headers = headers,
                                              .n_headers = 1 };
    assert_int_equal(hc_control_write_request(&out, &request), HYCO_EBADVALUE);
    assert_int_equal(hc_control_write_response(&out, &response),
                     HYCO_EBADVALUE);
    assert_int_equal(hc_buffer_len(&out), 0);
  }
  hc_buffer_deinit(&out);
}

/* Spec hybrid-connections.md 1.6: the .NET SDK reads commands into 64 kB. */
static void a_message_above_the_limit_is_not_written(void **state)
{
  (void)state;
  static char value[HC_CONTROL_MAX + 1];
  struct hc_control_header headers[] = { header("A", "") };
  const struct hc_request_out request = { .method = hc_span_str("G"),
                                          .target = hc_span_str("/"),
                                          .headers = headers,
                                          .n_headers = 1 };
  const struct hc_response_out response = { .status = 200,
                                            .headers = headers,
                                            .n_headers = 1 };
  struct hc_buffer out;
  hc_buffer_init(&out, 2 * HC_CONTROL_MAX);
  memset(value, 'v', sizeof(value));

  assert_int_equal(hc_control_write_request(&out, &request), 0);
  size_t frame = hc_buffer_len(&out);
  hc_buffer_clear(&out);
  headers[0].value = hc_span_of(value, HC_CONTROL_MAX - frame);
  assert_int_equal(hc_control_write_request(&out, &request), 0);
  assert_int_equal(hc_buffer_len(&out), HC_CONTROL_MAX);
  hc_buffer_clear(&out);
  headers[0].value.len++;
  assert_int_equal(hc_control_write_request(&out, &request), HYCO_ETOOLONG);
  headers[0].value.len = sizeof(value);
  assert_int_equal(hc_control_write_request(&out, &request), HYCO_ETOOLONG);
  assert_int_equal(hc_control_write_response(&out, &response), HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_deinit(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_is_written_with_all_its_members),
    cmocka_unit_test(a_response_is_written_with_all_its_members),
    cmocka_unit_test(a_pointer_is_written_with_address_and_id_alone),
    cmocka_unit_test(a_response_without_headers_and_text_is_written),
    cmocka_unit_test(header_bytes_that_are_not_utf8_are_latin1),
    cmocka_unit_test(every_cookie_is_a_member_of_its_own),
    cmocka_unit_test(what_would_not_be_read_is_not_written),
    cmocka_unit_test(a_message_above_the_limit_is_not_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
