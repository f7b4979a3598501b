/* What TLS sessions are made from, what is asked about a peer's certificate,
 * and what a handshake came to; src/tls implements it. */
#ifndef HC_BASE_TLS_OPTIONS_H
#define HC_BASE_TLS_OPTIONS_H

#include "base/span.h"

/* What TLS sessions of one kind are made from. Everything is copied. NULL or
 * empty members mean the default. */
struct hc_tls_options {
  bool server;             /* needs cert_file and key_file */
  const char *cert_file;   /* PEM, chain behind the leaf */
  const char *key_file;    /* PEM */
  const char *ca_file;     /* trust anchors added to the system's, PEM */
  const char *ca_dir;      /* the same, hashed directory */
  struct hc_span ca_pem;   /* the same, PEM in memory */
  const char *ca_paths;    /* ';' list, the first that exists is the system's
                              bundle; NULL: the usual places, read
                              when a certificate needs them */
  const char *cipher_list; /* OpenSSL's syntax, TLS 1.2 */
};

/* Asked after the TLS handshake of a dialled stream and before any byte of
 * ours: status is "OK" or says why the chain or name did not pass; the return
 * value decides. NULL: as the check says. */
struct hc_tls_verdict {
  struct hc_span cert_der;
  const char *subject;
  const char *issuer;
  const char *status;
  bool ok;
};

/* What a handshake came to, resumed or not. Texts are static; all empty and 0
 * without TLS, and until the server has chosen. */
struct hc_tls_negotiated {
  const char *protocol;     /* "TLSv1.3" */
  const char *suite;        /* IANA's name: "TLS_AES_128_GCM_SHA256" */
  const char *cipher;       /* "aes-128-gcm" */
  const char *key_exchange; /* the group, "X25519"; or "RSA", "DHE" */
  int cipher_bits;
  int key_exchange_bits;
};

#endif
