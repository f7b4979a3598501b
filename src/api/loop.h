/* The loop behind hyco/loop.h, and how blocking calls run it. */
#ifndef HC_API_LOOP_H
#define HC_API_LOOP_H

#include "io/loop.h"
#include <hyco/loop.h>
#include <stdatomic.h>

struct hyco_loop {
  struct hc_loop *io;
  atomic_bool stop;
  bool blocking; /* a blocking call runs it */
  bool doomed;   /* its only object was freed inside a turn */
};

/* One turn, narrow inside a handler. False: the loop belonged to an object
 * that a handler freed, and is gone. */
bool hc_api_turn(hyco_loop *loop, int timeout_ms);

/* Frees an object's own loop: at once, or when the turn it is in is over. */
void hc_api_drop_loop(hyco_loop *loop);

/* May a blocking call that fires handlers run now? Not inside a handler, nor
 * inside another blocking call. */
bool hc_api_may_block(const hyco_loop *loop);

#endif
