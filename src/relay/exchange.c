/* Requests in progress: the body on its way to the listener, and time. */
#include "relay/exchange.h"

#include "base/memory.h"
#include "relay/channel.h"
#include "relay/deliver.h"
#include "relay/http_sender.h"
#include "relay/listener_internal.h"

enum { LOOK_AGAIN_MS = 5000 }; /* at a side that has not taken all */

static void on_timeout(void *user_data);

/* Appends to what is held of the request, head or body. */
static int hold(struct hc_relay_exchange *e, struct hc_buffer *buffer,
                struct hc_span bytes)
{
  int rc = hc_buffer_append(buffer, bytes);

  if (rc == 0)
    e->relay->requests_held += bytes.len;
  return rc;
}

static bool is_held_too_much(const struct hc_relay_exchange *e, size_t more)
{
  return e->relay->requests_held + more > e->relay->settings.requests_held_max;
}

static struct hc_relay_refusal refuse_to_hold(void)
{
  return hc_relay_refuse(503, "The relay holds as many requests as it takes.");
}

void hc_relay_exchange_let_go(struct hc_relay_exchange *e)
{
  e->relay->requests_held -= hc_buffer_len(&e->held);
  hc_buffer_deinit(&e->held);
}

static bool read_head(struct hc_relay_exchange *e, struct hc_span raw)
{
  size_t scanned = 0;

  hc_buffer_init(&e->raw, raw.len);
  if (hold(e, &e->raw, raw) != 0)
    return false;
  struct hc_span in = hc_buffer_span(&e->raw);
  return hc_http_read_request(&in, raw.len, &scanned, &e->head, NULL) > 0;
}

struct hc_relay_exchange *hc_relay_exchange_new(struct hc_relay_sender *sender,
                                                struct hc_span raw)
{
  struct hc_relay_exchange *e = hc_alloc_zero(sizeof *e);

  if (e == NULL)
    return NULL;
  e->relay = sender->relay;
  e->sender = sender;
  e->timer.fn = on_timeout;
  e->timer.user_data = e;
  hc_buffer_init(&e->held, sender->relay->settings.control_body_max);
  if (read_head(e, raw))
    return e;
  hc_relay_exchange_free(e);
  return NULL;
}

void hc_relay_exchange_free(struct hc_relay_exchange *e)
{
  if (e == NULL)
    return;
  hc_net_timer_cancel(e->relay->net, &e->timer);
  hc_relay_address_remove(&e->address);
  hc_list_remove(&e->in_listener);
  if (e->channel != NULL)
    hc_relay_channel_cut(e->channel);
  hc_relay_origin_deinit(&e->origin);
  hc_relay_request_deinit(&e->request);
  hc_relay_exchange_let_go(e);
  e->relay->requests_held -= hc_buffer_len(&e->raw);
  hc_buffer_deinit_secret(&e->raw); /* it may hold a token */
  hc_free(e);
}

struct hc_relay_exchange *hc_relay_exchange_find(struct hc_relay *relay,
                                                 const char *id)
{
  struct hc_relay_address *address = hc_relay_addresses_find(
      &relay->addresses, HC_RELAY_FETCH, hc_span_str(id));

  if (address == NULL)
    return NULL;
  struct hc_relay_exchange *e =
      HC_LIST_ENTRY(address, struct hc_relay_exchange, address);
  return e->phase == HC_RELAY_ANSWER ? NULL : e;
}

void hc_relay_exchange_fail(struct hc_relay_exchange *e, int status,
                            const char *why)
{
  hc_relay_sender_refuse(e->sender, hc_relay_refuse(status, why));
}

/* What of the body that is passed on its side has not taken. */
static size_t undelivered(const struct hc_relay_exchange *e)
{
  if (e->phase == HC_RELAY_ANSWER)
    return hc_stream_pending(e->sender->stream);
  return e->channel != NULL ? hc_relay_channel_pending(e->channel) : 0;
}

static uint64_t timeout_ms(const struct hc_relay_exchange *e)
{
  return (uint64_t)e->relay->settings.response_timeout_s * 1000;
}

/* What is left of the time, counted from moved_ms. */
static void set_timer(struct hc_relay_exchange *e)
{
  uint64_t idle_ms = hc_net_now_ms(e->relay->net) - e->moved_ms;
  uint64_t left_ms = timeout_ms(e) > idle_ms ? timeout_ms(e) - idle_ms : 0;

  e->undelivered = undelivered(e);
  if (e->undelivered > 0 && left_ms > LOOK_AGAIN_MS)
    left_ms = LOOK_AGAIN_MS;
  hc_net_timer_set(e->relay->net, &e->timer, left_ms);
}

void hc_relay_exchange_touch(struct hc_relay_exchange *e)
{
  if (e->is_lost)
    return;
  e->moved_ms = hc_net_now_ms(e->relay->net);
  set_timer(e);
}

