/* The simulated net keeps the contract of net.h, and the same seed gives the
 * same run. */
#include "sim_net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after those, as cmocka wants it */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

enum { SINK_MAX = 1 << 22, SECOND = 1000 };

/* One owner of a stream that notes what it is told. */
struct party {
  struct hc_stream *stream;
  uint8_t *seen;
  size_t seen_len;
  size_t last_shown;
  size_t data_calls;
  size_t take_max; /* leaves what is above it; 0: takes everything */
  int opens;
  int drains;
  int ends;
  int end_code;
  bool pause_in_data;
  bool close_in_data;
  uint64_t hash; /* of when and how much */
};

struct fixture {
  struct sim *sim;
  struct hc_listener *listener;
  struct party client;
  struct party server;
  bool refuse_accept;
};

static void note(struct party *party, uint64_t what)
{
  uint64_t now_ms =
      party->stream == NULL ? 0 : hc_net_now_ms(party->stream->net);
  party->hash = (party->hash ^ what ^ (now_ms << 32)) * 0x100000001b3U;
}

static void on_open(void *user_data)
{
  struct party *party = user_data;
  party->opens++;
  note(party, 1);
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct party *party = user_data;
  size_t n = in->len;

  party->data_calls++;
  party->last_shown = n;
  note(party, n);
  if (party->take_max > 0 && n > party->take_max)
    n = party->take_max;
  assert_true(party->seen_len + n <= SINK_MAX);
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
  struct party *party = user_data;
  party->drains++;
  note(party, 2);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct party *party = user_data;
  party->ends++;
  party->end_code = fault->code;
  note(party, (uint64_t)-fault->code);
}

static const struct hc_stream_handler handler = {
  .on_open = on_open, .on_data = on_data, .on_drain = on_drain, .on_end = on_end
};

static void on_accept(void *user_data, struct hc_stream *stream)
{
  struct fixture *f = user_data;

  if (f->refuse_accept) {
    hc_stream_close(stream, HC_STREAM_ABORT);
    return;
  }
  f->server.stream = stream;
  hc_stream_set_handler(stream, &handler, &f->server);
}

static const struct hc_listener_handler listener_handler = { .on_accept =
                                                                 on_accept };

static void start(struct fixture *f, uint64_t seed)
{
  struct hc_listen listen = { .host = "127.0.0.1" };

  *f = (struct fixture){ .sim = sim_new(seed) };
  f->client.seen = malloc(SINK_MAX);
  f->server.seen = malloc(SINK_MAX);
  assert_non_null(f->client.seen);
  assert_non_null(f->server.seen);
  assert_int_equal(hc_listen(sim_net(f->sim), &listen, &listener_handler, f,
                             &f->listener, NULL),
                   0);
}

static void close_party(struct party *party, enum hc_stream_close how)
{
  hc_stream_close(party->stream, how);
  party->stream = NULL;
}

static void finish(struct fixture *f)
{
  close_party(&f->client, HC_STREAM_ABORT);
  close_party(&f->server, HC_STREAM_ABORT);
  if (f->listener != NULL)
    hc_listener_close(f->listener);
  assert_int_equal(sim_open_handles(f->sim), 0);
  sim_free(f->sim);
  free(f->client.seen);
  free(f->server.seen);
}

static void dial(struct fixture *f)
{
  struct hc_dial dial = { .host = "example.test",
                          .port = hc_listener_port(f->listener),
                          .timeout_ms = SECOND };
  assert_int_equal(hc_dial(sim_net(f->sim), &dial, &handler, &f->client,
                           &f->client.stream, NULL),
                   0);
}

static void connect_both(struct fixture *f, uint64_t seed)
{
  start(f, seed);
  dial(f);
  assert_int_equal(f->client.opens, 0);
  sim_run(f->sim, 10);
  assert_int_equal(f->client.opens, 1);
  assert_non_null(f->server.stream);
}

static void write_pattern(struct hc_stream *stream, size_t n)
{
  uint8_t *dst = hc_stream_reserve(stream, n);
  assert_non_null(dst);
  for (size_t i = 0; i < n; i++)
    dst[i] = (uint8_t)(i * 7 + (i >> 8));
  hc_stream_commit(stream, n);
}

