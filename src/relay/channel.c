/* HTTP over a rendezvous: requests out, responses in. */
#include "relay/channel.h"

#include "base/memory.h"
#include "relay/deliver.h"
#include "relay/farewell.h"
#include "relay/frame.h"
#include "relay/http_answer.h"
#include "relay/http_sender.h"
#include "relay/server.h"

struct hc_relay_channel {
  struct hc_list node;
  struct hc_relay *relay;
  struct hc_stream *stream;
  struct hc_relay_exchange *exchange; /* NULL: it is kept */
  struct hc_relay_sender *sender;     /* while it is kept */
  struct hc_relay_origin origin;
  struct hc_ws_reader reader;
  struct hc_buffer message; /* the text that is coming */
  bool for_request;         /* otherwise for one response only */
  bool wants_body;          /* the request's */
  bool body_has_begun;
  bool answer_is_due; /* the response's binary message */
};

/* The stream is the caller's. */
static void channel_free(struct hc_relay_channel *c)
{
  if (c->exchange != NULL)
    c->exchange->channel = NULL;
  if (c->sender != NULL)
    c->sender->kept = NULL;
  hc_relay_set_remove(&c->relay->channels, &c->node);
  hc_relay_origin_deinit(&c->origin);
  hc_buffer_deinit(&c->message);
  hc_free(c);
}

void hc_relay_channel_cut(struct hc_relay_channel *c)
{
  hc_stream_close(c->stream, HC_STREAM_CUT);
  channel_free(c);
}

static void close_with(struct hc_relay_channel *c, int code, const char *why)
{
  bool written =
      !c->wants_body && hc_relay_write_close(c->stream, code, why) == 0;

  hc_stream_close(c->stream, written ? HC_STREAM_CLEAN : HC_STREAM_CUT);
  channel_free(c);
}

void hc_relay_channel_drop(struct hc_relay_channel *c)
{
  close_with(c, HC_CLOSE_NORMAL, "the sender is gone");
}

void hc_relay_channel_stop(struct hc_relay_channel *c)
{
  if (!c->wants_body && hc_relay_write_close(c->stream, HC_CLOSE_GOING_AWAY,
                                             "the relay is stopping") == 0)
    hc_relay_await_close(c->relay, c->stream, &c->reader);
  else
    hc_stream_close(c->stream, HC_STREAM_CUT);
  channel_free(c);
}

const struct hc_relay_origin *
hc_relay_channel_origin(const struct hc_relay_channel *c)
{
  return &c->origin;
}

bool hc_relay_channel_wants_body(const struct hc_relay_channel *c)
{
  return c->wants_body;
}

size_t hc_relay_channel_pending(const struct hc_relay_channel *c)
{
  return hc_stream_pending(c->stream);
}

bool hc_relay_channel_is_full(const struct hc_relay_channel *c)
{
  return hc_relay_channel_pending(c) > HC_RELAY_HIGH_MARK;
}

void hc_relay_channel_resume(struct hc_relay_channel *c)
{
  hc_stream_resume(c->stream);
}

bool hc_relay_channel_release(struct hc_relay_channel *c, bool keep)
{
  struct hc_relay_sender *sender = c->exchange->sender;

  if (!keep || !c->for_request || c->wants_body || sender->kept != NULL) {
    close_with(c, HC_CLOSE_NORMAL, "the answer is complete");
    return false;
  }
  c->exchange->channel = NULL;
  c->exchange = NULL;
  c->sender = sender;
  sender->kept = c;
  hc_buffer_trim(&c->message);
  hc_stream_resume(c->stream);
  return true;
}

int hc_relay_channel_write(struct hc_relay_channel *c, struct hc_span data,
                           bool is_last)
{
  const struct hc_relay_frame frame = { c->body_has_begun ? HC_WS_CONTINUATION
                                                          : HC_WS_BINARY,
                                        data, !is_last };
  int rc = hc_relay_write_frames(c->stream, &frame, 1);

  if (rc != 0)
    return rc;
  c->body_has_begun = true;
  c->wants_body = !is_last;
  return 0;
}

/* The message, and what is there of the body: both or neither. */
static int send_request(struct hc_relay_channel *c, struct hc_relay_exchange *e)
{
  bool has_piece =
      e->has_body && (e->body_ended || hc_buffer_len(&e->held) > 0);
  struct hc_buffer message;

  hc_buffer_init(&message, HC_CONTROL_MAX);
  int rc = hc_relay_write_request(&message, e, c->origin.base, false);
  if (rc == 0) {
    const struct hc_relay_frame frames[] = {
      { HC_WS_TEXT, hc_buffer_span(&message), false },
      { HC_WS_BINARY, hc_buffer_span(&e->held), !e->body_ended },
    };
    rc = hc_relay_write_frames(c->stream, frames, has_piece ? 2 : 1);
  }
  hc_buffer_deinit(&message);
  c->body_has_begun = has_piece;
  c->wants_body = e->has_body && !(rc == 0 && e->body_ended);
  if (rc == 0 && has_piece && !e->body_ended) {
    e->was_passed_on = true;
    hc_relay_exchange_let_go(e);
  }
  return rc;
}

