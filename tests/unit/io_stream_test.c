/* Streams over real sockets: delivery, back-pressure, every way to end. */
#include "unit/io_pair.h"
#include "unit/tls_files.h"

#include "base/memory.h"
#include "io/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MIB = 1 << 20 };

static uint8_t *pattern(size_t n)
{
  uint8_t *bytes = hc_alloc(n);
  assert_non_null(bytes);
  for (size_t i = 0; i < n; i++)
    bytes[i] = (uint8_t)(i * 31 + (i >> 8));
  return bytes;
}

static void assert_got(const struct end *end, const uint8_t *bytes, size_t n)
{
  assert_int_equal(hc_buffer_len(&end->got), n);
  assert_memory_equal(hc_buffer_span(&end->got).ptr, bytes, n);
}

/* Every test runs plain and with TLS: *state says which. */
static bool with_tls(void **state)
{
  return *(const bool *)*state;
}

/* --- delivery --- */

static void test_a_mebibyte_is_echoed(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pattern(MIB);
  struct hc_address peer;

  pair_open(&pair, with_tls(state));
  pair.server.echo = true;
  end_write(&pair.client, bytes, MIB);
  pair_run_until_got(&pair, &pair.client, MIB);
  assert_got(&pair.client, bytes, MIB);
  assert_got(&pair.server, bytes, MIB);
  hc_stream_peer(pair.client.stream, &peer);
  assert_string_equal(peer.host, "127.0.0.1");
  assert_int_equal(peer.port, hc_listener_port(pair.listener));
  pair_free(&pair);
  hc_free(bytes);
}

static void test_what_a_turn_wrote_leaves_in_one_piece(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  for (int i = 0; i < 1000; i++)
    end_write(&pair.client, "0123456789", 10);
  pair_run_until_got(&pair, &pair.server, 10000);
  assert_int_equal(pair.server.data_calls, 1);
  pair_free(&pair);
}

static void test_a_rest_is_shown_again_with_more_behind_it(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  pair.server.take = 0;
  for (unsigned i = 1; i <= 5; i++) {
    end_write(&pair.client, &"abcde"[i - 1], 1);
    while (pair.server.data_calls < i)
      hc_loop_turn(pair.loop, PAIR_WAIT_MS, false);
    assert_int_equal(pair.server.largest_call, i);
  }
  pair.server.take = 3;
  end_write(&pair.client, "f", 1);
  pair_run_until_got(&pair, &pair.server, 3);
  end_write(&pair.client, "g", 1);
  pair_run_until_got(&pair, &pair.server, 6);
  assert_got(&pair.server, (const uint8_t *)"abcdef", 6);
  pair_free(&pair);
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
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  pair.server.on_data = take_one_and_hand_over;
  end_write(&pair.client, "abcde", 5);
  pair_run_until_got(&pair, &pair.server, 4);
  assert_got(&pair.server, (const uint8_t *)"bcde", 4);
  pair_free(&pair);
}

static void test_a_handler_that_leaves_too_much_ends_the_stream(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pattern(MIB);

  pair_open(&pair, with_tls(state));
  pair.server.take = 0;
  end_write(&pair.client, bytes, MIB);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_int_equal(pair.server.fault.code, HYCO_ETOOLONG);
  assert_true(pair.server.largest_call > HC_STREAM_REST_MAX);
  assert_true(pair.server.largest_call <= HC_STREAM_READ_MAX);
  pair_free(&pair);
  hc_free(bytes);
}

/* --- back-pressure --- */

/* Writes until there is no room and nothing moves; returns how much. */
static size_t fill(struct pair *pair)
{
  uint8_t block[4096];
  size_t total = 0;
  size_t before;

  memset(block, 'x', sizeof(block));
  do {
    before = total;
    while (hc_stream_write(pair->client.stream,
                           hc_span_of(block, sizeof(block))) == 0)
      total += sizeof(block);
    pair_settle(pair);
  } while (total > before);
  return total;
}

