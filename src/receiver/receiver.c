/* The receiver: keeps the control channel up and holds the connections. */
#include "receiver/receiver.h"
#include "base/memory.h"
#include "protocol/token.h"
#include "receiver/reject.h"
#include "receiver/rows.h"
#include "session/events.h"
#include "session/options.h"

#include <limits.h>

void hc_receiver_emit_error(struct hc_receiver *r, const struct hc_fault *fault)
{
  hyco_error_event e = { .error_code = -fault->code,
                         .description = fault->text };
  hc_log_line(&r->log, HC_LOG_INFO, "error %d: %s", e.error_code, fault->text);
  if (r->events.on_error != NULL)
    r->events.on_error(r->self, &e, r->user_data);
}

bool hc_receiver_emit_verify(struct hc_receiver *r,
                             const struct hc_tls_verdict *verdict)
{
  hyco_ssl_server_authentication e = hc_event_of_verdict(verdict);
  hc_event_keep_cert(&r->surface.server_cert, verdict->cert_der);
  if (r->events.on_ssl_server_authentication != NULL)
    r->events.on_ssl_server_authentication(r->self, &e, r->user_data);
  return e.accept && !r->freed;
}

static void emit_connected(struct hc_receiver *r, int code, const char *text)
{
  hyco_connected e = { .status_code = code, .description = text };
  hc_log_line(&r->log, HC_LOG_INFO, "connected: %d %s", code, text);
  if (r->events.on_connected != NULL)
    r->events.on_connected(r->self, &e, r->user_data);
}

static void emit_disconnected(struct hc_receiver *r, int code, const char *text)
{
  hyco_disconnected e = { .status_code = code, .description = text };
  hc_log_line(&r->log, HC_LOG_INFO, "disconnected: %d %s", code, text);
  if (r->events.on_disconnected != NULL)
    r->events.on_disconnected(r->self, &e, r->user_data);
}

/* Handlers never nest: what is said in a narrow turn is not heard. */
static void write_log(void *user_data, enum hc_log_level level, int id,
                      const char *line)
{
  struct hc_receiver *r = user_data;
  hyco_log e = hc_event_of_line(level, id, line);
  if (r->events.on_log != NULL && !hc_net_is_narrow(r->net))
    r->events.on_log(r->self, &e, r->user_data);
}

static void drop_channel(struct hc_receiver *r)
{
  hc_control_channel_free(r->channel);
  r->channel = NULL;
  hc_requests_lose_body(r);
}

static void become_idle(struct hc_receiver *r)
{
  drop_channel(r);
  hc_token_source_cancel(&r->tokens);
  hc_net_timer_cancel(r->net, &r->retry);
  r->state = HC_RECEIVER_IDLE;
}

static void end_shutdown(struct hc_receiver *r)
{
  r->shutting_down = false;
  hc_net_timer_cancel(r->net, &r->shutdown);
}

static bool is_quiet(const struct hc_receiver *r)
{
  return hc_list_is_empty(&r->accepted) && hc_requests_are_over(&r->requests);
}

void hc_receiver_settle(struct hc_receiver *r)
{
  bool is_stopped = r->state == HC_RECEIVER_STOPPING && r->channel == NULL;

  if (r->freed || (r->shutting_down && !is_quiet(r)))
    return;
  if (is_stopped || r->state == HC_RECEIVER_IDLE)
    end_shutdown(r);
  if (is_stopped) {
    become_idle(r);
    emit_disconnected(r, 0, "OK");
  }
}

/* The next try, unless there is to be none. */
static void plan_retry(struct hc_receiver *r, bool is_final)
{
  uint32_t random;
  uint64_t wait_ms;

  drop_channel(r);
  hc_token_source_cancel(&r->tokens);
  if (is_final || !hc_properties_flag(&r->surface.props, HYCO_AUTO_RECONNECT)) {
    become_idle(r);
    return;
  }
  hc_net_random(r->net, &random, sizeof random);
  wait_ms = hc_backoff_next(&r->backoff, hc_net_now_ms(r->net), random);
  r->state = HC_RECEIVER_WAITING;
  hc_net_timer_set(r->net, &r->retry, wait_ms);
  hc_log_line(&r->log, HC_LOG_INFO, "next try in %llu ms",
              (unsigned long long)wait_ms);
}

static void on_channel_open(void *user_data)
{
  struct hc_receiver *r = user_data;
  r->state = HC_RECEIVER_ONLINE;
  r->once = false;
  r->failure.code = 0;
  hc_backoff_online(&r->backoff, hc_net_now_ms(r->net));
  emit_connected(r, 0, "OK");
}

/* 401, 403 and 404 end it: trying again cannot help (DESIGN section 8). */
static bool is_final(int status)
{
  return status == 401 || status == 403 || status == 404;
}