static void join(struct hc_relay_channel *c, struct hc_relay_exchange *e)
{
  c->exchange = e;
  c->sender = NULL;
  e->channel = c;
}

int hc_relay_channel_reuse(struct hc_relay_channel *c,
                           struct hc_relay_exchange *e)
{
  if (hc_relay_channel_is_full(c) || c->reader.in_message)
    return HYCO_EWOULDBLOCK;
  e->sender->kept = NULL;
  join(c, e);
  e->channel_was_kept = true;
  e->address_is_used = true;
  if (send_request(c, e) != 0) {
    hc_relay_channel_cut(c);
    e->channel_was_kept = false;
    e->address_is_used = false;
    return HYCO_EWOULDBLOCK;
  }
  hc_relay_exchange_delivered(e);
  return 0;
}

/* close_code: 0 for a cut. A Close of the listener's own ends a body (spec 1.8:
 * Java), and 1001 says no more than that it goes; anything else is an error. */
static void lose(struct hc_relay_channel *c, int close_code)
{
  struct hc_relay_exchange *e = c->exchange;
  bool answer_is_due = c->answer_is_due;
  bool ends_body =
      close_code == HC_CLOSE_NORMAL || close_code == HC_CLOSE_NO_STATUS;
  struct hc_relay_loss loss = { ends_body || close_code == HC_CLOSE_GOING_AWAY,
                                c->reader.in_message || answer_is_due };

  channel_free(c);
  if (e == NULL)
    return;
  if (answer_is_due && ends_body)
    hc_relay_answer_end(e);
  else if (answer_is_due)
    hc_relay_exchange_fail(e, 502, "The listener broke off.");
  else
    hc_relay_exchange_lose_channel(e, loss);
}

static void on_close(struct hc_relay_channel *c,
                     const struct hc_ws_chunk *chunk)
{
  uint8_t body[HC_WS_CONTROL_MAX];
  struct hc_span reason;
  int code;

  hc_ws_chunk_copy(body, chunk);
  bool is_good =
      hc_ws_read_close(hc_span_of(body, chunk->data.len), &code, &reason) == 0;
  if (is_good)
    (void)hc_relay_write_frame(c->stream, HC_WS_CLOSE,
                               hc_span_of(body, chunk->data.len));
  hc_stream_close(c->stream, is_good ? HC_STREAM_CLEAN : HC_STREAM_CUT);
  lose(c, is_good ? code : 0);
}

static void break_off(struct hc_relay_channel *c, int code, const char *why)
{
  bool written =
      !c->wants_body && hc_relay_write_close(c->stream, code, why) == 0;

  hc_stream_close(c->stream, written ? HC_STREAM_CLEAN : HC_STREAM_CUT);
  lose(c, 0);
}

/* False: the channel is gone. */
static bool on_message(struct hc_relay_channel *c)
{
  struct hc_control control;
  struct hc_fault fault;
  bool alive = true;

  if (hc_control_read(hc_buffer_span(&c->message), &control, &fault) != 0) {
    break_off(c, HC_CLOSE_BAD_DATA, fault.text);
    return false;
  }
  hc_buffer_clear(&c->message);
  if (control.kind == HC_CONTROL_RESPONSE &&
      strcmp(control.response.request_id, c->exchange->address.id) == 0) {
    c->answer_is_due = control.response.body;
    alive = hc_relay_answer_begin(c->exchange, &control.response);
  }
  hc_control_deinit(&control);
  return alive;
}

static bool on_text(struct hc_relay_channel *c, const struct hc_ws_chunk *chunk)
{
  if (c->answer_is_due) {
    break_off(c, HC_CLOSE_PROTOCOL_ERROR, "a body is due");
    return false;
  }
  uint8_t *dst = hc_buffer_reserve(&c->message, chunk->data.len);
  if (dst == NULL) {
    break_off(c, HC_CLOSE_TOO_BIG, "the message is too long");
    return false;
  }
  hc_ws_chunk_copy(dst, chunk);
  hc_buffer_commit(&c->message, chunk->data.len);
  return !chunk->message_end || on_message(c);
}

/* A binary message that no response announced is ignored: some SDKs send empty
 * ones (spec 9.6). */
static bool on_binary(struct hc_relay_channel *c,
                      const struct hc_ws_chunk *chunk)
{
  if (!c->answer_is_due)
    return true;
  if (!hc_relay_answer_piece(c->exchange, chunk))
    return false;
  if (!chunk->message_end)
    return true;
  c->answer_is_due = false;
  return hc_relay_answer_end(c->exchange);
}

