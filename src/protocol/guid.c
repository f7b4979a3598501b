/* GUIDs: the form of every id that the service sees. */
#include "protocol/guid.h"
#include <string.h>

void hc_guid_format(char out[HC_GUID_LEN + 1], const uint8_t random[16])
{
  static const char digits[] = "0123456789abcdef";
  uint8_t b[16];
  char *dst = out;

  memcpy(b, random, sizeof b);
  b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* version 4 */
  b[8] = (uint8_t)((b[8] & 0x3f) | 0x80); /* variant 10 */
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      *dst++ = '-';
    *dst++ = digits[b[i] >> 4];
    *dst++ = digits[b[i] & 15];
  }
  *dst = '\0';
}
