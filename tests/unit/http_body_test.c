/* Tests of the bodies of HTTP/1.1 messages. */
#include "protocol/http_body.h"
#include "support/check.h"
#include "support/split.h"

#include <stdlib.h>

struct reader {
  enum hc_http_framing framing;
  uint64_t length;
  struct hc_http_body body;
};

static void start(void *user_data)
{
  struct reader *reader = user_data;

  hc_http_body_init(&reader->body, reader->framing, reader->length);
}

static int feed(void *user_data, struct hc_span *in, struct hc_buffer *report)
{
  struct reader *reader = user_data;
  struct hc_span data;
  int rc;

  while ((rc = hc_http_body_read(&reader->body, in, &data)) == 1) {
    assert_true(data.len > 0);
    split_report_bytes(report, data);
  }
  if (rc == 0)
    assert_int_equal(in->len, 0);
  assert_int_equal(rc < 0, reader->body.why != NULL);
  return rc;
}

static void finish(void *user_data, size_t n, struct hc_buffer *report)
{
  struct reader *reader = user_data;

  split_report(report, "|%s %zu left",
               hc_http_body_may_end(&reader->body) ? "end" : "cut", n);
}

/* The body, then how it ended; the same at every cut. */
static void check_body(enum hc_http_framing framing, uint64_t length,
                       struct hc_span bytes, const char *expected)
{
  struct reader reader = { .framing = framing, .length = length };
  struct split_consumer consumer = { start, feed, finish, &reader };
  struct hc_buffer report;

  hc_buffer_init(&report, SPLIT_REPORT_MAX);
  split_run(&consumer, bytes, bytes.len, bytes.len + 1, &report);
  check_span(hc_buffer_span(&report), expected);
  hc_buffer_deinit(&report);
  assert_true(split_all_same(&consumer, bytes));
}

static void check_chunks(const char *bytes, const char *expected)
{
  check_body(HC_HTTP_CHUNKED, 0, hc_span_str(bytes), expected);
}

/* RFC 9112 7.1. */
static void chunks_are_put_together(void **state)
{
  (void)state;
  check_chunks("0\r\n\r\n", "|end 0 left");
  check_chunks("3\r\nabc\r\n2\r\n\r\n\r\n0\r\n\r\nNEXT", "abc\r\n|end 4 left");
  check_chunks("00A\r\n0123456789\r\n000\r\n\r\n", "0123456789|end 0 left");
}

/* RFC 9112 7.1.1: chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS
 * chunk-ext-val ] ), without the "bad" white space. */
static void extensions_are_dropped(void **state)
{
  (void)state;
  static const char *const extensions[] = {
    ";a",
    ";a=b",
    ";a;b",
    ";a=\"\"",
    ";a=\" ;\\\"\\\\\t\xff\";b=c",
    ";!#$%&'*+-.^_`|~=~",
  };
  for (size_t i = 0; i < CHECK_COUNT(extensions); i++) {
    char bytes[100];
    snprintf(bytes, sizeof(bytes), "3%s\r\nabc\r\n0%s\r\n\r\n", extensions[i],
             extensions[i]);
    check_chunks(bytes, "abc|end 0 left");
  }
}

/* RFC 9112 7.1.2: a recipient may discard them. */
static void trailers_are_dropped(void **state)
{
  (void)state;
  check_chunks("0\r\nA: b\r\nContent-Lengthy: \t\xff \r\nX-Very-Long-Name-Of-A-"
               "Trailer:\r\n\r\nGET",
               "|end 3 left");
}

static void a_body_that_is_cut_has_not_ended(void **state)
{
  (void)state;
  static const char bytes[] = "1;a=\"\\b\"\r\nx\r\n0\r\nA: b\r\n\r\n";

  for (size_t n = 0; n < sizeof(bytes) - 1; n++) {
    struct hc_span in = hc_span_of(bytes, n);
    struct hc_span data;
    struct hc_http_body body;
    hc_http_body_init(&body, HC_HTTP_CHUNKED, 0);
    while (hc_http_body_read(&body, &in, &data) == 1)
      ;
    assert_false(hc_http_body_may_end(&body));
    assert_null(body.why);
  }
  check_chunks(bytes, "x|end 0 left");
}

