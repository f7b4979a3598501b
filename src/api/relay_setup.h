/* What a relay is started with, whoever said it: the command line's options or
 * a configuration file. */
#ifndef HC_API_RELAY_SETUP_H
#define HC_API_RELAY_SETUP_H

#include "api/arena.h"
#include "relay/relay.h"

enum { HC_RELAY_HOST_MAX = 255 };

struct hc_relay_setup {
  struct hc_arena memory;               /* holds all that is pointed to */
  const char *listen;                   /* "HOST:PORT" */
  char host[HC_RELAY_HOST_MAX + 1];     /* of listen: numeric */
  char url_host[HC_RELAY_HOST_MAX + 3]; /* for people, [] around IPv6 */
  uint16_t port;
  const char *dir;
  bool no_tls;
  const char *tls_cert; /* NULL: the private CA's */
  const char *tls_key;
  const char *public_url; /* NULL: none */
  bool accept_any_jwt;
  bool has_named_spaces; /* from "namespaces" of a file */
  struct hc_relay_namespace *spaces;
  size_t n_spaces; /* at least 1 */
  struct hc_relay_settings settings;
};

/* The defaults: one namespace without rules or entities. 0 or HYCO_ENOMEM;
 * deinit in either case. */
int hc_relay_setup_init(struct hc_relay_setup *setup, struct hc_fault *fault);
void hc_relay_setup_deinit(struct hc_relay_setup *setup);

/* Reads listen into host, url_host and port. 0 or HYCO_EBADVALUE. */
int hc_relay_setup_read_listen(struct hc_relay_setup *setup,
                               struct hc_fault *fault);

/* dir's default. 0, HYCO_EBADVALUE (nothing names one) or HYCO_ENOMEM. */
int hc_relay_setup_default_dir(struct hc_relay_setup *setup,
                               struct hc_fault *fault);

/* Gives RootManageSharedAccessKey with this key to the namespaces that have no
 * rule; needs_root: there are such. 0 or HYCO_ENOMEM. */
bool hc_relay_setup_needs_root(const struct hc_relay_setup *setup);
int hc_relay_setup_root_rule(struct hc_relay_setup *setup, const char *key);

/* A comma list of Listen, Send, Manage. 0 or HYCO_EBADVALUE. */
int hc_relay_read_rights(struct hc_span list, unsigned *rights,
                         struct hc_fault *fault);

/* The first line of a file, in the arena. 0, HYCO_EFILE, HYCO_EBADVALUE or
 * HYCO_ENOMEM. */
int hc_relay_read_key_file(struct hc_arena *memory, const char *path,
                           const char **key, struct hc_fault *fault);

#endif
