/* The heads of a forwarded request and of its answer. Target: the entity is cut
 * off, the rest stays verbatim. */
#include "receiver/http_forward_head.h"
#include "base/memory.h"
#include "protocol/http_fields.h"
#include "protocol/url.h"
#include "receiver/http_forward.h"
#include "receiver/receiver.h"
#include <stdlib.h>

enum { STATUS_SWITCHING = 101 };

int hc_http_forward_check(struct hc_span text, struct hc_fault *fault)
{
  struct hc_url url;

  int rc = hc_url_parse(text, &url, fault);
  if (rc < 0)
    return rc;
  bool is_http = hc_span_is_nocase(url.scheme, "http") ||
                 hc_span_is_nocase(url.scheme, "https");
  if (!is_http || url.has_query || url.host.len > 255)
    return hc_fault_set(fault, HYCO_EBADURL,
                        "ForwardHTTPUrl: http://host[:port][/path] or https, "
                        "without a query");
  return 0;
}

static void read_target(const struct hc_receiver *r, struct hc_url *url)
{
  const char *text =
      hc_properties_text(&r->surface.props, HYCO_FORWARD_HTTP_URL);

  memset(url, 0, sizeof *url);
  (void)hc_url_parse(hc_span_str(text), url, NULL); /* checked when set */
  while (url->path.len > 0 && url->path.ptr[url->path.len - 1] == '/')
    url->path.len--;
}

static bool begins_with(struct hc_span text, struct hc_span start)
{
  return text.len >= start.len &&
         hc_span_equal_nocase(hc_span_of(text.ptr, start.len), start);
}

/* Takes "/entity" off the front of a target, if it stands there. */
static bool cut_entity(struct hc_span entity, struct hc_span *target)
{
  struct hc_span rest = *target;

  if (rest.len == 0 || rest.ptr[0] != '/')
    return false;
  hc_span_drop(&rest, 1);
  while (entity.len > 0 && entity.ptr[entity.len - 1] == '/')
    entity.len--;
  if (!begins_with(rest, entity))
    return false;
  hc_span_drop(&rest, entity.len);
  if (rest.len > 0 && rest.ptr[0] != '/' && rest.ptr[0] != '?')
    return false;
  *target = rest;
  return true;
}

