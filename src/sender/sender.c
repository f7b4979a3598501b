/* The sender: one connection to a hybrid connection at a time. */
#include "sender/sender.h"
#include "base/memory.h"
#include "protocol/token.h"
#include "sender/request.h"
#include "session/events.h"
#include "session/options.h"

static void emit_connected(struct hc_sender *s, int code, const char *text)
{
  hyco_connected e = { .status_code = code, .description = text };
  hc_log_line(&s->log, HC_LOG_INFO, "connected: %d %s", code, text);
  if (s->events.on_connected != NULL)
    s->events.on_connected(s->self, &e, s->user_data);
}

/* Handlers never nest: what is said in a narrow turn is not heard. */
static void write_log(void *user_data, enum hc_log_level level, int id,
                      const char *line)
{
  struct hc_sender *s = user_data;
  hyco_log e = hc_event_of_line(level, id, line);
  if (s->events.on_log != NULL && !hc_net_is_narrow(s->net))
    s->events.on_log(s->self, &e, s->user_data);
}

struct hc_traffic hc_sender_traffic(const struct hc_sender *s)
{
  return s->connection != NULL ? hc_connection_traffic(s->connection)
                               : s->traffic;
}

static void drop_connection(struct hc_sender *s)
{
  s->traffic = hc_sender_traffic(s);
  hc_connection_free(s->connection);
  hc_sending_drop_files(&s->sending);
  hc_inbox_deinit(&s->inbox);
  s->connection = NULL;
  s->is_open = false;
}

static void on_open(void *user_data, struct hc_span sub_protocol)
{
  struct hc_sender *s = user_data;
  struct hc_connection *opened = s->connection;

  (void)sub_protocol;
  s->is_open = true;
  s->failure.code = 0;
  emit_connected(s, 0, "OK");
  if (s->freed || s->connection != opened || !hc_connection_is_ready(opened))
    return; /* once the handler has filled the queue it is told later */
  if (s->events.on_ready_to_send != NULL)
    s->events.on_ready_to_send(s->self, s->user_data);
}

void hc_sender_cancel(struct hc_sender *s)
{
  drop_connection(s);
  hc_token_source_cancel(&s->tokens);
  hc_net_timer_cancel(s->net, &s->retry);
  s->is_busy = false;
}

/* WaitForListener: nobody listens now, but perhaps soon. */
static bool try_again(struct hc_sender *s, int status)
{
  uint64_t now_ms = hc_net_now_ms(s->net);
  uint32_t random;

  if (status != 404 || now_ms >= s->wait_until_ms)
    return false;
  hc_net_random(s->net, &random, sizeof random);
  uint64_t wait_ms = hc_backoff_next(&s->backoff, now_ms, random);
  if (now_ms + wait_ms > s->wait_until_ms)
    wait_ms = s->wait_until_ms - now_ms; /* once more at the end */
  hc_net_timer_set(s->net, &s->retry, wait_ms);
  hc_log_line(&s->log, HC_LOG_INFO, "nobody listens: next try in %llu ms",
              (unsigned long long)wait_ms);
  return true;
}

static void take_failure(struct hc_sender *s, int status)
{
  drop_connection(s);
  if (try_again(s, status))
    return;
  hc_sender_cancel(s);
  s->surface.fault = s->failure; /* last_error_text has the words */
  emit_connected(s, -s->failure.code, s->failure.text);
}

static void on_failed(void *user_data, int status, const struct hc_fault *fault)
{
  struct hc_sender *s = user_data;
  s->failure = *fault;
  if (fault->code == HYCO_ECERTVERIFY) /* the files may be others by now */
    s->trust_is_stale = true;
  take_failure(s, status);
}

static void on_ready_to_send(void *user_data)
{
  struct hc_sender *s = user_data;
  if (s->events.on_ready_to_send != NULL)
    s->events.on_ready_to_send(s->self, s->user_data);
}

static void on_send_failed(void *user_data, int error)
{
  struct hc_sender *s = user_data;
  struct hc_fault fault;

  hc_sending_lose_file(&s->sending, error, &fault);
  s->failure = fault; /* the connection ends with it */
  hyco_error_event e = { 0, -fault.code, fault.text };
  if (s->events.on_error != NULL)
    s->events.on_error(s->self, &e, s->user_data);
}

