/* The connections of hyco listen: a hash table by id. */
#include "peer.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 64 };

static struct hc_cli_peer **bucket_of(const struct hc_cli_peers *peers, int id)
{
  return &peers->buckets[(unsigned)id & (peers->n_buckets - 1)];
}

static void put(struct hc_cli_peers *peers, struct hc_cli_peer *peer)
{
  struct hc_cli_peer **bucket = bucket_of(peers, peer->id);

  peer->next = *bucket;
  *bucket = peer;
}

/* Chains stay short however many there are. Without memory they get longer,
 * unless there is no table yet. */
static bool grow(struct hc_cli_peers *peers)
{
  struct hc_cli_peers bigger = { .n = peers->n };

  bigger.n_buckets =
      peers->n_buckets == 0 ? BUCKETS_FIRST : peers->n_buckets * 2;
  bigger.buckets = calloc(bigger.n_buckets, sizeof *bigger.buckets);
  if (bigger.buckets == NULL)
    return peers->n_buckets > 0;
  for (size_t i = 0; i < peers->n_buckets; i++) {
    struct hc_cli_peer *peer = peers->buckets[i];
    while (peer != NULL) {
      struct hc_cli_peer *next = peer->next;
      put(&bigger, peer);
      peer = next;
    }
  }
  free(peers->buckets);
  *peers = bigger;
  return true;
}

struct hc_cli_peer *hc_cli_peers_add(struct hc_cli_peers *peers, int id)
{
  if ((size_t)peers->n >= peers->n_buckets && !grow(peers))
    return NULL;
  struct hc_cli_peer *peer = calloc(1, sizeof *peer);
  if (peer == NULL)
    return NULL;
  peer->id = id;
  put(peers, peer);
  peers->n++;
  return peer;
}

struct hc_cli_peer *hc_cli_peers_find(const struct hc_cli_peers *peers, int id)
{
  struct hc_cli_peer *peer =
      peers->n_buckets > 0 ? *bucket_of(peers, id) : NULL;
  while (peer != NULL && peer->id != id)
    peer = peer->next;
  return peer;
}

static void free_peer(struct hc_cli_peer *peer)
{
  hc_cli_bytes_free(&peer->waiting);
  free(peer);
}

void hc_cli_peers_remove(struct hc_cli_peers *peers, int id)
{
  if (peers->n_buckets == 0)
    return;
  struct hc_cli_peer **link = bucket_of(peers, id);
  while (*link != NULL && (*link)->id != id)
    link = &(*link)->next;
  struct hc_cli_peer *peer = *link;
  if (peer == NULL)
    return;
  *link = peer->next;
  peers->n--;
  free_peer(peer);
}

void hc_cli_peers_each(const struct hc_cli_peers *peers,
                       void (*fn)(struct hc_cli_peer *peer, void *user_data),
                       void *user_data)
{
  for (size_t i = 0; i < peers->n_buckets; i++) {
    struct hc_cli_peer *peer = peers->buckets[i];
    while (peer != NULL) {
      struct hc_cli_peer *next = peer->next;
      fn(peer, user_data);
      peer = next;
    }
  }
}

void hc_cli_peers_free(struct hc_cli_peers *peers)
{
  for (size_t i = 0; i < peers->n_buckets; i++) {
    while (peers->buckets[i] != NULL) {
      struct hc_cli_peer *peer = peers->buckets[i];
      peers->buckets[i] = peer->next;
      peers->n--;
      free_peer(peer);
    }
  }
  free(peers->buckets);
  *peers = (struct hc_cli_peers){ 0 };
}
