/* cli/proxy.h: what a proxy's URL sets, and which ones are refused. The role is
 * played here. */
#include "support/check.h"

#include "proxy.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char told[2048];

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
  size_t n = strlen(told);
  va_list args;

  va_start(args, format);
  (void)vsnprintf(told + n, sizeof told - n, format, args);
  va_end(args);
}

int hc_cli_configure(const struct hc_cli_command *command,
                     const struct hc_cli_role *role, const char *text)
{
  (void)command;
  (void)role;
  note("%s ", text);
  return HC_CLI_GO_ON;
}

int hc_cli_usage(const struct hc_cli_command *command, const char *format, ...)
{
  va_list args;

  (void)command;
  va_start(args, format);
  (void)vsnprintf(told, sizeof told, format, args);
  va_end(args);
  return HC_CLI_USAGE;
}

int hc_cli_error(const struct hc_cli_command *command, const char *what,
                 int error, const char *detail)
{
  (void)command;
  note("%s: %d %s", what, error, detail);
  return HC_CLI_FAILED;
}

static int set_string(void *object, hyco_property p, const char *value)
{
  (void)object;
  switch (p) {
  case HYCO_PROXY_SERVER:
  case HYCO_FIREWALL_HOST:
    note("host=%s ", value);
    return 0;
  case HYCO_PROXY_USER:
  case HYCO_FIREWALL_USER:
    note("user=%s ", value);
    return 0;
  default:
    note("password=%s", value);
    return strcmp(value, "refused") == 0 ? HYCO_EBADVALUE : 0;
  }
}

static const char *error_text(void *object)
{
  (void)object;
  return "words";
}

static const struct hc_cli_role role = { .set_string = set_string,
                                         .error_text = error_text };

static void expect(const char *url, int rc, const char *text)
{
  told[0] = '\0';
  assert_int_equal(hc_cli_proxy_set(NULL, &role, url), rc);
  assert_string_equal(told, text);
}

static void sets(const char *url, const char *text)
{
  expect(url, HC_CLI_GO_ON, text);
}

static void a_url_becomes_rows(void **state)
{
  (void)state;
  sets("", "");
  sets("h", "proxy_port=0 host=h user= password=");
  sets("h:3128", "proxy_port=3128 host=h user= password=");
  sets("http://h:1/", "proxy_port=1 host=h user= password=");
  sets("HTTP://u@h", "proxy_port=0 host=h user=u password=");
  sets("http://u:p:q@h:65535", "proxy_port=65535 host=h user=u password=p:q");
  sets("[::1]:8080", "proxy_port=8080 host=::1 user= password=");
  sets("http://u:@[fe80::1]", "proxy_port=0 host=fe80::1 user=u password=");
}

static void socks_is_a_firewall(void **state)
{
  (void)state;
  sets("socks5://h", "firewall_type=3 firewall_port=0 host=h user= password=");
  sets("socks5h://u:p@h:1",
       "firewall_type=3 firewall_port=1 host=h user=u password=p");
  sets("socks4://u@h", "firewall_type=2 firewall_port=0 host=h user=u "
                       "password=");
  sets("socks4a://h", "firewall_type=10 firewall_port=0 host=h user= "
                      "password=");
}

static void user_and_password_are_decoded(void **state)
{
  char url[300];
  char expected[400];

  (void)state;
  sets("http://a%40b:p%3a%2F%25@h",
       "proxy_port=0 host=h user=a@b password=p:/%");
  sets("http://u:p@ss@h", "proxy_port=0 host=h user=u password=p@ss");
  (void)snprintf(url, sizeof url, "u:%0255d@h", 7);
  (void)snprintf(expected, sizeof expected,
                 "proxy_port=0 host=h user=u password=%0255d", 7);
  sets(url, expected);
  (void)snprintf(url, sizeof url, "u:%0256d@h", 7);
  expect(url, HC_CLI_USAGE,
         "--proxy: user and password have at most 255 bytes each");
}

static void others_are_refused_without_being_said(void **state)
{
  static const char scheme[] =
      "--proxy: the scheme is http, socks4, socks4a or socks5 (TLS to the "
      "proxy is not supported)";
  static const char escape[] =
      "--proxy: a % in user and password begins %XX: itself it is %25";
  static const char host[] =
      "--proxy: a host is missing, or longer than 255 bytes";
  static const char port[] = "--proxy: the port is not from 1 to 65535";
  static const char more[] = "--proxy: nothing follows the host and its port";
  char url[300];

  (void)state;
  expect("https://u:s3cret@h", HC_CLI_USAGE, scheme);
  expect("://h", HC_CLI_USAGE, scheme);
  expect("ftp://h", HC_CLI_USAGE, scheme);
  expect("http://u:%@h", HC_CLI_USAGE, escape);
  expect("http://u:%4@h", HC_CLI_USAGE, escape);
  expect("http://u:%g0@h", HC_CLI_USAGE, escape);
  expect("http://u:%00@h", HC_CLI_USAGE, escape);
  expect("http://u%@h", HC_CLI_USAGE, escape);
  expect("http://", HC_CLI_USAGE, host);
  expect("http://u:p@", HC_CLI_USAGE, host);
  expect("http://:80", HC_CLI_USAGE, host);
  expect("[]:80", HC_CLI_USAGE, host);
  expect("[::1", HC_CLI_USAGE, "--proxy: a [ wants a ]");
  expect("[::1]8", HC_CLI_USAGE, "--proxy: only :PORT may follow a ]");
  expect("h:", HC_CLI_USAGE, port);
  expect("h:0", HC_CLI_USAGE, port);
  expect("h:65536", HC_CLI_USAGE, port);
  expect("h:99999999999999999999", HC_CLI_USAGE, port);
  expect("::1", HC_CLI_USAGE, host);
  expect("h:8x", HC_CLI_USAGE, "--proxy: the port is no number");
  expect("http://h/x", HC_CLI_USAGE, more);
  expect("http://h?x", HC_CLI_USAGE, more);
  expect("http://u:a/b@h", HC_CLI_USAGE, more);
  (void)snprintf(url, sizeof url, "%0256d", 7);
  expect(url, HC_CLI_USAGE, host);
}

static void a_row_that_refuses_is_an_error(void **state)
{
  (void)state;
  expect("u:refused@h", HC_CLI_FAILED,
         "proxy_port=0 host=h user=u password=refused--proxy: -613 words");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_becomes_rows),
    cmocka_unit_test(socks_is_a_firewall),
    cmocka_unit_test(user_and_password_are_decoded),
    cmocka_unit_test(others_are_refused_without_being_said),
    cmocka_unit_test(a_row_that_refuses_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