static void assert_pattern(const struct party *party, size_t n)
{
  assert_int_equal(party->seen_len, n);
  for (size_t i = 0; i < n; i++)
    if (party->seen[i] != (uint8_t)(i * 7 + (i >> 8)))
      fail_msg("byte %zu is wrong", i);
}

static void bytes_arrive_whole_and_in_order_in_random_pieces(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 1);
  write_pattern(f.client.stream, 300000);
  assert_int_equal(f.server.data_calls, 0);
  sim_run(f.sim, SECOND);
  assert_pattern(&f.server, 300000);
  assert_true(f.server.data_calls > 1);
  assert_int_equal(hc_stream_pending(f.client.stream), 0);
  finish(&f);
}

static void nothing_arrives_before_its_latency(void **state)
{
  struct fixture f;
  struct sim_wire wire = { 50, 80, 1000, 1000 };
  (void)state;

  start(&f, 2);
  sim_set_wire(f.sim, &wire);
  dial(&f);
  sim_run(f.sim, 49);
  assert_null(f.server.stream);
  sim_run(f.sim, SECOND);
  write_pattern(f.server.stream, 10);
  sim_run(f.sim, 49);
  assert_int_equal(f.client.seen_len, 0);
  sim_run(f.sim, 200);
  assert_pattern(&f.client, 10);
  finish(&f);
}

static void read_max_bounds_what_is_new_in_a_call(void **state)
{
  struct fixture f;
  struct sim_wire wire = { 1, 1, 4096, 1 };
  (void)state;

  connect_both(&f, 3);
  sim_set_wire(f.sim, &wire);
  write_pattern(f.client.stream, 500);
  sim_run(f.sim, SECOND);
  assert_pattern(&f.server, 500);
  assert_int_equal(f.server.data_calls, 500);
  finish(&f);
}

static void what_is_left_is_shown_again_with_more_behind_it(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 4);
  f.server.take_max = 3;
  write_pattern(f.client.stream, 5);
  sim_run(f.sim, 10);
  size_t calls = f.server.data_calls;
  size_t left = 5 - f.server.seen_len;
  assert_true(left > 0);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.server.data_calls, calls); /* not without more */
  f.server.take_max = 0;
  assert_int_equal(hc_stream_write(f.client.stream, hc_span_str("x")), 0);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.server.seen_len, 6);
  assert_int_equal(f.server.last_shown, left + 1);
  finish(&f);
}

static void the_rest_is_shown_after_resume(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 5);
  f.server.take_max = 1;
  f.server.pause_in_data = true;
  write_pattern(f.client.stream, 2);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.server.seen_len, 1);
  f.server.pause_in_data = false;
  f.server.take_max = 0;
  hc_stream_resume(f.server.stream);
  assert_int_equal(f.server.seen_len, 1); /* never inside a call */
  sim_run(f.sim, SECOND);
  assert_pattern(&f.server, 2);
  finish(&f);
}

static void a_paused_reader_fills_the_window_then_the_queue(void **state)
{
  struct fixture f;
  struct sim_wire wire = { 1, 1, 100000, 100000 };
  (void)state;

  connect_both(&f, 6);
  sim_set_wire(f.sim, &wire);
  hc_stream_pause(f.server.stream);
  write_pattern(f.client.stream, 400000);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.server.data_calls, 0);
  assert_int_equal(hc_stream_pending(f.client.stream), 300000);
  assert_int_equal(f.client.drains, 0);
  hc_stream_resume(f.server.stream);
  sim_run(f.sim, SECOND);
  assert_pattern(&f.server, 400000);
  assert_int_equal(f.client.drains, 1);
  finish(&f);
}

static void the_drain_mark_can_be_moved(void **state)
{
  struct fixture f;
  struct sim_wire wire = { 1, 1, 10, 10 };
  (void)state;

  connect_both(&f, 7);
  sim_set_wire(f.sim, &wire);
  hc_stream_set_drain_mark(f.client.stream, 5);
  hc_stream_pause(f.server.stream);
  write_pattern(f.client.stream, 20);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.drains, 0);
  hc_stream_resume(f.server.stream);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.drains, 1);
  finish(&f);
}

