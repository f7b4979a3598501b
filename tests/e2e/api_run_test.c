/* hyco_receiver_run: a receiver's whole program in one call. */
#include "api_world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static hyco_loop *loop_to_stop;

static void on_signal(int number)
{
  (void)number;
  hyco_loop_stop(loop_to_stop);
}

static bool is_listening(struct api_world *w)
{
  bool yes = false;
  assert_int_equal(hyco_receiver_get_bool(w->receiver, HYCO_LISTENING, &yes),
                   0);
  return yes;
}

/* Runs until the sender's "hello" has come back, then `end`. */
struct visit {
  struct api_world *w;
  void (*end)(struct api_world *w);
};

static void look(void *user_data)
{
  struct visit *v = user_data;

  if (v->w->sender_texts == 0)
    assert_int_equal(hyco_loop_post(v->w->loop, look, v), 0);
  else
    v->end(v->w);
}

static void greet(void *user_data)
{
  struct visit *v = user_data;
  struct api_world *w = v->w;

  if (w->sender_connects == 0) {
    assert_int_equal(hyco_loop_post(w->loop, greet, v), 0);
    return;
  }
  assert_int_equal(hyco_sender_send_text(w->sender, "hello", 5), 0);
  assert_int_equal(hyco_loop_post(w->loop, look, v), 0);
}

static void visit(void *user_data)
{
  struct visit *v = user_data;

  if (is_listening(v->w) && v->w->sender_connects == 0)
    (void)hyco_sender_start(v->w->sender);
  greet(v);
}

static int run(struct api_world *w, void (*end)(struct api_world *w))
{
  struct visit v = { w, end };

  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  assert_int_equal(hyco_loop_post(w->loop, visit, &v), 0);
  int rc = hyco_receiver_run(w->receiver);
  assert_int_equal(w->sender_texts, 1);
  return rc;
}

static void shut(struct api_world *w)
{
  hyco_receiver_shutdown(w->receiver);
}

static void it_ends_when_a_shutdown_is_over(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(run(w, shut), 0);
  assert_false(is_listening(w));
  assert_int_equal(w->receiver_disconnects, 1);
}

static void stop_listening(struct api_world *w)
{
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, false),
                   0);
}

static void it_ends_with_listening_and_connections_stay(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(run(w, stop_listening), 0);
  assert_false(is_listening(w));
  assert_int_equal(w->receiver_disconnects, 0);
  assert_int_equal(hyco_sender_send_text(w->sender, "still", 5), 0);
  api_world_await(w, &w->sender_texts, 2);
}

static void send_signal(struct api_world *w)
{
  loop_to_stop = w->loop;
  assert_int_equal(raise(SIGUSR1), 0);
}

static void a_signal_handler_may_end_it(void **state)
{
  struct api_world *w = *state;
  const struct sigaction action = { .sa_handler = on_signal };

  assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
  assert_int_equal(run(w, send_signal), 0);
  assert_true(is_listening(w));
}

static void free_it(struct api_world *w)
{
  hyco_receiver_free(w->receiver);
  w->receiver = NULL;
}

static void it_is_interrupted_when_the_receiver_is_freed(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(run(w, free_it), HYCO_EINTERRUPTED);
}

static void run_inside(struct api_world *w)
{
  assert_int_equal(hyco_receiver_run(w->receiver), HYCO_EBUSY);
  hyco_receiver_shutdown(w->receiver);
}

static void inside_a_handler_it_is_busy(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(run(w, run_inside), 0);
}

/* Inside a handler that hyco_receiver_run called. */
static void send_blocking(struct api_world *w)
{
  assert_int_equal(hyco_connection_set_int(w->receiver, w->accepted,
                                           HYCO_CONNECTION_TIMEOUT, 20),
                   0);
  assert_int_equal(hyco_receiver_send_text(w->receiver, w->accepted, "more", 4),
                   0);
  hyco_receiver_shutdown(w->receiver);
}

static void handlers_may_use_blocking_sends(void **state)
{
  struct api_world *w = *state;
  struct visit v = { w, send_blocking };

  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  assert_int_equal(hyco_loop_post(w->loop, visit, &v), 0);
  assert_int_equal(hyco_receiver_run(w->receiver), 0);
  api_world_await(w, &w->sender_texts, 2);
}

static void what_listening_says_is_returned(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(
      hyco_receiver_set_string(w->receiver, HYCO_ACCESS_KEY, "wrong"), 0);
  assert_int_equal(hyco_receiver_run(w->receiver), HYCO_EUNAUTHORIZED);
  assert_non_null(strstr(hyco_receiver_last_error_text(w->receiver), "401"));
}

/* After a start the first try is not special; 401 is final all the same. */
static void what_ends_listening_later_is_returned(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(
      hyco_receiver_set_string(w->receiver, HYCO_ACCESS_KEY, "wrong"), 0);
  assert_int_equal(hyco_receiver_start(w->receiver), 0);
  assert_int_equal(hyco_receiver_run(w->receiver), HYCO_EUNAUTHORIZED);
  assert_non_null(strstr(hyco_receiver_last_error_text(w->receiver), "401"));
}

static void stop_loop(void *user_data)
{
  hyco_loop_stop(user_data);
}

/* Its first try is as good a time as any: here nobody ever answers it. */
static void it_can_be_stopped_while_it_connects(void **state)
{
  struct api_world *w = *state;
  struct sockaddr_in own = { .sin_family = AF_INET,
                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
  socklen_t len = sizeof own;
  char address[64];
  int fd = socket(AF_INET, SOCK_STREAM, 0);

  assert_int_equal(bind(fd, (struct sockaddr *)&own, len), 0);
  assert_int_equal(listen(fd, 1), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
  (void)snprintf(address, sizeof address, "127.0.0.1:%d", ntohs(own.sin_port));
  assert_int_equal(
      hyco_receiver_set_string(w->receiver, HYCO_NAMESPACE_ADDRESS, address),
      0);
  assert_int_equal(hyco_loop_post(w->loop, stop_loop, w->loop), 0);
  assert_int_equal(hyco_receiver_run(w->receiver), 0);
  assert_true(is_listening(w));
  close(fd);
}

static void *stop_relay(void *user_data)
{
  struct api_world *w = user_data;
  hyco_relay_stop(w->relay);
  w->relay = NULL;
  return NULL;
}

static void
without_auto_reconnect_the_end_of_the_channel_is_returned(void **state)
{
  struct api_world *w = *state;
  pthread_t thread;

  assert_int_equal(
      hyco_receiver_set_bool(w->receiver, HYCO_AUTO_RECONNECT, false), 0);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  assert_int_equal(pthread_create(&thread, NULL, stop_relay, w), 0);
  int rc = hyco_receiver_run(w->receiver);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(rc, HYCO_EDROPPED);
  assert_non_null(strstr(hyco_receiver_last_error_text(w->receiver),
                         "the control channel was closed: 1001"));
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(it_ends_when_a_shutdown_is_over),
    TEST(it_ends_with_listening_and_connections_stay),
    TEST(a_signal_handler_may_end_it),
    TEST(it_is_interrupted_when_the_receiver_is_freed),
    TEST(inside_a_handler_it_is_busy),
    TEST(handlers_may_use_blocking_sends),
    TEST(it_can_be_stopped_while_it_connects),
    TEST(what_listening_says_is_returned),
    TEST(what_ends_listening_later_is_returned),
    TEST(without_auto_reconnect_the_end_of_the_channel_is_returned),
  };
  return cmocka_run_group_tests_name("api_run", tests, NULL, NULL);
}
