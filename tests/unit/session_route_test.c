/* session/route.h: which way the rows of proxy and firewall make. */
#include "support/check.h"

#include "session/route.h"
#include "session/surface.h"
#include "support/alloc_trap.h"
#include "support/stored_rows.h"

/* Settings, one a line. */
static void surface_with(struct hc_surface *s, const char *settings)
{
  struct hc_span rest = hc_span_str(settings);
  struct hc_span line;

  hc_surface_init(s, &stored_rows, NULL, HYCO_SCOPE_SENDER);
  while (hc_span_split(&rest, '\n', &line)) {
    char text[300];
    (void)snprintf(text, sizeof text, "%.*s", (int)line.len,
                   (const char *)line.ptr);
    if (line.len > 0 && hc_surface_config(s, text, NULL) != 0)
      fail_msg("%s: %s", text, s->fault.text);
  }
}

static const char *or_none(const char *text)
{
  return text != NULL ? text : "none";
}

static void check_way(const char *settings, const char *proxy,
                      const char *firewall)
{
  struct hc_surface s;
  struct hc_way way;
  struct hc_fault fault;

  surface_with(&s, settings);
  assert_int_equal(hc_way_read(&s.props, &way, &fault), 0);
  assert_string_equal(or_none(way.route.proxy), proxy);
  assert_string_equal(or_none(way.route.firewall), firewall);
  assert_false(way.route.from_environment);
  hc_way_deinit(&way);
  hc_surface_deinit(&s);
}

static void check_no_way(const char *settings, int code, const char *words)
{
  struct hc_surface s;
  struct hc_way way;
  struct hc_fault fault;

  surface_with(&s, settings);
  assert_int_equal(hc_way_read(&s.props, &way, &fault), code);
  assert_non_null(strstr(fault.text, words));
  hc_way_deinit(&way);
  hc_surface_deinit(&s);
}

static void the_usual_way_is_direct(void **state)
{
  struct hc_way way;

  (void)state;
  check_way("", "none", "none");
  check_way("firewall_host=f\nfirewall_user=u\nproxy_user=u", "none", "none");
  assert_int_equal(hc_way_read(NULL, &way, NULL), 0);
  assert_null(way.route.proxy);
  hc_way_deinit(&way);
}

/* surface: proxy_server, proxy_port, proxy_user, proxy_password, proxy_ssl */
static void a_proxy(void **state)
{
  (void)state;
  check_way("proxy_server=p", "http://p:80", "none");
  check_way("proxy_server=::1\nproxy_port=3128\nproxy_ssl=3",
            "http://[::1]:3128", "none");
  check_way("proxy_server=p\nproxy_user=a:b@c\nproxy_password=d/e%f g",
            "http://a%3Ab%40c:d%2Fe%25f%20g@p:80", "none");
  check_way("proxy_server=p\nproxy_port=0", "http://p:80", "none");
  check_no_way("proxy_server=http://p:3128", HYCO_EBADURL,
               "proxy_server: a host name");
  check_no_way("proxy_server=u@p", HYCO_EBADURL, "without scheme, user");
  check_way("proxy_server=p\nproxy_password=only", "http://p:80", "none");
}

/* surface: proxy_auth_scheme */
static void the_scheme_of_a_proxy(void **state)
{
  static const struct {
    int number;
    enum hc_proxy_auth auth;
  } schemes[] = { { 1, HC_PROXY_DIGEST },
                  { 0, HC_PROXY_BASIC },
                  { 4, HC_PROXY_NTLM },
                  { 5, HC_PROXY_NEGOTIATE } };
  struct hc_surface s;
  struct hc_way way;
  struct hc_fault fault;

  (void)state;
  surface_with(&s, "proxy_server=p");
  for (size_t i = 0; i < CHECK_COUNT(schemes); i++) {
    assert_int_equal(
        hc_surface_set_number(&s, 0, HYCO_PROXY_AUTH_SCHEME, schemes[i].number),
        0);
    assert_int_equal(hc_way_read(&s.props, &way, &fault), 0);
    assert_int_equal(way.route.auth, schemes[i].auth);
    hc_way_deinit(&way);
  }
  hc_surface_deinit(&s);
  check_way("proxy_server=p\nproxy_auth_scheme=3\nproxy_user=u", "http://p:80",
            "none");
}

