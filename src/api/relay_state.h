/* What a relay keeps in its directory besides certificates: the lock, the key
 * of the default rule, the connection string. */
#ifndef HC_API_RELAY_STATE_H
#define HC_API_RELAY_STATE_H

#include "base/fault.h"
#include "net/net.h"

enum { HC_RELAY_KEY_LEN = 44 /* base64 of 32 bytes, like the service's */ };

struct hc_relay_state {
  const char *dir; /* borrowed */
  int lock;        /* descriptor; -1: not locked */
};

/* Makes the directory and locks it, so that two relays do not overwrite each
 * other's files. 0, HYCO_EFILE (fault says if another relay uses it). */
int hc_relay_state_open(struct hc_relay_state *state, const char *dir,
                        struct hc_fault *fault);
void hc_relay_state_close(struct hc_relay_state *state);

/* Reads the key, or makes one. 0, HYCO_EFILE, HYCO_EFILEIO. */
int hc_relay_state_key(const struct hc_relay_state *state, struct hc_net *net,
                       char key[HC_RELAY_KEY_LEN + 1], struct hc_fault *fault);

/* Writes dir/connection-string, mode 0600. *path is the caller's. */
int hc_relay_state_write(const struct hc_relay_state *state, const char *text,
                         char **path, struct hc_fault *fault);

/* "dir/name" in memory of the caller's; NULL when out of memory. */
char *hc_relay_state_path(const struct hc_relay_state *state, const char *name);

#endif
