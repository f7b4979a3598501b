/* The loop: timers, posted calls, waking, and how it lives in another loop. */
#include "base/memory.h"
#include "io/loop.h"
#include "io/loop_internal.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
  struct hc_loop *loop;
  struct hc_net *net;
  char order[16];
  size_t n;
};

static int set_up(void **state)
{
  struct world *w = hc_alloc_zero(sizeof(*w));
  assert_non_null(w);
  assert_int_equal(hc_loop_new(&w->loop), 0);
  w->net = hc_loop_net(w->loop);
  *state = w;
  return 0;
}

static int tear_down(void **state)
{
  struct world *w = *state;
  hc_loop_free(w->loop);
  hc_free(w);
  return 0;
}

struct mark {
  struct hc_timer timer;
  struct world *world;
  char letter;
};

static void note(void *user_data)
{
  struct mark *mark = user_data;
  mark->world->order[mark->world->n++] = mark->letter;
}

static void mark_init(struct mark *mark, struct world *w, char letter)
{
  *mark = (struct mark){ .world = w, .letter = letter };
  mark->timer.fn = note;
  mark->timer.user_data = mark;
}

static void run_until(struct world *w, size_t n)
{
  while (w->n < n)
    hc_loop_turn(w->loop, 10000, false);
}

/* --- timers --- */

static void test_timers_run_in_the_order_of_their_time(void **state)
{
  struct world *w = *state;
  struct mark marks[4];

  for (int i = 0; i < 4; i++)
    mark_init(&marks[i], w, (char)('a' + i));
  hc_net_timer_set(w->net, &marks[0].timer, 30);
  hc_net_timer_set(w->net, &marks[1].timer, 10);
  hc_net_timer_set(w->net, &marks[2].timer, 20);
  hc_net_timer_set(w->net, &marks[3].timer, 15);
  hc_net_timer_cancel(w->net, &marks[3].timer);
  hc_net_timer_set(w->net, &marks[1].timer, 40); /* moved */
  run_until(w, 3);
  assert_string_equal(w->order, "cab");
  assert_int_equal(hc_loop_timeout(w->loop), -1);
}

static void set_again(void *user_data)
{
  struct mark *mark = user_data;
  note(mark);
  hc_net_timer_set(mark->world->net, &mark->timer, 0);
}

static void
test_a_timer_that_sets_itself_again_does_not_hold_the_turn(void **state)
{
  struct world *w = *state;
  struct mark mark;

  mark_init(&mark, w, 'x');
  mark.timer.fn = set_again;
  hc_net_timer_set(w->net, &mark.timer, 0);
  assert_int_equal(hc_loop_timeout(w->loop), 0);
  assert_true(hc_loop_turn(w->loop, 0, false));
  assert_int_equal(w->n, 1);
  run_until(w, 3);
  hc_net_timer_cancel(w->net, &mark.timer);
}

/* The linker puts this before libuv's (io.cmake): the thread loses the CPU just
 * when a wait begins. */
static unsigned pause_us;
struct uv_timer_s;
int __real_uv_timer_start(struct uv_timer_s *timer,
                          void (*fn)(struct uv_timer_s *), uint64_t delay_ms,
                          uint64_t again_ms);
int __wrap_uv_timer_start(struct uv_timer_s *timer,
                          void (*fn)(struct uv_timer_s *), uint64_t delay_ms,
                          uint64_t again_ms);

int __wrap_uv_timer_start(struct uv_timer_s *timer,
                          void (*fn)(struct uv_timer_s *), uint64_t delay_ms,
                          uint64_t again_ms)
{
  int rc = __real_uv_timer_start(timer, fn, delay_ms, again_ms);
  usleep(pause_us);
  return rc;
}

static void test_a_wait_ends_however_late_it_begins(void **state)
{
  struct world *w = *state;
  struct mark mark;

  mark_init(&mark, w, 'x');
  hc_net_timer_set(w->net, &mark.timer, 5);
  pause_us = 20000;
  alarm(20); /* nothing else would end the wait */
  (void)hc_loop_turn(w->loop, -1, false);
  alarm(0);
  pause_us = 0;
  run_until(w, 1);
  assert_string_equal(w->order, "x");
}

