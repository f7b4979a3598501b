/* What a job's easy handle is set to: where it goes, over which proxies, by
 * what kind of socket. */
#include "io/curl_route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* --- the socket --- */

static void set_number(int fd, int level, int option, uint32_t value)
{
  int number = value < INT_MAX ? (int)value : INT_MAX;

  /* what the system does not take it does its own way */
  if (number > 0)
    (void)setsockopt(fd, level, option, &number, sizeof(number));
}

/* Before it is connected: a window is agreed on then. */
static void set_socket(int fd, const struct hc_tcp *tcp)
{
  if (tcp->keep_alive_ms > 0 || tcp->keep_interval_ms > 0 ||
      tcp->keep_probes > 0)
    set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
  set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, (tcp->keep_alive_ms + 999) / 1000);
  set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL,
             (tcp->keep_interval_ms + 999) / 1000);
  set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, tcp->keep_probes);
#endif
  set_number(fd, SOL_SOCKET, SO_RCVBUF, tcp->in_buffer);
}

/* libcurl takes a socket that it does not get for a refused connection. A
 * family that the system does not have is no fault: the other one is tried. */
static curl_socket_t open_socket(void *user_data, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
  struct hc_curl_job *job = user_data;
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);

  (void)purpose;
  if (fd < 0 && errno != EAFNOSUPPORT)
    job->no_socket = errno;
  if (fd >= 0)
    set_socket(fd, &job->tcp);
  return fd;
}

/* --- where to --- */

static bool set_url(struct hc_curl_job *job, const struct hc_curl_route *route)
{
  char port[8];
  char host[300];
  bool brackets = strchr(route->host, ':') != NULL && route->host[0] != '[';

  snprintf(port, sizeof(port), "%u", route->port);
  snprintf(host, sizeof(host), brackets ? "[%s]" : "%s", route->host);
  return curl_url_set(job->url, CURLUPART_SCHEME, route->scheme, 0) ==
             CURLUE_OK &&
         curl_url_set(job->url, CURLUPART_HOST, host, 0) == CURLUE_OK &&
         curl_url_set(job->url, CURLUPART_PORT, port, 0) == CURLUE_OK &&
         curl_url_set(job->url, CURLUPART_PATH, "/", 0) == CURLUE_OK;
}

/* "host!" and "if!": libcurl must not guess which of the two it is. */
static bool set_local_host(CURL *easy, const char *local_host)
{
  unsigned char address[sizeof(struct in6_addr)];
  char text[300];
  bool numeric = inet_pton(AF_INET, local_host, address) == 1 ||
                 inet_pton(AF_INET6, local_host, address) == 1;

  int n = snprintf(text, sizeof(text), "%s!%s", numeric ? "host" : "if",
                   local_host);
  return n > 0 && (size_t)n < sizeof(text) &&
         curl_easy_setopt(easy, CURLOPT_INTERFACE, text) == CURLE_OK;
}

static long family_of(const struct hc_tcp *tcp)
{
  static const long families[] = { [HC_FAMILY_ANY] = CURL_IPRESOLVE_WHATEVER,
                                   [HC_FAMILY_IPV4] = CURL_IPRESOLVE_V4,
                                   [HC_FAMILY_IPV6] = CURL_IPRESOLVE_V6 };
  return families[tcp->family];
}

static void set_options(struct hc_curl_job *job,
                        const struct hc_curl_route *route)
{
  CURL *easy = job->easy;
  /* The owner's deadline comes first. */
  uint64_t timeout =
      route->timeout_ms < INT_MAX / 2 ? route->timeout_ms + 1000 : INT_MAX;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, job);
  curl_easy_setopt(easy, CURLOPT_CURLU, job->url);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->error);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* no wait for slow DNS */
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, route->tcp.no_delay ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_IPRESOLVE, family_of(&route->tcp));
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, job);
}

/* --- over what --- */

/* The first of them that is set. */
static const char *environment(const char *const *names)
{
  for (; *names != NULL; names++) {
    const char *value = getenv(*names);
    if (value != NULL && value[0] != '\0')
      return value;
  }
  return NULL;
}

/* HTTP_PROXY in capitals is a request's field to CGI: libcurl does not read it
 * either. */
static const char *proxy_of_environment(bool tls)
{
  static const char *const for_tls[] = { "https_proxy", "HTTPS_PROXY",
                                         "all_proxy", "ALL_PROXY", NULL };
  static const char *const for_plain[] = { "http_proxy", "all_proxy",
                                           "ALL_PROXY", NULL };
  return environment(tls ? for_tls : for_plain);
}

static const char *exceptions_of_environment(void)
{
  static const char *const names[] = { "no_proxy", "NO_PROXY", NULL };
  const char *value = environment(names);
  return value != NULL ? value : "";
}

static int set_proxy(struct hc_curl_job *job, const struct hc_route *route,
                     const char *proxy, struct hc_fault *fault)
{
  static const long schemes[] = { [HC_PROXY_BASIC] = (long)CURLAUTH_BASIC,
                                  [HC_PROXY_DIGEST] = (long)CURLAUTH_DIGEST,
                                  [HC_PROXY_NTLM] = (long)CURLAUTH_NTLM,
                                  [HC_PROXY_NEGOTIATE] =
                                      (long)CURLAUTH_NEGOTIATE };
  CURL *easy = job->easy;

  if (strncasecmp(proxy, "https:", 6) == 0)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "TLS to the proxy is not supported");
  if (curl_easy_setopt(easy, CURLOPT_PROXY, proxy) != CURLE_OK ||
      (route->firewall != NULL &&
       curl_easy_setopt(easy, CURLOPT_PRE_PROXY, route->firewall) != CURLE_OK))
    return hc_fault_set(fault, HYCO_EBADURL, "the proxy's URL cannot be used");
  if (curl_easy_setopt(easy, CURLOPT_PROXYAUTH, schemes[route->auth]) !=
      CURLE_OK)
    return hc_fault_set(fault, HYCO_EUNSUPPORTED,
                        "this libcurl does not know the proxy's scheme");
  curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  job->has_proxy = true;
  return 0;
}

/* "" is none; without it libcurl would obey http_proxy and no_proxy unasked. */
static int set_route(struct hc_curl_job *job, const struct hc_route *route,
                     bool tls, struct hc_fault *fault)
{
  const char *proxy = route->proxy;

  curl_easy_setopt(job->easy, CURLOPT_NOPROXY,
                   route->from_environment ? exceptions_of_environment() : "");
  if (route->from_environment)
    proxy = proxy_of_environment(tls);
  if (proxy != NULL)
    return set_proxy(job, route, proxy, fault);
  curl_easy_setopt(job->easy, CURLOPT_PROXY, "");
  return 0;
}

int hc_curl_route_set(struct hc_curl_job *job,
                      const struct hc_curl_route *route, struct hc_fault *fault)
{
  if (!set_url(job, route))
    return hc_fault_set(fault, HYCO_EBADURL, "%s: not a host name",
                        route->host);
  set_options(job, route);
  int rc = set_route(job, &route->route, route->tls, fault);
  if (rc != 0)
    return rc;
  if (route->local_host != NULL && *route->local_host != '\0' &&
      !set_local_host(job->easy, route->local_host))
    return hc_fault_set(fault, HYCO_EBADVALUE, "local host: not usable");
  return 0;
}
