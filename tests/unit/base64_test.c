/* base/base64.h */
#include "support/check.h"

#include "base/base64.h"
#include "support/guard_page.h"

#include <hyco/error.h>

static const struct {
  const char *bytes;
  const char *text;
} vectors[] = {
  { "", "" },
  { "f", "Zg==" },
  { "fo", "Zm8=" },
  { "foo", "Zm9v" },
  { "foob", "Zm9vYg==" },
  { "fooba", "Zm9vYmE=" },
  { "foobar", "Zm9vYmFy" },
};

static void rfc_4648_10_vectors_both_ways(void **state)
{
  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(vectors); i++) {
    char text[HC_BASE64_LEN(6) + 1];
    uint8_t bytes[6];
    struct hc_span in = hc_span_str(vectors[i].bytes);
    hc_base64_encode(text, in);
    assert_string_equal(text, vectors[i].text);
    assert_int_equal(strlen(text), HC_BASE64_LEN(in.len));
    assert_int_equal(hc_base64_decode(bytes, hc_span_str(text)), in.len);
    assert_memory_equal(bytes, in.ptr, in.len);
  }
}

static void every_byte_survives_at_every_length(void **state)
{
  (void)state;
  uint8_t bytes[256];
  for (size_t i = 0; i < sizeof(bytes); i++)
    bytes[i] = (uint8_t)(i * 7 + 3);
  for (size_t n = 0; n <= sizeof(bytes); n++) {
    char text[HC_BASE64_LEN(256) + 1];
    uint8_t back[HC_BASE64_LEN(256) / 4 * 3];
    hc_base64_encode(text, hc_span_of(bytes, n));
    assert_int_equal(hc_base64_decode(back, hc_span_str(text)), n);
    assert_memory_equal(back, bytes, n);
  }
}

static void bad_text_is_a_bad_value(void **state)
{
  (void)state;
  const char *const cases[] = {
    "Z",    "Zg",       "Zg=",  "=",        "====",       "Z===",
    "Zg=a", "Zg==Zg==", "Zm 9", "Zm9v\r\n", "Zm-_",       "Zm9=",
    "Zh==", "Zm9vZg",   "=m9v", "Z=9v",     "Zm\xc3\xa9",
  };
  struct guard_page page;
  guard_page_init(&page, 64);
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    uint8_t out[16];
    struct hc_span in = guard_page_put(&page, hc_span_str(cases[i]));
    if (hc_base64_decode(out, in) != HYCO_EBADVALUE)
      fail_msg("\"%s\" was taken", cases[i]);
  }
  guard_page_deinit(&page);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rfc_4648_10_vectors_both_ways),
    cmocka_unit_test(every_byte_survives_at_every_length),
    cmocka_unit_test(bad_text_is_a_bad_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
