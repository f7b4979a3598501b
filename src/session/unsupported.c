/* Rows that take only their default (DESIGN section 8). */
#include "session/unsupported.h"

enum reason { TAKEN, NOT_YET, ONLY_WINDOWS };

static enum reason reason_of(hyco_property p)
{
  switch (p) {
  case HYCO_BIND_EXCLUSIVELY:
  case HYCO_USE_IOCP:
  case HYCO_USE_WINDOWS_MESSAGES:
    return ONLY_WINDOWS;
  case HYCO_FIREWALL_AUTO_DETECT:
  case HYCO_FIREWALL_TYPE:
  case HYCO_FIREWALL_HOST:
  case HYCO_FIREWALL_PASSWORD:
  case HYCO_FIREWALL_PORT:
  case HYCO_FIREWALL_USER:
  case HYCO_PROXY_AUTH_SCHEME:
  case HYCO_PROXY_AUTO_DETECT:
  case HYCO_PROXY_PASSWORD:
  case HYCO_PROXY_PORT:
  case HYCO_PROXY_SERVER:
  case HYCO_PROXY_SSL:
  case HYCO_PROXY_USER:
  case HYCO_SSL_ACCEPT_SERVER_CERT_ENCODED:
  case HYCO_SSL_CERT_ENCODED:
  case HYCO_SSL_CERT_STORE:
  case HYCO_SSL_CERT_STORE_PASSWORD:
  case HYCO_SSL_CERT_STORE_TYPE:
  case HYCO_SSL_CERT_SUBJECT:
  case HYCO_LOG_SSL_PACKETS:
  case HYCO_OPENSSL_PRNG_SEED_DATA:
  case HYCO_REUSE_SSL_SESSION:
  case HYCO_SSL_CA_CERTS:
  case HYCO_SSL_CHECK_CRL:
  case HYCO_SSL_CIPHER_STRENGTH:
  case HYCO_SSL_ENABLED_CIPHER_SUITES:
  case HYCO_SSL_ENABLED_PROTOCOLS:
  case HYCO_SSL_ENABLE_RENEGOTIATION:
  case HYCO_SSL_INCLUDE_CERT_CHAIN:
  case HYCO_SSL_PROVIDER:
  case HYCO_SSL_SECURITY_FLAGS:
  case HYCO_TLS12_SIGNATURE_ALGORITHMS:
  case HYCO_TLS12_SUPPORTED_GROUPS:
  case HYCO_TLS13_KEY_SHARE_GROUPS:
  case HYCO_TLS13_SIGNATURE_ALGORITHMS:
  case HYCO_TLS13_SUPPORTED_GROUPS:
    return NOT_YET;
  default:
    return TAKEN;
  }
}

static bool is_default(hyco_property p, const struct hc_value *value)
{
  const hyco_property_row *row = hyco_property_get_row(p);
  int64_t number = 0;

  if (row->type == HYCO_TYPE_BYTES)
    return value->bytes.len == 0;
  if (row->type == HYCO_TYPE_STRING)
    return strcmp(value->text, row->default_value) == 0 ||
           (p == HYCO_SSL_PROVIDER &&
            hc_span_is_nocase(hc_span_str(value->text), "OpenSSL"));
  (void)hc_property_read_number(p, hc_span_str(row->default_value), &number,
                                NULL);
  return value->number == number;
}

int hc_unsupported_check(hyco_property p, const struct hc_value *value,
                         struct hc_fault *fault)
{
  const hyco_property_row *row = hyco_property_get_row(p);
  enum reason why = reason_of(p);

  if (why == TAKEN || is_default(p, value))
    return 0;
  return hc_fault_set(fault, HYCO_EUNSUPPORTED,
                      "%s: %s; only its default \"%s\" is accepted", row->name,
                      why == NOT_YET ? "not yet in this version"
                                     : "only Windows has this",
                      row->default_value);
}
