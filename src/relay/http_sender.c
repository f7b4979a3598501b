/* Senders of HTTP requests: heads in, one exchange at a time. */
#include "relay/http_sender.h"

#include "base/memory.h"
#include "protocol/handshake.h"
#include "relay/channel.h"
#include "relay/farewell.h"
#include "relay/management.h"
#include "relay/serve.h"
#include "relay/server.h"

/* The stream is the caller's, or somebody else's by now. */
static void sender_free(struct hc_relay_sender *s)
{
  hc_net_timer_cancel(s->relay->net, &s->timer);
  if (s->kept != NULL)
    hc_relay_channel_drop(s->kept);
  hc_relay_exchange_free(s->exchange);
  hc_relay_set_remove(&s->relay->senders, &s->node);
  hc_free(s);
}

static void end(struct hc_relay_sender *s, enum hc_stream_close how)
{
  hc_stream_close(s->stream, how);
  sender_free(s);
}

const struct hc_address *hc_relay_sender_peer(struct hc_relay_sender *s)
{
  if (!s->knows_peer)
    hc_stream_peer(s->stream, &s->peer);
  s->knows_peer = true;
  return &s->peer;
}

static bool has_begun_to_answer(const struct hc_relay_sender *s)
{
  return s->exchange != NULL && s->exchange->phase == HC_RELAY_ANSWER;
}

/* A body that goes until the end of its connection must not look whole. */
static enum hc_stream_close cut_of(const struct hc_relay_sender *s)
{
  return s->exchange->is_chunked ? HC_STREAM_CUT : HC_STREAM_ABORT;
}

static void tracking_of(const struct hc_relay_sender *s,
                        struct hc_relay_tracking *tracking)
{
  if (s->exchange != NULL && s->exchange->request.tracking.id[0] != '\0')
    *tracking = s->exchange->request.tracking;
  else
    hc_relay_tracking_init(tracking, s->relay->net, hc_span_of(NULL, 0));
}

static void write_refusal(struct hc_relay_sender *s, struct hc_relay_refusal no)
{
  struct hc_relay_tracking tracking;

  tracking_of(s, &tracking);
  hc_relay_event(&s->relay->log, hc_relay_refusal_event(no), &tracking,
                 no.text);
  if (!has_begun_to_answer(s))
    hc_relay_answer(s->stream, &tracking, no);
}

void hc_relay_sender_refuse(struct hc_relay_sender *s,
                            struct hc_relay_refusal no)
{
  write_refusal(s, no);
  end(s, has_begun_to_answer(s) ? cut_of(s) : HC_STREAM_CLEAN);
}

static void set_timer(struct hc_relay_sender *s, unsigned seconds)
{
  hc_net_timer_set(s->relay->net, &s->timer, (uint64_t)seconds * 1000);
}

void hc_relay_sender_answered(struct hc_relay_sender *s, bool keeps)
{
  hc_relay_event(&s->relay->log, "RequestAnswered",
                 &s->exchange->request.tracking, NULL);
  if (!keeps) {
    end(s, HC_STREAM_CLEAN);
    return;
  }
  hc_relay_exchange_free(s->exchange);
  s->exchange = NULL;
  s->scanned = 0;
  s->head_has_begun = false;
  set_timer(s, HC_RELAY_KEEP_ALIVE_S);
  hc_stream_resume(s->stream);
}

/* False: the sender is gone. */
static bool serve_http(struct hc_relay_sender *s, bool has_early_bytes)
{
  struct hc_relay_exchange *e = s->exchange;
  struct hc_relay_admission admission = { .right = HC_RIGHT_SEND };

  if (hc_relay_is_management(s->relay, &e->request))
    admission.right = HC_RIGHT_MANAGE;
  struct hc_relay_refusal no =
      hc_relay_admit(s->relay, &e->request, &admission);
  if (no.status == 0 && admission.right == HC_RIGHT_MANAGE) {
    hc_relay_answer_management(s->relay, s->stream, &e->request);
    end(s, HC_STREAM_CLEAN);
    return false;
  }
  e->authorization_was_the_token = admission.authorization_was_the_token;
  if (no.status == 0 && hc_ws_is_upgrade(&e->head))
    no = hc_relay_refuse(400, "A WebSocket handshake goes to /$hc/.");
  if (no.status == 0)
    no = hc_relay_exchange_start(e, has_early_bytes);
  if (no.status != 0)
    hc_relay_sender_refuse(s, no);
  return no.status == 0;
}

/* A handshake on a connection that had plain requests before. */
static void serve_other(struct hc_relay_sender *s, bool has_early_bytes)
{
  hc_stream_pause(s->stream);
  struct hc_relay_refusal no = hc_relay_serve(
      s->relay, s->stream, &s->exchange->request, has_early_bytes);

  if (no.status != 0)
    hc_relay_sender_refuse(s, no);
  else
    sender_free(s);
}

