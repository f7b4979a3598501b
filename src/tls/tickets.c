/* A small stock of TLS sessions per host and port. */
#include "tls/tickets.h"

#include "base/memory.h"

#include <string.h>

struct host {
  struct hc_list node;
  char *key;
  SSL_SESSION *stock[HC_TICKETS_PER_HOST]; /* the newest is last */
  size_t n;
};

void hc_tickets_init(struct hc_tickets *tickets)
{
  hc_list_init(&tickets->hosts);
  tickets->n_hosts = 0;
}

static void drop_host(struct hc_tickets *tickets, struct host *host)
{
  for (size_t i = 0; i < host->n; i++)
    SSL_SESSION_free(host->stock[i]);
  hc_list_remove(&host->node);
  tickets->n_hosts--;
  hc_free(host->key);
  hc_free(host);
}

static struct host *first_host(struct hc_tickets *tickets)
{
  return HC_LIST_ENTRY(tickets->hosts.next, struct host, node);
}

void hc_tickets_deinit(struct hc_tickets *tickets)
{
  while (!hc_list_is_empty(&tickets->hosts))
    drop_host(tickets, first_host(tickets));
}

static struct host *find_host(struct hc_tickets *tickets, const char *key)
{
  struct hc_list *head = &tickets->hosts;

  for (struct hc_list *node = head->next; node != head; node = node->next) {
    struct host *host = HC_LIST_ENTRY(node, struct host, node);
    if (strcmp(host->key, key) == 0)
      return host;
  }
  return NULL;
}

static struct host *add_host(struct hc_tickets *tickets, const char *key)
{
  struct host *host = hc_alloc_zero(sizeof(*host));
  if (host == NULL)
    return NULL;
  host->key = hc_strdup(key);
  if (host->key == NULL) {
    hc_free(host);
    return NULL;
  }
  if (tickets->n_hosts == HC_TICKETS_HOSTS_MAX)
    drop_host(tickets, first_host(tickets));
  hc_list_append(&tickets->hosts, &host->node);
  tickets->n_hosts++;
  return host;
}

static void touch(struct hc_tickets *tickets, struct host *host)
{
  hc_list_remove(&host->node);
  hc_list_append(&tickets->hosts, &host->node);
}

void hc_tickets_put(struct hc_tickets *tickets, const char *key,
                    SSL_SESSION *session)
{
  struct host *host = find_host(tickets, key);
  if (host == NULL)
    host = add_host(tickets, key);
  if (host == NULL) {
    SSL_SESSION_free(session);
    return;
  }
  touch(tickets, host);
  if (host->n == HC_TICKETS_PER_HOST) {
    SSL_SESSION_free(host->stock[0]);
    host->n--;
    memmove(host->stock, host->stock + 1, host->n * sizeof(host->stock[0]));
  }
  host->stock[host->n++] = session;
}

SSL_SESSION *hc_tickets_take(struct hc_tickets *tickets, const char *key)
{
  struct host *host = find_host(tickets, key);
  if (host == NULL || host->n == 0)
    return NULL;
  touch(tickets, host);
  return host->stock[--host->n];
}
