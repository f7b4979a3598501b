/* Files that are sent through a relay, blocking and not, with what is told of
 * their progress. The many ways to fail are sim_file_test's. */
#include "api_world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BIG = 8 << 20, PATIENCE_S = 60, TURNS_MAX = 10000 };

struct fixture {
  struct api_world *w;
  char path[96];
  uint64_t hash; /* of the file */
};

static void setup(struct fixture *f, void **state)
{
  uint8_t *bytes = malloc(BIG);
  FILE *file;

  f->w = *state;
  (void)snprintf(f->path, sizeof f->path, "%s/file", f->w->dir);
  file = fopen(f->path, "we");
  assert_non_null(bytes);
  assert_non_null(file);
  for (size_t i = 0; i < BIG; i++)
    bytes[i] = (uint8_t)(i * 2654435761U >> 24);
  f->hash = api_hash(0, bytes, BIG);
  assert_int_equal(fwrite(bytes, 1, BIG, file), BIG);
  assert_int_equal(fclose(file), 0);
  free(bytes);
  api_world_join(f->w);
  f->w->echoes = false;
}

static void set_timeout(struct fixture *f, int seconds)
{
  struct api_world *w = f->w;
  assert_int_equal(
      hyco_sender_set_int(w->sender, HYCO_CONNECTION_TIMEOUT, seconds), 0);
  assert_int_equal(hyco_connection_set_int(w->receiver, w->accepted,
                                           HYCO_CONNECTION_TIMEOUT, seconds),
                   0);
}

static void refuse_data(struct fixture *f)
{
  assert_int_equal(hyco_connection_set_bool(f->w->receiver, f->w->accepted,
                                            HYCO_CONNECTION_ACCEPT_DATA, false),
                   0);
}

static void check_progress_was_told(struct fixture *f)
{
  int64_t sent = 0;

  assert_true(f->w->progress_events >= 1);
  assert_int_equal(f->w->progress_sent, BIG);
  assert_int_equal(f->w->progress_size, BIG);
  assert_int_equal(
      hyco_sender_get_int(f->w->sender, HYCO_CONNECTION_BYTES_SENT, &sent), 0);
  assert_int_equal(sent, BIG);
}

static void a_blocking_call_returns_when_all_is_with_the_kernel(void **state)
{
  struct fixture f;
  setup(&f, state);
  set_timeout(&f, PATIENCE_S);
  assert_int_equal(hyco_sender_send_file(f.w->sender, f.path), 0);
  check_progress_was_told(&f);
  api_world_await_bytes(f.w, &f.w->receiver_bytes, BIG);
  assert_true(f.w->receiver_hash == f.hash);
  assert_int_equal(f.w->receiver_messages, 1);
}

static void without_a_timeout_the_loop_sends_it(void **state)
{
  struct fixture f;
  setup(&f, state);
  assert_int_equal(hyco_sender_send_file(f.w->sender, f.path), 0);
  assert_int_equal(hyco_sender_send(f.w->sender, "x", 1), HYCO_EWOULDBLOCK);
  api_world_await_bytes(f.w, &f.w->receiver_bytes, BIG);
  check_progress_was_told(&f);
  assert_true(f.w->receiver_hash == f.hash);
  assert_int_equal(f.w->receiver_messages, 1);
}

/* surface: send_file */
static void a_receiver_sends_files_in_both_ways(void **state)
{
  struct fixture f;
  setup(&f, state);
  struct api_world *w = f.w;

  assert_int_equal(hyco_receiver_send_file(w->receiver, w->accepted, f.path),
                   0);
  api_world_await_bytes(w, &w->sender_bytes, BIG);
  assert_true(w->sender_hash == f.hash);
  assert_int_equal(w->progress_sent, BIG);

  w->progress_sent = 0;
  w->sender_hash = 0;
  set_timeout(&f, PATIENCE_S);
  assert_int_equal(hyco_receiver_send_file(w->receiver, w->accepted, f.path),
                   0);
  assert_int_equal(w->progress_sent, BIG);
  api_world_await_bytes(w, &w->sender_bytes, 2UL * BIG);
  assert_true(w->sender_hash == f.hash);
}

static void shrink(void *user_data)
{
  const struct fixture *f = user_data;
  assert_int_equal(truncate(f->path, BIG - 1), 0);
}

static void a_blocking_call_tells_that_the_file_became_shorter(void **state)
{
  struct fixture f;
  setup(&f, state);
  set_timeout(&f, PATIENCE_S);
  assert_int_equal(hyco_loop_post(f.w->loop, shrink, &f), 0);
  assert_int_equal(hyco_sender_send_file(f.w->sender, f.path), HYCO_EFILEIO);
  assert_string_equal(hyco_sender_last_error_text(f.w->sender),
                      "the file has become shorter: it had 8388608 bytes and "
                      "ends after 8388607");
  api_world_await(f.w, &f.w->receiver_disconnects, 1);
  assert_int_equal(f.w->receiver_code, 1001);
  assert_string_equal(f.w->receiver_text, "send interrupted");
  assert_int_equal(f.w->receiver_messages, 0);
}

