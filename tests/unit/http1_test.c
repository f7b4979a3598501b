/* Tests of the reading of HTTP/1.1 heads. */
#include "protocol/http1.h"
#include "support/guard_page.h"
#include "support/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct hc_http_head head;

static int read_request(const char *text, struct hc_fault *fault)
{
  struct hc_span in = hc_span_str(text);
  size_t scanned = 0;

  return hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, fault);
}

static int read_response(const char *text)
{
  struct hc_span in = hc_span_str(text);
  size_t scanned = 0;

  return hc_http_read_response(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL);
}

static void assert_span(struct hc_span span, const char *expected)
{
  assert_int_equal(span.len, strlen(expected));
  assert_memory_equal(span.ptr, expected, span.len);
}

static void a_request_is_taken_apart(void **state)
{
  (void)state;
  static const char text[] = "GET /$hc/a?sb-hc-action=listen HTTP/1.1\r\n"
                             "Host: localhost:8443\r\n"
                             "X-Empty:\r\n"
                             "X-Blanks: \t a b \t \r\n"
                             "X-Text: gr\xc3\xbc\xdf\r\n"
                             "\r\nrest";
  struct hc_span in = hc_span_str(text);
  size_t scanned = 0;

  assert_int_equal(
      hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL), 1);
  assert_span(in, "rest");
  assert_int_equal(scanned, 0);
  assert_span(head.method, "GET");
  assert_span(head.target, "/$hc/a?sb-hc-action=listen");
  assert_int_equal(head.minor, 1);
  assert_int_equal(head.n_fields, 4);
  assert_span(head.fields[0].name, "Host");
  assert_span(head.fields[0].value, "localhost:8443");
  assert_span(head.fields[1].value, "");
  assert_span(head.fields[2].value, "a b");
  assert_span(head.fields[3].value, "gr\xc3\xbc\xdf");
}

static void a_response_is_taken_apart(void **state)
{
  (void)state;
  assert_int_equal(read_response("HTTP/1.1 404 Endpoint does not exist. "
                                 "\xc3\xa4\r\nVia: 1.1 x\r\n\r\n"),
                   1);
  assert_int_equal(head.status, 404);
  assert_span(head.reason, "Endpoint does not exist. \xc3\xa4");
  assert_int_equal(head.n_fields, 1);
  assert_int_equal(head.minor, 1);
}

static void a_response_may_have_no_reason(void **state)
{
  (void)state;
  assert_int_equal(read_response("HTTP/1.1 200 \r\n\r\n"), 1);
  assert_span(head.reason, "");
  assert_int_equal(read_response("HTTP/1.0 999\r\n\r\n"), 1);
  assert_int_equal(head.status, 999);
  assert_int_equal(head.minor, 0);
  assert_span(head.reason, "");
}

static void all_forms_of_a_target_are_read(void **state)
{
  (void)state;
  static const char *const targets[] = {
    "/", "*", "/a%20b?x=\"<>|'", "http://host/path", "https://[::1]:1/",
  };
  for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
    char text[200];
    snprintf(text, sizeof(text), "OPTIONS %s HTTP/1.1\r\nHost: h\r\n\r\n",
             targets[i]);
    assert_int_equal(read_request(text, NULL), 1);
    assert_span(head.target, targets[i]);
  }
}

static void an_http_1_0_request_needs_no_host(void **state)
{
  (void)state;
  assert_int_equal(read_request("GET / HTTP/1.0\r\n\r\n", NULL), 1);
  assert_int_equal(head.minor, 0);
}

static void a_content_length_of_digits_is_read(void **state)
{
  (void)state;
  assert_int_equal(read_request("PUT / HTTP/1.1\r\nHost: h\r\n"
                                "Content-Length: 0012\r\n\r\n",
                                NULL),
                   1);
  assert_span(hc_http_find(&head, "content-length")->value, "0012");
}

static void an_empty_host_is_read(void **state)
{
  (void)state;
  assert_int_equal(read_request("GET / HTTP/1.1\r\nHost:\r\n\r\n", NULL), 1);
}

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: h\r\n"
#define END "\r\n\r\n"

