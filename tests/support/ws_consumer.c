/* A WebSocket reader in the form that the every-split feeder drives. */
#include "support/ws_consumer.h"

#include <stdlib.h>

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void start(void *state)
{
  struct ws_consumer *consumer = state;
  hc_ws_reader_init(&consumer->reader, consumer->peer);
}

/* What ws.h promises of every piece. */
static void check_piece(const struct hc_ws_chunk *chunk, struct hc_span before,
                        struct hc_span after)
{
  bool control = chunk->head.opcode >= HC_WS_CLOSE;
  require(chunk->data.ptr + chunk->data.len == after.ptr);
  require(chunk->data.ptr >= before.ptr);
  require(chunk->data.len > 0 || chunk->head.len == 0);
  require(chunk->frame_start == (chunk->offset == 0));
  require(chunk->frame_end ==
          (chunk->offset + chunk->data.len == chunk->head.len));
  require(!control || (chunk->frame_start && chunk->frame_end));
  require(control
              ? chunk->message == chunk->head.opcode
              : chunk->message == HC_WS_TEXT || chunk->message == HC_WS_BINARY);
}

static void report_piece(struct hc_buffer *report,
                         const struct hc_ws_chunk *chunk)
{
  const struct hc_ws_head *head = &chunk->head;
  if (chunk->message_start)
    split_report(report, "message %d\n", (int)chunk->message);
  if (chunk->frame_start)
    split_report(report,
                 "frame %d fin %d masked %d len %llu: ", (int)head->opcode,
                 head->fin, head->masked, (unsigned long long)head->len);
  if (chunk->data.len > 0) {
    uint8_t *dst = hc_buffer_reserve(report, chunk->data.len);
    require(dst != NULL);
    hc_ws_chunk_copy(dst, chunk);
    hc_buffer_commit(report, chunk->data.len);
  }
  if (chunk->frame_end)
    split_report(report, "\n");
  if (chunk->message_end)
    split_report(report, "end\n");
}

static int feed(void *state, struct hc_span *in, struct hc_buffer *report)
{
  struct ws_consumer *consumer = state;
  struct hc_ws_chunk chunk;
  int rc;
  struct hc_span before = *in;
  while ((rc = hc_ws_read(&consumer->reader, in, &chunk)) == 1) {
    check_piece(&chunk, before, *in);
    report_piece(report, &chunk);
    before = *in;
  }
  require(rc < 0 || in->len < HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX);
  require((rc < 0) == (consumer->reader.error != NULL));
  if (rc < 0)
    split_report(report, "%s\n", consumer->reader.error);
  return rc;
}

static void finish(void *state, size_t n, struct hc_buffer *report)
{
  const struct ws_consumer *consumer = state;
  split_report(report, "%zu left, in frame %d, in message %d\n", n,
               consumer->reader.in_frame, consumer->reader.in_message);
}

struct split_consumer ws_consumer_of(struct ws_consumer *state)
{
  return (struct split_consumer){ start, feed, finish, state };
}