static void on_progress(void *user_data, int64_t sent, int64_t size)
{
  struct hc_sender *s = user_data;
  hyco_progress e = { sent, size };
  if (s->events.on_progress != NULL)
    s->events.on_progress(s->self, &e, s->user_data);
}

static void on_data(void *user_data, enum hc_ws_opcode opcode,
                    struct hc_span data, bool end_of_message)
{
  struct hc_sender *s = user_data;
  struct hc_buffer whole;
  struct hc_fault fault;

  int rc = hc_inbox_add(&s->inbox, &s->surface.props, opcode, &data,
                        end_of_message, &whole);
  hyco_data_in e = { (hyco_format)opcode, data.ptr, data.len, end_of_message };
  if (rc > 0 && s->events.on_data_in != NULL)
    s->events.on_data_in(s->self, &e, s->user_data);
  hc_buffer_deinit(&whole);
  if (rc < 0) {
    hc_inbox_refuse(s->connection, rc, &fault);
    s->failure = fault;
    hyco_error_event error = { 0, -rc, fault.text };
    if (s->events.on_error != NULL)
      s->events.on_error(s->self, &error, s->user_data);
  }
}

static void on_half_end(void *user_data, int code, struct hc_span reason)
{
  struct hc_sender *s = user_data;
  struct hc_fault said;

  hc_event_words(reason, &said);
  hyco_disconnected e = { code, said.text };
  if (s->events.on_end != NULL)
    s->events.on_end(s->self, &e, s->user_data);
}

/* What hyco_sender_run returns. */
static void note_end(struct hc_sender *s, int code, const char *reason,
                     const struct hc_fault *fault)
{
  bool is_good = s->is_leaving || code == HC_CLOSE_NORMAL ||
                 code == HC_CLOSE_GOING_AWAY || code == HC_CLOSE_NO_STATUS;

  if (s->failure.code != 0)
    return; /* that is why it ended */
  if (fault->code != 0)
    s->failure = *fault;
  else if (!is_good)
    hc_fault_set(&s->failure, HYCO_EDROPPED, "the connection was closed: %d %s",
                 code, reason);
}

static void on_disconnected(void *user_data, int code, struct hc_span reason,
                            const struct hc_fault *fault)
{
  struct hc_sender *s = user_data;
  struct hc_fault said;

  hc_event_words(reason, &said);
  note_end(s, code, said.text, fault);
  hc_sender_cancel(s);
  hc_log_line(&s->log, HC_LOG_INFO, "disconnected: %d %s", code, said.text);
  if (fault->code != 0 && s->events.on_error != NULL) {
    hyco_error_event error = { 0, -fault->code, fault->text };
    s->events.on_error(s->self, &error, s->user_data);
    if (s->freed)
      return;
  }
  hyco_disconnected e = { code, said.text };
  if (s->events.on_disconnected != NULL)
    s->events.on_disconnected(s->self, &e, s->user_data);
}

bool hc_sender_judge(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct hc_sender *s = user_data;
  hyco_ssl_server_authentication e = hc_event_of_verdict(verdict);
  hc_event_keep_cert(&s->surface.server_cert, verdict->cert_der);
  if (s->events.on_ssl_server_authentication != NULL)
    s->events.on_ssl_server_authentication(s->self, &e, s->user_data);
  return e.accept && !s->freed;
}

static const struct hc_connection_handler connection_handler = {
  .on_open = on_open,
  .on_failed = on_failed,
  .on_ready_to_send = on_ready_to_send,
  .on_send_failed = on_send_failed,
  .on_data = on_data,
  .on_half_end = on_half_end,
  .on_disconnected = on_disconnected,
  .on_verify = hc_sender_judge,
};

const char *hc_sender_id(const struct hc_sender *s)
{
  const char *set = hc_properties_text(&s->surface.props, HYCO_DIAGNOSTIC_ID);
  return set[0] != '\0' ? set : s->id;
}

static const char *next_id(struct hc_sender *s)
{
  uint8_t random[16];

  hc_net_random(s->net, random, sizeof random);
  hc_guid_format(s->id, random);
  return hc_sender_id(s);
}