static void take_failure(struct hc_receiver *r, int status)
{
  bool final = r->once || is_final(status);

  if (r->state == HC_RECEIVER_STOPPING) {
    become_idle(r);
    return;
  }
  plan_retry(r, final);
  r->surface.fault = r->failure; /* last_error_text has the words */
  emit_connected(r, -r->failure.code, r->failure.text);
}

static void on_channel_failed(void *user_data, int status,
                              const struct hc_fault *fault)
{
  struct hc_receiver *r = user_data;
  r->failure = *fault;
  take_failure(r, status);
}

static void on_channel_accept(void *user_data, struct hc_accept *accept)
{
  hc_accepted_offer(user_data, accept);
}

static void on_channel_request(void *user_data, struct hc_request *request)
{
  hc_requests_take(user_data, request);
}

static void on_channel_request_body(void *user_data, struct hc_span data,
                                    bool end)
{
  hc_requests_take_body(user_data, data, end);
}

static void on_channel_body_lost(void *user_data)
{
  hc_requests_lose_body(user_data);
}

static void on_channel_bad_message(void *user_data,
                                   const struct hc_fault *fault)
{
  hc_receiver_emit_error(user_data, fault);
}

static void on_channel_ended(void *user_data, int code, struct hc_span reason,
                             const struct hc_fault *fault)
{
  struct hc_receiver *r = user_data;
  struct hc_fault said;

  hc_event_words(reason, &said);
  if (r->state == HC_RECEIVER_STOPPING) {
    drop_channel(r);
    hc_receiver_settle(r);
    return;
  }
  if (fault != NULL)
    r->failure = *fault;
  else
    hc_fault_set(&r->failure, HYCO_EDROPPED,
                 "the control channel was closed: %d %s", code, said.text);
  plan_retry(r, false);
  emit_disconnected(r, fault != NULL ? -fault->code : code, said.text);
}

static bool on_channel_verify(void *user_data,
                              const struct hc_tls_verdict *verdict)
{
  return hc_receiver_emit_verify(user_data, verdict);
}

static int renew(struct hc_receiver *r, struct hc_fault *fault)
{
  struct hc_buffer token;
  int64_t expiry;

  if (hc_token_source_is_pending(&r->tokens))
    return 0;
  hc_buffer_init(&token, HC_TOKEN_MAX);
  int rc =
      hc_token_source_get(&r->tokens, &r->endpoint, &token, &expiry, fault);
  if (rc == 0 && hc_buffer_len(&token) == 0)
    rc = hc_fault_set(fault, HYCO_EMISSING, "there is no token to renew");
  else if (rc == 0)
    hc_control_channel_renew(r->channel, hc_buffer_span(&token), expiry);
  hc_buffer_deinit_secret(&token);
  return rc < 0 ? rc : 0;
}

static void on_channel_renewal_due(void *user_data)
{
  (void)renew(user_data, NULL);
}

int hc_receiver_renew(struct hc_receiver *r, struct hc_fault *fault)
{
  if (r->state != HC_RECEIVER_ONLINE)
    return hc_fault_set(fault, HYCO_ENOTCONNECTED,
                        "RenewNow: the control channel is not up");
  return renew(r, fault);
}

static const struct hc_control_channel_handler channel_handler = {
  .on_open = on_channel_open,
  .on_failed = on_channel_failed,
  .on_accept = on_channel_accept,
  .on_request = on_channel_request,
  .on_request_body = on_channel_request_body,
  .on_body_lost = on_channel_body_lost,
  .on_bad_message = on_channel_bad_message,
  .on_renewal_due = on_channel_renewal_due,
  .on_ended = on_channel_ended,
  .on_verify = on_channel_verify,
};

static int open_channel(struct hc_receiver *r, struct hc_span token,
                        int64_t expiry)
{
  const char *id = hc_properties_text(&r->surface.props, HYCO_DIAGNOSTIC_ID);
  struct hc_control_channel_options options = {
    .props = &r->surface.props,
    .endpoint = &r->endpoint,
    .tls = r->tls,
    .token = token,
    .token_expiry = expiry,
    .id = id[0] != '\0' ? id : r->id,
    .watch = &r->watch,
    .log = &r->log,
  };
  int rc = hc_control_channel_open(r->net, &options, &channel_handler, r,
                                   &r->channel, &r->failure);
  r->requests.channel++;
  if (rc == 0)
    hc_log_line(&r->log, HC_LOG_INFO, "connecting to %s://%s/$hc/%.*s",
                r->endpoint.tls ? "wss" : "ws", r->endpoint.host_field,
                (int)r->endpoint.path.len, (const char *)r->endpoint.path.ptr);
  return rc;
}

