/* What sends become: data_format, MessageLength, ping and pong. */
#include "api_world.h"

#include <string.h>

enum { NOTES_MAX = 64 };

/* What came, piece by piece. */
struct notes {
  int count;
  hyco_format format[NOTES_MAX];
  char data[NOTES_MAX][200];
  bool eom[NOTES_MAX];
};

static void note(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct notes *notes = user_data;
  (void)s;
  assert_true(notes->count < NOTES_MAX && e->len < 200);
  notes->format[notes->count] = e->data_format;
  if (e->len > 0)
    memcpy(notes->data[notes->count], e->data, e->len);
  notes->eom[notes->count] = e->eom;
  notes->count++;
}

/* A sender that notes what comes, connected; the world's receiver is silent. */
static hyco_sender *connect_notes(struct api_world *w, struct notes *notes)
{
  static const hyco_sender_events events = { .on_data_in = note };
  hyco_sender *s = api_world_sender(w, &events, notes);

  w->echoes = false;
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  assert_int_equal(hyco_sender_connect(s), 0);
  while (w->accepted == 0)
    (void)hyco_loop_do_events(w->loop, 100);
  return s;
}

static int send_as(struct api_world *w, hyco_format format, const void *data,
                   size_t len)
{
  assert_int_equal(hyco_connection_set_int(w->receiver, w->accepted,
                                           HYCO_CONNECTION_DATA_FORMAT, format),
                   0);
  return hyco_connection_set_bytes(w->receiver, w->accepted,
                                   HYCO_CONNECTION_DATA_TO_SEND, data, len);
}

/* surface: azure_relay_connection_data_format */
static void data_format_decides_what_data_to_send_becomes(void **state)
{
  struct api_world *w = *state;
  struct notes notes = { 0 };
  hyco_sender *s = connect_notes(w, &notes);

  assert_int_equal(send_as(w, HYCO_FORMAT_AUTOMATIC, "text", 4), 0);
  assert_int_equal(send_as(w, HYCO_FORMAT_AUTOMATIC, "\xff\xfe", 2), 0);
  assert_int_equal(send_as(w, HYCO_FORMAT_BINARY, "plain", 5), 0);
  assert_int_equal(send_as(w, HYCO_FORMAT_TEXT, "\xff", 1), HYCO_EBADVALUE);
  api_world_await(w, &notes.count, 3);
  assert_int_equal(notes.format[0], HYCO_FORMAT_TEXT);
  assert_int_equal(notes.format[1], HYCO_FORMAT_BINARY);
  assert_int_equal(notes.format[2], HYCO_FORMAT_BINARY);
  assert_string_equal(notes.data[2], "plain");
  hyco_sender_free(s);
}

/* surface: send, send_text */
static void send_is_binary_and_send_text_is_text(void **state)
{
  struct api_world *w = *state;
  struct notes notes = { 0 };
  hyco_sender *s = connect_notes(w, &notes);

  assert_int_equal(hyco_receiver_send(w->receiver, w->accepted, "utf8", 4), 0);
  assert_int_equal(
      hyco_receiver_send_text(w->receiver, w->accepted, "\xc3\xa9", 2), 0);
  assert_int_equal(hyco_receiver_send_text(w->receiver, w->accepted, "\xc3", 1),
                   HYCO_EBADVALUE);
  assert_int_equal(hyco_receiver_send_text(w->receiver, 99, "a", 1),
                   HYCO_EBADID);
  api_world_await(w, &notes.count, 2);
  assert_int_equal(notes.format[0], HYCO_FORMAT_BINARY);
  assert_string_equal(notes.data[0], "utf8");
  assert_int_equal(notes.format[1], HYCO_FORMAT_TEXT);
  assert_string_equal(notes.data[1], "\xc3\xa9");
  hyco_sender_free(s);
}

static void a_data_format_that_does_not_exist_is_610(void **state)
{
  struct api_world *w = *state;
  api_world_join(w);
  assert_int_equal(hyco_connection_set_int(w->receiver, w->accepted,
                                           HYCO_CONNECTION_DATA_FORMAT, 3),
                   HYCO_EBADENUM);
}

/* The relay answers pings itself and passes neither ping nor pong on (DESIGN
 * section 8): the sender hears nothing, the receiver sees the relay's pong. */
