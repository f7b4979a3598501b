/* UTF-8 validation over any cut of the text (RFC 3629). */
#include "base/utf8.h"

/* RFC 3629 section 4: the second byte's range depends on the first one, which
 * is what rules out overlong forms, surrogates and values over U+10FFFF. */
static bool start_character(struct hc_utf8 *u, uint8_t c)
{
  u->lower = 0x80;
  u->upper = 0xbf;
  if (c < 0xc2 || c > 0xf4)
    return false;
  if (c < 0xe0) {
    u->left = 1;
  } else if (c < 0xf0) {
    u->left = 2;
    if (c == 0xe0)
      u->lower = 0xa0;
    else if (c == 0xed)
      u->upper = 0x9f;
  } else {
    u->left = 3;
    if (c == 0xf0)
      u->lower = 0x90;
    else if (c == 0xf4)
      u->upper = 0x8f;
  }
  return true;
}

/* How many bytes at the front are ASCII, as far as eight at a time tell. */
static size_t skip_ascii(const uint8_t *p, size_t n)
{
  size_t i = 0;
  while (n - i >= 8) {
    uint64_t word;
    memcpy(&word, p + i, 8);
    if ((word & UINT64_C(0x8080808080808080)) != 0)
      break;
    i += 8;
  }
  return i;
}

bool hc_utf8_feed(struct hc_utf8 *u, struct hc_span bytes)
{
  size_t i = 0;
  while (i < bytes.len) {
    uint8_t c = bytes.ptr[i];
    if (u->left > 0) {
      if (c < u->lower || c > u->upper)
        return false;
      u->lower = 0x80;
      u->upper = 0xbf;
      u->left--;
      i++;
    } else if (c < 0x80) {
      size_t n = skip_ascii(bytes.ptr + i, bytes.len - i);
      i += n > 0 ? n : 1;
    } else {
      if (!start_character(u, c))
        return false;
      i++;
    }
  }
  return true;
}

bool hc_utf8_valid(struct hc_span bytes)
{
  struct hc_utf8 u = { 0 };
  return hc_utf8_feed(&u, bytes) && hc_utf8_is_whole(&u);
}
