/* Bodies of HTTP messages: any cut of the bytes gives the same data and the
 * same verdict; what is written in chunks is read back. Input: the framing and
 * the place of the first cut, the size of the other pieces, a length, then the
 * stream. */
#include "protocol/http_body.h"
#include "support/split.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

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
    require(data.len > 0);
    split_report_bytes(report, data);
  }
  require(rc != 0 || in->len == 0);
  require((rc < 0) == (reader->body.why != NULL));
  require(rc != HC_HTTP_BODY_END || hc_http_body_may_end(&reader->body));
  return rc;
}

static void finish(void *user_data, size_t n, struct hc_buffer *report)
{
  const struct reader *reader = user_data;
  split_report(report, "%d %zu left\n", hc_http_body_may_end(&reader->body), n);
}

static void append(struct hc_buffer *out, struct hc_span bytes)
{
  require(hc_buffer_append(out, bytes) == 0);
}

/* The text as a chunked body in pieces of n bytes. */
static void write_chunks(struct hc_buffer *out, struct hc_span text, size_t n)
{
  while (text.len > 0) {
    struct hc_span piece = hc_span_of(text.ptr, n < text.len ? n : text.len);
    uint8_t head[HC_HTTP_CHUNK_HEAD_MAX];
    size_t head_len = hc_http_write_chunk_head(head, piece.len);
    require(head_len <= sizeof(head));
    append(out, hc_span_of(head, head_len));
    append(out, piece);
    append(out, hc_span_str("\r\n"));
    hc_span_drop(&text, piece.len);
  }
  append(out, hc_span_str(HC_HTTP_LAST_CHUNK));
}

static void check_written(struct hc_span text, size_t first, size_t piece)
{
  struct reader reader = { .framing = HC_HTTP_CHUNKED };
  struct split_consumer consumer = { start, feed, NULL, &reader };
  struct hc_buffer written;
  struct hc_buffer report;

  hc_buffer_init(&written, SPLIT_REPORT_MAX);
  hc_buffer_init(&report, SPLIT_REPORT_MAX);
  write_chunks(&written, text, piece);
  split_run(&consumer, hc_buffer_span(&written), first, piece, &report);
  require(hc_span_equal(hc_buffer_span(&report), text));
  require(hc_http_body_may_end(&reader.body));
  hc_buffer_deinit(&report);
  hc_buffer_deinit(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 3)
    return 0;
  struct reader reader = { .framing = (enum hc_http_framing)(data[0] & 3),
                           .length = data[2] };
  struct split_consumer consumer = { start, feed, finish, &reader };
  struct hc_span text = hc_span_of(data + 3, size - 3);
  size_t first = data[0] >> 2;
  size_t piece = data[1] + 1u;

  require(split_is_same(&consumer, text, first, piece));
  check_written(text, first, piece);
  return 0;
}
