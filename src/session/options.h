/* What connections and TLS are made with, read from the property table. */
#ifndef HC_SESSION_OPTIONS_H
#define HC_SESSION_OPTIONS_H

#include "session/connection.h"
#include "session/property.h"

/* AzureRelayKeepAliveTime; 0: off. */
uint64_t hc_keep_alive_ms(const struct hc_properties *props);

/* How long handshakes may take: DefaultConnectionTimeout, or the usual time. */
uint64_t hc_handshake_ms(const struct hc_properties *props, uint64_t usual_ms);

/* All but the link's options. */
struct hc_connection_options
hc_connection_options_read(const struct hc_properties *props);

/* TcpNoDelay, KeepAlive*, InBufferSize, UseIPv6. */
struct hc_tcp hc_tcp_from_properties(const struct hc_properties *props);

/* The TLS client with its trust and ciphers; as hc_net_tls_new. */
int hc_tls_from_properties(struct hc_net *net,
                           const struct hc_properties *props,
                           struct hc_tls **out, struct hc_fault *fault);

/* Disconnects with DisconnectStatusCode and DisconnectStatusDescription. */
void hc_disconnect_as_set(struct hc_connection *c,
                          const struct hc_properties *props);

#endif
