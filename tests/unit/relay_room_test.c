/* Room in a pair's streams: several reads in one turn before a flush, and a
 * flush that takes everything, so that no on_drain comes (net.h). The net is a
 * stub, for the order of events is what counts. */
#include "support/check.h"

#include "base/memory.h"
#include "relay/pair.h"
#include "relay/server.h"

enum { PIECE = 100000 };

struct stub_stream {
  struct hc_stream base;
  struct hc_stream_handler handler;
  void *user_data;
  uint8_t tx[HC_STREAM_TX_MAX];
  size_t pending;
  bool paused;
  int closes;
};

struct stub_net {
  struct hc_net base;
  struct hc_timer *timer; /* the one that is set */
};

static struct stub_stream *stub(const struct hc_stream *stream)
{
  return (struct stub_stream *)(uintptr_t)stream;
}

static struct stub_net *stub_of(struct hc_net *net)
{
  return (struct stub_net *)(void *)net;
}

static void set_handler(struct hc_stream *stream,
                        const struct hc_stream_handler *handler,
                        void *user_data)
{
  stub(stream)->handler = *handler;
  stub(stream)->user_data = user_data;
}

static uint8_t *reserve(struct hc_stream *stream, size_t n)
{
  struct stub_stream *s = stub(stream);

  return s->pending + n <= sizeof s->tx ? s->tx + s->pending : NULL;
}

static void commit(struct hc_stream *stream, size_t n)
{
  stub(stream)->pending += n;
}

static size_t pending(const struct hc_stream *stream)
{
  return stub(stream)->pending;
}

static void pause_reading(struct hc_stream *stream)
{
  stub(stream)->paused = true;
}

static void resume(struct hc_stream *stream)
{
  stub(stream)->paused = false;
}

static void close_stream(struct hc_stream *stream, enum hc_stream_close how)
{
  (void)how;
  stub(stream)->closes++;
}

static void timer_set(struct hc_net *net, struct hc_timer *timer,
                      uint64_t delay_ms)
{
  assert_int_equal(delay_ms, 0);
  stub_of(net)->timer = timer;
}

static void timer_cancel(struct hc_net *net, struct hc_timer *timer)
{
  if (stub_of(net)->timer == timer)
    stub_of(net)->timer = NULL;
}

static const struct hc_net_ops ops = { .set_handler = set_handler,
                                       .reserve = reserve,
                                       .commit = commit,
                                       .pending = pending,
                                       .pause = pause_reading,
                                       .resume = resume,
                                       .close = close_stream,
                                       .timer_set = timer_set,
                                       .timer_cancel = timer_cancel };

struct fixture {
  struct stub_net net;
  struct hc_relay relay;
  struct stub_stream sender;
  struct stub_stream rendezvous;
};

static struct fixture *start(void)
{
  const struct hc_relay_tracking tracking = { .id = "id" };
  struct fixture *f = hc_alloc_zero(sizeof *f);

  assert_non_null(f);
  f->net.base.ops = &ops;
  f->relay.net = &f->net.base;
  hc_list_init(&f->relay.pairs.list);
  f->sender.base.net = &f->net.base;
  f->rendezvous.base.net = &f->net.base;
  hc_relay_pair_join(&f->relay, &f->sender.base, &f->rendezvous.base,
                     &tracking);
  return f;
}

static void finish(struct fixture *f)
{
  hc_relay_pairs_end(&f->relay);
  assert_int_equal(f->sender.closes, 1);
  assert_int_equal(f->rendezvous.closes, 1);
  assert_null(f->net.timer);
  hc_free(f);
}

/* One on_data with a whole frame, masked with zeros. */
static void feed(struct stub_stream *s, uint8_t first, size_t len)
{
  static uint8_t frame[PIECE + 14];
  size_t head = len < 126 ? 6 : 14;

  memset(frame, 0, sizeof frame);
  frame[0] = first;
  frame[1] = (uint8_t)(len < 126 ? 0x80 + len : 0xff);
  for (size_t i = 0; len >= 126 && i < 8; i++)
    frame[9 - i] = (uint8_t)((uint64_t)len >> (8 * i));
  struct hc_span in = hc_span_of(frame, head + len);
  s->handler.on_data(s->user_data, &in);
  assert_int_equal(in.len, 0);
}

static void run_timer(struct fixture *f)
{
  struct hc_timer *timer = f->net.timer;

  assert_non_null(timer);
  f->net.timer = NULL;
  timer->fn(timer->user_data);
}

static void reading_goes_on_after_a_flush_that_takes_everything(void **state)
{
  struct fixture *f = start();

  (void)state;
  feed(&f->sender, 0x82, PIECE);
  feed(&f->sender, 0x82, PIECE);
  assert_false(f->sender.paused);
  feed(&f->sender, 0x82, PIECE);
  assert_true(f->rendezvous.pending > HC_RELAY_HIGH_MARK);
  assert_true(f->sender.paused);
  f->rendezvous.pending = 0;
  run_timer(f);
  assert_false(f->sender.paused);
  finish(f);
}

static void reading_waits_for_on_drain_if_the_flush_leaves_much(void **state)
{
  struct fixture *f = start();

  (void)state;
  for (int i = 0; i < 3; i++)
    feed(&f->sender, 0x82, PIECE);
  f->rendezvous.pending = HC_STREAM_LOW_MARK;
  run_timer(f);
  assert_true(f->sender.paused);
  f->rendezvous.pending = HC_STREAM_LOW_MARK - 1;
  f->rendezvous.handler.on_drain(f->rendezvous.user_data);
  assert_false(f->sender.paused);
  finish(f);
}

static void a_ping_that_found_no_room_is_answered_later(void **state)
{
  struct fixture *f = start();

  (void)state;
  for (int i = 0; i < 3; i++)
    feed(&f->sender, 0x82, PIECE);
  size_t before = f->rendezvous.pending;
  feed(&f->rendezvous, 0x89, 5);
  assert_int_equal(f->rendezvous.pending, before);
  f->rendezvous.pending = 0;
  run_timer(f);
  assert_int_equal(f->rendezvous.pending, 7);
  assert_memory_equal(f->rendezvous.tx, "\x8a\x05\0\0\0\0\0", 7);
  finish(f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reading_goes_on_after_a_flush_that_takes_everything),
    cmocka_unit_test(reading_waits_for_on_drain_if_the_flush_leaves_much),
    cmocka_unit_test(a_ping_that_found_no_room_is_answered_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
