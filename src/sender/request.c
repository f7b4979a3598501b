/* An HTTP request of a sender: what is set, and the way up. The answer is in
 * request_answer.c. */
#include "sender/request.h"
#include "base/memory.h"
#include "protocol/http_fields.h"
#include "protocol/quote.h"
#include "protocol/token.h"
#include "protocol/url.h"
#include "sender/request_answer.h"
#include "sender/sender.h"
#include "session/options.h"
#include "session/route.h"

#include <ctype.h>

/* --- what is set --- */

static struct hc_fault *fault_of(hyco_request *r)
{
  return &r->sender->surface.fault;
}

/* Before the start, and with a sender. */
static int may_set(hyco_request *r)
{
  if (r->sender == NULL)
    return HYCO_ENOTCONNECTED;
  if (r->state == HC_REQUEST_NEW)
    return 0;
  return hc_fault_set(fault_of(r), HYCO_EBUSY, "the request was started");
}

int hyco_request_set_method(hyco_request *r, const char *method)
{
  int rc = may_set(r);
  if (rc < 0)
    return rc;
  struct hc_span name = hc_span_str(method != NULL ? method : "");
  if (name.len > HC_REQUEST_METHOD_MAX || !hc_http_name_is_legal(name))
    return hc_fault_set(fault_of(r), HYCO_EBADVALUE,
                        "\"%.*s\" is no method: a token of 1 to %d bytes is",
                        HC_QUOTE(name), (int)HC_REQUEST_METHOD_MAX);
  if (hc_span_is(name, "CONNECT"))
    return hc_fault_set(fault_of(r), HYCO_EBADVALUE,
                        "CONNECT is not for a relay (RFC 9110 9.3.6)");
  memcpy(r->method, name.ptr, name.len);
  r->method[name.len] = '\0';
  return 0;
}

/* As hybrid_connection: escapes stay, so they have to be good. */
static bool has_good_escapes(const char *text)
{
  for (const char *at = strchr(text, '%'); at != NULL; at = strchr(at + 1, '%'))
    if (!isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]))
      return false;
  return true;
}

int hyco_request_set_path(hyco_request *r, const char *path)
{
  int rc = may_set(r);
  if (rc < 0)
    return rc;
  struct hc_span text = hc_span_str(path != NULL ? path : "x");
  if (text.len > HC_REQUEST_PATH_MAX)
    return hc_fault_set(fault_of(r), HYCO_ETOOLONG,
                        "a path of %zu bytes, allowed are %d", text.len,
                        (int)HC_REQUEST_PATH_MAX);
  if ((text.len > 0 && text.ptr[0] != '/' && text.ptr[0] != '?') ||
      !has_good_escapes(path))
    return hc_fault_set(fault_of(r), HYCO_EBADVALUE,
                        "\"%.*s\" is no path: it begins with '/' or '?', and "
                        "behind each %% are two hex digits",
                        HC_QUOTE(text));
  char *copy = hc_strndup(path, text.len);
  if (copy == NULL)
    return hc_fault_set(fault_of(r), HYCO_ENOMEM, "out of memory");
  hc_free(r->path);
  r->path = copy;
  return 0;
}

int hyco_request_add_header(hyco_request *r, const char *name,
                            const char *value)
{
  int rc = may_set(r);
  if (rc < 0)
    return rc;
  if (name == NULL || value == NULL)
    return hc_fault_set(fault_of(r), HYCO_EBADVALUE, "name or value is NULL");
  struct hc_span field = hc_span_str(name);
  if (hc_http_field_frames(field) || hc_span_is_nocase(field, "Expect"))
    return hc_fault_set(fault_of(r), HYCO_EBADVALUE,
                        "\"%.*s\" cannot be a header of one's own",
                        HC_QUOTE(field));
  return hc_sender_headers_add(&r->headers, field, hc_span_str(value),
                               fault_of(r));
}

