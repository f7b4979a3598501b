/* What every cmocka program needs, in the order that cmocka wants it. */
#ifndef HC_TESTS_CHECK_H
#define HC_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/span.h"

/* A span with these bytes; says both when it is not. */
static inline void check_span(struct hc_span got, const char *expected)
{
  if (!hc_span_is(got, expected))
    print_error("got \"%.*s\", expected \"%s\"\n", (int)got.len,
                got.len > 0 ? (const char *)got.ptr : "", expected);
  assert_true(hc_span_is(got, expected));
}

#define CHECK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
