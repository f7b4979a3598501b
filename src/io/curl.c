/* libcurl's multi interface on the loop. Its callbacks, and libuv's, only note
 * what is ready; curl_multi_socket_action is called from tasks and timers of
 * wide turns, outside uv_run. */
#include "io/curl.h"

#include "base/memory.h"
#include "io/curl_route.h"
#include "io/loop_internal.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

struct hc_curl {
  struct hc_loop *loop;
  CURLM *multi;
  struct hc_timer timer; /* as libcurl wants it */
  struct hc_list watches;
  bool is_busy;           /* libcurl is on the stack: its callbacks run */
  struct hc_list waiting; /* jobs to be added or freed once it is not */
  struct hc_task tidy;
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
  bool is_held;   /* on the stack: its closing does not free it */
  bool is_closed; /* meanwhile */
  struct hc_task task;
};

/* --- what came of a job --- */

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

int hc_curl_job_fault(const struct hc_curl_job *job, CURLcode result,
                      const char **text)
{
  long os_error = 0;

  if (job->no_socket != 0) {
    *text = strerror(job->no_socket);
    return hc_error_from_errno(job->no_socket);
  }
  curl_easy_getinfo(job->easy, CURLINFO_OS_ERRNO, &os_error);
  *text = job->error[0] != '\0' ? job->error : curl_easy_strerror(result);
  return code_of(result, os_error, job->has_proxy);
}

static void reap(struct hc_curl *curl)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read(curl->multi, &left)) != NULL) {
    struct hc_curl_job *job = NULL;
    if (message->msg != CURLMSG_DONE)
      continue;
    CURLcode result = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
    if (job->owner != NULL)
      job->on_done(job->owner, result);
  }
}

static void act(struct hc_curl *curl, curl_socket_t fd, int ready)
{
  int running;

  curl->is_busy = true;
  curl_multi_socket_action(curl->multi, fd, ready, &running);
  curl->is_busy = false;
}