static bool on_chunk(struct hc_relay_channel *c,
                     const struct hc_ws_chunk *chunk)
{
  switch (chunk->head.opcode) {
  case HC_WS_PING:
    hc_relay_answer_ping(c->stream, chunk);
    return true;
  case HC_WS_PONG:
    return true;
  case HC_WS_CLOSE:
    on_close(c, chunk);
    return false;
  default:
    if (c->exchange == NULL) /* nobody asked */
      return true;
    return chunk->message == HC_WS_TEXT ? on_text(c, chunk)
                                        : on_binary(c, chunk);
  }
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct hc_relay_channel *c = user_data;
  struct hc_ws_chunk chunk;
  int rc;

  while ((rc = hc_ws_read(&c->reader, in, &chunk)) > 0) {
    if (!on_chunk(c, &chunk))
      return;
  }
  if (rc < 0)
    break_off(c, HC_CLOSE_PROTOCOL_ERROR, c->reader.error);
  else if (c->exchange != NULL &&
           hc_stream_pending(c->exchange->sender->stream) > HC_RELAY_HIGH_MARK)
    hc_stream_pause(c->stream);
}

static void on_drain(void *user_data)
{
  struct hc_relay_channel *c = user_data;

  if (c->wants_body && c->exchange != NULL)
    hc_stream_resume(c->exchange->sender->stream);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct hc_relay_channel *c = user_data;

  (void)fault;
  hc_stream_close(c->stream, HC_STREAM_CUT);
  lose(c, 0);
}

static struct hc_relay_channel *channel_new(struct hc_relay *relay,
                                            struct hc_stream *stream,
                                            struct hc_relay_exchange *e)
{
  static const struct hc_stream_handler handler = { .on_data = on_data,
                                                    .on_drain = on_drain,
                                                    .on_end = on_end };
  struct hc_relay_channel *c = hc_alloc_zero(sizeof *c);

  if (c == NULL)
    return NULL;
  c->relay = relay;
  c->stream = stream;
  c->for_request = e->phase == HC_RELAY_POINTED;
  c->origin = e->origin;
  e->origin = (struct hc_relay_origin){ .base = NULL };
  hc_ws_reader_init(&c->reader, HC_WS_FROM_CLIENT);
  hc_buffer_init(&c->message, HC_CONTROL_MAX);
  hc_relay_set_add(&relay->channels, &c->node);
  join(c, e);
  e->address_is_used = true;
  if (e->is_lost) {
    e->is_lost = false;
    hc_relay_exchange_touch(e);
  }
  hc_stream_set_handler(stream, &handler, c);
  hc_stream_resume(stream);
  return c;
}

static struct hc_relay_refusal no_memory(void)
{
  return hc_relay_refuse(500, "The relay is out of memory.");
}

struct hc_relay_refusal
hc_relay_channel_open(struct hc_relay *relay, struct hc_stream *stream,
                      const struct hc_relay_request *request)
{
  struct hc_span id = hc_relay_request_param(request, "sb-hc-id");
  struct hc_relay_address *address =
      hc_relay_addresses_find(&relay->addresses, HC_RELAY_FETCH, id);
  struct hc_relay_exchange *e =
      address != NULL
          ? HC_LIST_ENTRY(address, struct hc_relay_exchange, address)
          : NULL;
  struct hc_span key;

  if (!hc_relay_is_address_id(id))
    return hc_relay_refuse(400, "The sb-hc-id is not valid.");
  if (e == NULL || e->address_is_used || e->phase == HC_RELAY_GATHER ||
      e->phase == HC_RELAY_ANSWER)
    return hc_relay_refuse(403, "The address is not valid any more.");
  struct hc_relay_refusal no = hc_relay_request_key(request, &key);
  if (no.status != 0)
    return no;
  if (hc_relay_is_full(relay, relay->channels.n))
    return hc_relay_refuse(503, "The relay has too many connections.");
  if (hc_relay_answer_101(stream, key, hc_span_of(NULL, 0)) != 0)
    return no_memory();
  struct hc_relay_channel *c = channel_new(relay, stream, e);
  if (c == NULL) {
    hc_stream_close(stream, HC_STREAM_CUT);
    return hc_relay_allow();
  }
  if (!c->for_request)
    return hc_relay_allow();
  if (send_request(c, e) != 0) {
    hc_relay_exchange_fail(e, 500, "The relay is out of memory.");
    return hc_relay_allow();
  }
  hc_relay_exchange_delivered(e);
  if (c->wants_body)
    hc_stream_resume(e->sender->stream);
  return hc_relay_allow();
}
