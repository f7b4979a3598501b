/* Turns signals into bytes in a pipe. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

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

static void watch(int number, int flags)
{
  struct sigaction action = { .sa_handler = on_signal,
                              .sa_flags = SA_RESTART | flags };
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

int hc_cli_signals_open(bool stops)
{
  if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
    return -1;
  watch(SIGCHLD, SA_NOCLDSTOP);
  if (stops) {
    watch(SIGINT, (int)SA_RESETHAND);
    watch(SIGTERM, (int)SA_RESETHAND);
  }
  return signal_pipe[0];
}

struct hc_cli_signals hc_cli_signals_take(int fd)
{
  struct hc_cli_signals found = { 0 };
  unsigned char bytes[64];
  ssize_t n;
  while ((n = read(fd, bytes, sizeof bytes)) > 0) {
    for (ssize_t i = 0; i < n; i++) {
      if (bytes[i] == SIGCHLD)
        found.child = true;
      else
        found.stop = true;
    }
  }
  return found;
}
