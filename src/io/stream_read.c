/* The read path: one batch per stream and turn, received, decrypted behind the
 * rest that the handler left, and shown in one piece. */
#include "base/memory.h"
#include "io/stream.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

/* A batch, decrypted behind the longest rest. */
static_assert(HC_STREAM_READ_MAX >=
                  HC_STREAM_REST_MAX + HC_IO_RECV_MAX + HC_TLS_READ_EXTRA,
              "no room for a batch");

/* --- what there is to do, and when --- */

bool hc_io_reads_now_in_narrow(const struct hc_io_stream *s)
{
  if (s->phase == HC_IO_LINGER)
    return true;
  /* holds: its handler runs further up the stack. The end is for a wide turn:
   * on_end may call the application. */
  return s->reads_in_narrow && s->phase == HC_IO_OPEN && s->holds == 0 &&
         !s->is_paused && !s->is_ended &&
         hc_buffer_len(&s->rest) < HC_STREAM_REST_MAX;
}

static bool has_rest_to_show(const struct hc_io_stream *s)
{
  return s->show_rest && hc_buffer_len(&s->rest) > 0;
}

bool hc_io_has_wide_work(const struct hc_io_stream *s)
{
  if (s->phase == HC_IO_HANDSHAKE)
    return s->is_readable;
  if (s->phase != HC_IO_OPEN)
    return false;
  if (s->drain_is_due)
    return true;
  if (s->is_paused)
    return false;
  return has_rest_to_show(s) || s->is_readable ||
         (s->is_ended && !s->end_is_told);
}

void hc_io_pause(struct hc_stream *stream)
{
  struct hc_io_stream *s = hc_io_stream(stream);

  s->is_paused = true;
  hc_io_stream_poll(s);
}

void hc_io_resume(struct hc_stream *stream)
{
  struct hc_io_stream *s = hc_io_stream(stream);

  if (!s->is_paused)
    return;
  s->is_paused = false;
  s->show_rest = true;
  hc_io_stream_schedule(s);
  hc_io_stream_poll(s);
}

/* --- the end --- */

void hc_io_end_reading(struct hc_io_stream *s, int code, const char *text)
{
  if (s->is_ended)
    return;
  s->is_ended = true;
  s->is_readable = false;
  s->end_code = code;
  if (text != NULL)
    s->end_text = hc_strdup(text);
}

/* Whatever the end was, this comes before it. */
static void end_at_once(struct hc_io_stream *s, int code)
{
  hc_free(s->end_text);
  s->end_text = NULL;
  s->is_ended = false;
  hc_io_end_reading(s, code, NULL);
}

static void tell_end(struct hc_io_stream *s)
{
  struct hc_fault fault = { .code = s->end_code };

  if (s->end_code != 0)
    hc_fault_set(&fault, s->end_code, "%s",
                 s->end_text != NULL ? s->end_text
                                     : hyco_strerror(s->end_code));
  s->end_is_told = true;
  s->handler.on_end(s->user_data, &fault);
}

/* --- receiving --- */

/* A FIN, seen as what it is: with TLS it should have been announced. Once
 * writing broke, the kernel has forgotten why (it tells an error only once). */
static void end_by_fin(struct hc_io_stream *s)
{
  if (s->write_code != 0)
    hc_io_end_reading(s, s->write_code, NULL);
  else if (s->tls != NULL && !hc_tls_is_ended(s->tls))
    hc_io_end_reading(s, HYCO_EDROPPED, NULL);
  else
    hc_io_end_reading(s, 0, NULL);
}

/* The number of bytes that came, 0 if none did. */
static size_t receive_raw(struct hc_io_stream *s, uint8_t *out)
{
  ssize_t n;
  do
    n = recv(s->fd, out, HC_IO_RECV_MAX, 0);
  while (n < 0 && errno == EINTR);

  if (n > 0) {
    /* Less than room: there is no more, or epoll tells. */
    s->is_readable = n == HC_IO_RECV_MAX;
    return (size_t)n;
  }
  s->is_readable = false;
  if (n == 0)
    end_by_fin(s);
  else if (errno != EAGAIN && errno != EWOULDBLOCK)
    hc_io_end_reading(s, hc_error_from_errno(errno), NULL);
  else if (s->write_code != 0) /* the connection is of no use any more */
    hc_io_end_reading(s, s->write_code, NULL);
  return 0;
}

