/* Which certificate authorities are believed. */
#ifndef HC_TLS_TRUST_H
#define HC_TLS_TRUST_H

#include "base/fault.h"
#include "base/tls_options.h"

#include <openssl/ssl.h>

/* Options that are NULL or empty mean the default. */
static inline bool hc_tls_is_given(const char *text)
{
  return text != NULL && *text != '\0';
}

/* The system's bundle and the anchors that the options add. 0 or
 * HYCO_ECERTSTORE, fault names the file. */
int hc_tls_load_trust(SSL_CTX *ctx, const struct hc_tls_options *options,
                      struct hc_fault *fault);

#endif
