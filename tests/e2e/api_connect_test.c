/* Listening, connecting, data both ways, and how connections end. */
#include "api_world.h"

#include <stdlib.h>
#include <string.h>

static void text_and_binary_come_back_as_they_were_sent(void **state)
{
  struct api_world *w = *state;
  static const char text[] = "gr\xc3\xbc\xc3\x9f dich";
  uint8_t bytes[300];

  api_world_join(w);
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)i;
  assert_int_equal(hyco_sender_send_text(w->sender, text, strlen(text)), 0);
  api_world_await(w, &w->sender_texts, 1);
  assert_int_equal(w->sender_hash, api_hash(0, text, strlen(text)));
  w->sender_bytes = 0;
  w->sender_hash = 0;
  assert_int_equal(hyco_sender_send(w->sender, bytes, sizeof bytes), 0);
  api_world_await_bytes(w, &w->sender_bytes, sizeof bytes);
  assert_int_equal(w->sender_hash, api_hash(0, bytes, sizeof bytes));
  assert_int_equal(w->sender_texts, 1);
}

/* surface: send */
static void a_message_of_8_mib_is_taken_whole_and_comes_back(void **state)
{
  struct api_world *w = *state;
  enum { SIZE = 8 << 20 };
  uint8_t *bytes = malloc(SIZE);

  assert_non_null(bytes);
  for (size_t i = 0; i < SIZE; i++)
    bytes[i] = (uint8_t)(i * 2654435761U >> 24);
  api_world_join(w);
  w->echoes = false;
  assert_int_equal(hyco_sender_send(w->sender, bytes, SIZE), 0);
  api_world_await_bytes(w, &w->receiver_bytes, SIZE);
  /* The other way through the receiver's own call. */
  assert_int_equal(hyco_receiver_send(w->receiver, w->accepted, bytes, SIZE),
                   0);
  api_world_await_bytes(w, &w->sender_bytes, SIZE);
  assert_int_equal(w->sender_hash, api_hash(0, bytes, SIZE));
  free(bytes);
}

static void close_code_and_text_reach_the_receiver(void **state)
{
  struct api_world *w = *state;

  api_world_join(w);
  assert_int_equal(
      hyco_sender_set_int(w->sender, HYCO_DISCONNECT_STATUS_CODE, 4001), 0);
  assert_int_equal(hyco_sender_set_string(w->sender,
                                          HYCO_DISCONNECT_STATUS_DESCRIPTION,
                                          "so long"),
                   0);
  assert_int_equal(hyco_sender_disconnect(w->sender), 0);
  api_world_await(w, &w->receiver_disconnects, 1);
  api_world_await(w, &w->sender_disconnects, 1);
  assert_int_equal(w->receiver_code, 4001);
  assert_string_equal(w->receiver_text, "so long");
  assert_int_equal(w->sender_code, 4001);
}

/* surface: config, disconnect, DisconnectStatusDescription */
static void close_code_and_text_reach_the_sender(void **state)
{
  struct api_world *w = *state;

  api_world_join(w);
  assert_int_equal(
      hyco_receiver_config(w->receiver, "disconnectstatuscode=1001", NULL), 0);
  assert_int_equal(hyco_receiver_config(
                       w->receiver, "DisconnectStatusDescription=bye", NULL),
                   0);
  assert_int_equal(hyco_receiver_disconnect(w->receiver, w->accepted), 0);
  api_world_await(w, &w->sender_disconnects, 1);
  assert_int_equal(w->sender_code, 1001);
  assert_string_equal(w->sender_text, "bye");
  api_world_await(w, &w->receiver_disconnects, 1);
  assert_int_equal(hyco_receiver_disconnect(w->receiver, w->accepted),
                   HYCO_EBADID);
}

static void connection_rows_tell_who_is_there(void **state)
{
  struct api_world *w = *state;
  const char *text = NULL;
  int64_t number = 0;

  api_world_join(w);
  assert_int_equal(hyco_connection_get_string(w->receiver, w->accepted,
                                              HYCO_CONNECTION_REMOTE_ADDRESS,
                                              &text),
                   0);
  assert_string_equal(text, "127.0.0.1");
  assert_int_equal(hyco_connection_get_string(w->receiver, w->accepted,
                                              HYCO_CONNECTION_CONNECT_HEADERS,
                                              &text),
                   0);
  assert_non_null(strstr(text, "Sec-WebSocket-Key"));
  assert_null(strstr(text, "SharedAccessSignature"));
  assert_int_equal(
      hyco_receiver_get_int(w->receiver, HYCO_CONNECTION_COUNT, &number), 0);
  assert_int_equal(number, 1);
  assert_int_equal(hyco_receiver_config(w->receiver,
                                        "AZURE_RELAY_CONNECTION_TIMEOUT[99]",
                                        &text),
                   HYCO_EBADID);
}

/* surface: shutdown */
static void shutdown_closes_connections_and_the_control_channel(void **state)
{
  struct api_world *w = *state;
  bool is_listening = true;

  api_world_join(w);
  hyco_receiver_shutdown(w->receiver);
  assert_int_equal(w->receiver_disconnects, 1);
  assert_int_equal(
      hyco_receiver_get_bool(w->receiver, HYCO_LISTENING, &is_listening), 0);
  assert_false(is_listening);
  api_world_await(w, &w->sender_disconnects, 1);
  assert_int_equal(w->sender_code, 1000);
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ENOTFOUND);
}

static void a_freed_sender_is_a_cut_for_the_receiver(void **state)
{
  struct api_world *w = *state;

  api_world_join(w);
  hyco_sender_free(w->sender);
  w->sender = NULL;
  api_world_await(w, &w->receiver_disconnects, 1);
  assert_int_equal(w->receiver_code, 1006);
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(text_and_binary_come_back_as_they_were_sent),
    TEST(a_message_of_8_mib_is_taken_whole_and_comes_back),
    TEST(close_code_and_text_reach_the_receiver),
    TEST(close_code_and_text_reach_the_sender),
    TEST(connection_rows_tell_who_is_there),
    TEST(shutdown_closes_connections_and_the_control_channel),
    TEST(a_freed_sender_is_a_cut_for_the_receiver),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