int hyco_request_set_body(hyco_request *r, const void *data, size_t len)
{
  int rc = may_set(r);
  if (rc < 0)
    return rc;
  if ((data == NULL && len > 0) || len > INT64_MAX)
    return hc_fault_set(fault_of(r), HYCO_EINVALID, "no data");
  hc_buffer_deinit_secret(&r->body);
  if (hc_buffer_append(&r->body, hc_span_of(data, len)) != 0)
    return hc_fault_set(fault_of(r), HYCO_ENOMEM, "out of memory");
  r->length = (int64_t)len;
  r->streams = false;
  return 0;
}

int hyco_request_stream_body(hyco_request *r, int64_t len)
{
  int rc = may_set(r);
  if (rc < 0)
    return rc;
  if (len < -1)
    return hc_fault_set(fault_of(r), HYCO_EBADVALUE,
                        "%lld is no length of a body", (long long)len);
  r->length = len < 0 ? HC_HTTP_CHUNKED : len;
  r->streams = true;
  return 0;
}

/* --- the way up --- */

/* What is left of a body from memory. */
int hc_request_push(hyco_request *r)
{
  enum { PIECE = HC_HTTP_OUT_MAX / 2 };

  while (hc_buffer_len(&r->body) > 0) {
    struct hc_span piece = hc_buffer_span(&r->body);
    if (piece.len > PIECE)
      piece.len = PIECE;
    int rc = hc_http_write(r->call, piece);
    if (rc < 0)
      return rc == HYCO_EWOULDBLOCK ? 0 : rc; /* on_room follows */
    hc_buffer_drop(&r->body, piece.len);
  }
  return hc_http_end(r->call);
}

/* "/entity/suffix?query": HybridConnection and behind it the request's own
 * path, whose query goes first. Later it may say something else. */
static int write_target(hyco_request *r, struct hc_fault *fault)
{
  static const char keep[] = "/%!$&'()*+,;=:@?";
  struct hc_buffer *out = &r->target;
  struct hc_span query = hc_span_str(r->path != NULL ? r->path : "");
  bool has_query = memchr(query.ptr, '?', query.len) != NULL;
  struct hc_span path = { 0 };

  hc_span_split(&query, '?', &path);
  if (!has_query)
    query = r->endpoint.query;
  hc_buffer_clear(out);
  int rc = hc_buffer_append_str(out, "/");
  if (rc == 0)
    rc = hc_url_encode(out, r->endpoint.path, keep);
  if (rc == 0)
    rc = hc_url_encode(out, path, keep);
  if (rc == 0 && query.len > 0)
    rc = hc_buffer_append_str(out, "?");
  if (rc == 0)
    rc = hc_url_encode(out, query, keep);
  if (rc < 0)
    hc_fault_set(fault, rc, "no request can be made: %s", hyco_strerror(rc));
  return rc;
}

/* The request's own fields, "Name: value" with a NUL behind each. */
static int write_fields(const hyco_request *r, struct hc_span token,
                        struct hc_buffer *out, size_t *n)
{
  struct hc_http_field fields[HC_LINK_HEADERS_MAX + 1];
  struct hc_sender_headers copy = r->headers;
  int rc = 0;

  *n = 0;
  if (token.len > 0)
    fields[(*n)++] =
        (struct hc_http_field){ hc_span_str("ServiceBusAuthorization"), token };
  hc_sender_headers_list(&copy, fields + *n);
  *n += r->headers.count;
  for (size_t i = 0; rc == 0 && i < *n; i++) {
    rc = hc_buffer_append(out, fields[i].name);
    if (rc == 0)
      rc = hc_buffer_append_str(out, ": ");
    if (rc == 0)
      rc = hc_buffer_append(out, fields[i].value);
    if (rc == 0)
      rc = hc_buffer_append(out, hc_span_of("", 1));
  }
  return rc;
}

static int start_call(hyco_request *r, const char *target,
                      const struct hc_buffer *fields, size_t n,
                      struct hc_fault *fault)
{
  const struct hc_properties *props = &r->sender->surface.props;
  const char *lines[HC_LINK_HEADERS_MAX + 1];
  const char *local_host = hc_properties_text(props, HYCO_LOCAL_HOST);
  const char *next = (const char *)hc_buffer_span(fields).ptr;

