/* Where a role connects to: host, port and request targets. */
#include "session/endpoint.h"
#include "protocol/quote.h"
#include "protocol/url.h"
#include <ctype.h>
#include <stdio.h>

enum { PORT_TLS = 443, PORT_PLAIN = 80 };

/* Fills in host, host_field and port. */
static int set_authority(struct hc_endpoint *e, struct hc_span host,
                         uint16_t port, struct hc_fault *fault)
{
  uint16_t usual = e->tls ? PORT_TLS : PORT_PLAIN;
  bool is_ipv6 = memchr(host.ptr, ':', host.len) != NULL;

  if (host.len == 0 || host.len > HC_HOST_MAX)
    return hc_fault_set(fault, HYCO_EBADURL,
                        "\"%.*s\": a host has 1 to %d bytes", HC_QUOTE(host),
                        (int)HC_HOST_MAX);
  for (size_t i = 0; i < host.len; i++)
    e->host[i] = (char)tolower(host.ptr[i]);
  e->host[host.len] = '\0';
  e->port = port != 0 ? port : usual;
  int n = snprintf(e->host_field, sizeof e->host_field, is_ipv6 ? "[%s]" : "%s",
                   e->host);
  if (e->port != usual)
    (void)snprintf(e->host_field + n, sizeof e->host_field - (size_t)n, ":%u",
                   (unsigned)e->port);
  return 0;
}

/* "name/suffix?query" of hybrid_connection. */
static void set_path(struct hc_endpoint *e, const char *hybrid_connection)
{
  struct hc_span rest = hc_span_str(hybrid_connection);

  while (rest.len > 0 && rest.ptr[0] == '/')
    hc_span_drop(&rest, 1);
  hc_span_split(&rest, '?', &e->path);
  e->query = rest;
}

int hc_endpoint_read(const struct hc_properties *props, struct hc_endpoint *e,
                     struct hc_fault *fault)
{
  const char *address = hc_properties_text(props, HYCO_NAMESPACE_ADDRESS);
  const char *entity = hc_properties_text(props, HYCO_HYBRID_CONNECTION);
  struct hc_span host;
  uint16_t port;

  memset(e, 0, sizeof *e);
  if (address[0] == '\0')
    return hc_fault_set(fault, HYCO_EMISSING, "namespace_address is not set");
  e->tls = !hc_properties_flag(props, HYCO_USE_DEVELOPMENT_EMULATOR);
  int rc = hc_url_parse_authority(hc_span_str(address), &host, &port, fault);
  if (rc == 0)
    rc = set_authority(e, host, port, fault);
  if (rc < 0)
    return rc;
  set_path(e, entity);
  if (e->path.len == 0)
    return hc_fault_set(fault, HYCO_EMISSING, "hybrid_connection is not set");
  if (!e->tls && !hc_url_host_is_loopback(hc_span_str(e->host)))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "UseDevelopmentEmulator: \"%s\" is not a loopback "
                        "host; plain ws goes to no other",
                        e->host);
  return 0;
}

int hc_endpoint_from_url(struct hc_span text, struct hc_endpoint *e,
                         struct hc_span *target, struct hc_fault *fault)
{
  struct hc_url url;

  memset(e, 0, sizeof *e);
  int rc = hc_url_parse(text, &url, fault);
  if (rc < 0)
    return rc;
  if (!hc_span_is_nocase(url.scheme, "wss") &&
      !hc_span_is_nocase(url.scheme, "ws"))
    return hc_fault_set(fault, HYCO_EBADURL,
                        "\"%.*s\": expected ws:// or wss://", HC_QUOTE(text));
  e->tls = url.tls;
  if (!e->tls && !hc_url_host_is_loopback(url.host))
    return hc_fault_set(fault, HYCO_EBADURL,
                        "\"%.*s\": plain ws goes to loopback hosts only",
                        HC_QUOTE(text));
  if (url.target.len == 0 || url.target.ptr[0] != '/')
    return hc_fault_set(fault, HYCO_EBADURL, "\"%.*s\" has no path",
                        HC_QUOTE(text));
  *target = url.target;
  return set_authority(e, url.host, url.port, fault);
}

int hc_endpoint_write_target(const struct hc_endpoint *e, const char *action,
                             const char *id, struct hc_buffer *out)
{
  /* What may stand in a path or query stays as the user wrote it, escapes
   * included; everything else is escaped. */
  static const char keep[] = "/%!$&'()*+,;=:@?";

  int rc = hc_buffer_append_str(out, "/$hc/");
  if (rc == 0)
    rc = hc_url_encode(out, e->path, keep);
  if (rc == 0)
    rc = hc_buffer_append_str(out, "?");
  if (rc == 0 && e->query.len > 0)
    rc = hc_url_encode(out, e->query, keep);
  if (rc == 0 && e->query.len > 0)
    rc = hc_buffer_append_str(out, "&");
  if (rc == 0)
    rc = hc_buffer_printf(out, "sb-hc-action=%s&sb-hc-id=", action);
  if (rc == 0)
    rc = hc_url_encode(out, hc_span_str(id), "");
  return rc;
}
