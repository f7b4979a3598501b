/* Waits for the loop, for descriptors and for signals at once. */
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static int shorter(int a_ms, int b_ms)
{
  if (a_ms < 0)
    return b_ms;
  return b_ms < 0 || a_ms < b_ms ? a_ms : b_ms;
}

int hc_cli_wait(hyco_loop *loop, struct pollfd *fds, nfds_t n, int timeout_ms)
{
  fds[0] = (struct pollfd){ .fd = hyco_loop_fd(loop), .events = POLLIN };
  int rc = poll(fds, n, shorter(hyco_loop_timeout(loop), timeout_ms));
  if (rc < 0 && errno != EINTR)
    return -1;
  if (rc < 0) /* nothing is known about the descriptors */
    for (nfds_t i = 0; i < n; i++)
      fds[i].revents = 0;
  hyco_loop_do_events(loop, 0);
  return 0;
}

/* A signal handler has no argument of ours. */
static int signal_pipe[2] = { -1, -1 };

static void on_signal(int number)
{
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  ssize_t written = write(signal_pipe[1], &byte, 1);
  (void)written; /* a full pipe is readable as well */
  errno = saved;
}

int hc_cli_signal_fd(void)
{
  if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
    return -1;
  struct sigaction action = { .sa_handler = on_signal,
                              .sa_flags = SA_RESTART | (int)SA_RESETHAND };
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  return signal_pipe[0];
}

int64_t hc_cli_now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
