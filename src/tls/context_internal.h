/* The inside of struct hc_tls, for the session. */
#ifndef HC_TLS_CONTEXT_INTERNAL_H
#define HC_TLS_CONTEXT_INTERNAL_H

#include "tls/context.h"
#include "tls/tickets.h"

struct hc_tls {
  SSL_CTX *ctx;
  unsigned refs;
  bool server;
  struct hc_tickets tickets; /* clients only */
};

#endif
