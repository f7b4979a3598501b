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
  check_chunks("3;a;b=c;d=\"e;\\\"\r\t\"\r\nabc\r\n0;x\r\n\r\n",
               "error -600\n");
  check_chunks("3;a;b=c;d=\"e;\\\"\t\"\r\nabc\r\n0;x\r\n\r\n",
               "abc|end 0 left");
  check_chunks("0\r\nA: b\r\nC:\r\n\r\n", "|end 0 left");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(chunks_are_put_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
