/* Peers that are gone without a word while bytes wait for them. TCP's own
 * keep-alive (listen.c) sees those of quiet streams only, and it takes the
 * system a quarter of an hour to give the others up. TCP_USER_TIMEOUT would
 * hurry it, but it also ends a connection whose peer is there and only does not
 * read (tcp_probe_timer; seen): for a relay that is no fault. */
#ifndef HC_IO_VANISHED_H
#define HC_IO_VANISHED_H

#include "io/loop_internal.h"

struct hc_io_stream;

enum {
  /* Each accepted stream is looked at so often: its end comes so much later
   * than HC_ACCEPTED_SILENCE_MS at most. */
  HC_IO_VANISHED_ROUND_MS = HC_ACCEPTED_SILENCE_MS / 4,
  HC_IO_VANISHED_BATCH = 64 /* streams that one turn looks at */
};

void hc_io_vanished_init(struct hc_loop *loop);

/* A stream that was accepted is looked at from now on; until it is gone. */
void hc_io_vanished_watch(struct hc_io_stream *s);
void hc_io_vanished_forget(struct hc_io_stream *s);

#endif
