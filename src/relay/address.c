/* Addresses: made, found, used up. */
#include "relay/address.h"

#include "base/crypto.h"
#include "protocol/url.h"
#include "relay/recode.h"
#include "relay/registry.h"
#include <stdio.h>

void hc_relay_addresses_init(struct hc_relay_addresses *addresses)
{
  for (size_t i = 0; i < HC_RELAY_ADDRESS_BUCKETS; i++)
    hc_list_init(&addresses->buckets[i]);
}

/* FNV-1a; the ids are ours and random, nobody can aim at a bucket. */
static struct hc_list *bucket_of(struct hc_relay_addresses *addresses,
                                 struct hc_span id)
{
  uint32_t hash = 2166136261u;

  for (size_t i = 0; i < id.len; i++)
    hash = (hash ^ id.ptr[i]) * 16777619u;
  return &addresses->buckets[hash % HC_RELAY_ADDRESS_BUCKETS];
}

void hc_relay_address_make(struct hc_relay_address *address,
                           enum hc_relay_action action,
                           const struct hc_relay_tracking *tracking,
                           struct hc_net *net)
{
  char secret[HC_GUID_LEN + 1];

  address->action = action;
  hc_relay_make_guid(secret, net);
  (void)snprintf(address->id, sizeof address->id, "%s_G%s", tracking->id,
                 secret);
}

void hc_relay_addresses_add(struct hc_relay_addresses *addresses,
                            struct hc_relay_address *address)
{
  hc_list_append(bucket_of(addresses, hc_span_str(address->id)),
                 &address->in_bucket);
}

void hc_relay_address_remove(struct hc_relay_address *address)
{
  hc_list_remove(&address->in_bucket);
}

struct hc_relay_address *
hc_relay_addresses_find(struct hc_relay_addresses *addresses,
                        enum hc_relay_action action, struct hc_span id)
{
  struct hc_list *bucket = bucket_of(addresses, id);

  for (struct hc_list *node = bucket->next; node != bucket; node = node->next) {
    struct hc_relay_address *address =
        HC_LIST_ENTRY(node, struct hc_relay_address, in_bucket);
    if (address->action == action &&
        hc_equal_constant_time(hc_span_str(address->id), id))
      return address;
  }
  return NULL;
}

bool hc_relay_is_address_id(struct hc_span id)
{
  static const char middle[] = "_G0_G";
  const size_t second = HC_GUID_LEN + sizeof middle - 1;

  return id.len == HC_RELAY_ADDRESS_ID_MAX - 1 &&
         hc_relay_is_guid(hc_span_of(id.ptr, HC_GUID_LEN)) &&
         memcmp(id.ptr + HC_GUID_LEN, middle, sizeof middle - 1) == 0 &&
         hc_relay_is_guid(hc_span_of(id.ptr + second, HC_GUID_LEN));
}

int hc_relay_write_query(struct hc_buffer *out, struct hc_span query)
{
  struct hc_buffer own;

  hc_buffer_init(&own, HC_URL_MAX);
  int rc = hc_url_query_strip(&own, query);
  if (rc == 0)
    rc = hc_relay_recode(out, hc_buffer_span(&own));
  hc_buffer_deinit(&own);
  return rc;
}

/* An empty first segment of the path is ignored (spec 6.6). */
int hc_relay_write_address(struct hc_buffer *out, const char *base,
                           const struct hc_relay_request *request,
                           const struct hc_relay_address *address)
{
  int rc = hc_buffer_printf(out, "%s/$hc/", base);

  if (rc == 0)
    rc = hc_relay_recode(out, hc_relay_trim_front(request->path));
  if (rc == 0)
    rc = hc_buffer_append_str(out, "?");
  size_t before = hc_buffer_len(out);
  if (rc == 0)
    rc = hc_relay_write_query(out, request->query);
  if (rc == 0 && hc_buffer_len(out) > before)
    rc = hc_buffer_append_str(out, "&");
  if (rc == 0)
    rc = hc_buffer_printf(
        out, "sb-hc-action=%s&sb-hc-id=%s",
        address->action == HC_RELAY_ACCEPT ? "accept" : "request", address->id);
  return rc;
}
