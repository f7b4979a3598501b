/* What a receiver makes of what a service says on its control channel: the same
 * for any cut; and unless that ends with a Close it was an error. Input: flags
 * (1: the bytes stand for the answer to the handshake too, 2: RST at the end),
 * the place of the first cut, the size of the other pieces, the bytes. */
#include "service.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct service s;

  if (size < 3 || size > SERVICE_INPUT_MAX)
    return 0;
  struct service_plan plan = { .leg = SERVICE_CONTROL,
                               .raw = (data[0] & 1) != 0,
                               .resets = (data[0] & 2) != 0,
                               .first = data[1],
                               .piece = data[2] + 1u };
  struct hc_span input = hc_span_of(data + 3, size - 3);
  service_run_both(&s, &plan, input);
  if (s.code == 0 || (!plan.raw && !s.opened))
    abort();
  int close = s.opened ? service_close_of(&plan, input) : 0;
  if (close != 0 ? s.code != close : hyco_error_name(s.code)[0] != 'H')
    abort(); /* a Close that was not seen, or one that nobody sent */
  return 0;
}
