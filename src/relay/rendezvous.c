/* From a sender's request to the pair: the offer, the address, the answer. */
#include "relay/rendezvous.h"

#include "base/memory.h"
#include "protocol/handshake.h"
#include "protocol/url.h"
#include "relay/accept.h"
#include "relay/farewell.h"
#include "relay/pair.h"
#include "relay/server.h"

/* A sender whose 101 is held until its listener comes (spec 1.7). */
struct waiting {
  struct hc_list node;
  struct hc_relay_address address;
  struct hc_relay *relay;
  struct hc_stream *stream;
  struct hc_timer timer;
  struct hc_relay_tracking tracking;
  char key[HC_WS_KEY_LEN + 1];
  char *protocols; /* offered, "" if none */
};

static struct waiting *find(struct hc_relay *relay, struct hc_span id)
{
  struct hc_relay_address *address =
      hc_relay_addresses_find(&relay->addresses, HC_RELAY_ACCEPT, id);

  return address != NULL ? HC_LIST_ENTRY(address, struct waiting, address)
                         : NULL;
}

/* The address is used up; the stream is the caller's. */
static void waiting_free(struct waiting *w)
{
  hc_net_timer_cancel(w->relay->net, &w->timer);
  hc_relay_address_remove(&w->address);
  if (hc_list_is_linked(&w->node))
    hc_relay_set_remove(&w->relay->waiting, &w->node);
  hc_free(w->protocols);
  hc_free(w);
}

/* Bytes before the 101: they wait for the listener too. */
static void on_data(void *user_data, struct hc_span *in)
{
  struct waiting *w = user_data;

  (void)in;
  hc_stream_pause(w->stream);
}

/* The sender gave up: its address is no longer good. */
static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct waiting *w = user_data;

  (void)fault;
  hc_relay_event(&w->relay->log, "SenderConnectionClosed", &w->tracking,
                 "before a listener came");
  hc_stream_close(w->stream, HC_STREAM_CLEAN);
  waiting_free(w);
}

static void on_timeout(void *user_data)
{
  struct waiting *w = user_data;

  hc_relay_event(&w->relay->log, "ListenerAcceptingConnectionTimeout",
                 &w->tracking, NULL);
  hc_relay_answer(w->stream, &w->tracking,
                  hc_relay_refuse(504, "The listener did not accept the "
                                       "connection in time."));
  hc_stream_close(w->stream, HC_STREAM_CLEAN);
  waiting_free(w);
}

static struct waiting *waiting_new(struct hc_relay *relay,
                                   struct hc_stream *stream,
                                   const struct hc_relay_offer *offer)
{
  const struct hc_http_head *head = offer->request->head;
  struct waiting *w = hc_alloc_zero(sizeof *w);

  if (w == NULL)
    return NULL;
  w->relay = relay;
  w->stream = stream;
  w->timer.fn = on_timeout;
  w->timer.user_data = w;
  w->tracking = offer->request->tracking;
  memcpy(w->key, offer->key.ptr, HC_WS_KEY_LEN);
  hc_relay_address_make(&w->address, HC_RELAY_ACCEPT, &w->tracking, relay->net);
  w->protocols = hc_relay_join_protocols(head);
  if (w->protocols == NULL) {
    waiting_free(w);
    return NULL;
  }
  return w;
}

/* A sender that is silent, as it should be, is read, to see when it goes. */
static void wait_for_listener(struct waiting *w, bool has_early_bytes)
{
  static const struct hc_stream_handler handler = { .on_data = on_data,
                                                    .on_end = on_end };
  struct hc_relay *relay = w->relay;

  hc_relay_addresses_add(&relay->addresses, &w->address);
  hc_relay_set_add(&relay->waiting, &w->node);
  hc_net_timer_set(relay->net, &w->timer,
                   (uint64_t)relay->settings.accept_timeout_s * 1000);
  hc_stream_set_handler(w->stream, &handler, w);
  if (!has_early_bytes)
    hc_stream_resume(w->stream);
}

struct hc_relay_refusal hc_relay_offer_sender(
    struct hc_relay *relay, struct hc_relay_endpoint *endpoint,
    struct hc_stream *stream, const struct hc_relay_offer *offer)
{
  struct waiting *w = waiting_new(relay, stream, offer);
  struct hc_relay_refusal no;

  if (w == NULL)
    return hc_relay_refuse(500, "The relay is out of memory.");
  no = hc_relay_send_accept(endpoint, stream, offer, &w->address);
  if (no.status != 0) {
    waiting_free(w);
    return no;
  }
  hc_relay_event(&relay->log, "NewSenderRegistering", &w->tracking, NULL);
  wait_for_listener(w, offer->has_early_bytes);
  return no;
}

