/* How streams end, seen from both sides. */
#include "unit/io_pair.h"
#include "unit/tls_files.h"

#include "base/memory.h"
#include "io/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_a_clean_end_delivers_and_is_code_0(void **state)
{
  struct pair *pair = *state;
  uint8_t *bytes = pair_pattern(MIB);

  end_write(&pair->client, bytes, MIB);
  end_close(&pair->client, HC_STREAM_CLEAN);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, 0);
  end_assert_got(&pair->server, bytes, MIB);
  hc_free(bytes);
}

static void test_a_half_closed_peer_can_still_be_written_to(void **state)
{
  struct pair *pair = *state;

  end_close(&pair->client, HC_STREAM_CLEAN); /* lingers, and discards */
  pair_run_until(pair, &pair->server.is_ended);
  end_write(&pair->server, "late", 4);
  pair_settle(pair);
  assert_int_equal(hc_stream_pending(pair->server.stream), 0);
  end_close(&pair->server, HC_STREAM_CLEAN);
  pair_settle(pair);
}

static void test_a_cut_delivers_and_is_seen_as_a_cut(void **state)
{
  struct pair pair = { 0 };
  uint8_t *bytes = pair_pattern(MIB);

  pair_open(&pair, pair_with_tls(state));
  end_write(&pair.client, bytes, MIB);
  end_close(&pair.client, HC_STREAM_CUT);
  pair_run_until(&pair, &pair.server.is_ended);
  /* plain TCP cannot tell: it is the protocol above that misses its Close */
  assert_int_equal(pair.server.fault.code,
                   pair_with_tls(state) ? HYCO_EDROPPED : 0);
  end_assert_got(&pair.server, bytes, MIB);
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
  struct pair *pair = *state;

  struct hc_io_stream *client = hc_io_stream(pair->client.stream);
  hc_stream_pause(pair->server.stream);
  end_close(&pair->client, HC_STREAM_CUT);
  pair_settle(pair);
  end_lingering(client);
  end_write(&pair->server, "x", 1); /* the FIN is first in the queue */
  pair_settle(pair);
  hc_stream_resume(pair->server.stream);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, HYCO_ECONNRESET);
}

static void test_what_a_peer_does_not_read_yet_is_kept_for_it(void **state)
{
  struct pair *pair = *state;

  struct hc_io_stream *client = hc_io_stream(pair->client.stream);
  hc_stream_pause(pair->server.stream);
  pair_fill(pair);
  end_close(&pair->client, HC_STREAM_CLEAN);
  pair_settle(pair);
  end_lingering(client);
  pair_settle(pair);
  hc_stream_resume(pair->server.stream);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, 0);
}

static void test_what_nobody_reads_ends_in_a_reset(void **state)
{
  struct pair *pair = *state;

  struct hc_io_stream *client = hc_io_stream(pair->client.stream);
  hc_stream_pause(pair->server.stream);
  pair_fill(pair);
  end_close(&pair->client, HC_STREAM_CLEAN);
  pair_settle(pair);
  client->undelivered++; /* as if something had left just now */
  client->undelivered_since_ms -= HC_STREAM_STALL_MS;
  end_lingering(client);
  client->undelivered_since_ms -= HC_STREAM_STALL_MS;
  end_lingering(client);
  hc_stream_resume(pair->server.stream);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, HYCO_ECONNRESET);
}

static void test_an_abort_is_a_reset(void **state)
{
  struct pair *pair = *state;

  end_close(&pair->client, HC_STREAM_ABORT);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, HYCO_ECONNRESET);
  assert_string_equal(pair->server.fault.text, hyco_strerror(HYCO_ECONNRESET));
}

static void test_writing_to_a_reset_peer_raises_no_signal(void **state)
{
  struct pair *pair = *state;

  end_close(&pair->client, HC_STREAM_ABORT);
  for (int i = 0; i < 10; i++) { /* SIGPIPE would end the program */
    end_write(&pair->server, "anybody?", 8);
    hc_loop_turn(pair->loop, 0, false);
  }
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, HYCO_ECONNRESET);
  end_write(&pair->server, "nobody", 6);
  pair_settle(pair);
  end_close(&pair->server, HC_STREAM_CLEAN);
}

