/* What messages do when memory runs out: every allocation of each function
 * fails in turn, ours and jansson's. The linker wraps ours (messages.cmake). */
#include "base/memory.h"
#include "protocol/control.h"
#include "protocol/token.h"
#include "protocol/url.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

void *__real_hc_alloc(size_t n);
void *__wrap_hc_alloc(size_t n);
char *__real_hc_strndup(const char *s, size_t n);
char *__wrap_hc_strndup(const char *s, size_t n);
char *__real_hc_strdup(const char *s);
char *__wrap_hc_strdup(const char *s);

static unsigned until_failure; /* allocations that still succeed */
static bool has_failed;

static bool fails_now(void)
{
  if (until_failure-- > 0)
    return false;
  has_failed = true;
  until_failure = 0;
  return true;
}

void *__wrap_hc_alloc(size_t n)
{
  return fails_now() ? NULL : __real_hc_alloc(n);
}

char *__wrap_hc_strndup(const char *s, size_t n)
{
  return fails_now() ? NULL : __real_hc_strndup(s, n);
}

char *__wrap_hc_strdup(const char *s)
{
  return fails_now() ? NULL : __real_hc_strdup(s);
}

static void *json_alloc(size_t n)
{
  return fails_now() ? NULL : malloc(n);
}

/* Runs `work` with the first allocation failing, then the second... until none
 * fails any more. `other` is an error that is right as well. */
static void fail_in_turn(int (*work)(void), int other)
{
  unsigned n = 0;
  int rc;

  do {
    until_failure = n++;
    has_failed = false;
    rc = work();
    if (has_failed && rc != other)
      assert_int_equal(rc, HYCO_ENOMEM);
  } while (has_failed && n < 1000);
  assert_int_equal(rc, 0);
  assert_in_range(n, 2, 999);
  until_failure = UINT32_MAX;
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
  /* jansson's scanner calls a string that it has no memory for invalid. */
  fail_in_turn(read_accept, HYCO_EPROTOCOL);
  fail_in_turn(read_short_accept, HYCO_EPROTOCOL);
  fail_in_turn(write_accept, HYCO_ENOMEM);
  fail_in_turn(write_renew_token, HYCO_ENOMEM);
  fail_in_turn(make_token, HYCO_ENOMEM);
  fail_in_turn(code_url, HYCO_ENOMEM);
}

static void a_token_that_cannot_be_checked_is_not_accepted(void **state)
{
  (void)state;
  struct hc_token token;
  assert_int_equal(
      hc_token_parse(hc_span_str("SharedAccessSignature sr=http://h/a&sig=s&"
                                 "se=1&skn=a%20b"),
                     &token, NULL),
      0);

  until_failure = 0;
  assert_false(hc_token_covers(&token, hc_span_str("h"), hc_span_str("a")));
  until_failure = 0;
  assert_false(hc_token_is_signed_by(&token, hc_span_str("k")));
  until_failure = 0;
  assert_false(hc_token_is_by_rule(&token, "a b"));
  until_failure = UINT32_MAX;
  assert_true(hc_token_covers(&token, hc_span_str("h"), hc_span_str("a")));
  assert_true(hc_token_is_by_rule(&token, "a b"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_function_says_so),
    cmocka_unit_test(a_token_that_cannot_be_checked_is_not_accepted),
  };
  until_failure = UINT32_MAX;
  json_set_alloc_funcs(json_alloc, free);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
