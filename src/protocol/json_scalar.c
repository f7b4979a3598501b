/* Reads the strings, numbers and words of JSON text. Faults do not quote it: it
 * may hold a token. */
#include "base/memory.h"
#include "protocol/json_reader.h"

#include <endian.h>

int hc_json_bad(const struct hc_json_reader *r)
{
  return hc_fault_set(r->fault, HYCO_EPROTOCOL,
                      "the control message is not JSON (byte %zu)",
                      (size_t)(r->at - r->start));
}

int hc_json_no_memory(const struct hc_json_reader *r)
{
  return hc_fault_set(r->fault, HYCO_ENOMEM, "out of memory");
}

static bool is_digit(uint8_t c)
{
  return c >= '0' && c <= '9';
}

/* --- strings --- */

/* Room for all the strings of the text: none grows without its escapes. */
static uint8_t *unescape_at(struct hc_json_reader *r)
{
  struct hc_json *json = r->json;
  if (json->unescaped == NULL) {
    json->unescaped_cap = (size_t)(r->end - r->start);
    json->unescaped = hc_alloc(json->unescaped_cap);
  }
  return json->unescaped != NULL ? json->unescaped + json->unescaped_len : NULL;
}

/* Four hexadecimal digits; -1: they are not. */
static long take_hex(struct hc_json_reader *r)
{
  long code = 0;
  for (int i = 0; i < 4; i++) {
    if (r->at == r->end)
      return -1;
    uint8_t c = *r->at;
    uint8_t lower = c | 0x20;
    if (is_digit(c))
      code = code << 4 | (c - '0');
    else if (lower >= 'a' && lower <= 'f')
      code = code << 4 | (lower - 'a' + 10);
    else
      return -1;
    r->at++;
  }
  return code;
}

static size_t put_utf8(uint8_t *dst, long code)
{
  if (code < 0x80) {
    dst[0] = (uint8_t)code;
    return 1;
  }
  size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
  for (size_t i = n; i-- > 1; code >>= 6)
    dst[i] = (uint8_t)(0x80 | (code & 0x3f));
  dst[0] = (uint8_t)(lead[n] | code);
  return n;
}

/* Behind "\u"; the bytes written, 0: it is not a character but U+0000. */
static size_t take_code(struct hc_json_reader *r, uint8_t *dst)
{
  long code = take_hex(r);
  if (code <= 0 || (code >= 0xdc00 && code <= 0xdfff))
    return 0;
  if (code >= 0xd800 && code <= 0xdbff) {
    long low = hc_json_take(r, '\\') && hc_json_take(r, 'u') ? take_hex(r) : -1;
    if (low < 0xdc00 || low > 0xdfff)
      return 0;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  return put_utf8(dst, code);
}

/* Behind a backslash; the bytes written, 0: no such escape. */
static size_t take_escape(struct hc_json_reader *r, uint8_t *dst)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  if (hc_json_take(r, 'u'))
    return take_code(r, dst);
  const char *found = r->at < r->end ? memchr(from, *r->at, 8) : NULL;
  if (found == NULL)
    return 0;
  r->at++;
  dst[0] = (uint8_t)to[found - from];
  return 1;
}

/* The top bit of each of the eight bytes that is below 0x20, a quote or a
 * backslash. Above the lowest one, others may be set too. */
