/* A relay, a receiver that echoes and a sender in one process. */
#include "api_world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_S = 20 };

uint64_t api_hash(uint64_t hash, const void *data, size_t len)
{
  const uint8_t *bytes = data;
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ bytes[i]) * 0x100000001b3U;
  return hash;
}

static void keep(char out[API_TEXT_MAX], const char *text)
{
  (void)snprintf(out, API_TEXT_MAX, "%s", text);
}

static void on_request(hyco_receiver *r, hyco_connection_request *e,
                       void *user_data)
{
  struct api_world *w = user_data;
  (void)r;
  (void)e;
  w->requests++;
}

static void on_connection_connected(hyco_receiver *r, int id, void *user_data)
{
  struct api_world *w = user_data;
  (void)r;
  w->accepted = id;
}

static void on_connection_data_in(hyco_receiver *r,
                                  const hyco_connection_data_in *e,
                                  void *user_data)
{
  struct api_world *w = user_data;
  w->receiver_bytes += e->len;
  w->receiver_hash = api_hash(w->receiver_hash, e->data, e->len);
  w->receiver_messages += e->eom;
  if (!w->echoes)
    return;
  int rc = e->data_format == HYCO_FORMAT_TEXT
               ? hyco_receiver_send_text(r, e->connection_id, e->data, e->len)
               : hyco_receiver_send(r, e->connection_id, e->data, e->len);
  assert_int_equal(rc, 0);
}

static void on_connection_disconnected(hyco_receiver *r,
                                       const hyco_connection_disconnected *e,
                                       void *user_data)
{
  struct api_world *w = user_data;
  (void)r;
  w->receiver_disconnects++;
  w->receiver_code = e->status_code;
  keep(w->receiver_text, e->description);
}

static void on_connected(hyco_sender *s, const hyco_connected *e,
                         void *user_data)
{
  struct api_world *w = user_data;
  (void)s;
  w->sender_connects++;
  w->sender_connect_code = e->status_code;
  keep(w->sender_text, e->description);
}

static void on_data_in(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct api_world *w = user_data;
  (void)s;
  w->sender_bytes += e->len;
  w->sender_hash = api_hash(w->sender_hash, e->data, e->len);
  if (e->data_format == HYCO_FORMAT_TEXT && e->eom)
    w->sender_texts++;
}

static void on_disconnected(hyco_sender *s, const hyco_disconnected *e,
                            void *user_data)
{
  struct api_world *w = user_data;
  (void)s;
  w->sender_disconnects++;
  w->sender_code = e->status_code;
  keep(w->sender_text, e->description);
}

static void note_progress(struct api_world *w, int64_t sent, int64_t size)
{
  assert_in_range(sent, w->progress_sent, size);
  w->progress_events++;
  w->progress_sent = sent;
  w->progress_size = size;
}

static void on_connection_progress(hyco_receiver *r,
                                   const hyco_connection_progress *e,
                                   void *user_data)
{
  struct api_world *w = user_data;
  (void)r;
  assert_int_equal(e->connection_id, w->accepted);
  note_progress(w, e->bytes_sent, e->size);
}

static void on_progress(hyco_sender *s, const hyco_progress *e, void *user_data)
{
  (void)s;
  note_progress(user_data, e->bytes_sent, e->size);
}

hyco_receiver *api_world_receiver(struct api_world *w,
                                  const hyco_receiver_events *events,
                                  void *user_data)
{
  const char *string = hyco_relay_connection_string(w->relay);
  const char *ca = hyco_relay_ca_file(w->relay);
  hyco_receiver *r = NULL;

  assert_int_equal(hyco_receiver_new(w->loop, events, user_data, &r), 0);
  assert_int_equal(hyco_receiver_set_connection_string(r, string), 0);
  assert_int_equal(hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, ca), 0);
  assert_int_equal(hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, "demo"),
                   0);
  return r;
}

hyco_sender *api_world_sender(struct api_world *w,
                              const hyco_sender_events *events, void *user_data)
{
  hyco_sender *s = NULL;

  assert_int_equal(hyco_sender_new(w->loop, events, user_data, &s), 0);
  assert_int_equal(hyco_sender_set_connection_string(
                       s, hyco_relay_connection_string(w->relay)),
                   0);
  assert_int_equal(hyco_sender_set_string(s, HYCO_OPENSSL_CA_FILE,
                                          hyco_relay_ca_file(w->relay)),
                   0);
  assert_int_equal(hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, "demo"),
                   0);
  return s;
}

static void make_parties(struct api_world *w)
{
  static const hyco_receiver_events receiver_events = {
    .on_connection_request = on_request,
    .on_connection_connected = on_connection_connected,
    .on_connection_progress = on_connection_progress,
    .on_connection_data_in = on_connection_data_in,
    .on_connection_disconnected = on_connection_disconnected,
  };
  static const hyco_sender_events sender_events = {
    .on_connected = on_connected,
    .on_progress = on_progress,
    .on_data_in = on_data_in,
    .on_disconnected = on_disconnected,
  };

  assert_int_equal(hyco_loop_new(&w->loop), 0);
  w->receiver = api_world_receiver(w, &receiver_events, w);
  w->sender = api_world_sender(w, &sender_events, w);
}

int api_world_setup(void **state)
{
  struct api_world *w = calloc(1, sizeof *w);
  char why[API_TEXT_MAX] = "";
  hyco_relay_options options = { .error_text = why,
                                 .error_text_size = sizeof why };

  if (w == NULL)
    return -1;
  w->echoes = true;
  (void)snprintf(w->dir, sizeof w->dir, "/tmp/hyco-api-XXXXXX");
  if (mkdtemp(w->dir) == NULL)
    return -1;
  options.dir = w->dir;
  if (hyco_relay_start(&options, &w->relay) < 0) {
    print_error("the relay did not start: %s\n", why);
    return -1;
  }
  make_parties(w);
  *state = w;
  return 0;
}

int api_world_teardown(void **state)
{
  struct api_world *w = *state;
  char command[96];

  hyco_sender_free(w->sender);
  hyco_receiver_free(w->receiver);
  hyco_loop_free(w->loop);
  hyco_relay_stop(w->relay);
  (void)snprintf(command, sizeof command, "rm -r '%s'", w->dir);
  int rc = system(command); /* NOLINT(cert-env33-c): a path of our own */
  free(w);
  return rc == 0 ? 0 : -1;
}

void api_world_join(struct api_world *w)
{
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  assert_int_equal(hyco_sender_connect(w->sender), 0);
  while (w->accepted == 0)
    (void)hyco_loop_do_events(w->loop, 100);
}

void api_world_await(struct api_world *w, const int *count, int n)
{
  time_t end = time(NULL) + PATIENCE_S;
  while (*count < n && time(NULL) < end)
    (void)hyco_loop_do_events(w->loop, 100);
  assert_int_equal(*count, n);
}

void api_world_await_bytes(struct api_world *w, const size_t *count, size_t n)
{
  time_t end = time(NULL) + PATIENCE_S;
  while (*count < n && time(NULL) < end)
    (void)hyco_loop_do_events(w->loop, 100);
  assert_int_equal(*count, n);
}
