/* hyco_sender_run: the loop until a sender has nothing under way. */
#include "api_world.h"

#include <signal.h>
#include <string.h>

static hyco_loop *loop_to_stop;

static void on_signal(int number)
{
  (void)number;
  hyco_loop_stop(loop_to_stop);
}

/* Calls `act` inside the loop once the echo of "hello" has come. */
struct moment {
  struct api_world *w;
  void (*act)(struct api_world *w);
};

static void wait_for_echo(void *user_data)
{
  struct moment *m = user_data;

  if (m->w->sender_texts == 0)
    assert_int_equal(hyco_loop_post(m->w->loop, wait_for_echo, m), 0);
  else
    m->act(m->w);
}

static int run(struct api_world *w, void (*act)(struct api_world *w))
{
  struct moment m = { w, act };

  api_world_join(w);
  assert_int_equal(hyco_sender_send_text(w->sender, "hello", 5), 0);
  assert_int_equal(hyco_loop_post(w->loop, wait_for_echo, &m), 0);
  int rc = hyco_sender_run(w->sender);
  assert_int_equal(w->sender_texts, 1);
  return rc;
}

static void disconnect(struct api_world *w)
{
  assert_int_equal(hyco_sender_disconnect(w->sender), 0);
}

static void it_ends_with_the_connection(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(run(w, disconnect), 0);
  assert_int_equal(w->sender_disconnects, 1);
  assert_int_equal(hyco_sender_run(w->sender), 0); /* nothing is under way */
}

static void disconnect_with_1011(struct api_world *w)
{
  assert_int_equal(
      hyco_sender_set_int(w->sender, HYCO_DISCONNECT_STATUS_CODE, 1011), 0);
  disconnect(w);
}

static void a_code_of_ones_own_is_no_failure(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(run(w, disconnect_with_1011), 0);
}

static void let_the_receiver_close(struct api_world *w)
{
  assert_int_equal(
      hyco_receiver_set_int(w->receiver, HYCO_DISCONNECT_STATUS_CODE, 1011), 0);
  assert_int_equal(hyco_receiver_set_string(
                       w->receiver, HYCO_DISCONNECT_STATUS_DESCRIPTION, "full"),
                   0);
  assert_int_equal(hyco_receiver_disconnect(w->receiver, w->accepted), 0);
}

static void a_close_code_of_the_peer_is_returned_once(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(run(w, let_the_receiver_close), HYCO_EDROPPED);
  assert_string_equal(hyco_sender_last_error_text(w->sender),
                      "the connection was closed: 1011 full");
  assert_int_equal(hyco_sender_run(w->sender), 0);
}

static void free_receiver(struct api_world *w)
{
  hyco_receiver_free(w->receiver);
  w->receiver = NULL;
}

static void a_cut_is_returned(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(run(w, free_receiver), HYCO_EDROPPED);
  assert_int_equal(w->sender_code, 1006);
}

/* It ended in the loop of another call: that is told all the same. */
static void what_ended_it_before_is_returned(void **state)
{
  struct api_world *w = *state;

  api_world_join(w);
  free_receiver(w);
  api_world_await(w, &w->sender_disconnects, 1);
  assert_int_equal(hyco_sender_run(w->sender), HYCO_EDROPPED);
}

static void what_a_start_came_to_is_returned(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(hyco_sender_start(w->sender), 0);
  assert_int_equal(hyco_sender_run(w->sender), HYCO_ENOTFOUND);
  assert_non_null(strstr(hyco_sender_last_error_text(w->sender), "404"));
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ENOTFOUND);
  assert_int_equal(hyco_sender_run(w->sender), 0); /* connect has told it */
}

static void call_off(void *user_data)
{
  struct api_world *w = user_data;
  assert_int_equal(hyco_sender_disconnect(w->sender), 0);
}

static void connecting_can_be_called_off(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_WAIT_FOR_LISTENER, 600),
                   0);
  assert_int_equal(hyco_loop_post(w->loop, call_off, w), 0);
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_EINTERRUPTED);
  assert_string_equal(hyco_sender_last_error_text(w->sender), "called off");
  assert_int_equal(hyco_sender_start(w->sender), 0);
  assert_int_equal(hyco_loop_post(w->loop, call_off, w), 0);
  assert_int_equal(hyco_sender_run(w->sender), 0);
  assert_int_equal(w->sender_connect_code, -HYCO_EINTERRUPTED);
}

static void a_message_above_the_limit_is_returned(void **state)
{
  struct api_world *w = *state;
  static char text[2048];

  memset(text, 'x', sizeof text);
  assert_int_equal(hyco_sender_set_bool(w->sender, HYCO_BUFFER_MESSAGE, true),
                   0);
  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_MAX_MESSAGE_SIZE, 1024),
                   0);
  api_world_join(w);
  assert_int_equal(hyco_sender_send_text(w->sender, text, sizeof text), 0);
  assert_int_equal(hyco_sender_run(w->sender), HYCO_ETOOLONG);
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
  bool connected = false;

  assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
  assert_int_equal(run(w, send_signal), 0);
  assert_int_equal(hyco_sender_get_bool(w->sender, HYCO_CONNECTED, &connected),
                   0);
  assert_true(connected);
}

static void free_sender(struct api_world *w)
{
  hyco_sender_free(w->sender);
  w->sender = NULL;
}

static void it_is_interrupted_when_the_sender_is_freed(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(run(w, free_sender), HYCO_EINTERRUPTED);
}

/* Inside handlers that hyco_sender_run called: no second one, but a blocking
 * send. */
static void run_inside(struct api_world *w)
{
  assert_int_equal(hyco_sender_run(w->sender), HYCO_EBUSY);
  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_CONNECTION_TIMEOUT, 20),
                   0);
  assert_int_equal(hyco_sender_send(w->sender, "more", 4), 0);
  disconnect(w);
}

static void inside_a_handler_it_is_busy(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(run(w, run_inside), 0);
}

static void note_done(hyco_request *r, const hyco_request_done *e,
                      void *user_data)
{
  int *codes = user_data;

  (void)r;
  codes[0]++;
  codes[1] = e->error_code;
}

/* Without a connection; a connection's old failure is not theirs. */
static void requests_are_under_way_too(void **state)
{
  struct api_world *w = *state;
  const hyco_request_events events = { .on_done = note_done };
  hyco_request *requests[3];
  int codes[2] = { 0, -1 };

  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ENOTFOUND);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(hyco_request_new(w->sender, &events, codes, &requests[i]),
                     0);
    assert_int_equal(hyco_request_start(requests[i]), 0);
  }
  hyco_request_free(requests[1]); /* not under way any more */
  assert_int_equal(hyco_sender_run(w->sender), 0);
  assert_int_equal(codes[0], 2);
  assert_int_equal(codes[1], 0);
  hyco_request_free(requests[0]);
  hyco_request_free(requests[2]);
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(it_ends_with_the_connection),
    TEST(a_code_of_ones_own_is_no_failure),
    TEST(a_close_code_of_the_peer_is_returned_once),
    TEST(a_cut_is_returned),
    TEST(what_ended_it_before_is_returned),
    TEST(what_a_start_came_to_is_returned),
    TEST(connecting_can_be_called_off),
    TEST(a_message_above_the_limit_is_returned),
    TEST(a_signal_handler_may_end_it),
    TEST(it_is_interrupted_when_the_sender_is_freed),
    TEST(inside_a_handler_it_is_busy),
    TEST(requests_are_under_way_too),
  };
  return cmocka_run_group_tests_name("api_sender_run", tests, NULL, NULL);
}
