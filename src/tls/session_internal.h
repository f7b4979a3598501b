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

/* OpenSSL has a session that may be resumed. */
int hc_tls_on_ticket(SSL *ssl, SSL_SESSION *ticket);

#endif
