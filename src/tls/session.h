/* One TLS session: ciphertext in, plaintext out, and the other way round. It
 * never touches a socket. */
#ifndef HC_TLS_SESSION_H
#define HC_TLS_SESSION_H

#include "base/buffer.h"
#include "tls/context.h"

enum {
  HC_TLS_RECORD_MAX = 16384, /* plaintext of one record, RFC 8446 5.1 */
  /* Ciphertext that may wait for the kernel. Callers encrypt only below the
   * mark; the rest is for alerts and answers to key updates, and a peer that
   * fills it is broken off. */
  HC_TLS_OUT_MARK = 1 << 18,
  HC_TLS_OUT_MAX = 1 << 19,
  /* What hc_tls_read may give beyond the length of its input: one record that
   * earlier input began. */
  HC_TLS_READ_EXTRA = HC_TLS_RECORD_MAX + 1024
};

struct hc_tls_session;

/* A server's side if tls is a server's; host and port are then NULL and 0. A
 * client asks for host (SNI) and offers a session kept for host and port. 0 or
 * HYCO_ENOMEM. The session holds a reference to tls. */
int hc_tls_session_new(struct hc_tls *tls, const char *host, uint16_t port,
                       struct hc_tls_session **out);

/* NULL is fine. */
void hc_tls_session_free(struct hc_tls_session *session);

/* Ciphertext to be sent; the caller drops what the kernel took. */
struct hc_buffer *hc_tls_out(struct hc_tls_session *session);

/* Goes on with the handshake, taking what it needs off *in. 1: done. 0: wants
 * more input. HYCO_ETLS: fault says why; an alert may be in the out buffer. */
int hc_tls_handshake(struct hc_tls_session *session, struct hc_span *in,
                     struct hc_fault *fault);

/* A client's judgement after the handshake, before any byte of ours: chain and
 * name, then on_verify (unless NULL), whose word is final. 0 or
 * HYCO_ECERTVERIFY. */
int hc_tls_verify(struct hc_tls_session *session,
                  bool (*on_verify)(void *user_data,
                                    const struct hc_tls_verdict *verdict),
                  void *user_data, struct hc_fault *fault);

/* Decrypts all of *in into out, whose room must be at least in->len +
 * HC_TLS_READ_EXTRA. Returns the number of bytes of plaintext; fault->code is 0
 * or what broke the session behind them. */
size_t hc_tls_read(struct hc_tls_session *session, struct hc_span *in,
                   uint8_t *out, size_t room, struct hc_fault *fault);

/* The peer's close_notify has come. */
bool hc_tls_is_ended(const struct hc_tls_session *session);

/* Encrypts up to one record off the front of bytes into the out buffer.
 * Returns how many were taken, or HYCO_ETLS. */
int hc_tls_write(struct hc_tls_session *session, struct hc_span bytes);

/* Puts our close_notify into the out buffer. */
void hc_tls_finish(struct hc_tls_session *session);

/* What the handshake came to; session may be NULL: no TLS. */
void hc_tls_negotiated_read(const struct hc_tls_session *session,
                            struct hc_tls_negotiated *out);

/* Gives back the memory that an idle session does not need. */
void hc_tls_trim(struct hc_tls_session *session);

#endif
