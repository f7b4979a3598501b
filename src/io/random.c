/* Random bytes from the system. */
#include "io/random.h"

#include "base/crypto.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

static void from_system(void *out, size_t n)
{
  if (uv_random(NULL, NULL, out, n, 0, NULL) != 0)
    abort();
}

void hc_random_fill(struct hc_random *random, uint8_t *out, size_t n)
{
  if (n > HC_RANDOM_POOL / 4) {
    from_system(out, n);
    return;
  }
  if (n > random->left) {
    from_system(random->pool, HC_RANDOM_POOL);
    random->left = HC_RANDOM_POOL;
  }
  /* What was handed out is not kept: it may have become a secret. */
  uint8_t *from = random->pool + HC_RANDOM_POOL - random->left;
  memcpy(out, from, n);
  hc_wipe(from, n);
  random->left -= n;
}