static const char *const bad_chunks[] = {
  /* RFC 9112 7.1: chunk-size = 1*HEXDIG */
  "\r\n",
  "x\r\n",
  ";a\r\n",
  "-1\r\nx",
  "+1\r\nx",
  "0x1\r\nx",
  " 1\r\nx",
  "1 \r\nx",
  "1\t\r\nx",
  "1,\r\nx",
  "1.\r\nx",
  "g\r\n",
  "\n",
  /* RFC 9112 2.2: lines end with CRLF */
  "1\nx\n0\n\n",
  "1\r\rx",
  "1\rx",
  "1\r\nx\n0\r\n\r\n",
  "1\r\nx\r0\r\n\r\n",
  "1\r\nxy\r\n",
  "1\r\nx0\r\n\r\n",
  "0\n\r\n",
  "0\r\n\n",
  "0\r\n\rX",
  "0\r\nA: b\n\r\n",
  "0\r\nA: b\rC: d\r\n\r\n",
  "0\r\nA: b\r\r\n",
  /* RFC 9112 7.1.1, and no BWS */
  "1;\r\nx",
  "1;;a\r\nx",
  "1;a;\r\nx",
  "1;a=\r\nx",
  "1;=b\r\nx",
  "1 ;a\r\nx",
  "1; a\r\nx",
  "1;a =b\r\nx",
  "1;a= b\r\nx",
  "1;a b\r\nx",
  "1;a=b=c\r\nx",
  "1;a=\"b\"c\r\nx",
  "1;a=\"b\r\nx",
  "1;a=\"\\\r\n\"\r\nx",
  "1;a\n\r\nx",
  "1;a=\"\x01\"\r\nx",
  "1;a=\"\x7f\"\r\nx",
  "1;a=b\"\r\nx",
  "1;\xff\r\nx",
  /* RFC 9112 5, RFC 9110 5.5 */
  "0\r\nA\r\n\r\n",
  "0\r\n: b\r\n\r\n",
  "0\r\nA : b\r\n\r\n",
  "0\r\n A: b\r\n\r\n",
  "0\r\nA: b\r\n c\r\n\r\n",
  "0\r\nA: \x01\r\n\r\n",
  "0\r\nA: \x7f\r\n\r\n",
  "0\r\nGET / HTTP/1.1\r\n\r\n",
  "0\r\n\x80: b\r\n\r\n",
  /* RFC 9110 6.5.1: no field of framing or routing */
  "0\r\nContent-Length: 5\r\n\r\n",
  "0\r\ntransfer-encoding: chunked\r\n\r\n",
  "0\r\nHost: b\r\n\r\n",
  "0\r\nConnection: close\r\n\r\n",
  "0\r\nTrailer: A\r\n\r\n",
  "0\r\nTE: a\r\n\r\n",
  "0\r\nUpgrade: a\r\n\r\n",
};

static int read_whole(enum hc_http_framing framing, struct hc_span in,
                      struct hc_http_body *body)
{
  struct hc_span data;
  int rc;

  hc_http_body_init(body, framing, 0);
  do
    rc = hc_http_body_read(body, &in, &data);
  while (rc == 1);
  return rc;
}

static void what_two_parsers_could_read_differently_is_refused(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(bad_chunks); i++) {
    struct hc_span in = hc_span_str(bad_chunks[i]);
    struct hc_http_body body;
    int rc = read_whole(HC_HTTP_CHUNKED, in, &body);
    if (rc != HYCO_EPROTOCOL)
      print_error("%s: %d\n", bad_chunks[i], rc);
    assert_int_equal(rc, HYCO_EPROTOCOL);
    assert_non_null(body.why);
    assert_false(hc_http_body_may_end(&body));

    struct reader reader = { .framing = HC_HTTP_CHUNKED };
    struct split_consumer consumer = { start, feed, finish, &reader };
    assert_true(split_all_same(&consumer, in));
  }
}

/* The same code again, whatever comes. */
static void an_error_stays(void **state)
{
  (void)state;
  struct hc_span in = hc_span_str("x");
  struct hc_span data;
  struct hc_http_body body;

  hc_http_body_init(&body, HC_HTTP_CHUNKED, 0);
  assert_int_equal(hc_http_body_read(&body, &in, &data), HYCO_EPROTOCOL);
  in = hc_span_str("0\r\n\r\n");
  assert_int_equal(hc_http_body_read(&body, &in, &data), HYCO_EPROTOCOL);
  assert_int_equal(in.len, 5);
}

static void the_longest_chunk_size_is_read_and_no_longer_one(void **state)
{
  (void)state;
  struct hc_http_body body;

  assert_int_equal(
      read_whole(HC_HTTP_CHUNKED, hc_span_str("fffffffffffffff\r\n"), &body),
      0);
  assert_true(body.left == 0xfffffffffffffff);
  assert_int_equal(read_whole(HC_HTTP_CHUNKED,
                              hc_span_str("000000000000000\r\n\r\n"), &body),
                   HC_HTTP_BODY_END);
  assert_int_equal(
      read_whole(HC_HTTP_CHUNKED, hc_span_str("0000000000000001\r\n"), &body),
      HYCO_ETOOLONG);
}

