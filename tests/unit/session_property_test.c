/* session/property.h, hyco/property.h: the table and the values behind it. */
#include "support/check.h"

#include "session/property.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 63 /* what hc_surface_config reads */ };

/* The text names the row, and both ends of a range. */
static void check_fault(const struct hc_fault *fault,
                        const hyco_property_row *row)
{
  char max[32];
  (void)snprintf(max, sizeof max, "%lld", (long long)row->max);
  assert_int_equal(fault->code, row->type == HYCO_TYPE_ENUM ? HYCO_EBADENUM
                                                            : HYCO_EBADVALUE);
  assert_non_null(strstr(fault->text, row->name));
  assert_non_null(strstr(fault->text, max));
}

static void to_upper(char out[NAME_MAX_LEN + 1], const char *name)
{
  size_t len = strlen(name);
  assert_in_range(len, 1, NAME_MAX_LEN);
  for (size_t i = 0; i <= len; i++)
    out[i] = (char)toupper((unsigned char)name[i]);
}

static void every_name_is_there_once_in_any_case(void **state)
{
  (void)state;
  char upper[NAME_MAX_LEN + 1];

  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    to_upper(upper, row->name);
    assert_int_equal(hyco_property_find(row->name), p);
    assert_int_equal(hyco_property_find(upper), p);
  }
}

static void every_row_explains_itself_in_a_sentence(void **state)
{
  (void)state;
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    size_t len = strlen(row->help);
    assert_in_range(len, 10, 200);
    assert_int_equal(row->help[len - 1], '.');
  }
}

static void every_default_can_be_read_and_is_in_range(void **state)
{
  (void)state;
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    struct hc_span text = hc_span_str(row->default_value);
    int64_t number;
    if (row->type == HYCO_TYPE_STRING) {
      assert_int_equal(hc_property_check_text(p, text, NULL), 0);
      continue;
    }
    if (!hc_property_is_number(p))
      continue;
    assert_int_equal(hc_property_read_number(p, text, &number, NULL), 0);
    assert_int_equal(hc_property_check_number(p, number, NULL), 0);
  }
}

static void a_new_set_of_values_is_the_defaults(void **state)
{
  (void)state;
  struct hc_properties props;
  hc_properties_init(&props);
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    int64_t number = 0;
    if (row->type == HYCO_TYPE_STRING) {
      assert_string_equal(hc_properties_text(&props, p), row->default_value);
      continue;
    }
    if (!hc_property_is_number(p))
      continue;
    assert_int_equal(hc_property_read_number(p, hc_span_str(row->default_value),
                                             &number, NULL),
                     0);
    assert_true(hc_properties_number(&props, p) == number);
  }
  hc_properties_deinit(&props);
}

static void what_is_no_property_has_no_row_and_no_name(void **state)
{
  (void)state;
  assert_null(hyco_property_get_row(HYCO_PROPERTY_COUNT));
  assert_null(hyco_property_get_row((hyco_property)-1));
  assert_int_equal(hyco_property_find(NULL), HYCO_PROPERTY_COUNT);
  assert_int_equal(hyco_property_find(""), HYCO_PROPERTY_COUNT);
  assert_int_equal(hyco_property_find("access_ke"), HYCO_PROPERTY_COUNT);
  assert_int_equal(hyco_property_find("access_keys"), HYCO_PROPERTY_COUNT);
  assert_int_equal(hyco_property_find("access_key "), HYCO_PROPERTY_COUNT);
}

static void both_ends_of_a_range_are_taken_and_nothing_beyond(void **state)
{
  (void)state;
  struct hc_properties props;
  hc_properties_init(&props);
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    struct hc_fault fault = { 0 };
    int refused = row->type == HYCO_TYPE_ENUM ? HYCO_EBADENUM : HYCO_EBADVALUE;
    if (!hc_property_is_number(p))
      continue;
    assert_int_equal(hc_properties_set_number(&props, p, row->max, NULL), 0);
    assert_int_equal(hc_properties_set_number(&props, p, row->min, NULL), 0);
    assert_int_equal(hc_properties_set_number(&props, p, row->min - 1, &fault),
                     refused);
    check_fault(&fault, row);
    if (row->max < INT64_MAX) {
      assert_int_equal(
          hc_properties_set_number(&props, p, row->max + 1, &fault), refused);
      check_fault(&fault, row);
    }
    assert_true(hc_properties_number(&props, p) == row->min);
  }
  hc_properties_deinit(&props);
}