static const char *const bad_requests[] = {
  /* RFC 9112 2.2: lines end with CRLF, and a bare CR is none. */
  "GET / HTTP/1.1\nHost: h\n\n",
  LINE "Host: h\nX: y" END,
  LINE HOST "X: a\rb" END,
  LINE HOST "X: a\r\r\n\r\n",
  LINE HOST "\n",
  "\n" LINE HOST "\r\n",
  "\r\n" LINE HOST "\r\n",
  "\r\n\r\n",
  /* RFC 9110 5.5: CR, LF, NUL and control characters are dangerous. */
  LINE HOST "X: a\x01z" END,
  LINE HOST "X: a\x7f" END,
  LINE HOST "X\x0b: a" END,
  "GET /\x1b HTTP/1.1\r\n" HOST "\r\n",
  "\x16\x03\x01",
  /* RFC 9112 5.1: no white space between the name and the colon. */
  LINE "Host : h" END,
  LINE HOST "X\t: a" END,
  /* RFC 9112 5.2: obsolete line folding. */
  LINE HOST "X: a\r\n b" END,
  LINE HOST "X: a\r\n\tb" END,
  LINE " Host: h" END,
  /* RFC 9110 5.1: a field name is a token. */
  LINE HOST ": a" END,
  LINE HOST "X" END,
  LINE HOST "X(y): a" END,
  LINE HOST "\xc3\xa4: a" END,
  /* RFC 9112 3: method SP target SP version. */
  "GET  / HTTP/1.1\r\n" HOST "\r\n",
  "GET /  HTTP/1.1\r\n" HOST "\r\n",
  "GET / HTTP/1.1 \r\n" HOST "\r\n",
  " GET / HTTP/1.1\r\n" HOST "\r\n",
  "GET\t/\tHTTP/1.1\r\n" HOST "\r\n",
  "GET / x HTTP/1.1\r\n" HOST "\r\n",
  "GET /\r\n" HOST "\r\n",
  "GET\r\n" HOST "\r\n",
  "G@T / HTTP/1.1\r\n" HOST "\r\n",
  /* RFC 9112 2.3 and 3: only versions 1.0 and 1.1 are spoken here. */
  "GET / HTTP/2.0\r\n" HOST "\r\n",
  "GET / HTTP/1.2\r\n" HOST "\r\n",
  "GET / HTTP/0.9\r\n\r\n",
  "GET / HTTP/1.10\r\n" HOST "\r\n",
  "GET / http/1.1\r\n" HOST "\r\n",
  "GET / HTTP/1,1\r\n" HOST "\r\n",
  "GET / HTTP/1\r\n" HOST "\r\n",
  /* RFC 9112 3.2: the forms of a target. */
  "GET a HTTP/1.1\r\n" HOST "\r\n",
  "CONNECT host:443 HTTP/1.1\r\n" HOST "\r\n",
  "CONNECT / HTTP/1.1\r\n" HOST "\r\n",
  "CONNECT http://h/ HTTP/1.1\r\n" HOST "\r\n",
  "CONNECT * HTTP/1.1\r\n" HOST "\r\n",
  "GET ** HTTP/1.1\r\n" HOST "\r\n",
  "GET http:/x HTTP/1.1\r\n" HOST "\r\n",
  "GET http:// HTTP/1.1\r\n" HOST "\r\n",
  "GET http:///x HTTP/1.1\r\n" HOST "\r\n",
  "GET http://?x HTTP/1.1\r\n" HOST "\r\n",
  "GET http://a{b/ HTTP/1.1\r\n" HOST "\r\n",
  "GET http://a\"b HTTP/1.1\r\n" HOST "\r\n",
  "GET http://\\a/ HTTP/1.1\r\n" HOST "\r\n",
  "GET http://u@a/ HTTP/1.1\r\n" HOST "\r\n",
  "GET http://::1/ HTTP/1.1\r\n" HOST "\r\n",
  "GET http://a:1:2/ HTTP/1.1\r\n" HOST "\r\n",
  "GET ://x HTTP/1.1\r\n" HOST "\r\n",
  "GET 1://x HTTP/1.1\r\n" HOST "\r\n",
  "GET /a#b HTTP/1.1\r\n" HOST "\r\n",
  "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n",
  "GET /\x80 HTTP/1.1\r\n" HOST "\r\n",
  /* RFC 9112 3.2: exactly one Host, and a valid one. */
  LINE "\r\n",
  LINE HOST HOST "\r\n",
  "GET / HTTP/1.0\r\n" HOST "host: h" END,
  LINE "Host: a, b" END,
  LINE "Host: a b" END,
  LINE "Host: http://a/" END,
  LINE "Host: u@a" END,
  /* RFC 3986 3.2.2: "::1:80" would be one address, or another's port 80. */
  LINE "Host: ::1" END,
  LINE "Host: ::1:80" END,
  LINE "Host: a:1:2" END,
  LINE "Host: [::1]:1:2" END,
  LINE "Host: a{b" END,
  LINE "Host: a|b" END,
  LINE "Host: \xc3\xa4" END,
  /* RFC 9112 6.1 and 6.3: two ends of one body. */
  LINE HOST "Content-Length: 1\r\nContent-Length: 1" END,
  LINE HOST "Content-Length: 1\r\ncontent-length: 2" END,
  LINE HOST "Content-Length: 1\r\nTransfer-Encoding: chunked" END,
  "GET / HTTP/1.0\r\nTransfer-Encoding: chunked" END,
  LINE HOST "Content-Length:" END,
  LINE HOST "Content-Length: 1, 1" END,
  LINE HOST "Content-Length: +1" END,
  LINE HOST "Content-Length: -1" END,
  LINE HOST "Content-Length: 0x1" END,
  LINE HOST "Content-Length: 1 1" END,
  LINE HOST "Content-Length: 1234567890123456789" END, /* 19 digits */
  /* RFC 9112 6.1: chunked last, and once */
  LINE HOST "Transfer-Encoding: gzip" END,
  LINE HOST "Transfer-Encoding: chunked, gzip" END,
  LINE HOST "Transfer-Encoding: chunked, chunked" END,
  LINE HOST "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked" END,
  LINE HOST "Transfer-Encoding: xchunked" END,
  LINE HOST "Transfer-Encoding:" END,
};

