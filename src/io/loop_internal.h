/* The inside of the loop, for the files of this room. */
#ifndef HC_IO_LOOP_INTERNAL_H
#define HC_IO_LOOP_INTERNAL_H

#include "base/list.h"
#include "io/loop.h"
#include "io/post.h"
#include "io/random.h"
#include "net/http.h"

#include <uv.h>

struct hc_curl;

enum {
  /* Most that one recv takes: a batch. Half or twice as much costs a relayed
   * byte more (make bench). */
  HC_IO_RECV_MAX = 1 << 17,
  /* A stream that nothing moved on for so long gives its memory back, twice as
   * long at the latest. With a second 10,000 streams that take turns cost a
   * tenth less, but an idle connection holds 4 KiB more: the more streams have
   * buffers at once, the more pages stay in use in part. */
  HC_IO_IDLE_MS = 250,
  /* Tasks after which a turn flushes what they wrote: with thousands of them
   * a stream's memory would have left the cache before its flush. */
  HC_IO_FLUSH_EVERY = 16
};

/* Which turns may run a task. HC_FLUSH ones run in any turn, at its end and
 * after every few of the others. */
enum hc_io_list { HC_ANY_TURN, HC_WIDE_TURN, HC_FLUSH, HC_IO_LISTS };

/* Something to do; lives in its owner, is in one list at most. */
struct hc_task {
  struct hc_list node;
  uint64_t turn; /* that ran it last: once per turn is fair */
  void (*run)(struct hc_task *task);
};

/* Shared by all streams. A narrow turn has a set of its own: a handler further
 * up the stack holds spans into the other. */
struct hc_read_buffers {
  uint8_t *received;  /* HC_IO_RECV_MAX */
  uint8_t *plaintext; /* HC_STREAM_READ_MAX */
};

struct hc_loop {
  struct hc_net net;
  uv_loop_t uv;
  uv_timer_t wait; /* ends a uv_run that waits */
  struct hc_posts posts;
  struct hc_random random;
  struct hc_curl *curl; /* NULL until the first dial */
  struct hc_http_client http;

  struct hc_list tasks[HC_IO_LISTS];
  struct hc_timers timers;
  uint64_t now_ms;

  unsigned depth; /* turns on the stack */
  uint64_t turn;
  uint64_t turns;
  bool narrow;
  bool worked;        /* this turn did something */
  bool watch_changed; /* epoll hears of it in the next uv_run */

  struct hc_list streams;
  struct hc_list calls; /* of HTTP */
  struct hc_list listeners;
  struct hc_list
      warm; /* streams that may hold memory, in the order of warm_ms */
  struct hc_timer sweep;
  struct hc_list accepted; /* streams, as vanished.c looks at them */
  size_t n_accepted;
  uint64_t silence_ms; /* HC_ACCEPTED_SILENCE_MS */
  struct hc_timer vanished;
  struct hc_read_buffers buffers[2]; /* by narrow */
};

extern const struct hc_net_ops hc_io_ops;

/* Puts a task at the end of a list, from whichever list it is in. */
void hc_io_add(struct hc_loop *loop, enum hc_io_list list,
               struct hc_task *task);

void hc_io_timer_set(struct hc_loop *loop, struct hc_timer *timer,
                     uint64_t delay_ms);

/* Fresh outside a turn, the same all through one. */
uint64_t hc_io_now_ms(const struct hc_loop *loop);

static inline struct hc_read_buffers *hc_io_buffers(struct hc_loop *loop)
{
  return &loop->buffers[loop->narrow ? 1 : 0];
}

#endif
