/* Percent-encoding, and the pairs of a query. */
#include "protocol/url.h"

static bool is_kept(uint8_t c, const char *keep)
{
  uint8_t letter = (uint8_t)(c | 0x20);

  if ((c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z'))
    return true;
  return c != 0 && (strchr("-._~", c) != NULL || strchr(keep, c) != NULL);
}

static int reserve_error(const struct hc_buffer *out, size_t n)
{
  return n > out->max - hc_buffer_len(out) ? HYCO_ETOOLONG : HYCO_ENOMEM;
}

int hc_url_encode(struct hc_buffer *out, struct hc_span text, const char *keep)
{
  static const char digits[] = "0123456789ABCDEF";
  size_t size = 0;

  for (size_t i = 0; i < text.len; i++)
    size += is_kept(text.ptr[i], keep) ? 1 : 3;
  uint8_t *dst = hc_buffer_reserve(out, size);
  if (dst == NULL)
    return reserve_error(out, size);
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (is_kept(c, keep)) {
      *dst++ = c;
      continue;
    }
    *dst++ = '%';
    *dst++ = (uint8_t)digits[c >> 4];
    *dst++ = (uint8_t)digits[c & 15];
  }
  hc_buffer_commit(out, size);
  return 0;
}

/* -1: not a hexadecimal digit. */
static int hex_digit(uint8_t c)
{
  uint8_t letter = (uint8_t)(c | 0x20);

  if (c >= '0' && c <= '9')
    return c - '0';
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* The number of bytes that the text decodes to; HYCO_EBADURL. */
static int decoded_size(struct hc_span text, size_t *size)
{
  *size = 0;
  for (size_t i = 0; i < text.len; i++) {
    ++*size;
    if (text.ptr[i] != '%')
      continue;
    if (text.len - i < 3 || hex_digit(text.ptr[i + 1]) < 0 ||
        hex_digit(text.ptr[i + 2]) < 0)
      return HYCO_EBADURL;
    i += 2;
  }
  return 0;
}

int hc_url_decode_to(uint8_t *dst, struct hc_span text, size_t *len)
{
  int rc = decoded_size(text, len);

  if (rc < 0)
    return rc;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] != '%') {
      *dst++ = text.ptr[i];
      continue;
    }
    *dst++ =
        (uint8_t)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
    i += 2;
  }
  return 0;
}

int hc_url_decode(struct hc_buffer *out, struct hc_span text)
{
  size_t size;
  int rc = decoded_size(text, &size);

  if (rc < 0)
    return rc;
  uint8_t *dst = hc_buffer_reserve(out, size);
  if (dst == NULL)
    return reserve_error(out, size);
  (void)hc_url_decode_to(dst, text, &size);
  hc_buffer_commit(out, size);
  return 0;
}

/* Takes a pair apart; false if it has no '='. */
static bool split_pair(struct hc_span pair, struct hc_span *name,
                       struct hc_span *value)
{
  *value = pair;
  return hc_span_split(value, '=', name) && value->ptr != NULL;
}

bool hc_url_query_find(struct hc_span query, const char *name,
                       struct hc_span *value)
{
  struct hc_span pair;

  while (hc_span_split(&query, '&', &pair)) {
    struct hc_span pair_name;
    struct hc_span pair_value;
    if (split_pair(pair, &pair_name, &pair_value) &&
        hc_span_is(pair_name, name)) {
      *value = pair_value;
      return true;
    }
  }
  return false;
}

/* Spec hybrid-connections.md 1.1: without a '=' it is the sender's own. */
static bool is_of_the_protocol(struct hc_span pair)
{
  static const char prefix[] = "sb-hc-";
  const size_t n = sizeof(prefix) - 1;
  struct hc_span name;
  struct hc_span value;

  return split_pair(pair, &name, &value) && name.len >= n &&
         memcmp(name.ptr, prefix, n) == 0;
}

int hc_url_query_strip(struct hc_buffer *out, struct hc_span query)
{
  struct hc_span pair;
  bool is_first = true;
  int rc = 0;

  while (rc == 0 && hc_span_split(&query, '&', &pair)) {
    if (is_of_the_protocol(pair))
      continue;
    if (!is_first)
      rc = hc_buffer_append_str(out, "&");
    if (rc == 0)
      rc = hc_buffer_append(out, pair);
    is_first = false;
  }
  return rc;
}