static void what_could_be_read_in_two_ways_is_refused(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(bad_requests) / sizeof(bad_requests[0]); i++) {
    struct hc_fault fault = { 0 };
    int rc = read_request(bad_requests[i], &fault);
    if (rc != HYCO_EPROTOCOL)
      print_error("request %zu:\n%s\n", i, bad_requests[i]);
    assert_int_equal(rc, HYCO_EPROTOCOL);
    assert_int_equal(fault.code, HYCO_EPROTOCOL);
    assert_true(fault.text[0] != '\0');
  }
}

static void a_nul_in_a_head_is_refused(void **state)
{
  (void)state;
  static const char text[] = LINE HOST "X: a\0b" END;
  struct hc_span in = hc_span_of(text, sizeof(text) - 1);
  size_t scanned = 0;

  assert_int_equal(
      hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL),
      HYCO_EPROTOCOL);
  assert_int_equal(in.len, sizeof(text) - 1);
}

/* RFC 9112 4: version SP three digits SP reason. */
static void a_bad_status_line_is_refused(void **state)
{
  (void)state;
  static const char *const lines[] = {
    "HTTP/1.1  200 OK", "HTTP/1.1 20 OK",   "HTTP/1.1 2000 OK",
    "HTTP/1.1 099 OK",  "HTTP/1.1 2x0 OK",  "HTTP/1.1 -20 OK",
    "HTTP/1.1",         "HTTP/1.1 ",        "HTTP/2 200 OK",
    "HTTP/1.2 200 OK",  "ICY 200 OK",       " HTTP/1.1 200 OK",
    "http/1.1 200 OK",  "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK",
  };
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
    char text[100];
    snprintf(text, sizeof(text), "%s" END, lines[i]);
    if (read_response(text) != HYCO_EPROTOCOL)
      print_error("%s\n", lines[i]);
    assert_int_equal(read_response(text), HYCO_EPROTOCOL);
  }
}

static void a_response_with_two_lengths_is_refused(void **state)
{
  (void)state;
  assert_int_equal(read_response("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
                                 "Content-Length: 2" END),
                   HYCO_EPROTOCOL);
}

