/* Joins two WebSocket connections. Each frame's head is written anew, without a
 * mask; its payload is passed on as it arrives: no frame and no message is ever
 * held, and opcodes, FIN and boundaries stay as they were (DESIGN section 4).
 */
#include "relay/pair.h"

#include "base/memory.h"
#include "relay/farewell.h"
#include "relay/frame.h"
#include "relay/server.h"

struct pair;

struct leg {
  struct pair *pair;
  struct leg *other;
  struct hc_stream *stream;
  struct hc_ws_reader reader;
  uint64_t out_left;  /* payload bytes that the frame being written to this
                         leg still lacks: nothing may stand between them */
  bool close_came;    /* this leg sent its Close */
  bool close_written; /* the other's was written to this leg */
  bool pong_due;      /* RFC 6455 5.5.3: only the latest ping is answered */
  uint8_t ping_len;
  uint8_t ping[HC_WS_CONTROL_MAX];
};

struct pair {
  struct hc_list node;
  struct hc_relay *relay;
  struct hc_relay_tracking tracking;
  struct leg legs[2];
};

static void pair_free(struct pair *pair)
{
  hc_relay_set_remove(&pair->relay->pairs, &pair->node);
  hc_free(pair);
}

static void close_both(struct pair *pair, enum hc_stream_close how)
{
  hc_stream_close(pair->legs[0].stream, how);
  hc_stream_close(pair->legs[1].stream, how);
  pair_free(pair);
}

static void log_end(const struct pair *pair, const char *detail)
{
  hc_relay_event(&pair->relay->log, "SenderConnectionClosed", &pair->tracking,
                 detail);
}

/* True if a frame of our own may be written to the leg now. */
static bool is_between_frames(const struct leg *leg)
{
  return leg->out_left == 0 && !leg->close_written;
}

/* A broken leg is told why, if it can be; the other only sees a cut. */
static void fail(struct leg *leg, const char *why)
{
  struct pair *pair = leg->pair;
  enum hc_stream_close how = HC_STREAM_CUT;

  log_end(pair, why);
  if (is_between_frames(leg) &&
      hc_relay_write_close(leg->stream, HC_CLOSE_PROTOCOL_ERROR, why) == 0)
    how = HC_STREAM_CLEAN;
  hc_stream_close(leg->stream, how);
  hc_stream_close(leg->other->stream, HC_STREAM_CUT);
  pair_free(pair);
}

/* Answers the ping that waits, unless a frame is half written, or the leg's
 * peer does not read: its answers must not pile up. */
static void answer_ping(struct leg *leg)
{
  if (!leg->pong_due || !is_between_frames(leg) ||
      hc_stream_pending(leg->stream) > HC_RELAY_HIGH_MARK)
    return;
  leg->pong_due = false;
  (void)hc_relay_write_frame(leg->stream, HC_WS_PONG,
                             hc_span_of(leg->ping, leg->ping_len));
}

static void on_ping(struct leg *leg, const struct hc_ws_chunk *chunk)
{
  hc_ws_chunk_copy(leg->ping, chunk);
  leg->ping_len = (uint8_t)chunk->data.len;
  leg->pong_due = true;
  answer_ping(leg);
}

/* Passes a Close on, code and text as they are; the other direction stays open
 * until its own Close (spec 1.9). False: the pair is gone. */
static bool on_close(struct leg *leg, const struct hc_ws_chunk *chunk)
{
  uint8_t body[HC_WS_CONTROL_MAX];
  struct hc_span reason;
  int code;

  hc_ws_chunk_copy(body, chunk);
  if (hc_ws_read_close(hc_span_of(body, chunk->data.len), &code, &reason) !=
      0) {
    fail(leg, "bad Close");
    return false;
  }
  if (hc_relay_write_frame(leg->other->stream, HC_WS_CLOSE,
                           hc_span_of(body, chunk->data.len)) != 0) {
    close_both(leg->pair, HC_STREAM_CUT);
    return false;
  }
  leg->close_came = true;
  leg->other->close_written = true;
  if (!leg->other->close_came)
    return true;
  log_end(leg->pair, NULL);
  close_both(leg->pair, HC_STREAM_CLEAN);
  return false;
}

/* What one call of on_data writes to the other leg, in one room. A frame that
 * is passed on is never longer than it came, for its mask is gone; only its
 * head may have been taken by an earlier call. */
struct batch {
  uint8_t *start; /* NULL: nothing is being written */
  uint8_t *end;
};

/* left: bytes of input that may go into it. False: the pair is gone. */
static bool begin_batch(struct leg *leg, size_t left, struct batch *batch)
{
  batch->start = hc_stream_reserve(leg->other->stream, HC_WS_HEAD_MAX + left);
  batch->end = batch->start;
  if (batch->start != NULL)
    return true;
  /* no memory: on_data leaves no way to pass TX_MAX */
  log_end(leg->pair, "no memory");
  close_both(leg->pair, HC_STREAM_CUT);
  return false;
}

static void end_batch(struct leg *leg, struct batch *batch)
{
  if (batch->start == NULL)
    return;
  hc_stream_commit(leg->other->stream, (size_t)(batch->end - batch->start));
  batch->start = NULL;
}

