/* Tests of the messages that carry HTTP: request and response. */
#include "protocol/control.h"
#include "support/check.h"

#include <stdlib.h>

static struct hc_control control;

static void read_good(const char *text)
{
  struct hc_fault fault = { 0 };
  int rc = hc_control_read(hc_span_str(text), &control, &fault);

  if (rc != 0)
    print_error("%s: %s\n", text, fault.text);
  assert_int_equal(rc, 0);
}

static void check_field(const struct hc_control_fields *fields, size_t i,
                        const char *name, const char *value)
{
  assert_in_range(i + 1, 1, fields->n);
  assert_string_equal(fields->list[i].name, name);
  assert_string_equal(fields->list[i].value, value);
}

#define ADDRESS "wss://g1.x:443/$hc/a?sb-hc-action=request&sb-hc-id=1"

/* Spec protocol.md, request. */
static void a_request_is_read_with_all_its_members(void **state)
{
  (void)state;
  read_good("{\"request\":{\"address\":\"" ADDRESS "\",\"id\":\"ID\","
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
  read_good("{\"response\":{\"requestId\":\"ID\",\"statusCode\":200,"
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

static struct hc_control_header header(const char *name, const char *value)
{
  return (struct hc_control_header){ hc_span_str(name), hc_span_str(value) };
}

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
  read_good(hc_buffer_str(&out));
  assert_int_equal(control.response.headers.n, 3);
  hc_control_deinit(&control);
  hc_buffer_deinit(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_is_read_with_all_its_members),
    cmocka_unit_test(a_response_is_read_with_all_its_members),
    cmocka_unit_test(a_request_is_written_with_all_its_members),
    cmocka_unit_test(a_response_is_written_with_all_its_members),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