static void a_blocking_call_that_nobody_reads_times_out(void **state)
{
  struct fixture f;
  setup(&f, state);
  assert_int_equal(truncate(f.path, 1 << 30), 0); /* more than kernels hold */
  refuse_data(&f);
  set_timeout(&f, 1);
  assert_int_equal(hyco_sender_send_file(f.w->sender, f.path), HYCO_ETIMEOUT);
  assert_int_equal(hyco_sender_send_file(f.w->sender, f.path),
                   HYCO_ENOTCONNECTED);
}

static void *interrupt_it(void *user_data)
{
  const struct fixture *f = user_data;
  hyco_receiver_interrupt(f->w->receiver, f->w->accepted);
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
  (void)interrupt_it(user_data);
}

static void interrupt(void **state, void (*how)(void *user_data))
{
  struct fixture f;
  setup(&f, state);
  set_timeout(&f, PATIENCE_S);
  assert_int_equal(hyco_loop_post(f.w->loop, how, &f), 0);
  assert_int_equal(
      hyco_receiver_send_file(f.w->receiver, f.w->accepted, f.path),
      HYCO_EINTERRUPTED);
  assert_string_equal(hyco_receiver_last_error_text(f.w->receiver),
                      "the send was interrupted");
  api_world_await(f.w, &f.w->sender_disconnects, 1);
  assert_int_equal(f.w->sender_code, 1001);
}

static void a_handler_interrupts_a_blocking_call(void **state)
{
  interrupt(state, interrupt_here);
}

static void a_thread_interrupts_a_blocking_call(void **state)
{
  interrupt(state, interrupt_from_a_thread);
}

/* The peer reads nothing, so that the file cannot be over. */
static void a_thread_calls_off_a_file_that_the_loop_sends(void **state)
{
  struct fixture f;
  setup(&f, state);
  assert_int_equal(truncate(f.path, 1 << 30), 0); /* more than kernels hold */
  assert_int_equal(
      hyco_sender_set_bool(f.w->sender, HYCO_CONNECTION_ACCEPT_DATA, false), 0);
  assert_int_equal(
      hyco_receiver_send_file(f.w->receiver, f.w->accepted, f.path), 0);
  interrupt_from_a_thread(&f);
  int rc = HYCO_EWOULDBLOCK;
  for (int i = 0; i < TURNS_MAX && rc == HYCO_EWOULDBLOCK; i++) {
    (void)hyco_loop_do_events(f.w->loop, 10);
    rc = hyco_receiver_send(f.w->receiver, f.w->accepted, "x", 1);
  }
  assert_int_equal(rc, HYCO_ENOTCONNECTED); /* it closes */
  assert_int_equal(
      hyco_sender_set_bool(f.w->sender, HYCO_CONNECTION_ACCEPT_DATA, true), 0);
  api_world_await(f.w, &f.w->sender_disconnects, 1);
  assert_int_equal(f.w->sender_code, 1001);
  assert_string_equal(f.w->sender_text, "send interrupted");
}

/* It came when all was said: the next send is not what it meant. */
static void an_interrupt_that_comes_too_late_ends_nothing(void **state)
{
  struct fixture f;
  setup(&f, state);
  set_timeout(&f, PATIENCE_S);
  assert_int_equal(hyco_loop_post(f.w->loop, interrupt_here, &f), 0);
  assert_int_equal(hyco_receiver_send(f.w->receiver, f.w->accepted, "a", 1), 0);
  assert_int_equal(hyco_receiver_send(f.w->receiver, f.w->accepted, "b", 1), 0);
  api_world_await_bytes(f.w, &f.w->sender_bytes, 2);
}

static void free_sender(void *user_data)
{
  struct fixture *f = user_data;
  hyco_sender_free(f->w->sender);
  f->w->sender = NULL;
}

static void free_receiver(void *user_data)
{
  struct fixture *f = user_data;
  hyco_receiver_free(f->w->receiver);
  f->w->receiver = NULL;
}

static void a_blocking_call_ends_when_its_sender_is_freed(void **state)
{
  struct fixture f;
  setup(&f, state);
  set_timeout(&f, PATIENCE_S);
  assert_int_equal(hyco_loop_post(f.w->loop, free_sender, &f), 0);
  assert_int_equal(hyco_sender_send_file(f.w->sender, f.path),
                   HYCO_EINTERRUPTED);
  api_world_await(f.w, &f.w->receiver_disconnects, 1);
  assert_int_equal(f.w->receiver_code, 1006);
}

static void a_blocking_call_ends_with_its_connection(void **state)
{
  struct fixture f;
  setup(&f, state);
  set_timeout(&f, PATIENCE_S);
  assert_int_equal(hyco_loop_post(f.w->loop, free_receiver, &f), 0);
  assert_int_equal(hyco_sender_send_file(f.w->sender, f.path),
                   HYCO_ENOTCONNECTED);
  assert_int_equal(f.w->sender_disconnects, 1);
  assert_int_equal(f.w->sender_code, 1006);
}

