/* Runs random scenarios:
 *
 *   sim_random_test [--seed N [--trace]]       that one
 *   sim_random_test [--from N] [--count N]     so many; 1000 from 0 on
 *   sim_random_test [--from N] --minutes N     as many as that takes
 *
 * Whatever ends the program before it is done (a broken promise, an assertion,
 * a sanitizer) prints the seed and the command that runs it again. */
#include "sim_random.h"

#include "support/check.h"
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char last_words[512]; /* about the seed that runs */
static volatile sig_atomic_t last_words_len;

static void say_seed(void)
{
  size_t n = (size_t)last_words_len;

  last_words_len = 0;
  if (n > 0)
    (void)!write(STDOUT_FILENO, last_words, n);
}

static void run(const char *program, uint64_t seed, bool traces)
{
  last_words_len = snprintf(last_words, sizeof last_words,
                            "not ok - seed %" PRIu64
                            "\n# again: %s --seed %" PRIu64 " --trace\n",
                            seed, program, seed);
  random_run(seed, traces);
  last_words_len = 0;
}

static void on_abort(int signal_number)
{
  (void)signal_number;
  say_seed();
}

/* Of the sanitizers, where they are. */
void __sanitizer_set_death_callback(void (*callback)(void))
    __attribute__((weak));

void random_require(const struct random *r, bool ok, const char *format, ...)
{
  va_list args;

  (void)r;
  if (ok)
    return;
  va_start(args, format);
  (void)vfprintf(stderr, format, args);
  va_end(args);
  (void)fputc('\n', stderr);
  abort();
}

void random_trace(const struct random *r, const char *format, ...)
{
  va_list args;

  if (!r->traces)
    return;
  printf("%9" PRIu64 " ", hc_net_now_ms(sim_net(r->world.sim)));
  va_start(args, format);
  (void)vprintf(format, args);
  va_end(args);
  (void)putchar('\n');
  (void)fflush(stdout);
}

struct arguments {
  uint64_t from;
  uint64_t count;
  uint64_t minutes;
  bool traces;
};

static bool read_number(const char *text, uint64_t *number)
{
  char *end;
  *number = strtoull(text != NULL ? text : "", &end, 10);
  return text != NULL && end != text && *end == '\0';
}

static bool read_arguments(char **argv, struct arguments *a)
{
  *a = (struct arguments){ .count = 1000 };
  for (char **arg = argv + 1; *arg != NULL; arg++) {
    uint64_t *number = strcmp(*arg, "--from") == 0      ? &a->from
                       : strcmp(*arg, "--count") == 0   ? &a->count
                       : strcmp(*arg, "--minutes") == 0 ? &a->minutes
                       : strcmp(*arg, "--seed") == 0    ? &a->from
                                                        : NULL;
    if (strcmp(*arg, "--trace") == 0) {
      a->traces = true;
      continue;
    }
    if (number == NULL || !read_number(arg[1], number))
      return false;
    if (strcmp(*arg, "--seed") == 0)
      a->count = 1;
    arg++;
  }
  return true;
}

static uint64_t now_s(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec;
}

int main(int argc, char **argv)
{
  struct arguments a;

  if (argc < 1 || !read_arguments(argv, &a)) {
    (void)fprintf(stderr,
                  "usage: %s [--seed N] [--from N] [--count N] "
                  "[--minutes N] [--trace]\n",
                  argv[0]);
    return 2;
  }
  (void)signal(SIGABRT, on_abort);
  (void)atexit(say_seed);
  if (__sanitizer_set_death_callback != NULL)
    __sanitizer_set_death_callback(say_seed);
  uint64_t end_s = now_s() + a.minutes * 60;
  uint64_t n = 0;
  while (a.minutes != 0 ? now_s() < end_s : n < a.count) {
    run(argv[0], a.from + n, a.traces);
    n++;
  }
  printf("ok 1 - %" PRIu64 " random scenarios from seed %" PRIu64 " on\n", n,
         a.from);
  return 0;
}
