/* The crypto primitives of base/crypto.h, on OpenSSL. */
#include "base/crypto.h"

#include <hyco/error.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

int hc_sha1(struct hc_span in, uint8_t out[HC_SHA1_SIZE])
{
  if (EVP_Digest(in.ptr, in.len, out, NULL, EVP_sha1(), NULL) != 1)
    return HYCO_ENOMEM;
  return 0;
}

int hc_hmac_sha256(struct hc_span key, struct hc_span in,
                   uint8_t out[HC_SHA256_SIZE])
{
  /* EVP_Q_mac refuses a NULL key, an empty one is fine. */
  const void *key_ptr = key.len > 0 ? (const void *)key.ptr : "";
  size_t out_len = 0;

  if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key_ptr, key.len, in.ptr,
                in.len, out, HC_SHA256_SIZE, &out_len) == NULL)
    return HYCO_ENOMEM;
  return 0;
}

bool hc_equal_constant_time(struct hc_span a, struct hc_span b)
{
  if (a.len != b.len)
    return false;
  return a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0;
}

void hc_wipe(void *ptr, size_t n)
{
  OPENSSL_cleanse(ptr, n);
}