static bool is_not_passed_on(struct hc_span name)
{
  static const char *const names[] = {
    "Host",
    "Expect",
    "ServiceBusAuthorization",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Prefix",
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (hc_span_is_nocase(name, names[i]))
      return true;
  return hc_http_field_frames(name);
}

static int add(struct hc_forward_head *head, const char *name,
               const char *value, struct hc_span more)
{
  if (head->request.n_fields == HC_FORWARD_FIELDS_MAX)
    return HYCO_ETOOLONG;
  head->request.n_fields++;
  int rc = hc_buffer_printf(&head->text, "%s: %s", name, value);
  if (rc == 0)
    rc = hc_buffer_append(&head->text, more);
  return rc == 0 ? hc_buffer_append(&head->text, hc_span_of("", 1)) : rc;
}

static int add_fields(const struct hc_exchange *x, struct hc_forward_head *head)
{
  const struct hc_receiver *r = x->receiver;
  const struct hc_request *info = &x->info;
  const struct hc_span none = hc_span_of(NULL, 0);
  bool keeps_host =
      hc_properties_flag(&r->surface.props, HYCO_FORWARD_HTTP_PRESERVE_HOST);
  int rc = 0;

  for (size_t i = 0; rc == 0 && i < info->headers.n; i++) {
    const struct hc_control_field *field = &info->headers.list[i];
    if (!is_not_passed_on(hc_span_str(field->name)))
      rc = add(head, field->name, field->value, none);
  }
  if (rc == 0 && info->host != NULL && keeps_host)
    rc = add(head, "Host", info->host, none);
  if (rc == 0 && info->remote_address != NULL)
    rc = add(head, "X-Forwarded-For", info->remote_address, none);
  if (rc == 0)
    rc = add(head, "X-Forwarded-Proto", r->endpoint.tls ? "https" : "http",
             none);
  if (rc == 0 && info->host != NULL)
    rc = add(head, "X-Forwarded-Host", info->host, none);
  if (rc == 0 && hc_http_value_is_legal(r->endpoint.path))
    rc = add(head, "X-Forwarded-Prefix", "/", r->endpoint.path);
  return rc;
}

static int add_target(const struct hc_exchange *x, const struct hc_url *url,
                      struct hc_forward_head *head)
{
  struct hc_span rest = hc_span_str(x->info.target);

  (void)cut_entity(x->receiver->endpoint.path, &rest);
  bool bare = url->path.len == 0 && (rest.len == 0 || rest.ptr[0] != '/');
  int rc = hc_buffer_append(&head->text, url->path);
  if (rc == 0 && bare)
    rc = hc_buffer_append_str(&head->text, "/");
  if (rc == 0)
    rc = hc_buffer_append(&head->text, rest);
  return rc == 0 ? hc_buffer_append(&head->text, hc_span_of("", 1)) : rc;
}

/* A body that came whole has a length; one that still comes has chunks. */
static int64_t body_of(const struct hc_exchange *x)
{
  if (!x->info.body)
    return HC_HTTP_NO_BODY;
  return x->channel != 0 ? (int64_t)hc_buffer_len(&x->body) : HC_HTTP_CHUNKED;
}

int hc_forward_request_head(const struct hc_exchange *x,
                            struct hc_forward_head *head,
                            struct hc_fault *fault)
{
  struct hc_url url;

  memset(head, 0, sizeof *head);
  hc_buffer_init(&head->text, HC_FORWARD_HEAD_MAX);
  read_target(x->receiver, &url);
  memcpy(head->host, url.host.ptr, url.host.len);
  head->tls = url.tls;
  int rc = add_target(x, &url, head);
  if (rc == 0)
    rc = add_fields(x, head);
  if (rc < 0)
    return hc_fault_set(fault, rc, "the head of the request: %s",
                        hyco_strerror(rc));
  const char *text = (const char *)hc_buffer_span(&head->text).ptr;
  head->request.target = text;
  for (size_t i = 0; i < head->request.n_fields; i++) {
    text += strlen(text) + 1;
    head->fields[i] = text;
  }
  head->request.host = head->host;
  head->request.port = url.port;
  head->request.method = x->info.method;
  head->request.fields = head->fields;
  head->request.body = body_of(x);
  return 0;
}

void hc_forward_head_deinit(struct hc_forward_head *head)
{
  hc_buffer_deinit_secret(&head->text);
}

/* --- the answer --- */

static struct hc_span without_fragment(struct hc_span value)
{
  const uint8_t *mark =
      value.len > 0 ? memchr(value.ptr, '#', value.len) : NULL;
  return mark != NULL ? hc_span_of(value.ptr, (size_t)(mark - value.ptr))
                      : value;
}

/* A Location at the target: *path is what stands behind the base path. */
static bool is_under_target(const struct hc_exchange *x, struct hc_span value,
                            struct hc_span *path)
{
  struct hc_url base;
  struct hc_url url;
  const uint8_t *end = value.ptr + value.len;

  read_target(x->receiver, &base);
  if (value.len > 0 && value.ptr[0] == '/' &&
      (value.len == 1 || value.ptr[1] != '/')) {
    *path = value;
  } else {
    if (hc_url_parse(without_fragment(value), &url, NULL) < 0)
      return false;
    bool at_target =
        hc_span_equal_nocase(url.host, base.host) && url.port == base.port;
    struct hc_span host;
    uint16_t port;
    bool at_sender = x->info.host != NULL &&
                     hc_url_parse_authority(hc_span_str(x->info.host), &host,
                                            &port, NULL) == 0 &&
                     hc_span_equal_nocase(url.host, host) &&
                     (port == url.port || (port == 0 && !url.has_port));
    if (!at_target && !at_sender)
      return false;
    *path = hc_span_of(url.target.ptr, (size_t)(end - url.target.ptr));
  }
  if (path->len < base.path.len ||
      !hc_span_equal(hc_span_of(path->ptr, base.path.len), base.path))
    return false;
  hc_span_drop(path, base.path.len);
  return path->len == 0 || path->ptr[0] == '/' || path->ptr[0] == '?' ||
         path->ptr[0] == '#';
}

/* name and value become NUL-terminated in text. */
static int add_answer_field(struct hc_exchange *x,
                            const struct hc_http_field *field,
                            struct hc_buffer *text, struct hc_fault *fault)
{
  struct hc_span path;

  hc_buffer_clear(text);
  int rc = hc_buffer_append(text, field->name);
  if (rc == 0)
    rc = hc_buffer_append(text, hc_span_of("", 1));
  if (rc == 0 && hc_span_is_nocase(field->name, "Location") &&
      is_under_target(x, field->value, &path)) {
    rc = hc_buffer_append_str(text, "/");
    if (rc == 0)
      rc = hc_buffer_append(text, x->receiver->endpoint.path);
    if (rc == 0)
      rc = hc_buffer_append(text, path);
  } else if (rc == 0) {
    rc = hc_buffer_append(text, field->value);
  }
  const char *name = rc == 0 ? hc_buffer_str(text) : NULL;
  if (name == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return hc_answer_add_header(x, name, name + field->name.len + 1, fault);
}

static int set_status(struct hc_exchange *x, const struct hc_http_head *head,
                      struct hc_fault *fault)
{
  char *reason = hc_strndup((const char *)head->reason.ptr, head->reason.len);

  if (reason == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  int rc = hc_answer_set_any_status(x, head->status, reason, fault);
  if (rc == HYCO_ETOOLONG || rc == HYCO_EBADVALUE)
    rc = hc_answer_set_any_status(x, head->status, "", fault);
  hc_free(reason);
  return rc;
}

int hc_forward_answer_head(struct hc_exchange *x, struct hc_span bytes,
                           int64_t *length, struct hc_fault *fault)
{
  struct hc_http_head head;
  struct hc_buffer text;
  size_t scanned = 0;

  int rc =
      hc_http_read_response(&bytes, HC_HTTP_HEAD_MAX, &scanned, &head, fault);
  if (rc == 0 || (rc > 0 && head.status == STATUS_SWITCHING))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the target's answer is not one to HTTP/1.1");
  if (rc < 0)
    return rc;
  const struct hc_http_field *field = hc_http_find(&head, "Content-Length");
  *length = field != NULL ? strtoll((const char *)field->value.ptr, NULL, 10)
                          : -1; /* digits, and a line end behind them */
  hc_buffer_init(&text, HC_HTTP_HEAD_MAX + HC_TARGET_MAX);
  rc = set_status(x, &head, fault);
  for (size_t i = 0; rc == 0 && i < head.n_fields; i++)
    if (!hc_http_field_is_hop_by_hop(&head, head.fields[i].name) &&
        !hc_span_is_nocase(head.fields[i].name, "Host"))
      rc = add_answer_field(x, &head.fields[i], &text, fault);
  hc_buffer_deinit(&text);
  return rc;
}
