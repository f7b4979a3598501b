/* A WebSocket as client: the way to an open link, over redirects. */
#include "base/memory.h"
#include "session/link_internal.h"
#include "session/redirect.h"

enum { REQUEST_MAX = 1 << 16 /* our own handshake: token and address */ };

struct hc_upgrade {
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

void hc_upgrade_free(struct hc_link *link)
{
  struct hc_upgrade *u = link->upgrade;

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

void hc_upgrade_stop(struct hc_link *link)
{
  if (link->upgrade != NULL)
    hc_net_timer_cancel(link->net, &link->upgrade->deadline);
}

/* RFC 6455 4.1: another one for each connection. */
static void make_key(struct hc_link *link)
{
  uint8_t random[16];

  hc_net_random(link->net, random, sizeof random);
  hc_ws_make_key(link->upgrade->key, random);
}

static void on_deadline(void *user_data)
{
  struct hc_link *link = user_data;
  struct hc_fault fault;
  hc_fault_set(&fault, HYCO_ETIMEDOUT,
               "the WebSocket handshake was not answered in time");
  hc_link_fail(link, 0, &fault);
}

void hc_upgrade_send(struct hc_link *link)
{
  struct hc_fault fault;

  link->state = LINK_UPGRADING;
  int rc =
      hc_stream_write(link->stream, hc_buffer_span(&link->upgrade->request));
  if (rc < 0) { /* an empty stream has room for REQUEST_MAX, if memory has */
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    hc_link_fail(link, 0, &fault);
    return;
  }
  hc_link_greet(link);
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

static bool on_stream_verify(void *user_data,
                             const struct hc_tls_verdict *verdict)
{
  struct hc_link *link = user_data;
  return link->handler->on_verify == NULL
             ? verdict->ok
             : link->handler->on_verify(link->user_data, verdict);
}

static int dial(struct hc_link *link, const struct hc_endpoint *endpoint,
                struct hc_fault *fault)
{
  const struct hc_upgrade *u = link->upgrade;
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
  return hc_dial(link->net, &how, &hc_link_stream_handler, link, &link->stream,
                 fault);
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
  make_key(link);
  rc = hc_redirect_rewrite(hc_buffer_span(&link->upgrade->request), target,
                           endpoint.host_field, link->upgrade->key, &request);
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
  bool wanted = hc_link_is_wanted(link, location->value);
  if (!link->closed && wanted && follow(link, location->value, &fault) < 0)
    hc_link_fail(link, head->status, &fault);
  return wanted || link->closed;
}

void hc_upgrade_read(struct hc_link *link, struct hc_span *in)
{
  struct hc_http_head head;
  struct hc_fault fault;
  struct hc_span protocol = { 0 };

  hc_link_greet(link);
  if (link->closed)
    return;

  int rc = hc_http_read_response(in, HC_HTTP_HEAD_MAX, &link->upgrade->scanned,
                                 &head, &fault);
  if (rc == 0)
    return;
  if (rc < 0) {
    hc_link_fail(link, 0, &fault);
    return;
  }
  if (!hc_link_show(link, &head) || take_redirect(link, &head))
    return;
  if (head.status != 101) {
    hc_fault_set(&fault, code_of_status(head.status), "%d %.*s", head.status,
                 (int)head.reason.len, (const char *)head.reason.ptr);
    hc_link_fail(link, head.status, &fault);
    return;
  }
  rc = hc_ws_check_response(&head, hc_span_str(link->upgrade->key),
                            hc_span_str(link->upgrade->protocols), &protocol,
                            &fault);
  if (rc < 0) {
    hc_link_fail(link, 0, &fault);
    return;
  }
  hc_upgrade_free(link);
  hc_link_enter_open(link, protocol);
}

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

static int prepare(struct hc_link *link, const struct hc_link_options *options,
                   struct hc_fault *fault)
{
  const char *local_host = options->local_host;
  bool anywhere = local_host == NULL || local_host[0] == '\0';
  struct hc_upgrade *u = hc_alloc_zero(sizeof *u);

  if (u == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  link->upgrade = u;
  u->deadline = (struct hc_timer){ .fn = on_deadline,
                                   .user_data = link,
                                   .calls_handlers = true };
  u->tcp = options->tcp;
  u->timeout_ms = options->timeout_ms;
  hc_buffer_init(&u->request, REQUEST_MAX);
  make_key(link);
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

int hc_upgrade_begin(struct hc_link *link,
                     const struct hc_link_options *options,
                     struct hc_fault *fault)
{
  int rc = prepare(link, options, fault);

  if (rc == 0)
    rc = write_request(link, options, fault);
  if (rc == 0)
    rc = dial(link, options->endpoint, fault);
  if (rc == 0)
    hc_net_timer_set(link->net, &link->upgrade->deadline, options->timeout_ms);
  return rc;
}
