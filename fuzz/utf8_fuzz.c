/* UTF-8 validation: any cut of the text gives the same verdict. Input: place of
 * the first cut, size of the other pieces, then the text. */
#include "base/utf8.h"
#include "support/split.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start(void *state)
{
  struct hc_utf8 *utf8 = state;
  *utf8 = (struct hc_utf8){ 0 };
}

static int feed(void *state, struct hc_span *in, struct hc_buffer *report)
{
  (void)report;
  bool possible = hc_utf8_feed(state, *in);
  hc_span_drop(in, in->len);
  return possible ? 0 : -1;
}

static void finish(void *state, size_t n, struct hc_buffer *report)
{
  const struct hc_utf8 *utf8 = state;
  split_report(report, "%zu left, whole %d\n", n, hc_utf8_is_whole(utf8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  struct hc_utf8 utf8;
  struct split_consumer consumer = { start, feed, finish, &utf8 };
  struct hc_span text = hc_span_of(data + 2, size - 2);
  if (!split_is_same(&consumer, text, data[0], data[1] + 1u))
    abort();
  return 0;
}
