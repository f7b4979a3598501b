/* The configuration file of a relay (docs/relay-config.md). */
#ifndef HC_API_RELAY_CONFIG_H
#define HC_API_RELAY_CONFIG_H

#include "api/relay_setup.h"

/* Where the text comes from. */
struct hc_relay_config_source {
  const char *path; /* for messages, and for paths within that are relative */
  int (*read_key_file)(struct hc_arena *memory, const char *path,
                       const char **key, struct hc_fault *fault);
};

/* Sets what the text says in setup, which has its defaults. 0, HYCO_EBADVALUE,
 * HYCO_EUNKNOWNNAME (a setting), HYCO_EFILE (a key file), HYCO_ETOOLONG or
 * HYCO_ENOMEM; fault says "FILE:LINE: what", never a key. */
int hc_relay_config_read(struct hc_span text,
                         const struct hc_relay_config_source *source,
                         struct hc_relay_setup *setup, struct hc_fault *fault);

/* The same for a file. HYCO_EFILE, HYCO_EFILEIO: it cannot be read. */
int hc_relay_config_load(const char *path, struct hc_relay_setup *setup,
                         struct hc_fault *fault);

#endif