/* The listener's parameters, with sb-hc- or, as old Node SDKs have them,
 * without (spec 1.1 and 9.11). */
static struct hc_span reject_param(const struct hc_relay_request *request,
                                   const char *name)
{
  struct hc_span value = hc_relay_request_param(request, name);

  return value.len > 0
             ? value
             : hc_relay_request_param(request, name + strlen("sb-hc-"));
}

/* 0 if it is not the number of an HTTP answer, or would mean success of the
 * handshake. */
static int read_status(struct hc_span text)
{
  int status = 0;

  if (text.len != 3)
    return 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return 0;
    status = status * 10 + (text.ptr[i] - '0');
  }
  return status >= 200 ? status : 0;
}

/* .NET's form encoding has '+' for a blank. Appends nothing that is broken. */
static void read_description(struct hc_buffer *out, struct hc_span raw)
{
  struct hc_span piece;

  for (bool first = true; hc_span_split(&raw, '+', &piece); first = false) {
    if ((!first && hc_buffer_append_str(out, " ") != 0) ||
        hc_url_decode(out, piece) != 0) {
      hc_buffer_clear(out);
      return;
    }
  }
}

static struct hc_relay_refusal reject(struct waiting *w,
                                      const struct hc_relay_request *request,
                                      struct hc_span code)
{
  int status = read_status(code);
  struct hc_buffer text;

  if (status == 0)
    return hc_relay_refuse(400, "The status code is not valid.");
  hc_buffer_init(&text, HC_HTTP_HEAD_MAX);
  read_description(&text, reject_param(request, "sb-hc-statusDescription"));
  hc_relay_event(&w->relay->log, "ListenerRejectedConnection", &w->tracking,
                 NULL);
  hc_relay_answer_plain(w->stream, status, hc_buffer_span(&text));
  hc_buffer_deinit(&text);
  hc_stream_close(w->stream, HC_STREAM_CLEAN);
  waiting_free(w);
  return hc_relay_refuse(410, "The connection was rejected.");
}

static struct hc_relay_refusal accept(struct waiting *w,
                                      struct hc_stream *stream,
                                      const struct hc_relay_request *request)
{
  struct hc_relay *relay = w->relay;
  struct hc_span key;
  struct hc_relay_refusal no = hc_relay_request_key(request, &key);

  if (no.status != 0)
    return no;
  struct hc_span protocol =
      hc_relay_agree_protocol(request->head, hc_span_str(w->protocols));
  if (hc_relay_answer_101(w->stream, hc_span_str(w->key), protocol) != 0 ||
      hc_relay_answer_101(stream, key, protocol) != 0) {
    hc_stream_close(w->stream, HC_STREAM_CUT);
    waiting_free(w);
    return hc_relay_refuse(500, "The relay is out of memory.");
  }
  hc_relay_event(&relay->log, "SenderListenerConnectionEstablished",
                 &w->tracking, NULL);
  hc_relay_pair_join(relay, w->stream, stream, &w->tracking);
  waiting_free(w);
  return no;
}

struct hc_relay_refusal
hc_relay_rendezvous(struct hc_relay *relay, struct hc_stream *stream,
                    const struct hc_relay_request *request)
{
  struct hc_span id = hc_relay_request_param(request, "sb-hc-id");
  struct waiting *w = find(relay, id);

  if (!hc_relay_is_address_id(id)) /* spec 4.3 */
    return hc_relay_refuse(400, "The sb-hc-id is not valid.");
  if (w == NULL)
    return hc_relay_refuse(403, "The address is not valid any more.");
  struct hc_span code = reject_param(request, "sb-hc-statusCode");
  if (code.len > 0)
    return reject(w, request, code);
  return accept(w, stream, request);
}

static struct waiting *first(const struct hc_relay *relay)
{
  return HC_LIST_ENTRY(relay->waiting.list.next, struct waiting, node);
}

void hc_relay_waiting_stop(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->waiting.list)) {
    struct waiting *w = first(relay);
    hc_relay_answer(w->stream, &w->tracking,
                    hc_relay_refuse(503, "The relay is stopping."));
    hc_relay_await_written(relay, w->stream, HC_STREAM_CLEAN);
    waiting_free(w);
  }
}

void hc_relay_waiting_end(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->waiting.list)) {
    hc_stream_close(first(relay)->stream, HC_STREAM_CUT);
    waiting_free(first(relay));
  }
}
