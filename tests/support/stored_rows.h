/* The owner of a surface that takes every value of every row: for tests of the
 * rows themselves, without a role behind them. */
#ifndef TESTS_SUPPORT_STORED_ROWS_H
#define TESTS_SUPPORT_STORED_ROWS_H

#include "session/surface.h"

extern const struct hc_surface_ops stored_rows;

#endif
