/* OpenSSL's words for what went wrong. */
#ifndef HC_TLS_REASON_H
#define HC_TLS_REASON_H

/* The first error in this thread's queue, which is emptied. Static memory,
 * never NULL. */
const char *hc_tls_reason(void);

#endif