/* spec receiver.md 1: "Enumerations outside their set: reject the assignment,
 * keep the old value, raise an error", 610 there. */
static void numbers_between_the_values_of_an_enumeration_are_610(void **state)
{
  static const struct {
    hyco_property p;
    int gap[2];
    const char *words;
  } cases[] = {
    { HYCO_CONNECTION_DATA_FORMAT, { 3, 8 }, "8 is not in 0..2 or 9..10" },
    { HYCO_FIREWALL_TYPE, { 4, 9 }, "9 is not in 0..3 or 10..10" },
    { HYCO_SSL_CERT_STORE_TYPE, { 21, 98 }, "98 is not in 0..20 or 99..99" },
  };
  struct hc_fault fault = { 0 };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    for (int n = cases[i].gap[0]; n <= cases[i].gap[1]; n++)
      assert_int_equal(hc_property_check_number(cases[i].p, n, &fault),
                       HYCO_EBADENUM);
    assert_non_null(strstr(fault.text, cases[i].words));
    for (int at = 0; at < 2; at++)
      assert_int_equal(
          hc_property_check_number(cases[i].p,
                                   cases[i].gap[at] + (at == 0 ? -1 : 1), NULL),
          0);
  }
}

static void the_longest_text_is_taken_and_no_longer_one(void **state)
{
  (void)state;
  struct hc_properties props;
  hc_properties_init(&props);
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    struct hc_fault fault = { 0 };
    if (row->type != HYCO_TYPE_STRING)
      continue;
    size_t max = (size_t)row->max;
    char *text = malloc(max + 1);
    assert_non_null(text);
    memset(text, 'x', max + 1);
    assert_int_equal(
        hc_properties_set_text(&props, p, hc_span_of(text, max), NULL), 0);
    assert_int_equal(
        hc_properties_set_text(&props, p, hc_span_of(text, max + 1), &fault),
        HYCO_EBADVALUE);
    check_fault(&fault, row);
    assert_int_equal(strlen(hc_properties_text(&props, p)), max);
    free(text);
  }
  hc_properties_deinit(&props);
}

static void a_text_is_no_number_and_a_number_is_no_text(void **state)
{
  (void)state;
  struct hc_properties props;
  hc_properties_init(&props);
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    struct hc_fault fault = { 0 };
    int rc = row->type == HYCO_TYPE_STRING
                 ? hc_properties_set_number(&props, p, 1, &fault)
                 : hc_properties_set_text(&props, p, hc_span_str("1"), &fault);
    assert_int_equal(rc, HYCO_EBADVALUE);
    assert_int_equal(fault.code, HYCO_EBADVALUE);
    assert_non_null(strstr(fault.text, row->name));
    assert_non_null(strstr(fault.text, row->type == HYCO_TYPE_STRING
                                           ? "not a number"
                                           : "not a text"));
  }
  hc_properties_deinit(&props);
}

static void a_nul_byte_is_refused(void **state)
{
  (void)state;
  struct hc_properties props;
  struct hc_fault fault;
  hc_properties_init(&props);
  assert_int_equal(hc_properties_set_text(&props, HYCO_LOCAL_HOST,
                                          hc_span_of("a\0b", 3), &fault),
                   HYCO_EBADVALUE);
  assert_string_equal(fault.text, "local_host: a NUL byte is not allowed");
  hc_properties_deinit(&props);
}

static void the_old_value_stays_when_a_new_one_is_refused(void **state)
{
  (void)state;
  struct hc_properties props;
  hc_properties_init(&props);
  assert_int_equal(
      hc_properties_set_text(&props, HYCO_LOCAL_HOST, hc_span_str("::1"), NULL),
      0);
  assert_int_equal(hc_properties_set_text(&props, HYCO_LOCAL_HOST,
                                          hc_span_of("a\0b", 3), NULL),
                   HYCO_EBADVALUE);
  assert_string_equal(hc_properties_text(&props, HYCO_LOCAL_HOST), "::1");
  hc_properties_deinit(&props);
}

