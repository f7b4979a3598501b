/* Frames passed on in one go, and one by one. */
#include "support/ws_passing.h"

#include <stdlib.h>

static uint8_t *room(struct ws_passing *p, size_t n)
{
  uint8_t *dst = hc_buffer_reserve(&p->out, n);
  if (dst == NULL)
    abort();
  return dst;
}

static void pass_frames(struct ws_passing *p, struct hc_span *in)
{
  size_t before = in->len;
  uint8_t *dst = room(p, in->len);
  size_t n = hc_ws_pass_frames(&p->reader, in, dst);
  if (n > before - in->len)
    abort();
  hc_buffer_commit(&p->out, n);
}

static void write_chunk(struct ws_passing *p, const struct hc_ws_chunk *chunk)
{
  struct hc_ws_head head = chunk->head;
  uint8_t *dst = room(p, HC_WS_HEAD_MAX + chunk->data.len);
  size_t n = 0;

  head.masked = false;
  if (chunk->frame_start)
    n = hc_ws_write_head(dst, &head);
  hc_ws_chunk_copy(dst + n, chunk);
  hc_buffer_commit(&p->out, n + chunk->data.len);
}

static void take(struct ws_passing *p, struct hc_span *in, bool in_one_go)
{
  struct hc_ws_chunk chunk;
  do {
    if (in_one_go)
      pass_frames(p, in);
    p->rc = hc_ws_read(&p->reader, in, &chunk);
    if (p->rc > 0) {
      p->n_read++;
      write_chunk(p, &chunk);
    }
  } while (p->rc > 0);
}

void ws_passing_run(struct ws_passing *p, enum hc_ws_peer peer,
                    struct hc_span input, size_t piece, bool in_one_go)
{
  struct hc_span in = { input.ptr, 0 };
  const uint8_t *end = input.ptr + input.len;

  *p = (struct ws_passing){ .rc = 0 };
  hc_buffer_init(&p->out, WS_PASSING_MAX);
  hc_ws_reader_init(&p->reader, peer);
  while (p->rc >= 0 && in.ptr + in.len < end) {
    size_t unseen = (size_t)(end - (in.ptr + in.len));
    in.len += unseen < piece ? unseen : piece;
    take(p, &in, in_one_go);
  }
  p->left = (size_t)(end - in.ptr);
}

void ws_passing_deinit(struct ws_passing *p)
{
  hc_buffer_deinit(&p->out);
}

bool ws_passing_is_same(enum hc_ws_peer peer, struct hc_span input,
                        size_t piece)
{
  struct ws_passing a;
  struct ws_passing b;

  ws_passing_run(&a, peer, input, piece, true);
  ws_passing_run(&b, peer, input, piece, false);
  bool same = a.rc == b.rc && a.left == b.left &&
              a.reader.error == b.reader.error &&
              a.reader.in_frame == b.reader.in_frame &&
              a.reader.in_message == b.reader.in_message &&
              hc_span_equal(hc_buffer_span(&a.out), hc_buffer_span(&b.out));
  ws_passing_deinit(&a);
  ws_passing_deinit(&b);
  return same;
}