/* The peer's last words came before its reset; ours fail first. */
static void test_a_write_error_does_not_lose_what_was_received(void **state)
{
  struct pair *pair = *state;

  hc_stream_pause(pair->server.stream);
  end_write(&pair->client, "last words", 10);
  pair_settle(pair);
  end_close(&pair->client, HC_STREAM_ABORT);
  for (int i = 0; i < 5; i++) {
    end_write(&pair->server, "hello?", 6);
    pair_settle(pair);
  }
  assert_false(pair->server.is_ended);
  hc_stream_resume(pair->server.stream);
  pair_run_until(pair, &pair->server.is_ended);
  end_assert_got(&pair->server, (const uint8_t *)"last words", 10);
  assert_int_equal(pair->server.fault.code, HYCO_ECONNRESET);
}

/* Nothing is thrown away in silence while the end cannot be told. */
static void test_a_paused_stream_that_broke_takes_no_more(void **state)
{
  struct pair *pair = *state;

  hc_stream_pause(pair->client.stream);
  end_close(&pair->server, HC_STREAM_ABORT);
  pair_settle(pair);
  assert_true(pair_fill(pair) <= 2 * (size_t)HC_STREAM_TX_MAX);
  assert_int_equal(pair->client.drain_calls, 0);
  assert_false(pair->client.is_ended);
  hc_stream_resume(pair->client.stream);
  pair_run_until(pair, &pair->client.is_ended);
  assert_int_equal(pair->client.fault.code, HYCO_ECONNRESET);
}

static void take_and_close(struct end *end, struct hc_span *in)
{
  hc_buffer_append(&end->got, hc_span_of(in->ptr, 1));
  end_close(end, HC_STREAM_CLEAN);
}

static void test_a_stream_may_be_closed_in_on_data(void **state)
{
  struct pair *pair = *state;

  pair->server.on_data = take_and_close;
  end_write(&pair->client, "abc", 3);
  pair_run_until(pair, &pair->client.is_ended);
  assert_int_equal(pair->client.fault.code, 0);
  assert_int_equal(pair->server.data_calls, 1);
  end_close(&pair->client, HC_STREAM_CLEAN);
  pair_settle(pair);
}

static void test_a_lingering_stream_goes_when_the_peer_ends(void **state)
{
  struct pair *pair = *state;

  end_close(&pair->client, HC_STREAM_CUT);
  pair_run_until(pair, &pair->server.is_ended);
  end_close(&pair->server, HC_STREAM_CLEAN);
  pair_settle(pair);
  assert_int_equal(hc_loop_timeout(pair->loop) > HC_IO_IDLE_MS, 0);
}

static void test_closing_the_loop_frees_what_is_open(void **state)
{
  struct pair pair = { 0 };

  pair_open(&pair, pair_with_tls(state));
  end_write(&pair.client, "unsent", 6);
  end_close(&pair.client, HC_STREAM_CUT);
  hc_buffer_deinit(&pair.client.got);
  hc_net_tls_free(pair.net, pair.client_tls);
  hc_net_tls_free(pair.net, pair.server_tls);
  hc_loop_free(pair.loop); /* the sanitizer says what was forgotten */
}

int main(void)
{
  static const bool plain = false;
  static const bool tls = true;
  const struct CMUnitTest tests[] = {
    PAIR_BOTH(test_a_clean_end_delivers_and_is_code_0),
    PAIR_BOTH(test_a_half_closed_peer_can_still_be_written_to),
    BOTH(test_a_cut_delivers_and_is_seen_as_a_cut),
    PAIR_BOTH(test_a_cut_that_the_peer_ignores_becomes_a_reset),
    PAIR_BOTH(test_what_a_peer_does_not_read_yet_is_kept_for_it),
    PAIR_BOTH(test_what_nobody_reads_ends_in_a_reset),
    PAIR_BOTH(test_an_abort_is_a_reset),
    PAIR_BOTH(test_writing_to_a_reset_peer_raises_no_signal),
    PAIR_BOTH(test_a_write_error_does_not_lose_what_was_received),
    PAIR_BOTH(test_a_paused_stream_that_broke_takes_no_more),
    PAIR_BOTH(test_a_stream_may_be_closed_in_on_data),
    PAIR_BOTH(test_a_lingering_stream_goes_when_the_peer_ends),
    BOTH(test_closing_the_loop_frees_what_is_open),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