/* At once, or when the token provider has answered. */
static int begin(struct hc_receiver *r)
{
  struct hc_buffer token;
  int64_t expiry;

  r->state = HC_RECEIVER_CONNECTING;
  hc_buffer_init(&token, HC_TOKEN_MAX);
  int rc = hc_token_source_get(&r->tokens, &r->endpoint, &token, &expiry,
                               &r->failure);
  if (rc == 0)
    rc = open_channel(r, hc_buffer_span(&token), expiry);
  hc_buffer_deinit_secret(&token);
  return rc < 0 ? rc : 0;
}

static void connect_channel(struct hc_receiver *r)
{
  if (begin(r) < 0)
    take_failure(r, 0);
}

/* The provider answered: for a new channel, or for the one that is up. */
static void on_token(void *user_data, struct hc_span token, int64_t expiry)
{
  struct hc_receiver *r = user_data;

  if (r->channel != NULL && token.len > 0) {
    hc_control_channel_renew(r->channel, token, expiry);
    return;
  }
  if (token.len == 0)
    hc_fault_set(&r->failure, HYCO_EUNAUTHORIZED,
                 "the token provider gave no token");
  if (r->channel != NULL)
    hc_receiver_emit_error(r, &r->failure); /* it is asked again */
  else if (token.len == 0 || open_channel(r, token, expiry) < 0)
    take_failure(r, 0);
}

static void on_retry(void *user_data)
{
  connect_channel(user_data);
}

static int make_tls(struct hc_receiver *r, struct hc_fault *fault)
{
  return hc_tls_from_properties(r->net, &r->surface.props, &r->tls, fault);
}

static void drop_tls(struct hc_receiver *r)
{
  hc_net_tls_free(r->net, r->tls);
  r->tls = NULL;
  hc_net_tls_free(r->net, r->forward_tls);
  r->forward_tls = NULL;
}

int hc_receiver_start(struct hc_receiver *r, bool once)
{
  if (hc_receiver_is_listening(r))
    return 0;
  if (r->state == HC_RECEIVER_STOPPING)
    become_idle(r); /* start anew at once */
  end_shutdown(r);
  int rc = hc_endpoint_read(&r->surface.props, &r->endpoint, &r->surface.fault);
  if (rc < 0)
    return rc;
  drop_tls(r); /* trust may have changed */
  rc = r->endpoint.tls ? make_tls(r, &r->surface.fault) : 0;
  if (rc < 0)
    return rc;
  r->once = once;
  r->failure.code = 0;
  r->backoff = (struct hc_backoff){ 0 };
  rc = begin(r);
  if (rc < 0) {
    r->surface.fault = r->failure;
    become_idle(r);
  }
  return rc;
}

void hc_receiver_stop(struct hc_receiver *r)
{
  r->failure.code = 0; /* it is wanted */
  if (r->state == HC_RECEIVER_ONLINE) {
    r->state = HC_RECEIVER_STOPPING;
    hc_control_channel_stop(r->channel);
  } else if (r->state != HC_RECEIVER_STOPPING) {
    become_idle(r);
  }
  hc_requests_stop(r);
}

static void on_shutdown_timer(void *user_data)
{
  struct hc_receiver *r = user_data;

  while (!r->freed && !hc_list_is_empty(&r->accepted))
    hc_accepted_abort(HC_LIST_ENTRY(r->accepted.next, struct hc_accepted, node),
                      "the peer did not answer the Close of a shutdown");
  if (!r->freed)
    hc_requests_free_all(r);
  hc_receiver_settle(r);
}

void hc_receiver_shutdown(struct hc_receiver *r)
{
  r->shutting_down = true;
  hc_requests_shut(r);
  hc_receiver_stop(r);
  for (struct hc_list *n = r->accepted.next; n != &r->accepted; n = n->next) {
    struct hc_accepted *a = HC_LIST_ENTRY(n, struct hc_accepted, node);
    if (a->is_open)
      (void)hc_receiver_disconnect(r, a->id);
  }
  hc_net_timer_set(r->net, &r->shutdown, HC_CLOSE_WAIT_MS);
  hc_receiver_settle(r);
}

bool hc_receiver_is_shut(const struct hc_receiver *r)
{
  return r->state == HC_RECEIVER_IDLE && is_quiet(r) &&
         hc_list_is_empty(&r->rejects);
}

int hc_receiver_next_id(struct hc_receiver *r)
{
  do
    r->last_id = r->last_id < INT_MAX ? r->last_id + 1 : 1;
  while (hc_receiver_find(r, r->last_id) != NULL ||
         hc_requests_find(r, r->last_id) != NULL);
  return r->last_id;
}

struct hc_accepted *hc_receiver_find(const struct hc_receiver *r, int id)
{
  return hc_id_map_get(&r->ids, id);
}