/* Spec receiver.md 1.4: "changing the scheme clears user and password". */
static void another_scheme_gets_no_password(void **state)
{
  (void)state;
  check_way("proxy_server=p\nproxy_user=u\nproxy_password=w\n"
            "proxy_auth_scheme=1",
            "http://p:80", "none");
  check_way("proxy_server=p\nproxy_user=u\nproxy_password=w\n"
            "proxy_auth_scheme=0",
            "http://u:w@p:80", "none");
}

/* surface: firewall_type, firewall_host, firewall_port
 * surface: firewall_user, firewall_password */
static void a_firewall(void **state)
{
  (void)state;
  check_way("firewall_type=1\nfirewall_host=f\nfirewall_user=u\n"
            "firewall_password=w",
            "http://u:w@f:80", "none");
  check_way("firewall_type=2\nfirewall_host=f\nfirewall_user=u\n"
            "firewall_password=w",
            "socks4://u@f:1080", "none");
  check_way("firewall_type=3\nfirewall_host=f\nfirewall_port=9\n"
            "firewall_user=u\nfirewall_password=w",
            "socks5h://u:w@f:9", "none");
  check_way("firewall_type=10\nfirewall_host=f", "socks4a://f:1080", "none");
}

static void a_proxy_behind_a_firewall(void **state)
{
  (void)state;
  check_way("firewall_type=3\nfirewall_host=f\nproxy_server=p", "http://p:80",
            "socks5h://f:1080");
  check_no_way("firewall_type=1\nfirewall_host=f\nproxy_server=p",
               HYCO_EBADVALUE, "one HTTP proxy");
  check_no_way("firewall_type=2", HYCO_EMISSING, "needs firewall_host");
}

/* surface: proxy_auto_detect */
static void the_environment_is_asked_for_nothing_else(void **state)
{
  struct hc_surface s;
  struct hc_way way;
  struct hc_fault fault;

  (void)state;
  surface_with(&s, "proxy_auto_detect=true");
  assert_int_equal(hc_way_read(&s.props, &way, &fault), 0);
  assert_true(way.route.from_environment);
  hc_way_deinit(&way);
  hc_surface_deinit(&s);
  check_way("proxy_auto_detect=true\nproxy_server=p", "http://p:80", "none");
  check_way("proxy_auto_detect=true\nfirewall_type=2\nfirewall_host=f",
            "socks4://f:1080", "none");
}

static void without_memory_there_is_no_way(void **state)
{
  struct hc_surface s;
  struct hc_way way;
  struct hc_fault fault;
  int rc = -1;

  (void)state;
  surface_with(&s, "proxy_server=p\nproxy_user=u\nproxy_password=w\n"
                   "firewall_type=3\nfirewall_host=f");
  for (size_t n = 0; rc != 0; n++) {
    assert_true(n < 20);
    alloc_trap_set(n);
    rc = hc_way_read(&s.props, &way, &fault);
    alloc_trap_clear();
    hc_way_deinit(&way);
    if (rc != 0)
      assert_int_equal(rc, HYCO_ENOMEM);
  }
  hc_surface_deinit(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_usual_way_is_direct),
    cmocka_unit_test(a_proxy),
    cmocka_unit_test(the_scheme_of_a_proxy),
    cmocka_unit_test(another_scheme_gets_no_password),
    cmocka_unit_test(a_firewall),
    cmocka_unit_test(a_proxy_behind_a_firewall),
    cmocka_unit_test(the_environment_is_asked_for_nothing_else),
    cmocka_unit_test(without_memory_there_is_no_way),
  };
  return cmocka_run_group_tests_name("session_route", tests, NULL, NULL);
}
