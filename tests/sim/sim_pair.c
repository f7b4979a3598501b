/* Two parties on a simulated wire that note what they are told. */
#include "sim_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after those, as cmocka wants it */
#include <cmocka.h>
#include <stdlib.h>

static void note(struct sim_party *party, uint64_t what)
{
  uint64_t now_ms =
      party->stream == NULL ? 0 : hc_net_now_ms(party->stream->net);
  party->hash = (party->hash ^ what ^ (now_ms << 32)) * 0x100000001b3U;
}

static void on_open(void *user_data)
{
  struct sim_party *party = user_data;
  party->opens++;
  note(party, 1);
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct sim_party *party = user_data;
  size_t n = in->len;

  party->data_calls++;
  party->last_shown = n;
  note(party, n);
  if (party->take_max > 0 && n > party->take_max)
    n = party->take_max;
  assert_true(party->seen_len + n <= SIM_SINK_MAX);
  memcpy(party->seen + party->seen_len, in->ptr, n);
  party->seen_len += n;
  hc_span_drop(in, n);
  if (party->pause_in_data)
    hc_stream_pause(party->stream);
  if (party->close_in_data) {
    hc_stream_close(party->stream, HC_STREAM_CLEAN);
    party->stream = NULL;
  }
}

static void on_drain(void *user_data)
{
  struct sim_party *party = user_data;
  party->drains++;
  note(party, 2);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct sim_party *party = user_data;
  party->ends++;
  party->end_code = fault->code;
  note(party, (uint64_t)-fault->code);
}

const struct hc_stream_handler sim_party_handler = {
  .on_open = on_open, .on_data = on_data, .on_drain = on_drain, .on_end = on_end
};

static void on_accept(void *user_data, struct hc_stream *stream)
{
  struct sim_pair *f = user_data;

  if (f->refuse_accept) {
    hc_stream_close(stream, HC_STREAM_ABORT);
    return;
  }
  f->server.stream = stream;
  hc_stream_set_handler(stream, &sim_party_handler, &f->server);
}

const struct hc_listener_handler sim_listener_handler = { .on_accept =
                                                              on_accept };

void sim_pair_start(struct sim_pair *f, uint64_t seed)
{
  struct hc_listen listen = { .host = "127.0.0.1" };

  *f = (struct sim_pair){ .sim = sim_new(seed) };
  f->client.seen = malloc(SIM_SINK_MAX);
  f->server.seen = malloc(SIM_SINK_MAX);
  assert_non_null(f->client.seen);
  assert_non_null(f->server.seen);
  assert_int_equal(hc_listen(sim_net(f->sim), &listen, &sim_listener_handler, f,
                             &f->listener, NULL),
                   0);
}

void sim_party_close(struct sim_party *party, enum hc_stream_close how)
{
  hc_stream_close(party->stream, how);
  party->stream = NULL;
}

void sim_pair_finish(struct sim_pair *f)
{
  sim_party_close(&f->client, HC_STREAM_ABORT);
  sim_party_close(&f->server, HC_STREAM_ABORT);
  if (f->listener != NULL)
    hc_listener_close(f->listener);
  assert_int_equal(sim_open_handles(f->sim), 0);
  sim_free(f->sim);
  free(f->client.seen);
  free(f->server.seen);
}

void sim_pair_dial(struct sim_pair *f)
{
  struct hc_dial dial = { .host = "example.test",
                          .port = hc_listener_port(f->listener),
                          .timeout_ms = SIM_SECOND };
  assert_int_equal(hc_dial(sim_net(f->sim), &dial, &sim_party_handler,
                           &f->client, &f->client.stream, NULL),
                   0);
}

void sim_pair_connect(struct sim_pair *f, uint64_t seed)
{
  sim_pair_start(f, seed);
  sim_pair_dial(f);
  assert_int_equal(f->client.opens, 0);
  sim_run(f->sim, 10);
  assert_int_equal(f->client.opens, 1);
  assert_non_null(f->server.stream);
}

void sim_write_pattern(struct hc_stream *stream, size_t n)
{
  uint8_t *dst = hc_stream_reserve(stream, n);
  assert_non_null(dst);
  for (size_t i = 0; i < n; i++)
    dst[i] = (uint8_t)(i * 7 + (i >> 8));
  hc_stream_commit(stream, n);
}

void sim_assert_pattern(const struct sim_party *party, size_t n)
{
  assert_int_equal(party->seen_len, n);
  for (size_t i = 0; i < n; i++)
    if (party->seen[i] != (uint8_t)(i * 7 + (i >> 8)))
      fail_msg("byte %zu is wrong", i);
}
