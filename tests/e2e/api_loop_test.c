/* The loop in its three ways of running, and what handlers may do in it. */
#include "api_world.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

static void send_hello(struct api_world *w)
{
  assert_int_equal(hyco_sender_send_text(w->sender, "hello", 5), 0);
}

static void stop_after_echo(void *user_data)
{
  struct api_world *w = user_data;
  if (w->sender_texts == 0)
    assert_int_equal(hyco_loop_post(w->loop, stop_after_echo, w), 0);
  else
    hyco_loop_stop(w->loop);
}

static void run_turns_until_stop(void **state)
{
  struct api_world *w = *state;

  api_world_join(w);
  send_hello(w);
  assert_int_equal(hyco_loop_post(w->loop, stop_after_echo, w), 0);
  assert_int_equal(hyco_loop_run(w->loop), 0);
  assert_int_equal(w->sender_texts, 1);
}

static void a_loop_of_ones_own_needs_only_fd_and_timeout(void **state)
{
  struct api_world *w = *state;
  struct pollfd watch = { .events = POLLIN };

  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  assert_int_equal(hyco_sender_start(w->sender), 0);
  watch.fd = hyco_loop_fd(w->loop);
  assert_true(watch.fd >= 0);
  for (int i = 0; i < 2000 && w->sender_texts == 0; i++) {
    assert_true(poll(&watch, 1, hyco_loop_timeout(w->loop)) >= 0);
    (void)hyco_loop_do_events(w->loop, 0);
    if (w->sender_connects == 1) {
      send_hello(w);
      w->sender_connects = 2; /* once */
    }
  }
  assert_int_equal(w->sender_texts, 1);
}

static void stop_loop(void *user_data)
{
  hyco_loop_stop(user_data);
}

static void *post_stop(void *user_data)
{
  assert_int_equal(hyco_loop_post(user_data, stop_loop, user_data), 0);
  return NULL;
}

static void post_from_another_thread_ends_a_waiting_run(void **state)
{
  struct api_world *w = *state;
  pthread_t thread;

  assert_int_equal(pthread_create(&thread, NULL, post_stop, w->loop), 0);
  assert_int_equal(hyco_loop_run(w->loop), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
}

/* hyco/loop.h: wait for the descriptor, at most hyco_loop_timeout. */
static void the_descriptor_of_a_new_loop_hears_of_posts(void **state)
{
  struct api_world *w = *state;
  struct pollfd watch = { .fd = hyco_loop_fd(w->loop), .events = POLLIN };

  if (hyco_loop_timeout(w->loop) == 0)
    (void)hyco_loop_do_events(w->loop, 0);
  assert_int_equal(hyco_loop_post(w->loop, stop_loop, w->loop), 0);
  assert_int_equal(poll(&watch, 1, 20000), 1);
}

static void set_flag(void *user_data)
{
  *(bool *)user_data = true;
}

static void what_was_posted_and_never_ran_is_dropped_with_the_loop(void **state)
{
  struct api_world *w = *state;
  hyco_receiver *r = NULL;
  bool ran = false;

  assert_int_equal(hyco_receiver_new(NULL, NULL, NULL, &r), 0);
  assert_int_equal(hyco_loop_post(hyco_receiver_loop(r), set_flag, &ran), 0);
  hyco_receiver_free(r);
  assert_false(ran);
  (void)w;
}

/* DESIGN section 4: a blocking call within a handler returns 143. */
static void block_in_handler(void *user_data)
{
  struct api_world *w = user_data;
  assert_int_equal(hyco_loop_do_events(w->loop, 0), HYCO_EBUSY);
  assert_int_equal(hyco_loop_run(w->loop), HYCO_EBUSY);
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_EBUSY);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   HYCO_EBUSY);
  w->busy_results++;
}

static void blocking_calls_in_a_handler_are_busy(void **state)
{
  struct api_world *w = *state;
  bool is_listening = true;

  assert_int_equal(hyco_loop_post(w->loop, block_in_handler, w), 0);
  api_world_await(w, &w->busy_results, 1);
  assert_int_equal(
      hyco_receiver_get_bool(w->receiver, HYCO_LISTENING, &is_listening), 0);
  assert_false(is_listening);
}

static void stop_listening(void *user_data)
{
  struct api_world *w = user_data;
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, false),
                   0);
}

static void listening_that_a_handler_stops_is_interrupted(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(hyco_loop_post(w->loop, stop_listening, w), 0);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   HYCO_EINTERRUPTED);
  assert_non_null(
      strstr(hyco_receiver_last_error_text(w->receiver), "handler"));
}

