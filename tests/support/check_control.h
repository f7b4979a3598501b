/* What the tests of control messages check again and again. */
#ifndef HC_TESTS_CHECK_CONTROL_H
#define HC_TESTS_CHECK_CONTROL_H

#include "protocol/control.h"
#include "support/check.h"

/* A text that is read; out needs hc_control_deinit. */
static inline void check_read(struct hc_control *out, const char *text)
{
  struct hc_fault fault = { 0 };
  int rc = hc_control_read(hc_span_str(text), out, &fault);

  if (rc != 0)
    print_error("%s: %s\n", text, fault.text);
  assert_int_equal(rc, 0);
}

static inline void check_field(const struct hc_control_fields *fields, size_t i,
                               const char *name, const char *value)
{
  assert_in_range(i + 1, 1, fields->n);
  assert_string_equal(fields->list[i].name, name);
  assert_string_equal(fields->list[i].value, value);
}

static inline struct hc_control_header header(const char *name,
                                              const char *value)
{
  return (struct hc_control_header){ hc_span_str(name), hc_span_str(value) };
}

#endif