static void bad_bytes_are_refused_before_the_head_is_whole(void **state)
{
  (void)state;
  assert_int_equal(read_request("GET / HTTP/1.1\n", NULL), HYCO_EPROTOCOL);
  assert_int_equal(read_request("\x16", NULL), HYCO_EPROTOCOL);
  assert_int_equal(read_response("HTTP/1.1 200 OK\n"), HYCO_EPROTOCOL);
  assert_int_equal(read_request("GET / HTTP/1.1\r\n", NULL), 0);
}

/* RFC 9110 5.5: a value has visible characters, blanks, tabs and obs-text. The
 * head is not whole, so that nothing but its bytes was looked at. */
static void each_control_is_found_wherever_it_stands(void **state)
{
  (void)state;
  static const char front[] = LINE HOST "X: ";
  char text[sizeof(front) + 32];

  for (int c = 0; c < 256; c++) {
    bool is_bad = (c < 0x20 && c != '\t') || c == 0x7f;
    for (size_t at = 0; at < 24; at++) {
      struct hc_span in = hc_span_of(text, sizeof(front) - 1 + 25);
      size_t scanned = 0;
      memset(text, 'a', sizeof(text));
      memcpy(text, front, sizeof(front) - 1);
      text[sizeof(front) - 1 + at] = (char)c;
      assert_int_equal(
          hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL),
          is_bad ? HYCO_EPROTOCOL : 0);
    }
  }
}

static void an_incomplete_head_takes_nothing(void **state)
{
  (void)state;
  static const char text[] = LINE HOST;
  struct hc_span in = hc_span_str(text);
  size_t scanned = 0;

  assert_int_equal(
      hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL), 0);
  assert_ptr_equal(in.ptr, text);
  assert_int_equal(in.len, strlen(text));
  assert_int_equal(scanned, strlen(text));
  in.len = 0;
  scanned = 0;
  assert_int_equal(
      hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL), 0);
}

static void a_head_of_max_bytes_is_read_and_no_longer_one(void **state)
{
  (void)state;
  static const char text[] = LINE HOST "\r\n";
  const size_t len = sizeof(text) - 1;
  struct hc_span in = hc_span_of(text, len);
  size_t scanned = 0;

  assert_int_equal(hc_http_read_request(&in, len, &scanned, &head, NULL), 1);
  in = hc_span_of(text, len);
  assert_int_equal(hc_http_read_request(&in, len - 1, &scanned, &head, NULL),
                   HYCO_ETOOLONG);
  in = hc_span_of(text, len - 1);
  scanned = 0;
  assert_int_equal(hc_http_read_request(&in, len - 1, &scanned, &head, NULL),
                   HYCO_ETOOLONG);
}

static void a_head_of_a_hundred_fields_is_read_and_no_larger_one(void **state)
{
  (void)state;
  for (size_t n = HC_HTTP_FIELDS_MAX; n <= HC_HTTP_FIELDS_MAX + 1; n++) {
    char text[1000] = LINE HOST;
    for (size_t i = 1; i < n; i++)
      strcat(text, "X: y\r\n");
    strcat(text, "\r\n");
    bool fits = n == HC_HTTP_FIELDS_MAX;
    assert_int_equal(read_request(text, NULL), fits ? 1 : HYCO_ETOOLONG);
  }
}

static void start(void *state)
{
  *(size_t *)state = 0;
}

static void report_span(struct hc_buffer *report, struct hc_span span)
{
  split_report_bytes(report, span);
  split_report(report, "\n");
}

/* Reads heads until the input is too short or bad. */
static int feed(void *state, struct hc_span *in, struct hc_buffer *report)
{
  for (;;) {
    int rc = hc_http_read_request(in, 200, state, &head, NULL);
    if (rc <= 0)
      return rc;
    report_span(report, head.method);
    report_span(report, head.target);
    for (size_t i = 0; i < head.n_fields; i++) {
      report_span(report, head.fields[i].name);
      report_span(report, head.fields[i].value);
    }
  }
}

