/* The handshake: everything that is refused is refused here. */
#include "relay/front.h"

#include "base/crypto.h"
#include "base/memory.h"
#include "protocol/token.h"
#include "relay/listener.h"
#include "relay/server.h"

struct front {
  struct hc_list node;
  struct hc_relay *relay;
  struct hc_stream *stream;
  struct hc_timer timer;
  size_t scanned;
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

/* What a request's token must be good for, and where it was. */
struct permit {
  enum hc_right right;
  enum hc_relay_token_place place;
  int64_t expiry_s;
};

static struct hc_relay_refusal authorize(const struct hc_relay *relay,
                                         const struct hc_relay_request *request,
                                         struct permit *permit)
{
  const struct hc_relay_scope scope = {
    .host = request->host,
    .path = request->name,
    .right = permit->right,
    .now_s = hc_net_wall_s(relay->net),
    .grace_s = relay->settings.token_grace_s,
  };
  struct hc_buffer token;

  hc_buffer_init(&token, HC_TOKEN_MAX);
  if (hc_buffer_reserve(&token, HC_TOKEN_MAX) == NULL) /* so it never moves */
    return hc_relay_refuse(500, "The relay is out of memory.");
  permit->place = hc_relay_find_token(&token, request->head, request->query);
  struct hc_relay_refusal no = hc_relay_check_token(
      &relay->rules, hc_buffer_span(&token), &scope, &permit->expiry_s);
  hc_wipe(token.data, token.cap);
  hc_buffer_deinit(&token);
  return no;
}

static struct hc_relay_refusal no_endpoint(void)
{
  return hc_relay_refuse(404, "Endpoint does not exist.");
}

static bool is_name(struct hc_span name)
{
  return name.len > 0 && name.len <= HC_RELAY_NAME_MAX;
}

static struct hc_relay_refusal check_quota(const struct hc_relay *relay,
                                           struct hc_relay_endpoint *endpoint)
{
  if (endpoint != NULL &&
      endpoint->n_listeners >= relay->settings.listeners_per_entity)
    return hc_relay_refuse(403, "The endpoint has as many listeners as it may "
                                "have.");
  if (hc_relay_is_full(relay, relay->listeners.n))
    return hc_relay_refuse(503, "The relay has too many listeners.");
  return hc_relay_allow();
}

static struct hc_relay_refusal listen(struct front *f,
                                      const struct hc_relay_request *request)
{
  struct hc_relay *relay = f->relay;
  struct hc_relay_registration registration = { .request = request };
  struct permit permit = { .right = HC_RIGHT_LISTEN };
  struct hc_relay_endpoint *endpoint =
      hc_relay_registry_find(&relay->registry, request->name);

  if (endpoint == NULL && !(relay->registry.any_name && is_name(request->name)))
    return no_endpoint();
  struct hc_relay_refusal no = hc_relay_request_key(request, &registration.key);
  if (no.status == 0)
    no = authorize(relay, request, &permit);
  if (no.status == 0)
    no = check_quota(relay, endpoint);
  if (no.status != 0)
    return no;

  if (endpoint == NULL)
    endpoint = hc_relay_registry_add(&relay->registry, request->name);
  if (endpoint == NULL)
    return hc_relay_refuse(500, "The relay is out of memory.");
  registration.token_expiry_s = permit.expiry_s;
  no = hc_relay_listener_register(relay, endpoint, f->stream, &registration);
  if (no.status != 0)
    hc_relay_registry_release(endpoint);
  return no;
}

static struct hc_relay_refusal connect(struct front *f,
                                       const struct hc_relay_request *request,
                                       bool has_early_bytes)
{
  struct hc_relay *relay = f->relay;
  struct hc_relay_offer offer = { .request = request,
                                  .has_early_bytes = has_early_bytes };
  struct permit permit = { .right = HC_RIGHT_SEND };
  struct hc_relay_endpoint *endpoint =
      hc_relay_registry_match(&relay->registry, request->name);

  if (endpoint == NULL && !relay->registry.any_name)
    return no_endpoint();
  struct hc_relay_refusal no = hc_relay_request_key(request, &offer.key);
  if (no.status == 0 && (endpoint == NULL || !endpoint->anonymous))
    no = authorize(relay, request, &permit);
  if (no.status != 0)
    return no;
  if (endpoint == NULL || endpoint->n_listeners == 0)
    return hc_relay_refuse(404, "There are no listeners connected for the "
                                "endpoint.");
  if (hc_relay_is_full(relay, relay->waiting.n + relay->pairs.n))
    return hc_relay_refuse(503, "The relay has too many connections.");
  offer.authorization_was_the_token =
      permit.place == HC_RELAY_TOKEN_AUTHORIZATION;
  return hc_relay_offer_sender(relay, endpoint, f->stream, &offer);
}

static struct hc_relay_refusal http(const struct hc_relay *relay,
                                    const struct hc_relay_request *request)
{
  if (!relay->registry.any_name &&
      hc_relay_registry_match(&relay->registry, request->name) == NULL)
    return no_endpoint();
  return hc_relay_refuse(502, "HTTP requests are not served by this relay.");
}

static struct hc_relay_refusal serve(struct front *f,
                                     const struct hc_relay_request *request,
                                     bool has_early_bytes)
{
  switch (request->action) {
  case HC_RELAY_LISTEN:
    return listen(f, request);
  case HC_RELAY_CONNECT:
    return connect(f, request, has_early_bytes);
  case HC_RELAY_ACCEPT:
    return hc_relay_rendezvous(f->relay, f->stream, request);
  case HC_RELAY_HTTP:
    break;
  }
  return http(f->relay, request);
}

/* Paused until a new owner wants the bytes behind the head. */
static void decide(struct front *f, const struct hc_http_head *head,
                   bool has_early_bytes)
{
  struct hc_relay_request request;

  hc_stream_pause(f->stream);
  struct hc_relay_refusal no =
      hc_relay_request_init(&request, head, f->relay->net);
  if (no.status == 0)
    no = serve(f, &request, has_early_bytes);
  if (no.status != 0)
    refuse(f, &request.tracking, no);
  else
    front_free(f);
  hc_relay_request_deinit(&request);
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct front *f = user_data;
  struct hc_http_head head;
  int rc = hc_http_read_request(in, f->relay->settings.header_max, &f->scanned,
                                &head, NULL);

  if (rc > 0)
    decide(f, &head, in->len > 0);
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