static void reserve_refuses_more_than_the_queue_holds(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 8);
  assert_null(hc_stream_reserve(f.client.stream, HC_STREAM_TX_MAX + 1));
  write_pattern(f.client.stream, HC_STREAM_TX_MAX);
  assert_int_equal(hc_stream_write(f.client.stream, hc_span_str("x")),
                   HYCO_EWOULDBLOCK);
  assert_int_equal(hc_stream_write(f.client.stream, hc_span_str("")), 0);
  assert_int_equal(hc_stream_pending(f.client.stream), HC_STREAM_TX_MAX);
  finish(&f);
}

static void a_clean_close_delivers_everything_then_ends_with_0(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 9);
  write_pattern(f.client.stream, 200000);
  close_party(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, SECOND);
  assert_pattern(&f.server, 200000);
  assert_int_equal(f.server.ends, 1);
  assert_int_equal(f.server.end_code, 0);
  write_pattern(f.server.stream, 100000); /* nobody is there to read it */
  sim_run(f.sim, 60 * SECOND);
  assert_int_equal(hc_stream_pending(f.server.stream), 0);
  assert_int_equal(f.server.ends, 1);
  finish(&f);
}

static void a_cut_delivers_everything_then_ends_as_dropped(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 10);
  write_pattern(f.server.stream, 200000);
  close_party(&f.server, HC_STREAM_CUT);
  sim_run(f.sim, SECOND);
  assert_pattern(&f.client, 200000);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_EDROPPED);
  finish(&f);
}

static void an_abort_is_a_reset_and_may_lose_bytes(void **state)
{
  bool lost = false;
  bool kept = false;
  (void)state;

  for (uint64_t seed = 0; seed < 20; seed++) {
    struct fixture f;
    connect_both(&f, seed);
    write_pattern(f.client.stream, 1000);
    sim_run(f.sim, 0);
    close_party(&f.client, HC_STREAM_ABORT);
    sim_run(f.sim, SECOND);
    assert_int_equal(f.server.ends, 1);
    assert_int_equal(f.server.end_code, HYCO_ECONNRESET);
    lost |= f.server.seen_len < 1000;
    kept |= f.server.seen_len == 1000;
    finish(&f);
  }
  assert_true(lost);
  assert_true(kept);
}

static void a_reader_paused_past_the_linger_time_sees_a_reset(void **state)
{
  struct fixture f;
  struct sim_wire wire = { 1, 1, 100, 100 };
  (void)state;

  connect_both(&f, 11);
  sim_set_wire(f.sim, &wire);
  hc_stream_pause(f.server.stream);
  write_pattern(f.client.stream, 1000);
  close_party(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, HC_STREAM_LINGER_MS + SECOND);
  hc_stream_resume(f.server.stream);
  sim_run(f.sim, SECOND);
  assert_true(f.server.seen_len <= 100);
  assert_int_equal(f.server.ends, 1);
  assert_int_equal(f.server.end_code, HYCO_ECONNRESET);
  finish(&f);
}

static void an_end_waits_while_reading_is_paused(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 12);
  hc_stream_pause(f.server.stream);
  write_pattern(f.client.stream, 10);
  close_party(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, 5 * SECOND);
  assert_int_equal(f.server.ends, 0);
  hc_stream_resume(f.server.stream);
  sim_run(f.sim, SECOND);
  assert_pattern(&f.server, 10);
  assert_int_equal(f.server.ends, 1);
  finish(&f);
}

static void a_handler_may_close_its_stream(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 13);
  f.server.close_in_data = true;
  write_pattern(f.client.stream, 100000);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.server.data_calls, 1);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, 0);
  assert_int_equal(hc_stream_pending(f.client.stream), 0);
  finish(&f);
}

static void no_handler_is_called_after_close(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 14);
  write_pattern(f.client.stream, 1000);
  write_pattern(f.server.stream, 1000);
  close_party(&f.client, HC_STREAM_CLEAN);
  close_party(&f.server, HC_STREAM_CLEAN);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.data_calls + f.server.data_calls, 0);
  assert_int_equal(f.client.ends + f.server.ends, 0);
  finish(&f);
}

