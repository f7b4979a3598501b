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

/* Rows of which some values are taken. */
static bool is_partly(hyco_property p)
{
  return p == HYCO_PROXY_AUTH_SCHEME || p == HYCO_PROXY_SSL;
}

/* Proprietary tokens have no row; TLS ends at the service, not at the proxy. */
static bool is_taken(hyco_property p, int64_t number)
{
  enum { PROPRIETARY = 2, TUNNEL = 3 };
  return p == HYCO_PROXY_AUTH_SCHEME ? number != PROPRIETARY
                                     : number == 0 || number == TUNNEL;
}

int hc_unsupported_check(hyco_property p, const struct hc_value *value,
                         struct hc_fault *fault)
{
  const hyco_property_row *row = hyco_property_get_row(p);
  enum reason why = reason_of(p);

  if (is_partly(p))
    return is_taken(p, value->number)
               ? 0
               : hc_fault_set(fault, HYCO_EUNSUPPORTED,
                              "%s: %lld: not yet in this version", row->name,
                              (long long)value->number);
  if (why == TAKEN || is_default(p, value))
    return 0;
  return hc_fault_set(fault, HYCO_EUNSUPPORTED,
                      "%s: %s; only its default \"%s\" is accepted", row->name,
                      why == NOT_YET ? "not yet in this version"
                                     : "only Windows has this",
                      row->default_value);
}
