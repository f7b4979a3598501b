/* The way to the service over proxy and firewall, as URLs for libcurl. */
#include "session/route.h"
#include "protocol/url.h"

/* As the class numbers them. */
enum firewall_type {
  NONE = 0,
  TUNNEL = 1,
  SOCKS4 = 2,
  SOCKS5 = 3,
  SOCKS4A = 10
};
enum scheme { BASIC = 0, DIGEST = 1, NO_AUTH = 3, NTLM = 4, NEGOTIATE = 5 };

enum { HTTP_PORT = 80, SOCKS_PORT = 1080 };

/* A host and three times as much of each secret. */
enum { URL_MAX = 2048 };

struct stop {
  const char *scheme;
  hyco_property host;
  unsigned port;
  const char *user; /* "": none */
  const char *password;
};

static int add_user(struct hc_buffer *url, const struct stop *stop)
{
  int rc = hc_url_encode(url, hc_span_str(stop->user), "");

  if (rc == 0 && stop->password[0] != '\0')
    rc = hc_buffer_append_str(url, ":");
  if (rc == 0)
    rc = hc_url_encode(url, hc_span_str(stop->password), "");
  return rc == 0 ? hc_buffer_append_str(url, "@") : rc;
}

/* "scheme://user:password@host:port" */
static int write_url(const struct hc_properties *props, const struct stop *stop,
                     struct hc_buffer *url, const char **out,
                     struct hc_fault *fault)
{
  const char *host = hc_properties_text(props, stop->host);
  bool brackets = strchr(host, ':') != NULL && host[0] != '[';

  if (host[strcspn(host, "/@?#%\\ \t")] != '\0') /* it may hold a password */
    return hc_fault_set(fault, HYCO_EBADURL,
                        "%s: a host name or address is expected, without "
                        "scheme, user and path",
                        hyco_property_get_row(stop->host)->name);
  int rc = hc_buffer_printf(url, "%s://", stop->scheme);

  if (rc == 0 && stop->user[0] != '\0')
    rc = add_user(url, stop);
  if (rc == 0)
    rc =
        hc_buffer_printf(url, brackets ? "[%s]:%u" : "%s:%u", host, stop->port);
  *out = rc == 0 ? hc_buffer_str(url) : NULL;
  return *out != NULL ? 0 : hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

static int read_proxy(const struct hc_properties *props, struct hc_way *way,
                      struct hc_fault *fault)
{
  static const enum hc_proxy_auth schemes[] = {
    [BASIC] = HC_PROXY_BASIC,
    [DIGEST] = HC_PROXY_DIGEST,
    [NTLM] = HC_PROXY_NTLM,
    [NEGOTIATE] = HC_PROXY_NEGOTIATE,
  };
  int64_t scheme = hc_properties_number(props, HYCO_PROXY_AUTH_SCHEME);
  int64_t port = hc_properties_number(props, HYCO_PROXY_PORT);
  bool has_user = scheme != NO_AUTH;
  const struct stop stop = {
    .scheme = "http",
    .host = HYCO_PROXY_SERVER,
    .port = port != 0 ? (unsigned)port : HTTP_PORT,
    .user = has_user ? hc_properties_text(props, HYCO_PROXY_USER) : "",
    .password = hc_properties_text(props, HYCO_PROXY_PASSWORD),
  };

  way->route.auth = schemes[scheme];
  return write_url(props, &stop, &way->proxy, &way->route.proxy, fault);
}

static int read_firewall(const struct hc_properties *props, struct hc_way *way,
                         const char **url, struct hc_fault *fault)
{
  static const char *const schemes[] = {
    [TUNNEL] = "http",
    [SOCKS4] = "socks4",
    [SOCKS5] = "socks5h", /* the firewall resolves the name */
    [SOCKS4A] = "socks4a",
  };
  int64_t type = hc_properties_number(props, HYCO_FIREWALL_TYPE);
  int64_t port = hc_properties_number(props, HYCO_FIREWALL_PORT);
  bool has_password = type == TUNNEL || type == SOCKS5;
  if (port == 0)
    port = type == TUNNEL ? HTTP_PORT : SOCKS_PORT;
  const struct stop stop = {
    .scheme = schemes[type],
    .host = HYCO_FIREWALL_HOST,
    .port = (unsigned)port,
    .user = hc_properties_text(props, HYCO_FIREWALL_USER),
    .password =
        has_password ? hc_properties_text(props, HYCO_FIREWALL_PASSWORD) : "",
  };

  if (hc_properties_text(props, HYCO_FIREWALL_HOST)[0] == '\0')
    return hc_fault_set(fault, HYCO_EMISSING,
                        "firewall_type %d needs firewall_host", (int)type);
  return write_url(props, &stop, &way->firewall, url, fault);
}

static int read_both(const struct hc_properties *props, struct hc_way *way,
                     struct hc_fault *fault)
{
  bool has_proxy = hc_properties_text(props, HYCO_PROXY_SERVER)[0] != '\0';
  int64_t type = hc_properties_number(props, HYCO_FIREWALL_TYPE);

  if (has_proxy && type == TUNNEL)
    return hc_fault_set(
        fault, HYCO_EBADVALUE,
        "firewall_type 1 and proxy_server: one HTTP proxy only");
  way->route.from_environment =
      !has_proxy && type == NONE &&
      hc_properties_flag(props, HYCO_PROXY_AUTO_DETECT);
  int rc = has_proxy ? read_proxy(props, way, fault) : 0;
  if (rc == 0 && type != NONE)
    rc = read_firewall(props, way,
                       has_proxy ? &way->route.firewall : &way->route.proxy,
                       fault);
  return rc;
}

int hc_way_read(const struct hc_properties *props, struct hc_way *way,
                struct hc_fault *fault)
{
  *way = (struct hc_way){ 0 };
  hc_buffer_init(&way->proxy, URL_MAX);
  hc_buffer_init(&way->firewall, URL_MAX);
  return props != NULL ? read_both(props, way, fault) : 0;
}

void hc_way_deinit(struct hc_way *way)
{
  hc_buffer_deinit_secret(&way->proxy);
  hc_buffer_deinit_secret(&way->firewall);
  way->route = (struct hc_route){ 0 };
}
