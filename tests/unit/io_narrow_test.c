/* What a blocking call inside a handler may do: narrow turns. */
#include "base/memory.h"
#include "unit/io_pair.h"
#include "unit/tls_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

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
  struct pair *pair = *state;

  pair->server.on_data = turns_in_handler;
  end_write(&pair->client, "ask", 3);
  pair_run_until_got(pair, &pair->client, 5);
  pair_run_until_got(pair, &pair->server, 7);
  end_assert_got(&pair->server, (const uint8_t *)"askmore", 7);
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

  pair_open(&pair, pair_with_tls(state));
  pair.server.on_data = turns_until_the_client_got;
  pair.client.take = 4; /* the last byte is for a wide turn */
  end_write(&pair.client, "borrowed", 8);
  pair_run_until_got(&pair, &pair.client, 5);
  assert_int_equal(pair.client.data_calls, 2);
  end_assert_got(&pair.client, (const uint8_t *)"ping!", 5);
  pair_free(&pair);
}

enum { BURST = HC_STREAM_REST_MAX + HC_STREAM_REST_MAX / 2 };

static void burst_in_narrow_turns(struct end *end, struct hc_span *in)
{
  uint8_t *bytes = pair_pattern(BURST);

  (void)in;
  end_write(end, bytes, BURST);
  hc_free(bytes);
  while (hc_stream_pending(end->stream) > 0)
    hc_loop_turn(end->pair->loop, 10, true);
  while (hc_loop_turn(end->pair->loop, 50, true))
    continue;
  end->on_data = NULL;
}

static void take_unless_narrow(struct end *end, struct hc_span *in)
{
  if (hc_net_is_narrow(end->pair->net))
    return;
  assert_int_equal(hc_buffer_append(&end->got, *in), 0);
  hc_span_drop(in, in->len);
}

/* net.h: what is for the application stays where it is, however much came
 * before the reading stopped. */
static void test_a_burst_in_narrow_turns_waits_for_a_wide_one(void **state)
{
  struct pair pair = { .client_reads_in_narrow = true };
  uint8_t *bytes = pair_pattern(BURST);

  pair_open(&pair, pair_with_tls(state));
  pair.client.on_data = take_unless_narrow;
  pair.server.on_data = burst_in_narrow_turns;
  end_write(&pair.client, "go", 2);
  pair_run_until_got(&pair, &pair.client, BURST);
  end_assert_got(&pair.client, bytes, BURST);
  assert_false(pair.client.is_ended);
  hc_free(bytes);
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

  pair_open(&pair, pair_with_tls(state));
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

  pair_open(&pair, pair_with_tls(state));
  end_write(&pair.server, "a", 1);
  end_close(&pair.server, HC_STREAM_CLEAN);
  for (int i = 0; i < 20; i++)
    hc_loop_turn(pair.loop, 1, true);
  end_assert_got(&pair.client, (const uint8_t *)"a", 1);
  assert_false(pair.client.is_ended);
  pair_run_until(&pair, &pair.client.is_ended);
  assert_int_equal(pair.client.fault.code, 0);
  pair_free(&pair);
}

int main(void)
{
  static const bool plain = false;
  static const bool tls = true;
  const struct CMUnitTest tests[] = {
    PAIR_BOTH(test_a_narrow_turn_sends_but_calls_no_handler),
    BOTH(test_a_control_channel_is_read_in_a_narrow_turn),
    BOTH(test_a_burst_in_narrow_turns_waits_for_a_wide_one),
    BOTH(test_a_stream_closed_in_its_handler_outlives_the_handler),
    BOTH(test_the_end_is_told_in_a_wide_turn_only),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
