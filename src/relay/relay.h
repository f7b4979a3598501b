/* The relay: joins senders and listeners on one hc_net. */
#ifndef HC_RELAY_RELAY_H
#define HC_RELAY_RELAY_H

#include "base/log.h"
#include "net/net.h"
#include <hyco/relay_settings.h>

enum hc_right { HC_RIGHT_LISTEN = 1, HC_RIGHT_SEND = 2, HC_RIGHT_MANAGE = 4 };

struct hc_relay_rule {
  const char *name;
  const char *key;
  const char *secondary_key; /* NULL: none */
  unsigned rights;           /* HC_RIGHT_*; Manage implies the others */
};

struct hc_relay_entity {
  const char *name;                  /* may hold '/', any case */
  bool anonymous;                    /* senders need no token */
  const char *user_metadata;         /* kept for whoever asks; NULL: none */
  const struct hc_relay_rule *rules; /* good for this entity alone */
  size_t n_rules;
};

/* What one host name stands for. */
struct hc_relay_namespace {
  const char *host; /* compared with a request's Host without port, any case;
                       NULL: every host that no other namespace has */
  const struct hc_relay_rule *rules; /* good for all its entities */
  size_t n_rules;
  const struct hc_relay_entity *entities; /* none: every name exists */
  size_t n_entities;
};

/* Limits: a member for each row of hyco/relay_settings.h. */
struct hc_relay_settings {
#define XX(id, ...) unsigned id;
  HYCO_RELAY_SETTING_MAP(XX)
#undef XX
};
void hc_relay_settings_default(struct hc_relay_settings *settings);

/* Sets a row by its name (any case). 0, HYCO_EUNKNOWNNAME or HYCO_EBADVALUE (no
 * number, out of range). */
int hc_relay_settings_set(struct hc_relay_settings *settings,
                          struct hc_span name, struct hc_span value,
                          struct hc_fault *fault);

/* 0, or HYCO_EBADVALUE for a value out of its row's range. */
int hc_relay_settings_check(const struct hc_relay_settings *settings,
                            struct hc_fault *fault);

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
  /* Several, instead of the one that rules and entities make. */
  const struct hc_relay_namespace *namespaces;
  size_t n_namespaces;
  bool accept_any_jwt; /* a JWT passes as a token, unread */
  struct hc_relay_settings settings;
  struct hc_log log; /* one line per event, under the service's names */
};

struct hc_relay;

/* Starts to serve. 0, HYCO_EBADVALUE (fault names it), or what listening
 * gives (HYCO_EADDRINUSE, ...). */
int hc_relay_new(struct hc_net *net, const struct hc_relay_options *options,
                 struct hc_relay **out, struct hc_fault *fault);

/* Takes rules, entities, namespaces, settings, accept_any_jwt and, where it has
 * TLS and options too, tls of options in place of those that it has; the rest
 * of options is not looked at. Nothing that is connected is dropped, but
 * listeners whose entity is gone (1001); tls is for new connections.
 * Timers that run keep their time. 0, HYCO_EBADVALUE or HYCO_ENOMEM: then
 * everything is as before. */
int hc_relay_reload(struct hc_relay *relay,
                    const struct hc_relay_options *options,
                    struct hc_fault *fault);

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
  size_t http_senders;  /* connections with plain requests */
  size_t http_channels; /* rendezvous for those */
  size_t streams;       /* all TCP connections, those in handshake too */
};
void hc_relay_count(const struct hc_relay *relay,
                    struct hc_relay_counts *counts);

#endif
