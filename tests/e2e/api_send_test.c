/* Synchronous and asynchronous sends, also inside handlers (narrow turns). */
#include "api_world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BIG = 4 << 20 };

static uint8_t *make_bytes(void)
{
  uint8_t *bytes = malloc(BIG);
  assert_non_null(bytes);
  for (size_t i = 0; i < BIG; i++)
    bytes[i] = (uint8_t)(i * 2654435761U >> 24);
  return bytes;
}

static void a_synchronous_send_returns_when_all_is_with_the_kernel(void **state)
{
  struct api_world *w = *state;
  uint8_t *bytes = make_bytes();

  api_world_join(w);
  w->echoes = false;
  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_CONNECTION_TIMEOUT, 10),
                   0);
  assert_int_equal(hyco_sender_send(w->sender, bytes, BIG), 0);
  api_world_await_bytes(w, &w->receiver_bytes, BIG);
  free(bytes);
}

struct in_handler {
  struct api_world *w;
  uint8_t *bytes;
  bool disconnects_first;
  bool queues_first; /* all of it in one frame, above what a stream holds */
  int calls;
  int result;
};

static void send_back(hyco_receiver *r, const hyco_connection_data_in *e,
                      void *user_data)
{
  struct in_handler *h = user_data;
  int id = e->connection_id;

  if (h->calls++ > 0)
    return;
  if (h->disconnects_first)
    assert_int_equal(hyco_receiver_disconnect(r, id), 0);
  if (h->queues_first)
    assert_int_equal(hyco_receiver_send(r, id, h->bytes, BIG), 0);
  assert_int_equal(hyco_connection_set_int(r, id, HYCO_CONNECTION_TIMEOUT, 5),
                   0);
  h->result = hyco_receiver_send(r, id, h->bytes, BIG);
}

/* A receiver whose on_connection_data_in sends BIG bytes synchronously. */
static hyco_receiver *listen_with(struct api_world *w, struct in_handler *h)
{
  hyco_receiver_events events = { .on_connection_data_in = send_back };
  hyco_receiver *r = api_world_receiver(w, &events, h);

  assert_int_equal(hyco_receiver_set_bool(r, HYCO_LISTENING, true), 0);
  return r;
}

/* The sender runs on a loop of its own thread: it must read while the
 * receiver's handler waits. */
struct reader {
  hyco_sender *sender;
  size_t bytes;
  size_t wanted;
  bool done;
};

static void count(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct reader *reader = user_data;
  (void)s;
  reader->bytes += e->len;
  if (reader->bytes == reader->wanted)
    reader->done = true;
}

static void note_end(hyco_sender *s, const hyco_disconnected *e,
                     void *user_data)
{
  struct reader *reader = user_data;
  (void)s;
  (void)e;
  reader->done = true;
}

static void *read_all(void *user_data)
{
  struct reader *reader = user_data;
  assert_int_equal(hyco_sender_connect(reader->sender), 0);
  assert_int_equal(hyco_sender_send_text(reader->sender, "go", 2), 0);
  while (!reader->done)
    (void)hyco_sender_do_events(reader->sender, 100);
  return NULL;
}

static size_t talk(struct api_world *w, struct in_handler *h)
{
  hyco_sender_events events = { .on_data_in = count,
                                .on_disconnected = note_end };
  struct reader reader = { .wanted = h->queues_first ? 2 * BIG : BIG };
  pthread_t thread;

  assert_int_equal(hyco_sender_new(NULL, &events, &reader, &reader.sender), 0);
  assert_int_equal(hyco_sender_set_connection_string(
                       reader.sender, hyco_relay_connection_string(w->relay)),
                   0);
  assert_int_equal(hyco_sender_set_string(reader.sender, HYCO_OPENSSL_CA_FILE,
                                          hyco_relay_ca_file(w->relay)),
                   0);
  assert_int_equal(
      hyco_sender_set_string(reader.sender, HYCO_HYBRID_CONNECTION, "demo"), 0);
  assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
  api_world_await(w, &h->calls, 1);
  assert_int_equal(pthread_join(thread, NULL), 0);
  hyco_sender_free(reader.sender);
  return reader.bytes;
}

