/* A client of HTTP/1.1 on a connection of its own that stays open. Whatever
 * fails, and every status but 200, ends the program. */
#ifndef HYCO_BENCH_ASKER_H
#define HYCO_BENCH_ASKER_H

#include "peer.h"
#include "protocol/http_body.h"

struct asker {
  SSL *ssl;
  const char *method; /* of the request under way */
  bool in_body;
  struct hc_http_body body;
  uint8_t head[PEER_HEAD_MAX];
  size_t head_len;
  size_t scanned;
};

/* The TLS handshake is done when this returns. */
void asker_open(struct asker *asker, SSL_CTX *ctx, unsigned port);
void asker_close(struct asker *asker);

/* A request's head. body: its length; 0: none. */
void asker_write_head(struct hc_buffer *out, const char *method,
                      const char *target, uint64_t body);

/* The head, and whatever follows it, as they are. */
void asker_send(struct asker *asker, const char *method, struct hc_span bytes);

/* Takes the answer piece by piece. True: it is whole. False: the socket does
 * not block, and nothing more is there. */
typedef void asker_data_fn(void *user, struct hc_span data);
bool asker_read(struct asker *asker, asker_data_fn *on_data, void *user);

#endif
