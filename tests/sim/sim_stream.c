/* The simulated net's streams: what one end writes travels as segments and is
 * handed over at the other. */
#include "sim_internal.h"

#include "base/memory.h"
#include <assert.h>
#include <stdlib.h>

/* When src/io gives up who acknowledges nothing: at the latest. */
enum { UNACKED_MS = HC_ACCEPTED_SILENCE_MS / 4 * 5 };

static struct sim *sim_of_end(const struct sim_end *end)
{
  return end->link->sim;
}

static struct sim_segment *segment_of(struct hc_list *node)
{
  return HC_LIST_ENTRY(node, struct sim_segment, node);
}

static struct sim_segment *first_segment(const struct sim_end *end)
{
  return hc_list_is_empty(&end->inbound) ? NULL : segment_of(end->inbound.next);
}

/* A reset at the tail that takes along what was not read by then. */
static struct sim_segment *lossy_reset(const struct sim_end *end)
{
  if (hc_list_is_empty(&end->inbound))
    return NULL;
  struct sim_segment *last = segment_of(end->inbound.prev);
  return last->kind == SIM_RESET && last->lossy ? last : NULL;
}

static void drop_segment(struct sim_end *end, struct sim_segment *segment)
{
  end->queued -= segment->len - segment->taken;
  hc_list_remove(&segment->node);
  free(segment);
}

static void drop_inbound(struct sim_end *end)
{
  while (!hc_list_is_empty(&end->inbound))
    drop_segment(end, first_segment(end));
}

static void set_event(struct sim_end *end, struct hc_timer *timer,
                      uint64_t due_ms)
{
  uint64_t now_ms = sim_of_end(end)->now_ms;
  hc_timers_set(&sim_of_end(end)->wire_events, timer,
                due_ms > now_ms ? due_ms : now_ms);
}

static void cancel_event(struct sim_end *end, struct hc_timer *timer)
{
  hc_timers_cancel(&sim_of_end(end)->wire_events, timer);
}

/* A program is inside a handler, and this end is its. */
static bool is_narrow(const struct sim_end *end)
{
  return sim_of_end(end)->narrow && end == &end->link->ends[0];
}

/* When the end has something to tell its owner next. */
static uint64_t next_delivery(const struct sim_end *end)
{
  const struct sim_segment *first = first_segment(end);
  const struct sim_segment *reset = lossy_reset(end);

  if (end->handle == NULL || !end->opened || end->ended)
    return UINT64_MAX;
  if (end->paused)
    return reset != NULL ? reset->due_ms : UINT64_MAX;
  if (is_narrow(end))
    return end->reads_in_narrow && first != NULL && first->kind == SIM_DATA
               ? first->due_ms
               : UINT64_MAX;
  if (end->show_rest && end->rest_len > 0)
    return 0;
  return first != NULL ? first->due_ms : UINT64_MAX;
}

static void arm_delivery(struct sim_end *end)
{
  uint64_t due_ms = next_delivery(end);
  if (due_ms == UINT64_MAX)
    cancel_event(end, &end->deliver);
  else
    set_event(end, &end->deliver, due_ms);
}

/* What has not arrived yet never will. */
void sim_end_drop_travelling(struct sim_end *end)
{
  while (!hc_list_is_empty(&end->inbound)) {
    struct sim_segment *last = segment_of(end->inbound.prev);
    if (last->due_ms <= sim_of_end(end)->now_ms)
      break;
    drop_segment(end, last);
  }
  arm_delivery(end);
}

static struct sim_segment *append_segment(struct sim_end *to,
                                          enum sim_segment_kind kind,
                                          struct hc_span bytes)
{
  struct sim *sim = sim_of_end(to);
  struct sim_segment *segment = sim_alloc(sizeof *segment + bytes.len);
  uint64_t due_ms = sim->now_ms + sim_latency(sim);

