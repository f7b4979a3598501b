/* Standard output that never blocks the loop: what it cannot take now waits. */
#ifndef HC_CLI_OUTPUT_H
#define HC_CLI_OUTPUT_H

#include "bytes.h"

/* The most that waits. Who reads the connection pauses it as soon as anything
 * does: one piece is all that still comes. */
enum { HC_CLI_OUTPUT_MAX = 4 * 1024 * 1024 };

struct hc_cli_output {
  int fd;
  bool never_blocks; /* a file, or in non-blocking mode */
  struct hc_cli_bytes waiting;
};

void hc_cli_output_init(struct hc_cli_output *out, int fd);
void hc_cli_output_deinit(struct hc_cli_output *out);

/* Writes what can be written without waiting and keeps the rest. 0, or the
 * positive errno: EPIPE if nobody reads any more, ENOBUFS if too much waits. */
int hc_cli_output_write(struct hc_cli_output *out, const void *data,
                        size_t len);

/* Writes what waits, as far as it goes. 0 or the positive errno. */
int hc_cli_output_flush(struct hc_cli_output *out);

#endif
