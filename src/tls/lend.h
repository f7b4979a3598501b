/* The rules and the trust of a struct hc_tls for a TLS client of libcurl's. */
#ifndef HC_TLS_LEND_H
#define HC_TLS_LEND_H

#include "base/fault.h"
#include "tls/context.h"
#include "tls/host.h"

/* Must stay where it is as long as the SSL_CTX lives. */
struct hc_tls_loan {
  struct hc_tls *tls;
  const char *host;               /* what the certificate must be good for */
  char name[HC_TLS_HOST_MAX + 1]; /* hc_tls_lend's own: the same for OpenSSL */
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
  void *user_data;
  struct hc_fault fault; /* why the certificate was refused; code 0: it was not
                          */
  bool is_ended;         /* the peer's close_notify has come */
};

/* Sets up ssl_ctx, an SSL_CTX that was made by others, as sessions of loan->tls
 * are: protocol, ciphers, groups, trust, our own certificate. The server's
 * certificate is judged within the handshake, as hc_tls_verify does behind it,
 * and before any byte of ours. Sessions must not be resumed: nobody would judge
 * them. 0 or HYCO_ETLS, HYCO_EBADURL. */
int hc_tls_lend(struct hc_tls_loan *loan, void *ssl_ctx);

#endif
