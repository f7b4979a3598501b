/* Takes a proxy's URL apart. */
#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the rows take (hyco/property.h), and the NUL. */
enum { PART_MAX = 256, PORT_MAX = 65535 };

/* HTTP: proxy_*; the others: firewall_*, by the number of firewall_type. */
enum { HTTP = 1, SOCKS4 = 2, SOCKS5 = 3, SOCKS4A = 10 };

struct proxy {
  int type;
  char user[PART_MAX];
  char password[PART_MAX];
  char host[PART_MAX];
  int port; /* 0: the usual */
};

struct part {
  const char *at;
  size_t len;
};

static struct part part_of(const char *from, const char *to)
{
  return (struct part){ from, (size_t)(to - from) };
}

/* socks5 as socks5h: names are always resolved by the proxy. */
static int type_of(struct part scheme)
{
  static const struct {
    const char *name;
    int type;
  } rows[] = { { "http", HTTP },
               { "socks4", SOCKS4 },
               { "socks4a", SOCKS4A },
               { "socks5", SOCKS5 },
               { "socks5h", SOCKS5 } };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (strlen(rows[i].name) == scheme.len &&
        strncasecmp(rows[i].name, scheme.at, scheme.len) == 0)
      return rows[i].type;
  return 0;
}

static int digit(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is wrong with it; NULL: nothing. */
static const char *decode(struct part text, char out[PART_MAX])
{
  size_t n = 0;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.at[i];
    if (n == PART_MAX - 1)
      return "user and password have at most 255 bytes each";
    if (c == '%') {
      int high = text.len - i > 2 ? digit(text.at[i + 1]) : -1;
      int low = high >= 0 ? digit(text.at[i + 2]) : -1;
      if (low < 0 || high * 16 + low == 0)
        return "a % in user and password begins %XX: itself it is %25";
      c = (char)(high * 16 + low);
      i += 2;
    }
    out[n++] = c;
  }
  out[n] = '\0';
  return NULL;
}

static const char *read_user(struct part text, struct proxy *out)
{
  const char *colon = memchr(text.at, ':', text.len);
  const char *end = text.at + text.len;
  const char *user_end = colon != NULL ? colon : end;
  const char *why = decode(part_of(text.at, user_end), out->user);
  if (why == NULL && colon != NULL)
    why = decode(part_of(colon + 1, end), out->password);
  return why;
}

static const char *read_port(struct part text, struct proxy *out)
{
  long port = 0;
  for (size_t i = 0; i < text.len && port <= PORT_MAX; i++) {
    if (text.at[i] < '0' || text.at[i] > '9')
      return "the port is no number";
    port = port * 10 + (text.at[i] - '0');
  }
  if (port < 1 || port > PORT_MAX)
    return "the port is not from 1 to 65535";
  out->port = (int)port;
  return NULL;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT */
static const char *read_host(struct part text, struct proxy *out)
{
  const char *end = text.at + text.len;
  const char *bracket = memchr(text.at, ']', text.len);
  const char *colon = memchr(text.at, ':', text.len);
  struct part host = part_of(text.at, colon != NULL ? colon : end);
  if (text.len > 0 && text.at[0] == '[') {
    if (bracket == NULL)
      return "a [ wants a ]";
    host = part_of(text.at + 1, bracket);
    colon = bracket + 1 < end ? bracket + 1 : NULL;
  }
  if (host.len == 0 || host.len >= PART_MAX)
    return "a host is missing, or longer than 255 bytes";
  if (colon != NULL && *colon != ':')
    return "only :PORT may follow a ]";
  memcpy(out->host, host.at, host.len);
  out->host[host.len] = '\0';
  return colon != NULL ? read_port(part_of(colon + 1, end), out) : NULL;
}

static const char *parse(const char *url, struct proxy *out)
{
  static const char mark[] = "://";
  const char *rest = strstr(url, mark);
  out->type = HTTP;
  if (rest != NULL) {
    out->type = type_of(part_of(url, rest));
    url = rest + strlen(mark);
  }
  if (out->type == 0)
    return "the scheme is http, socks4, socks4a or socks5 (TLS to the proxy "
           "is not supported)";
  const char *end = url + strcspn(url, "/?#");
  if (*end != '\0' && strcmp(end, "/") != 0)
    return "nothing follows the host and its port";
  const char *at = memrchr(url, '@', (size_t)(end - url));
  const char *why = at != NULL ? read_user(part_of(url, at), out) : NULL;
  if (at != NULL)
    url = at + 1;
  return why == NULL ? read_host(part_of(url, end), out) : why;
}

static int set_text(const struct hc_cli_command *command,
                    const struct hc_cli_role *role, hyco_property p,
                    const char *value)
{
  int error = role->set_string(role->object, p, value);
  if (error == 0)
    return HC_CLI_GO_ON;
  return hc_cli_error(command, "--proxy", error,
                      role->error_text(role->object));
}

static int set_number(const struct hc_cli_command *command,
                      const struct hc_cli_role *role, const char *name,
                      int value)
{
  char text[40];
  snprintf(text, sizeof text, "%s=%d", name, value);
  return hc_cli_configure(command, role, text);
}

static int apply(const struct hc_cli_command *command,
                 const struct hc_cli_role *role, const struct proxy *proxy)
{
  bool is_http = proxy->type == HTTP;
  int rc = HC_CLI_GO_ON;
  if (!is_http)
    rc = set_number(command, role, "firewall_type", proxy->type);
  if (rc == HC_CLI_GO_ON)
    rc = set_number(command, role, is_http ? "proxy_port" : "firewall_port",
                    proxy->port);
  if (rc == HC_CLI_GO_ON)
    rc =
        set_text(command, role,
                 is_http ? HYCO_PROXY_SERVER : HYCO_FIREWALL_HOST, proxy->host);
  if (rc == HC_CLI_GO_ON)
    rc = set_text(command, role, is_http ? HYCO_PROXY_USER : HYCO_FIREWALL_USER,
                  proxy->user);
  if (rc == HC_CLI_GO_ON)
    rc = set_text(command, role,
                  is_http ? HYCO_PROXY_PASSWORD : HYCO_FIREWALL_PASSWORD,
                  proxy->password);
  return rc;
}

int hc_cli_proxy_set(const struct hc_cli_command *command,
                     const struct hc_cli_role *role, const char *url)
{
  struct proxy proxy = { 0 };
  if (*url == '\0')
    return HC_CLI_GO_ON;
  const char *why = parse(url, &proxy);
  int rc = why == NULL ? apply(command, role, &proxy)
                       : hc_cli_usage(command, "--proxy: %s", why);
  explicit_bzero(&proxy, sizeof proxy);
  return rc;
}
