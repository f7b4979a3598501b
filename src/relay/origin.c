/* Origins of rendezvous. */
#include "relay/origin.h"

#include "base/memory.h"

int hc_relay_origin_set(struct hc_relay_origin *origin,
                        const struct hc_relay_listener *listener,
                        struct hc_span host, const char *entity)
{
  hc_relay_origin_deinit(origin);
  origin->base = hc_strdup(hc_relay_listener_base(listener));
  origin->host =
      hc_strndup(host.len > 0 ? (const char *)host.ptr : "", host.len);
  origin->entity = hc_strdup(entity);
  memcpy(origin->guid, hc_relay_listener_guid(listener).ptr, HC_GUID_LEN);
  if (origin->base != NULL && origin->host != NULL && origin->entity != NULL)
    return 0;
  hc_relay_origin_deinit(origin);
  return HYCO_ENOMEM;
}

void hc_relay_origin_deinit(struct hc_relay_origin *origin)
{
  hc_free(origin->base);
  hc_free(origin->host);
  hc_free(origin->entity);
  *origin = (struct hc_relay_origin){ .base = NULL };
}
