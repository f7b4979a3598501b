/* A surface's owner without a role. */
#include "support/stored_rows.h"

static int set_row(void *owner, int id, hyco_property p,
                   const struct hc_value *value, struct hc_fault *fault)
{
  (void)owner;
  (void)id;
  (void)p;
  (void)value;
  (void)fault;
  return HC_SURFACE_STORED;
}

static int get_row(void *owner, int id, hyco_property p, struct hc_value *value,
                   struct hc_fault *fault)
{
  (void)owner;
  (void)id;
  (void)p;
  (void)value;
  (void)fault;
  return HC_SURFACE_STORED;
}

static bool is_idle(const void *owner)
{
  (void)owner;
  return true;
}

const struct hc_surface_ops stored_rows = { set_row, get_row, is_idle };
