/* Peers that are gone without a word while bytes wait for them. */
#include "io/vanished.h"

#include "io/stream.h"

static bool is_over(const struct hc_io_stream *s)
{
  return s->phase == HC_IO_OPEN && !s->is_ended &&
         hc_io_unacked_ms(&s->base) >= s->loop->silence_ms;
}

/* The streams take turns: from the front of the list to its end. */
static void look(struct hc_loop *loop)
{
  struct hc_io_stream *s =
      HC_LIST_ENTRY(loop->accepted.next, struct hc_io_stream, accepted);

  hc_list_remove(&s->accepted);
  hc_list_append(&loop->accepted, &s->accepted);
  if (!is_over(s))
    return;
  hc_io_end_reading(s, HYCO_ETIMEDOUT, NULL);
  hc_io_stream_schedule(s);
}

/* A batch at a time, so that thousands of streams do not hold up a turn. */
static void set_timer(struct hc_loop *loop)
{
  uint64_t round_ms = loop->silence_ms / 4;

  if (loop->n_accepted > HC_IO_VANISHED_BATCH)
    round_ms = round_ms * HC_IO_VANISHED_BATCH / loop->n_accepted;
  hc_io_timer_set(loop, &loop->vanished, round_ms > 0 ? round_ms : 1);
}

static void on_timer(void *user_data)
{
  struct hc_loop *loop = user_data;

  for (size_t i = 0; i < loop->n_accepted && i < HC_IO_VANISHED_BATCH; i++)
    look(loop);
  if (loop->n_accepted > 0)
    set_timer(loop);
}

void hc_io_vanished_init(struct hc_loop *loop)
{
  hc_list_init(&loop->accepted);
  loop->silence_ms = HC_ACCEPTED_SILENCE_MS;
  loop->vanished.fn = on_timer;
  loop->vanished.user_data = loop;
}

void hc_io_vanished_watch(struct hc_io_stream *s)
{
  hc_list_append(&s->loop->accepted, &s->accepted);
  s->loop->n_accepted++;
  if (!s->loop->vanished.is_set)
    set_timer(s->loop);
}

void hc_io_vanished_forget(struct hc_io_stream *s)
{
  if (!hc_list_is_linked(&s->accepted))
    return;
  hc_list_remove(&s->accepted);
  if (--s->loop->n_accepted == 0)
    hc_timers_cancel(&s->loop->timers, &s->loop->vanished);
}
