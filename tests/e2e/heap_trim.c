/* Loaded into a process with LD_PRELOAD: on SIGUSR2 malloc gives back to the
 * system what it keeps for later, so that the process holds what it uses. */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static sigset_t signals;

static void *trim(void *unused)
{
  int number;

  (void)unused;
  while (sigwait(&signals, &number) == 0)
    malloc_trim(0);
  return NULL;
}

/* Threads that come later have the signal blocked, too: only ours takes it. */
__attribute__((constructor)) static void start(void)
{
  pthread_t thread;

  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  pthread_create(&thread, NULL, trim, NULL);
}
