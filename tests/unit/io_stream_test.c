/* Streams over real sockets: delivery, back-pressure, memory. */
#include "unit/io_pair.h"
#include "unit/tls_files.h"

#include "base/memory.h"
#include "io/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

/* --- delivery --- */

static void test_a_mebibyte_is_echoed(void **state)
{
  struct pair *pair = *state;
  uint8_t *bytes = pair_pattern(MIB);
  struct hc_address peer;

  pair->server.echo = true;
  end_write(&pair->client, bytes, MIB);
  pair_run_until_got(pair, &pair->client, MIB);
  end_assert_got(&pair->client, bytes, MIB);
  end_assert_got(&pair->server, bytes, MIB);
  hc_stream_peer(pair->client.stream, &peer);
  assert_string_equal(peer.host, "127.0.0.1");
  assert_int_equal(peer.port, hc_listener_port(pair->listener));
  hc_free(bytes);
}

static void test_what_a_turn_wrote_leaves_in_one_piece(void **state)
{
  struct pair *pair = *state;

  for (int i = 0; i < 1000; i++)
    end_write(&pair->client, "0123456789", 10);
  pair_run_until_got(pair, &pair->server, 10000);
  assert_int_equal(pair->server.data_calls, 1);
}

static void test_a_rest_is_shown_again_with_more_behind_it(void **state)
{
  struct pair *pair = *state;

  pair->server.take = 0;
  for (unsigned i = 1; i <= 5; i++) {
    end_write(&pair->client, &"abcde"[i - 1], 1);
    while (pair->server.data_calls < i)
      hc_loop_turn(pair->loop, PAIR_WAIT_MS, false);
    assert_int_equal(pair->server.largest_call, i);
  }
  pair->server.take = 3;
  end_write(&pair->client, "f", 1);
  pair_run_until_got(pair, &pair->server, 3);
  end_write(&pair->client, "g", 1);
  pair_run_until_got(pair, &pair->server, 6);
  end_assert_got(&pair->server, (const uint8_t *)"abcdef", 6);
}

static void take_one_and_hand_over(struct end *end, struct hc_span *in)
{
  assert_int_equal(in->len, 5);
  hc_span_drop(in, 1);
  end->on_data = NULL;
  hc_stream_set_handler(end->stream, &end_handler, end);
}

static void test_a_new_handler_gets_the_old_ones_rest(void **state)
{
  struct pair *pair = *state;

  pair->server.on_data = take_one_and_hand_over;
  end_write(&pair->client, "abcde", 5);
  pair_run_until_got(pair, &pair->server, 4);
  end_assert_got(&pair->server, (const uint8_t *)"bcde", 4);
}

static void test_a_handler_that_leaves_too_much_ends_the_stream(void **state)
{
  struct pair *pair = *state;
  uint8_t *bytes = pair_pattern(MIB);

  pair->server.take = 0;
  end_write(&pair->client, bytes, MIB);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, HYCO_ETOOLONG);
  assert_true(pair->server.largest_call > HC_STREAM_REST_MAX);
  assert_true(pair->server.largest_call <= HC_STREAM_READ_MAX);
  hc_free(bytes);
}

/* A forged record comes in one batch with what is too much: the text is that
 * of the end that is told. */
static void test_the_text_of_an_end_is_of_its_number(void **state)
{
  static const char forged[] = "\x17\x03\x03\x00\x05hello";
  enum { KEPT = HC_STREAM_REST_MAX - 1000, MORE = 20000 };
  struct pair pair = { 0 };
  uint8_t *bytes = pair_pattern(KEPT);

  (void)state;
  pair_open(&pair, true);
  pair.server.take = 0;
  end_write(&pair.client, bytes, KEPT);
  while (pair.server.largest_call < KEPT)
    hc_loop_turn(pair.loop, PAIR_WAIT_MS, false);
  pair_settle(&pair);
  end_write(&pair.client, bytes, MORE);
  hc_loop_turn(pair.loop, 0, false); /* its flush is behind its reading */
  int fd = hc_io_stream(pair.client.stream)->fd;
  assert_int_equal(send(fd, forged, sizeof(forged) - 1, MSG_NOSIGNAL),
                   sizeof(forged) - 1);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_int_equal(pair.server.fault.code, HYCO_ETOOLONG);
  assert_string_equal(pair.server.fault.text, hyco_strerror(HYCO_ETOOLONG));
  pair_free(&pair);
  hc_free(bytes);
}

/* --- back-pressure --- */

static void test_a_paused_reader_stops_the_writer(void **state)
{
  struct pair *pair = *state;

  hc_stream_pause(pair->server.stream);
  hc_stream_pause(pair->server.stream);
  size_t total = pair_fill(pair);
  size_t pending = hc_stream_pending(pair->client.stream);
  assert_true(pending > HC_STREAM_TX_MAX - 4096);
  assert_true(pending <= HC_STREAM_TX_MAX);
  assert_null(hc_stream_reserve(pair->client.stream, 4096));
  assert_int_equal(pair->server.data_calls, 0);

  pair->client.drain_calls = 0;
  hc_stream_resume(pair->server.stream);
  pair_run_until_got(pair, &pair->server, total);
  pair_settle(pair);
  assert_int_equal(hc_stream_pending(pair->client.stream), 0);
  assert_int_equal(pair->client.drain_calls, 1);
}