  segment->kind = kind;
  segment->len = bytes.len;
  if (bytes.len > 0)
    memcpy(segment->data, bytes.ptr, bytes.len);
  /* TCP keeps the order. */
  segment->due_ms = due_ms > to->last_due_ms ? due_ms : to->last_due_ms;
  to->last_due_ms = segment->due_ms;
  to->queued += bytes.len;
  hc_list_append(&to->inbound, &segment->node);
  return segment;
}

static bool can_hear(const struct sim_end *to)
{
  return to->handle != NULL && !to->ended && !to->link->silent;
}

static void push(struct sim_end *to, enum sim_segment_kind kind, int code,
                 bool lossy)
{
  if (lossy)
    sim_end_drop_travelling(to);
  struct sim_segment *segment = append_segment(to, kind, hc_span_of(NULL, 0));
  segment->code = code;
  segment->lossy = lossy;
  arm_delivery(to);
}

/* An end or a reset is on its way to an end. */
void sim_end_push(struct sim_end *to, enum sim_segment_kind kind, int code)
{
  struct sim *sim = sim_of_end(to);

  if (!can_hear(to))
    return;
  push(to, kind, code, kind == SIM_RESET && sim_random_below(sim, 2) == 0);
}

/* Whatever this end has written or will write goes nowhere. */
void sim_end_break(struct sim_end *end)
{
  end->broken = true;
  end->closing = false;
  end->above_mark = false;
  hc_buffer_deinit(&end->tx);
  cancel_event(end, &end->flush);
}

static void drop_rest(struct sim_end *end)
{
  free(end->rest);
  end->rest = NULL;
  end->rest_len = 0;
}

/* Takes at most max bytes that have arrived. */
static size_t take_arrived(struct sim_end *end, uint8_t *dst, size_t max)
{
  size_t n = 0;

  for (;;) {
    struct sim_segment *first = first_segment(end);
    if (n == max || first == NULL || first->kind != SIM_DATA ||
        first->due_ms > sim_of_end(end)->now_ms)
      return n;
    size_t left = first->len - first->taken;
    size_t part = left < max - n ? left : max - n;
    memcpy(dst + n, first->data + first->taken, part);
    first->taken += part;
    end->queued -= part;
    n += part;
    if (first->taken == first->len)
      drop_segment(end, first);
  }
}

/* The rest from before and what has come, in a block of exactly that size: the
 * address sanitizer sees who reads past it or keeps it. */
static uint8_t *gather(struct sim_end *end, size_t *total)
{
  struct sim *sim = sim_of_end(end);
  size_t max = sim_random_size(sim, sim->wire.read_max);
  size_t space = HC_STREAM_READ_MAX - end->rest_len;
  uint8_t *bytes;

  if (max > space)
    max = space;
  if (max > end->queued)
    max = end->queued;
  bytes = sim_alloc(end->rest_len + max);
  if (end->rest_len > 0)
    memcpy(bytes, end->rest, end->rest_len);
  *total = end->rest_len + take_arrived(end, bytes + end->rest_len, max);
  if (*total < end->rest_len + max) {
    uint8_t *exact = sim_alloc(*total);
    memcpy(exact, bytes, *total);
    free(bytes);
    bytes = exact;
  }
  return bytes;
}

/* A handler that paused, if only for a moment, is asked again. */
static void keep_rest(struct sim_end *end, struct hc_span rest)
{
  assert(end->paused || end->show_rest || rest.len <= HC_STREAM_REST_MAX);
  if (rest.len == 0)
    return;
  end->rest = sim_alloc(rest.len);
  memcpy(end->rest, rest.ptr, rest.len);
  end->rest_len = rest.len;
}

static void hand_over(struct sim_end *end)
{
  size_t total;
  uint8_t *bytes = gather(end, &total);
  struct hc_span in = hc_span_of(bytes, total);

  drop_rest(end);
  end->show_rest = is_narrow(end);
  if (end->peer->opened)
    set_event(end->peer, &end->peer->flush, 0); /* the window has room */
  end->handler.on_data(end->user_data, &in);
  if (end->handle != NULL) {
    assert(in.len == 0 || in.ptr + in.len == bytes + total);
    keep_rest(end, in);
    arm_delivery(end);
  }
  free(bytes);
}

