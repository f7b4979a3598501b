/* Takes a first request apart. */
#include "relay/request.h"

#include "protocol/handshake.h"
#include "protocol/url.h"
#include "relay/registry.h"

static bool is_clean(struct hc_span text)
{
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
      return false;
  }
  return true;
}

/* Without a Host (HTTP/1.0) both stay empty: no token covers that. */
static bool read_host(struct hc_relay_request *r)
{
  const struct hc_http_field *field = hc_http_find(r->head, "Host");
  uint16_t port;

  if (field == NULL || field->value.len == 0)
    return true;
  if (memchr(field->value.ptr, '/', field->value.len) != NULL)
    return false;
  r->authority = field->value;
  return hc_url_parse_authority(field->value, &r->host, &port, NULL) == 0;
}

/* RFC 9112 3.2.2: an absolute-form target goes before Host, which not every
 * party knows: they must be the same. */
static bool fits_host(const struct hc_relay_request *r,
                      const struct hc_url *url)
{
  uint16_t own = url->tls ? 443 : 80;
  struct hc_span host;
  uint16_t port;

  return hc_url_parse_authority(r->authority, &host, &port, NULL) == 0 &&
         !hc_span_is_nocase(url->scheme, "sb") &&
         hc_span_equal_nocase(url->host, host) &&
         url->port == (port == 0 ? own : port);
}

/* RFC 9112 3.2: origin-form, and absolute-form as proxies send it. */
static bool split_target(struct hc_relay_request *r)
{
  struct hc_span target = r->head->target;

  if (target.ptr[0] != '/') {
    struct hc_url url;
    if (hc_url_parse(target, &url, NULL) != 0 || !fits_host(r, &url))
      return false;
    r->path = url.path;
    r->query = url.query;
    return true;
  }
  r->query = target;
  if (!hc_span_split(&r->query, '?', &r->path))
    return false;
  /* "https://host//path" of a portal's Endpoint (spec 6.6) */
  while (r->path.len > 1 && r->path.ptr[1] == '/')
    hc_span_drop(&r->path, 1);
  return true;
}

static void drop_prefix(struct hc_relay_request *r)
{
  static const char prefix[] = "/$hc/";
  const size_t len = sizeof prefix - 1;

  if (r->path.len >= len && memcmp(r->path.ptr, prefix, len) == 0) {
    hc_span_drop(&r->path, len);
    r->action = HC_RELAY_CONNECT; /* missing action: spec 1.1 */
  } else if (r->path.len > 0) {
    hc_span_drop(&r->path, 1);
  }
}

/* "." or "..": whoever resolves them (RFC 3986 5.2.4) reads another path than
 * the one that an entity is found and a token checked by. */
static bool has_dot_segment(struct hc_span path)
{
  struct hc_span segment;

  while (hc_span_split(&path, '/', &segment)) {
    if (hc_span_is(segment, ".") || hc_span_is(segment, ".."))
      return true;
  }
  return false;
}

/* 0, HYCO_EBADURL or HYCO_ENOMEM. */
static int read_path(struct hc_relay_request *r)
{
  if (!split_target(r))
    return HYCO_EBADURL;
  drop_prefix(r);
  int rc = hc_url_decode(&r->decoded, r->path);
  if (rc != 0)
    return rc;
  r->name = hc_relay_trim_slashes(hc_buffer_span(&r->decoded));
  return is_clean(r->name) && !has_dot_segment(r->name) ? 0 : HYCO_EBADURL;
}

static bool read_action(struct hc_relay_request *r)
{
  struct hc_span action = hc_relay_request_param(r, "sb-hc-action");

  if (r->action == HC_RELAY_HTTP)
    return true;
  if (hc_span_is(action, "listen"))
    r->action = HC_RELAY_LISTEN;
  else if (hc_span_is(action, "accept"))
    r->action = HC_RELAY_ACCEPT;
  else if (hc_span_is(action, "request"))
    r->action = HC_RELAY_FETCH;
  else
    return action.len == 0 || hc_span_is(action, "connect");
  return true;
}

struct hc_relay_refusal hc_relay_request_init(struct hc_relay_request *r,
                                              const struct hc_http_head *head,
                                              struct hc_net *net)
{
  memset(r, 0, sizeof *r);
  r->head = head;
  r->action = HC_RELAY_HTTP;
  hc_buffer_init(&r->decoded, HC_URL_MAX);

  bool host_is_good = read_host(r);
  int rc = read_path(r);
  hc_relay_tracking_init(&r->tracking, net,
                         hc_relay_request_param(r, "sb-hc-id"));
  hc_relay_tracking_set_system(&r->tracking, r->host, r->path);
  if (!host_is_good)
    return hc_relay_refuse(400, "The Host is not valid.");
  if (head->target.len > HC_URL_MAX)
    return hc_relay_refuse(414, "The request's target is too long.");
  if (rc == HYCO_ENOMEM)
    return hc_relay_refuse(500, "The relay is out of memory.");
  if (rc != 0)
    return hc_relay_refuse(400, "The target is not valid.");
  if (!read_action(r))
    return hc_relay_refuse(400, "The sb-hc-action is not known.");
  return hc_relay_allow();
}

void hc_relay_request_deinit(struct hc_relay_request *r)
{
  hc_buffer_deinit(&r->decoded);
}

struct hc_span hc_relay_request_param(const struct hc_relay_request *r,
                                      const char *name)
{
  struct hc_span value;

  if (!hc_url_query_find(r->query, name, &value))
    return hc_span_of(NULL, 0);
  return value;
}

struct hc_relay_refusal hc_relay_request_key(const struct hc_relay_request *r,
                                             struct hc_span *key)
{
  if (hc_ws_check_request(r->head, key, NULL) != 0)
    return hc_relay_refuse(400, "The request is not a WebSocket handshake.");
  return hc_relay_allow();
}
