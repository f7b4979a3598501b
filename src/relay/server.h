/* The relay's own state, for the files of this room. */
#ifndef HC_RELAY_SERVER_H
#define HC_RELAY_SERVER_H

#include "relay/rendezvous.h"
#include "relay/spaces.h"

enum {
  /* Above it a stream's pings are not answered: a peer that sends and never
   * reads must not make us hold its answers. Above it the other side of a pair
   * is not read either. */
  HC_RELAY_HIGH_MARK = 256 * 1024
};

/* Streams of one kind. */
struct hc_relay_set {
  struct hc_list list;
  size_t n;
};

struct hc_relay {
  struct hc_net *net;
  struct hc_listener *door;
  bool uses_tls;
  char *public_url; /* without a slash at its end; NULL: none */
  struct hc_relay_settings settings;
  struct hc_log log;
  struct hc_relay_spaces spaces;
  bool accept_any_jwt;
  struct hc_relay_addresses addresses;
  size_t requests_held; /* bytes of HTTP requests: RequestsHeldMax */

  struct hc_relay_set fronts;    /* in handshake */
  struct hc_relay_set listeners; /* control channels, of all endpoints */
  struct hc_relay_set waiting;   /* senders */
  struct hc_relay_set pairs;
  struct hc_relay_set senders;   /* of HTTP requests */
  struct hc_relay_set channels;  /* rendezvous for those */
  struct hc_relay_set farewells; /* told to go, while stopping */

  int64_t started_s; /* Unix seconds */
  bool stopping;
  struct hc_timer stop_timer;
  void (*on_stopped)(void *user_data);
  void *stop_user_data;
};

static inline void hc_relay_set_add(struct hc_relay_set *set,
                                    struct hc_list *node)
{
  hc_list_append(&set->list, node);
  set->n++;
}

static inline void hc_relay_set_remove(struct hc_relay_set *set,
                                       struct hc_list *node)
{
  hc_list_remove(node);
  set->n--;
}

/* True if another stream of this kind would be above max_connections. */
static inline bool hc_relay_is_full(const struct hc_relay *relay, size_t n)
{
  return n >= relay->settings.max_connections;
}

/* To be called when a farewell is over: the last one ends a stop. */
void hc_relay_check_stopped(struct hc_relay *relay);

#endif