static bool begin(struct hc_relay_sender *s, struct hc_span raw,
                  bool has_early_bytes)
{
  hc_net_timer_cancel(s->relay->net, &s->timer);
  s->exchange = hc_relay_exchange_new(s, raw);
  if (s->exchange == NULL) {
    hc_relay_sender_refuse(s,
                           hc_relay_refuse(500, "The relay is out of memory."));
    return false;
  }
  struct hc_relay_refusal no = hc_relay_request_init(
      &s->exchange->request, &s->exchange->head, s->relay->net);
  if (no.status != 0)
    hc_relay_sender_refuse(s, no);
  else if (s->exchange->request.action == HC_RELAY_HTTP)
    return serve_http(s, has_early_bytes);
  else
    serve_other(s, has_early_bytes);
  return false;
}

static void wait_for_head(struct hc_relay_sender *s, bool has_begun)
{
  if (!has_begun || s->head_has_begun)
    return;
  s->head_has_begun = true;
  set_timer(s, s->relay->settings.handshake_timeout_s);
}

/* True: an exchange has begun. */
static bool read_head(struct hc_relay_sender *s, struct hc_span *in)
{
  struct hc_span rest = *in;
  struct hc_http_head head;

  if (hc_stream_pending(s->stream) > HC_RELAY_HIGH_MARK) {
    hc_stream_pause(s->stream); /* answers must not pile up */
    return false;
  }
  int rc = hc_http_read_request(&rest, s->relay->settings.header_max,
                                &s->scanned, &head, NULL);
  if (rc == 0)
    wait_for_head(s, in->len > 0);
  else if (rc == HYCO_ETOOLONG)
    hc_relay_sender_refuse(
        s, hc_relay_refuse(431, "The request's head is too long."));
  else if (rc < 0)
    hc_relay_sender_refuse(s,
                           hc_relay_refuse(400, "The request is malformed."));
  if (rc <= 0)
    return false;
  struct hc_span raw = hc_span_of(in->ptr, in->len - rest.len);
  *in = rest;
  return begin(s, raw, rest.len > 0);
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct hc_relay_sender *s = user_data;

  if (s->exchange != NULL || read_head(s, in))
    hc_relay_exchange_take(s->exchange, in);
}

static void on_drain(void *user_data)
{
  struct hc_relay_sender *s = user_data;

  if (s->exchange == NULL) {
    hc_stream_resume(s->stream);
  } else if (s->exchange->channel != NULL &&
             s->exchange->phase == HC_RELAY_ANSWER) {
    hc_relay_exchange_touch(s->exchange);
    hc_relay_channel_resume(s->exchange->channel);
  }
}

/* Whoever waits for an answer keeps the connection open. */
static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct hc_relay_sender *s = user_data;
  const struct hc_relay_exchange *e = s->exchange;

  (void)fault;
  if (e != NULL)
    hc_relay_event(&s->relay->log, "SenderConnectionClosed",
                   &e->request.tracking,
                   e->phase == HC_RELAY_ANSWER ? "within its answer"
                                               : "before its answer");
  end(s, HC_STREAM_CLEAN);
}

static void on_timeout(void *user_data)
{
  struct hc_relay_sender *s = user_data;

  if (s->head_has_begun)
    hc_relay_sender_refuse(
        s, hc_relay_refuse(408, "The request did not come in time."));
  else
    end(s, HC_STREAM_CLEAN);
}

void hc_relay_sender_open(struct hc_relay *relay, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = on_data,
                                                    .on_drain = on_drain,
                                                    .on_end = on_end };
  struct hc_relay_sender *s = hc_alloc_zero(sizeof *s);

  if (s == NULL) {
    hc_stream_close(stream, HC_STREAM_ABORT);
    return;
  }
  s->relay = relay;
  s->stream = stream;
  s->timer.fn = on_timeout;
  s->timer.user_data = s;
  hc_relay_set_add(&relay->senders, &s->node);
  hc_stream_set_handler(stream, &handler, s);
  if (hc_relay_is_full(relay, relay->senders.n - 1)) {
    hc_relay_sender_refuse(s, hc_relay_refuse(503, "The relay has too many "
                                                   "connections."));
    return;
  }
  set_timer(s, relay->settings.handshake_timeout_s);
  hc_stream_resume(stream);
}

static struct hc_relay_sender *first(const struct hc_relay *relay)
{
  return HC_LIST_ENTRY(relay->senders.list.next, struct hc_relay_sender, node);
}

static void stop(struct hc_relay_sender *s)
{
  enum hc_stream_close how = HC_STREAM_CLEAN;

  if (has_begun_to_answer(s))
    how = cut_of(s);
  else if (s->exchange != NULL)
    write_refusal(s, hc_relay_refuse(503, "The relay is stopping."));
  hc_relay_await_written(s->relay, s->stream, how);
  if (s->exchange != NULL && s->exchange->channel != NULL)
    hc_relay_channel_stop(s->exchange->channel);
  if (s->kept != NULL)
    hc_relay_channel_stop(s->kept);
  sender_free(s);
}

void hc_relay_senders_stop(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->senders.list))
    stop(first(relay));
}

void hc_relay_senders_end(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->senders.list))
    end(first(relay), HC_STREAM_CUT);
}
