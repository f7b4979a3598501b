/* struct hc_net_ops of the loop. */
#include "io/dial.h"
#include "io/listen.h"
#include "io/stream.h"

#include <time.h>
#include <unistd.h>

static struct hc_loop *loop_of(struct hc_net *net)
{
  return (struct hc_loop *)(void *)net;
}

static const struct hc_loop *loop_of_const(const struct hc_net *net)
{
  return (const struct hc_loop *)(const void *)net;
}

static int tls_new(struct hc_net *net, const struct hc_tls_options *options,
                   struct hc_tls **out, struct hc_fault *fault)
{
  (void)net;
  return hc_tls_new(options, out, fault);
}

static void tls_free(struct hc_net *net, struct hc_tls *tls)
{
  (void)net;
  hc_tls_unref(tls);
}

static void timer_set(struct hc_net *net, struct hc_timer *timer,
                      uint64_t delay_ms)
{
  hc_io_timer_set(loop_of(net), timer, delay_ms);
}

static void timer_cancel(struct hc_net *net, struct hc_timer *timer)
{
  hc_timers_cancel(&loop_of(net)->timers, timer);
}

static uint64_t now_ms(const struct hc_net *net)
{
  return hc_io_now_ms(loop_of_const(net));
}

static int64_t wall_s(const struct hc_net *net)
{
  (void)net;
  return (int64_t)time(NULL);
}

static void random_bytes(struct hc_net *net, uint8_t *out, size_t n)
{
  hc_random_fill(&loop_of(net)->random, out, n);
}

static bool is_narrow(const struct hc_net *net)
{
  return loop_of_const(net)->narrow;
}

static void own_name(const struct hc_net *net, char *out, size_t size)
{
  (void)net;
  if (gethostname(out, size) != 0)
    out[0] = '\0';
  out[size - 1] = '\0'; /* gethostname(2): a cut name may lack it */
}

const struct hc_net_ops hc_io_ops = {
  .dial = hc_io_dial,
  .listen = hc_io_listen,
  .listener_port = hc_io_listener_port,
  .listener_set_tls = hc_io_listener_set_tls,
  .listener_close = hc_io_listener_close,
  .set_handler = hc_io_set_handler,
  .reserve = hc_io_reserve,
  .commit = hc_io_commit,
  .pending = hc_io_pending,
  .set_drain_mark = hc_io_set_drain_mark,
  .pause = hc_io_pause,
  .resume = hc_io_resume,
  .shut = hc_io_shut,
  .close = hc_io_close,
  .local = hc_io_local,
  .peer = hc_io_peer,
  .unacked_ms = hc_io_unacked_ms,
  .negotiated = hc_io_negotiated,
  .tls_new = tls_new,
  .tls_free = tls_free,
  .timer_set = timer_set,
  .timer_cancel = timer_cancel,
  .now_ms = now_ms,
  .wall_s = wall_s,
  .random = random_bytes,
  .is_narrow = is_narrow,
  .own_name = own_name,
};