static void test_a_paused_reader_stops_the_writer(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  hc_stream_pause(pair.server.stream);
  hc_stream_pause(pair.server.stream);
  size_t total = fill(&pair);
  size_t pending = hc_stream_pending(pair.client.stream);
  assert_true(pending > HC_STREAM_TX_MAX - 4096);
  assert_true(pending <= HC_STREAM_TX_MAX);
  assert_null(hc_stream_reserve(pair.client.stream, 4096));
  assert_int_equal(pair.server.data_calls, 0);

  pair.client.drain_calls = 0;
  hc_stream_resume(pair.server.stream);
  pair_run_until_got(&pair, &pair.server, total);
  pair_settle(&pair);
  assert_int_equal(hc_stream_pending(pair.client.stream), 0);
  assert_int_equal(pair.client.drain_calls, 1);
  pair_free(&pair);
}

static void test_the_drain_mark_may_be_moved(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  hc_stream_set_drain_mark(pair.client.stream, 1);
  hc_stream_pause(pair.server.stream);
  size_t total = fill(&pair);
  pair.client.drain_calls = 0;
  hc_stream_resume(pair.server.stream);
  while (pair.client.drain_calls == 0)
    hc_loop_turn(pair.loop, PAIR_WAIT_MS, false);
  assert_int_equal(hc_stream_pending(pair.client.stream), 0);
  pair_run_until_got(&pair, &pair.server, total);
  assert_int_equal(pair.client.drain_calls, 1);
  pair_free(&pair);
}

static void test_pausing_in_on_data_loses_nothing(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pattern(MIB);

  pair_open(&pair, with_tls(state));
  pair.server.take = 777;
  pair.server.pause_after_data = true;
  end_write(&pair.client, bytes, 10000);
  for (size_t left = 10000; left > 0; left -= left < 777 ? left : 777) {
    size_t want = 10000 - left + (left < 777 ? left : 777);
    pair_run_until_got(&pair, &pair.server, want);
    pair_settle(&pair); /* paused: nothing comes by itself */
    assert_int_equal(hc_buffer_len(&pair.server.got), want);
    hc_stream_resume(pair.server.stream);
  }
  assert_got(&pair.server, bytes, 10000);
  pair_free(&pair);
  hc_free(bytes);
}

static void test_a_paused_stream_hears_of_the_end_after_resume(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  pair.server.take = 0;
  pair.server.pause_after_data = true;
  end_write(&pair.client, "last", 4);
  end_close(&pair.client, HC_STREAM_CLEAN);
  pair_settle(&pair);
  assert_int_equal(pair.server.data_calls, 1);
  assert_false(pair.server.is_ended);
  pair.server.take = SIZE_MAX;
  pair.server.pause_after_data = false;
  hc_stream_resume(pair.server.stream);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_got(&pair.server, (const uint8_t *)"last", 4);
  assert_int_equal(pair.server.fault.code, 0);
  pair_free(&pair);
}

static void test_what_came_before_accept_waits_for_a_paused_owner(void **state)
{
  struct pair pair = { .pause_at_accept = true };

  pair_open(&pair, with_tls(state));
  end_write(&pair.client, "early", 5);
  pair_settle(&pair);
  assert_int_equal(pair.server.data_calls, 0);
  hc_stream_resume(pair.server.stream);
  pair_run_until_got(&pair, &pair.server, 5);
  pair_free(&pair);
}

/* --- endings --- */

static void test_a_clean_end_delivers_and_is_code_0(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pattern(MIB);

  pair_open(&pair, with_tls(state));
  end_write(&pair.client, bytes, MIB);
  end_close(&pair.client, HC_STREAM_CLEAN);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_int_equal(pair.server.fault.code, 0);
  assert_got(&pair.server, bytes, MIB);
  pair_free(&pair);
  hc_free(bytes);
}

static void test_a_half_closed_peer_can_still_be_written_to(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  end_close(&pair.client, HC_STREAM_CLEAN); /* lingers, and discards */
  pair_run_until(&pair, &pair.server.is_ended);
  end_write(&pair.server, "late", 4);
  pair_settle(&pair);
  assert_int_equal(hc_stream_pending(pair.server.stream), 0);
  end_close(&pair.server, HC_STREAM_CLEAN);
  pair_settle(&pair);
  pair_free(&pair);
}

