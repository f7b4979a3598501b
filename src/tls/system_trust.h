/* The system's certificate authorities, read when a certificate asks for one:
 * reading them takes as long as a hundred handshakes, and whoever names the
 * authority of their own relay never needs them. */
#ifndef HC_TLS_SYSTEM_TRUST_H
#define HC_TLS_SYSTEM_TRUST_H

#include <openssl/ssl.h>
#include <stdbool.h>

/* Of a bundle in PEM, which is copied by name. What cannot be read then is not
 * trusted. False: no memory. */
bool hc_tls_trust_when_asked(SSL_CTX *ctx, const char *path);

#endif
