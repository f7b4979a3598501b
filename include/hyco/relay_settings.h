/* The relay's limits as one table. `hyco relay --set`, `hyco relay --settings`,
 * the settings of a configuration file and the relay's own values all come from
 * it. */
#ifndef HYCO_RELAY_SETTINGS_H
#define HYCO_RELAY_SETTINGS_H

#include <hyco/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* XX(id, name, default, min, max, unit, help)
 * Values are whole numbers; unit is "" for counts. */
/* clang-format off */
#define HYCO_RELAY_SETTING_MAP(XX) \
  XX(listeners_per_entity, "ListenersPerEntity", 25, 1, 100000, "", \
     "Listeners that one entity may have; the next one gets 403.") \
  XX(accept_timeout_s, "AcceptTimeout", 30, 1, 3600, "s", \
     "How long a listener may take to accept; then the sender gets 504.") \
  XX(response_timeout_s, "ResponseTimeout", 60, 1, 3600, "s", \
     "How long a listener may take to answer an HTTP request, and how long " \
     "either body may stand still; then 504, or a cut.") \
  XX(control_body_max, "ControlBodyMax", 65536, 0, 65536, "bytes", \
     "Length of a body that goes over the control channel; longer requests " \
     "go by rendezvous, longer answers have to.") \
  XX(header_max, "HeaderMax", 32768, 256, 131072, "bytes", \
     "Length of a request's head; above it 431.") \
  XX(no_listener_status, "NoListenerStatus", 502, 400, 599, "", \
     "Status of an HTTP request to an entity without a listener.") \
  XX(requests_held_max, "RequestsHeldMax", 67108864, 65536, 536870912, \
     "bytes", \
     "Heads and bodies of all HTTP requests that are held together, until " \
     "they are answered or their bodies passed on; above it 503.") \
  XX(handshake_timeout_s, "HandshakeTimeout", 20, 1, 3600, "s", \
     "How long TLS, and then a request's head, may take; then 408.") \
  XX(max_connections, "MaxConnections", 5000, 1, 1000000, "", \
     "Listeners, connections and handshakes, each; above it 503.") \
  XX(token_grace_s, "TokenGrace", 300, 0, 86400, "s", \
     "How long a token is good after its expiry.") \
  XX(recycle_after_s, "RecycleAfter", 0, 0, 31536000, "s", \
     "Age at which control channels are closed with 1011, as the service " \
     "does daily; 0: never.") \
  XX(pong_interval_s, "PongInterval", 210, 0, 86400, "s", \
     "Between the pongs that a control channel gets; 0: none.") \
  XX(connect_delay_ms, "ConnectDelay", 0, 0, 60000, "ms", \
     "How long a sender's connection waits before a listener is looked for: " \
     "a model of the service's latency. HTTP requests do not wait.")
/* clang-format on */

/* The rows' indexes, and their number. */
enum {
#define XX(id, ...) HYCO_RELAY_SETTING_##id,
  HYCO_RELAY_SETTING_MAP(XX)
#undef XX
      HYCO_RELAY_SETTING_COUNT
};

/* One row. */
typedef struct {
  const char *name;
  unsigned default_value;
  unsigned min;
  unsigned max;
  const char *unit;
  const char *help;
} hyco_relay_setting_row;

/* The row of an index below HYCO_RELAY_SETTING_COUNT; otherwise NULL. Static
 * memory. Any thread. */
HYCO_API const hyco_relay_setting_row *hyco_relay_setting_get_row(int index);

#ifdef __cplusplus
}
#endif

#endif
