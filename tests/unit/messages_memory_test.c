/* What messages do when memory runs out: every allocation of each function
 * fails in turn. */
#include "protocol/control.h"
#include "protocol/json.h"
#include "protocol/token.h"
#include "protocol/url.h"
#include "support/alloc_trap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Runs `work` with the first allocation failing, then the second... until none
 * fails any more. */
static void fail_in_turn(int (*work)(void))
{
  unsigned n = 0;
  bool has_failed;
  int rc;

  do {
    alloc_trap_set(n++);
    rc = work();
    has_failed = alloc_trap_clear();
    if (has_failed)
      assert_int_equal(rc, HYCO_ENOMEM);
  } while (has_failed && n < 1000);
  assert_int_equal(rc, 0);
  assert_in_range(n, 2, 999);
  assert_int_equal(alloc_trap_live(), 0);
}

static int read_accept(void)
{
  struct hc_control control;
  int rc = hc_control_read(
      hc_span_str("{\"accept\":{\"address\":\"a\",\"id\":\"i\","
                  "\"connectHeaders\":{\"Host\":\"h\",\"X\":\"\\u00fc\","
                  "\"Sec-WebSocket-Protocol\":\"p\","
                  "\"Sec-WebSocket-Extensions\":\"e\"},"
                  "\"remoteEndpoint\":{\"address\":\"r\",\"port\":1}}}"),
      &control, NULL);

  if (rc == 0)
    hc_control_deinit(&control);
  return rc;
}

static int read_short_accept(void)
{
  struct hc_control control;
  int rc = hc_control_read(hc_span_str("{\"accept\":{\"address\":\"a\"}}"),
                           &control, NULL);

  if (rc == 0)
    hc_control_deinit(&control);
  return rc;
}

static int write_accept(void)
{
  const struct hc_control_header headers[] = {
    { hc_span_str("A"), hc_span_str("\xfc") },
    { hc_span_str("a"), hc_span_str("2") },
    { hc_span_str("B"), hc_span_str("") },
  };
  const struct hc_accept_out accept = {
    .address = hc_span_str("a"),
    .id = hc_span_str("i"),
    .headers = headers,
    .n_headers = 3,
    .remote_address = hc_span_str("r"),
    .remote_port = 1,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  int rc = hc_control_write_accept(&out, &accept);

  hc_buffer_deinit(&out);
  return rc;
}

static int write_renew_token(void)
{
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  int rc = hc_control_write_renew_token(&out, hc_span_str("t"));

  hc_buffer_deinit(&out);
  return rc;
}

static int read_http(const char *text)
{
  struct hc_control control;
  int rc = hc_control_read(hc_span_str(text), &control, NULL);

  if (rc == 0)
    hc_control_deinit(&control);
  return rc;
}

static int read_request(void)
{
  return read_http("{\"request\":{\"address\":\"a\",\"id\":\"i\",\"method\":"
                   "\"GET\",\"requestTarget\":\"/\",\"requestHeaders\":"
                   "{\"Host\":\"h\",\"X\":[\"a\",\"b\"]},\"remoteEndpoint\":"
                   "{\"address\":\"r\",\"port\":1},\"body\":true}}");
}

/* More values and members than need no memory, and blanks. */
static int read_long_request(void)
{
  static char text[4096];
  char *end = text + sprintf(text, "{\"request\":{\"address\":\"a\", "
                                   "\"requestHeaders\":{");
  for (int i = 0; i < HC_JSON_FEW + 2; i++)
    end += sprintf(end, "\"h%d\":\"\\u0041\",", i);
  sprintf(end, "\"x\":1}}}");
  return read_http(text);
}

static int read_response(void)
{
  return read_http("{\"response\":{\"requestId\":\"i\",\"statusCode\":\"200\","
                   "\"statusDescription\":\"d\",\"responseHeaders\":"
                   "{\"A\":1,\"Set-Cookie\":[\"a\",\"b\"]},\"body\":true}}");
}

static const struct hc_control_header http_headers[] = {
  { { (const uint8_t *)"A", 1 }, { (const uint8_t *)"\xfc", 1 } },
  { { (const uint8_t *)"a", 1 }, { (const uint8_t *)"2", 1 } },
  { { (const uint8_t *)"Set-Cookie", 10 }, { (const uint8_t *)"b", 1 } },
  { { (const uint8_t *)"Set-Cookie", 10 }, { (const uint8_t *)"c", 1 } },
};

static int write_request(void)
{
  const struct hc_request_out request = {
    .address = hc_span_str("a"),
    .id = hc_span_str("i"),
    .target = hc_span_str("/"),
    .method = hc_span_str("GET"),
    .headers = http_headers,
    .n_headers = 4,
    .remote_address = hc_span_str("r"),
    .remote_port = 1,
    .body = true,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  int rc = hc_control_write_request(&out, &request);

  hc_buffer_deinit(&out);
  return rc;
}

static int write_response(void)
{
  const struct hc_response_out response = {
    .request_id = hc_span_str("i"),
    .status = 200,
    .description = hc_span_str("d"),
    .headers = http_headers,
    .n_headers = 4,
    .body = true,
  };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  int rc = hc_control_write_response(&out, &response);

  hc_buffer_deinit(&out);
  return rc;
}

static int make_token(void)
{
  struct hc_buffer out;
  hc_buffer_init(&out, HC_TOKEN_MAX);
  int rc = hc_token_make(&out, hc_span_str("h"), hc_span_str("a/b"),
                         hc_span_str("n"), hc_span_str("k"), 1700000000);

  hc_buffer_deinit(&out);
  return rc;
}

static int code_url(void)
{
  struct hc_buffer out;
  hc_buffer_init(&out, 100);
  int rc = hc_url_encode(&out, hc_span_str("a b"), "");

  hc_buffer_deinit(&out);
  if (rc == 0)
    rc = hc_url_decode(&out, hc_span_str("a%20b"));
  hc_buffer_deinit(&out);
  if (rc == 0)
    rc = hc_url_query_strip(&out, hc_span_str("a&b"));
  hc_buffer_deinit(&out);
  return rc;
}

static void every_function_says_so(void **state)
{
  (void)state;
  fail_in_turn(read_accept);
  fail_in_turn(read_short_accept);
  fail_in_turn(read_request);
  fail_in_turn(read_long_request);
  fail_in_turn(read_response);
  fail_in_turn(write_accept);
  fail_in_turn(write_request);
  fail_in_turn(write_response);
  fail_in_turn(write_renew_token);
  fail_in_turn(make_token);
  fail_in_turn(code_url);
}

/* What is refused for a lack of memory would be taken as final. */
static void a_token_is_checked_without_memory(void **state)
{
  (void)state;
  struct hc_token token;
  assert_int_equal(
      hc_token_parse(hc_span_str("SharedAccessSignature sr=http://h/a&sig=s&"
                                 "se=1&skn=a%20b"),
                     &token, NULL),
      0);

  alloc_trap_set_for_good(0);
  assert_true(hc_token_covers(&token, hc_span_str("h"), hc_span_str("a")));
  assert_true(hc_token_is_by_rule(&token, "a b"));
  assert_false(hc_token_is_signed_by(&token, hc_span_str("k")));
  assert_false(alloc_trap_clear());
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_function_says_so),
    cmocka_unit_test(a_token_is_checked_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
