/* The inside of struct hc_tls_session, for the files of this room. */
#ifndef HC_TLS_SESSION_INTERNAL_H
#define HC_TLS_SESSION_INTERNAL_H

#include "tls/bio.h"
#include "tls/session.h"

#include <openssl/ssl.h>

struct hc_tls_session {
  SSL *ssl;
  struct hc_tls *tls;
  struct hc_tls_bio ends;
  char *ticket_key; /* "host:port"; NULL: nothing is kept */
  bool is_trusted;  /* chain and name passed: its tickets may be kept */
  bool is_ended;
  bool is_broken;
};

/* Says whether a certificate is accepted: result is what OpenSSL found, then
 * on_verify (unless NULL) has the last word. *trusted: both agree. 0 or
 * HYCO_ECERTVERIFY. */
int hc_tls_judge(X509 *cert, long result,
                 bool (*on_verify)(void *user_data,
                                   const struct hc_tls_verdict *verdict),
                 void *user_data, bool *trusted, struct hc_fault *fault);

/* OpenSSL has a session that may be resumed. */
int hc_tls_on_ticket(SSL *ssl, SSL_SESSION *ticket);

#endif
