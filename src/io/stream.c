/* A stream's birth, its polling, and the memory that it gives back. */
#include "io/stream.h"

#include "base/memory.h"
#include "io/dial.h"

#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct hc_io_stream *hc_io_stream_new(struct hc_loop *loop)
{
  struct hc_io_stream *s = hc_alloc_zero(sizeof(*s));
  if (s == NULL)
    return NULL;
  s->base.net = &loop->net;
  s->loop = loop;
  s->fd = -1;
  s->drain_mark = HC_STREAM_LOW_MARK;
  s->ready.run = hc_io_run_ready;
  s->flush.run = hc_io_run_flush;
  hc_buffer_init(&s->rest, HC_STREAM_READ_MAX);
  hc_buffer_init(&s->tx, HC_STREAM_TX_MAX);
  hc_list_append(&loop->streams, &s->node);
  return s;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
  struct hc_io_stream *s = poll->data;

  if (status < 0) { /* libuv stopped it: recv and send will say what it is */
    s->poll_events = 0;
    events = UV_READABLE | UV_WRITABLE;
  }
  if (events & UV_WRITABLE) {
    s->is_kernel_full = false;
    hc_io_add(s->loop, HC_FLUSH, &s->flush);
  }
  if (events & UV_READABLE) {
    s->is_readable = true;
    s->is_parked = s->loop->narrow && !hc_io_reads_now_in_narrow(s);
    hc_io_stream_schedule(s);
  }
  hc_io_stream_poll(s);
}

int hc_io_stream_attach(struct hc_io_stream *s, int fd, struct hc_tls *tls,
                        const char *host, uint16_t port)
{
  int rc = uv_poll_init(&s->loop->uv, &s->poll, fd);
  if (rc != 0) {
    close(fd);
    return hc_error_from_errno(-rc);
  }
  s->fd = fd;
  s->poll.data = s;
  s->has_poll = true;
  s->phase = HC_IO_HANDSHAKE;
  if (tls == NULL)
    return 0;
  return hc_tls_session_new(tls, host, port, &s->tls);
}

void hc_io_stream_hold(struct hc_io_stream *s)
{
  s->holds++;
}

void hc_io_stream_release(struct hc_io_stream *s)
{
  assert(s->holds > 0);
  if (--s->holds > 0 || s->phase != HC_IO_GONE || s->has_poll)
    return;
  hc_tls_session_free(s->tls);
  hc_dialled_free(s->dialled);
  hc_buffer_deinit(&s->rest);
  hc_buffer_deinit(&s->tx);
  hc_free(s->end_text);
  hc_free(s);
}

void hc_io_stream_schedule(struct hc_io_stream *s)
{
  if (s->phase == HC_IO_GONE)
    return;
  if (s->is_readable && hc_io_reads_now_in_narrow(s))
    hc_io_add(s->loop, HC_ANY_TURN, &s->ready);
  else if (s->is_parked || hc_io_has_wide_work(s))
    hc_io_add(s->loop, HC_WIDE_TURN, &s->ready);
}

static bool wants_read(const struct hc_io_stream *s)
{
  if (s->is_parked || s->is_ended)
    return false;
  return s->phase == HC_IO_HANDSHAKE || s->phase == HC_IO_LINGER ||
         (s->phase == HC_IO_OPEN && !s->is_paused);
}

void hc_io_stream_poll(struct hc_io_stream *s)
{
  if (s->fd < 0)
    return;
  int events =
      (wants_read(s) ? UV_READABLE : 0) | (s->is_kernel_full ? UV_WRITABLE : 0);
  if (events == s->poll_events)
    return;
  s->poll_events = events;
  s->loop->watch_changed = true;
  if (events == 0)
    uv_poll_stop(&s->poll);
  else
    uv_poll_start(&s->poll, events, on_poll);
}

/* --- idle streams hold no memory --- */

static void keep_warm(struct hc_io_stream *s)
{
  struct hc_loop *loop = s->loop;

  s->warm_ms = hc_io_now_ms(loop);
  hc_list_remove(&s->warm);
  hc_list_append(&loop->warm, &s->warm);
  if (!loop->sweep.is_set)
    hc_io_timer_set(loop, &loop->sweep, HC_IO_IDLE_MS);
}

/* Called for every message: who is in the list stays where he is, for his
 * neighbours there are not in the cache. */
void hc_io_stream_touch(struct hc_io_stream *s)
{
  if (s->phase == HC_IO_GONE)
    return;
  s->active_ms = hc_io_now_ms(s->loop);
  if (!hc_list_is_linked(&s->warm))
    keep_warm(s);
}

