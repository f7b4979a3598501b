/* A WebSocket as client over one stream of hc_net. */
#include "session/link.h"
#include "base/memory.h"
#include "session/redirect.h"

enum { REQUEST_MAX = 1 << 16 /* our own handshake: token and address */ };

enum link_state { LINK_DIALLING, LINK_UPGRADING, LINK_OPEN, LINK_ENDED };

/* What the way to an open link needs, and an open one no longer. */
struct upgrade {
  struct hc_timer deadline;
  char *local_host; /* NULL: any */
  struct hc_tcp tcp;
  struct hc_way way;
  uint64_t timeout_ms;
  int redirects;
  struct hc_buffer request; /* until it is answered */
  char *protocols;
  char key[HC_WS_KEY_LEN + 1];
  size_t scanned; /* of the response head */
};

struct hc_link {
  struct hc_net *net;
  struct hc_stream *stream;
  const struct hc_link_handler *handler;
  void *user_data;
  enum link_state state;
  bool closed; /* hc_link_close was called: only reap is left */
  bool paused;
  bool close_received;
  struct upgrade *upgrade; /* NULL: the link is open, or was */
  struct hc_timer reap;    /* frees the memory once no handler is below us */
  uint64_t last_heard_ms;

  const struct hc_watch *watch;
  bool greeted;       /* the watch knows that the stream is open */
  struct hc_tls *tls; /* NULL: plain */

  struct hc_outbox outbox;
  struct hc_ws_reader reader;
  struct hc_utf8 utf8; /* of the text message that is coming in */
};

static void end_upgrade(struct hc_link *link)
{
  struct upgrade *u = link->upgrade;

  if (u == NULL)
    return;
  link->upgrade = NULL;
  hc_net_timer_cancel(link->net, &u->deadline);
  hc_buffer_deinit_secret(&u->request); /* it held the token */
  hc_free(u->protocols);
  hc_free(u->local_host);
  hc_way_deinit(&u->way);
  hc_free(u);
}

static void cancel_deadline(struct hc_link *link)
{
  if (link->upgrade != NULL)
    hc_net_timer_cancel(link->net, &link->upgrade->deadline);
}

static void free_link(void *user_data)
{
  struct hc_link *link = user_data;
  hc_outbox_deinit(&link->outbox);
  end_upgrade(link);
  hc_free(link);
}

void hc_link_close(struct hc_link *link, enum hc_stream_close how)
{
  if (link == NULL || link->closed)
    return;
  link->closed = true;
  cancel_deadline(link);
  hc_stream_close(link->stream, how);
  link->stream = NULL;
  hc_outbox_deinit(&link->outbox);
  hc_net_timer_set(link->net, &link->reap, 0);
}

/* Ends a link that has not opened. */
static void fail(struct hc_link *link, int status, const struct hc_fault *fault)
{
  link->state = LINK_ENDED;
  cancel_deadline(link);
  link->handler->on_failed(link->user_data, status, fault);
}

/* Ends a link that was open. */
static void end(struct hc_link *link, const struct hc_fault *fault)
{
  link->state = LINK_ENDED;
  link->handler->on_end(link->user_data, fault);
}

static void on_deadline(void *user_data)
{
  struct hc_link *link = user_data;
  struct hc_fault fault;
  hc_fault_set(&fault, HYCO_ETIMEDOUT,
               "the WebSocket handshake was not answered in time");
  fail(link, 0, &fault);
}

static int dial(struct hc_link *link, const struct hc_endpoint *endpoint,
                struct hc_fault *fault);

static void tell(struct hc_link *link, const char *event,
                 const struct hc_fault *fault)
{
  bool ok = fault == NULL || fault->code == 0;

  if (link->watch != NULL && !link->closed && !hc_net_is_narrow(link->net))
    link->watch->on_status(link->watch->user_data, event, ok ? 0 : -fault->code,
                           ok ? "OK" : fault->text);
}

/* In a narrow turn it has to wait for the answer. */
static void greet(struct hc_link *link)
{
  if (link->greeted || link->watch == NULL || hc_net_is_narrow(link->net))
    return;
  link->greeted = true;
  tell(link, "Remote host connection complete", NULL);
  if (link->tls == NULL)
    return;
  tell(link, "SSL handshake complete", NULL);
  if (!link->closed)
    link->watch->on_ssl_status(link->watch->user_data, "handshake complete");
}

