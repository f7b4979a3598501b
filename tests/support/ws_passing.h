/* Frames passed on as hc_ws_pass_frames does it, beside the same frames read
 * and written one by one. */
#ifndef HC_TESTS_WS_PASSING_H
#define HC_TESTS_WS_PASSING_H

#include "base/buffer.h"
#include "protocol/ws.h"

enum { WS_PASSING_MAX = 1 << 20 };

/* What a relay would send for what it got. */
struct ws_passing {
  struct hc_ws_reader reader;
  struct hc_buffer out; /* frames without masks, control frames too */
  size_t left;          /* bytes that were not taken */
  size_t n_read;        /* pieces that hc_ws_read gave */
  int rc;               /* what it gave last */
};

/* The input comes in pieces of this size (at least 1). With in_one_go
 * hc_ws_pass_frames comes first, again before each hc_ws_read. */
void ws_passing_run(struct ws_passing *p, enum hc_ws_peer peer,
                    struct hc_span input, size_t piece, bool in_one_go);
void ws_passing_deinit(struct ws_passing *p);

/* True if it makes no difference how they are passed on. */
bool ws_passing_is_same(enum hc_ws_peer peer, struct hc_span input,
                        size_t piece);

#endif
