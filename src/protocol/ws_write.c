/* WebSocket frames, writing: heads and masking (RFC 6455 section 5). */
#include "protocol/ws.h"

/* Bytes of the extended length: none, 16 or 64 bits (RFC 6455 5.2). */
static size_t extended_len_size(uint64_t len)
{
  if (len < 126)
    return 0;
  return len <= UINT16_MAX ? 2 : 8;
}

size_t hc_ws_head_size(const struct hc_ws_head *head)
{
  return 2 + extended_len_size(head->len) + (head->masked ? 4 : 0);
}

size_t hc_ws_write_head(uint8_t *dst, const struct hc_ws_head *head)
{
  size_t n_len = extended_len_size(head->len);
  unsigned short_len = n_len == 0   ? (unsigned)head->len
                       : n_len == 2 ? 126u
                                    : 127u;
  dst[0] = (uint8_t)((head->fin ? 0x80u : 0u) | head->opcode);
  dst[1] = (uint8_t)((head->masked ? 0x80u : 0u) | short_len);
  for (size_t i = 0; i < n_len; i++)
    dst[2 + i] = (uint8_t)(head->len >> (8 * (n_len - 1 - i)));
  if (head->masked)
    memcpy(dst + 2 + n_len, head->mask, 4);
  return hc_ws_head_size(head);
}

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
