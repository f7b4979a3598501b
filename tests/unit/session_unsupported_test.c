/* session/unsupported.h: what is not there says so, whatever is asked of it. */
#include "support/check.h"

#include "session/surface.h"

static int set_row(void *owner, int id, hyco_property p,
                   const struct hc_value *value, struct hc_fault *fault)
{
  (void)owner;
  (void)id;
  (void)p;
  (void)value;
  (void)fault;
  return HC_SURFACE_STORED;
}

static int get_row(void *owner, int id, hyco_property p, struct hc_value *value,
                   struct hc_fault *fault)
{
  (void)owner;
  (void)id;
  (void)p;
  (void)value;
  (void)fault;
  return HC_SURFACE_STORED;
}

static bool is_idle(const void *owner)
{
  (void)owner;
  return true;
}

static const struct hc_surface_ops ops = { set_row, get_row, is_idle };

static void check(const char *setting, int expected, const char *words)
{
  struct hc_surface s;

  hc_surface_init(&s, &ops, NULL, HYCO_SCOPE_RECEIVER);
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
  check("SSLProvider=Internal", HYCO_EUNSUPPORTED, "SSLProvider");
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
    cmocka_unit_test(what_only_windows_has_says_so),
    cmocka_unit_test(the_provider_is_openssl),
    cmocka_unit_test(what_was_negotiated_can_only_be_read),
  };
  return cmocka_run_group_tests_name("session_unsupported", tests, NULL, NULL);
}