void sim_end_fail(struct sim_end *end, int code, const char *text)
{
  struct hc_fault fault;

  hc_fault_set(&fault, code, "%s", text);
  end->ended = true;
  drop_inbound(end);
  drop_rest(end);
  cancel_event(end, &end->deliver);
  end->handler.on_end(end->user_data, &fault);
}

static void deliver(void *user_data)
{
  struct sim_end *end = user_data;
  struct sim_segment *reset = lossy_reset(end);
  uint64_t now_ms = sim_of_end(end)->now_ms;

  if (reset != NULL && reset->due_ms <= now_ms && !is_narrow(end)) {
    sim_end_break(end);
    sim_end_fail(end, HYCO_ECONNRESET, "the connection was reset");
    return;
  }
  const struct sim_segment *first = first_segment(end);
  bool rest_again = end->show_rest && end->rest_len > 0;
  if (rest_again || first == NULL || first->kind == SIM_DATA) {
    hand_over(end);
    return;
  }
  if (first->kind == SIM_RESET)
    sim_end_break(end);
  sim_end_fail(end, first->code,
               first->kind == SIM_RESET ? "the connection was reset"
               : first->code == 0       ? "the peer closed the connection"
                                        : "the peer dropped the connection");
}

/* Puts on the wire what its window takes. Returns false if nothing moved. */
static bool write_some(struct sim_end *end)
{
  struct sim *sim = sim_of_end(end);
  struct sim_end *peer = end->peer;
  size_t window = sim->wire.window;
  size_t n = hc_buffer_len(&end->tx);

  if (n == 0)
    return false;
  if (peer->handle != NULL && !peer->ended) {
    size_t room = window > peer->queued ? window - peer->queued : 0;
    n = sim_random_size(sim, n < room ? n : room);
    if (n == 0)
      return false;
    append_segment(peer, SIM_DATA, hc_span_of(hc_buffer_span(&end->tx).ptr, n));
    arm_delivery(peer);
  } /* else the closed peer reads and forgets it until it sees our end */
  hc_buffer_drop(&end->tx, n);
  return true;
}

/* Nothing is left: idle streams hold no memory, a closed one ends. */
static void finish_writing(struct sim_end *end)
{
  hc_buffer_trim(&end->tx);
  if (end->closing && end->end_code == HYCO_ECONNRESET && can_hear(end->peer))
    push(end->peer, SIM_RESET, HYCO_ECONNRESET, false);
  else if (end->closing)
    sim_end_push(end->peer, SIM_END, end->end_code);
  end->closing = false;
}

static void flush(void *user_data)
{
  struct sim_end *end = user_data;

  if (end->link->silent) {
    if (end->unacked_since_ms == 0 && hc_buffer_len(&end->tx) > 0)
      end->unacked_since_ms = sim_of_end(end)->now_ms + 1;
    return;
  }
  bool moved = write_some(end);
  size_t left = hc_buffer_len(&end->tx);
  if (left == 0)
    finish_writing(end);
  else if (moved)
    set_event(end, &end->flush, 0);
  bool was_above = end->above_mark;
  end->above_mark = left >= end->drain_mark;
  if (is_narrow(end))
    end->above_mark |= was_above; /* told when handlers may run */
  else if (was_above && !end->above_mark && end->handle != NULL &&
           !end->ended && end->handler.on_drain != NULL)
    end->handler.on_drain(end->user_data);
}

