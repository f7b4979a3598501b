/* The values behind the property table (hyco/property.h) of one object. */
#ifndef HC_SESSION_PROPERTY_H
#define HC_SESSION_PROPERTY_H

#include "base/fault.h"
#include "base/span.h"
#include <hyco/property.h>

struct hc_properties {
  char *texts[HYCO_PROPERTY_COUNT];     /* STRING rows; NULL: the default */
  int64_t numbers[HYCO_PROPERTY_COUNT]; /* the others */
};

/* All rows at their defaults. */
void hc_properties_init(struct hc_properties *props);

/* Wipes and frees. */
void hc_properties_deinit(struct hc_properties *props);

/* Checks type and range against the row, then stores. HYCO_EBADVALUE (fault
 * names row, value and range; the value of a secret is not shown), HYCO_ENOMEM.
 * The old value stays on failure. */
int hc_properties_set_text(struct hc_properties *props, hyco_property p,
                           struct hc_span value, struct hc_fault *fault);
int hc_properties_set_number(struct hc_properties *props, hyco_property p,
                             int64_t value, struct hc_fault *fault);

/* True for BOOL, INT and ENUM rows. */
bool hc_property_is_number(hyco_property p);

/* Only the checks. */
int hc_property_check_text(hyco_property p, struct hc_span value,
                           struct hc_fault *fault);
int hc_property_check_number(hyco_property p, int64_t value,
                             struct hc_fault *fault);

/* Never NULL. Borrowed until the row changes. */
const char *hc_properties_text(const struct hc_properties *props,
                               hyco_property p);
int64_t hc_properties_number(const struct hc_properties *props,
                             hyco_property p);
static inline bool hc_properties_flag(const struct hc_properties *props,
                                      hyco_property p)
{
  return hc_properties_number(props, p) != 0;
}

/* Reads "true", "No", "17", "-3", "0x10" as the row's type wants it. 0 or
 * HYCO_EBADVALUE. */
int hc_property_read_number(hyco_property p, struct hc_span text,
                            int64_t *value, struct hc_fault *fault);

#endif
