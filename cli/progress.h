/* A line on a terminal that tells how far something has come. */
#ifndef HC_CLI_PROGRESS_H
#define HC_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialised: nothing is shown. */
struct hc_cli_progress {
  bool shows;
  bool shown;    /* a line stands there */
  int64_t total; /* bytes; below 0: not known */
  int64_t done;
  int64_t last_ms;
};

/* To be shown on standard error if that is a terminal and output_fd is none. */
void hc_cli_progress_begin(struct hc_cli_progress *p, int output_fd);

/* n bytes more; the line changes at most ten times a second. */
void hc_cli_progress_add(struct hc_cli_progress *p, int64_t n);

/* Takes the line away. */
void hc_cli_progress_end(struct hc_cli_progress *p);

#endif
