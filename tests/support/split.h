/* Every-split feeder: what a parser makes of some bytes must not depend on how
 * they arrive. */
#ifndef HC_TESTS_SPLIT_H
#define HC_TESTS_SPLIT_H

#include "base/buffer.h"

/* The parser under test, in a form that the feeder can drive. What it reports
 * must be the same for every cut: payload is appended as it comes, without a
 * word about the pieces. */
struct split_consumer {
  /* A new input begins: forget everything. */
  void (*start)(void *state);
  /* Takes what it can off the front of in (what it leaves comes again, with
   * more behind it) and appends to the report. Negative: it wants no more; the
   * feeder reports the number. */
  int (*feed)(void *state, struct hc_span *in, struct hc_buffer *report);
  /* The input is over and no feed failed; n bytes were left. May be NULL. */
  void (*finish)(void *state, size_t n, struct hc_buffer *report);
  void *state;
};

/* One run: `first` bytes, then pieces of `piece` bytes (not 0). Each feed sees
 * its input flush against a guard page and at a new place. */
void split_run(const struct split_consumer *consumer, struct hc_span input,
               size_t first, size_t piece, struct hc_buffer *report);

/* True if that cut gives the report that the whole input gives; otherwise both
 * are printed to stderr. For fuzz targets, where all cuts would cost too much.
 */
bool split_is_same(const struct split_consumer *consumer, struct hc_span input,
                   size_t first, size_t piece);

/* Every cut in two, and byte by byte. */
bool split_all_same(const struct split_consumer *consumer,
                    struct hc_span input);

/* Appends to a report; aborts when it is full. */
void split_report(struct hc_buffer *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void split_report_bytes(struct hc_buffer *report, struct hc_span bytes);

enum { SPLIT_REPORT_MAX = 1 << 24 };

#endif