static void cool(struct hc_io_stream *s)
{
  hc_list_remove(&s->warm);
  hc_buffer_trim(&s->tx);
  if (s->tls != NULL)
    hc_tls_trim(s->tls);
}

static void on_sweep(void *user_data)
{
  struct hc_loop *loop = user_data;
  uint64_t now = hc_io_now_ms(loop);

  while (!hc_list_is_empty(&loop->warm)) {
    struct hc_io_stream *s =
        HC_LIST_ENTRY(loop->warm.next, struct hc_io_stream, warm);
    if (s->warm_ms + HC_IO_IDLE_MS > now) {
      hc_io_timer_set(loop, &loop->sweep, s->warm_ms + HC_IO_IDLE_MS - now);
      return;
    }
    if (s->active_ms + HC_IO_IDLE_MS > now)
      keep_warm(s);
    else
      cool(s);
  }
}

void hc_io_sweep_init(struct hc_loop *loop)
{
  loop->sweep.fn = on_sweep;
  loop->sweep.user_data = loop;
}

void hc_io_streams_abort(struct hc_loop *loop)
{
  while (!hc_list_is_empty(&loop->streams))
    hc_io_destroy(HC_LIST_ENTRY(loop->streams.next, struct hc_io_stream, node),
                  true);
}

/* --- small calls --- */

void hc_io_set_handler(struct hc_stream *stream,
                       const struct hc_stream_handler *handler, void *user_data)
{
  struct hc_io_stream *s = hc_io_stream(stream);

  s->handler = *handler;
  s->user_data = user_data;
  /* What the old handler leaves is the new one's, without waiting for more. */
  s->show_rest = true;
  hc_io_stream_schedule(s);
}

/* IPv4 on a socket of both families is shown as what it is. */
static void strip_mapped(char *host)
{
  static const char prefix[] = "::ffff:";
  const size_t len = sizeof(prefix) - 1;

  if (strncmp(host, prefix, len) == 0 && strchr(host, '.') != NULL)
    memmove(host, host + len, strlen(host + len) + 1);
}

#ifdef TCP_INFO
/* Bytes are sent again after a time that doubles each time: from it and from
 * when they were sent last follows when they were sent first. The last ACK
 * alone says nothing of a connection that was quiet before. */
static uint64_t waited_ms(const struct tcp_info *info)
{
  uint32_t timeout_ms = info->tcpi_rto / 1000;
  uint32_t spent_ms = timeout_ms - (timeout_ms >> info->tcpi_backoff);
  uint64_t sent_ms = (uint64_t)spent_ms + info->tcpi_last_data_sent;
  uint64_t ack_ms = info->tcpi_last_ack_recv;
  return sent_ms < ack_ms ? sent_ms : ack_ms;
}
#endif

uint64_t hc_io_unacked_ms(const struct hc_stream *stream)
{
#ifdef TCP_INFO
  const struct hc_io_stream *s = hc_io_stream_const(stream);
  struct tcp_info info;
  socklen_t len = sizeof(info);

  if (s->fd >= 0 &&
      getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
      info.tcpi_unacked > 0)
    return waited_ms(&info);
#else
  (void)stream;
#endif
  return 0;
}

typedef int name_fn(int fd, struct sockaddr *address, socklen_t *len);

static void write_address(const struct hc_stream *stream, name_fn *name,
                          struct hc_address *out)
{
  const struct hc_io_stream *s = hc_io_stream_const(stream);
  struct sockaddr_storage address;
  socklen_t len = sizeof(address);
  char port[8];

  *out = (struct hc_address){ .port = 0 };
  if (s->fd < 0 || name(s->fd, (struct sockaddr *)&address, &len) != 0 ||
      getnameinfo((struct sockaddr *)&address, len, out->host,
                  sizeof(out->host), port, sizeof(port),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    out->host[0] = '\0';
    return;
  }
  strip_mapped(out->host);
  out->port = (uint16_t)strtoul(port, NULL, 10);
}

void hc_io_local(const struct hc_stream *stream, struct hc_address *out)
{
  write_address(stream, getsockname, out);
}

void hc_io_peer(const struct hc_stream *stream, struct hc_address *out)
{
  write_address(stream, getpeername, out);
}

void hc_io_negotiated(const struct hc_stream *stream,
                      struct hc_tls_negotiated *out)
{
  hc_tls_negotiated_read(hc_io_stream_const(stream)->tls, out);
}
