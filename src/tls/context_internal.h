/* The inside of struct hc_tls, for the session. */
#ifndef HC_TLS_CONTEXT_INTERNAL_H
#define HC_TLS_CONTEXT_INTERNAL_H

#include "tls/context.h"
#include "tls/tickets.h"

struct hc_tls {
  SSL_CTX *ctx;
  unsigned refs;
  bool server;
  char *cipher_list;         /* NULL: the usual */
  struct hc_tickets tickets; /* clients only */
};

/* Protocol versions, ciphers, groups; nothing is verified within the
 * handshake. 0, HYCO_ETLS, HYCO_EBADVALUE. */
int hc_tls_set_rules(SSL_CTX *ctx, const char *cipher_list,
                     struct hc_fault *fault);

#endif