static void a_dial_to_nobody_is_refused(void **state)
{
  struct fixture f;
  (void)state;

  start(&f, 15);
  dial(&f);
  hc_listener_close(f.listener);
  f.listener = NULL;
  sim_run(f.sim, SECOND / 2);
  assert_int_equal(f.client.opens, 0);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_ECONNREFUSED);
  finish(&f);
}

static void refuse_dials_refuses_them(void **state)
{
  struct fixture f;
  (void)state;

  start(&f, 16);
  sim_refuse_dials(f.sim, true);
  dial(&f);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.end_code, HYCO_ECONNREFUSED);
  assert_null(f.server.stream);
  finish(&f);
}

static void a_hanging_dial_ends_by_its_timeout(void **state)
{
  struct fixture f;
  (void)state;

  start(&f, 17);
  sim_hang_dials(f.sim, true);
  dial(&f);
  sim_run(f.sim, SECOND - 1);
  assert_int_equal(f.client.ends, 0);
  sim_run(f.sim, 1);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_ETIMEDOUT);
  finish(&f);
}

static void a_dial_can_be_given_up(void **state)
{
  struct fixture f;
  (void)state;

  start(&f, 18);
  dial(&f);
  close_party(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, SECOND);
  assert_null(f.server.stream);
  dial(&f);
  sim_run(f.sim, 1); /* accepted, not yet open */
  assert_non_null(f.server.stream);
  close_party(&f.client, HC_STREAM_CLEAN);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.server.end_code, HYCO_ECONNRESET);
  assert_int_equal(f.client.opens + f.client.ends, 0);
  finish(&f);
}

static void a_stream_that_is_not_wanted_is_reset(void **state)
{
  struct fixture f;
  (void)state;

  start(&f, 19);
  f.refuse_accept = true;
  dial(&f);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.opens, 1);
  assert_int_equal(f.client.end_code, HYCO_ECONNRESET);
  finish(&f);
}

static void a_dial_without_an_address_fails_at_once(void **state)
{
  struct fixture f;
  struct hc_dial dial = { .host = "", .port = 1 };
  (void)state;

  start(&f, 20);
  assert_int_equal(hc_dial(sim_net(f.sim), &dial, &handler, &f.client,
                           &f.client.stream, NULL),
                   HYCO_EINVALID);
  finish(&f);
}

static void a_port_serves_one_listener(void **state)
{
  struct fixture f;
  struct hc_listen listen = { .host = "127.0.0.1" };
  struct hc_listener *second;
  (void)state;

  start(&f, 21);
  listen.port = hc_listener_port(f.listener);
  assert_int_equal(
      hc_listen(sim_net(f.sim), &listen, &listener_handler, &f, &second, NULL),
      HYCO_EADDRINUSE);
  finish(&f);
}

static bool refuse_certificate(void *user_data,
                               const struct hc_tls_verdict *verdict)
{
  (void)user_data;
  assert_string_equal(verdict->status, "OK");
  return false;
}

static void a_refused_certificate_fails_the_dial(void **state)
{
  struct fixture f;
  struct hc_tls_options options = { .server = true };
  struct hc_listen listen = { .host = "127.0.0.1" };
  struct hc_dial dial = { .host = "h", .on_verify = refuse_certificate };
  struct hc_listener *secure;
  struct hc_tls *tls;
  (void)state;

  start(&f, 22);
  assert_int_equal(hc_net_tls_new(sim_net(f.sim), &options, &tls, NULL), 0);
  listen.tls = tls;
  dial.tls = tls;
  assert_int_equal(
      hc_listen(sim_net(f.sim), &listen, &listener_handler, &f, &secure, NULL),
      0);
  dial.port = hc_listener_port(secure);
  assert_int_equal(hc_dial(sim_net(f.sim), &dial, &handler, &f.client,
                           &f.client.stream, NULL),
                   0);
  hc_net_tls_free(sim_net(f.sim), tls);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.opens, 0);
  assert_int_equal(f.client.end_code, HYCO_ECERTVERIFY);
  hc_listener_close(secure);
  finish(&f);
}

