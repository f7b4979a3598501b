/* Where a role connects to: host, port and request targets, from its
 * properties. */
#ifndef HC_SESSION_ENDPOINT_H
#define HC_SESSION_ENDPOINT_H

#include "base/buffer.h"
#include "protocol/guid.h"
#include "session/property.h"

enum { HC_HOST_MAX = 255, HC_TARGET_MAX = 16384 };

struct hc_endpoint {
  char host[HC_HOST_MAX + 1];        /* lower case, IPv6 without brackets */
  char host_field[HC_HOST_MAX + 16]; /* for the Host header */
  uint16_t port;
  bool tls;
  struct hc_span path;  /* of hybrid_connection, behind the host, without a
                           leading '/'; borrowed from the properties */
  struct hc_span query; /* of hybrid_connection */
};

/* Reads namespace_address, hybrid_connection and UseDevelopmentEmulator. 0,
 * HYCO_EMISSING, HYCO_EBADURL, HYCO_EBADVALUE (plain ws to a host that is not
 * loopback). */
int hc_endpoint_read(const struct hc_properties *props,
                     struct hc_endpoint *endpoint, struct hc_fault *fault);

/* From a rendezvous address. 0, HYCO_EBADURL; path and query stay empty. */
int hc_endpoint_from_url(struct hc_span text, struct hc_endpoint *endpoint,
                         struct hc_span *target, struct hc_fault *fault);

/* Appends "/$hc/path?query&sb-hc-action=ACTION&sb-hc-id=ID". 0,
 * HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_endpoint_write_target(const struct hc_endpoint *endpoint,
                             const char *action, const char *id,
                             struct hc_buffer *out);

#endif
