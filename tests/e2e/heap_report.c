/* Loaded into a process with LD_PRELOAD: on SIGUSR2 malloc gives back to the
 * system what it keeps for later, and the bytes that are in use are written to
 * the file that HEAP_REPORT names. */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static sigset_t signals;

/* Of all arenas, and of what was too large for one. */
static void write_report(const char *path)
{
  struct mallinfo2 info = mallinfo2();
  FILE *file = fopen(path, "we");

  if (file == NULL)
    return;
  fprintf(file, "%zu\n", info.uordblks + info.hblkhd);
  fclose(file);
}

static void *report(void *unused)
{
  const char *path = getenv("HEAP_REPORT");
  int number;

  (void)unused;
  while (sigwait(&signals, &number) == 0) {
    malloc_trim(0);
    if (path != NULL)
      write_report(path);
  }
  return NULL;
}

/* Threads that come later have the signal blocked, too: only ours takes it. */
__attribute__((constructor)) static void start(void)
{
  pthread_t thread;

  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  pthread_create(&thread, NULL, report, NULL);
}
