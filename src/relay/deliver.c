/* Requests on their way to a listener: which one, and by which way. */
#include "relay/deliver.h"

#include "relay/channel.h"
#include "relay/choice.h"
#include "relay/http_sender.h"
#include "relay/listener_internal.h"

/* Anew each time: a reload may have moved it. */
static struct hc_relay_endpoint *
find_endpoint(const struct hc_relay_exchange *e)
{
  const struct hc_relay_registry *registry =
      hc_relay_spaces_find(&e->relay->spaces, e->request.host);

  return registry != NULL ? hc_relay_registry_match(registry, e->request.name)
                          : NULL;
}

static struct hc_relay_refusal nobody(void)
{
  return hc_relay_refuse(502, "There are no listeners connected for the "
                              "endpoint.");
}

static struct hc_relay_refusal none_chosen(void)
{
  return hc_relay_refuse(404, "None of the connected listeners meet the "
                              "AllowedListeners/DisallowedListeners "
                              "criteria.");
}

struct hc_relay_refusal
hc_relay_deliver_check(const struct hc_relay_exchange *e)
{
  const struct hc_relay_endpoint *endpoint = find_endpoint(e);

  if (endpoint == NULL || endpoint->n_listeners == 0)
    return nobody();
  for (struct hc_list *node = endpoint->listeners.next;
       node != &endpoint->listeners; node = node->next) {
    const struct hc_relay_listener *l =
        HC_LIST_ENTRY(node, struct hc_relay_listener, node);
    if (hc_relay_is_chosen(&e->head, hc_relay_listener_guid(l)))
      return hc_relay_allow();
  }
  return none_chosen();
}

static int send_to(struct hc_relay_exchange *e,
                   const struct hc_relay_endpoint *endpoint,
                   struct hc_relay_listener *l, bool pointer)
{
  struct hc_buffer message;

  hc_buffer_init(&message, HC_CONTROL_MAX);
  int rc = hc_relay_origin_set(&e->origin, l, e->request.host, endpoint->name);
  if (rc == 0)
    rc = hc_relay_write_request(&message, e, e->origin.base, pointer);
  if (rc == 0 && !pointer && e->has_body)
    rc = hc_relay_listener_send_with_body(l, hc_buffer_span(&message),
                                          hc_buffer_span(&e->held));
  else if (rc == 0)
    rc = hc_relay_listener_send(l, hc_buffer_span(&message));
  hc_buffer_deinit(&message);
  if (rc != 0)
    return rc;
  e->listener = l;
  hc_list_append(&l->exchanges, &e->in_listener);
  return 0;
}

static struct hc_relay_refusal offer(struct hc_relay_exchange *e,
                                     struct hc_relay_endpoint *endpoint,
                                     bool pointer)
{
  bool one_is_chosen = false;

  for (size_t tries = endpoint->n_listeners; tries > 0; tries--) {
    struct hc_relay_listener *l = hc_relay_listener_next(endpoint);
    if (!hc_relay_is_chosen(&e->head, hc_relay_listener_guid(l)))
      continue;
    one_is_chosen = true;
    int rc = send_to(e, endpoint, l, pointer);
    if (rc == 0)
      return hc_relay_allow();
    if (rc == HYCO_ETOOLONG)
      return hc_relay_refuse(431, "The request's head is too long.");
    if (rc != HYCO_EWOULDBLOCK)
      return hc_relay_refuse(500, "The relay is out of memory.");
  }
  if (!one_is_chosen)
    return none_chosen();
  return hc_relay_refuse(502, "The listeners do not respond.");
}

/* The rendezvous that the sender's last request left, if this request would
 * reach the same listener. */
static struct hc_relay_channel *
find_kept(const struct hc_relay_exchange *e,
          const struct hc_relay_endpoint *endpoint)
{
  struct hc_relay_channel *kept = e->sender->kept;
  const struct hc_relay_origin *origin =
      kept != NULL ? hc_relay_channel_origin(kept) : NULL;

  if (origin == NULL || !hc_span_is_nocase(e->request.host, origin->host) ||
      strcmp(endpoint->name, origin->entity) != 0 ||
      !hc_relay_is_chosen(&e->head, hc_span_str(origin->guid)))
    return NULL;
  return kept;
}

struct hc_relay_refusal hc_relay_deliver(struct hc_relay_exchange *e,
                                         bool pointer)
{
  struct hc_relay_endpoint *endpoint = find_endpoint(e);

  if (endpoint == NULL || endpoint->n_listeners == 0)
    return nobody();
  struct hc_relay_channel *kept = find_kept(e, endpoint);
  if (kept != NULL && hc_relay_channel_reuse(kept, e) == 0)
    return hc_relay_allow();
  return offer(e, endpoint, pointer);
}
