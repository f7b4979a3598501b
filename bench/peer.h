/* A WebSocket over TLS on a socket, the plain way: OpenSSL's own socket BIO, no
 * loop. What hyco is measured with shares only the framing with it, so that a
 * slow hyco does not slow down what it is compared to. Whatever fails ends the
 * program. */
#ifndef HYCO_BENCH_PEER_H
#define HYCO_BENCH_PEER_H

#include "base/span.h"

#include <openssl/ssl.h>

enum {
  PEER_RECORD_MAX = 16384,   /* plaintext of one record */
  PEER_HEAD_MAX = 4096,      /* of the opening handshake */
  PEER_READ_AHEAD = 1 << 17, /* what one recv may take */
};

/* Says what failed, and why if errno or OpenSSL know, and exits with 1. */
_Noreturn void peer_die(const char *what);

/* Both speak TLS 1.3 with TLS_AES_128_GCM_SHA256, whoever the other side is. */
SSL_CTX *peer_server_context(const char *cert_file, const char *key_file);
SSL_CTX *peer_client_context(const char *ca_file);

/* On 127.0.0.1 and a port of the kernel's choice, which goes to *port. */
int peer_listen(unsigned *port);

/* The TLS and WebSocket handshakes of an accepted socket. */
SSL *peer_accept(SSL_CTX *ctx, int fd);

/* Connects to 127.0.0.1, checks the certificate, and asks for target. */
SSL *peer_connect(SSL_CTX *ctx, unsigned port, const char *target);

/* Blocks until all is with the kernel. */
void peer_write(SSL *ssl, struct hc_span bytes);

/* Closes the socket as well. */
void peer_free(SSL *ssl);

#endif
