/* The loop: turns of uv_run, tasks, timers, posted calls and flushes. */
#include "io/loop.h"

#include "base/memory.h"
#include "io/curl.h"
#include "io/http_client.h"
#include "io/listen.h"
#include "io/loop_internal.h"
#include "io/stream.h"
#include "io/vanished.h"

#include <assert.h>
#include <limits.h>

enum { MS_IN_NS = 1000000 };

static uint64_t clock_ms(void)
{
  return uv_hrtime() / MS_IN_NS;
}

uint64_t hc_io_now_ms(const struct hc_loop *loop)
{
  return loop->depth > 0 ? loop->now_ms : clock_ms();
}

void hc_io_add(struct hc_loop *loop, enum hc_io_list list, struct hc_task *task)
{
  hc_list_remove(&task->node);
  hc_list_append(&loop->tasks[list], &task->node);
}

void hc_io_timer_set(struct hc_loop *loop, struct hc_timer *timer,
                     uint64_t delay_ms)
{
  hc_timers_set(&loop->timers, timer, hc_io_now_ms(loop) + delay_ms);
}

/* --- one turn --- */

static bool is_ready(struct hc_loop *loop, bool narrow)
{
  if (!hc_list_is_empty(&loop->tasks[HC_ANY_TURN]) ||
      !hc_list_is_empty(&loop->tasks[HC_FLUSH]))
    return true;
  return !narrow && (!hc_list_is_empty(&loop->tasks[HC_WIDE_TURN]) ||
                     hc_posts_waiting(&loop->posts));
}

/* How long uv_run may wait; -1: until something happens. */
static int wait_ms(struct hc_loop *loop, int timeout_ms, bool narrow)
{
  if (timeout_ms == 0 || is_ready(loop, narrow))
    return 0;
  uint64_t next = hc_timers_next(&loop->timers, narrow);
  if (next == UINT64_MAX)
    return timeout_ms;
  uint64_t now = clock_ms();
  uint64_t left = next > now ? next - now : 0;
  if (timeout_ms > 0 && (uint64_t)timeout_ms < left)
    return timeout_ms;
  return left < INT_MAX ? (int)left : INT_MAX;
}

/* uv_run looks at timers before it waits: a thread that had lost the CPU would
 * find this one over, and wait for ever. */
static void on_wait_over(uv_timer_t *timer)
{
  uv_stop(timer->loop);
}

static void run_uv(struct hc_loop *loop, int timeout_ms)
{
  loop->watch_changed = false;
  if (timeout_ms > 0) {
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->wait, on_wait_over, (uint64_t)timeout_ms, 0);
  }
  uv_run(&loop->uv, timeout_ms == 0 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
  uv_timer_stop(&loop->wait);
  loop->now_ms = clock_ms();
}

static struct hc_task *first_task(const struct hc_list *head)
{
  return HC_LIST_ENTRY(head->next, struct hc_task, node);
}

/* What was written so far leaves while it is in the cache. A flush adds no
 * other: it ends with all sent, or with a kernel that is full. */
static void flush(struct hc_loop *loop)
{
  struct hc_list *head = &loop->tasks[HC_FLUSH];

  while (!hc_list_is_empty(head)) {
    struct hc_task *task = first_task(head);
    hc_list_remove(&task->node);
    loop->worked = true;
    task->run(task);
  }
}

static void run_tasks(struct hc_loop *loop, enum hc_io_list list)
{
  struct hc_list *head = &loop->tasks[list];
  unsigned n = 0;

  while (!hc_list_is_empty(head) && first_task(head)->turn != loop->turn) {
    struct hc_task *task = first_task(head);
    task->turn = loop->turn;
    hc_list_remove(&task->node);
    loop->worked = true;
    task->run(task);
    if (++n % HC_IO_FLUSH_EVERY == 0)
      flush(loop);
  }
}

/* True if a timer is due that was set before this turn. */
static bool has_due(const struct hc_loop *loop, uint64_t order_end)
{
  for (int i = 0; i < (loop->narrow ? 1 : 2); i++) {
    const struct hc_timer *first = loop->timers.roots[i];
    if (first != NULL && first->due_ms <= loop->now_ms &&
        first->order < order_end)
      return true;
  }
  return false;
}

/* What a turn sets without delay runs in the next one, after this one's flush:
 * that a timer sets itself again does not hold the turn. */
static void run_timers(struct hc_loop *loop, uint64_t order_end)
{
  while (has_due(loop, order_end)) {
    struct hc_timer *timer =
        hc_timers_pop(&loop->timers, loop->now_ms, loop->narrow);
    loop->worked = true;
    timer->fn(timer->user_data);
  }
}

