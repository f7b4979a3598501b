/* Tests of which fields of an HTTP message are passed on. */
#include "protocol/http_fields.h"
#include "support/check.h"

#include <stdlib.h>

/* Spec protocol.md, "Headers that frame the message"; RFC 9110 7.6.1. */
static void fields_that_frame_are_known_in_any_case(void **state)
{
  (void)state;
  static const char *const names[] = {
    "Connection", "Content-Length",    "TE",
    "Trailer",    "Transfer-Encoding", "Upgrade",
    "Close",      "Keep-Alive",        "Proxy-Connection",
    "connection", "CONTENT-LENGTH",    "te",
  };
  for (size_t i = 0; i < CHECK_COUNT(names); i++)
    assert_true(hc_http_field_frames(hc_span_str(names[i])));
}

/* Spec hybrid-connections.md 10: Host is kept; protocol.md: Via is passed
 * on. */
static void all_others_are_passed_on(void **state)
{
  (void)state;
  static const char *const names[] = {
    "Host", "Via",    "Content-Type",  "Content-Lengthy", "T",
    "TEE",  "Cookie", "Authorization", "Connectio",       "",
  };
  for (size_t i = 0; i < CHECK_COUNT(names); i++)
    assert_false(hc_http_field_frames(hc_span_str(names[i])));
}

static bool is_hop_by_hop(const char *fields, const char *name)
{
  static struct hc_http_head head;
  char text[400];
  snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);
  struct hc_span in = hc_span_str(text);
  size_t scanned = 0;
  assert_int_equal(
      hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL), 1);
  return hc_http_field_is_hop_by_hop(&head, hc_span_str(name));
}

/* RFC 9110 7.6.1: "the recipient MUST remove any header ... field(s) from the
 * message with the same name as the connection-option". */
static void what_connection_names_stays_on_this_connection(void **state)
{
  (void)state;
  static const char fields[] = "Connection: close ,\tX-One\r\n"
                               "X-One: 1\r\nX-Two: 2\r\n"
                               "CONNECTION: ,x-two,,\r\n";
  assert_true(is_hop_by_hop(fields, "X-One"));
  assert_true(is_hop_by_hop(fields, "x-one"));
  assert_true(is_hop_by_hop(fields, "X-Two"));
  assert_true(is_hop_by_hop(fields, "Connection"));
  assert_false(is_hop_by_hop(fields, "X"));
  assert_false(is_hop_by_hop(fields, "X-One, X-Two"));
  assert_false(is_hop_by_hop(fields, "Host"));
  assert_false(is_hop_by_hop("X: X-One\r\n", "X-One"));
  assert_true(is_hop_by_hop("", "Transfer-Encoding"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fields_that_frame_are_known_in_any_case),
    cmocka_unit_test(all_others_are_passed_on),
    cmocka_unit_test(what_connection_names_stays_on_this_connection),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