static void a_row_can_be_set_to_its_own_value(void **state)
{
  (void)state;
  struct hc_properties props;
  hc_properties_init(&props);
  assert_int_equal(
      hc_properties_set_text(&props, HYCO_LOCAL_HOST, hc_span_str("::1"), NULL),
      0);
  struct hc_span own = hc_span_str(hc_properties_text(&props, HYCO_LOCAL_HOST));
  assert_int_equal(hc_properties_set_text(&props, HYCO_LOCAL_HOST, own, NULL),
                   0);
  assert_string_equal(hc_properties_text(&props, HYCO_LOCAL_HOST), "::1");
  hc_properties_deinit(&props);
}

static void secrets_never_stand_in_a_fault(void **state)
{
  (void)state;
  static const hyco_property secrets[] = { HYCO_ACCESS_KEY,
                                           HYCO_SHARED_ACCESS_SIGNATURE };
  struct hc_properties props;
  char text[9000] = "s3cret";
  hc_properties_init(&props);
  memset(text + 6, 'x', sizeof text - 6);
  for (size_t i = 0; i < CHECK_COUNT(secrets); i++) {
    struct hc_fault fault;
    assert_int_equal(hc_properties_set_text(&props, secrets[i],
                                            hc_span_of(text, sizeof text),
                                            &fault),
                     HYCO_EBADVALUE);
    assert_null(strstr(fault.text, "s3cret"));
    assert_int_equal(hc_properties_set_text(&props, secrets[i],
                                            hc_span_of("s3cret\0", 7), &fault),
                     HYCO_EBADVALUE);
    assert_null(strstr(fault.text, "s3cret"));
  }
  hc_properties_deinit(&props);
}

static void rfc6455_7_4_close_codes_that_must_not_be_sent_are_refused(void **s)
{
  (void)s;
  static const int bad[] = { 1004, 1005, 1006, 1015, 1016, 2999 };
  struct hc_fault fault;
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    assert_int_equal(
        hc_property_check_number(HYCO_DISCONNECT_STATUS_CODE, bad[i], &fault),
        HYCO_EBADVALUE);
    assert_non_null(strstr(fault.text, "DisconnectStatusCode"));
    assert_non_null(strstr(fault.text, "RFC 6455 7.4"));
  }
  assert_int_equal(
      hc_property_check_number(HYCO_DISCONNECT_STATUS_CODE, 3000, NULL), 0);
}

static void texts_are_read_as_the_row_wants_them(void **state)
{
  (void)state;
  static const struct {
    hyco_property p;
    const char *text;
    int64_t value;
  } good[] = {
    { HYCO_TCP_NO_DELAY, "true", 1 },
    { HYCO_TCP_NO_DELAY, "YES", 1 },
    { HYCO_TCP_NO_DELAY, "1", 1 },
    { HYCO_TCP_NO_DELAY, "False", 0 },
    { HYCO_TCP_NO_DELAY, "no", 0 },
    { HYCO_TCP_NO_DELAY, "0", 0 },
    { HYCO_MAX_FRAME_SIZE, "17", 17 },
    { HYCO_MAX_FRAME_SIZE, "-3", -3 },
    { HYCO_MAX_FRAME_SIZE, "007", 7 },
    { HYCO_MAX_FRAME_SIZE, "0x10", 16 },
    { HYCO_MAX_FRAME_SIZE, "0XfF", 255 },
    { HYCO_CONNECTION_BYTES_SENT, "9223372036854775807", INT64_MAX },
    { HYCO_CONNECTION_BYTES_SENT, "-9223372036854775808", INT64_MIN },
  };
  for (size_t i = 0; i < CHECK_COUNT(good); i++) {
    int64_t value = 99;
    assert_int_equal(hc_property_read_number(
                         good[i].p, hc_span_str(good[i].text), &value, NULL),
                     0);
    assert_true(value == good[i].value);
  }
}

