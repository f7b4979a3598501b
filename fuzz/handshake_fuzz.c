/* The server's side of the opening handshake: any cut of the request gives the
 * same verdict, and a key that was taken can be answered. Input: place of the
 * first cut, size of the other pieces, then the request. */
#include "protocol/handshake.h"
#include "support/split.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
  size_t scanned;
  struct hc_http_head head;
};

static void start(void *user_data)
{
  struct state *state = user_data;
  state->scanned = 0;
}

static void check(const struct hc_http_head *head, struct hc_buffer *report)
{
  struct hc_span key;
  struct hc_fault fault;
  int rc = hc_ws_check_request(head, &key, &fault);
  split_report(report, "upgrade %d, check %d\n", hc_ws_is_upgrade(head), rc);
  if (rc < 0 && fault.text[0] == '\0')
    abort();
  if (rc == 0 && hc_ws_write_response(report, key, hc_span_of(NULL, 0)) != 0)
    abort();
}

static int feed(void *user_data, struct hc_span *in, struct hc_buffer *report)
{
  struct state *state = user_data;
  int rc = hc_http_read_request(in, HC_HTTP_HEAD_MAX, &state->scanned,
                                &state->head, NULL);
  if (rc <= 0)
    return rc;
  check(&state->head, report);
  return -1; /* frames follow */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  struct state state;
  struct split_consumer consumer = { start, feed, NULL, &state };
  struct hc_span text = hc_span_of(data + 2, size - 2);
  if (!split_is_same(&consumer, text, data[0], data[1] + 1u))
    abort();
  return 0;
}
