/* libcurl's multi interface on the loop. Its callbacks, and libuv's, only note
 * what is ready; curl_multi_socket_action is called from tasks and timers of
 * wide turns, outside uv_run. */
#include "io/curl.h"

#include "base/memory.h"
#include "io/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct hc_curl {
  struct hc_loop *loop;
  CURLM *multi;
  struct hc_timer timer; /* as libcurl wants it */
  struct hc_list watches;
};

/* A socket that libcurl is interested in. */
struct watch {
  struct hc_curl *curl;
  struct hc_list node;
  uv_poll_t poll; /* polls once, then waits for its task */
  curl_socket_t fd;
  int wanted; /* UV_READABLE, UV_WRITABLE */
  int ready;  /* CURL_CSELECT_* */
  bool is_gone;
  struct hc_task task;
};

/* --- what came of a dial --- */

static int code_of(CURLcode result, long os_error, bool has_proxy)
{
  switch (result) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return HYCO_EHOSTNOTFOUND;
  case CURLE_OPERATION_TIMEDOUT:
    return HYCO_ETIMEDOUT;
  case CURLE_OUT_OF_MEMORY:
    return HYCO_ENOMEM;
  case CURLE_INTERFACE_FAILED:
    return HYCO_EADDRNOTAVAIL;
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_PROXY:
    return HYCO_EFIREWALL;
  case CURLE_COULDNT_CONNECT:
    if (os_error != 0)
      return hc_error_from_errno((int)os_error);
    return has_proxy ? HYCO_EFIREWALL : HYCO_ECONNREFUSED;
  default: /* a proxy that refuses the CONNECT: CURLE_RECV_ERROR, ... */
    return has_proxy ? HYCO_EFIREWALL : HYCO_ECONNREFUSED;
  }
}

static void on_done(struct hc_curl *curl, struct hc_io_stream *s,
                    CURLcode result)
{
  struct hc_dialled *d = s->dialled;
  curl_socket_t fd = CURL_SOCKET_BAD;
  long os_error = 0;

  curl_easy_getinfo(d->easy, CURLINFO_OS_ERRNO, &os_error);
  if (result == CURLE_OK)
    curl_easy_getinfo(d->easy, CURLINFO_ACTIVESOCKET, &fd);
  d->kept = fd;
  hc_curl_stop(curl->loop, s);
  if (fd != CURL_SOCKET_BAD) {
    hc_dialled_connected(s, fd);
    return;
  }
  if (d->no_socket != 0) {
    hc_io_setup_failed(s, hc_error_from_errno(d->no_socket),
                       strerror(d->no_socket));
    return;
  }
  const char *text =
      d->error[0] != '\0' ? d->error : curl_easy_strerror(result);
  hc_io_setup_failed(s, code_of(result, os_error, d->has_proxy), text);
}

static void reap(struct hc_curl *curl)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read(curl->multi, &left)) != NULL) {
    struct hc_io_stream *s = NULL;
    if (message->msg != CURLMSG_DONE)
      continue;
    CURLcode result = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &s);
    on_done(curl, s, result);
  }
}

