/* How a stream ends: cleanly, as a cut, or by RST. */
#include "io/dial.h"
#include "io/stream.h"
#include "io/vanished.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* How often it is looked whether all is with the peer before a RST. */
enum { HC_IO_RESET_CHECK_MS = 5 };

static void on_poll_closed(uv_handle_t *handle)
{
  struct hc_io_stream *s = handle->data;

  s->has_poll = false;
  hc_io_stream_hold(s);
  hc_io_stream_release(s);
}

void hc_io_drop_socket(struct hc_io_stream *s, bool reset)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  if (s->fd < 0)
    return;
  if (reset)
    setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  uv_close((uv_handle_t *)&s->poll, on_poll_closed);
  close(s->fd);
  s->fd = -1;
}

void hc_io_destroy(struct hc_io_stream *s, bool reset)
{
  struct hc_loop *loop = s->loop;

  if (s->phase == HC_IO_GONE)
    return;
  hc_io_stream_hold(s);
  if (s->phase == HC_IO_DIALLING)
    hc_dialled_cancel(s);
  s->phase = HC_IO_GONE;
  hc_timers_cancel(&loop->timers, &s->deadline);
  hc_io_vanished_forget(s);
  hc_list_remove(&s->node);
  hc_list_remove(&s->warm);
  hc_list_remove(&s->shaking);
  hc_list_remove(&s->ready.node);
  hc_list_remove(&s->flush.node);
  hc_io_drop_socket(s, reset);
  hc_io_stream_release(s);
}

/* What is not with the peer's TCP yet. A RST takes along what our kernel still
 * has of it. */
static size_t undelivered(const struct hc_io_stream *s)
{
  int in_kernel = 0;

  if (s->how == HC_STREAM_RESET && ioctl(s->fd, TIOCOUTQ, &in_kernel) != 0)
    in_kernel = 0;
  return hc_io_pending(&s->base) + (size_t)in_kernel;
}

static void on_reset_due(void *user_data)
{
  struct hc_io_stream *s = user_data;
  uint64_t now_ms = hc_net_now_ms(s->base.net);
  size_t left = undelivered(s);

  if (left != s->undelivered)
    s->undelivered_since_ms = now_ms;
  s->undelivered = left;
  if (left > 0 && now_ms - s->undelivered_since_ms < HC_STREAM_LINGER_MS)
    hc_io_timer_set(s->loop, &s->deadline, HC_IO_RESET_CHECK_MS);
  else
    hc_io_destroy(s, true);
}

/* A peer that reads slowly, or not just now, is to have all the same. */
static bool may_still_deliver(struct hc_io_stream *s)
{
  uint64_t now_ms = hc_net_now_ms(s->base.net);
  size_t left = hc_io_pending(&s->base);

  if (s->how != HC_STREAM_CLEAN || s->is_finished)
    return false;
  if (left != s->undelivered)
    s->undelivered_since_ms = now_ms;
  s->undelivered = left;
  return now_ms - s->undelivered_since_ms < HC_STREAM_STALL_MS;
}

static void on_linger_over(void *user_data)
{
  struct hc_io_stream *s = user_data;

  if (may_still_deliver(s)) {
    hc_io_timer_set(s->loop, &s->deadline, HC_STREAM_LINGER_MS);
    return;
  }
  hc_io_destroy(s, s->how == HC_STREAM_CUT || !s->is_finished);
}

static void linger(struct hc_io_stream *s)
{
  bool resets = s->how == HC_STREAM_RESET;

  s->phase = HC_IO_LINGER;
  s->undelivered = undelivered(s);
  s->undelivered_since_ms = hc_net_now_ms(s->base.net);
  s->deadline.fn = resets ? on_reset_due : on_linger_over;
  s->deadline.user_data = s;
  s->deadline.calls_handlers = false;
  hc_io_timer_set(s->loop, &s->deadline,
                  resets ? HC_IO_RESET_CHECK_MS : HC_STREAM_LINGER_MS);
  hc_io_add(s->loop, HC_FLUSH, &s->flush);
  hc_io_stream_schedule(s);
  hc_io_stream_poll(s);
}

void hc_io_close(struct hc_stream *stream, enum hc_stream_close how)
{
  struct hc_io_stream *s = hc_io_stream(stream);
  bool is_broken = s->write_code != 0 || (s->is_ended && s->end_code != 0 &&
                                          s->end_code != HYCO_EDROPPED);

  s->how = how;
  if (s->phase == HC_IO_OPEN && how != HC_STREAM_ABORT && !is_broken)
    linger(s);
  else
    hc_io_destroy(s, how == HC_STREAM_ABORT || how == HC_STREAM_RESET);
}

bool hc_io_announce_end(struct hc_io_stream *s)
{
  if (s->end_is_announced)
    return false;
  s->end_is_announced = true;
  if (s->how != HC_STREAM_CLEAN || s->tls == NULL)
    return false;
  hc_tls_finish(s->tls);
  return true;
}

void hc_io_finish(struct hc_io_stream *s)
{
  if (s->is_finished)
    return;
  s->is_finished = true;
  hc_tls_session_free(s->tls);
  s->tls = NULL;
  shutdown(s->fd, SHUT_WR);
  if (s->is_ended)
    hc_io_destroy(s, false);
}

void hc_io_discard(struct hc_io_stream *s)
{
  uint8_t *out = hc_io_buffers(s->loop)->received;
  ssize_t n;

  if (s->holds == 1) /* no handler up the stack holds a span into it */
    hc_buffer_deinit(&s->rest);
  if (!s->is_readable)
    return;
  do
    n = recv(s->fd, out, HC_IO_RECV_MAX, 0);
  while (n < 0 && errno == EINTR);
  if (n > 0) {
    s->is_readable = n == HC_IO_RECV_MAX;
    return;
  }
  s->is_readable = false;
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return;
  s->is_ended = true;
  if (n < 0 || s->is_finished)
    hc_io_destroy(s, false);
}
