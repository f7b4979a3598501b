/* HTTP heads: any cut of the bytes gives the same heads and the same verdict;
 * what was read may be written again. Input: the kind and the place of the
 * first cut, the size of the other pieces, then the stream. */
#include "protocol/http1.h"
#include "support/split.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD_MAX = 1024 };

struct state {
  bool is_response;
  size_t scanned;
  struct hc_http_head head;
};

static void start(void *user_data)
{
  struct state *state = user_data;
  state->scanned = 0;
}

static int read_one(struct state *state, struct hc_span *in)
{
  struct hc_fault fault;
  int rc = state->is_response
               ? hc_http_read_response(in, HEAD_MAX, &state->scanned,
                                       &state->head, &fault)
               : hc_http_read_request(in, HEAD_MAX, &state->scanned,
                                      &state->head, &fault);
  if (rc < 0 && (fault.code != rc || fault.text[0] == '\0'))
    abort();
  return rc;
}

static void report_head(const struct hc_http_head *head,
                        struct hc_buffer *report)
{
  split_report(report, "%d %d %zu\n", head->minor, head->status,
               head->n_fields);
  split_report_bytes(report, head->method);
  split_report_bytes(report, head->target);
  split_report_bytes(report, head->reason);
  for (size_t i = 0; i < head->n_fields; i++)
    if (hc_http_write_field(report, head->fields[i].name,
                            head->fields[i].value) != 0)
      abort();
}

static int feed(void *user_data, struct hc_span *in, struct hc_buffer *report)
{
  struct state *state = user_data;
  int rc;
  while ((rc = read_one(state, in)) > 0)
    report_head(&state->head, report);
  return rc;
}

static void finish(void *user_data, size_t n, struct hc_buffer *report)
{
  (void)user_data;
  split_report(report, "%zu left\n", n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  struct state state = { .is_response = data[0] & 1 };
  struct split_consumer consumer = { start, feed, finish, &state };
  struct hc_span text = hc_span_of(data + 2, size - 2);
  if (!split_is_same(&consumer, text, data[0] >> 1, data[1] + 1u))
    abort();
  return 0;
}
