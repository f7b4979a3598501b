/* Control channels: from the registration to the end. */
#include "relay/listener.h"

#include "base/memory.h"
#include "protocol/control.h"
#include "relay/exchange.h"
#include "relay/farewell.h"
#include "relay/frame.h"
#include "relay/listener_internal.h"

enum {
  /* The wall clock is looked at again after so long: it may be set, and it runs
   * while a machine sleeps. */
  EXPIRY_CHECK_S = 30,
  /* A listener whose TCP has acknowledged nothing for so long is offered
   * nothing: others may be there, and its senders would wait in vain. */
  UNRESPONSIVE_MS = 10000,
  LOOK_AGAIN_MS = 1000 /* a system call for each request is too much */
};

static void free_parts(struct hc_relay_listener *l)
{
  hc_relay_listener_forget_message(l);
  hc_relay_listener_forget_answer(l);
  hc_buffer_deinit(&l->message);
  hc_free(l->base);
  hc_free(l->host);
  hc_free(l);
}

static void lose_exchanges(struct hc_relay_listener *l)
{
  while (!hc_list_is_empty(&l->exchanges))
    hc_relay_exchange_lose_listener(HC_LIST_ENTRY(
        l->exchanges.next, struct hc_relay_exchange, in_listener));
}

/* The stream is the caller's. */
static void unregister(struct hc_relay_listener *l)
{
  hc_net_timer_cancel(l->relay->net, &l->pong_timer);
  hc_net_timer_cancel(l->relay->net, &l->expiry_timer);
  hc_net_timer_cancel(l->relay->net, &l->recycle_timer);
  hc_relay_endpoint_leave(l->endpoint, &l->node);
  hc_relay_set_remove(&l->relay->listeners, &l->in_list);
  lose_exchanges(l);
  free_parts(l);
}

void hc_relay_listener_end(struct hc_relay_listener *l,
                           enum hc_stream_close how, const char *why)
{
  hc_relay_event(&l->relay->log, "ListenerUnregistered", &l->tracking, why);
  hc_stream_close(l->stream, how);
  unregister(l);
}

void hc_relay_listener_close_with(struct hc_relay_listener *l, int code,
                                  const char *why)
{
  bool written = hc_relay_write_close(l->stream, code, why) == 0;

  hc_relay_listener_end(l, written ? HC_STREAM_CLEAN : HC_STREAM_CUT, why);
}

void hc_relay_listener_check_expiry(void *user_data)
{
  struct hc_relay_listener *l = user_data;
  const struct hc_relay *relay = l->relay;
  int64_t late_s = hc_net_wall_s(relay->net) - relay->settings.token_grace_s;

  if (l->expiry_s < late_s) {
    hc_relay_event(&relay->log, "ListenerClosingFromExpiredToken", &l->tracking,
                   NULL);
    hc_relay_listener_close_with(l, HC_CLOSE_POLICY, "The token is expired.");
    return;
  }
  int64_t left_s = l->expiry_s < late_s + EXPIRY_CHECK_S
                       ? l->expiry_s - late_s + 1
                       : EXPIRY_CHECK_S;
  hc_net_timer_set(relay->net, &l->expiry_timer, (uint64_t)left_s * 1000);
}

/* As the service does about once a day, with its words (spec 1.14). */
static void recycle(void *user_data)
{
  hc_relay_listener_close_with(user_data, HC_CLOSE_INTERNAL,
                               "InternalServerError: NameRenewalFailed");
}

static void set_recycle_timer(struct hc_relay_listener *l)
{
  if (l->relay->settings.recycle_after_s > 0)
    hc_net_timer_set(l->relay->net, &l->recycle_timer,
                     (uint64_t)l->relay->settings.recycle_after_s * 1000);
}

static void set_pong_timer(struct hc_relay_listener *l)
{
  if (l->relay->settings.pong_interval_s > 0)
    hc_net_timer_set(l->relay->net, &l->pong_timer,
                     (uint64_t)l->relay->settings.pong_interval_s * 1000);
}

/* As the service does (spec 1.10). */
static void send_pong(void *user_data)
{
  struct hc_relay_listener *l = user_data;

  if (hc_stream_pending(l->stream) <= HC_RELAY_HIGH_MARK)
    (void)hc_relay_write_frame(l->stream, HC_WS_PONG, hc_span_of(NULL, 0));
  set_pong_timer(l);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  hc_relay_listener_end(user_data, HC_STREAM_CUT,
                        fault->code != 0 ? fault->text : "ended without Close");
}

static char *make_base(const struct hc_relay *relay, struct hc_span authority)
{
  struct hc_buffer out;
  char *base = NULL;

  if (relay->public_url != NULL)
    return hc_strdup(relay->public_url);
  hc_buffer_init(&out, authority.len + sizeof "wss://");
  if (hc_buffer_append_str(&out, relay->uses_tls ? "wss://" : "ws://") == 0 &&
      hc_buffer_append(&out, authority) == 0)
    base =
        hc_strndup((const char *)hc_buffer_span(&out).ptr, hc_buffer_len(&out));
  hc_buffer_deinit(&out);
  return base;
}