static void plain_bytes_to_a_tls_listener_fail_the_dial(void **state)
{
  struct fixture f;
  struct hc_tls_options options = { 0 };
  struct hc_dial dial = { .host = "h" };
  (void)state;

  start(&f, 23);
  assert_int_equal(hc_net_tls_new(sim_net(f.sim), &options, &dial.tls, NULL),
                   0);
  dial.port = hc_listener_port(f.listener);
  assert_int_equal(hc_dial(sim_net(f.sim), &dial, &handler, &f.client,
                           &f.client.stream, NULL),
                   0);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.end_code, HYCO_ETLS);
  hc_net_tls_free(sim_net(f.sim), dial.tls);
  finish(&f);
}

static void a_cut_wire_tells_both_ends(void **state)
{
  static const struct {
    enum sim_cut how;
    int code;
  } cases[] = { { SIM_CUT_RST, HYCO_ECONNRESET },
                { SIM_CUT_FIN, HYCO_EDROPPED } };
  (void)state;

  for (size_t i = 0; i < 2; i++) {
    struct fixture f;
    connect_both(&f, i);
    sim_cut(f.sim, 0, cases[i].how);
    assert_int_equal(f.client.ends, 0);
    sim_run(f.sim, SECOND);
    assert_int_equal(f.client.ends, 1);
    assert_int_equal(f.server.ends, 1);
    assert_int_equal(f.client.end_code, cases[i].code);
    assert_int_equal(f.server.end_code, cases[i].code);
    finish(&f);
  }
}

static void a_cut_dial_fails(void **state)
{
  struct fixture f;
  (void)state;

  start(&f, 24);
  dial(&f);
  sim_cut(f.sim, 0, SIM_CUT_RST);
  sim_run(f.sim, SECOND);
  assert_int_equal(f.client.opens, 0);
  assert_int_equal(f.client.ends, 1);
  assert_int_equal(f.client.end_code, HYCO_ECONNRESET);
  finish(&f);
}

static void a_silent_wire_tells_nobody(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 25);
  write_pattern(f.client.stream, 1000);
  sim_run(f.sim, 0);
  sim_cut(f.sim, 0, SIM_CUT_SILENCE);
  write_pattern(f.client.stream, 500);
  close_party(&f.server, HC_STREAM_ABORT);
  sim_run(f.sim, 100 * SECOND);
  assert_int_equal(f.server.data_calls + (size_t)f.client.ends, 0);
  assert_int_equal(hc_stream_pending(f.client.stream), 500);
  finish(&f);
}

static void count_up(void *user_data)
{
  ++*(int *)user_data;
}

static bool is_two(void *user_data)
{
  return *(int *)user_data == 2;
}

static void timers_and_calls_follow_the_virtual_clock(void **state)
{
  struct fixture f;
  int timers = 0;
  int calls = 0;
  struct hc_timer timer = { .fn = count_up, .user_data = &timers };
  (void)state;

  start(&f, 26);
  uint64_t before_ms = hc_net_now_ms(sim_net(f.sim));
  hc_net_timer_set(sim_net(f.sim), &timer, 500);
  assert_int_equal(sim_open_handles(f.sim), 2);
  sim_at(f.sim, 100, count_up, &calls);
  sim_at(f.sim, 200, count_up, &calls);
  sim_at(f.sim, 10 * SECOND, count_up, &calls);
  assert_true(sim_run_until(f.sim, is_two, &calls, SECOND));
  assert_int_equal(hc_net_now_ms(sim_net(f.sim)) - before_ms, 200);
  assert_false(sim_run_until(f.sim, is_two, &timers, SECOND));
  assert_int_equal(timers, 1);
  assert_int_equal(hc_net_now_ms(sim_net(f.sim)) - before_ms, 1200);
  hc_net_timer_set(sim_net(f.sim), &timer, 500);
  hc_net_timer_cancel(sim_net(f.sim), &timer);
  sim_run(f.sim, SECOND);
  assert_int_equal(timers, 1);
  finish(&f);
}

static void the_wall_clock_goes_along_and_can_jump(void **state)
{
  struct fixture f;
  (void)state;

  start(&f, 27);
  int64_t before_s = hc_net_wall_s(sim_net(f.sim));
  sim_run(f.sim, 5 * SECOND);
  sim_jump_wall(f.sim, -100);
  assert_int_equal(hc_net_wall_s(sim_net(f.sim)) - before_s, -95);
  finish(&f);
}

