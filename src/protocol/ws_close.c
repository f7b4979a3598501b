/* The body of a WebSocket Close frame (RFC 6455 5.5.1). */
#include "protocol/ws.h"

#include "base/utf8.h"

#include <assert.h>
#include <hyco/error.h>

bool hc_ws_close_code_is_legal(int code)
{
  if (code >= 3000)
    return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

/* How much of the text is whole characters within max bytes. */
static size_t whole_characters(struct hc_span text, size_t max)
{
  struct hc_utf8 utf8 = { 0 };
  size_t whole = 0;
  for (size_t i = 0; i < text.len && i < max; i++) {
    if (!hc_utf8_feed(&utf8, hc_span_of(text.ptr + i, 1)))
      break;
    if (hc_utf8_is_whole(&utf8))
      whole = i + 1;
  }
  return whole;
}

size_t hc_ws_write_close(uint8_t *dst, int code, struct hc_span reason)
{
  if (code == HC_CLOSE_NO_STATUS)
    return 0;
  assert(hc_ws_close_code_is_legal(code));
  dst[0] = (uint8_t)(code >> 8);
  dst[1] = (uint8_t)code;
  size_t n = whole_characters(reason, HC_WS_CLOSE_REASON_MAX);
  if (n > 0)
    memcpy(dst + 2, reason.ptr, n);
  return 2 + n;
}

int hc_ws_read_close(struct hc_span body, int *code, struct hc_span *reason)
{
  if (body.len == 0) {
    *code = HC_CLOSE_NO_STATUS;
    *reason = body;
    return 0;
  }
  if (body.len == 1)
    return HYCO_EPROTOCOL;

  int number = body.ptr[0] << 8 | body.ptr[1];
  hc_span_drop(&body, 2);
  if (!hc_ws_close_code_is_legal(number) || !hc_utf8_valid(body))
    return HYCO_EPROTOCOL;
  *code = number;
  *reason = body;
  return 0;
}
