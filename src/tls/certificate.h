/* Making certificates for a private authority. */
#ifndef HC_TLS_CERTIFICATE_H
#define HC_TLS_CERTIFICATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

enum { HC_CA_DAYS = 3650, HC_LEAF_DAYS = 397, HC_RENEW_DAYS = 30 };

/* Who signs: a certificate and its key. */
struct hc_issuer {
  X509 *cert;
  EVP_PKEY *key;
};

/* A P-256 key; NULL on failure. */
EVP_PKEY *hc_certificate_key(void);

/* A self-signed CA that signs leaves only. NULL on failure. */
X509 *hc_certificate_ca(EVP_PKEY *key);

/* A server's certificate, good for these names and addresses. NULL on failure
 * (a host that cannot stand in a certificate too). */
X509 *hc_certificate_leaf(const struct hc_issuer *issuer, EVP_PKEY *key,
                          const char *const *hosts, size_t n_hosts);

/* True if cert is good for host, a name or a numeric address. */
bool hc_certificate_covers(X509 *cert, const char *host);

/* True if cert is valid now and for HC_RENEW_DAYS more. */
bool hc_certificate_is_fresh(const X509 *cert);

#endif