/* A side that reads slowly is not idle. True: the time is not up. */
static bool goes_on(struct hc_relay_exchange *e)
{
  size_t left = undelivered(e);
  bool moved = left < e->undelivered && (left > 0 || e->is_slow);

  if (e->is_lost || e->phase == HC_RELAY_GATHER || e->phase == HC_RELAY_POINTED)
    return false;
  e->is_slow = left > 0;
  if (moved)
    hc_relay_exchange_touch(e);
  else if (hc_net_now_ms(e->relay->net) - e->moved_ms < timeout_ms(e))
    set_timer(e);
  else
    return false;
  return true;
}

void hc_relay_exchange_delivered(struct hc_relay_exchange *e)
{
  if (e->phase != HC_RELAY_ANSWER)
    e->phase = e->body_ended ? HC_RELAY_RESPOND : HC_RELAY_STREAM;
  hc_relay_exchange_touch(e);
}

/* By pointer, or on the rendezvous that is there. */
static struct hc_relay_refusal point(struct hc_relay_exchange *e)
{
  struct hc_relay_refusal no = hc_relay_deliver(e, true);

  if (no.status == 0 && e->channel == NULL) {
    e->phase = HC_RELAY_POINTED;
    hc_net_timer_set(e->relay->net, &e->timer,
                     (uint64_t)e->relay->settings.accept_timeout_s * 1000);
  }
  return no;
}

static struct hc_relay_refusal deliver_whole(struct hc_relay_exchange *e)
{
  struct hc_relay_refusal no = hc_relay_deliver(e, false);

  if (no.status == 0)
    hc_relay_exchange_delivered(e);
  return no;
}

static void on_timeout(void *user_data)
{
  struct hc_relay_exchange *e = user_data;
  struct hc_relay_refusal no = { 504,
                                 "The request was routed to the listener but "
                                 "the listener did not respond in the required "
                                 "time." };

  if (goes_on(e))
    return;
  if (e->is_lost)
    no = hc_relay_refuse(502, "The listener was lost.");
  else if (e->phase == HC_RELAY_GATHER)
    no = point(e);
  if (no.status != 0)
    hc_relay_sender_refuse(e->sender, no);
}

static bool is_small(const struct hc_relay_exchange *e,
                     enum hc_http_framing framing, uint64_t length)
{
  return framing == HC_HTTP_LENGTH &&
         length <= e->relay->settings.control_body_max;
}

/* RFC 9110 10.1.1. In HTTP/1.0 the field is to be ignored. */
static struct hc_relay_refusal check_expect(const struct hc_relay_exchange *e,
                                            bool *expects)
{
  const struct hc_http_field *field = hc_http_find(&e->head, "Expect");

  *expects = field != NULL && e->head.minor > 0;
  if (*expects && (!hc_span_is_nocase(field->value, "100-continue") ||
                   hc_http_count(&e->head, "Expect") > 1))
    return hc_relay_refuse(417, "The Expect is not known.");
  return hc_relay_allow();
}

static struct hc_relay_refusal begin_body(struct hc_relay_exchange *e,
                                          bool *is_held)
{
  enum hc_http_framing framing;
  uint64_t length;

  if (hc_http_request_framing(&e->head, &framing, &length) != 0)
    return hc_relay_refuse(501, "The Transfer-Encoding is not known.");
  e->has_body = framing == HC_HTTP_CHUNKED || length > 0;
  e->body_ended = !e->has_body;
  *is_held = is_small(e, framing, length);
  hc_http_body_init(&e->body, framing, length);
  return hc_relay_allow();
}

static int invite_body(const struct hc_relay_exchange *e)
{
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

  return hc_stream_write(e->sender->stream, hc_span_str(go_on));
}

struct hc_relay_refusal hc_relay_exchange_start(struct hc_relay_exchange *e,
                                                bool has_early_bytes)
{
  bool expects = false;
  bool is_held = false;
  struct hc_relay_refusal no = check_expect(e, &expects);

  if (no.status == 0 && is_held_too_much(e, 0))
    no = refuse_to_hold();
  if (no.status == 0)
    no = begin_body(e, &is_held);
  if (no.status == 0)
    no = hc_relay_deliver_check(e);
  if (no.status != 0)
    return no;
  if (expects && e->has_body && !has_early_bytes && invite_body(e) != 0)
    return hc_relay_refuse(500, "The relay is out of memory.");

  hc_relay_address_make(&e->address, HC_RELAY_FETCH, &e->request.tracking,
                        e->relay->net);
  hc_relay_addresses_add(&e->relay->addresses, &e->address);
  if (e->body_ended)
    return deliver_whole(e);
  if (!is_held)
    return point(e);
  e->phase = HC_RELAY_GATHER;
  hc_net_timer_set(e->relay->net, &e->timer, HC_RELAY_SLOW_BODY_MS);
  return no;
}

