/* A relay as hyco_relay_start makes it: everything but its thread. */
#ifndef HC_API_RELAY_INSTANCE_H
#define HC_API_RELAY_INSTANCE_H

#include "api/relay_options.h"
#include "api/relay_state.h"
#include <pthread.h>
#include <stdatomic.h>

struct hyco_relay {
  struct hc_loop *loop;
  struct hc_relay *core;
  struct hc_tls *tls;
  struct hc_arena memory;     /* of options */
  hyco_relay_options options; /* as they were given, for hyco_relay_reload */
  struct hc_relay_setup setup;
  struct hc_relay_state state;
  char *url;
  char *ca_file; /* NULL without a private CA */
  char *cert_file;
  char *key_file;
  char *connection_string;
  char *connection_string_file;
  void (*on_log)(void *user_data, const char *line);
  void *user_data;
  pthread_t thread;
  atomic_bool must_stop; /* hyco_relay_stop was called */
  bool stopped;          /* the relay's thread alone reads and writes it */
};

/* NULL: no memory. */
struct hyco_relay *hc_relay_instance_new(void);

/* Reads the options, prepares state and TLS, and begins to listen; the loop is
 * not run yet. Errors as of hyco_relay_start; free in either case. */
int hc_relay_instance_open(struct hyco_relay *relay,
                           const hyco_relay_options *options,
                           struct hc_fault *fault);

/* How TLS is done is the same in both, though files may have other names. */
bool hc_relay_instance_same_tls(const struct hc_relay_setup *a,
                                const struct hc_relay_setup *b);

/* On the loop's thread: takes rules, entities and limits of a new setup, and
 * the certificate that its files, or those of the private CA, hold now. 0 or
 * why not: then all is as before. */
int hc_relay_instance_take(struct hyco_relay *relay,
                           struct hc_relay_setup *setup,
                           struct hc_fault *fault);

/* A line for on_log. On the loop's thread. */
void hc_relay_instance_log(struct hyco_relay *relay, const char *line);

void hc_relay_instance_free(struct hyco_relay *relay);

#endif
