/* Listening sockets: accept, the TLS handshake, and then the owner is told. */
#include "io/listen.h"

#include "base/memory.h"
#include "base/text.h"
#include "io/stream.h"
#include "io/vanished.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  ACCEPT_BATCH = 64, /* per turn */
  /* Without a descriptor for it a connection stays in the backlog, and epoll
   * would report it without end. */
  ACCEPT_PAUSE_MS = 100
};

struct hc_io_listener {
  struct hc_listener base;
  struct hc_loop *loop;
  struct hc_listener_handler handler;
  void *user_data;
  struct hc_tls *tls; /* a reference; NULL: plain */
  uint64_t handshake_timeout_ms;
  uint16_t port;
  int fd; /* -1: closed */
  uv_poll_t poll;
  bool has_poll;
  unsigned holds; /* frames on the stack that use it */
  struct hc_task task;
  struct hc_timer pause;
  struct hc_list shaking; /* accepted, but not announced */
  struct hc_list node;    /* in loop->listeners */
};

static void release(struct hc_io_listener *l)
{
  if (--l->holds > 0 || l->fd >= 0 || l->has_poll)
    return;
  hc_tls_unref(l->tls);
  hc_free(l);
}

/* --- accepting --- */

static void on_poll(uv_poll_t *poll, int status, int events)
{
  struct hc_io_listener *l = poll->data;

  (void)status;
  (void)events;
  /* Once, until its task has run: a narrow turn must not spin on it. */
  uv_poll_stop(poll);
  hc_io_add(l->loop, HC_WIDE_TURN, &l->task);
}

static void start_polling(struct hc_io_listener *l)
{
  l->loop->watch_changed = true;
  uv_poll_start(&l->poll, UV_READABLE, on_poll);
}

static void on_pause_over(void *user_data)
{
  start_polling(user_data);
}

static void on_handshake_timeout(void *user_data)
{
  hc_io_destroy(user_data, false);
}

/* Notices peers that vanished without a word (HC_ACCEPTED_SILENCE_MS): a probe
 * after half of that time, more of them in the other half. Best effort. */
static void keep_alive(int fd)
{
  enum { PROBES = 4, HALF_S = HC_ACCEPTED_SILENCE_MS / 2000 };
  const int on = 1;
  const int idle_s = HALF_S;
  const int interval_s = HALF_S / PROBES;
  const int probes = PROBES;

  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

static void take(struct hc_io_listener *l, int fd)
{
  const int on = 1;
  struct hc_io_stream *s = hc_io_stream_new(l->loop);

  if (s == NULL) {
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  keep_alive(fd);
  if (hc_io_stream_attach(s, fd, l->tls, NULL, 0) != 0) {
    hc_io_destroy(s, false);
    return;
  }
  s->listener = l;
  hc_list_append(&l->shaking, &s->shaking);
  if (s->tls == NULL) {
    hc_io_set_open(s);
    return;
  }
  s->deadline.fn = on_handshake_timeout;
  s->deadline.user_data = s;
  hc_io_timer_set(l->loop, &s->deadline, l->handshake_timeout_ms);
  hc_io_stream_poll(s);
}

static bool is_peers_fault(int err)
{
  /* accept(2): errors of the new socket are to be treated like EAGAIN. */
  return err == EINTR || err == ECONNABORTED || err == EPROTO ||
         err == ENETDOWN || err == ENETUNREACH || err == EHOSTDOWN ||
         err == EHOSTUNREACH || err == EOPNOTSUPP || err == EPERM;
}

/* False once there is nothing to accept, or no way to. */
static bool accept_one(struct hc_io_listener *l)
{
  int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    take(l, fd);
    return true;
  }
  if (is_peers_fault(errno))
    return true;
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    hc_io_timer_set(l->loop, &l->pause, ACCEPT_PAUSE_MS);
  return false;
}

static void run_accept(struct hc_task *task)
{
  struct hc_io_listener *l = HC_LIST_ENTRY(task, struct hc_io_listener, task);

  l->holds++;
  for (int i = 0; i < ACCEPT_BATCH && l->fd >= 0; i++) {
    if (!accept_one(l))
      break;
  }
  if (l->fd >= 0 && !l->pause.is_set)
    start_polling(l);
  release(l);
}

void hc_io_listener_announce(struct hc_io_stream *s)
{
  struct hc_io_listener *l = s->listener;

  hc_list_remove(&s->shaking);
  s->listener = NULL;
  hc_io_vanished_watch(s);
  l->holds++;
  l->handler.on_accept(l->user_data, &s->base);
  assert(s->phase != HC_IO_OPEN || s->handler.on_data != NULL);
  release(l);
}

/* --- birth and death --- */

static socklen_t parse_address(const char *host, uint16_t port,
                               struct sockaddr_storage *out)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *)out;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

  memset(out, 0, sizeof(*out));
  if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    return sizeof(*v4);
  }
  if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
    return 0;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  return sizeof(*v6);
}