/* True while the body goes to the channel at once. */
static bool is_streaming(const struct hc_relay_exchange *e)
{
  return e->channel != NULL && hc_relay_channel_wants_body(e->channel);
}

/* How much of the body may be taken now. */
static size_t room(const struct hc_relay_exchange *e)
{
  if (!is_streaming(e))
    return e->held.max - hc_buffer_len(&e->held);
  return hc_relay_channel_is_full(e->channel) ? 0 : HC_STREAM_READ_MAX;
}

/* False: the sender is gone. */
static bool put(struct hc_relay_exchange *e, struct hc_span data)
{
  if (!is_streaming(e)) {
    if (is_held_too_much(e, data.len)) {
      hc_relay_sender_refuse(e->sender, refuse_to_hold());
      return false;
    }
    if (hold(e, &e->held, data) == 0)
      return true;
    hc_relay_exchange_fail(e, 500, "The relay is out of memory.");
    return false;
  }
  if (hc_relay_channel_write(e->channel, data, false) != 0) {
    hc_relay_exchange_fail(e, 502, "The listener does not read.");
    return false;
  }
  e->was_passed_on = true;
  hc_relay_exchange_touch(e);
  return true;
}

static void end_body(struct hc_relay_exchange *e)
{
  struct hc_relay_refusal no = hc_relay_allow();

  e->body_ended = true;
  if (is_streaming(e)) {
    if (hc_relay_channel_write(e->channel, hc_span_of(NULL, 0), true) != 0)
      no = hc_relay_refuse(502, "The listener does not read.");
    else
      hc_relay_exchange_delivered(e);
  } else if (e->phase == HC_RELAY_GATHER) {
    no = deliver_whole(e);
  }
  if (no.status != 0)
    hc_relay_sender_refuse(e->sender, no);
}

/* One piece. True: there may be another. */
static bool take_piece(struct hc_relay_exchange *e, struct hc_span *in)
{
  struct hc_span part = *in;
  struct hc_span data;

  if (part.len > room(e))
    part.len = room(e);
  size_t offered = part.len;
  int rc = hc_http_body_read(&e->body, &part, &data);
  hc_span_drop(in, offered - part.len);
  if (rc == HC_HTTP_BODY_END) {
    if (in->len > 0) /* the next request: it waits */
      hc_stream_pause(e->sender->stream);
    end_body(e);
    return false;
  }
  if (rc == 1)
    return put(e, data);
  if (rc < 0) {
    hc_relay_exchange_fail(e, 400, "The request's body is malformed.");
    return false;
  }
  if (in->len == 0)
    return false;
  if (room(e) > 0)
    return true;
  hc_stream_pause(e->sender->stream);
  return false;
}

void hc_relay_exchange_take(struct hc_relay_exchange *e, struct hc_span *in)
{
  if (!e->body_ended) {
    while (take_piece(e, in))
      ;
  } else if (in->len > 0) {
    hc_stream_pause(e->sender->stream);
  }
}

void hc_relay_exchange_lose_listener(struct hc_relay_exchange *e)
{
  hc_list_remove(&e->in_listener);
  e->listener = NULL;
  if (e->channel != NULL || e->phase == HC_RELAY_GATHER ||
      e->phase == HC_RELAY_ANSWER)
    return;
  e->is_lost = true;
  hc_net_timer_set(e->relay->net, &e->timer, HC_RELAY_LOST_MS);
}

/* RFC 9110 9.2.2. */
static bool is_idempotent(struct hc_span method)
{
  static const char *const methods[] = { "GET", "HEAD",  "OPTIONS",
                                         "PUT", "TRACE", "DELETE" };

  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
    if (hc_span_is(method, methods[i]))
      return true;
  }
  return false;
}

/* Only on a rendezvous that was kept: its end may have been on its way. A
 * listener that closes has not taken the request; one that was cut may have,
 * and RFC 9110 9.2.2 has "A proxy MUST NOT automatically retry non-idempotent
 * requests." */
static bool may_go_again(const struct hc_relay_exchange *e,
                         struct hc_relay_loss loss)
{
  return e->channel_was_kept && !loss.response_has_begun && !e->was_passed_on &&
         (loss.is_orderly || is_idempotent(e->head.method));
}

void hc_relay_exchange_lose_channel(struct hc_relay_exchange *e,
                                    struct hc_relay_loss loss)
{
  struct hc_relay_refusal no =
      hc_relay_refuse(502, "The listener broke off before its answer.");

  if (may_go_again(e, loss)) {
    e->channel_was_kept = false;
    e->address_is_used = false;
    no = e->body_ended ? deliver_whole(e) : point(e);
    if (no.status == 0) /* what is held may have made it pause */
      hc_stream_resume(e->sender->stream);
  }
  if (no.status != 0)
    hc_relay_sender_refuse(e->sender, no);
}
