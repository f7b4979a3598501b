/* Where a role's token comes from, and when it has to be renewed. */
#include "session/token_source.h"
#include "protocol/token.h"
#include "protocol/url.h"

static int make_from_keys(const struct hc_properties *props,
                          const struct hc_endpoint *endpoint, int64_t now_s,
                          struct hc_buffer *out, int64_t *expiry,
                          struct hc_fault *fault)
{
  const char *name = hc_properties_text(props, HYCO_ACCESS_KEY_NAME);
  const char *key = hc_properties_text(props, HYCO_ACCESS_KEY);
  struct hc_buffer path;

  if (name[0] == '\0' || key[0] == '\0')
    return hc_fault_set(fault, HYCO_EMISSING,
                        "access_key_name and access_key go together: %s is "
                        "not set",
                        name[0] == '\0' ? "access_key_name" : "access_key");
  *expiry = now_s + hc_properties_number(props, HYCO_TOKEN_VALIDITY);
  /* what is escaped in the name of the entity must not be escaped twice */
  hc_buffer_init(&path, HC_TOKEN_MAX);
  int rc = hc_url_decode(&path, endpoint->path);
  if (rc == 0)
    rc = hc_token_make(out, hc_span_str(endpoint->host), hc_buffer_span(&path),
                       hc_span_str(name), hc_span_str(key), *expiry);
  hc_buffer_deinit(&path);
  return rc == 0 ? 0
                 : hc_fault_set(fault, rc, "no token can be made: %s",
                                hyco_strerror(rc));
}

int hc_token_source_get(const struct hc_properties *props,
                        const struct hc_endpoint *endpoint, int64_t now_s,
                        struct hc_buffer *out, int64_t *expiry,
                        struct hc_fault *fault)
{
  const char *ready = hc_properties_text(props, HYCO_SHARED_ACCESS_SIGNATURE);
  bool has_name = hc_properties_text(props, HYCO_ACCESS_KEY_NAME)[0] != '\0';
  bool has_key = hc_properties_text(props, HYCO_ACCESS_KEY)[0] != '\0';

  *expiry = 0;
  if (ready[0] != '\0')
    return hc_buffer_append_str(out, ready);
  if (!has_name && !has_key)
    return 0;
  return make_from_keys(props, endpoint, now_s, out, expiry, fault);
}

int hc_token_source_read_row(struct hc_surface *surface, int64_t now_s,
                             struct hc_value *value)
{
  struct hc_endpoint endpoint;
  int64_t expiry;

  int rc = hc_endpoint_read(&surface->props, &endpoint, &surface->fault);
  if (rc < 0)
    return rc;
  hc_buffer_clear(&surface->token);
  rc = make_from_keys(&surface->props, &endpoint, now_s, &surface->token,
                      &expiry, &surface->fault);
  value->text = rc == 0 ? hc_buffer_str(&surface->token) : NULL;
  if (rc == 0 && value->text == NULL)
    rc = hc_fault_set(&surface->fault, HYCO_ENOMEM, "out of memory");
  return rc;
}

bool hc_token_source_is_due(const struct hc_properties *props, int64_t expiry,
                            int64_t now_s)
{
  int64_t threshold = hc_properties_number(props, HYCO_AUTO_RENEW_THRESHOLD);
  int64_t half = hc_properties_number(props, HYCO_TOKEN_VALIDITY) / 2;

  return expiry != 0 && expiry - now_s <= (half < threshold ? half : threshold);
}