static void drop_tls(struct hc_sender *s)
{
  hc_net_tls_free(s->net, s->tls);
  s->tls = NULL;
}

int hc_sender_make_tls(struct hc_sender *s, bool wanted)
{
  if (s->trust_is_stale)
    drop_tls(s);
  s->trust_is_stale = false;
  if (!wanted || s->tls != NULL)
    return 0;
  return hc_tls_from_properties(s->net, &s->surface.props, &s->tls,
                                &s->surface.fault);
}

static int dial(struct hc_sender *s, struct hc_span target,
                struct hc_span token)
{
  const struct hc_properties *props = &s->surface.props;
  struct hc_connection_options options = hc_connection_options_read(props);
  struct hc_http_field headers[HC_LINK_HEADERS_MAX];

  hc_sender_headers_list(&s->headers, headers);
  options.link = (struct hc_link_options){
    .endpoint = &s->endpoint,
    .target = target,
    .tls = s->endpoint.tls ? s->tls : NULL,
    .token = token,
    .protocols = hc_span_str(hc_properties_text(props, HYCO_SUB_PROTOCOLS)),
    .headers = headers,
    .n_headers = s->headers.count,
    .local_host = hc_properties_text(props, HYCO_LOCAL_HOST),
    .tcp = hc_tcp_from_properties(props),
    .props = props,
    .watch = &s->watch,
    .timeout_ms = hc_handshake_ms(props, HC_CONNECT_TIMEOUT_MS),
  };
  int rc = hc_connection_open(s->net, &options, &connection_handler, s,
                              &s->connection, &s->failure);
  if (rc == 0 && !s->accept_data)
    hc_connection_pause(s->connection);
  if (rc == 0)
    hc_log_line(&s->log, HC_LOG_INFO, "connecting to %s://%s/$hc/%.*s",
                s->endpoint.tls ? "wss" : "ws", s->endpoint.host_field,
                (int)s->endpoint.path.len, (const char *)s->endpoint.path.ptr);
  return rc;
}

static int open_connection(struct hc_sender *s, struct hc_span token)
{
  struct hc_buffer target;

  hc_buffer_init(&target, HC_TARGET_MAX);
  int rc =
      hc_endpoint_write_target(&s->endpoint, "connect", next_id(s), &target);
  if (rc < 0)
    hc_fault_set(&s->failure, rc,
                 "hybrid_connection makes a URL that is too long");
  else
    rc = dial(s, hc_buffer_span(&target), token);
  hc_buffer_deinit(&target);
  return rc;
}

/* At once, or when the token provider has answered. */
static int begin(struct hc_sender *s)
{
  struct hc_buffer token;
  int64_t expiry;

  hc_buffer_init(&token, HC_TOKEN_MAX);
  int rc = hc_token_source_get(&s->tokens, &s->endpoint, &token, &expiry,
                               &s->failure);
  if (rc == 0)
    rc = open_connection(s, hc_buffer_span(&token));
  hc_buffer_deinit_secret(&token);
  return rc < 0 ? rc : 0;
}

static void on_retry(void *user_data)
{
  struct hc_sender *s = user_data;
  if (s->is_leaving || begin(s) < 0)
    take_failure(s, 0);
}

static void on_token(void *user_data, struct hc_span token, int64_t expiry)
{
  struct hc_sender *s = user_data;

  (void)expiry; /* a sender does not renew */
  if (token.len == 0)
    hc_fault_set(&s->failure, HYCO_EUNAUTHORIZED,
                 "the token provider gave no token");
  if (token.len == 0 || open_connection(s, token) < 0)
    take_failure(s, 0);
}