  for (size_t i = 0; i < n; i++) {
    lines[i] = next;
    next += strlen(next) + 1;
  }
  struct hc_way way;
  int rc = hc_way_read(props, &way, fault);
  const struct hc_http_request request = {
    .host = r->endpoint.host,
    .port = r->endpoint.port,
    .tls = r->endpoint.tls ? r->sender->tls : NULL,
    .local_host = local_host[0] != '\0' ? local_host : NULL,
    .route = way.route,
    .tcp = hc_tcp_from_properties(props),
    .timeout_ms = hc_handshake_ms(props, HC_REQUEST_CONNECT_MS),
    .method = r->method,
    .target = target,
    .fields = lines,
    .n_fields = n,
    .body = r->length,
  };
  if (rc == 0)
    rc = hc_http_start(r->http, &request, &hc_request_http_handler, r, &r->call,
                       fault);
  hc_way_deinit(&way);
  return rc;
}

static int begin_body(hyco_request *r, struct hc_fault *fault)
{
  int rc = 0;

  if (r->is_refused)
    hc_http_pause(r->call);
  if (r->streams)
    hc_net_timer_set(r->sender->net, &r->ready, 0);
  else if (r->length >= 0)
    rc = hc_request_push(r);
  if (rc < 0) {
    hc_http_close(r->call);
    r->call = NULL;
    hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  }
  return rc;
}

static int send_request(hyco_request *r, struct hc_span token,
                        struct hc_fault *fault)
{
  enum { FIELDS_MAX = HC_TOKEN_MAX + HC_SENDER_HEADERS_BYTES + 4096 };
  struct hc_buffer fields;
  size_t n;

  hc_buffer_init(&fields, FIELDS_MAX);
  int rc = write_fields(r, token, &fields, &n);
  const char *text = rc == 0 ? hc_buffer_str(&r->target) : NULL;
  if (rc == 0 && text == NULL)
    rc = HYCO_ENOMEM;
  if (rc < 0)
    hc_fault_set(fault, rc, "no request can be made: %s", hyco_strerror(rc));
  else
    rc = start_call(r, text, &fields, n, fault);
  hc_buffer_deinit_secret(&fields); /* it held the token */
  if (rc < 0)
    return rc;
  hc_buffer_deinit(&r->target);
  return begin_body(r, fault);
}

static void on_token(void *user_data, struct hc_span token, int64_t expiry)
{
  hyco_request *r = user_data;
  struct hc_fault fault;
  int rc;

  (void)expiry; /* one request needs one token */
  if (token.len == 0)
    rc = hc_fault_set(&fault, HYCO_EUNAUTHORIZED,
                      "the token provider gave no token");
  else
    rc = send_request(r, token, &fault);
  if (rc < 0)
    hc_request_finish(r, &fault);
}

int hyco_request_start(hyco_request *r)
{
  struct hc_buffer token;
  int64_t expiry;

  int rc = may_set(r);
  if (rc < 0)
    return rc;
  struct hc_fault *fault = fault_of(r);
  rc = hc_endpoint_read(&r->sender->surface.props, &r->endpoint, fault);
  if (rc == 0)
    rc = hc_sender_make_tls(r->sender, r->endpoint.tls);
  if (rc < 0)
    return rc;
  rc = write_target(r, fault);
  if (rc < 0)
    return rc;
  r->tokens.provider = r->sender->tokens.provider;
  r->tokens.provider_data = r->sender->tokens.provider_data;
  hc_buffer_init(&token, HC_TOKEN_MAX);
  rc = hc_token_source_get(&r->tokens, &r->endpoint, &token, &expiry, fault);
  if (rc == 0)
    rc = send_request(r, hc_buffer_span(&token), fault);
  hc_buffer_deinit_secret(&token);
  if (rc < 0)
    return rc;
  r->endpoint.path = r->endpoint.query = (struct hc_span){ 0 }; /* borrowed */
  r->state = HC_REQUEST_BUSY;
  r->sender->n_busy_requests++;
  return 0;
}