static void on_timer(void *user_data)
{
  struct hc_curl *curl = user_data;

  act(curl, CURL_SOCKET_TIMEOUT, 0);
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
  /* Broken, but what came before may wait in the kernel: recv gives it, and
   * then says what it is. With CURL_CSELECT_ERR libcurl would not look. */
  if (status < 0)
    events = watch->wanted & UV_READABLE ? UV_READABLE : watch->wanted;
  watch->ready = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
                 (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
  hc_io_add(watch->curl->loop, HC_WIDE_TURN, &watch->task);
}

static void start_polling(struct watch *watch)
{
  watch->curl->loop->watch_changed = true;
  uv_poll_start(&watch->poll, watch->wanted, on_ready);
}

/* A uv_run frees a watch that is gone, and within libcurl there may be one: an
 * application that is asked for trust may send. */
static void run_watch(struct hc_task *task)
{
  struct watch *watch = HC_LIST_ENTRY(task, struct watch, task);
  struct hc_curl *curl = watch->curl;

  watch->is_held = true;
  act(curl, watch->fd, watch->ready);
  watch->is_held = false;
  if (!watch->is_gone)
    start_polling(watch);
  else if (watch->is_closed)
    hc_free(watch);
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
  struct watch *watch = handle->data;

  watch->is_closed = true;
  if (!watch->is_held)
    hc_free(watch);
}

static void watch_close(struct watch *watch)
{
  watch->is_gone = true;
  hc_list_remove(&watch->node);
  hc_list_remove(&watch->task.node);
  uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

static void note_watched(CURL *easy, curl_socket_t fd, int what)
{
  struct hc_curl_job *job = NULL;

  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job);
  if (job == NULL)
    return;
  if (what != CURL_POLL_REMOVE)
    job->watched = fd;
  else if (job->watched == fd)
    job->watched = CURL_SOCKET_BAD;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *user_data,
                       void *socket_data)
{
  struct hc_curl *curl = user_data;
  struct watch *watch = socket_data;

  note_watched(easy, fd, what);
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

/* --- jobs --- */

static int set_up(struct hc_curl_job *job, const struct hc_curl_route *route,
                  struct hc_fault *fault)
{
  job->easy = curl_easy_init();
  job->url = curl_url();
  if (job->easy == NULL || job->url == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return hc_curl_route_set(job, route, fault);
}

/* The socket that we take over is not closed with libcurl's handle. */
static int close_socket(void *user_data, curl_socket_t fd)
{
  struct hc_curl_job *job = user_data;
  return fd == job->kept ? 0 : close(fd);
}

void hc_curl_job_keep_sockets(struct hc_curl_job *job)
{
  curl_easy_setopt(job->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(job->easy, CURLOPT_CLOSESOCKETDATA, job);
}

static void job_free(struct hc_curl_job *job)
{
  if (job->is_added)
    curl_multi_remove_handle(job->curl->multi, job->easy);
  if (job->easy != NULL)
    curl_easy_cleanup(job->easy);
  curl_url_cleanup(job->url);
  curl_slist_free_all(job->fields);
  hc_list_remove(&job->node);
  hc_free(job);
}

/* Within libcurl handles are neither added nor removed. */
static void postpone(struct hc_curl_job *job)
{
  struct hc_curl *curl = job->curl;

  hc_list_remove(&job->node);
  hc_list_append(&curl->waiting, &job->node);
  if (!hc_list_is_linked(&curl->tidy.node))
    hc_io_add(curl->loop, HC_WIDE_TURN, &curl->tidy);
}

static int job_add(struct hc_curl_job *job)
{
  job->is_added =
      curl_multi_add_handle(job->curl->multi, job->easy) == CURLM_OK;
  return job->is_added ? 0 : HYCO_ENOMEM;
}

static void run_tidy(struct hc_task *task)
{
  struct hc_curl *curl = HC_LIST_ENTRY(task, struct hc_curl, tidy);

  while (!hc_list_is_empty(&curl->waiting)) {
    struct hc_curl_job *job =
        HC_LIST_ENTRY(curl->waiting.next, struct hc_curl_job, node);
    hc_list_remove(&job->node);
    if (job->owner == NULL)
      job_free(job);
    else if (job_add(job) != 0)
      job->on_done(job->owner, CURLE_OUT_OF_MEMORY);
  }
}

int hc_curl_job_start(struct hc_curl_job *job)
{
  if (!job->curl->is_busy)
    return job_add(job);
  postpone(job);
  return 0;
}

void hc_curl_job_pause(struct hc_curl_job *job, int mask)
{
  if (!job->is_added)
    return;
  job->curl->is_busy = true; /* it may call back */
  curl_easy_pause(job->easy, mask);
  job->curl->is_busy = false;
}

void hc_curl_job_drop(struct hc_curl_job *job)
{
  if (job == NULL)
    return;
  job->owner = NULL;
  if (job->curl->is_busy)
    postpone(job);
  else
    job_free(job);
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
  hc_list_init(&curl->waiting);
  curl->tidy.run = run_tidy;
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

int hc_curl_job_new(struct hc_loop *loop, const struct hc_curl_route *route,
                    void *owner, void (*on_done)(void *owner, CURLcode result),
                    struct hc_curl_job **out, struct hc_fault *fault)
{
  if (loop->curl == NULL)
    loop->curl = curl_new(loop);
  struct hc_curl_job *job =
      loop->curl != NULL ? hc_alloc_zero(sizeof(*job)) : NULL;
  if (job == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  job->curl = loop->curl;
  job->watched = CURL_SOCKET_BAD;
  job->kept = CURL_SOCKET_BAD;
  job->tcp = route->tcp;
  job->owner = owner;
  job->on_done = on_done;
  int rc = set_up(job, route, fault);
  if (rc != 0) {
    job_free(job);
    return rc;
  }
  *out = job;
  return 0;
}

void hc_curl_free(struct hc_curl *curl)
{
  if (curl == NULL)
    return;
  run_tidy(&curl->tidy);
  hc_list_remove(&curl->tidy.node);
  curl_multi_cleanup(curl->multi);
  while (!hc_list_is_empty(&curl->watches))
    watch_close(HC_LIST_ENTRY(curl->watches.next, struct watch, node));
  hc_timers_cancel(&curl->loop->timers, &curl->timer);
  hc_free(curl);
}
