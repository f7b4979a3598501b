/* session/unsupported.h: what is not there says so, whatever is asked of it. */
#include "support/check.h"

#include "session/surface.h"
#include "support/stored_rows.h"

static void check(const char *setting, int expected, const char *words)
{
  struct hc_surface s;

  hc_surface_init(&s, &stored_rows, NULL, HYCO_SCOPE_RECEIVER);
  int rc = hc_surface_config(&s, setting, NULL);
  if (rc != expected || (rc < 0 && strstr(s.fault.text, words) == NULL))
    fail_msg("%s: %d %s", setting, rc, s.fault.text);
  hc_surface_deinit(&s);
}

static void check_refused(const char *setting, const char *words)
{
  char name[64];
  char text[128];

  check(setting, HYCO_EUNSUPPORTED, words);
  (void)snprintf(name, sizeof name, "%.*s",
                 (int)(strchr(setting, '=') - setting), setting);
  (void)snprintf(
      text, sizeof text, "%s=%s", name,
      hyco_property_get_row(hyco_property_find(name))->default_value);
  check(text, 0, "");
}

/* surface: firewall_auto_detect
 * surface: proxy_auth_scheme, proxy_ssl
 * surface: ssl_accept_server_cert_encoded, ssl_cert_encoded, ssl_cert_store
 * surface: ssl_cert_store_password, ssl_cert_store_type, ssl_cert_subject
 * surface: LogSSLPackets, OpenSSLPrngSeedData, ReuseSSLSession, SSLCACerts
 * surface: SSLCheckCRL, SSLCipherStrength, SSLEnabledCipherSuites
 * surface: SSLEnabledProtocols, SSLEnableRenegotiation, SSLIncludeCertChain
 * surface: SSLSecurityFlags, TLS12SignatureAlgorithms, TLS12SupportedGroups
 * surface: TLS13KeyShareGroups, TLS13SignatureAlgorithms
 * surface: TLS13SupportedGroups */
static void what_is_not_made_yet_takes_only_its_default(void **state)
{
  static const char *const settings[] = {
    "firewall_auto_detect=true",
    "proxy_auth_scheme=2",
    "proxy_ssl=1",
    "proxy_ssl=2",
    "ssl_accept_server_cert_encoded=c",
    "ssl_cert_encoded=c",
    "ssl_cert_store=MY",
    "ssl_cert_store_password=p",
    "ssl_cert_store_type=2",
    "ssl_cert_subject=*",
    "LogSSLPackets=true",
    "OpenSSLPrngSeedData=x",
    "ReuseSSLSession=false",
    "SSLCACerts=x",
    "SSLCheckCRL=1",
    "SSLCipherStrength=128",
    "SSLEnabledCipherSuites=x",
    "SSLEnabledProtocols=3072",
    "SSLEnableRenegotiation=true",
    "SSLIncludeCertChain=true",
    "SSLSecurityFlags=0x80000000",
    "TLS12SignatureAlgorithms=x",
    "TLS12SupportedGroups=x",
    "TLS13KeyShareGroups=x",
    "TLS13SignatureAlgorithms=x",
    "TLS13SupportedGroups=x",
  };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(settings); i++)
    check_refused(settings[i], "not yet");
}

/* DESIGN section 8, "what only Windows or the vendor's own stack has": the
 * whole list, value by value; what is not on it may come one day. */
static void what_will_never_be_there_is_the_list_and_no_more(void **state)
{
  static const char here[] = "this system and OpenSSL do not have this";
  static const int stores[] = { 1, 4, 5, 10, 13, 14, 15, 16, 17, 18, 19, 20 };
  char text[64];

  (void)state;
  for (int type = 1, at = 0; type <= 20; type++) {
    bool foreign = at < (int)CHECK_COUNT(stores) && stores[at] == type;
    (void)snprintf(text, sizeof text, "ssl_cert_store_type=%d", type);
    check(text, HYCO_EUNSUPPORTED, foreign ? here : "not yet");
    at += foreign;
  }
  check("ssl_cert_store_type=0", 0, "");
  check("ssl_cert_store_type=99", HYCO_EUNSUPPORTED, "not yet");
  for (unsigned bit = 0; bit < 32; bit++) {
    bool known = bit == 0 || bit == 4 || bit == 5 || (bit >= 8 && bit <= 11) ||
                 bit == 31;
    (void)snprintf(text, sizeof text, "SSLSecurityFlags=%llu", 1ULL << bit);
    check(text, HYCO_EUNSUPPORTED, known ? "not yet" : here);
  }
  for (unsigned bit = 0; bit < 14; bit++) { /* TLS 1.2: 0xc00, 1.3: 0x3000 */
    (void)snprintf(text, sizeof text, "SSLEnabledProtocols=%u", 1U << bit);
    check(text, HYCO_EUNSUPPORTED,
          bit >= 10 ? "not yet" : "TLS is 1.2 and 1.3 here, nothing older");
  }
}

/* surface: BindExclusively, UseIOCP, UseWindowsMessages */
static void what_only_windows_has_says_so(void **state)
{
  (void)state;
  check_refused("BindExclusively=false", "only Windows has this");
  check_refused("UseIOCP=true", "only Windows has this");
  check_refused("UseWindowsMessages=true", "only Windows has this");
}

/* surface: SSLProvider */
static void the_provider_is_openssl(void **state)
{
  (void)state;
  check("SSLProvider=*", 0, "");
  check("SSLProvider=OpenSSL", 0, "");
  check("SSLProvider=openssl", 0, "");
  check("SSLProvider=Internal", HYCO_EUNSUPPORTED,
        "SSLProvider: TLS is OpenSSL's here, there is no other");
}

static void what_was_negotiated_can_only_be_read(void **state)
{
  (void)state;
  check("SSLNegotiatedCipher=x", HYCO_EREADONLY, "read-only");
  check("SSLNegotiatedCipherStrength=1", HYCO_EREADONLY, "read-only");
  check("SSLNegotiatedCipherSuite=x", HYCO_EREADONLY, "read-only");
  check("SSLNegotiatedKeyExchange=x", HYCO_EREADONLY, "read-only");
  check("SSLNegotiatedKeyExchangeStrength=1", HYCO_EREADONLY, "read-only");
  check("SSLNegotiatedProtocol=x", HYCO_EREADONLY, "read-only");
  check("SSLNegotiatedProtocol", 0, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_not_made_yet_takes_only_its_default),
    cmocka_unit_test(what_will_never_be_there_is_the_list_and_no_more),
    cmocka_unit_test(what_only_windows_has_says_so),
    cmocka_unit_test(the_provider_is_openssl),
    cmocka_unit_test(what_was_negotiated_can_only_be_read),
  };
  return cmocka_run_group_tests_name("session_unsupported", tests, NULL, NULL);
}
