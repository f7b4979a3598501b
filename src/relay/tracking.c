/* Tracking ids and event lines. */
#include "relay/tracking.h"

#include <stdio.h>

static bool is_hex(uint8_t c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}

static bool is_dash_place(size_t i)
{
  return i == 8 || i == 13 || i == 18 || i == 23;
}

bool hc_relay_is_guid(struct hc_span s)
{
  if (s.len != HC_GUID_LEN)
    return false;
  for (size_t i = 0; i < s.len; i++) {
    if (is_dash_place(i) ? s.ptr[i] != '-' : !is_hex(s.ptr[i]))
      return false;
  }
  return true;
}

void hc_relay_make_guid(char out[HC_GUID_LEN + 1], struct hc_net *net)
{
  uint8_t random[16];

  hc_net_random(net, random, sizeof random);
  hc_guid_format(out, random);
}

void hc_relay_tracking_init(struct hc_relay_tracking *t, struct hc_net *net,
                            struct hc_span peer_id)
{
  struct hc_span guid = peer_id;

  if (guid.len > HC_GUID_LEN && memcmp(guid.ptr + HC_GUID_LEN, "_", 1) == 0)
    guid.len = HC_GUID_LEN;
  if (hc_relay_is_guid(guid))
    memcpy(t->id, guid.ptr, HC_GUID_LEN);
  else
    hc_relay_make_guid(t->id, net);
  memcpy(t->id + HC_GUID_LEN, "_G0", 4);
  t->system[0] = '\0';
}

static int fit(struct hc_span s)
{
  return (int)(s.len < HC_RELAY_SYSTEM_MAX ? s.len : HC_RELAY_SYSTEM_MAX);
}

void hc_relay_tracking_set_system(struct hc_relay_tracking *t,
                                  struct hc_span host, struct hc_span path)
{
  (void)snprintf(t->system, sizeof t->system, "sb://%.*s/%.*s", fit(host),
                 host.len > 0 ? (const char *)host.ptr : "", fit(path),
                 path.len > 0 ? (const char *)path.ptr : "");
}

void hc_relay_event(const struct hc_log *log, const char *name,
                    const struct hc_relay_tracking *t, const char *detail)
{
  hc_log_line(log, HC_LOG_INFO, "%s: %s TrackingId:%s%s%s", name, t->system,
              t->id, detail != NULL ? ", " : "", detail != NULL ? detail : "");
}