static void a_synchronous_send_inside_a_handler_makes_progress(void **state)
{
  struct api_world *w = *state;
  struct in_handler h = { .w = w, .bytes = make_bytes() };
  hyco_receiver *r = listen_with(w, &h);

  assert_int_equal(talk(w, &h), BIG);
  assert_int_equal(h.result, 0);
  hyco_receiver_free(r);
  free(h.bytes);
}

/* What an asynchronous send left behind the stream moves on as well. */
static void what_was_queued_before_it_leaves_inside_a_handler_too(void **state)
{
  struct api_world *w = *state;
  struct in_handler h = { .w = w, .bytes = make_bytes(), .queues_first = true };
  hyco_receiver *r = listen_with(w, &h);

  assert_int_equal(talk(w, &h), 2 * BIG);
  assert_int_equal(h.result, 0);
  hyco_receiver_free(r);
  free(h.bytes);
}

static void a_send_after_disconnect_inside_a_handler_is_refused(void **state)
{
  struct api_world *w = *state;
  struct in_handler h = { .w = w,
                          .bytes = make_bytes(),
                          .disconnects_first = true };
  hyco_receiver *r = listen_with(w, &h);

  assert_int_equal(talk(w, &h), 0);
  assert_int_equal(h.result, HYCO_ENOTCONNECTED);
  hyco_receiver_free(r);
  free(h.bytes);
}

/* DESIGN section 8: all or nothing per call, and ready exactly once. */
static void an_asynchronous_send_to_a_full_queue_would_block(void **state)
{
  struct api_world *w = *state;
  uint8_t *bytes = make_bytes();
  int64_t sent = -1;
  bool ready = true;
  int taken = 0;
  int rc;

  api_world_join(w);
  w->echoes = false;
  assert_int_equal(hyco_connection_set_bool(w->receiver, w->accepted,
                                            HYCO_CONNECTION_ACCEPT_DATA, false),
                   0);
  while ((rc = hyco_sender_send(w->sender, bytes, BIG)) == 0) {
    taken++;
    assert_int_equal(
        hyco_sender_get_int(w->sender, HYCO_CONNECTION_BYTES_SENT, &sent), 0);
    assert_int_equal(sent, BIG);
    (void)hyco_loop_do_events(w->loop, 10);
  }
  assert_int_equal(rc, HYCO_EWOULDBLOCK);
  assert_int_equal(
      hyco_sender_get_int(w->sender, HYCO_CONNECTION_BYTES_SENT, &sent), 0);
  assert_int_equal(sent, 0);
  assert_int_equal(
      hyco_sender_get_bool(w->sender, HYCO_CONNECTION_READY_TO_SEND, &ready),
      0);
  assert_false(ready);
  assert_int_equal(hyco_connection_set_bool(w->receiver, w->accepted,
                                            HYCO_CONNECTION_ACCEPT_DATA, true),
                   0);
  api_world_await_bytes(w, &w->receiver_bytes, (size_t)taken * BIG);
  free(bytes);
}

/* surface: azure_relay_connection_timeout */
static void a_synchronous_send_that_nobody_reads_times_out(void **state)
{
  struct api_world *w = *state;
  uint8_t *bytes = make_bytes();
  int rc = 0;

  api_world_join(w);
  assert_int_equal(hyco_connection_set_bool(w->receiver, w->accepted,
                                            HYCO_CONNECTION_ACCEPT_DATA, false),
                   0);
  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_CONNECTION_TIMEOUT, 1),
                   0);
  for (int i = 0; i < 32 && rc == 0; i++)
    rc = hyco_sender_send(w->sender, bytes, BIG);
  assert_int_equal(rc, HYCO_ETIMEOUT);
  assert_int_equal(hyco_sender_send(w->sender, bytes, 1), HYCO_ENOTCONNECTED);
  free(bytes);
}

static void *interrupt_it(void *user_data)
{
  hyco_sender_interrupt(user_data);
  return NULL;
}

