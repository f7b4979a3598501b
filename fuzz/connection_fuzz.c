/* What a sender or a receiver makes of what its peer says on a connection: the
 * same for any cut; and unless that ends with a Close it was cut: an error and
 * 1006, never a clean end. Input: flags (1: the bytes stand for the answer to
 * the handshake too, 2: RST at the end, 4: HalfClose, 8: a receiver's
 * rendezvous), the place of the first cut, the size of the other pieces, the
 * bytes. */
#include "service.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct service s;

  if (size < 3 || size > SERVICE_INPUT_MAX)
    return 0;
  struct service_plan plan = { .leg = (data[0] & 8) != 0 ? SERVICE_ACCEPTED
                                                         : SERVICE_SENDER,
                               .raw = (data[0] & 1) != 0,
                               .resets = (data[0] & 2) != 0,
                               .half_close = (data[0] & 4) != 0,
                               .first = data[1],
                               .piece = data[2] + 1u };
  struct hc_span input = hc_span_of(data + 3, size - 3);
  service_run_both(&s, &plan, input);
  if (s.code == 0 || (!plan.raw && !s.opened))
    abort();
  if (!s.opened)
    return 0;
  int close = service_close_of(&plan, input);
  if (s.code != (close != 0 ? close : 1006) || s.said_error != (close == 0))
    abort();
  return 0;
}