static void count_log(hyco_receiver *r, const hyco_log *e, void *user_data)
{
  int *lines = user_data;
  (void)r;
  (void)e;
  (*lines)++;
}

struct refused {
  hyco_receiver *r;
  int rc;
};

static void listen_in_handler(void *user_data)
{
  struct refused *refused = user_data;
  refused->rc = hyco_receiver_config(refused->r, "listening=true", NULL);
}

/* hyco/hyco.h: a call that fails never calls a handler for it. */
static void a_refused_listening_says_nothing(void **state)
{
  struct api_world *w = *state;
  hyco_receiver_events events = { .on_log = count_log };
  struct refused refused = { 0 };
  int lines = 0;

  assert_int_equal(hyco_receiver_new(w->loop, &events, &lines, &refused.r), 0);
  assert_int_equal(hyco_receiver_set_connection_string(
                       refused.r, hyco_relay_connection_string(w->relay)),
                   0);
  assert_int_equal(
      hyco_receiver_set_string(refused.r, HYCO_HYBRID_CONNECTION, "demo"), 0);
  assert_int_equal(hyco_loop_post(w->loop, listen_in_handler, &refused), 0);
  (void)hyco_loop_do_events(w->loop, 0);
  assert_int_equal(refused.rc, HYCO_EBUSY);
  assert_int_equal(lines, 0);
  hyco_receiver_free(refused.r);
}

/* Both, while the receiver's handler is under way. */
static void free_both(hyco_receiver *r, const hyco_connection_data_in *e,
                      void *user_data)
{
  struct api_world *w = user_data;

  (void)e;
  hyco_sender_free(w->sender);
  w->sender = NULL;
  hyco_receiver_free(r);
  w->busy_results++;
}

static void a_sender_frees_itself(hyco_sender *s, const hyco_connected *e,
                                  void *user_data)
{
  int *calls = user_data;

  (void)e;
  (*calls)++;
  hyco_sender_free(s);
}

static void objects_may_be_freed_inside_a_handler(void **state)
{
  static const hyco_receiver_events of_receiver = { .on_connection_data_in =
                                                        free_both };
  static const hyco_sender_events of_sender = { .on_connected =
                                                    a_sender_frees_itself };
  struct api_world *w = *state;
  hyco_receiver *r = api_world_receiver(w, &of_receiver, w);
  int calls = 0;

  assert_int_equal(hyco_receiver_set_bool(r, HYCO_LISTENING, true), 0);
  hyco_sender *s = api_world_sender(w, &of_sender, &calls);
  assert_int_equal(hyco_sender_start(s), 0);
  api_world_await(w, &calls, 1);
  assert_int_equal(hyco_sender_connect(w->sender), 0);
  api_world_await(w, &w->sender_connects, 1);
  send_hello(w);
  api_world_await(w, &w->busy_results, 1);
}

static void free_own(hyco_receiver *r, const hyco_connected *e, void *user_data)
{
  int *calls = user_data;
  (void)e;
  (*calls)++;
  hyco_receiver_free(r);
}

/* surface: do_events */
static void a_receiver_with_its_own_loop_may_free_itself(void **state)
{
  struct api_world *w = *state;
  hyco_receiver_events events = { .on_connected = free_own };
  hyco_receiver *r = NULL;
  int calls = 0;

  assert_int_equal(hyco_receiver_new(NULL, &events, &calls, &r), 0);
  assert_int_equal(hyco_receiver_set_connection_string(
                       r, hyco_relay_connection_string(w->relay)),
                   0);
  assert_int_equal(hyco_receiver_config(r, "hybrid_connection=x", NULL), 0);
  /* The certificate is not trusted: on_connected reports and frees. */
  assert_int_equal(hyco_receiver_start(r), 0);
  while (calls == 0)
    (void)hyco_receiver_do_events(r, 100);
  assert_int_equal(calls, 1);
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(run_turns_until_stop),
    TEST(a_loop_of_ones_own_needs_only_fd_and_timeout),
    TEST(post_from_another_thread_ends_a_waiting_run),
    TEST(the_descriptor_of_a_new_loop_hears_of_posts),
    TEST(what_was_posted_and_never_ran_is_dropped_with_the_loop),
    TEST(blocking_calls_in_a_handler_are_busy),
    TEST(listening_that_a_handler_stops_is_interrupted),
    TEST(a_refused_listening_says_nothing),
    TEST(objects_may_be_freed_inside_a_handler),
    TEST(a_receiver_with_its_own_loop_may_free_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