/* Text, n times `piece`, more text. */
static int read_repeated(const char *before, size_t n, char piece,
                         const char *after)
{
  static char bytes[2 * HC_HTTP_TRAILERS_MAX];
  struct hc_http_body body;
  size_t len = strlen(before);

  memcpy(bytes, before, len);
  memset(bytes + len, piece, n);
  memcpy(bytes + len + n, after, strlen(after));
  return read_whole(HC_HTTP_CHUNKED, hc_span_of(bytes, len + n + strlen(after)),
                    &body);
}

/* RFC 9112 7.1.1: "A server ought to limit the total length of chunk
 * extensions received in a request". */
static void extensions_of_all_chunks_together_are_bounded(void **state)
{
  (void)state;
  /* "a" and CR of the first chunk; CR of the second */
  size_t n = HC_HTTP_CHUNK_EXTRA_MAX - 3;
  assert_int_equal(read_repeated("1;a\r\nx\r\n0;", n, 'a', "\r\n\r\n"),
                   HC_HTTP_BODY_END);
  assert_int_equal(read_repeated("1;a\r\nx\r\n0;", n + 1, 'a', "\r\n\r\n"),
                   HYCO_ETOOLONG);
}

static void trailers_are_bounded(void **state)
{
  (void)state;
  size_t n = HC_HTTP_TRAILERS_MAX - strlen("A:\r\n\r\n");
  assert_int_equal(read_repeated("0\r\nA:", n, 'b', "\r\n\r\n"),
                   HC_HTTP_BODY_END);
  assert_int_equal(read_repeated("0\r\nA:", n + 1, 'b', "\r\n\r\n"),
                   HYCO_ETOOLONG);
}

static void a_length_is_counted(void **state)
{
  (void)state;
  check_body(HC_HTTP_LENGTH, 3, hc_span_str("abcdef"), "abc|end 3 left");
  check_body(HC_HTTP_LENGTH, 0, hc_span_str("abc"), "|end 3 left");
  check_body(HC_HTTP_LENGTH, 4, hc_span_str("abc"), "abc|cut 0 left");
}

static void no_body_takes_nothing(void **state)
{
  (void)state;
  check_body(HC_HTTP_NO_BODY, 5, hc_span_str("abc"), "|end 3 left");
}

static void until_close_takes_everything(void **state)
{
  (void)state;
  check_body(HC_HTTP_UNTIL_CLOSE, 0, hc_span_str("abc"), "abc|end 0 left");
}

static struct hc_http_head head;

static void read_request_head(const char *fields)
{
  char text[400];
  snprintf(text, sizeof(text), "POST / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);
  struct hc_span in = hc_span_str(text);
  size_t scanned = 0;
  assert_int_equal(
      hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL), 1);
}

static void read_response_head(const char *status, const char *fields)
{
  char text[400];
  snprintf(text, sizeof(text), "HTTP/1.1 %s\r\n%s\r\n", status, fields);
  struct hc_span in = hc_span_str(text);
  size_t scanned = 0;
  assert_int_equal(
      hc_http_read_response(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL), 1);
}

#define LENGTH_5 "Content-Length: 5\r\n"
#define LENGTH_0 "Content-Length: 0\r\n"
#define CHUNKED "Transfer-Encoding: Chunked\r\n"

/* RFC 9112 6.3. */
static void the_framing_of_a_request_is_found(void **state)
{
  (void)state;
  static const struct {
    const char *fields;
    enum hc_http_framing framing;
    uint64_t length;
  } cases[] = {
    { "", HC_HTTP_NO_BODY, 0 },
    { LENGTH_0, HC_HTTP_LENGTH, 0 },
    { LENGTH_5, HC_HTTP_LENGTH, 5 },
    { "Content-Length: 999999999999999999\r\n", HC_HTTP_LENGTH,
      999999999999999999 },
    { "Content-Length: 007\r\n", HC_HTTP_LENGTH, 7 },
    { CHUNKED, HC_HTTP_CHUNKED, 0 },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    enum hc_http_framing framing;
    uint64_t length;
    read_request_head(cases[i].fields);
    assert_int_equal(hc_http_request_framing(&head, &framing, &length), 0);
    assert_int_equal(framing, cases[i].framing);
    assert_true(length == cases[i].length);
  }
}

/* RFC 9112 6.1: a coding that is not understood is answered with 501. */
static void a_coding_besides_chunked_is_refused(void **state)
{
  (void)state;
  enum hc_http_framing framing;
  uint64_t length;
  static const char *const codings[] = { "gzip, chunked", ",chunked" };

  for (size_t i = 0; i < CHECK_COUNT(codings); i++) {
    char field[100];
    snprintf(field, sizeof(field), "Transfer-Encoding: %s\r\n", codings[i]);
    read_request_head(field);
    assert_int_equal(hc_http_request_framing(&head, &framing, &length),
                     HYCO_EPROTOCOL);
    read_response_head("200 OK", field);
    assert_int_equal(
        hc_http_response_framing(&head, hc_span_str("GET"), &framing, &length),
        HYCO_EPROTOCOL);
  }
}

