/* receiver/allowed_clients.h: which senders may in. */
#include "support/check.h"

#include "receiver/allowed_clients.h"

static void check_match(const char *list, const char *client, bool expected)
{
  if (hc_allowed_clients_match(hc_span_str(list), client) != expected)
    fail_msg("\"%s\" and \"%s\"", list, client);
}

/* surface: AllowedClients */
static void names_addresses_and_blocks_are_matched(void **state)
{
  (void)state;
  check_match("*", "10.1.2.3", true);
  check_match("*", "", true);
  check_match("", "10.1.2.3", false);
  check_match("10.1.2.3", "10.1.2.3", true);
  check_match("10.1.2.3", "10.1.2.30", false);
  check_match("10.1.2.3", "::ffff:10.1.2.3", true);
  check_match("10.0.0.0/8", "10.255.0.1", true);
  check_match("10.0.0.0/8", "11.0.0.1", false);
  check_match("10.1.2.128/25", "10.1.2.127", false);
  check_match("10.1.2.128/25", "10.1.2.129", true);
  check_match("0.0.0.0/0", "1.2.3.4", true);
  check_match("0.0.0.0/0", "fd00::1", false);
  check_match("fd00::/8", "fdff::1", true);
  check_match("fd00::/8", "fe00::1", false);
  check_match("::1", "0:0:0:0:0:0:0:1", true);
  check_match("192.168.0.1, Client.example.com", "client.EXAMPLE.com", true);
  check_match("10.0.0.0/8", "client.example.com", false);
}

static void a_star_stands_for_one_whole_label(void **state)
{
  (void)state;
  check_match("*.example.com", "a.example.com", true);
  check_match("*.example.com", "a.b.example.com", false);
  check_match("*.example.com", "example.com", false);
  check_match("10.1.*.*", "10.1.2.3", true);
  check_match("10.1.*.*", "10.2.2.3", false);
  check_match("10.1.*.*", "10.1.2", false);
}

static void what_is_none_of_these_is_refused_by_name(void **state)
{
  static const char *const bad[] = {
    ",",      "a,,b",       "10.0.0.0/33", "10.0.0.0/", "fd00::/129",
    "a*.com", "10.0.0.0/x", "a b",         "a..b",      "10.0.0.0/1234"
  };
  struct hc_fault fault;

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    if (hc_allowed_clients_check(hc_span_str(bad[i]), &fault) != HYCO_EBADVALUE)
      fail_msg("\"%s\" was taken", bad[i]);
  }
  assert_int_equal(hc_allowed_clients_check(hc_span_str("10.0.0.0/33"), &fault),
                   HYCO_EBADVALUE);
  assert_string_equal(fault.text,
                      "AllowedClients: \"10.0.0.0/33\" is no name, address or "
                      "CIDR block (* stands for a whole label)");
  assert_int_equal(
      hc_allowed_clients_check(
          hc_span_str("*, 10.0.0.0/8 ,fd00::/8,a-b.example.com,*.x"), NULL),
      0);
  assert_int_equal(hc_allowed_clients_check(hc_span_str(""), NULL), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_addresses_and_blocks_are_matched),
    cmocka_unit_test(a_star_stands_for_one_whole_label),
    cmocka_unit_test(what_is_none_of_these_is_refused_by_name),
  };
  return cmocka_run_group_tests_name("allowed_clients", tests, NULL, NULL);
}
