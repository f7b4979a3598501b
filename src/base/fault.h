/* What went wrong, in a number for programs and in words for people. */
#ifndef HC_BASE_FAULT_H
#define HC_BASE_FAULT_H

#include <hyco/error.h>
#include <stddef.h>

enum { HC_FAULT_TEXT_MAX = 512 };

struct hc_fault {
  int code; /* 0 or a negative HYCO_E* */
  char text[HC_FAULT_TEXT_MAX];
};

/* Sets code and text (cut to fit, control characters replaced by '?') and
 * returns code, so that `return hc_fault_set(...)` reads well. fault may be
 * NULL: then only the code is returned. Never put a secret in the text. */
int hc_fault_set(struct hc_fault *fault, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Turns errno into the table's number. */
int hc_error_from_errno(int err);

#endif
