/* Text for people, made safe for a terminal and a log. */
#include "base/text.h"

#include <stdio.h>

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
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)out[i];
    if (c < 0x20 || c == 0x7f)
      out[i] = '?';
  }
}