/* RFC 9112 6.3, RFC 9110 8.6: some never have a body, some must not announce
 * one. */
static void the_framing_of_a_response_is_found(void **state)
{
  (void)state;
  static const struct {
    const char *method;
    const char *status;
    const char *fields;
    int rc;
    enum hc_http_framing framing;
    uint64_t length;
  } cases[] = {
    { "GET", "200 OK", "", 0, HC_HTTP_UNTIL_CLOSE, 0 },
    { "GET", "200 OK", LENGTH_5, 0, HC_HTTP_LENGTH, 5 },
    { "GET", "200 OK", CHUNKED, 0, HC_HTTP_CHUNKED, 0 },
    { "GET", "404 No", "", 0, HC_HTTP_UNTIL_CLOSE, 0 },
    { "HEAD", "200 OK", "", 0, HC_HTTP_NO_BODY, 0 },
    { "HEAD", "200 OK", LENGTH_5, 0, HC_HTTP_NO_BODY, 0 },
    { "HEAD", "200 OK", CHUNKED, 0, HC_HTTP_NO_BODY, 0 },
    { "head", "200 OK", LENGTH_5, 0, HC_HTTP_LENGTH, 5 },
    { "GET", "304 Same", LENGTH_5, 0, HC_HTTP_NO_BODY, 0 },
    { "GET", "304 Same", CHUNKED, 0, HC_HTTP_NO_BODY, 0 },
    { "GET", "204 None", "", 0, HC_HTTP_NO_BODY, 0 },
    { "GET", "204 None", LENGTH_0, 0, HC_HTTP_NO_BODY, 0 },
    { "GET", "100 Go", "", 0, HC_HTTP_NO_BODY, 0 },
    { "GET", "101 Switch", "", 0, HC_HTTP_NO_BODY, 0 },
    { "CONNECT", "200 OK", "", 0, HC_HTTP_NO_BODY, 0 },
    { "CONNECT", "200 OK", LENGTH_5, 0, HC_HTTP_NO_BODY, 0 },
    { "CONNECT", "404 No", LENGTH_5, 0, HC_HTTP_LENGTH, 5 },
    { "GET", "204 None", LENGTH_5, HYCO_EPROTOCOL, 0, 0 },
    { "GET", "204 None", CHUNKED, HYCO_EPROTOCOL, 0, 0 },
    { "GET", "100 Go", LENGTH_5, HYCO_EPROTOCOL, 0, 0 },
    { "HEAD", "199 Go", CHUNKED, HYCO_EPROTOCOL, 0, 0 },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    enum hc_http_framing framing;
    uint64_t length;
    read_response_head(cases[i].status, cases[i].fields);
    int rc = hc_http_response_framing(&head, hc_span_str(cases[i].method),
                                      &framing, &length);
    assert_int_equal(rc, cases[i].rc);
    if (rc < 0)
      continue;
    assert_int_equal(framing, cases[i].framing);
    assert_true(length == cases[i].length);
  }
}

static void chunk_heads_are_written(void **state)
{
  (void)state;
  static const struct {
    size_t len;
    const char *text;
  } cases[] = {
    { 1, "1\r\n" },         { 15, "f\r\n" },
    { 16, "10\r\n" },       { 0xabc0, "abc0\r\n" },
    { 65536, "10000\r\n" }, { SIZE_MAX, "ffffffffffffffff\r\n" },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    uint8_t dst[HC_HTTP_CHUNK_HEAD_MAX];
    size_t n = hc_http_write_chunk_head(dst, cases[i].len);
    check_span(hc_span_of(dst, n), cases[i].text);
  }
  check_chunks(HC_HTTP_LAST_CHUNK, "|end 0 left");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(chunks_are_put_together),
    cmocka_unit_test(extensions_are_dropped),
    cmocka_unit_test(trailers_are_dropped),
    cmocka_unit_test(a_body_that_is_cut_has_not_ended),
    cmocka_unit_test(what_two_parsers_could_read_differently_is_refused),
    cmocka_unit_test(an_error_stays),
    cmocka_unit_test(the_longest_chunk_size_is_read_and_no_longer_one),
    cmocka_unit_test(extensions_of_all_chunks_together_are_bounded),
    cmocka_unit_test(trailers_are_bounded),
    cmocka_unit_test(a_length_is_counted),
    cmocka_unit_test(no_body_takes_nothing),
    cmocka_unit_test(until_close_takes_everything),
    cmocka_unit_test(the_framing_of_a_request_is_found),
    cmocka_unit_test(a_coding_besides_chunked_is_refused),
    cmocka_unit_test(the_framing_of_a_response_is_found),
    cmocka_unit_test(chunk_heads_are_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