bool hc_loop_turn(struct hc_loop *loop, int timeout_ms, bool narrow)
{
  /* What the turn further up the stack goes on with. */
  const uint64_t turn = loop->turn;
  const bool outer_narrow = loop->narrow;
  const bool outer_worked = loop->worked;
  const uint64_t order_end = loop->timers.next_order;

  assert(loop->depth == 0 || (narrow && !loop->narrow));
  timeout_ms = wait_ms(loop, timeout_ms, narrow);
  loop->depth++;
  loop->turn = ++loop->turns;
  loop->narrow = narrow;
  loop->worked = false;

  run_uv(loop, timeout_ms);
  run_tasks(loop, HC_ANY_TURN);
  if (!narrow)
    run_tasks(loop, HC_WIDE_TURN);
  run_timers(loop, order_end);
  if (!narrow && hc_posts_run(&loop->posts))
    loop->worked = true;
  flush(loop);

  bool worked = loop->worked;
  loop->worked = outer_worked;
  loop->narrow = outer_narrow;
  loop->turn = turn;
  loop->depth--;
  return worked;
}

bool hc_loop_is_in_turn(const struct hc_loop *loop)
{
  return loop->depth > 0;
}

int hc_loop_fd(const struct hc_loop *loop)
{
  return uv_backend_fd(&loop->uv);
}

int hc_loop_timeout(const struct hc_loop *loop)
{
  struct hc_loop *l = (struct hc_loop *)loop;

  /* What epoll has not heard of yet, and what waits to be freed. */
  if (loop->watch_changed || uv_backend_timeout(&loop->uv) == 0)
    return 0;
  return wait_ms(l, -1, false);
}

int hc_loop_post(struct hc_loop *loop, void (*fn)(void *user_data),
                 void *user_data)
{
  return hc_posts_add(&loop->posts, fn, user_data);
}

void hc_loop_wake(struct hc_loop *loop)
{
  uv_async_send(&loop->posts.wake);
}

struct hc_net *hc_loop_net(struct hc_loop *loop)
{
  return &loop->net;
}

/* --- birth and death --- */

static bool init_buffers(struct hc_loop *loop)
{
  for (int i = 0; i < 2; i++) {
    /* Pages that are never read into are never resident. */
    loop->buffers[i].received = hc_alloc(HC_IO_RECV_MAX);
    loop->buffers[i].plaintext = hc_alloc(HC_STREAM_READ_MAX);
    if (loop->buffers[i].received == NULL || loop->buffers[i].plaintext == NULL)
      return false;
  }
  return true;
}

static void free_memory(struct hc_loop *loop)
{
  for (int i = 0; i < 2; i++) {
    hc_free(loop->buffers[i].received);
    hc_free(loop->buffers[i].plaintext);
  }
  hc_free(loop);
}

static int init_uv(struct hc_loop *loop)
{
  int rc = uv_loop_init(&loop->uv);
  if (rc != 0)
    return hc_error_from_errno(-rc);
  uv_timer_init(&loop->uv, &loop->wait);
  rc = hc_posts_init(&loop->posts, &loop->uv);
  if (rc == 0)
    return 0;
  uv_close((uv_handle_t *)&loop->wait, NULL);
  uv_run(&loop->uv, UV_RUN_DEFAULT);
  uv_loop_close(&loop->uv);
  return hc_error_from_errno(-rc);
}

int hc_loop_new(struct hc_loop **out)
{
  struct hc_loop *loop = hc_alloc_zero(sizeof(*loop));
  if (loop == NULL)
    return HYCO_ENOMEM;
  loop->net.ops = &hc_io_ops;
  loop->http.ops = &hc_io_http_ops;
  for (int i = 0; i < HC_IO_LISTS; i++)
    hc_list_init(&loop->tasks[i]);
  hc_list_init(&loop->streams);
  hc_list_init(&loop->calls);
  hc_list_init(&loop->listeners);
  hc_list_init(&loop->warm);
  hc_io_sweep_init(loop);
  hc_io_vanished_init(loop);

  int rc = init_buffers(loop) ? init_uv(loop) : HYCO_ENOMEM;
  if (rc != 0) {
    free_memory(loop);
    return rc;
  }
  *out = loop;
  return 0;
}

void hc_loop_free(struct hc_loop *loop)
{
  if (loop == NULL)
    return;
  assert(loop->depth == 0);
  hc_posts_drop(&loop->posts);
  hc_io_listeners_close(loop);
  hc_io_streams_abort(loop);
  hc_io_http_abort(loop);
  hc_loop_turn(loop, 0, false);
  hc_curl_free(loop->curl);
  uv_close((uv_handle_t *)&loop->wait, NULL);
  uv_close((uv_handle_t *)&loop->posts.wake, NULL);
  uv_run(&loop->uv, UV_RUN_DEFAULT);
  int rc = uv_loop_close(&loop->uv);
  assert(rc == 0);
  (void)rc;
  hc_posts_deinit(&loop->posts);
  free_memory(loop);
}