static size_t receive_tls(struct hc_io_stream *s, uint8_t *out, size_t room)
{
  struct hc_read_buffers *buffers = hc_io_buffers(s->loop);
  struct hc_span in =
      hc_span_of(buffers->received, receive_raw(s, buffers->received));
  struct hc_fault fault;

  if (in.len == 0)
    return 0;
  if (s->phase == HC_IO_HANDSHAKE && !hc_io_shake(s, &in))
    return 0;
  size_t n = hc_tls_read(s->tls, &in, out, room, &fault);
  if (hc_buffer_len(hc_tls_out(s->tls)) > 0) /* an alert */
    hc_io_add(s->loop, HC_FLUSH, &s->flush);
  if (fault.code != 0)
    hc_io_end_reading(s, fault.code, fault.text);
  else if (hc_tls_is_ended(s->tls))
    hc_io_end_reading(s, 0, NULL);
  return n;
}

/* --- showing --- */

static bool is_open(const struct hc_io_stream *s)
{
  return s->phase == HC_IO_OPEN;
}

/* More than the contract allows is left by a handler that will never take it:
 * whatever the peer sent, it must not fill the memory. One that is asked again
 * before more comes may take it then. */
static void check_rest(struct hc_io_stream *s)
{
  bool is_final = !s->is_paused && !s->show_rest;

  if (is_final && hc_buffer_len(&s->rest) > HC_STREAM_REST_MAX) {
    hc_buffer_deinit(&s->rest);
    end_at_once(s, HYCO_ETOOLONG);
  }
}

static void show_rest(struct hc_io_stream *s)
{
  struct hc_span in = hc_buffer_span(&s->rest);
  size_t len = in.len;

  s->show_rest = false;
  s->handler.on_data(s->user_data, &in);
  if (!is_open(s))
    return;
  hc_buffer_drop(&s->rest, len - in.len);
  hc_buffer_trim(&s->rest);
  check_rest(s);
}

/* bytes begin with the rest. */
static void show(struct hc_io_stream *s, struct hc_span bytes)
{
  s->show_rest = s->loop->narrow;
  if (!s->is_paused)
    s->handler.on_data(s->user_data, &bytes);
  if (!is_open(s))
    return;
  hc_buffer_clear(&s->rest);
  if (hc_buffer_append(&s->rest, bytes) != 0)
    end_at_once(s, HYCO_ENOMEM);
  hc_buffer_trim(&s->rest);
  check_rest(s);
}

static void receive(struct hc_io_stream *s)
{
  struct hc_read_buffers *buffers = hc_io_buffers(s->loop);
  struct hc_span rest = hc_buffer_span(&s->rest);
  uint8_t *out = buffers->plaintext;
  size_t n;

  if (rest.len > 0)
    memcpy(out, rest.ptr, rest.len);
  if (s->tls != NULL)
    n = receive_tls(s, out + rest.len, HC_STREAM_READ_MAX - rest.len);
  else
    n = receive_raw(s, out + rest.len);
  hc_io_stream_touch(s);
  if (n > 0 && is_open(s))
    show(s, hc_span_of(out, rest.len + n));
}

/* --- turns --- */

static void tell_drain(struct hc_io_stream *s)
{
  s->drain_is_due = false;
  if (s->handler.on_drain != NULL && hc_io_pending(&s->base) < s->drain_mark)
    s->handler.on_drain(s->user_data);
}

static void run_wide(struct hc_io_stream *s)
{
  if (is_open(s) && s->drain_is_due)
    tell_drain(s);
  if (is_open(s) && s->is_paused)
    return;
  if (is_open(s) && has_rest_to_show(s))
    show_rest(s);
  else if ((is_open(s) || s->phase == HC_IO_HANDSHAKE) && s->is_readable)
    receive(s);

  if (s->phase == HC_IO_HANDSHAKE && s->is_ended)
    hc_io_setup_failed(s, s->end_code, NULL);
  if (is_open(s) && s->is_ended && !s->end_is_told && !s->is_paused &&
      !has_rest_to_show(s))
    tell_end(s);
}

void hc_io_run_ready(struct hc_task *task)
{
  struct hc_io_stream *s = HC_LIST_ENTRY(task, struct hc_io_stream, ready);
  bool in_narrow = hc_io_reads_now_in_narrow(s);

  hc_io_stream_hold(s);
  if (s->phase == HC_IO_LINGER) {
    s->is_parked = false;
    hc_io_discard(s);
  } else if (!s->loop->narrow) {
    s->is_parked = false;
    run_wide(s);
  } else if (in_narrow) {
    receive(s);
  } else {
    s->is_parked = true;
  }
  s->holds--; /* for what may run now; it is not freed yet */
  hc_io_stream_schedule(s);
  hc_io_stream_poll(s);
  s->holds++;
  hc_io_stream_release(s);
}
