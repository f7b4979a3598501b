/* The relay: joins senders and listeners on one hc_net. */
#ifndef HC_RELAY_RELAY_H
#define HC_RELAY_RELAY_H

#include "base/log.h"
#include "net/net.h"

enum hc_right { HC_RIGHT_LISTEN = 1, HC_RIGHT_SEND = 2, HC_RIGHT_MANAGE = 4 };

struct hc_relay_rule {
  const char *name;
  const char *key;
  const char *secondary_key; /* NULL: none */
  unsigned rights;           /* HC_RIGHT_*; Manage implies the others */
};

struct hc_relay_entity {
  const char *name; /* may hold '/', any case */
  bool anonymous;   /* senders need no token */
};

/* Limits (DESIGN section 6), in the units of their names; 0 is a value, not
 * "default": start from hc_relay_settings_default. */
struct hc_relay_settings {
  unsigned listeners_per_entity;
  unsigned accept_timeout_s;
  unsigned header_max;
  unsigned handshake_timeout_s;
  unsigned max_connections;
  unsigned token_grace_s;
  unsigned pong_interval_s;
  unsigned control_body_max;
};
void hc_relay_settings_default(struct hc_relay_settings *settings);

/* Everything is copied. */
struct hc_relay_options {
  const char *host;       /* numeric address to listen on */
  uint16_t port;          /* 0: the kernel picks one */
  struct hc_tls *tls;     /* NULL: plain ws (loopback or behind a TLS proxy) */
  const char *public_url; /* what accept addresses begin with, e.g.
                             "wss://relay.example:443"; NULL: the Host that the
                             listener itself used */
  const struct hc_relay_rule *rules;
  size_t n_rules;
  const struct hc_relay_entity *entities; /* none: every name exists */
  size_t n_entities;
  struct hc_relay_settings settings;
  struct hc_log log; /* one line per event, under the service's names */
};

struct hc_relay;

/* Starts to serve. 0, HYCO_EBADVALUE (fault names it), or what listening
 * gives (HYCO_EADDRINUSE, ...). */
int hc_relay_new(struct hc_net *net, const struct hc_relay_options *options,
                 struct hc_relay **out, struct hc_fault *fault);

uint16_t hc_relay_port(const struct hc_relay *relay);

/* Stops taking connections and closes all with 1001, delivering what was
 * taken; on_stopped is called (from the loop) when the last one is gone, at
 * most HC_STREAM_LINGER_MS later. */
void hc_relay_stop(struct hc_relay *relay, void (*on_stopped)(void *user_data),
                   void *user_data);

/* Cuts what is still open. NULL is fine. */
void hc_relay_free(struct hc_relay *relay);

/* How many connections of each kind are open: for tests and the log. */
struct hc_relay_counts {
  size_t listeners;
  size_t waiting_senders;
  size_t pairs;
  size_t streams; /* all TCP connections, those in handshake too */
};
void hc_relay_count(const struct hc_relay *relay,
                    struct hc_relay_counts *counts);

#endif