/* surface: azure_relay_connection_data_to_send */
static void a_ping_is_answered_by_the_relay(void **state)
{
  struct api_world *w = *state;
  struct notes notes = { 0 };
  hyco_sender *s = connect_notes(w, &notes);

  assert_int_equal(
      hyco_sender_set_int(s, HYCO_CONNECTION_DATA_FORMAT, HYCO_FORMAT_PING), 0);
  assert_int_equal(hyco_sender_set_bytes(s, HYCO_CONNECTION_DATA_TO_SEND,
                                         "are "
                                         "you there",
                                         13),
                   0);
  api_world_await(w, &notes.count, 1);
  assert_int_equal(notes.format[0], HYCO_FORMAT_PONG);
  assert_string_equal(notes.data[0], "are you there");
  assert_true(notes.eom[0]);
  hyco_sender_free(s);
}

static void a_ping_above_125_bytes_is_refused(void **state)
{
  struct api_world *w = *state;
  char long_ping[126] = { 0 };

  api_world_join(w);
  assert_int_equal(send_as(w, HYCO_FORMAT_PING, long_ping, 126),
                   HYCO_EBADVALUE);
  assert_int_equal(send_as(w, HYCO_FORMAT_PONG, long_ping, 125), 0);
}

static void message_length_makes_one_message_of_several_sends(void **state)
{
  struct api_world *w = *state;
  struct notes notes = { 0 };
  hyco_sender *s = connect_notes(w, &notes);
  hyco_receiver *r = w->receiver;
  char set[64];
  int whole = 0;

  (void)snprintf(set, sizeof set, "MessageLength[%d]=10", w->accepted);
  assert_int_equal(hyco_receiver_config(r, set, NULL), 0);
  assert_int_equal(hyco_receiver_send(r, w->accepted, "abc", 3), 0);
  /* A ping may come between; a change of type, or too much, may not. */
  assert_int_equal(send_as(w, HYCO_FORMAT_PING, "", 0), 0);
  assert_int_equal(hyco_receiver_send_text(r, w->accepted, "x", 1),
                   HYCO_EBADVALUE);
  assert_int_equal(hyco_receiver_send(r, w->accepted, "12345678", 8),
                   HYCO_EBADVALUE);
  assert_int_equal(hyco_receiver_config(r, set, NULL), HYCO_EBADVALUE);
  assert_int_equal(hyco_receiver_send(r, w->accepted, "defg", 4), 0);
  assert_int_equal(hyco_receiver_send(r, w->accepted, "hij", 3), 0);
  assert_int_equal(hyco_receiver_send(r, w->accepted, "next", 4), 0);
  while (notes.count == 0 || strcmp(notes.data[notes.count - 1], "next") != 0)
    (void)hyco_loop_do_events(w->loop, 100);
  for (int i = 0; i < notes.count; i++)
    whole += notes.eom[i];
  assert_int_equal(whole, 2);
  assert_true(notes.eom[notes.count - 1]);
  assert_true(notes.eom[notes.count - 2]);
  hyco_sender_free(s);
}

static void text_in_pieces_is_checked_as_a_whole(void **state)
{
  struct api_world *w = *state;
  char set[64];

  api_world_join(w);
  w->echoes = false;
  (void)snprintf(set, sizeof set, "MessageLength[%d]=4", w->accepted);
  assert_int_equal(hyco_receiver_config(w->receiver, set, NULL), 0);
  assert_int_equal(
      hyco_receiver_send_text(w->receiver, w->accepted, "a\xc3", 2), 0);
  assert_int_equal(hyco_receiver_send_text(w->receiver, w->accepted, "bc", 2),
                   HYCO_EBADVALUE);
  assert_int_equal(
      hyco_receiver_send_text(w->receiver, w->accepted, "\xa4z", 2), 0);
  api_world_await(w, &w->sender_texts, 1);
  assert_int_equal(w->sender_hash, api_hash(0, "a\xc3\xa4z", 4));
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(data_format_decides_what_data_to_send_becomes),
    TEST(send_is_binary_and_send_text_is_text),
    TEST(a_data_format_that_does_not_exist_is_610),
    TEST(a_ping_is_answered_by_the_relay),
    TEST(a_ping_above_125_bytes_is_refused),
    TEST(message_length_makes_one_message_of_several_sends),
    TEST(text_in_pieces_is_checked_as_a_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