static void every_cut_at_a_guard_page_gives_the_same_head(void **state)
{
  (void)state;
  size_t scanned = 0;
  const struct split_consumer consumer = { start, feed, NULL, &scanned };

  assert_true(split_all_same(
      &consumer, hc_span_str("GET /a HTTP/1.1\r\nHost: h\r\nX-Y: z\r\n\r\n"
                             "GET /b HTTP/1.0\r\n\r\nGET /")));
  for (size_t i = 0; i < sizeof(bad_requests) / sizeof(bad_requests[0]); i++)
    assert_true(split_all_same(&consumer, hc_span_str(bad_requests[i])));

  char endless[300];
  memset(endless, 'G', sizeof(endless));
  assert_true(split_all_same(&consumer, hc_span_of(endless, sizeof(endless))));
}

static void fields_are_found_in_any_case(void **state)
{
  (void)state;
  assert_int_equal(read_request(LINE HOST "X-A: 1\r\nx-a: 2\r\n\r\n", NULL), 1);
  assert_span(hc_http_find(&head, "X-a")->value, "1");
  assert_null(hc_http_find(&head, "X"));
  assert_int_equal(hc_http_count(&head, "x-A"), 2);
  assert_int_equal(hc_http_count(&head, "Y"), 0);
}

static void tokens_are_found_in_the_lists_of_all_fields(void **state)
{
  (void)state;
  assert_int_equal(read_request(LINE HOST
                                "Connection: keep-alive ,  upgrade\r\n"
                                "connection: x-a\r\n\r\n",
                                NULL),
                   1);
  assert_true(hc_http_has_token(&head, "Connection", "Upgrade"));
  assert_true(hc_http_has_token(&head, "Connection", "keep-alive"));
  assert_true(hc_http_has_token(&head, "Connection", "X-A"));
  assert_false(hc_http_has_token(&head, "Connection", "keep"));
  assert_false(hc_http_has_token(&head, "Connection", "close"));
  assert_false(hc_http_has_token(&head, "Upgrade", "websocket"));
}

static void faults_quote_no_token(void **state)
{
  (void)state;
  static const char *const texts[] = {
    "GET /?sb-hc-token=SECRET x HTTP/1.1\r\n" HOST "\r\n",
    "GET /?sb-hc-token=SECRET#x HTTP/1.1\r\n" HOST "\r\n",
    "GET sb-hc-token=SECRET HTTP/1.1\r\n" HOST "\r\n",
    LINE HOST "ServiceBusAuthorization SECRET: x" END,
    LINE HOST "ServiceBusAuthorization SECRET" END,
    LINE HOST "Content-Length: SECRET" END,
  };
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    struct hc_fault fault;
    assert_int_equal(read_request(texts[i], &fault), HYCO_EPROTOCOL);
    assert_null(strstr(fault.text, "SECRET"));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_is_taken_apart),
    cmocka_unit_test(a_response_is_taken_apart),
    cmocka_unit_test(a_response_may_have_no_reason),
    cmocka_unit_test(all_forms_of_a_target_are_read),
    cmocka_unit_test(an_http_1_0_request_needs_no_host),
    cmocka_unit_test(a_content_length_of_digits_is_read),
    cmocka_unit_test(an_empty_host_is_read),
    cmocka_unit_test(what_could_be_read_in_two_ways_is_refused),
    cmocka_unit_test(a_nul_in_a_head_is_refused),
    cmocka_unit_test(a_bad_status_line_is_refused),
    cmocka_unit_test(a_response_with_two_lengths_is_refused),
    cmocka_unit_test(bad_bytes_are_refused_before_the_head_is_whole),
    cmocka_unit_test(each_control_is_found_wherever_it_stands),
    cmocka_unit_test(an_incomplete_head_takes_nothing),
    cmocka_unit_test(a_head_of_max_bytes_is_read_and_no_longer_one),
    cmocka_unit_test(a_head_of_a_hundred_fields_is_read_and_no_larger_one),
    cmocka_unit_test(every_cut_at_a_guard_page_gives_the_same_head),
    cmocka_unit_test(fields_are_found_in_any_case),
    cmocka_unit_test(tokens_are_found_in_the_lists_of_all_fields),
    cmocka_unit_test(faults_quote_no_token),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
