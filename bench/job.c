/* What the bench's HTTP servers do with a request, by its path. */
#include "job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[] = { "/echo", "/sink", "/source/", "/events/" };

struct job job_of(const char *target)
{
  struct job job = { JOB_UNKNOWN, 0 };
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    const char *found = strstr(target, names[i]);
    if (found == NULL)
      continue;
    job.kind = (enum job_kind)i;
    job.n = strtoull(found + strlen(names[i]), NULL, 10);
  }
  return job;
}

uint64_t job_now_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void job_event(char event[JOB_EVENT_LEN + 1])
{
  snprintf(event, JOB_EVENT_LEN + 1, "%016" PRIx64 "\n", job_now_ns());
}

int job_wait_ms(uint64_t due_ns)
{
  uint64_t now = job_now_ns();
  return now >= due_ns ? 0 : (int)((due_ns - now + 999999) / 1000000);
}