static void on_timer(void *user_data)
{
  struct hc_curl *curl = user_data;
  int running;

  curl_multi_socket_action(curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  reap(curl);
}

static int want_timer(CURLM *multi, long delay_ms, void *user_data)
{
  struct hc_curl *curl = user_data;

  (void)multi;
  if (delay_ms < 0)
    hc_timers_cancel(&curl->loop->timers, &curl->timer);
  else
    hc_io_timer_set(curl->loop, &curl->timer, (uint64_t)delay_ms);
  return 0;
}

/* --- sockets that libcurl watches --- */

static void on_ready(uv_poll_t *poll, int status, int events)
{
  struct watch *watch = poll->data;

  uv_poll_stop(poll);
  watch->ready = (status < 0 ? CURL_CSELECT_ERR : 0) |
                 (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
                 (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
  hc_io_add(watch->curl->loop, HC_WIDE_TURN, &watch->task);
}

static void start_polling(struct watch *watch)
{
  watch->curl->loop->watch_changed = true;
  uv_poll_start(&watch->poll, watch->wanted, on_ready);
}

static void run_watch(struct hc_task *task)
{
  struct watch *watch = HC_LIST_ENTRY(task, struct watch, task);

  struct hc_curl *curl = watch->curl;
  int running;

  curl_multi_socket_action(curl->multi, watch->fd, watch->ready, &running);
  /* Handlers run in reap: they may lead to a uv_run, which frees it. */
  if (!watch->is_gone)
    start_polling(watch);
  reap(curl);
}

static struct watch *watch_new(struct hc_curl *curl, curl_socket_t fd)
{
  struct watch *watch = hc_alloc_zero(sizeof(*watch));
  if (watch == NULL)
    return NULL;
  watch->curl = curl;
  watch->fd = fd;
  watch->poll.data = watch;
  watch->task.run = run_watch;
  if (uv_poll_init(&curl->loop->uv, &watch->poll, fd) != 0) {
    hc_free(watch);
    return NULL;
  }
  hc_list_append(&curl->watches, &watch->node);
  curl_multi_assign(curl->multi, fd, watch);
  return watch;
}

static void on_watch_closed(uv_handle_t *handle)
{
  hc_free(handle->data);
}

static void watch_close(struct watch *watch)
{
  watch->is_gone = true;
  hc_list_remove(&watch->node);
  hc_list_remove(&watch->task.node);
  uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *user_data,
                       void *socket_data)
{
  struct hc_curl *curl = user_data;
  struct watch *watch = socket_data;

  (void)easy;
  if (what == CURL_POLL_REMOVE) {
    if (watch != NULL) {
      curl_multi_assign(curl->multi, fd, NULL);
      watch_close(watch);
    }
    return 0;
  }
  if (watch == NULL)
    watch = watch_new(curl, fd);
  if (watch == NULL) /* -1 would end every dial; so this one times out */
    return 0;
  watch->wanted = (what & CURL_POLL_IN ? UV_READABLE : 0) |
                  (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
  start_polling(watch);
  return 0;
}

/* --- easy handles --- */

/* libcurl takes a socket that it does not get for a refused connection. A
 * family that the system does not have is no fault: the other one is tried. */
static curl_socket_t open_socket(void *user_data, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
  struct hc_dialled *d = user_data;
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);

  (void)purpose;
  if (fd < 0 && errno != EAFNOSUPPORT)
    d->no_socket = errno;
  return fd;
}

/* The socket that we take over is not closed with libcurl's handle. */
static int close_socket(void *user_data, curl_socket_t fd)
{
  struct hc_dialled *d = user_data;
  return fd == d->kept ? 0 : close(fd);
}

static bool set_url(struct hc_dialled *d)
{
  char port[8];
  char host[300];
  bool brackets = strchr(d->host, ':') != NULL && d->host[0] != '[';

  snprintf(port, sizeof(port), "%u", d->port);
  snprintf(host, sizeof(host), brackets ? "[%s]" : "%s", d->host);
  d->url = curl_url();
  return d->url != NULL &&
         curl_url_set(d->url, CURLUPART_SCHEME, "http", 0) == CURLUE_OK &&
         curl_url_set(d->url, CURLUPART_HOST, host, 0) == CURLUE_OK &&
         curl_url_set(d->url, CURLUPART_PORT, port, 0) == CURLUE_OK &&
         curl_url_set(d->url, CURLUPART_PATH, "/", 0) == CURLUE_OK;
}

/* "host!" and "if!": libcurl must not guess which of the two it is. */
static bool set_local_host(CURL *easy, const char *local_host)
{
  unsigned char address[sizeof(struct in6_addr)];
  char text[300];
  bool numeric = inet_pton(AF_INET, local_host, address) == 1 ||
                 inet_pton(AF_INET6, local_host, address) == 1;

  int n = snprintf(text, sizeof(text), "%s!%s", numeric ? "host" : "if",
                   local_host);
  return n > 0 && (size_t)n < sizeof(text) &&
         curl_easy_setopt(easy, CURLOPT_INTERFACE, text) == CURLE_OK;
}

static void set_options(struct hc_io_stream *s, const struct hc_dial *dial)
{
  struct hc_dialled *d = s->dialled;
  CURL *easy = d->easy;
  /* Our deadline comes first. */
  uint64_t timeout =
      dial->timeout_ms < INT_MAX / 2 ? dial->timeout_ms + 1000 : INT_MAX;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, s);
  curl_easy_setopt(easy, CURLOPT_CURLU, d->url);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, d->error);
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* no wait for slow DNS */
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, dial->no_delay ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, d);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, d);
  if (d->has_proxy) {
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_ANY);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  }
}

