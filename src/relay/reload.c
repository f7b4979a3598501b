/* New rules, entities, limits and a certificate for a relay that goes on
 * serving. */
#include "relay/listener_internal.h"

static struct hc_relay_listener *entry(struct hc_list *node)
{
  return HC_LIST_ENTRY(node, struct hc_relay_listener, in_list);
}

/* Where a listener belongs now; NULL: nowhere. */
static struct hc_relay_endpoint *place_of(const struct hc_relay_spaces *spaces,
                                          const struct hc_relay_listener *l)
{
  const struct hc_relay_registry *registry =
      hc_relay_spaces_find(spaces, hc_span_str(l->host));

  return registry != NULL
             ? hc_relay_registry_find(registry, hc_span_str(l->endpoint->name))
             : NULL;
}

/* Makes endpoints for the listeners that are there, where every name exists:
 * what needs memory comes before anything changes. */
static int prepare(const struct hc_relay *relay,
                   const struct hc_relay_spaces *spaces)
{
  const struct hc_list *all = &relay->listeners.list;

  for (struct hc_list *node = all->next; node != all; node = node->next) {
    const struct hc_relay_listener *l = entry(node);
    struct hc_relay_registry *registry =
        hc_relay_spaces_find(spaces, hc_span_str(l->host));
    if (registry == NULL || !registry->any_name || place_of(spaces, l) != NULL)
      continue;
    if (hc_relay_registry_add(registry, hc_span_str(l->endpoint->name)) == NULL)
      return HYCO_ENOMEM;
  }
  return 0;
}

/* A rule that is gone is missed at the next renewal; an entity that is gone is
 * missed now (spec 1.14). */
static void move(struct hc_relay_listener *l,
                 const struct hc_relay_spaces *spaces)
{
  struct hc_relay_endpoint *place = place_of(spaces, l);

  if (place == NULL) {
    hc_relay_listener_close_with(l, HC_CLOSE_GOING_AWAY,
                                 "the endpoint was deleted");
    return;
  }
  hc_relay_endpoint_leave(l->endpoint, &l->node);
  hc_relay_endpoint_join(place, &l->node);
  l->endpoint = place;
}

int hc_relay_reload(struct hc_relay *relay,
                    const struct hc_relay_options *options,
                    struct hc_fault *fault)
{
  struct hc_list *all = &relay->listeners.list;
  struct hc_relay_spaces spaces = { NULL, 0 };
  struct hc_list *next;

  int rc = hc_relay_settings_check(&options->settings, fault);
  if (rc == 0)
    rc = hc_relay_spaces_init(&spaces, options, fault);
  if (rc == 0 && prepare(relay, &spaces) != 0)
    rc = hc_fault_set(fault, HYCO_ENOMEM, "no memory for the endpoints");
  if (rc != 0) {
    hc_relay_spaces_deinit(&spaces);
    return rc;
  }

  for (struct hc_list *node = all->next; node != all; node = next) {
    next = node->next;
    move(entry(node), &spaces);
  }
  hc_relay_spaces_deinit(&relay->spaces);
  relay->spaces = spaces;
  relay->settings = options->settings;
  relay->accept_any_jwt = options->accept_any_jwt;
  if (options->tls != NULL && relay->uses_tls && relay->door != NULL)
    hc_listener_set_tls(relay->door, options->tls);
  return 0;
}
