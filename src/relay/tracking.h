/* The ids that tie a log line, an error answer and a connection together (spec
 * hybrid-connections.md 1.5), and the log lines that carry them. */
#ifndef HC_RELAY_TRACKING_H
#define HC_RELAY_TRACKING_H

#include "base/log.h"
#include "net/net.h"
#include "protocol/guid.h"

enum {
  HC_RELAY_TRACKING_ID_MAX = HC_GUID_LEN + 4, /* "_G0" and a NUL */
  HC_RELAY_SYSTEM_MAX = 256
};

struct hc_relay_tracking {
  char id[HC_RELAY_TRACKING_ID_MAX]; /* GUID "_G0" */
  char system[HC_RELAY_SYSTEM_MAX];  /* "sb://host/path", cut to fit; never a
                                        query: it may hold a token */
};

/* The peer's own GUID (the value of sb-hc-id, a suffix "_G..." cut off) or,
 * when it is none, a fresh one. */
void hc_relay_tracking_init(struct hc_relay_tracking *t, struct hc_net *net,
                            struct hc_span peer_id);

/* Names what the peer asked for. */
void hc_relay_tracking_set_system(struct hc_relay_tracking *t,
                                  struct hc_span host, struct hc_span path);

bool hc_relay_is_guid(struct hc_span text);

/* A random GUID and a NUL. */
void hc_relay_make_guid(char out[HC_GUID_LEN + 1], struct hc_net *net);

/* One line for an event under the service's name for it; detail may be NULL. */
void hc_relay_event(const struct hc_log *log, const char *name,
                    const struct hc_relay_tracking *t, const char *detail);

#endif
