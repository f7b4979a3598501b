/* A byte queue that grows up to a stated maximum: append at the end, drop from
 * the front. */
#ifndef HC_BASE_BUFFER_H
#define HC_BASE_BUFFER_H

#include "base/span.h"

/* Owned by whoever declares it. The bytes are data[start..end). */
struct hc_buffer {
  uint8_t *data;
  size_t start;
  size_t end;
  size_t cap;
  size_t max; /* len never passes it */
};

void hc_buffer_init(struct hc_buffer *b, size_t max);

/* Frees the memory; the buffer is empty and usable again. */
void hc_buffer_deinit(struct hc_buffer *b);

/* The same after wiping: for tokens and keys. */
void hc_buffer_deinit_secret(struct hc_buffer *b);

static inline size_t hc_buffer_len(const struct hc_buffer *b)
{
  return b->end - b->start;
}

static inline struct hc_span hc_buffer_span(const struct hc_buffer *b)
{
  /* an offset to NULL, even 0, is undefined */
  return hc_span_of(b->data != NULL ? b->data + b->start : NULL,
                    b->end - b->start);
}

/* Room for n more bytes at the end, contiguous; valid until the next call that
 * changes the buffer. NULL: it would pass max (or no memory); unchanged then.
 */
uint8_t *hc_buffer_reserve(struct hc_buffer *b, size_t n);

/* Makes n of the reserved bytes part of the buffer. */
void hc_buffer_commit(struct hc_buffer *b, size_t n);

/* 0, HYCO_ETOOLONG (it would pass max) or HYCO_ENOMEM; unchanged then. */
int hc_buffer_append(struct hc_buffer *b, struct hc_span bytes);
int hc_buffer_append_str(struct hc_buffer *b, const char *s);
int hc_buffer_printf(struct hc_buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes n bytes off the front; n must not be above the length. */
void hc_buffer_drop(struct hc_buffer *b, size_t n);

/* Takes off what is behind the first len bytes; len must not be above the
 * length. */
void hc_buffer_cut(struct hc_buffer *b, size_t len);

/* Forgets the bytes, keeps the memory. */
void hc_buffer_clear(struct hc_buffer *b);

/* Gives the memory back if the buffer is empty: idle streams hold none. */
void hc_buffer_trim(struct hc_buffer *b);

/* The bytes as a NUL-terminated string (a NUL is put behind them, not counted);
 * NULL when that needs memory and there is none. Borrowed until the buffer
 * changes. */
const char *hc_buffer_str(struct hc_buffer *b);

#endif