static int may_stream(hyco_request *r)
{
  if (r->sender == NULL)
    return HYCO_ENOTACTIVE;
  if (r->state == HC_REQUEST_BUSY && r->streams)
    return 0;
  return hc_fault_set(fault_of(r), HYCO_ENOTACTIVE,
                      "no streamed body is under way");
}

int hyco_request_write(hyco_request *r, const void *data, size_t len)
{
  int rc = may_stream(r);
  if (rc < 0)
    return rc;
  if (data == NULL && len > 0)
    return hc_fault_set(fault_of(r), HYCO_EINVALID, "no data");
  if (len > HC_HTTP_OUT_MAX)
    return hc_fault_set(fault_of(r), HYCO_ETOOLONG,
                        "%zu bytes: a piece has at most %d", len,
                        (int)HC_HTTP_OUT_MAX);
  if (r->call == NULL) /* the token is still to come */
    rc = HYCO_EWOULDBLOCK;
  else
    rc = hc_http_write(r->call, hc_span_of(data, len));
  if (rc == HYCO_EBADVALUE)
    return hc_fault_set(fault_of(r), rc,
                        "more than the length that was announced, or after "
                        "the end of the body");
  return rc < 0 ? hc_fault_set(fault_of(r), rc, "%s", hyco_strerror(rc)) : 0;
}

int hyco_request_end(hyco_request *r)
{
  int rc = may_stream(r);
  if (rc < 0)
    return rc;
  if (r->call == NULL)
    return hc_fault_set(fault_of(r), HYCO_ENOTACTIVE,
                        "the token is still to come");
  rc = hc_http_end(r->call);
  return rc < 0 ? hc_fault_set(fault_of(r), rc,
                               "the body is shorter than announced")
                : 0;
}

void hyco_request_accept_data(hyco_request *r, bool accept)
{
  r->is_refused = !accept;
  if (r->call != NULL && accept)
    hc_http_resume(r->call);
  else if (r->call != NULL)
    hc_http_pause(r->call);
}

/* --- birth and death --- */

int hc_request_new(struct hc_sender *sender, struct hc_http_client *http,
                   const hyco_request_events *events, void *user_data,
                   hyco_request **out)
{
  hyco_request *r = hc_alloc_zero(sizeof *r);
  if (r == NULL)
    return HYCO_ENOMEM;
  r->sender = sender;
  r->http = http;
  if (events != NULL)
    r->events = *events;
  r->user_data = user_data;
  memcpy(r->method, "GET", sizeof "GET");
  r->length = HC_HTTP_NO_BODY;
  hc_buffer_init(&r->body, SIZE_MAX);
  hc_buffer_init(&r->target, HC_TARGET_MAX);
  hc_sender_headers_init(&r->headers);
  hc_token_source_init(&r->tokens, sender->net, &sender->surface.props,
                       on_token, r);
  r->ready = hc_timer_that_calls(hc_request_on_room, r);
  hc_list_append(&sender->requests, &r->node);
  *out = r;
  return 0;
}

void hc_request_stop(hyco_request *r)
{
  if (r->sender != NULL) {
    hc_token_source_cancel(&r->tokens);
    hc_net_timer_cancel(r->sender->net, &r->ready);
    r->sender->n_busy_requests -= r->state == HC_REQUEST_BUSY;
  }
  hc_http_close(r->call);
  r->call = NULL;
  r->state = HC_REQUEST_OVER;
  hc_buffer_deinit(&r->target);
  hc_buffer_deinit_secret(&r->body);
}

void hc_request_orphan(hyco_request *r)
{
  hc_request_stop(r);
  hc_list_remove(&r->node);
  r->sender = NULL;
  r->events = (hyco_request_events){ 0 };
}

void hyco_request_free(hyco_request *r)
{
  if (r == NULL || r->freed)
    return;
  hc_request_orphan(r);
  r->freed = true;
  hc_request_hold(r);
  hc_request_release(r);
}
