/* Close bodies: one that is taken is written again byte for byte; whatever
 * reason is given, what is written can be read. */
#include "protocol/ws.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void check_read(struct hc_span body)
{
  int code;
  struct hc_span reason;
  uint8_t again[HC_WS_CONTROL_MAX];
  if (hc_ws_read_close(body, &code, &reason) != 0)
    return;
  size_t n = hc_ws_write_close(again, code, reason);
  require(hc_span_equal(hc_span_of(again, n), body));
}

static void check_write(struct hc_span text)
{
  int code;
  struct hc_span reason;
  uint8_t body[HC_WS_CONTROL_MAX];
  size_t n = hc_ws_write_close(body, HC_CLOSE_NORMAL, text);
  require(hc_ws_read_close(hc_span_of(body, n), &code, &reason) == 0);
  require(code == HC_CLOSE_NORMAL && reason.len <= text.len);
  require(hc_span_equal(reason, hc_span_of(text.ptr, reason.len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_span bytes = hc_span_of(data, size);
  check_write(bytes);
  if (size <= HC_WS_CONTROL_MAX)
    check_read(bytes);
  return 0;
}
