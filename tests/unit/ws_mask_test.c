/* hc_ws_mask of protocol/ws.h, against a model that goes byte by byte. */
#include "support/check.h"

#include "protocol/ws.h"
#include "support/guard_page.h"

enum { LEN_MAX = 200, ALIGNMENTS = 8 };

static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };

static uint8_t source[LEN_MAX];

/* RFC 6455 5.3: octet i is XORed with octet i modulo 4 of the mask. */
static void model(uint8_t *dst, size_t n, uint64_t offset)
{
  for (size_t i = 0; i < n; i++)
    dst[i] = source[i] ^ mask[(offset + i) % 4];
}

static void check_all(const struct guard_page *from,
                      const struct guard_page *to, size_t n, uint64_t offset)
{
  uint8_t expected[LEN_MAX];
  model(expected, n, offset);
  const uint8_t *src = guard_page_put(from, hc_span_of(source, n)).ptr;
  for (size_t shift = 0; shift < ALIGNMENTS; shift++) {
    /* before the guard, so that the place of dst is at every alignment */
    uint8_t *dst = guard_page_tail(to, n + shift);
    memset(dst, 0x55, n + shift);
    hc_ws_mask(dst, src, n, mask, offset);
    assert_memory_equal(dst, expected, n);
    for (size_t i = n; i < n + shift; i++)
      assert_int_equal(dst[i], 0x55);
  }
}

static void every_length_phase_and_alignment_agrees_with_the_model(void **state)
{
  (void)state;
  struct guard_page from;
  struct guard_page to;
  guard_page_init(&from, LEN_MAX);
  guard_page_init(&to, LEN_MAX + ALIGNMENTS);
  for (size_t n = 0; n <= LEN_MAX; n++) {
    for (uint64_t phase = 0; phase < 4; phase++)
      check_all(&from, &to, n, phase);
  }
  guard_page_deinit(&from);
  guard_page_deinit(&to);
}

static void masking_in_place_agrees_with_the_model(void **state)
{
  (void)state;
  for (size_t n = 0; n <= LEN_MAX; n++) {
    uint8_t bytes[LEN_MAX];
    uint8_t expected[LEN_MAX];
    memcpy(bytes, source, n);
    model(expected, n, n);
    hc_ws_mask(bytes, bytes, n, mask, n);
    assert_memory_equal(bytes, expected, n);
    hc_ws_mask(bytes, bytes, n, mask, n);
    assert_memory_equal(bytes, source, n);
  }
}

static void pieces_give_what_the_whole_gives(void **state)
{
  (void)state;
  uint8_t expected[LEN_MAX];
  model(expected, LEN_MAX, 0);
  for (size_t cut = 0; cut <= LEN_MAX; cut++) {
    uint8_t bytes[LEN_MAX];
    hc_ws_mask(bytes, source, cut, mask, 0);
    hc_ws_mask(bytes + cut, source + cut, LEN_MAX - cut, mask, cut);
    assert_memory_equal(bytes, expected, LEN_MAX);
  }
}

static void offsets_beyond_32_bits_keep_their_phase(void **state)
{
  (void)state;
  uint8_t expected[LEN_MAX];
  uint8_t bytes[LEN_MAX];
  const uint64_t offset = (UINT64_C(1) << 40) + 3;
  model(expected, LEN_MAX, offset);
  hc_ws_mask(bytes, source, LEN_MAX, mask, offset);
  assert_memory_equal(bytes, expected, LEN_MAX);
}

int main(void)
{
  for (size_t i = 0; i < LEN_MAX; i++)
    source[i] = (uint8_t)(i * 31 + 7);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_length_phase_and_alignment_agrees_with_the_model),
    cmocka_unit_test(masking_in_place_agrees_with_the_model),
    cmocka_unit_test(pieces_give_what_the_whole_gives),
    cmocka_unit_test(offsets_beyond_32_bits_keep_their_phase),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
