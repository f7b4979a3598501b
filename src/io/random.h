/* Random bytes from the system, fetched in larger pieces: a mask for every
 * frame must not cost a system call. */
#ifndef HC_IO_RANDOM_H
#define HC_IO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { HC_RANDOM_POOL = 1024 };

/* Zero-initialised. */
struct hc_random {
  uint8_t pool[HC_RANDOM_POOL];
  size_t left; /* unused bytes, at the end of the pool */
};

/* Cannot fail: without randomness there is no going on. */
void hc_random_fill(struct hc_random *random, uint8_t *out, size_t n);

#endif
