/* Close bodies of protocol/ws.h (RFC 6455 5.5.1 and 7.4) */
#include "support/check.h"

#include "protocol/ws.h"
#include "support/guard_page.h"

#include <hyco/error.h>

static void legal_codes_are_those_that_may_be_on_the_wire(void **state)
{
  (void)state; /* RFC 6455 7.4.1, 7.4.2 and the IANA registry */
  for (int code = -1; code <= 70000; code++) {
    bool expected = (code >= 1000 && code <= 1003) ||
                    (code >= 1007 && code <= 1014) ||
                    (code >= 3000 && code <= 4999);
    if (hc_ws_close_code_is_legal(code) != expected)
      fail_msg("%d", code);
  }
}

static void code_and_reason_are_written_and_read_back(void **state)
{
  (void)state;
  uint8_t body[HC_WS_CONTROL_MAX];
  size_t n = hc_ws_write_close(body, HC_CLOSE_GOING_AWAY, hc_span_str("bye"));
  assert_int_equal(n, 5);
  assert_memory_equal(body,
                      "\x03\xe9"
                      "bye",
                      5);
  int code = 0;
  struct hc_span reason;
  assert_int_equal(hc_ws_read_close(hc_span_of(body, n), &code, &reason), 0);
  assert_int_equal(code, HC_CLOSE_GOING_AWAY);
  check_span(reason, "bye");
  assert_ptr_equal(reason.ptr, body + 2);
}

static void no_status_is_an_empty_body_both_ways(void **state)
{
  (void)state; /* RFC 6455 7.1.5: no status code: 1005 */
  uint8_t body[HC_WS_CONTROL_MAX];
  assert_int_equal(
      hc_ws_write_close(body, HC_CLOSE_NO_STATUS, hc_span_str("lost")), 0);
  int code = 0;
  struct hc_span reason = hc_span_str("x");
  assert_int_equal(hc_ws_read_close(hc_span_of(NULL, 0), &code, &reason), 0);
  assert_int_equal(code, HC_CLOSE_NO_STATUS);
  assert_int_equal(reason.len, 0);
}

static void a_reason_of_123_bytes_fits_and_more_is_cut(void **state)
{
  (void)state;
  char text[HC_WS_CLOSE_REASON_MAX + 2];
  memset(text, 'x', sizeof(text) - 1);
  text[sizeof(text) - 1] = '\0';
  struct guard_page page;
  guard_page_init(&page, HC_WS_CONTROL_MAX);
  uint8_t *body = guard_page_tail(&page, HC_WS_CONTROL_MAX);
  assert_int_equal(hc_ws_write_close(body, 1000, hc_span_str(text)), 125);
  text[HC_WS_CLOSE_REASON_MAX] = '\0';
  assert_int_equal(hc_ws_write_close(body, 1000, hc_span_str(text)), 125);
  guard_page_deinit(&page);
}

static void a_reason_is_never_cut_inside_a_character(void **state)
{
  (void)state;
  for (size_t before = HC_WS_CLOSE_REASON_MAX - 4;
       before <= HC_WS_CLOSE_REASON_MAX; before++) {
    char text[HC_WS_CLOSE_REASON_MAX + 8];
    memset(text, 'x', before);
    memcpy(text + before, "\xf0\x9f\x98\x80", 5);
    uint8_t body[HC_WS_CONTROL_MAX];
    size_t n = hc_ws_write_close(body, 1000, hc_span_str(text));
    bool fits = before + 4 <= HC_WS_CLOSE_REASON_MAX;
    assert_int_equal(n, 2 + before + (fits ? 4 : 0));
    int code;
    struct hc_span reason;
    assert_int_equal(hc_ws_read_close(hc_span_of(body, n), &code, &reason), 0);
  }
}

static void a_reason_ends_before_bytes_that_are_no_utf8(void **state)
{
  (void)state; /* RFC 6455 5.5.1: the reason is UTF-8 */
  uint8_t body[HC_WS_CONTROL_MAX];
  assert_int_equal(hc_ws_write_close(body, 1000,
                                     hc_span_str("ab\xff"
                                                 "cd")),
                   4);
  assert_int_equal(hc_ws_write_close(body, 1000, hc_span_str("ab\xe2\x82")), 4);
}

static void bad_bodies_break_the_protocol(void **state)
{
  (void)state;
  const struct {
    const char *rule;
    size_t n;
    const char *body;
  } cases[] = {
    { "RFC 6455 5.5.1: one byte is no code", 1, "\x03" },
    { "RFC 6455 7.4.2: 0-999 are not used", 2, "\x03\xe7" },
    { "RFC 6455 7.4.1: 1004 is reserved", 2, "\x03\xec" },
    { "RFC 6455 7.4.1: 1005 MUST NOT be set", 2, "\x03\xed" },
    { "RFC 6455 7.4.1: 1006 MUST NOT be set", 2, "\x03\xee" },
    { "RFC 6455 7.4.1: 1015 MUST NOT be set", 2, "\x03\xf7" },
    { "RFC 6455 7.4.2: 2999 is not registered", 2, "\x0b\xb7" },
    { "RFC 6455 7.4.2: 5000 is out of range", 2, "\x13\x88" },
    { "RFC 6455 7.4.2: 65535 is out of range", 2, "\xff\xff" },
    { "RFC 6455 8.1: bad UTF-8", 3, "\x03\xe8\xff" },
    { "RFC 6455 8.1: UTF-8 cut short", 4, "\x03\xe8\xe2\x82" },
  };
  struct guard_page page;
  guard_page_init(&page, HC_WS_CONTROL_MAX);
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    int code;
    struct hc_span reason;
    struct hc_span body =
        guard_page_put(&page, hc_span_of(cases[i].body, cases[i].n));
    if (hc_ws_read_close(body, &code, &reason) != HYCO_EPROTOCOL)
      fail_msg("%s", cases[i].rule);
  }
  guard_page_deinit(&page);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(legal_codes_are_those_that_may_be_on_the_wire),
    cmocka_unit_test(code_and_reason_are_written_and_read_back),
    cmocka_unit_test(no_status_is_an_empty_body_both_ways),
    cmocka_unit_test(a_reason_of_123_bytes_fits_and_more_is_cut),
    cmocka_unit_test(a_reason_is_never_cut_inside_a_character),
    cmocka_unit_test(a_reason_ends_before_bytes_that_are_no_utf8),
    cmocka_unit_test(bad_bodies_break_the_protocol),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
