/* The handshake: a head comes, or the time is up; refusals are answered here.
 */
#include "relay/front.h"

#include "base/memory.h"
#include "relay/http_sender.h"
#include "relay/serve.h"
#include "relay/server.h"

struct front {
  struct hc_list node;
  struct hc_relay *relay;
  struct hc_stream *stream;
  struct hc_timer timer;
  size_t scanned;
  bool was_delayed; /* by ConnectDelay */
};

/* The stream is somebody else's by now. */
static void front_free(struct front *f)
{
  hc_net_timer_cancel(f->relay->net, &f->timer);
  hc_relay_set_remove(&f->relay->fronts, &f->node);
  hc_free(f);
}

static void refuse(struct front *f, const struct hc_relay_tracking *tracking,
                   struct hc_relay_refusal no)
{
  if (no.status != 410) /* the rejection was told */
    hc_relay_event(&f->relay->log, hc_relay_refusal_event(no), tracking,
                   no.text);
  hc_relay_answer(f->stream, tracking, no);
  hc_stream_close(f->stream, HC_STREAM_CLEAN);
  front_free(f);
}

/* Before there is a request that could be named. */
static void refuse_early(struct front *f, struct hc_relay_refusal no)
{
  struct hc_relay_tracking tracking;

  hc_relay_tracking_init(&tracking, f->relay->net, hc_span_of(NULL, 0));
  refuse(f, &tracking, no);
}

/* Leaves the head where it is: it comes again when the time is up. */
static void on_delay_end(void *user_data)
{
  struct front *f = user_data;

  hc_stream_resume(f->stream);
}

static bool must_wait(const struct front *f, const struct hc_relay_request *r)
{
  return r->action == HC_RELAY_CONNECT && !f->was_delayed &&
         f->relay->settings.connect_delay_ms > 0;
}

static void wait(struct front *f)
{
  f->was_delayed = true;
  f->scanned = 0;
  f->timer.fn = on_delay_end;
  hc_net_timer_set(f->relay->net, &f->timer,
                   f->relay->settings.connect_delay_ms);
}

/* Paused until a new owner wants the bytes behind the head. False: the head is
 * not to be taken yet. */
static bool decide(struct front *f, const struct hc_http_head *head,
                   bool has_early_bytes)
{
  struct hc_relay_request request;

  hc_stream_pause(f->stream);
  struct hc_relay_refusal no =
      hc_relay_request_init(&request, head, f->relay->net);
  if (no.status == 0 && request.action == HC_RELAY_HTTP) {
    hc_relay_request_deinit(&request);
    hc_relay_sender_open(f->relay, f->stream); /* it reads the head again */
    front_free(f);
    return false;
  }
  bool waits = no.status == 0 && must_wait(f, &request);
  if (no.status == 0 && !waits)
    no = hc_relay_serve(f->relay, f->stream, &request, has_early_bytes);
  if (no.status != 0)
    refuse(f, &request.tracking, no);
  else if (waits)
    wait(f);
  else
    front_free(f);
  hc_relay_request_deinit(&request);
  return !waits;
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct front *f = user_data;
  struct hc_span rest = *in;
  struct hc_http_head head;
  int rc = hc_http_read_request(&rest, f->relay->settings.header_max,
                                &f->scanned, &head, NULL);

  if (rc > 0 && decide(f, &head, rest.len > 0))
    *in = rest;
  else if (rc == HYCO_ETOOLONG)
    refuse_early(f, hc_relay_refuse(431, "The request's head is too long."));
  else if (rc < 0)
    refuse_early(f, hc_relay_refuse(400, "The request is malformed."));
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct front *f = user_data;

  (void)fault;
  hc_stream_close(f->stream, HC_STREAM_CLEAN);
  front_free(f);
}

static void on_timeout(void *user_data)
{
  refuse_early(user_data,
               hc_relay_refuse(408, "The request did not come in time."));
}

void hc_relay_front_open(struct hc_relay *relay, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = on_data,
                                                    .on_end = on_end };
  struct front *f = hc_alloc_zero(sizeof *f);

  if (f == NULL) {
    hc_stream_close(stream, HC_STREAM_ABORT);
    return;
  }
  f->relay = relay;
  f->stream = stream;
  f->timer.fn = on_timeout;
  f->timer.user_data = f;
  hc_relay_set_add(&relay->fronts, &f->node);
  hc_stream_set_handler(stream, &handler, f);
  if (relay->fronts.n > relay->settings.max_connections) {
    refuse_early(f, hc_relay_refuse(503, "The relay has too many "
                                         "connections."));
    return;
  }
  hc_net_timer_set(relay->net, &f->timer,
                   (uint64_t)relay->settings.handshake_timeout_s * 1000);
}

void hc_relay_fronts_end(struct hc_relay *relay)
{
  while (!hc_list_is_empty(&relay->fronts.list)) {
    struct front *f =
        HC_LIST_ENTRY(relay->fronts.list.next, struct front, node);
    hc_stream_close(f->stream, HC_STREAM_CLEAN);
    front_free(f);
  }
}
