/* A small stock of TLS sessions per host and port, for resumption. */
#ifndef HC_TLS_TICKETS_H
#define HC_TLS_TICKETS_H

#include "base/list.h"

#include <openssl/ssl.h>
#include <stddef.h>

enum {
  HC_TICKETS_HOSTS_MAX = 64, /* the one not used for longest makes room */
  HC_TICKETS_PER_HOST = 32   /* the oldest makes room */
};

struct hc_tickets {
  struct hc_list hosts; /* the one used last is last */
  size_t n_hosts;
};

void hc_tickets_init(struct hc_tickets *tickets);
void hc_tickets_deinit(struct hc_tickets *tickets);

/* Takes over the caller's reference to session. Out of memory is silent: the
 * next handshake is a full one. */
void hc_tickets_put(struct hc_tickets *tickets, const char *key,
                    SSL_SESSION *session);

/* The newest session of this key, now the caller's; NULL: none. A ticket of
 * TLS 1.3 serves one connection (RFC 8446 C.4), so none is handed out twice. */
SSL_SESSION *hc_tickets_take(struct hc_tickets *tickets, const char *key);

#endif