static void test_a_cut_delivers_and_is_seen_as_a_cut(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pattern(MIB);

  pair_open(&pair, with_tls(state));
  end_write(&pair.client, bytes, MIB);
  end_close(&pair.client, HC_STREAM_CUT);
  pair_run_until(&pair, &pair.server.is_ended);
  /* plain TCP cannot tell: it is the protocol above that misses its Close */
  assert_int_equal(pair.server.fault.code, with_tls(state) ? HYCO_EDROPPED : 0);
  assert_got(&pair.server, bytes, MIB);
  pair_free(&pair);
  hc_free(bytes);
}

/* What happens after HC_STREAM_LINGER_MS, without the wait. */
static void end_lingering(struct hc_io_stream *stream)
{
  assert_true(stream->deadline.is_set);
  assert_false(stream->deadline.calls_handlers);
  hc_timers_cancel(&stream->loop->timers, &stream->deadline);
  stream->deadline.fn(stream->deadline.user_data);
}

static void test_a_cut_that_the_peer_ignores_becomes_a_reset(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  struct hc_io_stream *client = hc_io_stream(pair.client.stream);
  hc_stream_pause(pair.server.stream);
  end_close(&pair.client, HC_STREAM_CUT);
  pair_settle(&pair);
  end_lingering(client);
  end_write(&pair.server, "x", 1); /* the FIN is first in the queue */
  pair_settle(&pair);
  hc_stream_resume(pair.server.stream);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_int_equal(pair.server.fault.code, HYCO_ECONNRESET);
  pair_free(&pair);
}

static void test_what_cannot_be_delivered_ends_in_a_reset(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  struct hc_io_stream *client = hc_io_stream(pair.client.stream);
  hc_stream_pause(pair.server.stream);
  fill(&pair);
  end_close(&pair.client, HC_STREAM_CLEAN);
  pair_settle(&pair);
  end_lingering(client);
  hc_stream_resume(pair.server.stream);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_int_equal(pair.server.fault.code, HYCO_ECONNRESET);
  pair_free(&pair);
}

static void test_an_abort_is_a_reset(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  end_close(&pair.client, HC_STREAM_ABORT);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_int_equal(pair.server.fault.code, HYCO_ECONNRESET);
  assert_string_equal(pair.server.fault.text, hyco_strerror(HYCO_ECONNRESET));
  pair_free(&pair);
}

static void test_writing_to_a_reset_peer_raises_no_signal(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  end_close(&pair.client, HC_STREAM_ABORT);
  for (int i = 0; i < 10; i++) { /* SIGPIPE would end the program */
    end_write(&pair.server, "anybody?", 8);
    hc_loop_turn(pair.loop, 0, false);
  }
  pair_run_until(&pair, &pair.server.is_ended);
  assert_int_equal(pair.server.fault.code, HYCO_ECONNRESET);
  end_write(&pair.server, "nobody", 6);
  pair_settle(&pair);
  assert_int_equal(hc_stream_pending(pair.server.stream), 0);
  end_close(&pair.server, HC_STREAM_CLEAN);
  pair_free(&pair);
}

/* The peer's last words came before its reset; ours fail first. */
static void test_a_write_error_does_not_lose_what_was_received(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  hc_stream_pause(pair.server.stream);
  end_write(&pair.client, "last words", 10);
  pair_settle(&pair);
  end_close(&pair.client, HC_STREAM_ABORT);
  for (int i = 0; i < 5; i++) {
    end_write(&pair.server, "hello?", 6);
    pair_settle(&pair);
  }
  assert_false(pair.server.is_ended);
  hc_stream_resume(pair.server.stream);
  pair_run_until(&pair, &pair.server.is_ended);
  assert_got(&pair.server, (const uint8_t *)"last words", 10);
  assert_int_equal(pair.server.fault.code, HYCO_ECONNRESET);
  pair_free(&pair);
}

static void take_and_close(struct end *end, struct hc_span *in)
{
  hc_buffer_append(&end->got, hc_span_of(in->ptr, 1));
  end_close(end, HC_STREAM_CLEAN);
}

