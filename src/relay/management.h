/* What a management client is told about an entity (spec hybrid-connections.md
 * 1.16). */
#ifndef HC_RELAY_MANAGEMENT_H
#define HC_RELAY_MANAGEMENT_H

#include "relay/request.h"

struct hc_relay;

/* True for GET of exactly an entity's path with api-version=2016-07: that is
 * for the relay itself and needs the right Manage. */
bool hc_relay_is_management(const struct hc_relay *relay,
                            const struct hc_relay_request *request);

/* Writes the entity's description, or, for a name that nothing is known of, an
 * empty feed. The caller closes the stream. */
void hc_relay_answer_management(struct hc_relay *relay,
                                struct hc_stream *stream,
                                const struct hc_relay_request *request);

#endif
