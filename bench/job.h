/* What the bench's HTTP servers do with a request, by its path:
 *   .../echo      the body comes back
 *   .../sink      the body is read; an empty answer
 *   .../source/N  N bytes
 *   .../events/N  N events, one every JOB_EVENT_MS */
#ifndef HYCO_BENCH_JOB_H
#define HYCO_BENCH_JOB_H

#include <stdint.h>

enum {
  JOB_EVENT_MS = 10,
  JOB_EVENT_LEN = 17,    /* the clock in 16 hexadecimal digits, a line end */
  JOB_BLOCK = 64 * 1024, /* what a source writes at once */
  JOB_ECHO_MAX = 64 * 1024
};

enum job_kind { JOB_ECHO, JOB_SINK, JOB_SOURCE, JOB_EVENTS, JOB_UNKNOWN };

struct job {
  enum job_kind kind;
  uint64_t n;
};

/* target: path and query; ends with NUL. */
struct job job_of(const char *target);

/* Nanoseconds of the monotonic clock, the same in all processes. */
uint64_t job_now_ns(void);

/* An event of now; ends with NUL. */
void job_event(char event[JOB_EVENT_LEN + 1]);

/* Milliseconds until a time of job_now_ns, rounded up; 0 if it has passed. */
int job_wait_ms(uint64_t due_ns);

#endif
