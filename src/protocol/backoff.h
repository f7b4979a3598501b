/* The waits between reconnects: 0, 1, 2, 5, 10, 30, 30... s with 20 % jitter,
 * from the start again after 30 s online (DESIGN section 8). */
#ifndef HC_PROTOCOL_BACKOFF_H
#define HC_PROTOCOL_BACKOFF_H

#include <stdint.h>

enum { HC_BACKOFF_RESET_MS = 30000 };

/* Zero-initialised. */
struct hc_backoff {
  unsigned attempt;
  uint64_t online_since_ms; /* 0: not online */
};

/* Tells that the connection is up. */
void hc_backoff_online(struct hc_backoff *b, uint64_t now_ms);

/* How long to wait before the next try, in ms; random gives the jitter. Counts
 * the try. Starts again if it was online for HC_BACKOFF_RESET_MS. */
uint64_t hc_backoff_next(struct hc_backoff *b, uint64_t now_ms,
                         uint32_t random);

#endif
