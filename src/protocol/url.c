/* Takes URLs apart, strictly, and codes their parts. Fault texts never quote a
 * query: it may hold a token. */
#include "protocol/url.h"
#include "protocol/quote.h"

#include <arpa/inet.h>

static const struct {
  const char *name;
  uint16_t port;
  bool tls;
} schemes[] = {
  { "wss", 443, true },  { "ws", 80, false }, { "https", 443, true },
  { "http", 80, false }, { "sb", 443, true },
};

static bool is_alnum(uint8_t c)
{
  uint8_t letter = (uint8_t)(c | 0x20);

  return (c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z');
}

/* Where `byte` stands first, or the length. */
static size_t find(struct hc_span text, uint8_t byte)
{
  const uint8_t *at = text.len > 0 ? memchr(text.ptr, byte, text.len) : NULL;

  return at != NULL ? (size_t)(at - text.ptr) : text.len;
}

static bool is_address(int family, struct hc_span host, void *address)
{
  char text[INET6_ADDRSTRLEN];

  if (host.len >= sizeof(text) || find(host, 0) < host.len)
    return false;
  if (host.len > 0)
    memcpy(text, host.ptr, host.len);
  text[host.len] = '\0';
  return inet_pton(family, text, address) == 1;
}

static bool is_ipv6(struct hc_span host)
{
  struct in6_addr address;

  return is_address(AF_INET6, host, &address);
}

static bool is_name(struct hc_span host)
{
  for (size_t i = 0; i < host.len; i++) {
    uint8_t c = host.ptr[i];
    if (!is_alnum(c) && c != '-' && c != '.' && c != '_')
      return false;
  }
  return host.len > 0;
}

static int read_port(struct hc_span text, uint16_t *port,
                     struct hc_fault *fault)
{
  unsigned value = 0;

  for (size_t i = 0; i < text.len && value <= UINT16_MAX; i++) {
    uint8_t c = text.ptr[i];
    value = c >= '0' && c <= '9' ? value * 10 + (c - '0') : UINT16_MAX + 1u;
  }
  if (value == 0 || value > UINT16_MAX)
    return hc_fault_set(fault, HYCO_EBADURL,
                        "port '%.*s', expected a number from 1 to 65535",
                        HC_QUOTE(text));
  *port = (uint16_t)value;
  return 0;
}

struct authority {
  struct hc_span host;
  bool is_ipv6;
  bool has_port;
  uint16_t port;
};

/* "host", "host:port", "[::1]" or "[::1]:port". */
static int read_authority(struct hc_span text, struct authority *out,
                          struct hc_fault *fault)
{
  struct hc_span rest = text;

  out->is_ipv6 = text.len > 0 && text.ptr[0] == '[';
  if (out->is_ipv6)
    hc_span_drop(&rest, 1);
  size_t n = find(rest, out->is_ipv6 ? ']' : ':');
  out->host = hc_span_of(rest.ptr, n);
  hc_span_drop(&rest, n);
  if (out->is_ipv6 && rest.len > 0)
    hc_span_drop(&rest, 1);
  else if (out->is_ipv6)
    out->host.len = 0; /* no closing bracket */

  bool has_tail = rest.len > 0;
  bool host_is_right = out->is_ipv6 ? is_ipv6(out->host) : is_name(out->host);
  if (!host_is_right || (has_tail && rest.ptr[0] != ':'))
    return hc_fault_set(fault, HYCO_EBADURL,
                        "'%.*s', expected host, host:port or [IPv6]:port",
                        HC_QUOTE(text));
  out->has_port = has_tail;
  if (!has_tail)
    return 0;
  hc_span_drop(&rest, 1);
  return read_port(rest, &out->port, fault);
}

static int check_bytes(struct hc_span text, struct hc_fault *fault)
{
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (c < 0x21 || c > 0x7e || c == '#')
      return hc_fault_set(fault, HYCO_EBADURL,
                          "byte 0x%02x in the URL, expected %s", c,
                          c == '#' ? "no fragment" : "it percent-encoded");
  }
  return 0;
}

static bool has_scheme(struct hc_span text, size_t colon)
{
  return text.len >= colon + 3 && memcmp(text.ptr + colon, "://", 3) == 0;
}

