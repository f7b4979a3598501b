/* OpenSSL's bottom: it reads from a borrowed span and writes into a buffer. */
#ifndef HC_TLS_BIO_H
#define HC_TLS_BIO_H

#include "base/buffer.h"

#include <openssl/bio.h>

/* Must live as long as the BIO. */
struct hc_tls_bio {
  struct hc_span in;    /* ciphertext that has come; borrowed */
  struct hc_buffer out; /* ciphertext that is to be sent */
};

/* NULL when out of memory. */
BIO *hc_tls_bio_new(struct hc_tls_bio *ends);

#endif