/* A conversation with every kind of chance in it, as one number. */
static uint64_t trace(uint64_t seed)
{
  struct fixture f;
  struct sim_wire wire = { 1, 30, 5000, 3000 };
  uint64_t hash;
  uint8_t random[8];

  connect_both(&f, seed);
  sim_set_wire(f.sim, &wire);
  for (size_t i = 0; i < 20; i++) {
    write_pattern(f.client.stream, 1000 * i);
    write_pattern(f.server.stream, 700 * i);
    sim_run(f.sim, 40);
  }
  close_party(&f.client, HC_STREAM_ABORT);
  sim_run(f.sim, SECOND);
  hc_net_random(sim_net(f.sim), random, sizeof random);
  memcpy(&hash, random, sizeof hash);
  hash ^= f.client.hash * 31 + f.server.hash;
  finish(&f);
  return hash;
}

static void the_same_seed_gives_the_same_run(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 10; seed++) {
    assert_int_equal(trace(seed), trace(seed));
    assert_int_not_equal(trace(seed), trace(seed + 1));
  }
}

static void freeing_the_net_frees_what_was_left_open(void **state)
{
  struct fixture f;
  (void)state;

  connect_both(&f, 28);
  write_pattern(f.client.stream, 10000);
  sim_at(f.sim, 100, count_up, NULL);
  sim_run(f.sim, 0);
  assert_int_equal(sim_open_handles(f.sim), 3);
  assert_int_equal(sim_stream_count(f.sim), 1);
  sim_free(f.sim);
  free(f.client.seen);
  free(f.server.seen);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bytes_arrive_whole_and_in_order_in_random_pieces),
    cmocka_unit_test(nothing_arrives_before_its_latency),
    cmocka_unit_test(read_max_bounds_what_is_new_in_a_call),
    cmocka_unit_test(what_is_left_is_shown_again_with_more_behind_it),
    cmocka_unit_test(the_rest_is_shown_after_resume),
    cmocka_unit_test(a_paused_reader_fills_the_window_then_the_queue),
    cmocka_unit_test(the_drain_mark_can_be_moved),
    cmocka_unit_test(reserve_refuses_more_than_the_queue_holds),
    cmocka_unit_test(a_clean_close_delivers_everything_then_ends_with_0),
    cmocka_unit_test(a_cut_delivers_everything_then_ends_as_dropped),
    cmocka_unit_test(an_abort_is_a_reset_and_may_lose_bytes),
    cmocka_unit_test(a_reader_paused_past_the_linger_time_sees_a_reset),
    cmocka_unit_test(an_end_waits_while_reading_is_paused),
    cmocka_unit_test(a_handler_may_close_its_stream),
    cmocka_unit_test(no_handler_is_called_after_close),
    cmocka_unit_test(a_dial_to_nobody_is_refused),
    cmocka_unit_test(refuse_dials_refuses_them),
    cmocka_unit_test(a_hanging_dial_ends_by_its_timeout),
    cmocka_unit_test(a_dial_can_be_given_up),
    cmocka_unit_test(a_stream_that_is_not_wanted_is_reset),
    cmocka_unit_test(a_dial_without_an_address_fails_at_once),
    cmocka_unit_test(a_port_serves_one_listener),
    cmocka_unit_test(a_refused_certificate_fails_the_dial),
    cmocka_unit_test(plain_bytes_to_a_tls_listener_fail_the_dial),
    cmocka_unit_test(a_cut_wire_tells_both_ends),
    cmocka_unit_test(a_cut_dial_fails),
    cmocka_unit_test(a_silent_wire_tells_nobody),
    cmocka_unit_test(timers_and_calls_follow_the_virtual_clock),
    cmocka_unit_test(the_wall_clock_goes_along_and_can_jump),
    cmocka_unit_test(the_same_seed_gives_the_same_run),
    cmocka_unit_test(freeing_the_net_frees_what_was_left_open),
  };
  return cmocka_run_group_tests_name("sim_net", tests, NULL, NULL);
}