/* A cleanly closed end has all the time that its peer needs to read. */
static bool may_still_deliver(struct sim_end *end)
{
  uint64_t now_ms = sim_of_end(end)->now_ms;
  size_t left = hc_buffer_len(&end->tx);

  if (left != end->undelivered)
    end->undelivered_since_ms = now_ms;
  end->undelivered = left;
  return now_ms - end->undelivered_since_ms < HC_STREAM_STALL_MS;
}

/* A closed end's patience is over. What the kernel has it delivers. */
static void linger(void *user_data)
{
  struct sim_end *end = user_data;

  if (end->end_code == 0 && hc_buffer_len(&end->tx) == 0)
    return;
  if (end->end_code == 0 && may_still_deliver(end)) {
    set_event(end, &end->linger, sim_of_end(end)->now_ms + HC_STREAM_LINGER_MS);
    return;
  }
  sim_end_break(end);
  sim_end_push(end->peer, SIM_RESET, HYCO_ECONNRESET);
}

/* The kernel gives up: soon on a quiet connection, later where it is busy
 * sending again what was not acknowledged. */
static void keep_alive(void *user_data)
{
  struct sim_end *end = user_data;
  uint64_t unacked_ms = 0;

  if (end->handle == NULL || end->ended)
    return;
  if (end->unacked_since_ms != 0)
    unacked_ms = sim_of_end(end)->now_ms + 1 - end->unacked_since_ms;
  if (unacked_ms > 0 && unacked_ms < UNACKED_MS) {
    set_event(end, &end->keep_alive,
              sim_of_end(end)->now_ms + UNACKED_MS - unacked_ms);
    return;
  }
  sim_end_break(end);
  sim_end_fail(end, HYCO_ETIMEDOUT, "the connection timed out");
}

void sim_end_silence(struct sim_end *end)
{
  sim_end_drop_travelling(end);
  if (end == &end->link->ends[1])
    set_event(end, &end->keep_alive,
              sim_of_end(end)->now_ms + HC_ACCEPTED_SILENCE_MS);
}

void sim_end_init(struct sim_end *end, struct sim_link *link)
{
  end->link = link;
  hc_buffer_init(&end->tx, HC_STREAM_TX_MAX);
  end->drain_mark = HC_STREAM_LOW_MARK;
  hc_list_init(&end->inbound);
  end->flush.fn = flush;
  end->flush.user_data = end;
  end->deliver.fn = deliver;
  end->deliver.user_data = end;
  end->linger.fn = linger;
  end->linger.user_data = end;
  end->keep_alive.fn = keep_alive;
  end->keep_alive.user_data = end;
}

static void drop_room(struct sim_end *end)
{
  hc_free(end->room);
  end->room = NULL;
  end->room_len = 0;
}

static void drop_handle(struct sim_end *end)
{
  if (end->handle == NULL)
    return;
  hc_free(end->handle);
  end->handle = NULL;
  sim_of_end(end)->open_streams--;
}

void sim_end_deinit(struct sim_end *end)
{
  cancel_event(end, &end->flush);
  cancel_event(end, &end->deliver);
  cancel_event(end, &end->linger);
  cancel_event(end, &end->keep_alive);
  drop_handle(end);
  drop_room(end);
  drop_inbound(end);
  drop_rest(end);
  hc_buffer_deinit(&end->tx);
}

/* NULL when out of memory. */
struct sim_handle *sim_end_open_handle(struct sim_end *end)
{
  struct sim_handle *handle = hc_alloc_zero(sizeof *handle);
  if (handle == NULL)
    return NULL;
  handle->base.net = &sim_of_end(end)->net;
  handle->end = end;
  end->handle = handle;
  sim_of_end(end)->open_streams++;
  return handle;
}

void sim_end_wake(struct sim_end *end)
{
  if (end->handle == NULL || !end->opened)
    return;
  arm_delivery(end);
  set_event(end, &end->flush, 0);
}

void sim_end_opened(struct sim_end *end)
{
  end->opened = true;
  arm_delivery(end);
}

