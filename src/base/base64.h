/* Base64, standard alphabet with padding (RFC 4648 section 4). */
#ifndef HC_BASE_BASE64_H
#define HC_BASE_BASE64_H

#include "base/span.h"

/* Characters that n bytes become, without the NUL. */
#define HC_BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Writes HC_BASE64_LEN(in.len) characters and a NUL. */
void hc_base64_encode(char *out, struct hc_span in);

/* Strict: no white space, padding as it must be, unused bits zero. Returns the
 * number of bytes, or HYCO_EBADVALUE; out holds in.len / 4 * 3 bytes. */
int hc_base64_decode(uint8_t *out, struct hc_span in);

#endif