static int set_up(struct hc_io_stream *s, const struct hc_dial *dial,
                  struct hc_fault *fault)
{
  struct hc_dialled *d = s->dialled;

  d->easy = curl_easy_init();
  if (d->easy == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  if (!set_url(d))
    return hc_fault_set(fault, HYCO_EBADURL, "%s: not a host name", d->name);
  set_options(s, dial);
  if (d->has_proxy && strncasecmp(dial->proxy, "https:", 6) == 0)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "TLS to the proxy is not supported");
  /* "" is none; without it libcurl would obey http_proxy unasked. */
  if (curl_easy_setopt(d->easy, CURLOPT_PROXY,
                       d->has_proxy ? dial->proxy : "") != CURLE_OK)
    return hc_fault_set(fault, HYCO_EBADURL, "the proxy's URL cannot be used");
  if (dial->local_host != NULL && *dial->local_host != '\0' &&
      !set_local_host(d->easy, dial->local_host))
    return hc_fault_set(fault, HYCO_EBADVALUE, "local host: not usable");
  return 0;
}

/* --- birth and death --- */

static void init_library(void)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

static struct hc_curl *curl_new(struct hc_loop *loop)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, init_library);
  struct hc_curl *curl = hc_alloc_zero(sizeof(*curl));
  if (curl == NULL)
    return NULL;
  curl->loop = loop;
  curl->timer.fn = on_timer;
  curl->timer.user_data = curl;
  curl->timer.calls_handlers = true;
  hc_list_init(&curl->watches);
  curl->multi = curl_multi_init();
  if (curl->multi == NULL) {
    hc_free(curl);
    return NULL;
  }
  curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
  curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
  curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, want_timer);
  curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
  return curl;
}

int hc_curl_start(struct hc_loop *loop, struct hc_io_stream *s,
                  const struct hc_dial *dial, struct hc_fault *fault)
{
  if (loop->curl == NULL)
    loop->curl = curl_new(loop);
  if (loop->curl == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  int rc = set_up(s, dial, fault);
  if (rc == 0 &&
      curl_multi_add_handle(loop->curl->multi, s->dialled->easy) != CURLM_OK)
    rc = hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return rc;
}

void hc_curl_stop(struct hc_loop *loop, struct hc_io_stream *s)
{
  struct hc_dialled *d = s->dialled;

  if (d == NULL || d->easy == NULL)
    return;
  curl_multi_remove_handle(loop->curl->multi, d->easy);
  curl_easy_cleanup(d->easy);
  curl_url_cleanup(d->url);
  d->easy = NULL;
  d->url = NULL;
}

void hc_curl_free(struct hc_curl *curl)
{
  if (curl == NULL)
    return;
  curl_multi_cleanup(curl->multi);
  while (!hc_list_is_empty(&curl->watches))
    watch_close(HC_LIST_ENTRY(curl->watches.next, struct watch, node));
  hc_timers_cancel(&curl->loop->timers, &curl->timer);
  hc_free(curl);
}
