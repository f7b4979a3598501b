/* Re-encodes paths and queries. */
#include "relay/recode.h"

static const char digits[] = "0123456789ABCDEF";

/* -1: not a hexadecimal digit. */
static int digit(uint8_t c)
{
  const char *found = c != 0 ? strchr(digits, c) : NULL;

  if (found == NULL && c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return found != NULL ? (int)(found - digits) : -1;
}

/* The byte that an escape at the front of text stands for; -1: none is there.
 */
static int escaped_byte(struct hc_span text)
{
  if (text.len < 3 || digit(text.ptr[1]) < 0 || digit(text.ptr[2]) < 0)
    return -1;
  return digit(text.ptr[1]) * 16 + digit(text.ptr[2]);
}

static bool may_stand(uint8_t c)
{
  return c > 0x20 && c < 0x7f && strchr("\"%<>\\^`{|}", c) == NULL;
}

static size_t write_escape(uint8_t *dst, int byte)
{
  dst[0] = '%';
  dst[1] = (uint8_t)digits[byte >> 4];
  dst[2] = (uint8_t)digits[byte & 15];
  return 3;
}

/* Takes one character off the front of *text; the number of bytes written. */
static size_t recode_one(uint8_t *dst, struct hc_span *text)
{
  uint8_t c = text->ptr[0];
  int byte = c == '%' ? escaped_byte(*text) : -1;

  if (byte < 0) {
    hc_span_drop(text, 1);
    if (!may_stand(c))
      return write_escape(dst, c);
    dst[0] = c;
    return 1;
  }
  if (byte > 0x7f)
    (void)write_escape(dst, byte);
  else
    memcpy(dst, text->ptr, 3);
  hc_span_drop(text, 3);
  return 3;
}

int hc_relay_recode(struct hc_buffer *out, struct hc_span text)
{
  while (text.len > 0) {
    uint8_t piece[3];
    size_t n = recode_one(piece, &text);
    int rc = hc_buffer_append(out, hc_span_of(piece, n));
    if (rc != 0)
      return rc;
  }
  return 0;
}