static void test_a_stream_may_be_closed_in_on_data(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  pair.server.on_data = take_and_close;
  end_write(&pair.client, "abc", 3);
  pair_run_until(&pair, &pair.client.is_ended);
  assert_int_equal(pair.client.fault.code, 0);
  assert_int_equal(pair.server.data_calls, 1);
  end_close(&pair.client, HC_STREAM_CLEAN);
  pair_settle(&pair);
  pair_free(&pair);
}

static void test_a_lingering_stream_goes_when_the_peer_ends(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  end_close(&pair.client, HC_STREAM_CUT);
  pair_run_until(&pair, &pair.server.is_ended);
  end_close(&pair.server, HC_STREAM_CLEAN);
  pair_settle(&pair);
  assert_int_equal(hc_loop_timeout(pair.loop) > HC_IO_IDLE_MS, 0);
  pair_free(&pair);
}

static void test_closing_the_loop_frees_what_is_open(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  end_write(&pair.client, "unsent", 6);
  end_close(&pair.client, HC_STREAM_CUT);
  hc_buffer_deinit(&pair.client.got);
  hc_net_tls_free(pair.net, pair.client_tls);
  hc_net_tls_free(pair.net, pair.server_tls);
  hc_loop_free(pair.loop); /* the sanitizer says what was forgotten */
}

/* --- narrow turns --- */

static void turns_in_handler(struct end *end, struct hc_span *in)
{
  unsigned calls = end->data_calls;
  const uint8_t first = in->ptr[0];

  /* as a blocking send does inside a handler */
  end_write(end, "reply", 5);
  end_write(&end->pair->client, "more", 4);
  for (int i = 0; i < 20; i++)
    hc_loop_turn(end->pair->loop, 1, true);
  assert_int_equal(end->data_calls, calls);
  assert_int_equal(hc_stream_pending(end->stream), 0);
  assert_int_equal(end->pair->client.data_calls, 0);
  assert_int_equal(in->ptr[0], first);
  /* what waits for a wide turn is no reason to spin */
  assert_false(hc_loop_turn(end->pair->loop, 1, true));
  end->on_data = NULL;
}

static void test_a_narrow_turn_sends_but_calls_no_handler(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  pair.server.on_data = turns_in_handler;
  end_write(&pair.client, "ask", 3);
  pair_run_until_got(&pair, &pair.client, 5);
  pair_run_until_got(&pair, &pair.server, 7);
  assert_got(&pair.server, (const uint8_t *)"askmore", 7);
  pair_free(&pair);
}

static void turns_until_the_client_got(struct end *end, struct hc_span *in)
{
  struct end *client = &end->pair->client;
  const struct hc_span before = *in;

  end_write(end, "ping!", 5);
  while (client->data_calls == 0)
    hc_loop_turn(end->pair->loop, PAIR_WAIT_MS, true);
  assert_int_equal(hc_buffer_len(&client->got), 4);
  assert_memory_equal(before.ptr, "borrowed", 8);
  end->on_data = NULL;
}

static void test_a_control_channel_is_read_in_a_narrow_turn(void **state)
{
  struct pair pair = { .client_reads_in_narrow = true };

  pair_open(&pair, with_tls(state));
  pair.server.on_data = turns_until_the_client_got;
  pair.client.take = 4; /* the last byte is for a wide turn */
  end_write(&pair.client, "borrowed", 8);
  pair_run_until_got(&pair, &pair.client, 5);
  assert_int_equal(pair.client.data_calls, 2);
  assert_got(&pair.client, (const uint8_t *)"ping!", 5);
  pair_free(&pair);
}

static void close_and_turn(struct end *end, struct hc_span *in)
{
  struct pair *pair = end->pair;
  const uint8_t first = in->ptr[0];

  end_write(end, "bye", 3);
  end_close(end, HC_STREAM_CLEAN);
  for (int i = 0; i < 20; i++)
    hc_loop_turn(pair->loop, 1, true);
  assert_int_equal(in->ptr[0], first); /* still borrowed */
}

