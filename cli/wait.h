/* Waiting for the loop, for descriptors and for signals at once. */
#ifndef HC_CLI_WAIT_H
#define HC_CLI_WAIT_H

#include <hyco/loop.h>
#include <poll.h>
#include <stdint.h>

/* Waits until the loop has work, a descriptor is ready or timeout_ms have
 * passed (-1: no limit), then lets the loop work. fds[0] is the loop's and is
 * filled in here; the others are the caller's. 0, or -1 with errno. */
int hc_cli_wait(hyco_loop *loop, struct pollfd *fds, nfds_t n, int timeout_ms);

/* A descriptor that becomes readable when SIGINT or SIGTERM comes, or -1 with
 * errno. The second such signal kills, as if nothing had been asked. */
int hc_cli_signal_fd(void);

/* Milliseconds of a clock that only goes forward. */
int64_t hc_cli_now_ms(void);

#endif
