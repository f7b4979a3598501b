/* cli/echo.h: what hyco listen --echo sends, and when. The library and the
 * listener's pause are played here: messages are taken until it is full. */
#include "support/check.h"

#include "echo.h"
#include <stdlib.h>
#include <string.h>

enum { SENT_MAX = 16 };

/* The library, as far as echo uses it. */
static struct {
  bool full;
  bool accepts_data;
  bool disconnected;
  size_t n;
  struct {
    bool text;
    size_t len;
    char *data;
  } sent[SENT_MAX];
} library;

static struct hc_cli_listener listener;

static int take(bool text, const void *data, size_t len)
{
  if (library.full)
    return HYCO_EWOULDBLOCK;
  assert_true(library.n < SENT_MAX);
  library.sent[library.n].text = text;
  library.sent[library.n].len = len;
  library.sent[library.n].data = malloc(len + 1);
  memcpy(library.sent[library.n].data, data, len);
  library.n++;
  return 0;
}

int hyco_receiver_send(hyco_receiver *r, int connection_id, const void *data,
                       size_t len)
{
  (void)r;
  assert_int_equal(connection_id, 7);
  return take(false, data, len);
}

int hyco_receiver_send_text(hyco_receiver *r, int connection_id,
                            const char *text, size_t len)
{
  (void)r;
  assert_int_equal(connection_id, 7);
  return take(true, text, len);
}

int hc_cli_listener_pause(struct hc_cli_listener *l, struct hc_cli_peer *peer,
                          bool paused)
{
  (void)l;
  assert_int_equal(peer->id, 7);
  peer->paused = paused;
  library.accepts_data = !paused;
  return 0;
}

int hyco_receiver_disconnect(hyco_receiver *r, int connection_id)
{
  (void)r;
  assert_int_equal(connection_id, 7);
  library.disconnected = true;
  return 0;
}

static int set_up(void **state)
{
  static struct hc_cli_peer peer;
  peer = (struct hc_cli_peer){ .id = 7 };
  *state = &peer;
  memset(&library, 0, sizeof library);
  library.accepts_data = true;
  return 0;
}

static int tear_down(void **state)
{
  struct hc_cli_peer *peer = *state;
  hc_cli_bytes_free(&peer->waiting);
  for (size_t i = 0; i < library.n; i++)
    free(library.sent[i].data);
  return 0;
}

static void data(struct hc_cli_peer *peer, hyco_format format, const char *text,
                 size_t len, bool eom)
{
  hyco_connection_data_in event = { .connection_id = 7,
                                    .data_format = format,
                                    .data = text,
                                    .len = len,
                                    .eom = eom };
  assert_int_equal(hc_cli_echo_service.data(&listener, peer, &event), 0);
}

static void assert_sent(size_t i, bool text, const char *expected, size_t len)
{
  assert_true(i < library.n);
  assert_int_equal(library.sent[i].text, text);
  assert_int_equal(library.sent[i].len, len);
  assert_memory_equal(library.sent[i].data, expected, len);
}

static void binary_pieces_leave_as_they_come(void **state)
{
  data(*state, HYCO_FORMAT_BINARY, "ab", 2, false);
  data(*state, HYCO_FORMAT_BINARY, "c", 1, true);
  assert_int_equal(library.n, 2);
  assert_sent(0, false, "ab", 2);
  assert_sent(1, false, "c", 1);
}

static void a_text_message_in_pieces_leaves_whole(void **state)
{
  data(*state, HYCO_FORMAT_TEXT, "\xe2", 1, false);
  data(*state, HYCO_FORMAT_TEXT, "\x82", 1, false);
  assert_int_equal(library.n, 0);
  data(*state, HYCO_FORMAT_TEXT, "\xac!", 2, true);
  assert_int_equal(library.n, 1);
  assert_sent(0, true, "\xe2\x82\xac!", 4);
}