int hc_receiver_disconnect(struct hc_receiver *r, int id)
{
  struct hc_accepted *a = hc_receiver_find(r, id);

  if (a == NULL)
    return hc_fault_set(&r->surface.fault, HYCO_EBADID,
                        "there is no connection %d", id);
  if (a->forward != NULL) { /* both ways */
    hc_forward_close(a->forward, false);
    hc_connection_end_half_close(a->connection);
  }
  hc_disconnect_as_set(a->connection, &r->surface.props);
  return 0;
}

int hc_receiver_send(struct hc_receiver *r, int id, enum hc_ws_opcode opcode,
                     struct hc_span payload)
{
  struct hc_fault *fault = &r->surface.fault;
  struct hc_accepted *a = hc_receiver_find(r, id);

  if (a == NULL)
    return hc_fault_set(fault, HYCO_EBADID, "there is no connection %d", id);
  return hc_sending_send(&a->sending, a->connection, opcode, payload, fault);
}

int hc_receiver_send_file(struct hc_receiver *r, int id, const char *name)
{
  struct hc_fault *fault = &r->surface.fault;
  struct hc_accepted *a = hc_receiver_find(r, id);

  if (a == NULL)
    return hc_fault_set(fault, HYCO_EBADID, "there is no connection %d", id);
  return hc_sending_send_file(&a->sending, a->connection, name, fault);
}

int hc_receiver_link_options(struct hc_receiver *r, const char *address,
                             struct hc_endpoint *endpoint,
                             struct hc_link_options *out,
                             struct hc_fault *fault)
{
  const struct hc_properties *props = &r->surface.props;
  struct hc_span target;

  int rc = hc_endpoint_from_url(hc_span_str(address), endpoint, &target, fault);
  if (rc == 0 && endpoint->tls && r->tls == NULL)
    rc = make_tls(r, fault); /* the control channel is plain */
  if (rc < 0)
    return rc;
  *out = (struct hc_link_options){
    .endpoint = endpoint,
    .target = target,
    .tls = endpoint->tls ? r->tls : NULL,
    .local_host = hc_properties_text(props, HYCO_LOCAL_HOST),
    .tcp = hc_tcp_from_properties(props),
    .props = props,
    .watch = &r->watch,
    .timeout_ms = hc_handshake_ms(props, HC_RENDEZVOUS_TIMEOUT_MS),
  };
  return 0;
}

static void free_receiver(void *user_data)
{
  struct hc_receiver *r = user_data;
  hc_surface_deinit(&r->surface);
  hc_id_map_deinit(&r->ids);
  hc_requests_deinit(&r->requests);
  hc_files_deinit(&r->files);
  hc_free(r);
}

int hc_receiver_new(struct hc_net *net, hyco_receiver *self,
                    const hyco_receiver_events *events, void *user_data,
                    struct hc_receiver **out)
{
  uint8_t random[16];
  struct hc_receiver *r = hc_alloc_zero(sizeof *r);

  if (r == NULL)
    return HYCO_ENOMEM;
  r->net = net;
  r->self = self;
  if (events != NULL)
    r->events = *events;
  r->user_data = user_data;
  hc_surface_init(&r->surface, &hc_receiver_rows, r, HYCO_SCOPE_RECEIVER);
  r->log.level = HC_LOG_INFO;
  r->log.user_data = r;
  if (r->events.on_log != NULL) /* no line is made for nobody */
    r->log.write = write_log;
  r->watch = hc_receiver_watch(r);
  hc_token_source_init(&r->tokens, net, &r->surface.props, on_token, r);
  r->retry = hc_timer_that_calls(on_retry, r);
  r->shutdown = hc_timer_that_calls(on_shutdown_timer, r);
  r->reap = hc_timer_that_calls(free_receiver, r);
  hc_list_init(&r->accepted);
  hc_list_init(&r->rejects);
  hc_files_init(&r->files);
  hc_requests_init(&r->requests);
  hc_net_random(net, random, sizeof random);
  hc_guid_format(r->id, random);
  *out = r;
  return 0;
}

void hc_receiver_free(struct hc_receiver *r)
{
  if (r == NULL || r->freed)
    return;
  r->freed = true;
  memset(&r->events, 0, sizeof r->events); /* no handler is called any more */
  become_idle(r);
  hc_net_timer_cancel(r->net, &r->shutdown);
  while (!hc_list_is_empty(&r->accepted))
    hc_accepted_free(HC_LIST_ENTRY(r->accepted.next, struct hc_accepted, node));
  while (!hc_list_is_empty(&r->rejects))
    hc_reject_free(HC_LIST_ENTRY(r->rejects.next, struct hc_reject, node));
  hc_requests_free_all(r);
  drop_tls(r);
  hc_net_timer_set(r->net, &r->reap, 0);
}
