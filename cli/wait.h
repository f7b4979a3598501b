/* Waiting for the loop, for descriptors and for signals at once. */
#ifndef HC_CLI_WAIT_H
#define HC_CLI_WAIT_H

#include <hyco/loop.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* What is waited for in one turn. Zero-initialised; each turn collects it anew:
 * hc_cli_wait_begin, whoever is interested adds, then hc_cli_wait. */
struct hc_cli_wait_set {
  struct pollfd *fds; /* the first is the loop's */
  nfds_t n;
  nfds_t cap;
  int timeout_ms; /* -1: no limit */
  bool failed;    /* no memory for fds */
};

void hc_cli_wait_begin(struct hc_cli_wait_set *set, hyco_loop *loop);

/* Adds a descriptor; events as for poll. Returns its place for
 * hc_cli_wait_result; 0, which never has a result, if fd is below 0. */
nfds_t hc_cli_wait_for(struct hc_cli_wait_set *set, int fd, short events);

/* Waits no longer than until then (hc_cli_now_ms); 0: no limit. */
void hc_cli_wait_until(struct hc_cli_wait_set *set, int64_t when_ms);

/* Waits until the loop has work, a descriptor is ready or time is up, then lets
 * the loop work: handlers run. 0, or -1 with errno. */
int hc_cli_wait(struct hc_cli_wait_set *set, hyco_loop *loop);

/* What poll said about the descriptor at this place. */
short hc_cli_wait_result(const struct hc_cli_wait_set *set, nfds_t place);

void hc_cli_wait_free(struct hc_cli_wait_set *set);

/* Milliseconds of a clock that only goes forward. */
int64_t hc_cli_now_ms(void);

#endif