static uint64_t special_bytes(uint64_t word)
{
  const uint64_t ones = UINT64_C(0x0101010101010101);
  const uint64_t tops = ones * 0x80;
  uint64_t quote = word ^ (ones * '"');
  uint64_t backslash = word ^ (ones * '\\');
  return (((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
          ((backslash - ones) & ~backslash)) &
         tops;
}

static bool is_special(uint8_t c)
{
  return c < 0x20 || c == '"' || c == '\\';
}

size_t hc_json_plain_len(struct hc_span text)
{
  size_t n = 0;
  for (; text.len - n >= 8; n += 8) {
    uint64_t word;
    memcpy(&word, text.ptr + n, 8);
    uint64_t found = special_bytes(le64toh(word));
    if (found != 0)
      return n + (size_t)__builtin_ctzll(found) / 8;
  }
  while (n < text.len && !is_special(text.ptr[n]))
    n++;
  return n;
}

/* Up to the quote, backslash or control character that ends the run. */
static struct hc_span take_run(struct hc_json_reader *r)
{
  const uint8_t *from = r->at;
  r->at += hc_json_plain_len(hc_span_of(from, (size_t)(r->end - from)));
  return hc_span_of(from, (size_t)(r->at - from));
}

/* A string with an escape in it; run is what stands before that. */
static int read_escaped(struct hc_json_reader *r, struct hc_span run,
                        struct hc_span *out)
{
  uint8_t *text = unescape_at(r);
  size_t len = 0;
  r->json->is_plain = false;
  if (text == NULL)
    return hc_json_no_memory(r);
  for (;;) {
    memcpy(text + len, run.ptr, run.len);
    len += run.len;
    if (hc_json_take(r, '"'))
      break;
    size_t n = hc_json_take(r, '\\') ? take_escape(r, text + len) : 0;
    if (n == 0)
      return hc_json_bad(r);
    len += n;
    run = take_run(r);
  }
  *out = hc_span_of(text, len);
  r->json->unescaped_len += len;
  return 0;
}

int hc_json_read_string(struct hc_json_reader *r, struct hc_span *out)
{
  struct hc_span run = take_run(r);
  *out = run;
  return hc_json_take(r, '"') ? 0 : read_escaped(r, run, out);
}

/* --- numbers and words --- */

static size_t take_digits(struct hc_json_reader *r)
{
  const uint8_t *from = r->at;
  while (r->at < r->end && is_digit(*r->at))
    r->at++;
  return (size_t)(r->at - from);
}

static int read_number(struct hc_json_reader *r, struct hc_json_value *value)
{
  const uint8_t *from = r->at;
  int64_t number;
  hc_json_take(r, '-');
  bool is_zero = hc_json_take(r, '0');
  if (!is_zero && take_digits(r) == 0)
    return hc_json_bad(r);
  value->type = HC_JSON_INTEGER;
  if (hc_json_take(r, '.')) {
    value->type = HC_JSON_REAL;
    if (take_digits(r) == 0)
      return hc_json_bad(r);
  }
  if (hc_json_take(r, 'e') || hc_json_take(r, 'E')) {
    value->type = HC_JSON_REAL;
    if (!hc_json_take(r, '+'))
      hc_json_take(r, '-');
    if (take_digits(r) == 0)
      return hc_json_bad(r);
  }
  value->text = hc_span_of(from, (size_t)(r->at - from));
  if (value->type == HC_JSON_INTEGER && !hc_json_integer(value, &number))
    return hc_json_bad(r);
  return 0;
}

bool hc_json_integer(const struct hc_json_value *value, int64_t *number)
{
  struct hc_span text = value->text;
  bool is_negative = text.len > 0 && text.ptr[0] == '-';
  int64_t n = 0;
  if (value->type != HC_JSON_INTEGER)
    return false;
  for (size_t i = is_negative; i < text.len; i++) {
    int digit = text.ptr[i] - '0';
    if (__builtin_mul_overflow(n, 10, &n) ||
        (is_negative ? __builtin_sub_overflow(n, digit, &n)
                     : __builtin_add_overflow(n, digit, &n)))
      return false;
  }
  *number = n;
  return true;
}

static int read_word(struct hc_json_reader *r, struct hc_json_value *value)
{
  static const struct {
    const char *word;
    enum hc_json_type type;
  } words[] = { { "null", HC_JSON_NULL },
                { "false", HC_JSON_FALSE },
                { "true", HC_JSON_TRUE } };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t n = strlen(words[i].word);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, words[i].word, n) != 0)
      continue;
    value->type = words[i].type;
    value->text = hc_span_of(r->at, n);
    r->at += n;
    return 0;
  }
  return hc_json_bad(r);
}

int hc_json_read_plain(struct hc_json_reader *r, struct hc_json_value *value)
{
  bool is_number = *r->at == '-' || is_digit(*r->at);
  return is_number ? read_number(r, value) : read_word(r, value);
}