/* A receiver that answers the first message with the file, blocking inside the
 * handler, and a sender on a thread of its own, which must read meanwhile. */
struct answer {
  struct fixture *f;
  hyco_sender *reader;
  uint64_t hash;
  size_t bytes;
  int results;
  int rc;
  int told_inside; /* events of progress before the handler returned */
};

static void answer(hyco_receiver *r, const hyco_connection_data_in *e,
                   void *user_data)
{
  struct answer *a = user_data;
  struct api_world *w = a->f->w;

  assert_int_equal(hyco_connection_set_int(r, e->connection_id,
                                           HYCO_CONNECTION_TIMEOUT, PATIENCE_S),
                   0);
  a->rc = hyco_receiver_send_file(r, e->connection_id, a->f->path);
  a->told_inside = w->progress_events;
  a->results++;
}

static void told(hyco_receiver *r, const hyco_connection_progress *e,
                 void *user_data)
{
  struct answer *a = user_data;
  (void)r;
  a->f->w->progress_events++;
  a->f->w->progress_sent = e->bytes_sent;
}

static void count(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct answer *a = user_data;
  (void)s;
  a->hash = api_hash(a->hash, e->data, e->len);
  a->bytes += e->len;
}

static void *read_it(void *user_data)
{
  struct answer *a = user_data;

  assert_int_equal(hyco_sender_connect(a->reader), 0);
  assert_int_equal(hyco_sender_send_text(a->reader, "go", 2), 0);
  while (a->bytes < BIG)
    (void)hyco_sender_do_events(a->reader, 100);
  return NULL;
}

static hyco_receiver *listen_as(struct answer *a, const char *entity)
{
  hyco_receiver_events events = { .on_connection_data_in = answer,
                                  .on_connection_progress = told };
  struct api_world *w = a->f->w;
  const char *cs = hyco_relay_connection_string(w->relay);
  const char *ca = hyco_relay_ca_file(w->relay);
  hyco_receiver *r = NULL;

  assert_int_equal(hyco_receiver_new(w->loop, &events, a, &r), 0);
  assert_int_equal(hyco_receiver_set_connection_string(r, cs), 0);
  assert_int_equal(hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, ca), 0);
  assert_int_equal(hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, entity),
                   0);
  assert_int_equal(hyco_receiver_set_bool(r, HYCO_LISTENING, true), 0);
  return r;
}

static hyco_sender *make_reader(struct answer *a, const char *entity)
{
  hyco_sender_events events = { .on_data_in = count };
  struct api_world *w = a->f->w;
  const char *cs = hyco_relay_connection_string(w->relay);
  const char *ca = hyco_relay_ca_file(w->relay);
  hyco_sender *s = NULL;

  assert_int_equal(hyco_sender_new(NULL, &events, a, &s), 0);
  assert_int_equal(hyco_sender_set_connection_string(s, cs), 0);
  assert_int_equal(hyco_sender_set_string(s, HYCO_OPENSSL_CA_FILE, ca), 0);
  assert_int_equal(hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, entity),
                   0);
  return s;
}

static void inside_a_handler_progress_is_told_when_it_returns(void **state)
{
  struct fixture f;
  struct answer a = { .f = &f };
  pthread_t thread;
  setup(&f, state);
  hyco_receiver *r = listen_as(&a, "answers");

  a.reader = make_reader(&a, "answers");
  assert_int_equal(pthread_create(&thread, NULL, read_it, &a), 0);
  api_world_await(f.w, &a.results, 1);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(a.rc, 0);
  assert_true(a.hash == f.hash);
  assert_int_equal(a.told_inside, 0);
  api_world_await(f.w, &f.w->progress_events, 1);
  assert_int_equal(f.w->progress_sent, BIG);
  hyco_sender_free(a.reader);
  hyco_receiver_free(r);
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(a_blocking_call_returns_when_all_is_with_the_kernel),
    TEST(without_a_timeout_the_loop_sends_it),
    TEST(a_receiver_sends_files_in_both_ways),
    TEST(a_blocking_call_tells_that_the_file_became_shorter),
    TEST(a_blocking_call_that_nobody_reads_times_out),
    TEST(a_handler_interrupts_a_blocking_call),
    TEST(a_thread_interrupts_a_blocking_call),
    TEST(a_thread_calls_off_a_file_that_the_loop_sends),
    TEST(an_interrupt_that_comes_too_late_ends_nothing),
    TEST(a_blocking_call_ends_when_its_sender_is_freed),
    TEST(a_blocking_call_ends_with_its_connection),
    TEST(inside_a_handler_progress_is_told_when_it_returns),
  };
  return cmocka_run_group_tests_name("api_send_file", tests, NULL, NULL);
}