static void on_stream_open(void *user_data)
{
  struct hc_link *link = user_data;
  struct hc_fault fault;

  link->state = LINK_UPGRADING;
  int rc =
      hc_stream_write(link->stream, hc_buffer_span(&link->upgrade->request));
  if (rc < 0) { /* an empty stream has room for REQUEST_MAX, if memory has */
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    fail(link, 0, &fault);
    return;
  }
  greet(link);
}

/* The number for an HTTP answer that refused the upgrade. */
static int code_of_status(int status)
{
  if (status == 401)
    return HYCO_EUNAUTHORIZED;
  if (status == 403)
    return HYCO_EFORBIDDEN;
  if (status == 404)
    return HYCO_ENOTFOUND;
  return status >= 500 ? HYCO_ESERVICE : HYCO_EHTTP;
}

static void show_header(struct hc_link *link, const struct hc_http_field *f)
{
  char *name = hc_strndup((const char *)f->name.ptr, f->name.len);
  char *value = hc_strndup(f->value.len > 0 ? (const char *)f->value.ptr : "",
                           f->value.len);

  if (name != NULL && value != NULL)
    link->watch->on_header(link->watch->user_data, name, value);
  hc_free(name);
  hc_free(value);
}

/* False: the application closed the link. */
static bool show_headers(struct hc_link *link, const struct hc_http_head *head)
{
  for (size_t i = 0; link->watch != NULL && i < head->n_fields; i++) {
    show_header(link, &head->fields[i]);
    if (link->closed)
      return false;
  }
  return true;
}

static bool is_wanted(struct hc_link *link, struct hc_span location)
{
  if (link->watch == NULL)
    return false;
  char *text = hc_strndup((const char *)location.ptr, location.len);
  bool yes =
      text != NULL && link->watch->on_redirect(link->watch->user_data, text);
  hc_free(text);
  return yes && !link->closed;
}

/* Dials anew where the application agreed to go. */
static int follow(struct hc_link *link, struct hc_span location,
                  struct hc_fault *fault)
{
  struct hc_endpoint endpoint;
  struct hc_buffer request;
  struct hc_span target;

  if (++link->upgrade->redirects > HC_REDIRECTS_MAX)
    return hc_fault_set(fault, HYCO_EHTTP, "more than %d redirects",
                        (int)HC_REDIRECTS_MAX);
  int rc = hc_redirect_read(location, &endpoint, &target, fault);
  if (rc == 0 && link->tls == NULL)
    rc = hc_fault_set(fault, HYCO_EBADURL,
                      "a plain connection is not redirected to TLS");
  if (rc < 0)
    return rc;
  hc_buffer_init(&request, REQUEST_MAX);
  rc = hc_redirect_rewrite(hc_buffer_span(&link->upgrade->request), target,
                           endpoint.host_field, &request);
  if (rc < 0) {
    hc_buffer_deinit_secret(&request);
    return hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  }
  hc_buffer_deinit_secret(&link->upgrade->request);
  link->upgrade->request = request;
  struct hc_stream *before = link->stream; /* it keeps link->tls alive */
  link->state = LINK_DIALLING;
  link->greeted = false;
  link->upgrade->scanned = 0;
  rc = dial(link, &endpoint, fault);
  hc_stream_close(rc == 0 ? before : NULL, HC_STREAM_ABORT);
  return rc;
}

/* True if the answer was a redirect and is dealt with. */
static bool take_redirect(struct hc_link *link, const struct hc_http_head *head)
{
  const struct hc_http_field *location = hc_http_find(head, "Location");
  struct hc_fault fault;

  if (head->status < 300 || head->status > 399 || location == NULL)
    return false;
  bool wanted = is_wanted(link, location->value);
  if (!link->closed && wanted && follow(link, location->value, &fault) < 0)
    fail(link, head->status, &fault);
  return wanted || link->closed;
}

