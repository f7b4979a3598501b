/* The primitives of base/crypto.h against published vectors. */
#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_sha1_of_the_handshakes_example(void **state)
{
  /* RFC 6455 1.3: "0xb3 0x7a 0x4f 0x2c 0xc0 0x62 0x4f 0x16 0x90 0xf6 0x46
   * 0x06 0xcf 0x38 0x59 0x45 0xb2 0xbe 0xc4 0xea" */
  static const uint8_t want[HC_SHA1_SIZE] = { 0xb3, 0x7a, 0x4f, 0x2c, 0xc0,
                                              0x62, 0x4f, 0x16, 0x90, 0xf6,
                                              0x46, 0x06, 0xcf, 0x38, 0x59,
                                              0x45, 0xb2, 0xbe, 0xc4, 0xea };
  uint8_t got[HC_SHA1_SIZE];

  (void)state;
  assert_int_equal(hc_sha1(hc_span_str("dGhlIHNhbXBsZSBub25jZQ=="
                                       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"),
                           got),
                   0);
  assert_memory_equal(got, want, sizeof(want));
}

static void test_sha1_of_nothing(void **state)
{
  uint8_t got[HC_SHA1_SIZE];

  (void)state;
  assert_int_equal(hc_sha1(hc_span_of(NULL, 0), got), 0);
  assert_memory_equal(got,
                      "\xda\x39\xa3\xee\x5e\x6b\x4b\x0d\x32\x55"
                      "\xbf\xef\x95\x60\x18\x90\xaf\xd8\x07\x09",
                      HC_SHA1_SIZE);
}

static void test_hmac_sha256_of_rfc_4231(void **state)
{
  uint8_t got[HC_SHA256_SIZE];

  (void)state;
  /* RFC 4231 4.3, test case 2 */
  assert_int_equal(hc_hmac_sha256(hc_span_str("Jefe"),
                                  hc_span_str("what do ya want for nothing?"),
                                  got),
                   0);
  assert_memory_equal(got,
                      "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95"
                      "\x75\xc7\x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9"
                      "\x64\xec\x38\x43",
                      HC_SHA256_SIZE);
}

static void test_hmac_sha256_takes_empty_key_and_text(void **state)
{
  uint8_t got[HC_SHA256_SIZE];

  (void)state;
  assert_int_equal(
      hc_hmac_sha256(hc_span_of(NULL, 0), hc_span_of(NULL, 0), got), 0);
  assert_memory_equal(got, "\xb6\x13\x67\x9a\x08\x14\xd9\xec", 8);
}

static void test_comparison_in_constant_time(void **state)
{
  (void)state;
  assert_true(hc_equal_constant_time(hc_span_str("abc"), hc_span_str("abc")));
  assert_false(hc_equal_constant_time(hc_span_str("abc"), hc_span_str("abd")));
  assert_false(hc_equal_constant_time(hc_span_str("abc"), hc_span_str("ab")));
  assert_true(hc_equal_constant_time(hc_span_of(NULL, 0), hc_span_of(NULL, 0)));
}

static void test_wiping(void **state)
{
  char secret[] = "secret";

  (void)state;
  hc_wipe(secret, sizeof(secret));
  for (size_t i = 0; i < sizeof(secret); i++)
    assert_int_equal(secret[i], 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sha1_of_the_handshakes_example),
    cmocka_unit_test(test_sha1_of_nothing),
    cmocka_unit_test(test_hmac_sha256_of_rfc_4231),
    cmocka_unit_test(test_hmac_sha256_takes_empty_key_and_text),
    cmocka_unit_test(test_comparison_in_constant_time),
    cmocka_unit_test(test_wiping),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
