/* Every-split feeder. */
#include "support/split.h"

#include "support/guard_page.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void split_report(struct hc_buffer *report, const char *format, ...)
{
  char text[512];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  if (n < 0 || (size_t)n >= sizeof(text))
    abort();
  split_report_bytes(report, hc_span_of(text, (size_t)n));
}

void split_report_bytes(struct hc_buffer *report, struct hc_span bytes)
{
  if (hc_buffer_append(report, bytes) != 0)
    abort();
}

/* left (which lies in page) and the next bytes, together before the guard. */
static struct hc_span join(const struct guard_page *page, struct hc_span left,
                           struct hc_span next)
{
  uint8_t *joined = guard_page_tail(page, left.len + next.len);
  if (left.len > 0)
    memmove(joined, left.ptr, left.len);
  if (next.len > 0)
    memcpy(joined + left.len, next.ptr, next.len);
  return hc_span_of(joined, left.len + next.len);
}

void split_run(const struct split_consumer *consumer, struct hc_span input,
               size_t first, size_t piece, struct hc_buffer *report)
{
  struct guard_page page;
  guard_page_init(&page, input.len);
  struct hc_span left = hc_span_of(NULL, 0);
  size_t n = first < input.len ? first : input.len;
  int rc = 0;

  consumer->start(consumer->state);
  do {
    left = join(&page, left, hc_span_of(input.ptr, n));
    hc_span_drop(&input, n);
    rc = consumer->feed(consumer->state, &left, report);
    n = piece < input.len ? piece : input.len;
  } while (rc >= 0 && input.len > 0);

  if (rc < 0)
    split_report(report, "error %d\n", rc);
  else if (consumer->finish != NULL)
    consumer->finish(consumer->state, left.len, report);
  guard_page_deinit(&page);
}

static void print_report(const char *what, struct hc_span report)
{
  fprintf(stderr, "%s:\n", what);
  for (size_t i = 0; i < report.len; i++) {
    int c = report.ptr[i];
    if (c == '\n' || isprint(c))
      fputc(c, stderr);
    else
      fprintf(stderr, "\\x%02x", (unsigned)c);
  }
  fputc('\n', stderr);
}

static bool is_same_as(struct hc_span whole,
                       const struct split_consumer *consumer,
                       struct hc_span input, size_t first, size_t piece)
{
  struct hc_buffer cut;
  hc_buffer_init(&cut, SPLIT_REPORT_MAX);
  split_run(consumer, input, first, piece, &cut);
  bool same = hc_span_equal(whole, hc_buffer_span(&cut));
  if (!same) {
    fprintf(stderr, "%zu bytes, cut after %zu and then every %zu:\n", input.len,
            first, piece);
    print_report("whole", whole);
    print_report("cut", hc_buffer_span(&cut));
  }
  hc_buffer_deinit(&cut);
  return same;
}

bool split_is_same(const struct split_consumer *consumer, struct hc_span input,
                   size_t first, size_t piece)
{
  struct hc_buffer whole;
  hc_buffer_init(&whole, SPLIT_REPORT_MAX);
  split_run(consumer, input, input.len, input.len + 1, &whole);
  bool same = is_same_as(hc_buffer_span(&whole), consumer, input, first, piece);
  hc_buffer_deinit(&whole);
  return same;
}

bool split_all_same(const struct split_consumer *consumer, struct hc_span input)
{
  struct hc_buffer whole;
  hc_buffer_init(&whole, SPLIT_REPORT_MAX);
  split_run(consumer, input, input.len, input.len + 1, &whole);
  bool same = is_same_as(hc_buffer_span(&whole), consumer, input, 1, 1);
  for (size_t cut = 0; same && cut < input.len; cut++)
    same =
        is_same_as(hc_buffer_span(&whole), consumer, input, cut, input.len + 1);
  hc_buffer_deinit(&whole);
  return same;
}
