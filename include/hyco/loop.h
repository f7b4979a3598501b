/* The loop that receivers and senders live on.
 *
 * It can run in three ways: on its own (hyco_loop_run), a piece at a time
 * (hyco_loop_do_events), or inside another loop: wait until hyco_loop_fd is
 * readable or hyco_loop_timeout milliseconds have passed, then call
 * hyco_loop_do_events(loop, 0). */
#ifndef HYCO_LOOP_H
#define HYCO_LOOP_H

#include <hyco/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hyco_loop hyco_loop;

/* Makes a loop, on any thread; the one that runs it is its own from then on.
 * The caller frees it with hyco_loop_free.
 * HYCO_EINVALID (out is NULL), HYCO_ENOMEM, HYCO_ETOOMANYFILES. */
HYCO_API int hyco_loop_new(hyco_loop **out);

/* Frees the loop; every object on it must have been freed before. Not from a
 * handler. NULL is fine. */
HYCO_API void hyco_loop_free(hyco_loop *loop);

/* One turn: waits at most timeout_ms milliseconds (0: not at all, -1: as long
 * as it takes) for something to happen, then runs the handlers that are due.
 * Returns 1 if anything was done, 0 if not, HYCO_EBUSY inside a handler. */
HYCO_API int hyco_loop_do_events(hyco_loop *loop, int timeout_ms);

/* Turns until hyco_loop_stop, or until a handler freed the object whose own
 * loop it is. 0, or HYCO_EBUSY inside a handler. */
HYCO_API int hyco_loop_run(hyco_loop *loop);

/* Makes hyco_loop_run (or a role's own run) return after the turn it is in, or
 * the next call of it at once. Any thread, handlers, and signal handlers. */
HYCO_API void hyco_loop_stop(hyco_loop *loop);

/* A descriptor that is readable when hyco_loop_do_events has work (epoll,
 * kqueue); -1 where the system has no such thing. Borrowed: never read or
 * close it. */
HYCO_API int hyco_loop_fd(const hyco_loop *loop);

/* Milliseconds after which hyco_loop_do_events has work even if the descriptor
 * stays silent: 0 while anything is ready, -1: no limit. */
HYCO_API int hyco_loop_timeout(const hyco_loop *loop);

/* Runs fn(user_data) on the loop's thread, in its next turn, in the order of
 * the calls. Any thread. What was posted and never ran is dropped by
 * hyco_loop_free. HYCO_EINVALID (fn is NULL), HYCO_ENOMEM. */
HYCO_API int hyco_loop_post(hyco_loop *loop, void (*fn)(void *user_data),
                            void *user_data);

#ifdef __cplusplus
}
#endif

#endif
