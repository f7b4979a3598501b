/* Two ends of real connections on one loop. */
#include "unit/io_pair.h"

#include "base/memory.h"
#include "unit/tls_files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* --- what an end does --- */

static void on_open(void *user_data)
{
  struct end *end = user_data;
  assert_false(end->is_open);
  end->is_open = true;
}

static void take(struct end *end, struct hc_span *in)
{
  size_t n = in->len < end->take ? in->len : end->take;
  struct hc_span taken = hc_span_of(in->ptr, n);

  if (end->echo)
    assert_int_equal(hc_stream_write(end->stream, taken), 0);
  assert_int_equal(hc_buffer_append(&end->got, taken), 0);
  hc_span_drop(in, n);
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct end *end = user_data;

  assert_non_null(end->stream);
  assert_false(end->is_ended);
  assert_true(in->len > 0);
  end->data_calls++;
  if (in->len > end->largest_call)
    end->largest_call = in->len;
  if (end->on_data != NULL)
    end->on_data(end, in);
  else
    take(end, in);
  if (end->pause_after_data && end->stream != NULL)
    hc_stream_pause(end->stream);
}

static void on_drain(void *user_data)
{
  struct end *end = user_data;
  assert_non_null(end->stream);
  end->drain_calls++;
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct end *end = user_data;

  assert_non_null(end->stream);
  assert_false(end->is_ended);
  end->is_ended = true;
  end->fault = *fault;
}

const struct hc_stream_handler end_handler = { on_open, on_data, on_drain,
                                               on_end };

static void end_init(struct end *end, struct pair *pair)
{
  end->pair = pair;
  end->take = SIZE_MAX;
  hc_buffer_init(&end->got, (size_t)64 << 20);
}

void end_write(struct end *end, const void *bytes, size_t n)
{
  assert_int_equal(hc_stream_write(end->stream, hc_span_of(bytes, n)), 0);
}

void end_close(struct end *end, enum hc_stream_close how)
{
  struct hc_stream *stream = end->stream;
  end->stream = NULL;
  hc_stream_close(stream, how);
}

/* --- the pair --- */

static void on_accept(void *user_data, struct hc_stream *stream)
{
  struct pair *pair = user_data;

  pair->accepted++;
  if (pair->server.stream != NULL) {
    hc_stream_close(stream, HC_STREAM_ABORT);
    return;
  }
  pair->server.stream = stream;
  pair->server.is_open = true;
  hc_stream_set_handler(stream, &end_handler, &pair->server);
  if (pair->pause_at_accept)
    hc_stream_pause(stream);
}

void pair_listen(struct pair *pair, bool tls)
{
  static const struct hc_listener_handler handler = { on_accept };
  struct hc_fault fault;

  assert_int_equal(hc_loop_new(&pair->loop), 0);
  pair->net = hc_loop_net(pair->loop);
  end_init(&pair->client, pair);
  end_init(&pair->server, pair);
  if (tls)
    assert_int_equal(
        tls_files_ends(pair->net, &pair->server_tls, &pair->client_tls), 0);
  const struct hc_listen listen = { .host = "127.0.0.1",
                                    .tls = pair->server_tls,
                                    .handshake_timeout_ms = PAIR_WAIT_MS };
  assert_int_equal(
      hc_listen(pair->net, &listen, &handler, pair, &pair->listener, &fault),
      0);
}

struct hc_dial pair_usual_dial(const struct pair *pair)
{
  return (struct hc_dial){
    .host = "127.0.0.1",
    .port = hc_listener_port(pair->listener),
    .tls = pair->client_tls,
    .tcp = { .no_delay = true },
    .reads_in_narrow_turns = pair->client_reads_in_narrow,
    .timeout_ms = PAIR_WAIT_MS,
  };
}

int pair_dial(struct pair *pair, const struct hc_dial *dial)
{
  struct hc_fault fault = { 0 };
  int rc = hc_dial(pair->net, dial, &end_handler, &pair->client,
                   &pair->client.stream, &fault);
  assert_int_equal(rc, fault.code);
  if (rc != 0)
    pair->client.fault = fault;
  return rc;
}

void pair_open(struct pair *pair, bool tls)
{
  pair_listen(pair, tls);
  struct hc_dial dial = pair_usual_dial(pair);
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_open);
  pair_run_until(pair, &pair->server.is_open);
}

void pair_free(struct pair *pair)
{
  if (pair->loop == NULL)
    return;
  end_close(&pair->client, HC_STREAM_ABORT);
  end_close(&pair->server, HC_STREAM_ABORT);
  if (pair->listener != NULL)
    hc_listener_close(pair->listener);
  hc_net_tls_free(pair->net, pair->client_tls);
  hc_net_tls_free(pair->net, pair->server_tls);
  hc_buffer_deinit(&pair->client.got);
  hc_buffer_deinit(&pair->server.got);
  hc_loop_free(pair->loop);
  *pair = (struct pair){ 0 };
}

const bool pair_plain = false;
const bool pair_tls = true;

static struct pair *set_up(void **state)
{
  struct pair *pair = hc_alloc_zero(sizeof *pair);

  assert_non_null(pair);
  *state = pair;
  return pair;
}

int pair_set_up_open(void **state)
{
  bool tls = pair_with_tls(state);
  pair_open(set_up(state), tls);
  return 0;
}

int pair_set_up_listening(void **state)
{
  bool tls = pair_with_tls(state);
  pair_listen(set_up(state), tls);
  return 0;
}

int pair_tear_down(void **state)
{
  pair_free(*state);
  hc_free(*state);
  return 0;
}

/* --- running --- */

void pair_run_until(struct pair *pair, const bool *flag)
{
  uint64_t end = hc_net_now_ms(pair->net) + PAIR_WAIT_MS;

  while (!*flag && hc_net_now_ms(pair->net) < end)
    hc_loop_turn(pair->loop, PAIR_WAIT_MS, false);
  assert_true(*flag);
}

void pair_run_until_got(struct pair *pair, const struct end *end, size_t n)
{
  uint64_t stop = hc_net_now_ms(pair->net) + PAIR_WAIT_MS;

  while (hc_buffer_len(&end->got) < n && hc_net_now_ms(pair->net) < stop)
    hc_loop_turn(pair->loop, PAIR_WAIT_MS, false);
  assert_int_equal(hc_buffer_len(&end->got), n);
}

void pair_run_ms(struct pair *pair, uint64_t ms)
{
  uint64_t end = hc_net_now_ms(pair->net) + ms;

  for (uint64_t now = end - ms; now < end; now = hc_net_now_ms(pair->net))
    hc_loop_turn(pair->loop, (int)(end - now), false);
}

void pair_settle(struct pair *pair)
{
  while (hc_loop_turn(pair->loop, 5, false))
    continue;
}

/* --- what tests share --- */

uint8_t *pair_pattern(size_t n)
{
  uint8_t *bytes = hc_alloc(n);
  assert_non_null(bytes);
  for (size_t i = 0; i < n; i++)
    bytes[i] = (uint8_t)(i * 31 + (i >> 8));
  return bytes;
}

void end_assert_got(const struct end *end, const uint8_t *bytes, size_t n)
{
  assert_int_equal(hc_buffer_len(&end->got), n);
  assert_memory_equal(hc_buffer_span(&end->got).ptr, bytes, n);
}

bool pair_with_tls(void **state)
{
  return *(const bool *)*state;
}

size_t pair_fill(struct pair *pair)
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