static void set_other(void *user_data)
{
  struct mark *mark = user_data;
  note(mark);
  hc_net_timer_set(mark->world->net, &mark[1].timer, 0);
}

static void test_a_timer_set_without_delay_runs_in_the_next_turn(void **state)
{
  struct world *w = *state;
  struct mark marks[2];

  mark_init(&marks[0], w, 'a');
  mark_init(&marks[1], w, 'b');
  marks[0].timer.fn = set_other;
  hc_net_timer_set(w->net, &marks[0].timer, 0);
  hc_loop_turn(w->loop, 0, false);
  assert_string_equal(w->order, "a");
  assert_int_equal(hc_loop_timeout(w->loop), 0);
  hc_loop_turn(w->loop, 0, false);
  assert_string_equal(w->order, "ab");
}

static void test_a_narrow_turn_leaves_timers_that_call_handlers(void **state)
{
  struct world *w = *state;
  struct mark quiet;
  struct mark loud;

  mark_init(&quiet, w, 'q');
  mark_init(&loud, w, 'l');
  loud.timer.calls_handlers = true;
  hc_net_timer_set(w->net, &loud.timer, 0);
  hc_net_timer_set(w->net, &quiet.timer, 0);
  assert_true(hc_loop_turn(w->loop, 10, true));
  assert_string_equal(w->order, "q");
  assert_false(hc_loop_turn(w->loop, 1, true)); /* waits, does not spin */
  run_until(w, 2);
  assert_string_equal(w->order, "ql");
}

/* --- posted calls --- */

static void *post_from_thread(void *arg)
{
  struct mark *marks = arg;
  for (int i = 0; i < 3; i++)
    assert_int_equal(hc_loop_post(marks[i].world->loop, note, &marks[i]), 0);
  return NULL;
}

static void test_calls_posted_by_a_thread_run_in_order(void **state)
{
  struct world *w = *state;
  struct mark marks[3];
  pthread_t thread;

  for (int i = 0; i < 3; i++)
    mark_init(&marks[i], w, (char)('1' + i));
  assert_int_equal(pthread_create(&thread, NULL, post_from_thread, marks), 0);
  run_until(w, 3); /* the waiting turn returns */
  pthread_join(thread, NULL);
  assert_string_equal(w->order, "123");
}

static void test_a_posted_call_waits_for_a_wide_turn(void **state)
{
  struct world *w = *state;
  struct mark mark;

  mark_init(&mark, w, 'p');
  assert_int_equal(hc_loop_post(w->loop, note, &mark), 0);
  for (int i = 0; i < 3; i++)
    hc_loop_turn(w->loop, 0, true);
  assert_int_equal(w->n, 0);
  assert_int_equal(hc_loop_timeout(w->loop), 0);
  assert_true(hc_loop_turn(w->loop, -1, false));
  assert_int_equal(w->n, 1);
}

static void test_calls_that_never_ran_are_dropped(void **state)
{
  struct world *w = *state;
  assert_int_equal(hc_loop_post(w->loop, note, w), 0);
}

static void *wake(void *arg)
{
  hc_loop_wake(arg);
  return NULL;
}

static void test_a_waiting_turn_can_be_woken(void **state)
{
  struct world *w = *state;
  pthread_t thread;

  assert_int_equal(pthread_create(&thread, NULL, wake, w->loop), 0);
  assert_false(hc_loop_turn(w->loop, -1, false));
  pthread_join(thread, NULL);
}

/* --- inside another loop --- */

static void test_the_descriptor_tells_of_work(void **state)
{
  struct world *w = *state;
  struct pollfd watched = { .fd = hc_loop_fd(w->loop), .events = POLLIN };
  struct mark mark;

  hc_loop_turn(w->loop, 0, false);
  assert_int_equal(hc_loop_timeout(w->loop), -1);
  assert_int_equal(poll(&watched, 1, 0), 0);
  mark_init(&mark, w, 'f');
  assert_int_equal(hc_loop_post(w->loop, note, &mark), 0);
  assert_int_equal(poll(&watched, 1, 10000), 1);
  hc_loop_turn(w->loop, 0, false);
  assert_int_equal(w->n, 1);
  assert_int_equal(poll(&watched, 1, 0), 0);
}