static void read_response(struct hc_link *link, struct hc_span *in)
{
  struct hc_http_head head;
  struct hc_fault fault;
  struct hc_span protocol = { 0 };

  greet(link);
  if (link->closed)
    return;

  int rc = hc_http_read_response(in, HC_HTTP_HEAD_MAX, &link->upgrade->scanned,
                                 &head, &fault);
  if (rc == 0)
    return;
  if (rc < 0) {
    fail(link, 0, &fault);
    return;
  }
  if (!show_headers(link, &head) || take_redirect(link, &head))
    return;
  if (head.status != 101) {
    hc_fault_set(&fault, code_of_status(head.status), "%d %.*s", head.status,
                 (int)head.reason.len, (const char *)head.reason.ptr);
    fail(link, head.status, &fault);
    return;
  }
  rc = hc_ws_check_response(&head, hc_span_str(link->upgrade->key),
                            hc_span_str(link->upgrade->protocols), &protocol,
                            &fault);
  if (rc < 0) {
    fail(link, 0, &fault);
    return;
  }
  end_upgrade(link);
  link->state = LINK_OPEN;
  link->outbox.stream = link->stream;
  if (link->paused)
    hc_stream_pause(link->stream);
  link->handler->on_open(link->user_data, protocol);
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
    read_response(link, in);
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
    tell(link, "Remote host disconnected", fault);
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
  fail(link, 0, fault);
}

static bool on_stream_verify(void *user_data,
                             const struct hc_tls_verdict *verdict)
{
  struct hc_link *link = user_data;
  return link->handler->on_verify == NULL
             ? verdict->ok
             : link->handler->on_verify(link->user_data, verdict);
}

static const struct hc_stream_handler stream_handler = {
  .on_open = on_stream_open,
  .on_data = on_stream_data,
  .on_drain = on_stream_drain,
  .on_end = on_stream_end,
};

static int write_request(struct hc_link *link,
                         const struct hc_link_options *options,
                         struct hc_fault *fault)
{
  struct hc_http_field extra[HC_LINK_HEADERS_MAX + 1];
  size_t n = 0;

  if (options->token.len > 0)
    extra[n++] = (struct hc_http_field){ hc_span_str("ServiceBusAuthorization"),
                                         options->token };
  for (size_t i = 0; i < options->n_headers; i++)
    extra[n++] = options->headers[i];
  struct hc_ws_request request = {
    .host = hc_span_str(options->endpoint->host_field),
    .target = options->target,
    .key = hc_span_str(link->upgrade->key),
    .protocols = hc_span_str(link->upgrade->protocols),
    .extra = extra,
    .n_extra = n,
  };
  return hc_ws_write_request(&link->upgrade->request, &request, fault);
}

static int dial(struct hc_link *link, const struct hc_endpoint *endpoint,
                struct hc_fault *fault)
{
  const struct upgrade *u = link->upgrade;
  struct hc_dial how = {
    .host = endpoint->host,
    .port = endpoint->port,
    .tls = link->tls,
    .on_verify = on_stream_verify,
    .local_host = u->local_host,
    .tcp = u->tcp,
    .route = u->way.route,
    .reads_in_narrow_turns = link->handler->reads_in_narrow_turns,
    .timeout_ms = u->timeout_ms,
  };
  return hc_dial(link->net, &how, &stream_handler, link, &link->stream, fault);
}

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

static int begin_upgrade(struct hc_link *link,
                         const struct hc_link_options *options,
                         struct hc_fault *fault)
{
  const char *local_host = options->local_host;
  bool anywhere = local_host == NULL || local_host[0] == '\0';
  struct upgrade *u = hc_alloc_zero(sizeof *u);
  uint8_t random[16];

  if (u == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  link->upgrade = u;
  u->deadline = (struct hc_timer){ .fn = on_deadline,
                                   .user_data = link,
                                   .calls_handlers = true };
  u->tcp = options->tcp;
  u->timeout_ms = options->timeout_ms;
  hc_buffer_init(&u->request, REQUEST_MAX);
  hc_net_random(link->net, random, sizeof random);
  hc_ws_make_key(u->key, random);
  u->protocols = hc_strndup(
      options->protocols.len > 0 ? (const char *)options->protocols.ptr : "",
      options->protocols.len);
  if (!anywhere)
    u->local_host = hc_strndup(local_host, strlen(local_host));
  int rc = hc_way_read(options->props, &u->way, fault);
  if (u->protocols == NULL || (!anywhere && u->local_host == NULL))
    rc = hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return rc;
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
  int rc = begin_upgrade(link, options, fault);
  if (rc == 0)
    rc = write_request(link, options, fault);
  if (rc == 0)
    rc = dial(link, options->endpoint, fault);
  if (rc < 0) {
    free_link(link);
    return rc;
  }
  hc_net_timer_set(net, &link->upgrade->deadline, options->timeout_ms);
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
