/* The control channel: the listener's one long WebSocket to the service. */
#include "receiver/control_channel.h"
#include "base/memory.h"
#include "session/connection.h"
#include "session/options.h"
#include "session/token_source.h"

struct hc_control_channel {
  struct hc_net *net;
  struct hc_link *link;
  const struct hc_control_channel_handler *handler;
  void *user_data;
  const struct hc_properties *props;
  const struct hc_log *log;
  bool freed;
  bool is_open;
  bool stopping;
  int lost; /* of the message that comes in: HYCO_ETOOLONG, HYCO_ENOMEM; 0 */
  bool body_due; /* the next binary message is a request's body */
  struct hc_buffer message;
  struct hc_token_life token;
  struct hc_timer ping; /* after so much silence */
  struct hc_timer dead; /* after so much silence after a ping */
  uint64_t pinged_ms;   /* when the ping was sent that `dead` is about */
  struct hc_timer renew;
  struct hc_timer stop;
  struct hc_timer reap;
};

static void free_channel(void *user_data)
{
  struct hc_control_channel *channel = user_data;
  hc_buffer_deinit(&channel->message);
  hc_free(channel);
}

static void cancel_timers(struct hc_control_channel *channel)
{
  hc_net_timer_cancel(channel->net, &channel->ping);
  hc_net_timer_cancel(channel->net, &channel->dead);
  hc_net_timer_cancel(channel->net, &channel->renew);
  hc_net_timer_cancel(channel->net, &channel->stop);
}

void hc_control_channel_free(struct hc_control_channel *channel)
{
  if (channel == NULL || channel->freed)
    return;
  channel->freed = true;
  cancel_timers(channel);
  hc_link_close(channel->link, HC_STREAM_ABORT);
  hc_net_timer_set(channel->net, &channel->reap, 0);
}

static void end(struct hc_control_channel *channel, int code,
                struct hc_span reason, const struct hc_fault *fault,
                enum hc_stream_close how)
{
  cancel_timers(channel);
  hc_link_close(channel->link, how);
  channel->link = NULL;
  channel->handler->on_ended(channel->user_data, code, reason, fault);
}

static struct hc_outbox *outbox_of(struct hc_control_channel *channel)
{
  return hc_link_outbox(channel->link);
}

static uint64_t silence_ms(const struct hc_control_channel *channel)
{
  return hc_net_now_ms(channel->net) - hc_link_last_heard_ms(channel->link);
}

/* Silence for AzureRelayKeepAliveTime: ask whether the service is there. */
static void on_ping_timer(void *user_data)
{
  struct hc_control_channel *channel = user_data;
  uint64_t limit = hc_keep_alive_ms(channel->props);

  if (limit == 0) {
    hc_net_timer_set(channel->net, &channel->ping, HC_RENEW_CHECK_MS);
    return; /* it may be switched on later */
  }
  uint64_t silence = silence_ms(channel);
  if (silence < limit) {
    hc_net_timer_set(channel->net, &channel->ping, limit - silence);
    return;
  }
  (void)hc_outbox_write_control(outbox_of(channel), HC_WS_PING,
                                hc_span_of(NULL, 0));
  if (!channel->dead.is_set) {
    channel->pinged_ms = hc_net_now_ms(channel->net);
    hc_net_timer_set(channel->net, &channel->dead, limit);
  }
  hc_net_timer_set(channel->net, &channel->ping, limit);
}

static void on_dead_timer(void *user_data)
{
  struct hc_control_channel *channel = user_data;
  struct hc_fault fault;

  if (hc_link_last_heard_ms(channel->link) >= channel->pinged_ms)
    return; /* it answered */
  hc_fault_set(&fault, HYCO_ETIMEDOUT,
               "the service has not answered a ping for %llu s",
               (unsigned long long)(silence_ms(channel) / 1000));
  end(channel, 0, hc_span_str(fault.text), &fault, HC_STREAM_ABORT);
}

static void on_renew_timer(void *user_data)
{
  struct hc_control_channel *channel = user_data;

  hc_net_timer_set(channel->net, &channel->renew,
                   hc_token_life_check_ms(&channel->token));
  if (hc_token_life_is_due(&channel->token, channel->props,
                           hc_net_wall_s(channel->net)))
    channel->handler->on_renewal_due(channel->user_data);
}

/* The token in use is replaced once the message is on its way; a token that
 * the service does not like closes the channel (1008). */
void hc_control_channel_renew(struct hc_control_channel *channel,
                              struct hc_span token, int64_t expiry)
{
  struct hc_buffer message;
  struct hc_outbox_message frame = { .opcode = HC_WS_TEXT, .fin = true };

