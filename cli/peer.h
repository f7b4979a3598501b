/* The connections of hyco listen and its HTTP requests, found by their ids. */
#ifndef HC_CLI_PEER_H
#define HC_CLI_PEER_H

#include "bytes.h"

struct hc_cli_job;

struct hc_cli_peer {
  struct hc_cli_peer *next;
  int id;
  bool text;   /* what waits is text */
  bool whole;  /* and goes to the end of its message */
  bool paused; /* no data comes until what waits has been sent */
  bool ended;  /* the peer sends no more */
  bool done;   /* our side is closing: what still comes is dropped */
  struct hc_cli_bytes waiting;
  struct hc_cli_job *job; /* the command that answers it; NULL: none */
};

/* Zero-initialised. */
struct hc_cli_peers {
  struct hc_cli_peer **buckets;
  size_t n_buckets; /* a power of two that is not below n; 0 at first */
  long n;
};

/* A new one, which the table owns; NULL without memory. */
struct hc_cli_peer *hc_cli_peers_add(struct hc_cli_peers *peers, int id);
struct hc_cli_peer *hc_cli_peers_find(const struct hc_cli_peers *peers, int id);
void hc_cli_peers_remove(struct hc_cli_peers *peers, int id);

/* Calls fn for each, which must not add any and remove at most this one. */
void hc_cli_peers_each(const struct hc_cli_peers *peers,
                       void (*fn)(struct hc_cli_peer *peer, void *user_data),
                       void *user_data);
void hc_cli_peers_free(struct hc_cli_peers *peers);

#endif