static void a_text_message_may_end_in_an_empty_piece(void **state)
{
  data(*state, HYCO_FORMAT_TEXT, "ab", 2, false);
  data(*state, HYCO_FORMAT_TEXT, "", 0, true);
  assert_int_equal(library.n, 1);
  assert_sent(0, true, "ab", 2);
}

/* spec hybrid-connections.md: the .NET SDK takes one for the end. */
static void an_empty_message_is_not_sent(void **state)
{
  data(*state, HYCO_FORMAT_TEXT, "", 0, true);
  data(*state, HYCO_FORMAT_BINARY, "", 0, true);
  assert_int_equal(library.n, 0);
}

static void text_above_the_limit_is_cut_between_characters(void **state)
{
  static const char *const characters[] = { "x", "\xc3\xa9", "\xe2\x82\xac",
                                            "\xf0\x9f\xa7\x80" };
  char *text = malloc(HC_CLI_ECHO_TEXT_MAX);
  for (size_t c = 0; c < 4; c++) {
    size_t len = strlen(characters[c]);
    for (size_t shown = 1; shown <= len; shown++) {
      set_up(state);
      memset(text, 'a', HC_CLI_ECHO_TEXT_MAX);
      memcpy(text + HC_CLI_ECHO_TEXT_MAX - shown, characters[c], shown);
      data(*state, HYCO_FORMAT_TEXT, text, HC_CLI_ECHO_TEXT_MAX - 1, false);
      assert_int_equal(library.n, 0); /* still below the limit */
      data(*state, HYCO_FORMAT_TEXT, text + HC_CLI_ECHO_TEXT_MAX - 1, 1, false);
      assert_int_equal(library.n, 1);
      size_t kept = shown < len ? shown : 0;
      assert_sent(0, true, text, HC_CLI_ECHO_TEXT_MAX - kept);
      data(*state, HYCO_FORMAT_TEXT, characters[c] + shown, len - shown, true);
      if (kept > 0)
        assert_sent(1, true, characters[c], len);
      tear_down(state);
    }
  }
  free(text);
  set_up(state);
}

static void nothing_is_taken_while_something_waits(void **state)
{
  struct hc_cli_peer *peer = *state;
  library.full = true;
  data(peer, HYCO_FORMAT_BINARY, "ab", 2, true);
  assert_false(library.accepts_data);
  library.full = false;
  assert_int_equal(hc_cli_echo_service.ready(&listener, peer), 0);
  assert_true(library.accepts_data);
  assert_int_equal(library.n, 1);
  assert_sent(0, false, "ab", 2);
}

static void what_waits_leaves_before_the_end(void **state)
{
  struct hc_cli_peer *peer = *state;
  library.full = true;
  data(peer, HYCO_FORMAT_TEXT, "ab", 2, true);
  assert_int_equal(hc_cli_echo_service.end(&listener, peer), 0);
  assert_false(library.disconnected);
  assert_int_equal(hc_cli_echo_service.ready(&listener, peer),
                   0); /* still full */
  assert_false(library.disconnected);
  library.full = false;
  assert_int_equal(hc_cli_echo_service.ready(&listener, peer), 0);
  assert_sent(0, true, "ab", 2);
  assert_true(library.disconnected);
}

static void the_end_is_answered(void **state)
{
  data(*state, HYCO_FORMAT_BINARY, "ab", 2, true);
  assert_int_equal(hc_cli_echo_service.ready(&listener, *state), 0);
  assert_false(library.disconnected);
  assert_int_equal(hc_cli_echo_service.end(&listener, *state), 0);
  assert_true(library.disconnected);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(binary_pieces_leave_as_they_come, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_text_message_in_pieces_leaves_whole,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_text_message_may_end_in_an_empty_piece,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(an_empty_message_is_not_sent, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(
        text_above_the_limit_is_cut_between_characters, set_up, tear_down),
    cmocka_unit_test_setup_teardown(nothing_is_taken_while_something_waits,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_waits_leaves_before_the_end, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(the_end_is_answered, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