static uint16_t port_of(int fd)
{
  struct sockaddr_storage address;
  socklen_t len = sizeof(address);

  if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    return 0;
  if (address.ss_family == AF_INET6)
    return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* The socket, or -1 with errno. */
static int open_socket(const struct sockaddr_storage *address, socklen_t len)
{
  const int on = 1;
  int fd =
      socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
      bind(fd, (const struct sockaddr *)address, len) == 0 &&
      listen(fd, SOMAXCONN) == 0)
    return fd;
  int err = errno;
  close(fd);
  errno = err;
  return -1;
}

static int attach(struct hc_io_listener *l, int fd)
{
  int rc = uv_poll_init(&l->loop->uv, &l->poll, fd);
  if (rc != 0) {
    close(fd);
    return hc_error_from_errno(-rc);
  }
  l->fd = fd;
  l->port = port_of(fd);
  l->has_poll = true;
  l->poll.data = l;
  l->task.run = run_accept;
  l->pause.fn = on_pause_over;
  l->pause.user_data = l;
  hc_list_append(&l->loop->listeners, &l->node);
  start_polling(l);
  return 0;
}

static int listener_new(struct hc_loop *loop, const struct hc_listen *listen,
                        int fd, struct hc_io_listener **out)
{
  struct hc_io_listener *l = hc_alloc_zero(sizeof(*l));
  if (l == NULL) {
    close(fd);
    return HYCO_ENOMEM;
  }
  l->base.net = &loop->net;
  l->loop = loop;
  l->fd = -1;
  l->handshake_timeout_ms = listen->handshake_timeout_ms;
  hc_list_init(&l->shaking);
  int rc = attach(l, fd);
  if (rc != 0) {
    hc_free(l);
    return rc;
  }
  if (listen->tls != NULL)
    l->tls = hc_tls_ref(listen->tls);
  *out = l;
  return 0;
}

int hc_io_listen(struct hc_net *net, const struct hc_listen *listen,
                 const struct hc_listener_handler *handler, void *user_data,
                 struct hc_listener **out, struct hc_fault *fault)
{
  struct hc_loop *loop = (struct hc_loop *)(void *)net;
  struct sockaddr_storage address;
  struct hc_io_listener *l = NULL;
  char name[80];

  socklen_t len = parse_address(listen->host, listen->port, &address);
  if (len == 0)
    return hc_fault_set(fault, HYCO_EBADVALUE, "%s: not a numeric address",
                        listen->host);
  hc_text_host_port(name, sizeof(name), listen->host, listen->port);
  int fd = open_socket(&address, len);
  if (fd < 0)
    return hc_fault_set(fault, hc_error_from_errno(errno), "%s: %s", name,
                        strerror(errno));
  int rc = listener_new(loop, listen, fd, &l);
  if (rc != 0)
    return hc_fault_set(fault, rc, "%s: %s", name, hyco_strerror(rc));
  l->handler = *handler;
  l->user_data = user_data;
  *out = &l->base;
  return 0;
}

uint16_t hc_io_listener_port(const struct hc_listener *listener)
{
  return ((const struct hc_io_listener *)(const void *)listener)->port;
}

void hc_io_listener_set_tls(struct hc_listener *listener, struct hc_tls *tls)
{
  struct hc_io_listener *l = (struct hc_io_listener *)(void *)listener;

  assert(l->tls != NULL);
  hc_tls_ref(tls); /* first: it may be the same */
  hc_tls_unref(l->tls);
  l->tls = tls;
}

static void on_poll_closed(uv_handle_t *handle)
{
  struct hc_io_listener *l = handle->data;

  l->has_poll = false;
  l->holds++;
  release(l);
}

void hc_io_listener_close(struct hc_listener *listener)
{
  struct hc_io_listener *l = (struct hc_io_listener *)(void *)listener;

  while (!hc_list_is_empty(&l->shaking))
    hc_io_destroy(HC_LIST_ENTRY(l->shaking.next, struct hc_io_stream, shaking),
                  true);
  hc_timers_cancel(&l->loop->timers, &l->pause);
  hc_list_remove(&l->task.node);
  hc_list_remove(&l->node);
  uv_close((uv_handle_t *)&l->poll, on_poll_closed);
  close(l->fd);
  l->fd = -1;
}

void hc_io_listeners_close(struct hc_loop *loop)
{
  while (!hc_list_is_empty(&loop->listeners))
    hc_io_listener_close(
        &HC_LIST_ENTRY(loop->listeners.next, struct hc_io_listener, node)
             ->base);
}
