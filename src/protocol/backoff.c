/* The waits between reconnects. */
#include "protocol/backoff.h"

static const uint64_t waits_ms[] = { 0, 1000, 2000, 5000, 10000, 30000 };

enum { N_WAITS = sizeof(waits_ms) / sizeof(waits_ms[0]) };

void hc_backoff_online(struct hc_backoff *b, uint64_t now_ms)
{
  b->online_since_ms = now_ms > 0 ? now_ms : 1; /* 0 means not online */
}

/* wait -20 % ... wait +20 % */
static uint64_t jittered(uint64_t wait_ms, uint32_t random)
{
  return wait_ms - wait_ms / 5 + wait_ms * 2 / 5 * random / UINT32_MAX;
}

uint64_t hc_backoff_next(struct hc_backoff *b, uint64_t now_ms, uint32_t random)
{
  if (b->online_since_ms > 0 &&
      now_ms >= b->online_since_ms + HC_BACKOFF_RESET_MS)
    b->attempt = 0;
  b->online_since_ms = 0;

  uint64_t wait_ms = waits_ms[b->attempt];
  if (b->attempt < N_WAITS - 1)
    b->attempt++;
  return jittered(wait_ms, random);
}
