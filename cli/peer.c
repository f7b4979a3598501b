/* The connections of hyco listen: a hash table by id. */
#include "peer.h"

#include <stdlib.h>

static size_t bucket_of(int id)
{
  return (unsigned)id % HC_CLI_PEER_BUCKETS;
}

struct hc_cli_peer *hc_cli_peers_add(struct hc_cli_peers *peers, int id)
{
  struct hc_cli_peer *peer = calloc(1, sizeof *peer);
  if (peer == NULL)
    return NULL;
  struct hc_cli_peer **bucket = &peers->buckets[bucket_of(id)];
  peer->id = id;
  peer->next = *bucket;
  *bucket = peer;
  peers->n++;
  return peer;
}

struct hc_cli_peer *hc_cli_peers_find(const struct hc_cli_peers *peers, int id)
{
  struct hc_cli_peer *peer = peers->buckets[bucket_of(id)];
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
  struct hc_cli_peer **link = &peers->buckets[bucket_of(id)];
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
  for (size_t i = 0; i < HC_CLI_PEER_BUCKETS; i++) {
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
  for (size_t i = 0; i < HC_CLI_PEER_BUCKETS; i++) {
    while (peers->buckets[i] != NULL) {
      struct hc_cli_peer *peer = peers->buckets[i];
      peers->buckets[i] = peer->next;
      peers->n--;
      free_peer(peer);
    }
  }
}