static struct hc_relay_listener *
listener_new(struct hc_relay *relay, struct hc_stream *stream,
             const struct hc_relay_registration *registration)
{
  const struct hc_relay_request *request = registration->request;
  struct hc_relay_listener *l = hc_alloc_zero(sizeof *l);

  if (l == NULL)
    return NULL;
  l->relay = relay;
  l->stream = stream;
  l->expiry_s = registration->token_expiry_s;
  l->tracking = request->tracking;
  l->pong_timer.fn = send_pong;
  l->pong_timer.user_data = l;
  l->expiry_timer.fn = hc_relay_listener_check_expiry;
  l->expiry_timer.user_data = l;
  l->recycle_timer.fn = recycle;
  l->recycle_timer.user_data = l;
  hc_ws_reader_init(&l->reader, HC_WS_FROM_CLIENT);
  hc_buffer_init(&l->message, HC_CONTROL_MAX);
  hc_buffer_init(&l->body, relay->settings.control_body_max);
  hc_list_init(&l->exchanges);
  l->base = make_base(relay, request->authority);
  l->host = hc_strndup((const char *)request->host.ptr, request->host.len);
  if (l->base != NULL && l->host != NULL)
    return l;
  free_parts(l);
  return NULL;
}

struct hc_relay_refusal hc_relay_listener_register(
    struct hc_relay *relay, struct hc_relay_endpoint *endpoint,
    struct hc_stream *stream, const struct hc_relay_registration *registration)
{
  static const struct hc_stream_handler handler = {
    .on_data = hc_relay_listener_on_data, .on_end = on_end
  };
  struct hc_relay_listener *l = listener_new(relay, stream, registration);

  if (l == NULL || hc_relay_answer_101(stream, registration->key,
                                       hc_span_of(NULL, 0)) != 0) {
    if (l != NULL)
      free_parts(l);
    return hc_relay_refuse(500, "The relay is out of memory.");
  }
  l->endpoint = endpoint;
  hc_relay_endpoint_join(endpoint, &l->node);
  hc_relay_set_add(&relay->listeners, &l->in_list);
  hc_relay_event(&relay->log, "NewListenerRegistered", &l->tracking, NULL);
  hc_stream_set_handler(stream, &handler, l);
  hc_stream_resume(stream);
  set_pong_timer(l);
  set_recycle_timer(l);
  hc_relay_listener_check_expiry(l);
  return hc_relay_allow();
}

struct hc_relay_listener *
hc_relay_listener_next(struct hc_relay_endpoint *endpoint)
{
  return HC_LIST_ENTRY(hc_relay_endpoint_next(endpoint),
                       struct hc_relay_listener, node);
}

struct hc_span hc_relay_listener_guid(const struct hc_relay_listener *l)
{
  return hc_span_of(l->tracking.id, HC_GUID_LEN);
}

const char *hc_relay_listener_base(const struct hc_relay_listener *l)
{
  return l->base;
}

static int report(const struct hc_relay_listener *l, int rc)
{
  if (rc != 0)
    hc_relay_event(&l->relay->log, "ListenerUnresponsive", &l->tracking, NULL);
  return rc;
}

/* One that was is taken for responsive until LOOK_AGAIN_MS have passed. */
static bool is_responsive(struct hc_relay_listener *l)
{
  uint64_t now_ms = hc_net_now_ms(l->relay->net);

  if (now_ms < l->responsive_until_ms)
    return true;
  if (hc_stream_unacked_ms(l->stream) >= UNRESPONSIVE_MS)
    return false;
  l->responsive_until_ms = now_ms + LOOK_AGAIN_MS;
  return true;
}

int hc_relay_listener_send(struct hc_relay_listener *l, struct hc_span message)
{
  int rc = HYCO_EWOULDBLOCK;

  if (is_responsive(l))
    rc = hc_relay_write_frame(l->stream, HC_WS_TEXT, message);
  return report(l, rc);
}

int hc_relay_listener_send_with_body(struct hc_relay_listener *l,
                                     struct hc_span message,
                                     struct hc_span body)
{
  const struct hc_relay_frame frames[] = { { HC_WS_TEXT, message, false },
                                           { HC_WS_BINARY, body, false } };
  int rc = HYCO_EWOULDBLOCK;

  if (is_responsive(l))
    rc = hc_relay_write_frames(l->stream, frames, 2);
  return report(l, rc);
}

static struct hc_relay_listener *first(const struct hc_relay *relay)
{
  return HC_LIST_ENTRY(relay->listeners.list.next, struct hc_relay_listener,
                       in_list);
}

void hc_relay_listeners_stop(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->listeners.list)) {
    struct hc_relay_listener *l = first(relay);
    if (hc_relay_write_close(l->stream, HC_CLOSE_GOING_AWAY,
                             "the relay is stopping") == 0)
      hc_relay_await_close(relay, l->stream, &l->reader);
    else
      hc_stream_close(l->stream, HC_STREAM_CUT);
    unregister(l);
  }
}

void hc_relay_listeners_end(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->listeners.list))
    hc_relay_listener_end(first(relay), HC_STREAM_CUT, "the relay is gone");
}
