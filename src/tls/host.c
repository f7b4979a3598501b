/* What of a TLS client depends on the server's host. */
#include "tls/host.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

bool hc_tls_host_name(const char *host, char out[static HC_TLS_HOST_MAX + 1])
{
  size_t len = strlen(host);

  if (len > 0 && host[len - 1] == '.') /* the root's dot is not in names */
    len--;
  if (len > HC_TLS_HOST_MAX)
    return false;
  memcpy(out, host, len);
  out[len] = '\0';
  return true;
}

bool hc_tls_host_is_address(const char *host)
{
  unsigned char address[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, host, address) == 1 ||
         inet_pton(AF_INET6, host, address) == 1;
}

bool hc_tls_host_expect(X509_VERIFY_PARAM *param, const char *host)
{
  if (hc_tls_host_is_address(host))
    return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

static bool ends_with(const char *host, const char *suffix)
{
  size_t host_len = strlen(host);
  size_t len = strlen(suffix);
  return host_len >= len && strcasecmp(host + host_len - len, suffix) == 0;
}

/* The service prefers P-384 and asks for it with a second round trip
 * (spec hybrid-connections.md 1.15). */
const char *hc_tls_host_groups(const char *host)
{
  bool is_service = ends_with(host, ".servicebus.windows.net") ||
                    ends_with(host, ".servicebus.chinacloudapi.cn") ||
                    ends_with(host, ".servicebus.usgovcloudapi.net");
  return is_service ? "P-384:X25519:P-256" : NULL;
}
