/* A WebSocket as client over one stream of hc_net. */
#include "session/link.h"
#include "base/memory.h"
#include "session/link_internal.h"

static void free_link(void *user_data)
{
  struct hc_link *link = user_data;
  hc_outbox_deinit(&link->outbox);
  hc_upgrade_free(link);
  hc_free(link);
}

void hc_link_close(struct hc_link *link, enum hc_stream_close how)
{
  if (link == NULL || link->closed)
    return;
  link->closed = true;
  hc_upgrade_stop(link);
  hc_stream_close(link->stream, how);
  link->stream = NULL;
  hc_outbox_deinit(&link->outbox);
  hc_net_timer_set(link->net, &link->reap, 0);
}

void hc_link_fail(struct hc_link *link, int status,
                  const struct hc_fault *fault)
{
  link->state = LINK_ENDED;
  hc_upgrade_stop(link);
  link->handler->on_failed(link->user_data, status, fault);
}

/* Ends a link that was open. */
static void end(struct hc_link *link, const struct hc_fault *fault)
{
  link->state = LINK_ENDED;
  link->handler->on_end(link->user_data, fault);
}

static void on_stream_open(void *user_data)
{
  hc_upgrade_send(user_data);
}

void hc_link_enter_open(struct hc_link *link, struct hc_span sub_protocol)
{
  link->state = LINK_OPEN;
  link->outbox.stream = link->stream;
  if (link->paused)
    hc_stream_pause(link->stream);
  link->handler->on_open(link->user_data, sub_protocol);
}

/* The peer broke a rule: say so with a Close, then the link is over. */
static void fail_protocol(struct hc_link *link, int close_code,
                          const char *what)
{
  struct hc_fault fault;
  hc_fault_set(&fault, HYCO_EPROTOCOL, "%s", what);
  (void)hc_outbox_write_close(&link->outbox, close_code, hc_span_str(what));
  end(link, &fault);
}

static void take_ping(struct hc_link *link, const struct hc_ws_chunk *chunk)
{
  uint8_t payload[HC_WS_CONTROL_MAX];
  hc_ws_chunk_copy(payload, chunk);
  hc_outbox_answer_ping(&link->outbox, hc_span_of(payload, chunk->data.len));
}

static void take_close(struct hc_link *link, const struct hc_ws_chunk *chunk)
{
  uint8_t body[HC_WS_CONTROL_MAX];
  struct hc_span reason;
  int code;

  hc_ws_chunk_copy(body, chunk);
  if (hc_ws_read_close(hc_span_of(body, chunk->data.len), &code, &reason) < 0) {
    fail_protocol(link, HC_CLOSE_PROTOCOL_ERROR, "RFC 6455 7.4: bad Close");
    return;
  }
  link->close_received = true;
  link->handler->on_close(link->user_data, code, reason);
}

/* RFC 6455 8.1: a text message that is not UTF-8 fails the connection. Frames
 * from a server are not masked, so the bytes can be looked at in place. */
static bool text_is_good(struct hc_link *link, const struct hc_ws_chunk *chunk)
{
  if (chunk->message != HC_WS_TEXT)
    return true;
  if (chunk->message_start)
    link->utf8 = (struct hc_utf8){ 0 };
  return hc_utf8_feed(&link->utf8, chunk->data) &&
         (!chunk->message_end || hc_utf8_is_whole(&link->utf8));
}

static void take_chunk(struct hc_link *link, const struct hc_ws_chunk *chunk)
{
  if (chunk->head.opcode == HC_WS_PING)
    take_ping(link, chunk);
  else if (chunk->head.opcode == HC_WS_CLOSE)
    take_close(link, chunk);
  else if (chunk->head.opcode == HC_WS_PONG || text_is_good(link, chunk))
    link->handler->on_chunk(link->user_data, chunk);
  else
    fail_protocol(link, HC_CLOSE_BAD_DATA, "RFC 6455 8.1: text is not UTF-8");
}

/* In a narrow turn only pings and pongs are taken: nothing of theirs calls the
 * application. Everything else, a broken rule too, stays where it is. */
static bool may_take(const struct hc_link *link, int rc,
                     const struct hc_ws_chunk *chunk)
{
  return rc == 0 || !hc_net_is_narrow(link->net) ||
         (rc > 0 && (chunk->head.opcode == HC_WS_PING ||
                     chunk->head.opcode == HC_WS_PONG));
}