/* Takes "scheme://" off the front of text. */
static int read_scheme(struct hc_span *text, struct hc_url *url,
                       struct hc_fault *fault)
{
  size_t colon = find(*text, ':');

  if (!has_scheme(*text, colon))
    return hc_fault_set(fault, HYCO_EBADURL,
                        "not a URL, expected scheme://host");
  url->scheme = hc_span_of(text->ptr, colon);
  for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
    if (!hc_span_is_nocase(url->scheme, schemes[i].name))
      continue;
    url->port = schemes[i].port;
    url->tls = schemes[i].tls;
    hc_span_drop(text, colon + 3);
    return 0;
  }
  return hc_fault_set(fault, HYCO_EBADURL,
                      "scheme '%.*s', expected wss, ws, https, http or sb",
                      HC_QUOTE(url->scheme));
}

static void split_target(struct hc_span target, struct hc_url *url)
{
  size_t mark = find(target, '?');

  url->target = target;
  url->path = hc_span_of(target.ptr, mark);
  url->has_query = mark < target.len;
  url->query = hc_span_of(target.ptr + target.len, 0);
  if (url->has_query)
    url->query = hc_span_of(target.ptr + mark + 1, target.len - mark - 1);
}

int hc_url_parse(struct hc_span text, struct hc_url *url,
                 struct hc_fault *fault)
{
  struct authority authority;

  if (text.len > HC_URL_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG, "the URL is longer than %d bytes",
                        HC_URL_MAX);
  int rc = check_bytes(text, fault);
  if (rc == 0)
    rc = read_scheme(&text, url, fault);
  if (rc < 0)
    return rc;

  size_t slash = find(text, '/');
  size_t mark = find(text, '?');
  size_t end = slash < mark ? slash : mark;
  rc = read_authority(hc_span_of(text.ptr, end), &authority, fault);
  if (rc < 0)
    return rc;
  url->host = authority.host;
  url->host_is_ipv6 = authority.is_ipv6;
  url->has_port = authority.has_port;
  if (authority.has_port)
    url->port = authority.port;
  split_target(hc_span_of(text.ptr + end, text.len - end), url);
  return 0;
}

static int parse_bare_url(struct hc_span text, struct authority *out,
                          struct hc_fault *fault)
{
  struct hc_url url;
  int rc = hc_url_parse(text, &url, fault);

  if (rc < 0)
    return rc;
  if (url.target.len > 0 && !hc_span_is(url.target, "/"))
    return hc_fault_set(fault, HYCO_EBADURL,
                        "a path behind '%.*s', expected a host alone",
                        HC_QUOTE(url.host));
  *out =
      (struct authority){ url.host, url.host_is_ipv6, url.has_port, url.port };
  return 0;
}

int hc_url_parse_authority(struct hc_span text, struct hc_span *host,
                           uint16_t *port, struct hc_fault *fault)
{
  struct authority authority = { text, true, false, 0 };
  int rc = 0;

  if (text.len == 0 || text.len > HC_URL_MAX)
    return hc_fault_set(fault, HYCO_EBADURL,
                        "an address of %zu bytes, expected 1 to %d", text.len,
                        HC_URL_MAX);
  if (has_scheme(text, find(text, ':')))
    rc = parse_bare_url(text, &authority, fault);
  else if (!is_ipv6(text))
    rc = read_authority(text, &authority, fault);
  if (rc < 0)
    return rc;
  *host = authority.host;
  *port = authority.has_port ? authority.port : 0;
  return 0;
}

bool hc_url_host_is_loopback(struct hc_span host)
{
  static const char suffix[] = ".localhost";
  const size_t n = sizeof(suffix) - 1;
  struct in_addr v4;
  struct in6_addr v6;

  if (hc_span_is_nocase(host, "localhost"))
    return true;
  if (host.len > n &&
      hc_span_is_nocase(hc_span_of(host.ptr + host.len - n, n), suffix))
    return true;
  if (is_address(AF_INET, host, &v4))
    return ntohl(v4.s_addr) >> 24 == 127;
  return is_address(AF_INET6, host, &v6) &&
         memcmp(&v6, &in6addr_loopback, sizeof(v6)) == 0;
}
