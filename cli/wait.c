/* Waits for the loop, for descriptors and for signals at once. */
#include "wait.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

static int shorter(int a_ms, int b_ms)
{
  if (a_ms < 0)
    return b_ms;
  return b_ms < 0 || a_ms < b_ms ? a_ms : b_ms;
}

static bool make_room(struct hc_cli_wait_set *set)
{
  if (set->n < set->cap)
    return true;
  nfds_t cap = set->cap != 0 ? 2 * set->cap : 8;
  struct pollfd *fds = realloc(set->fds, cap * sizeof *fds);
  if (fds == NULL)
    return false;
  set->fds = fds;
  set->cap = cap;
  return true;
}

static nfds_t append(struct hc_cli_wait_set *set, int fd, short events)
{
  if (!make_room(set)) {
    set->failed = true;
    return 0;
  }
  set->fds[set->n] = (struct pollfd){ .fd = fd, .events = events };
  return set->n++;
}

void hc_cli_wait_begin(struct hc_cli_wait_set *set, hyco_loop *loop)
{
  set->n = 0;
  set->failed = false;
  set->timeout_ms = -1;
  append(set, hyco_loop_fd(loop), POLLIN);
}

nfds_t hc_cli_wait_for(struct hc_cli_wait_set *set, int fd, short events)
{
  return fd >= 0 ? append(set, fd, events) : 0;
}

void hc_cli_wait_until(struct hc_cli_wait_set *set, int64_t when_ms)
{
  if (when_ms == 0)
    return;
  int64_t left = when_ms - hc_cli_now_ms();
  if (left < 0)
    left = 0;
  if (left > INT_MAX)
    left = INT_MAX;
  set->timeout_ms = shorter((int)left, set->timeout_ms);
}

int hc_cli_wait(struct hc_cli_wait_set *set, hyco_loop *loop)
{
  if (set->failed) {
    errno = ENOMEM;
    return -1;
  }
  int timeout_ms = shorter(hyco_loop_timeout(loop), set->timeout_ms);
  int rc = poll(set->fds, set->n, timeout_ms);
  if (rc < 0 && errno != EINTR)
    return -1;
  if (rc < 0) /* nothing is known about the descriptors */
    for (nfds_t i = 0; i < set->n; i++)
      set->fds[i].revents = 0;
  hyco_loop_do_events(loop, 0);
  return 0;
}

short hc_cli_wait_result(const struct hc_cli_wait_set *set, nfds_t place)
{
  return place != 0 && place < set->n ? set->fds[place].revents : 0;
}

void hc_cli_wait_free(struct hc_cli_wait_set *set)
{
  free(set->fds);
  *set = (struct hc_cli_wait_set){ 0 };
}

int64_t hc_cli_now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