/* Whole frames, in one go. Not while an answer waits to be put between two. */
static bool pass_frames(struct leg *leg, struct hc_span *in,
                        struct batch *batch)
{
  if (in->len == 0 || leg->other->pong_due)
    return true;
  if (batch->start == NULL && !begin_batch(leg, in->len, batch))
    return false;
  batch->end += hc_ws_pass_frames(&leg->reader, in, batch->end);
  return true;
}

/* The one copy of a payload byte: out of the input into the other stream. rest
 * is what the input has behind the piece. */
static bool on_payload(struct leg *leg, const struct hc_ws_chunk *chunk,
                       size_t rest, struct batch *batch)
{
  const struct hc_ws_head head = { .opcode = chunk->head.opcode,
                                   .fin = chunk->head.fin,
                                   .len = chunk->head.len };
  struct leg *other = leg->other;

  if (batch->start == NULL && !begin_batch(leg, chunk->data.len + rest, batch))
    return false;
  if (chunk->frame_start)
    batch->end += hc_ws_write_head(batch->end, &head);
  hc_ws_chunk_copy(batch->end, chunk);
  batch->end += chunk->data.len;
  other->out_left = head.len - chunk->offset - chunk->data.len;
  if (other->pong_due && other->out_left == 0) {
    end_batch(leg, batch);
    answer_ping(other);
  }
  return true;
}

static bool pass_on(struct leg *leg, const struct hc_ws_chunk *chunk,
                    size_t rest, struct batch *batch)
{
  switch (chunk->head.opcode) {
  case HC_WS_PING:
    on_ping(leg, chunk);
    return true;
  case HC_WS_PONG:
    return true;
  case HC_WS_CLOSE:
    end_batch(leg, batch);
    return on_close(leg, chunk);
  default:
    return on_payload(leg, chunk, rest, batch);
  }
}

/* False: the pair is gone. */
static bool read_frames(struct leg *leg, struct hc_span *in)
{
  struct batch batch = { NULL, NULL };
  struct hc_ws_chunk chunk;
  int rc = 1;

  while (rc > 0 && !leg->close_came) {
    if (!pass_frames(leg, in, &batch))
      return false;
    rc = hc_ws_read(&leg->reader, in, &chunk);
    if (rc > 0 && !pass_on(leg, &chunk, in->len, &batch))
      return false;
  }
  end_batch(leg, &batch);
  if (rc < 0)
    fail(leg, leg->reader.error);
  return rc >= 0;
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct leg *leg = user_data;

  if (!read_frames(leg, in))
    return;
  if (leg->close_came) /* RFC 6455 5.5.1: nothing comes behind a Close */
    hc_span_drop(in, in->len);
  if (hc_stream_pending(leg->other->stream) > HC_RELAY_HIGH_MARK)
    hc_stream_pause(leg->stream);
}

static void on_drain(void *user_data)
{
  struct leg *leg = user_data;

  answer_ping(leg);
  hc_stream_resume(leg->other->stream);
}

/* Whatever ends a leg before both Closes went through is a cut (spec 1.9). */
static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct leg *leg = user_data;

  log_end(leg->pair, fault->code != 0 ? fault->text : "ended without Close");
  close_both(leg->pair, HC_STREAM_CUT);
}

static void leg_init(struct leg *leg, struct pair *pair, struct leg *other,
                     struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = on_data,
                                                    .on_drain = on_drain,
                                                    .on_end = on_end };

  leg->pair = pair;
  leg->other = other;
  leg->stream = stream;
  hc_ws_reader_init(&leg->reader, HC_WS_FROM_CLIENT);
  hc_stream_set_handler(stream, &handler, leg);
  hc_stream_resume(stream);
}

void hc_relay_pair_join(struct hc_relay *relay, struct hc_stream *sender,
                        struct hc_stream *rendezvous,
                        const struct hc_relay_tracking *tracking)
{
  struct pair *pair = hc_alloc_zero(sizeof *pair);

  if (pair == NULL) {
    hc_stream_close(sender, HC_STREAM_CUT);
    hc_stream_close(rendezvous, HC_STREAM_CUT);
    return;
  }
  pair->relay = relay;
  pair->tracking = *tracking;
  leg_init(&pair->legs[0], pair, &pair->legs[1], sender);
  leg_init(&pair->legs[1], pair, &pair->legs[0], rendezvous);
  hc_relay_set_add(&relay->pairs, &pair->node);
}

static void leg_stop(struct leg *leg)
{
  struct hc_relay *relay = leg->pair->relay;
  enum hc_stream_close how = HC_STREAM_CUT;

  if (is_between_frames(leg) &&
      hc_relay_write_close(leg->stream, HC_CLOSE_GOING_AWAY,
                           "the relay is stopping") == 0)
    how = HC_STREAM_CLEAN;
  if (how == HC_STREAM_CLEAN && !leg->close_came)
    hc_relay_await_close(relay, leg->stream, &leg->reader);
  else
    hc_relay_await_written(relay, leg->stream, how);
}

static struct pair *first(const struct hc_relay *relay)
{
  return HC_LIST_ENTRY(relay->pairs.list.next, struct pair, node);
}

void hc_relay_pairs_stop(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->pairs.list)) {
    struct pair *pair = first(relay);
    leg_stop(&pair->legs[0]);
    leg_stop(&pair->legs[1]);
    pair_free(pair);
  }
}

void hc_relay_pairs_end(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->pairs.list))
    close_both(first(relay), HC_STREAM_CUT);
}
