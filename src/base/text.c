/* Text for people, made safe for a terminal and a log. */
#include "base/text.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* C0, DEL, and C1 as UTF-8 has it (c2 80 to c2 9f): a terminal obeys them. */
static size_t control_len(const unsigned char *c)
{
  if (c[0] < 0x20 || c[0] == 0x7f)
    return 1;
  return c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f ? 2 : 0;
}

/* How many bytes the character of UTF-8 at text[0] has; 0: it is none. */
static size_t character_len(const char *text, size_t len)
{
  struct hc_utf8 utf8 = { 0 };
  for (size_t n = 1; n <= len && n <= 4; n++) {
    if (!hc_utf8_feed(&utf8, hc_span_of(text + n - 1, 1)))
      return 0;
    if (hc_utf8_is_whole(&utf8))
      return n;
  }
  return 0;
}

/* Each byte of what must not be shown becomes '?'. */
static void clean(char *text, size_t len)
{
  for (size_t i = 0; i < len;) {
    size_t n = character_len(text + i, len - i);
    size_t bad = control_len((unsigned char *)text + i);
    if (n == 0)
      bad = 1;
    if (bad > 0)
      memset(text + i, '?', bad);
    i += bad > 0 ? bad : n;
  }
}

void hc_text_format(char *out, size_t size, const char *format, va_list args)
{
  int n = vsnprintf(out, size, format, args);
  size_t len = n < 0 ? 0 : (size_t)n;
  if (len >= size) {
    len = size - 1;
    /* back to the first byte of the character that was cut, if one was: only
     * the whole text knows, so any last character of several bytes goes */
    while (len > 0 && ((unsigned char)out[len - 1] & 0xc0) == 0x80)
      len--;
    if (len > 0 && (unsigned char)out[len - 1] >= 0xc0)
      len--;
  }
  out[len] = '\0';
  clean(out, len);
}

void hc_text_host_port(char *out, size_t size, const char *host, uint16_t port)
{
  bool brackets = strchr(host, ':') != NULL;

  (void)snprintf(out, size, brackets ? "[%s]:%u" : "%s:%u", host,
                 (unsigned)port);
}
