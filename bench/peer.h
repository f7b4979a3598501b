/* A WebSocket over TLS on a socket, the plain way: OpenSSL's own socket BIO, no
 * loop. What hyco is measured with shares only the framing with it, so that a
 * slow hyco does not slow down what it is compared to. Whatever fails ends the
 * program. */
#ifndef HYCO_BENCH_PEER_H
#define HYCO_BENCH_PEER_H

#include "base/buffer.h"
#include "protocol/handshake.h"
#include "protocol/ws.h"

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

/* The TLS handshake of an accepted socket. */
SSL *peer_accept_tls(SSL_CTX *ctx, int fd);

/* The TLS and WebSocket handshakes of an accepted socket. */
SSL *peer_accept(SSL_CTX *ctx, int fd);

/* The opening handshake of a client, the same for all its connections. */
struct peer_upgrade {
  struct hc_buffer bytes;
  struct hc_span request; /* in bytes */
  char key[HC_WS_KEY_LEN + 1];
};

void peer_upgrade_init(struct peer_upgrade *upgrade, const char *target);
void peer_upgrade_deinit(struct peer_upgrade *upgrade);

/* answer is all that came back, and must be right. */
void peer_check_answer(const struct peer_upgrade *upgrade,
                       struct hc_span answer);

/* Connects to 127.0.0.1; the TLS handshake, which checks the certificate, is to
 * be done. */
SSL *peer_begin(SSL_CTX *ctx, unsigned port);

/* Connects, and asks for target. */
SSL *peer_connect(SSL_CTX *ctx, unsigned port, const char *target);

/* After a call on a socket that does not block: true if it must be made again
 * when something came, false if it succeeded. what names it for peer_die. */
bool peer_wants_read(SSL *ssl, int rc, const char *what);

/* A client's Close with 1000; returns its size. */
size_t peer_close_frame(uint8_t frame[HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX]);

/* Blocks until all is with the kernel. */
void peer_write(SSL *ssl, struct hc_span bytes);

/* Closes the socket as well. */
void peer_free(SSL *ssl);

/* Monotonic. */
double peer_now_s(void);

#endif