static void texts_that_are_no_value_are_refused_and_quoted(void **state)
{
  (void)state;
  static const struct {
    hyco_property p;
    const char *text;
    const char *fault;
  } bad[] = {
    { HYCO_TCP_NO_DELAY, "", "TcpNoDelay: \"\" is not true or false" },
    { HYCO_TCP_NO_DELAY, "on", "TcpNoDelay: \"on\" is not true or false" },
    { HYCO_TCP_NO_DELAY, "2", "TcpNoDelay: \"2\" is not true or false" },
    { HYCO_LOG_LEVEL, "", "LogLevel: \"\" is not a whole number" },
    { HYCO_LOG_LEVEL, "1 ", "LogLevel: \"1 \" is not a whole number" },
    { HYCO_LOG_LEVEL, " 1", "LogLevel: \" 1\" is not a whole number" },
    { HYCO_LOG_LEVEL, "+1", "LogLevel: \"+1\" is not a whole number" },
    { HYCO_LOG_LEVEL, "-", "LogLevel: \"-\" is not a whole number" },
    { HYCO_LOG_LEVEL, "--1", "LogLevel: \"--1\" is not a whole number" },
    { HYCO_LOG_LEVEL, "1.5", "LogLevel: \"1.5\" is not a whole number" },
    { HYCO_LOG_LEVEL, "0x", "LogLevel: \"0x\" is not a whole number" },
    { HYCO_LOG_LEVEL, "0xg", "LogLevel: \"0xg\" is not a whole number" },
    { HYCO_LOG_LEVEL, "true", "LogLevel: \"true\" is not a whole number" },
    { HYCO_LOG_LEVEL, "9223372036854775808",
      "LogLevel: \"9223372036854775808\" is not a whole number" },
    { HYCO_LOG_LEVEL, "00000000000000000000000000000001",
      "LogLevel: \"00000000000000000000000000000001\" is not a whole number" },
  };
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    struct hc_fault fault;
    int64_t value;
    assert_int_equal(hc_property_read_number(bad[i].p, hc_span_str(bad[i].text),
                                             &value, &fault),
                     HYCO_EBADVALUE);
    assert_string_equal(fault.text, bad[i].fault);
  }
}

static void a_number_with_a_nul_byte_in_it_is_refused(void **state)
{
  (void)state;
  int64_t value;
  assert_int_equal(hc_property_read_number(
                       HYCO_LOG_LEVEL, hc_span_of("1\0002", 3), &value, NULL),
                   HYCO_EBADVALUE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_name_is_there_once_in_any_case),
    cmocka_unit_test(every_row_explains_itself_in_a_sentence),
    cmocka_unit_test(every_default_can_be_read_and_is_in_range),
    cmocka_unit_test(a_new_set_of_values_is_the_defaults),
    cmocka_unit_test(what_is_no_property_has_no_row_and_no_name),
    cmocka_unit_test(both_ends_of_a_range_are_taken_and_nothing_beyond),
    cmocka_unit_test(numbers_between_the_values_of_an_enumeration_are_610),
    cmocka_unit_test(the_longest_text_is_taken_and_no_longer_one),
    cmocka_unit_test(a_text_is_no_number_and_a_number_is_no_text),
    cmocka_unit_test(a_nul_byte_is_refused),
    cmocka_unit_test(the_old_value_stays_when_a_new_one_is_refused),
    cmocka_unit_test(a_row_can_be_set_to_its_own_value),
    cmocka_unit_test(secrets_never_stand_in_a_fault),
    cmocka_unit_test(rfc6455_7_4_close_codes_that_must_not_be_sent_are_refused),
    cmocka_unit_test(texts_are_read_as_the_row_wants_them),
    cmocka_unit_test(texts_that_are_no_value_are_refused_and_quoted),
    cmocka_unit_test(a_number_with_a_nul_byte_in_it_is_refused),
  };
  return cmocka_run_group_tests_name("session_property", tests, NULL, NULL);
}
