/* Bytes that wait: a queue that grows to a stated maximum. */
#ifndef HC_CLI_BYTES_H
#define HC_CLI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised, except max. Freed with hc_cli_bytes_free. */
struct hc_cli_bytes {
  uint8_t *ptr; /* the storage */
  size_t start; /* where the bytes begin */
  size_t len;
  size_t cap;
  size_t max; /* of len */
};

static inline uint8_t *hc_cli_bytes_at(const struct hc_cli_bytes *bytes)
{
  return bytes->ptr + bytes->start;
}

/* Room for n bytes behind the last one; NULL if len + n would pass max, or
 * without memory. hc_cli_bytes_commit then takes what was written there. */
uint8_t *hc_cli_bytes_reserve(struct hc_cli_bytes *bytes, size_t n);
void hc_cli_bytes_commit(struct hc_cli_bytes *bytes, size_t n);

/* Copies data to the end; false as reserve. */
bool hc_cli_bytes_append(struct hc_cli_bytes *bytes, const void *data,
                         size_t n);

/* Drops n bytes from the front. */
void hc_cli_bytes_drop(struct hc_cli_bytes *bytes, size_t n);

void hc_cli_bytes_free(struct hc_cli_bytes *bytes);

#endif