int hc_sender_start(struct hc_sender *s)
{
  const struct hc_properties *props = &s->surface.props;

  if (s->is_busy)
    return hc_fault_set(&s->surface.fault, HYCO_EBUSY,
                        "already connected or connecting");
  int rc = hc_endpoint_read(props, &s->endpoint, &s->surface.fault);
  if (rc == 0)
    rc = hc_sender_make_tls(s, s->endpoint.tls);
  if (rc < 0)
    return rc;
  s->is_busy = true;
  s->is_leaving = false;
  s->failure.code = 0;
  s->accept_data = true;
  s->traffic = (struct hc_traffic){ 0 };
  s->sending.bytes_sent = 0;
  s->sending.message_length = 0;
  s->sending.message_left = 0;
  s->backoff = (struct hc_backoff){ 0 };
  s->wait_until_ms =
      hc_net_now_ms(s->net) +
      (uint64_t)hc_properties_number(props, HYCO_WAIT_FOR_LISTENER) * 1000;
  rc = begin(s);
  if (rc < 0) {
    s->surface.fault = s->failure;
    s->failure.code = 0; /* it is returned */
    hc_sender_cancel(s);
  }
  return rc;
}

int hc_sender_send(struct hc_sender *s, enum hc_ws_opcode opcode,
                   struct hc_span payload)
{
  if (!s->is_open)
    return hc_fault_set(&s->surface.fault, HYCO_ENOTCONNECTED, "not connected");
  return hc_sending_send(&s->sending, s->connection, opcode, payload,
                         &s->surface.fault);
}

int hc_sender_send_file(struct hc_sender *s, const char *name)
{
  if (!s->is_open)
    return hc_fault_set(&s->surface.fault, HYCO_ENOTCONNECTED, "not connected");
  return hc_sending_send_file(&s->sending, s->connection, name,
                              &s->surface.fault);
}

/* on_connected tells of it, from the loop. */
static void call_off(struct hc_sender *s)
{
  drop_connection(s);
  hc_token_source_cancel(&s->tokens);
  s->is_leaving = true;
  hc_fault_set(&s->failure, HYCO_EINTERRUPTED, "called off");
  hc_net_timer_set(s->net, &s->retry, 0);
}

int hc_sender_disconnect(struct hc_sender *s)
{
  if (!s->is_busy)
    return hc_fault_set(&s->surface.fault, HYCO_ENOTCONNECTED, "not connected");
  if (!s->is_open) {
    call_off(s);
    return 0;
  }
  s->is_leaving = true;
  hc_disconnect_as_set(s->connection, &s->surface.props);
  return 0;
}

static void free_sender(void *user_data)
{
  struct hc_sender *s = user_data;
  hc_surface_deinit(&s->surface);
  hc_sender_headers_deinit(&s->headers);
  hc_files_deinit(&s->files);
  hc_free(s);
}

int hc_sender_new(struct hc_net *net, hyco_sender *self,
                  const hyco_sender_events *events, void *user_data,
                  struct hc_sender **out)
{
  struct hc_sender *s = hc_alloc_zero(sizeof *s);

  if (s == NULL)
    return HYCO_ENOMEM;
  s->net = net;
  s->self = self;
  if (events != NULL)
    s->events = *events;
  s->user_data = user_data;
  s->accept_data = true;
  hc_files_init(&s->files);
  s->sending.net = net;
  s->sending.all = &s->files;
  s->sending.on_progress = on_progress;
  s->sending.user_data = s;
  hc_surface_init(&s->surface, &hc_sender_rows, s, HYCO_SCOPE_SENDER);
  hc_sender_headers_init(&s->headers);
  hc_list_init(&s->requests);
  hc_token_source_init(&s->tokens, net, &s->surface.props, on_token, s);
  s->retry = hc_timer_that_calls(on_retry, s);
  s->log.level = HC_LOG_INFO;
  s->log.user_data = s;
  if (s->events.on_log != NULL) /* no line is made for nobody */
    s->log.write = write_log;
  s->watch = hc_sender_watch(s);
  s->reap = hc_timer_that_calls(free_sender, s);
  *out = s;
  return 0;
}

void hc_sender_free(struct hc_sender *s)
{
  if (s == NULL || s->freed)
    return;
  s->freed = true;
  memset(&s->events, 0, sizeof s->events); /* no handler is called any more */
  hc_sender_cancel(s);
  while (!hc_list_is_empty(&s->requests))
    hc_request_orphan(
        HC_LIST_ENTRY(s->requests.next, struct hyco_request, node));
  drop_tls(s);
  hc_net_timer_set(s->net, &s->reap, 0);
}
