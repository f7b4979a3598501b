/* Rows of the property table that take only their default: what has no meaning
 * here, and what is not made yet. */
#ifndef HC_SESSION_UNSUPPORTED_H
#define HC_SESSION_UNSUPPORTED_H

#include "session/surface.h"

/* 0, or HYCO_EUNSUPPORTED with a text that says what is allowed. The value has
 * passed the checks of type and range. */
int hc_unsupported_check(hyco_property p, const struct hc_value *value,
                         struct hc_fault *fault);

#endif