static void interrupt_from_a_thread(void *user_data)
{
  pthread_t thread;

  assert_int_equal(pthread_create(&thread, NULL, interrupt_it, user_data), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
}

static void interrupt_here(void *user_data)
{
  struct api_world *w = user_data;
  hyco_receiver_interrupt(w->receiver, w->accepted);
}

/* surface: interrupt */
static void a_synchronous_send_can_be_interrupted(void **state)
{
  struct api_world *w = *state;
  uint8_t *bytes = make_bytes();
  int rc = 0;

  api_world_join(w);
  hyco_sender_interrupt(w->sender); /* there is none: nothing happens */
  assert_int_equal(hyco_connection_set_bool(w->receiver, w->accepted,
                                            HYCO_CONNECTION_ACCEPT_DATA, false),
                   0);
  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_CONNECTION_TIMEOUT, 60),
                   0);
  for (int i = 0; i < 32 && rc == 0; i++) {
    assert_int_equal(
        hyco_loop_post(w->loop, interrupt_from_a_thread, w->sender), 0);
    rc = hyco_sender_send(w->sender, bytes, BIG);
  }
  assert_int_equal(rc, HYCO_EINTERRUPTED);
  assert_int_equal(hyco_sender_send(w->sender, bytes, 1), HYCO_ENOTCONNECTED);
  free(bytes);
}

/* surface: interrupt */
static void a_receivers_send_can_be_interrupted_by_a_handler(void **state)
{
  struct api_world *w = *state;
  uint8_t *bytes = make_bytes();

  api_world_join(w);
  hyco_receiver_interrupt(w->receiver, w->accepted);
  assert_int_equal(hyco_connection_set_int(w->receiver, w->accepted,
                                           HYCO_CONNECTION_TIMEOUT, 60),
                   0);
  assert_int_equal(hyco_loop_post(w->loop, interrupt_here, w), 0);
  assert_int_equal(hyco_receiver_send(w->receiver, w->accepted, bytes, BIG),
                   HYCO_EINTERRUPTED);
  assert_string_equal(hyco_receiver_last_error_text(w->receiver),
                      "the send was interrupted");
  free(bytes);
}

static void free_it(void *user_data)
{
  hyco_sender **s = user_data;
  hyco_sender_free(*s);
  *s = NULL;
}

static void a_synchronous_send_ends_when_its_sender_is_freed(void **state)
{
  struct api_world *w = *state;
  uint8_t *bytes = make_bytes();

  api_world_join(w);
  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_CONNECTION_TIMEOUT, 10),
                   0);
  assert_int_equal(hyco_loop_post(w->loop, free_it, &w->sender), 0);
  assert_int_equal(hyco_sender_send(w->sender, bytes, BIG), HYCO_EINTERRUPTED);
  assert_null(w->sender);
  api_world_await(w, &w->receiver_disconnects, 1);
  assert_int_equal(w->receiver_code, 1006);
  free(bytes);
}

/* The relay and nobody else: the loop goes with the sender. */
static void a_synchronous_connect_ends_when_its_sender_is_freed(void **state)
{
  struct api_world *w = *state;
  hyco_sender *s = NULL;

  assert_int_equal(hyco_sender_new(NULL, NULL, NULL, &s), 0);
  assert_int_equal(hyco_sender_set_connection_string(
                       s, hyco_relay_connection_string(w->relay)),
                   0);
  assert_int_equal(hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, "demo"),
                   0);
  assert_int_equal(hyco_loop_post(hyco_sender_loop(s), free_it, &s), 0);
  assert_int_equal(hyco_sender_connect(s), HYCO_EINTERRUPTED);
  assert_null(s);
}

static void text_must_be_utf8(void **state)
{
  struct api_world *w = *state;

  api_world_join(w);
  assert_int_equal(hyco_sender_send_text(w->sender, "\xc3", 1), HYCO_EBADVALUE);
  assert_int_equal(
      hyco_receiver_send_text(w->receiver, w->accepted, "a\xff", 2),
      HYCO_EBADVALUE);
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(a_synchronous_send_returns_when_all_is_with_the_kernel),
    TEST(a_synchronous_send_inside_a_handler_makes_progress),
    TEST(what_was_queued_before_it_leaves_inside_a_handler_too),
    TEST(a_send_after_disconnect_inside_a_handler_is_refused),
    TEST(an_asynchronous_send_to_a_full_queue_would_block),
    TEST(a_synchronous_send_that_nobody_reads_times_out),
    TEST(a_synchronous_send_can_be_interrupted),
    TEST(a_receivers_send_can_be_interrupted_by_a_handler),
    TEST(a_synchronous_send_ends_when_its_sender_is_freed),
    TEST(a_synchronous_connect_ends_when_its_sender_is_freed),
    TEST(text_must_be_utf8),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
