/* The write path: what one turn wrote leaves in one flush at its end, in large
 * records and large pieces. */
#include "io/stream.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

/* The peer's direction ended well, and its owner knows. */
static bool has_half_ended(const struct hc_io_stream *s)
{
  return s->end_is_told && s->end_code == 0;
}

uint8_t *hc_io_reserve(struct hc_stream *stream, size_t n)
{
  struct hc_io_stream *s = hc_io_stream(stream);

  if (n > HC_STREAM_TX_MAX - hc_io_pending(stream))
    return NULL;
  if (s->write_code != 0 && has_half_ended(s))
    return NULL;
  return hc_buffer_reserve(&s->tx, n);
}

void hc_io_commit(struct hc_stream *stream, size_t n)
{
  struct hc_io_stream *s = hc_io_stream(stream);

  hc_buffer_commit(&s->tx, n);
  s->is_above_mark |= hc_io_pending(stream) >= s->drain_mark;
  if (s->phase == HC_IO_OPEN && !hc_list_is_linked(&s->flush.node))
    hc_io_add(s->loop, HC_FLUSH, &s->flush);
}

size_t hc_io_pending(const struct hc_stream *stream)
{
  const struct hc_io_stream *s = hc_io_stream_const(stream);
  size_t n = hc_buffer_len(&s->tx);

  if (s->tls != NULL)
    n += hc_buffer_len(hc_tls_out(s->tls));
  return n < HC_STREAM_TX_MAX ? n : HC_STREAM_TX_MAX;
}

void hc_io_set_drain_mark(struct hc_stream *stream, size_t mark)
{
  struct hc_io_stream *s = hc_io_stream(stream);

  assert(mark > 0 && mark <= HC_STREAM_TX_MAX);
  s->drain_mark = mark;
  s->is_above_mark |= hc_io_pending(stream) >= mark;
}

/* The peer will not read any more. What it sent before is still read; that
 * path ends with what is noted here. Until then what waits to be sent stays:
 * the owner of a paused stream must not believe that it went anywhere. Where
 * nothing is left to be read the next write fails. */
static void break_writing(struct hc_io_stream *s, int code)
{
  if (has_half_ended(s))
    hc_buffer_clear(&s->tx);
  s->write_code = code;
  s->is_kernel_full = false;
  s->is_readable = !s->is_ended;
  hc_io_stream_schedule(s);
}

/* Turns plaintext into records while the ciphertext is below its mark. */
static bool encrypt(struct hc_io_stream *s)
{
  struct hc_buffer *out = hc_tls_out(s->tls);

  if (s->phase != HC_IO_OPEN && s->phase != HC_IO_LINGER)
    return true;
  while (hc_buffer_len(&s->tx) > 0 && hc_buffer_len(out) < HC_TLS_OUT_MARK) {
    int n = hc_tls_write(s->tls, hc_buffer_span(&s->tx));
    if (n < 0) {
      break_writing(s, n);
      return false;
    }
    hc_buffer_drop(&s->tx, (size_t)n);
  }
  return true;
}

/* Hands a buffer to the kernel until it is empty or the kernel full. */
static bool send_all(struct hc_io_stream *s, struct hc_buffer *buffer)
{
  while (hc_buffer_len(buffer) > 0) {
    struct hc_span bytes = hc_buffer_span(buffer);
    ssize_t n = send(s->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
    if (n >= 0) {
      hc_buffer_drop(buffer, (size_t)n);
      continue;
    }
    if (errno == EINTR)
      continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      s->is_kernel_full = true;
    else
      break_writing(s, hc_error_from_errno(errno));
    return false;
  }
  return true;
}

static void send_pending(struct hc_io_stream *s)
{
  bool plain_may_go = s->phase == HC_IO_OPEN || s->phase == HC_IO_LINGER;

  if (s->tls == NULL) {
    if (plain_may_go)
      send_all(s, &s->tx);
    return;
  }
  do {
    if (!encrypt(s))
      return;
  } while (send_all(s, hc_tls_out(s->tls)) && plain_may_go &&
           hc_buffer_len(&s->tx) > 0);
}

static void note_drain(struct hc_io_stream *s)
{
  bool is_above = hc_io_pending(&s->base) >= s->drain_mark;

  if (s->is_above_mark && !is_above) {
    s->drain_is_due = true;
    hc_io_stream_schedule(s);
  }
  s->is_above_mark = is_above;
}

void hc_io_shut(struct hc_stream *stream)
{
  struct hc_io_stream *s = hc_io_stream(stream);

  assert(s->tls == NULL && s->phase == HC_IO_OPEN);
  s->is_shut = true;
  hc_io_add(s->loop, HC_FLUSH, &s->flush);
}

/* A stream that its owner gave up. */
static void deliver(struct hc_io_stream *s)
{
  if (s->write_code == 0 && hc_io_pending(&s->base) == 0 &&
      hc_io_announce_end(s))
    send_pending(s);
  if (s->write_code != 0)
    hc_io_destroy(s, false);
  else if (hc_io_pending(&s->base) == 0 && s->how != HC_STREAM_RESET)
    hc_io_finish(s);
}

void hc_io_run_flush(struct hc_task *task)
{
  struct hc_io_stream *s = HC_LIST_ENTRY(task, struct hc_io_stream, flush);

  if (s->fd < 0 || s->is_kernel_full)
    return;
  if (s->write_code == 0)
    send_pending(s);
  hc_io_stream_touch(s);
  if (s->phase == HC_IO_LINGER)
    deliver(s);
  else
    note_drain(s);
  if (s->phase == HC_IO_OPEN && s->is_shut && hc_io_pending(&s->base) == 0)
    shutdown(s->fd, SHUT_WR); /* again: nothing */
  hc_io_stream_poll(s);
}
