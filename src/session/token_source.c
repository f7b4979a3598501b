/* Where a role's token comes from, and when it has to be renewed. */
#include "session/token_source.h"
#include "protocol/token.h"

int hc_token_source_get(const struct hc_properties *props,
                        const struct hc_endpoint *endpoint, int64_t now_s,
                        struct hc_buffer *out, int64_t *expiry,
                        struct hc_fault *fault)
{
  const char *ready = hc_properties_text(props, HYCO_SHARED_ACCESS_SIGNATURE);
  const char *name = hc_properties_text(props, HYCO_ACCESS_KEY_NAME);
  const char *key = hc_properties_text(props, HYCO_ACCESS_KEY);

  *expiry = 0;
  if (ready[0] != '\0')
    return hc_buffer_append_str(out, ready);
  if (name[0] == '\0' && key[0] == '\0')
    return 0;
  if (name[0] == '\0' || key[0] == '\0')
    return hc_fault_set(fault, HYCO_EMISSING,
                        "access_key_name and access_key go together: %s is "
                        "not set",
                        name[0] == '\0' ? "access_key_name" : "access_key");
  *expiry = now_s + hc_properties_number(props, HYCO_TOKEN_VALIDITY);
  return hc_token_make(out, hc_span_str(endpoint->host), endpoint->path,
                       hc_span_str(name), hc_span_str(key), *expiry);
}

bool hc_token_source_is_due(const struct hc_properties *props, int64_t expiry,
                            int64_t now_s)
{
  int64_t threshold = hc_properties_number(props, HYCO_AUTO_RENEW_THRESHOLD);
  int64_t half = hc_properties_number(props, HYCO_TOKEN_VALIDITY) / 2;

  return expiry != 0 && expiry - now_s <= (half < threshold ? half : threshold);
}