  if (!channel->is_open || channel->stopping || channel->link == NULL)
    return;
  hc_buffer_init(&message, HC_CONTROL_MAX);
  int rc = hc_control_write_renew_token(&message, token);
  frame.payload = hc_buffer_span(&message);
  if (rc == 0)
    rc = hc_outbox_write(outbox_of(channel), &frame);
  if (rc == 0) {
    channel->token =
        (struct hc_token_life){ hc_net_wall_s(channel->net), expiry };
    hc_log_line(channel->log, HC_LOG_INFO, "token renewed, valid until %lld",
                (long long)expiry);
  }
  hc_buffer_deinit_secret(&message);
}

int hc_control_channel_respond(struct hc_control_channel *channel,
                               struct hc_span response,
                               const struct hc_span *body)
{
  struct hc_outbox_message messages[] = {
    { .opcode = HC_WS_TEXT, .payload = response, .fin = true },
    { .opcode = HC_WS_BINARY, .fin = true },
  };
  size_t len = response.len;

  if (body != NULL) {
    messages[1].payload = *body;
    len += body->len;
  }
  if (!channel->is_open || channel->stopping || channel->link == NULL ||
      hc_outbox_queued(outbox_of(channel)) + len > HC_CONTROL_QUEUE_MAX)
    return HYCO_EWOULDBLOCK;
  return hc_outbox_write_all(outbox_of(channel), messages,
                             body != NULL ? 2 : 1);
}

static void on_stop_timer(void *user_data)
{
  end(user_data, HC_CLOSE_NORMAL, hc_span_str(""), NULL, HC_STREAM_ABORT);
}

static void on_link_open(void *user_data, struct hc_span sub_protocol)
{
  struct hc_control_channel *channel = user_data;
  uint64_t ping_ms = hc_keep_alive_ms(channel->props);

  (void)sub_protocol;
  channel->is_open = true;
  hc_net_timer_set(channel->net, &channel->ping,
                   ping_ms != 0 ? ping_ms : HC_RENEW_CHECK_MS);
  hc_net_timer_set(channel->net, &channel->renew,
                   hc_token_life_check_ms(&channel->token));
  channel->handler->on_open(channel->user_data);
}

static void on_link_failed(void *user_data, int status,
                           const struct hc_fault *fault)
{
  struct hc_control_channel *channel = user_data;
  cancel_timers(channel);
  channel->handler->on_failed(channel->user_data, status, fault);
}

static void report_lost(struct hc_control_channel *channel)
{
  struct hc_fault fault;

  if (channel->lost == HYCO_ENOMEM)
    hc_fault_set(&fault, HYCO_ENOMEM,
                 "out of memory: a control message was ignored");
  else
    hc_fault_set(&fault, HYCO_ETOOLONG,
                 "a control message above %d bytes was ignored",
                 (int)HC_CONTROL_MAX);
  channel->handler->on_bad_message(channel->user_data, &fault);
}

/* Unknown commands are ignored, malformed ones reported, neither is fatal
 * (spec hybrid-connections.md 1.6). */
static void take_message(struct hc_control_channel *channel,
                         struct hc_span message)
{
  struct hc_control control;
  struct hc_fault fault;

  if (channel->lost != 0) {
    report_lost(channel);
    return;
  }
  if (hc_control_read(message, &control, &fault) < 0) {
    channel->handler->on_bad_message(channel->user_data, &fault);
    return;
  }
  bool is_request = control.kind == HC_CONTROL_REQUEST;
  channel->body_due = is_request && control.request.body;
  if (control.kind == HC_CONTROL_ACCEPT && !channel->stopping)
    channel->handler->on_accept(channel->user_data, &control.accept);
  else if (is_request && !channel->stopping)
    channel->handler->on_request(channel->user_data, &control.request);
  else
    hc_log_line(channel->log, HC_LOG_INFO, "control message ignored: %s",
                channel->stopping ? "listening ends"
                                  : "neither an accept nor a request");
  hc_control_deinit(&control);
}

/* The message behind a request with a body (protocol.md). Other binary messages
 * are ignored: some send an empty one after a response. */
static void take_body(struct hc_control_channel *channel,
                      const struct hc_ws_chunk *chunk)
{
  if (!channel->body_due)
    return;
  channel->body_due = !chunk->message_end;
  if (!channel->stopping)
    channel->handler->on_request_body(channel->user_data, chunk->data,
                                      chunk->message_end);
}

static void lose_body(struct hc_control_channel *channel)
{
  struct hc_fault fault;

  channel->body_due = false;
  channel->handler->on_body_lost(channel->user_data);
  hc_fault_set(&fault, HYCO_EPROTOCOL,
               "a text message came where a request's body was due");
  channel->handler->on_bad_message(channel->user_data, &fault);
}

static void on_link_chunk(void *user_data, const struct hc_ws_chunk *chunk)
{
  struct hc_control_channel *channel = user_data;

  if (chunk->message == HC_WS_BINARY)
    take_body(channel, chunk);
  if (chunk->message != HC_WS_TEXT)
    return;
  if (channel->body_due && chunk->message_end)
    lose_body(channel);
  if (channel->freed)
    return;
  if (chunk->message_start) {
    channel->lost = 0;
    hc_buffer_clear(&channel->message);
  }
  if (chunk->message_start && chunk->message_end) { /* as nearly all do */
    take_message(channel, chunk->data);
    return;
  }
  int rc = hc_buffer_append(&channel->message, chunk->data);
  if (rc < 0)
    channel->lost = rc;
  if (!chunk->message_end)
    return;
  take_message(channel, hc_buffer_span(&channel->message));
  hc_buffer_clear(&channel->message);
  hc_buffer_trim(&channel->message);
}

