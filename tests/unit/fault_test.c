/* base/fault.h */
#include "support/check.h"

#include "base/fault.h"

#include <errno.h>
#include <string.h>

static void code_and_text_are_set_and_the_code_returned(void **state)
{
  (void)state;
  struct hc_fault fault = { 0 };
  assert_int_equal(hc_fault_set(&fault, HYCO_EHTTP, "%d %s", 404, "Not Found"),
                   HYCO_EHTTP);
  assert_int_equal(fault.code, HYCO_EHTTP);
  assert_string_equal(fault.text, "404 Not Found");
}

static void without_a_fault_only_the_code_is_returned(void **state)
{
  (void)state;
  assert_int_equal(hc_fault_set(NULL, HYCO_EHTTP, "text"), HYCO_EHTTP);
}

static void control_characters_do_not_reach_the_text(void **state)
{
  (void)state;
  struct hc_fault fault;
  hc_fault_set(&fault, HYCO_EHTTP, "%s", "a\r\nb\x1b[1m\x7f\t\xc3\xa9");
  assert_string_equal(fault.text, "a??b?[1m??\xc3\xa9");
}

/* C1 controls (9b is CSI) and bytes that are no UTF-8: a peer's reason phrase
 * must not steer a terminal. */
static void what_a_terminal_would_obey_does_not_reach_the_text(void **state)
{
  struct hc_fault fault;
  (void)state;
  hc_fault_set(&fault, HYCO_EHTTP, "%s",
               "a\xc2\x9b"
               "31m \x9b \xff\xc3z\xc2\xa0 gr\xc3\xbc\xc3\x9f \xc3");
  assert_string_equal(fault.text, "a??31m ? ??z\xc2\xa0 gr\xc3\xbc\xc3\x9f ?");
}

static void long_text_is_cut_to_fit(void **state)
{
  (void)state;
  char text[2 * HC_FAULT_TEXT_MAX];
  memset(text, 'x', sizeof(text) - 1);
  text[sizeof(text) - 1] = '\0';
  struct hc_fault fault;
  hc_fault_set(&fault, HYCO_EHTTP, "%s", text);
  assert_int_equal(strlen(fault.text), HC_FAULT_TEXT_MAX - 1);
  text[HC_FAULT_TEXT_MAX - 1] = '\0';
  hc_fault_set(&fault, HYCO_EHTTP, "%s", text);
  assert_string_equal(fault.text, text);
}

static void a_cut_leaves_no_half_character(void **state)
{
  (void)state;
  const char *const euro = "\xe2\x82\xac";
  for (size_t before = HC_FAULT_TEXT_MAX - 3; before < HC_FAULT_TEXT_MAX;
       before++) {
    char text[HC_FAULT_TEXT_MAX + 8];
    memset(text, 'x', before);
    memcpy(text + before, euro, 4);
    struct hc_fault fault;
    hc_fault_set(&fault, HYCO_EHTTP, "%s", text);
    assert_int_equal(strlen(fault.text), before);
  }
}

static void errno_becomes_a_number_of_the_table(void **state)
{
  (void)state;
  const struct {
    int err;
    int code;
  } cases[] = {
    { 0, 0 },
    { EACCES, HYCO_EACCESS },
    { EPERM, HYCO_EACCESS },
    { EAGAIN, HYCO_EWOULDBLOCK },
    { EWOULDBLOCK, HYCO_EWOULDBLOCK },
    { EINTR, HYCO_EINTERRUPTED },
    { ENOMEM, HYCO_ENOMEM },
    { EMFILE, HYCO_ETOOMANYFILES },
    { ENOENT, HYCO_EFILE },
    { ENOSPC, HYCO_EFILEIO },
    { EADDRINUSE, HYCO_EADDRINUSE },
    { EADDRNOTAVAIL, HYCO_EADDRNOTAVAIL },
    { ENETUNREACH, HYCO_ENETUNREACH },
    { ECONNRESET, HYCO_ECONNRESET },
    { EPIPE, HYCO_ECONNRESET },
    { ENOTCONN, HYCO_ENOTCONNECTED },
    { ETIMEDOUT, HYCO_ETIMEDOUT },
    { ECONNREFUSED, HYCO_ECONNREFUSED },
    { EHOSTUNREACH, HYCO_EHOSTUNREACH },
    { EMSGSIZE, HYCO_ETOOLONG },
    { EINVAL, HYCO_EINVALID },
    { 987654, HYCO_EINVALID },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++)
    assert_int_equal(hc_error_from_errno(cases[i].err), cases[i].code);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(code_and_text_are_set_and_the_code_returned),
    cmocka_unit_test(without_a_fault_only_the_code_is_returned),
    cmocka_unit_test(control_characters_do_not_reach_the_text),
    cmocka_unit_test(what_a_terminal_would_obey_does_not_reach_the_text),
    cmocka_unit_test(long_text_is_cut_to_fit),
    cmocka_unit_test(a_cut_leaves_no_half_character),
    cmocka_unit_test(errno_becomes_a_number_of_the_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