static void
test_a_stream_closed_in_its_handler_outlives_the_handler(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, with_tls(state));
  pair.server.on_data = close_and_turn;
  end_write(&pair.client, "abc", 3);
  pair_run_until_got(&pair, &pair.client, 3);
  pair_run_until(&pair, &pair.client.is_ended);
  assert_int_equal(pair.client.fault.code, 0);
  pair_free(&pair);
}

static void test_the_end_is_told_in_a_wide_turn_only(void **state)
{
  struct pair pair = { .client_reads_in_narrow = true };

  pair_open(&pair, with_tls(state));
  end_write(&pair.server, "a", 1);
  end_close(&pair.server, HC_STREAM_CLEAN);
  for (int i = 0; i < 20; i++)
    hc_loop_turn(pair.loop, 1, true);
  assert_got(&pair.client, (const uint8_t *)"a", 1);
  assert_false(pair.client.is_ended);
  pair_run_until(&pair, &pair.client.is_ended);
  assert_int_equal(pair.client.fault.code, 0);
  pair_free(&pair);
}

/* --- memory --- */

static void test_idle_streams_hold_no_buffers(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pattern(MIB);

  pair_open(&pair, with_tls(state));
  pair.server.echo = true;
  end_write(&pair.client, bytes, MIB);
  pair_run_until_got(&pair, &pair.client, MIB);
  pair_run_ms(&pair, HC_IO_IDLE_MS * 3);

  struct hc_io_stream *client = hc_io_stream(pair.client.stream);
  struct hc_io_stream *server = hc_io_stream(pair.server.stream);
  assert_null(client->tx.data);
  assert_null(server->tx.data);
  assert_null(server->rest.data);
  if (with_tls(state)) {
    assert_null(hc_tls_out(client->tls)->data);
    assert_null(hc_tls_out(server->tls)->data);
  }
  pair_free(&pair);
  hc_free(bytes);
}

static int remove_files(void **state)
{
  (void)state;
  tls_files_remove();
  return 0;
}

#define BOTH(test)                                                   \
  { #test " (plain)", test, NULL, NULL, (void *)(uintptr_t)&plain }, \
  {                                                                  \
#    test " (TLS)", test, NULL, NULL, (void *)(uintptr_t)&tls        \
  }

int main(void)
{
  static const bool plain = false;
  static const bool tls = true;
  const struct CMUnitTest tests[] = {
    BOTH(test_a_mebibyte_is_echoed),
    BOTH(test_what_a_turn_wrote_leaves_in_one_piece),
    BOTH(test_a_rest_is_shown_again_with_more_behind_it),
    BOTH(test_a_new_handler_gets_the_old_ones_rest),
    BOTH(test_a_handler_that_leaves_too_much_ends_the_stream),
    BOTH(test_a_paused_reader_stops_the_writer),
    BOTH(test_the_drain_mark_may_be_moved),
    BOTH(test_pausing_in_on_data_loses_nothing),
    BOTH(test_a_paused_stream_hears_of_the_end_after_resume),
    BOTH(test_what_came_before_accept_waits_for_a_paused_owner),
    BOTH(test_a_clean_end_delivers_and_is_code_0),
    BOTH(test_a_half_closed_peer_can_still_be_written_to),
    BOTH(test_a_cut_delivers_and_is_seen_as_a_cut),
    BOTH(test_a_cut_that_the_peer_ignores_becomes_a_reset),
    BOTH(test_what_cannot_be_delivered_ends_in_a_reset),
    BOTH(test_an_abort_is_a_reset),
    BOTH(test_writing_to_a_reset_peer_raises_no_signal),
    BOTH(test_a_write_error_does_not_lose_what_was_received),
    BOTH(test_a_stream_may_be_closed_in_on_data),
    BOTH(test_a_lingering_stream_goes_when_the_peer_ends),
    BOTH(test_closing_the_loop_frees_what_is_open),
    BOTH(test_a_narrow_turn_sends_but_calls_no_handler),
    BOTH(test_a_control_channel_is_read_in_a_narrow_turn),
    BOTH(test_a_stream_closed_in_its_handler_outlives_the_handler),
    BOTH(test_the_end_is_told_in_a_wide_turn_only),
    BOTH(test_idle_streams_hold_no_buffers),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
