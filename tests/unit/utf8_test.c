/* base/utf8.h */
#include "support/check.h"

#include "base/utf8.h"
#include "support/guard_page.h"

static const char *const valid[] = {
  "",
  "plain ASCII, longer than a word of eight bytes",
  "\xc2\x80\xdf\xbf",                 /* first and last of two bytes */
  "\xe0\xa0\x80\xef\xbf\xbf",         /* of three */
  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", /* of four: U+10000, U+10FFFF */
  "\xed\x9f\xbf\xee\x80\x80",         /* around the surrogates */
  "abcdefgh\xe2\x82\xacghijklmn",
  "1234567\xf0\x9f\x98\x80",
};

/* RFC 3629 section 4; `at` is the first byte that no text can have there. */
static const struct {
  const char *what;
  const char *text;
  size_t at;
} invalid[] = {
  { "a continuation byte alone", "a\x80", 1 },
  { "overlong, two bytes", "\xc0\x80", 0 },
  { "overlong, two bytes", "\xc1\xbf", 0 },
  { "overlong, three bytes", "\xe0\x9f\xbf", 1 },
  { "overlong, four bytes", "\xf0\x8f\xbf\xbf", 1 },
  { "a surrogate", "\xed\xa0\x80", 1 },
  { "a surrogate", "\xed\xbf\xbf", 1 },
  { "above U+10FFFF", "\xf4\x90\x80\x80", 1 },
  { "above U+10FFFF", "\xf5\x80\x80\x80", 0 },
  { "no such byte", "\xff", 0 },
  { "a character cut short by ASCII", "\xe2\x82z", 2 },
  { "a character cut short by another", "\xe2\xe2\x82\xac", 1 },
  { "a bad byte behind eight good ones", "12345678\xff", 8 },
  { "the range of a second byte holds for it only", "\xe0\xa0\x7f", 2 },
};

static void valid_texts_are_taken_whole_and_byte_by_byte(void **state)
{
  (void)state;
  struct guard_page page;
  guard_page_init(&page, 64);
  for (size_t i = 0; i < CHECK_COUNT(valid); i++) {
    struct hc_span text = guard_page_put(&page, hc_span_str(valid[i]));
    assert_true(hc_utf8_valid(text));
    struct hc_utf8 u = { 0 };
    for (size_t at = 0; at < text.len; at++)
      assert_true(hc_utf8_feed(&u, hc_span_of(text.ptr + at, 1)));
    assert_true(hc_utf8_is_whole(&u));
  }
  guard_page_deinit(&page);
}

static void invalid_texts_fail_at_the_first_impossible_byte(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(invalid); i++) {
    struct hc_span text = hc_span_str(invalid[i].text);
    struct hc_utf8 u = { 0 };
    size_t at = 0;
    while (at < text.len && hc_utf8_feed(&u, hc_span_of(text.ptr + at, 1)))
      at++;
    if (at != invalid[i].at || hc_utf8_valid(text))
      fail_msg("%s: refused at %zu, not %zu", invalid[i].what, at,
               invalid[i].at);
  }
}

static void a_text_that_ends_inside_a_character_is_not_whole(void **state)
{
  (void)state;
  const char *const cases[] = { "\xc2", "\xe2\x82", "\xf0\x9f\x98", "a\xf4" };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_utf8 u = { 0 };
    assert_true(hc_utf8_feed(&u, hc_span_str(cases[i])));
    assert_false(hc_utf8_is_whole(&u));
    assert_false(hc_utf8_valid(hc_span_str(cases[i])));
  }
}

static size_t encode(uint8_t *out, uint32_t c)
{
  if (c < 0x80) {
    out[0] = (uint8_t)c;
    return 1;
  }
  size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = n - 1; i > 0; i--) {
    out[i] = (uint8_t)(0x80 | (c & 0x3f));
    c >>= 6;
  }
  out[0] = (uint8_t)((0xf00u >> n) | c);
  return n;
}

static void exactly_the_scalar_values_are_valid(void **state)
{
  (void)state;
  for (uint32_t c = 0; c < 0x110100; c++) {
    uint8_t bytes[4];
    size_t n = encode(bytes, c);
    bool expected = (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
    if (hc_utf8_valid(hc_span_of(bytes, n)) != expected)
      fail_msg("U+%04X is not %s", (unsigned)c, expected ? "taken" : "refused");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(valid_texts_are_taken_whole_and_byte_by_byte),
    cmocka_unit_test(invalid_texts_fail_at_the_first_impossible_byte),
    cmocka_unit_test(a_text_that_ends_inside_a_character_is_not_whole),
    cmocka_unit_test(exactly_the_scalar_values_are_valid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
