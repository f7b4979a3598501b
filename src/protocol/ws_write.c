/* WebSocket frames, writing: heads and masking (RFC 6455 section 5). */
#include "protocol/ws.h"

enum { BLOCK_SIZE = 32 };

/* Everything is loaded before anything is stored, so compilers can use vectors
 * without asking whether dst is src. Four words by name: gcc 12 puts an array
 * on the stack, which takes twice the time. */
static void mask_block(uint8_t *dst, const uint8_t *src, uint64_t mask)
{
  uint64_t a;
  uint64_t b;
  uint64_t c;
  uint64_t d;
  memcpy(&a, src, 8);
  memcpy(&b, src + 8, 8);
  memcpy(&c, src + 16, 8);
  memcpy(&d, src + 24, 8);
  a ^= mask;
  b ^= mask;
  c ^= mask;
  d ^= mask;
  memcpy(dst, &a, 8);
  memcpy(dst + 8, &b, 8);
  memcpy(dst + 16, &c, 8);
  memcpy(dst + 24, &d, 8);
}

/* The mask as it falls on the payload's byte `offset`, twice. Most pieces begin
 * at a multiple of four; turning bytes in memory and loading them as a word
 * would cost a small frame as much as all its masking. */
static uint64_t wide_mask(const uint8_t mask[4], uint64_t offset)
{
  uint8_t turned[4];
  uint32_t word;

  if (offset % 4 == 0) {
    memcpy(&word, mask, 4);
  } else {
    for (size_t i = 0; i < 4; i++)
      turned[i] = mask[(offset + i) % 4];
    memcpy(&word, turned, 4);
  }
  return (uint64_t)word << 32 | word;
}

void hc_ws_mask(uint8_t *dst, const uint8_t *src, size_t n,
                const uint8_t mask[4], uint64_t offset)
{
  const uint64_t wide = wide_mask(mask, offset);
  uint8_t bytes[8];

  size_t i = 0;
  for (; n - i >= BLOCK_SIZE; i += BLOCK_SIZE)
    mask_block(dst + i, src + i, wide);
  for (; n - i >= 8; i += 8) {
    uint64_t word;
    memcpy(&word, src + i, 8);
    word ^= wide;
    memcpy(dst + i, &word, 8);
  }
  memcpy(bytes, &wide, 8);
  for (; i < n; i++)
    dst[i] = src[i] ^ bytes[i % 8];
}