static void look_around(void *user_data)
{
  struct mark *mark = user_data;
  struct hc_loop *loop = mark->world->loop;

  note(mark);
  assert_true(hc_loop_is_in_turn(loop));
  assert_false(hc_net_is_narrow(mark->world->net));
}

static void test_a_handler_can_see_that_it_is_in_a_turn(void **state)
{
  struct world *w = *state;
  struct mark mark;

  mark_init(&mark, w, 't');
  mark.timer.fn = look_around;
  hc_net_timer_set(w->net, &mark.timer, 0);
  assert_false(hc_loop_is_in_turn(w->loop));
  run_until(w, 1);
  assert_false(hc_loop_is_in_turn(w->loop));
}

/* --- randomness --- */

static void test_random_bytes_differ(void **state)
{
  struct world *w = *state;
  uint8_t seen[600][4];
  uint8_t large[2][2000] = { { 0 } };

  for (size_t i = 0; i < 600; i++) /* more than one fetch from the system */
    hc_net_random(w->net, seen[i], sizeof(seen[i]));
  for (size_t i = 1; i < 600; i++)
    assert_true(memcmp(seen[i], seen[i - 1], 4) != 0);
  hc_net_random(w->net, large[0], sizeof(large[0]));
  hc_net_random(w->net, large[1], sizeof(large[1]));
  assert_true(memcmp(large[0], large[1], sizeof(large[0])) != 0);
}

/* --- flushes within a turn --- */

struct work {
  struct hc_task ready;
  struct hc_task flush;
  struct work *first;
  struct hc_loop *loop;
  bool is_flushed;
  bool saw_first_flushed;
};

static void run_ready(struct hc_task *task)
{
  struct work *work = HC_LIST_ENTRY(task, struct work, ready);

  work->saw_first_flushed = work->first->is_flushed;
  hc_io_add(work->loop, HC_FLUSH, &work->flush);
}

static void run_flush(struct hc_task *task)
{
  HC_LIST_ENTRY(task, struct work, flush)->is_flushed = true;
}

/* Else the memory of thousands of streams would leave the cache between the
 * two. */
static void test_a_long_turn_flushes_after_every_few_tasks(void **state)
{
  enum { N = HC_IO_FLUSH_EVERY + 1 };
  struct world *w = *state;
  struct work works[N];

  for (int i = 0; i < N; i++) {
    works[i] = (struct work){ .first = works, .loop = w->loop };
    works[i].ready.run = run_ready;
    works[i].flush.run = run_flush;
    hc_io_add(w->loop, HC_WIDE_TURN, &works[i].ready);
  }
  hc_loop_turn(w->loop, 0, false);
  assert_false(works[N - 2].saw_first_flushed);
  assert_true(works[N - 1].saw_first_flushed);
  for (int i = 0; i < N; i++)
    assert_true(works[i].is_flushed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_timers_run_in_the_order_of_their_time),
    TEST(test_a_timer_that_sets_itself_again_does_not_hold_the_turn),
    TEST(test_a_wait_ends_however_late_it_begins),
    TEST(test_a_timer_set_without_delay_runs_in_the_next_turn),
    TEST(test_a_narrow_turn_leaves_timers_that_call_handlers),
    TEST(test_calls_posted_by_a_thread_run_in_order),
    TEST(test_a_posted_call_waits_for_a_wide_turn),
    TEST(test_calls_that_never_ran_are_dropped),
    TEST(test_a_waiting_turn_can_be_woken),
    TEST(test_the_descriptor_tells_of_work),
    TEST(test_a_handler_can_see_that_it_is_in_a_turn),
    TEST(test_random_bytes_differ),
    TEST(test_a_long_turn_flushes_after_every_few_tasks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
