/* What a receiver makes of what a service says on a rendezvous for HTTP
 * requests: the same for any cut; whatever comes, what it says there are whole
 * answers, and after the end nothing is under way. Input: flags (1: the bytes
 * stand for the answer to the handshake too, 2: RST at the end), the place of
 * the first cut, the size of the other pieces, the bytes. */
#include "service.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct service s;

  if (size < 3 || size > SERVICE_INPUT_MAX)
    return 0;
  struct service_plan plan = { .leg = SERVICE_REQUEST,
                               .raw = (data[0] & 1) != 0,
                               .resets = (data[0] & 2) != 0,
                               .first = data[1],
                               .piece = data[2] + 1u };
  service_run_both(&s, &plan, hc_span_of(data + 3, size - 3));
  return 0;
}
