/* Where a role's token comes from: a ready token, or keys; and when the token
 * has to be renewed. */
#ifndef HC_SESSION_TOKEN_SOURCE_H
#define HC_SESSION_TOKEN_SOURCE_H

#include "base/buffer.h"
#include "session/endpoint.h"
#include "session/surface.h"

enum { HC_RENEW_CHECK_MS = 30000 }; /* DESIGN section 8, "token" */

/* Appends the token for the endpoint: SharedAccessSignature as it is, or one
 * made from the keys, or nothing when neither is set (anonymous). *expiry: Unix
 * seconds, 0 when a token cannot be renewed or there is none. 0,
 * HYCO_EMISSING (a key without a key name or the other way round), HYCO_ENOMEM,
 * HYCO_EBADVALUE, HYCO_EBADURL (a broken escape in the name of the entity). */
int hc_token_source_get(const struct hc_properties *props,
                        const struct hc_endpoint *endpoint, int64_t now_s,
                        struct hc_buffer *out, int64_t *expiry,
                        struct hc_fault *fault);

/* Has a token that ends at expiry to be renewed now? True when min
 * (AutoRenewThreshold, half of TokenValidity) seconds or less remain. */
bool hc_token_source_is_due(const struct hc_properties *props, int64_t expiry,
                            int64_t now_s);

/* The setting AccessToken: a fresh token made from the keys, whatever
 * SharedAccessSignature says. value->text is borrowed from the surface. The
 * errors of hc_endpoint_read and hc_token_source_get. */
int hc_token_source_read_row(struct hc_surface *surface, int64_t now_s,
                             struct hc_value *value);

#endif
