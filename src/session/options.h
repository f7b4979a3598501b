/* What connections and TLS are made with, read from the property table. */
#ifndef HC_SESSION_OPTIONS_H
#define HC_SESSION_OPTIONS_H

#include "session/connection.h"
#include "session/property.h"

/* AzureRelayKeepAliveTime; 0: off. */
uint64_t hc_keep_alive_ms(const struct hc_properties *props);

/* All but the link's options. */
struct hc_connection_options
hc_connection_options_read(const struct hc_properties *props);

/* Trust and ciphers of the TLS client; texts are borrowed from props. */
struct hc_tls_options hc_tls_options_read(const struct hc_properties *props);

#endif
