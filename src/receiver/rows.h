/* The receiver's own rows of the property table: those that are computed, act
 * at once, or belong to a connection. */
#ifndef HC_RECEIVER_ROWS_H
#define HC_RECEIVER_ROWS_H

#include "session/surface.h"

/* owner: struct hc_receiver. */
extern const struct hc_surface_ops hc_receiver_rows;

#endif
