/* A line on a terminal that tells how far something has come. */
#include "progress.h"
#include "wait.h"

#include <stdio.h>
#include <unistd.h>

enum { INTERVAL_MS = 100, WIDTH = 30 };

void hc_cli_progress_begin(struct hc_cli_progress *p, int output_fd)
{
  *p = (struct hc_cli_progress){ .total = -1 };
  p->shows = isatty(STDERR_FILENO) == 1 && isatty(output_fd) != 1;
}

static void print_size(double bytes)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
  size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
    bytes /= 1024;
    unit++;
  }
  fprintf(stderr, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

static void print_bar(double share)
{
  int full = (int)(share * WIDTH);
  fputs(" [", stderr);
  for (int i = 0; i < WIDTH; i++)
    fputc(i < full ? '#' : ' ', stderr);
  fprintf(stderr, "] %3.0f%%", share * 100);
}

void hc_cli_progress_add(struct hc_cli_progress *p, int64_t n)
{
  p->done += n;
  if (!p->shows || hc_cli_now_ms() - p->last_ms < INTERVAL_MS)
    return;
  p->last_ms = hc_cli_now_ms();
  p->shown = true;
  fputs("\r\033[K", stderr);
  print_size((double)p->done);
  if (p->total > 0 && p->done <= p->total) {
    fputs(" of ", stderr);
    print_size((double)p->total);
    print_bar((double)p->done / (double)p->total);
  }
}

void hc_cli_progress_end(struct hc_cli_progress *p)
{
  if (p->shown)
    fputs("\r\033[K", stderr);
  p->shown = false;
}
