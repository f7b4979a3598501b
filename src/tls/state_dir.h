/* A directory of our own for keys: made with mode 0700, files replaced whole.
 */
#ifndef HC_TLS_STATE_DIR_H
#define HC_TLS_STATE_DIR_H

#include "base/fault.h"
#include "base/span.h"

#include <stdio.h>
#include <sys/types.h>

struct hc_state_dir {
  const char *path; /* borrowed */
};

/* Makes it, and its parents, if missing. 0, HYCO_EFILE, HYCO_ETOOLONG. */
int hc_state_dir_make(const struct hc_state_dir *dir, struct hc_fault *fault);

/* 0 with *out NULL if there is no such file. HYCO_EFILE: it cannot be opened.
 * The caller closes *out. */
int hc_state_dir_open(const struct hc_state_dir *dir, const char *name,
                      FILE **out, struct hc_fault *fault);

/* Writes under another name and renames. 0, HYCO_EFILE, HYCO_EFILEIO. */
int hc_state_dir_write(const struct hc_state_dir *dir, const char *name,
                       struct hc_span bytes, mode_t mode,
                       struct hc_fault *fault);

#endif