static void read_frames(struct hc_link *link, struct hc_span *in)
{
  while (!link->closed && !link->paused && !link->close_received &&
         link->state == LINK_OPEN) {
    struct hc_ws_reader before = link->reader;
    struct hc_span rest = *in;
    struct hc_ws_chunk chunk;
    int rc = hc_ws_read(&link->reader, &rest, &chunk);

    if (!may_take(link, rc, &chunk)) {
      link->reader = before;
      return;
    }
    *in = rest;
    if (rc == 0)
      return;
    if (rc < 0)
      fail_protocol(link, HC_CLOSE_PROTOCOL_ERROR, link->reader.error);
    else
      take_chunk(link, &chunk);
  }
}

static void on_stream_data(void *user_data, struct hc_span *in)
{
  struct hc_link *link = user_data;

  link->last_heard_ms = hc_net_now_ms(link->net);
  if (link->state == LINK_UPGRADING && !hc_net_is_narrow(link->net))
    hc_upgrade_read(link, in);
  if (!link->closed && link->state == LINK_OPEN)
    read_frames(link, in);
  /* RFC 6455 1.4: whatever comes behind a Close is discarded */
  if (link->closed || link->close_received || link->state == LINK_ENDED)
    hc_span_drop(in, in->len);
}

static void on_stream_drain(void *user_data)
{
  struct hc_link *link = user_data;
  if (link->state != LINK_OPEN)
    return;
  hc_outbox_pump(&link->outbox);
  link->handler->on_drain(link->user_data);
}

static void on_stream_end(void *user_data, const struct hc_fault *fault)
{
  struct hc_link *link = user_data;
  struct hc_fault early;

  if (link->state == LINK_ENDED)
    return;
  if (link->greeted)
    hc_link_tell(link, "Remote host disconnected", fault);
  if (link->closed)
    return;
  if (link->state == LINK_OPEN) {
    end(link, fault);
    return;
  }
  if (fault->code == 0) {
    hc_fault_set(&early, HYCO_EDROPPED,
                 "the connection ended before the handshake was answered");
    fault = &early;
  }
  hc_link_fail(link, 0, fault);
}

const struct hc_stream_handler hc_link_stream_handler = {
  .on_open = on_stream_open,
  .on_data = on_stream_data,
  .on_drain = on_stream_drain,
  .on_end = on_stream_end,
};

static struct hc_link *new_link(struct hc_net *net,
                                const struct hc_link_handler *handler,
                                void *user_data)
{
  struct hc_link *link = hc_alloc_zero(sizeof *link);

  if (link == NULL)
    return NULL;
  link->net = net;
  link->handler = handler;
  link->user_data = user_data;
  link->reap = (struct hc_timer){ .fn = free_link,
                                  .user_data = link,
                                  .calls_handlers = true };
  link->last_heard_ms = hc_net_now_ms(net);
  hc_outbox_init(&link->outbox, net);
  hc_ws_reader_init(&link->reader, HC_WS_FROM_SERVER);
  return link;
}

int hc_link_open(struct hc_net *net, const struct hc_link_options *options,
                 const struct hc_link_handler *handler, void *user_data,
                 struct hc_link **out, struct hc_fault *fault)
{
  struct hc_link *link = new_link(net, handler, user_data);
  if (link == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");

  link->watch = options->watch;
  link->tls = options->tls;
  int rc = hc_upgrade_begin(link, options, fault);
  if (rc < 0) {
    free_link(link);
    return rc;
  }
  *out = link;
  return 0;
}

struct hc_outbox *hc_link_outbox(struct hc_link *link)
{
  return &link->outbox;
}

void hc_link_pause(struct hc_link *link)
{
  /* until it is open the answer to the handshake must still come in */
  if (link->stream != NULL && link->state == LINK_OPEN && !link->paused)
    hc_stream_pause(link->stream);
  link->paused = true;
}

void hc_link_resume(struct hc_link *link)
{
  if (link->stream != NULL && link->state == LINK_OPEN && link->paused)
    hc_stream_resume(link->stream);
  link->paused = false;
}

uint64_t hc_link_last_heard_ms(const struct hc_link *link)
{
  return link->last_heard_ms;
}

void hc_link_local(const struct hc_link *link, struct hc_address *out)
{
  *out = (struct hc_address){ .port = 0 };
  if (link->stream != NULL)
    hc_stream_local(link->stream, out);
}

void hc_link_negotiated(const struct hc_link *link,
                        struct hc_tls_negotiated *out)
{
  *out = (struct hc_tls_negotiated){ "", "", "", "", 0, 0 };
  if (link->stream != NULL)
    hc_stream_negotiated(link->stream, out);
}
