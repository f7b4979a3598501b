/* Rows that take only their default (DESIGN section 8). */
#include "session/unsupported.h"

enum reason {
  TAKEN,
  NOT_YET,
  ONLY_WINDOWS,
  ONLY_OPENSSL,
  NOT_HERE,
  NO_OLD_TLS
};

static const char *const words[] = {
  [NOT_YET] = "not yet in this version",
  [ONLY_WINDOWS] = "only Windows has this",
  [ONLY_OPENSSL] = "TLS is OpenSSL's here, there is no other",
  [NOT_HERE] = "this system and OpenSSL do not have this",
  [NO_OLD_TLS] = "TLS is 1.2 and 1.3 here, nothing older",
};

enum {
  TLS_1_2_AND_1_3 = 0x3c00,
  /* Checks that OpenSSL can leave out: time, unknown CA, usage, revocation;
   * above them the name's, 0x80000000. */
  FLAGS_OF_OPENSSL = 0x1 | 0x10 | 0x20 | 0xf00
};
#define FLAG_IGNORE_NAME INT64_C(0x80000000)

/* Stores that are Windows', Java's, or hold no certificate that TLS can use. */
static bool is_foreign_store(int64_t type)
{
  return type == 1 || type == 4 || type == 5 || type == 10 ||
         (type >= 13 && type <= 20);
}

static enum reason reason_of_row(hyco_property p)
{
  switch (p) {
  case HYCO_BIND_EXCLUSIVELY:
  case HYCO_USE_IOCP:
  case HYCO_USE_WINDOWS_MESSAGES:
    return ONLY_WINDOWS;
  case HYCO_SSL_PROVIDER:
    return ONLY_OPENSSL;
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

/* Some values will never be taken, whatever is made yet. */
static enum reason reason_of(hyco_property p, const struct hc_value *value)
{
  int64_t known = FLAGS_OF_OPENSSL | FLAG_IGNORE_NAME;

  if (p == HYCO_SSL_CERT_STORE_TYPE && is_foreign_store(value->number))
    return NOT_HERE;
  if (p == HYCO_SSL_SECURITY_FLAGS && (value->number & ~known) != 0)
    return NOT_HERE;
  if (p == HYCO_SSL_ENABLED_PROTOCOLS &&
      (value->number & ~(int64_t)TLS_1_2_AND_1_3) != 0)
    return NO_OLD_TLS;
  return reason_of_row(p);
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
  enum reason why = reason_of(p, value);

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
                      words[why], row->default_value);
}
