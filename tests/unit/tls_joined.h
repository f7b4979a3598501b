/* Two TLS sessions joined in memory: a client that trusts the private authority
 * of tls_files.h, and a server with its certificate. */
#ifndef TESTS_UNIT_TLS_JOINED_H
#define TESTS_UNIT_TLS_JOINED_H

#include "tls/context_internal.h"
#include "tls/session_internal.h"

/* tls: the client's, the server's. A test may put another one there before it
 * joins. */
struct tls_joined {
  struct hc_tls *tls[2];
  struct hc_tls_session *client;
  struct hc_tls_session *server;
  struct hc_fault fault;
};

void tls_joined_init(struct tls_joined *j);
void tls_joined_deinit(struct tls_joined *j);

/* The whole handshake of new sessions, which must succeed; host: as the client
 * calls the server. What they say of trust: hc_tls_verify. */
void tls_joined_join(struct tls_joined *j, const char *host);

/* Frees the sessions. */
void tls_joined_part(struct tls_joined *j);

#endif
