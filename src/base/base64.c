/* Base64, standard alphabet with padding (RFC 4648 section 4). */
#include "base/base64.h"

#include <hyco/error.h>
#include <limits.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hc_base64_encode(char *out, struct hc_span in)
{
  while (in.len >= 3) {
    uint32_t v = (uint32_t)in.ptr[0] << 16 | (uint32_t)in.ptr[1] << 8 |
                 (uint32_t)in.ptr[2];
    *out++ = alphabet[v >> 18];
    *out++ = alphabet[v >> 12 & 63];
    *out++ = alphabet[v >> 6 & 63];
    *out++ = alphabet[v & 63];
    hc_span_drop(&in, 3);
  }
  if (in.len > 0) {
    uint32_t second = in.len == 2 ? in.ptr[1] : 0;
    uint32_t v = (uint32_t)in.ptr[0] << 16 | second << 8;
    *out++ = alphabet[v >> 18];
    *out++ = alphabet[v >> 12 & 63];
    *out++ = in.len == 2 ? alphabet[v >> 6 & 63] : '=';
    *out++ = '=';
  }
  *out = '\0';
}

/* The six bits of a character; -1 for one that is not in the alphabet. */
static int value_of(uint8_t c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+')
    return 62;
  return c == '/' ? 63 : -1;
}

/* n characters of a group of four (the rest is padding) as 24 bits; -1 if one
 * is not in the alphabet. */
static int32_t read_group(const uint8_t *in, size_t n)
{
  int32_t v = 0;
  for (size_t i = 0; i < 4; i++) {
    int six = i < n ? value_of(in[i]) : 0;
    if (six < 0)
      return -1;
    v = v << 6 | six;
  }
  return v;
}

static size_t padding_of(struct hc_span in)
{
  if (in.len == 0 || in.ptr[in.len - 1] != '=')
    return 0;
  return in.ptr[in.len - 2] == '=' ? 2 : 1;
}

int hc_base64_decode(uint8_t *out, struct hc_span in)
{
  if (in.len % 4 != 0 || in.len > INT_MAX)
    return HYCO_EBADVALUE;

  size_t padding = padding_of(in);
  size_t total = in.len / 4 * 3 - padding;
  size_t done = 0;
  for (size_t i = 0; i < in.len; i += 4) {
    size_t cut = i + 4 == in.len ? padding : 0;
    int32_t v = read_group(in.ptr + i, 4 - cut);
    /* RFC 4648 3.5: bits that stand for nothing must be zero */
    if (v < 0 || (v & ((1 << (8 * cut)) - 1)) != 0)
      return HYCO_EBADVALUE;
    for (int shift = 16; shift >= 0 && done < total; shift -= 8)
      out[done++] = (uint8_t)(v >> shift);
  }
  return (int)total;
}
