/* What of a TLS client depends on the server's host, for sessions and for what
 * is lent to others. */
#ifndef HC_TLS_HOST_H
#define HC_TLS_HOST_H

#include <openssl/ssl.h>
#include <stdbool.h>

enum { HC_TLS_HOST_MAX = 255 };

/* The host as certificates and SNI have it: without the root's dot. False: too
 * long. */
bool hc_tls_host_name(const char *host, char out[static HC_TLS_HOST_MAX + 1]);

bool hc_tls_host_is_address(const char *host);

/* What the certificate must be good for. host: of hc_tls_host_name. */
bool hc_tls_host_expect(X509_VERIFY_PARAM *param, const char *host);

/* Groups to offer instead of the usual ones, OpenSSL's syntax; NULL: none. */
const char *hc_tls_host_groups(const char *host);

#endif