static void test_the_drain_mark_may_be_moved(void **state)
{
  struct pair *pair = *state;

  hc_stream_set_drain_mark(pair->client.stream, 1);
  hc_stream_pause(pair->server.stream);
  size_t total = pair_fill(pair);
  pair->client.drain_calls = 0;
  hc_stream_resume(pair->server.stream);
  while (pair->client.drain_calls == 0)
    hc_loop_turn(pair->loop, PAIR_WAIT_MS, false);
  assert_int_equal(hc_stream_pending(pair->client.stream), 0);
  pair_run_until_got(pair, &pair->server, total);
  assert_int_equal(pair->client.drain_calls, 1);
}

static void test_pausing_in_on_data_loses_nothing(void **state)
{
  struct pair *pair = *state;
  uint8_t *bytes = pair_pattern(MIB);

  pair->server.take = 777;
  pair->server.pause_after_data = true;
  end_write(&pair->client, bytes, 10000);
  for (size_t left = 10000; left > 0; left -= left < 777 ? left : 777) {
    size_t want = 10000 - left + (left < 777 ? left : 777);
    pair_run_until_got(pair, &pair->server, want);
    pair_settle(pair); /* paused: nothing comes by itself */
    assert_int_equal(hc_buffer_len(&pair->server.got), want);
    hc_stream_resume(pair->server.stream);
  }
  end_assert_got(&pair->server, bytes, 10000);
  hc_free(bytes);
}

static void test_a_paused_stream_hears_of_the_end_after_resume(void **state)
{
  struct pair *pair = *state;

  pair->server.take = 0;
  pair->server.pause_after_data = true;
  end_write(&pair->client, "last", 4);
  end_close(&pair->client, HC_STREAM_CLEAN);
  pair_settle(pair);
  assert_int_equal(pair->server.data_calls, 1);
  assert_false(pair->server.is_ended);
  pair->server.take = SIZE_MAX;
  pair->server.pause_after_data = false;
  hc_stream_resume(pair->server.stream);
  pair_run_until(pair, &pair->server.is_ended);
  end_assert_got(&pair->server, (const uint8_t *)"last", 4);
  assert_int_equal(pair->server.fault.code, 0);
}

static void test_what_came_before_accept_waits_for_a_paused_owner(void **state)
{
  struct pair pair = { .pause_at_accept = true };

  pair_open(&pair, pair_with_tls(state));
  end_write(&pair.client, "early", 5);
  pair_settle(&pair);
  assert_int_equal(pair.server.data_calls, 0);
  hc_stream_resume(pair.server.stream);
  pair_run_until_got(&pair, &pair.server, 5);
  pair_free(&pair);
}

/* --- memory --- */

static void test_idle_streams_hold_no_buffers(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pair_pattern(MIB);

  pair_open(&pair, pair_with_tls(state));
  pair.server.echo = true;
  end_write(&pair.client, bytes, MIB);
  pair_run_until_got(&pair, &pair.client, MIB);
  pair_run_ms(&pair, HC_IO_IDLE_MS * 3);

  struct hc_io_stream *client = hc_io_stream(pair.client.stream);
  struct hc_io_stream *server = hc_io_stream(pair.server.stream);
  assert_null(client->tx.data);
  assert_null(server->tx.data);
  assert_null(server->rest.data);
  if (pair_with_tls(state)) {
    assert_null(hc_tls_out(client->tls)->data);
    assert_null(hc_tls_out(server->tls)->data);
  }
  pair_free(&pair);
  hc_free(bytes);
}

static int option_of(const struct hc_stream *stream, int level, int name)
{
  int value = -1;
  socklen_t len = sizeof(value);
  int fd = hc_io_stream_const(stream)->fd;

  assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
  return value;
}

/* HC_ACCEPTED_SILENCE_MS; the waiting itself is the kernel's. */
static void test_the_kernel_looks_after_accepted_peers(void **state)
{
  struct pair *pair = *state;

  const struct hc_stream *s = pair->server.stream;
  assert_int_equal(option_of(s, SOL_SOCKET, SO_KEEPALIVE), 1);
  int silence_s = option_of(s, IPPROTO_TCP, TCP_KEEPIDLE) +
                  option_of(s, IPPROTO_TCP, TCP_KEEPINTVL) *
                      option_of(s, IPPROTO_TCP, TCP_KEEPCNT);
  assert_int_equal(silence_s * 1000, HC_ACCEPTED_SILENCE_MS);
}

int main(void)
{
  static const bool plain = false;
  static const bool tls = true;
  const struct CMUnitTest tests[] = {
    PAIR_BOTH(test_a_mebibyte_is_echoed),
    PAIR_BOTH(test_what_a_turn_wrote_leaves_in_one_piece),
    PAIR_BOTH(test_a_rest_is_shown_again_with_more_behind_it),
    PAIR_BOTH(test_a_new_handler_gets_the_old_ones_rest),
    PAIR_BOTH(test_a_handler_that_leaves_too_much_ends_the_stream),
    WITH(tls, test_the_text_of_an_end_is_of_its_number),
    PAIR_BOTH(test_a_paused_reader_stops_the_writer),
    PAIR_BOTH(test_the_drain_mark_may_be_moved),
    PAIR_BOTH(test_pausing_in_on_data_loses_nothing),
    PAIR_BOTH(test_a_paused_stream_hears_of_the_end_after_resume),
    BOTH(test_what_came_before_accept_waits_for_a_paused_owner),
    BOTH(test_idle_streams_hold_no_buffers),
    PAIR_BOTH(test_the_kernel_looks_after_accepted_peers),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
