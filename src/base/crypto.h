/* Crypto primitives that the pure rooms use; src/tls implements them. */
#ifndef HC_BASE_CRYPTO_H
#define HC_BASE_CRYPTO_H

#include "base/span.h"

enum { HC_SHA1_SIZE = 20, HC_SHA256_SIZE = 32 };

/* Each returns 0 or HYCO_ENOMEM. */
int hc_sha1(struct hc_span in, uint8_t out[HC_SHA1_SIZE]);
int hc_hmac_sha256(struct hc_span key, struct hc_span in,
                   uint8_t out[HC_SHA256_SIZE]);

/* Takes the same time wherever the first difference is. Lengths are public. */
bool hc_equal_constant_time(struct hc_span a, struct hc_span b);

/* Overwrites so that the compiler cannot drop it. */
void hc_wipe(void *ptr, size_t n);

#endif
