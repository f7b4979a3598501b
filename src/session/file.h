/* A file that is read piece by piece, to be sent as one message. */
#ifndef HC_SESSION_FILE_H
#define HC_SESSION_FILE_H

#include "base/fault.h"
#include "base/utf8.h"

/* The longest piece, and so the longest frame: whatever MaxFrameSize says, more
 * of a file is never in memory. */
enum { HC_FILE_PIECE_MAX = 16384 };

struct hc_file {
  int fd;
  bool is_text;  /* it must be UTF-8 */
  uint64_t size; /* when it was opened: as much is read */
  uint64_t left;
  struct hc_utf8 utf8;
  uint8_t piece[HC_FILE_PIECE_MAX];
};

/* Opens a regular file. 0, or HYCO_EFILE. */
int hc_file_open(struct hc_file *file, const char *name, bool is_text,
                 struct hc_fault *fault);

/* The next piece, of at most max bytes (0: any length); it lives until the next
 * call. Only while some is left. 0, HYCO_EFILEIO (the file became shorter,
 * too), HYCO_EBADVALUE: not UTF-8. */
int hc_file_read(struct hc_file *file, size_t max, struct hc_span *piece,
                 struct hc_fault *fault);

void hc_file_close(struct hc_file *file);

#endif