void sim_stream_set_handler(struct hc_stream *stream,
                            const struct hc_stream_handler *handler,
                            void *user_data)
{
  struct sim_end *end = sim_end_of(stream);
  end->handler = *handler;
  end->user_data = user_data;
}

uint8_t *sim_stream_reserve(struct hc_stream *stream, size_t n)
{
  struct sim_end *end = sim_end_of(stream);

  assert(end->opened && !end->shut);
  drop_room(end);
  if (hc_buffer_len(&end->tx) + n > HC_STREAM_TX_MAX)
    return NULL;
  if (n > 0 && hc_buffer_reserve(&end->tx, n) == NULL)
    return NULL;
  end->room = hc_alloc(n > 0 ? n : 1);
  end->room_len = end->room != NULL ? n : 0;
  return end->room;
}

void sim_stream_commit(struct hc_stream *stream, size_t n)
{
  struct sim_end *end = sim_end_of(stream);

  assert(n <= end->room_len);
  if (n > 0 && !end->broken) {
    memcpy(hc_buffer_reserve(&end->tx, n), end->room, n);
    hc_buffer_commit(&end->tx, n);
    end->above_mark |= hc_buffer_len(&end->tx) >= end->drain_mark;
    set_event(end, &end->flush, 0);
  }
  drop_room(end);
}

size_t sim_stream_pending(const struct hc_stream *stream)
{
  return hc_buffer_len(&sim_end_of(stream)->tx);
}

void sim_stream_set_drain_mark(struct hc_stream *stream, size_t mark)
{
  struct sim_end *end = sim_end_of(stream);

  assert(mark >= 1 && mark <= HC_STREAM_TX_MAX);
  end->drain_mark = mark;
  end->above_mark = hc_buffer_len(&end->tx) >= mark;
}

void sim_stream_pause(struct hc_stream *stream)
{
  struct sim_end *end = sim_end_of(stream);
  end->paused = true;
  arm_delivery(end);
}

void sim_stream_resume(struct hc_stream *stream)
{
  struct sim_end *end = sim_end_of(stream);
  if (!end->paused)
    return;
  end->paused = false;
  end->show_rest = true;
  arm_delivery(end);
}

void sim_stream_shut(struct hc_stream *stream)
{
  struct sim_end *end = sim_end_of(stream);

  assert(end->opened);
  end->shut = true;
  if (end->broken)
    return;
  end->closing = true;
  end->end_code = 0;
  set_event(end, &end->flush, 0);
}

/* A stream that never opened cannot deliver anything. */
static enum hc_stream_close possible_close(const struct sim_end *end,
                                           enum hc_stream_close how)
{
  return end->opened && !end->broken ? how : HC_STREAM_ABORT;
}

void sim_stream_close(struct hc_stream *stream, enum hc_stream_close how)
{
  struct sim_end *end = sim_end_of(stream);
  struct sim_end *peer = end->peer;

  drop_handle(end);
  drop_room(end);
  drop_inbound(end);
  drop_rest(end);
  cancel_event(end, &end->deliver);
  if (end == &end->link->ends[0])
    sim_link_stop_dialling(end->link);
  if (peer->handle == NULL) {
    sim_link_retire(end->link);
    return;
  }
  set_event(peer, &peer->flush, 0); /* from now on we read and forget */
  if (possible_close(end, how) == HC_STREAM_ABORT) {
    sim_end_break(end);
    sim_end_push(peer, SIM_RESET, HYCO_ECONNRESET);
    return;
  }
  end->closing = true;
  end->end_code = how == HC_STREAM_CUT     ? HYCO_EDROPPED
                  : how == HC_STREAM_RESET ? HYCO_ECONNRESET
                                           : 0;
  end->undelivered = hc_buffer_len(&end->tx);
  end->undelivered_since_ms = sim_of_end(end)->now_ms;
  set_event(end, &end->flush, 0);
  set_event(end, &end->linger, sim_of_end(end)->now_ms + HC_STREAM_LINGER_MS);
}
