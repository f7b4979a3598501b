/* The loop: struct hc_net on libuv. One turn is uv_run once, then the ready
 * list (receive, decrypt, call on_data), due timers, posted calls, the flush of
 * dirty streams, and the freeing of what was closed. No handler ever runs
 * inside uv_run (DESIGN section 4). */
#ifndef HC_IO_LOOP_H
#define HC_IO_LOOP_H

#include "net/net.h"

struct hc_loop;

/* 0, HYCO_ENOMEM or HYCO_ETOOMANYFILES. */
int hc_loop_new(struct hc_loop **out);

/* Drops what was posted, aborts what is still open, and runs a last turn, in
 * which objects that were freed give their memory back. No timer may be
 * set whose owner is gone. Outside a turn only. NULL is fine. */
void hc_loop_free(struct hc_loop *loop);

struct hc_net *hc_loop_net(struct hc_loop *loop);

/* One turn; waits at most timeout_ms (-1: until something happens) for the
 * first event, not at all while anything is ready. With narrow: only writes,
 * timers that call no handlers, and reads of streams with
 * reads_in_narrow_turns. Returns true if anything was done. */
bool hc_loop_turn(struct hc_loop *loop, int timeout_ms, bool narrow);

/* True while a turn runs handlers: a blocking call must then be narrow. */
bool hc_loop_is_in_turn(const struct hc_loop *loop);

/* Becomes readable when a turn is due; -1 where the system has no such thing.
 */
int hc_loop_fd(const struct hc_loop *loop);

/* Milliseconds until the next timer, 0 while anything is ready, -1: none. */
int hc_loop_timeout(const struct hc_loop *loop);

/* From any thread: fn runs in the next wide turn. 0 or HYCO_ENOMEM. Calls that
 * never ran are dropped by hc_loop_free. */
int hc_loop_post(struct hc_loop *loop, void (*fn)(void *user_data),
                 void *user_data);

/* From any thread: makes a waiting turn return. */
void hc_loop_wake(struct hc_loop *loop);

#endif