static void on_link_close(void *user_data, int code, struct hc_span reason)
{
  struct hc_control_channel *channel = user_data;

  (void)hc_outbox_write_close(outbox_of(channel), code, reason);
  end(channel, channel->stopping ? HC_CLOSE_NORMAL : code, reason, NULL,
      HC_STREAM_CLEAN);
}

static void on_link_drain(void *user_data)
{
  (void)user_data;
}

static void on_link_end(void *user_data, const struct hc_fault *fault)
{
  struct hc_control_channel *channel = user_data;
  struct hc_fault lost;

  if (channel->stopping) {
    on_stop_timer(channel);
    return;
  }
  if (fault->code == 0) {
    hc_fault_set(&lost, HYCO_EDROPPED,
                 "the service ended the control channel without a Close");
    fault = &lost;
  }
  end(channel, 0, hc_span_str(fault->text), fault, HC_STREAM_CLEAN);
}

static bool on_link_verify(void *user_data,
                           const struct hc_tls_verdict *verdict)
{
  struct hc_control_channel *channel = user_data;
  return channel->handler->on_verify(channel->user_data, verdict);
}

static const struct hc_link_handler link_handler = {
  .on_open = on_link_open,
  .on_failed = on_link_failed,
  .on_chunk = on_link_chunk,
  .on_close = on_link_close,
  .on_drain = on_link_drain,
  .on_end = on_link_end,
  .on_verify = on_link_verify,
  .reads_in_narrow_turns = true,
};

static int open_link(struct hc_control_channel *channel,
                     const struct hc_control_channel_options *options,
                     struct hc_fault *fault)
{
  struct hc_buffer target;

  hc_buffer_init(&target, HC_TARGET_MAX);
  int rc = hc_endpoint_write_target(options->endpoint, "listen", options->id,
                                    &target);
  if (rc == 0) {
    struct hc_link_options link = {
      .endpoint = options->endpoint,
      .target = hc_buffer_span(&target),
      .tls = options->tls,
      .token = options->token,
      .local_host = hc_properties_text(options->props, HYCO_LOCAL_HOST),
      .tcp = hc_tcp_from_properties(options->props),
      .props = options->props,
      .watch = options->watch,
      .timeout_ms = hc_handshake_ms(options->props, HC_LISTEN_TIMEOUT_MS),
    };
    rc = hc_link_open(channel->net, &link, &link_handler, channel,
                      &channel->link, fault);
  } else {
    hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  }
  hc_buffer_deinit(&target);
  return rc;
}

int hc_control_channel_open(struct hc_net *net,
                            const struct hc_control_channel_options *options,
                            const struct hc_control_channel_handler *handler,
                            void *user_data, struct hc_control_channel **out,
                            struct hc_fault *fault)
{
  struct hc_control_channel *channel = hc_alloc_zero(sizeof *channel);

  if (channel == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  channel->net = net;
  channel->handler = handler;
  channel->user_data = user_data;
  channel->props = options->props;
  channel->token =
      (struct hc_token_life){ hc_net_wall_s(net), options->token_expiry };
  channel->log = options->log;
  channel->ping =
      (struct hc_timer){ .fn = on_ping_timer, .user_data = channel };
  channel->renew =
      (struct hc_timer){ .fn = on_renew_timer, .user_data = channel };
  channel->dead = hc_timer_that_calls(on_dead_timer, channel);
  channel->stop = hc_timer_that_calls(on_stop_timer, channel);
  channel->reap = hc_timer_that_calls(free_channel, channel);
  hc_buffer_init(&channel->message, HC_CONTROL_MAX);
  int rc = open_link(channel, options, fault);
  if (rc < 0) {
    hc_free(channel);
    return rc;
  }
  *out = channel;
  return 0;
}

void hc_control_channel_stop(struct hc_control_channel *channel)
{
  if (channel->stopping)
    return;
  channel->stopping = true;
  if (channel->is_open && channel->link != NULL)
    (void)hc_outbox_write_close(outbox_of(channel), HC_CLOSE_NORMAL,
                                hc_span_str(""));
  hc_net_timer_set(channel->net, &channel->stop,
                   channel->is_open ? HC_CLOSE_WAIT_MS : 0);
}

void hc_control_channel_local(const struct hc_control_channel *channel,
                              struct hc_address *out)
{
  hc_link_local(channel->link, out);
}

void hc_control_channel_negotiated(const struct hc_control_channel *channel,
                                   struct hc_tls_negotiated *out)
{
  hc_link_negotiated(channel->link, out);
}
