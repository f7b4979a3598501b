/* Requests on their way to a listener: which one, and by which way. */
#include "relay/deliver.h"

#include "relay/channel.h"
#include "relay/choice.h"
#include "relay/http_sender.h"
#include "relay/listener_internal.h"
#include "relay/turn.h"

/* Anew each time: a reload may have moved it. */
static struct hc_relay_endpoint *
find_endpoint(const struct hc_relay_exchange *e)
{
  const struct hc_relay_registry *registry =
      hc_relay_spaces_find(&e->relay->spaces, e->request.host);

  return registry != NULL ? hc_relay_registry_match(registry, e->request.name)
                          : NULL;
}

static struct hc_relay_refusal nobody(const struct hc_relay_exchange *e)
{
  return hc_relay_refuse((int)e->relay->settings.no_listener_status,
                         "There are no listeners connected for the endpoint.");
}

struct hc_relay_refusal
hc_relay_deliver_check(const struct hc_relay_exchange *e)
{
  const struct hc_relay_endpoint *endpoint = find_endpoint(e);

  if (endpoint == NULL || endpoint->n_listeners == 0)
    return nobody(e);
  for (struct hc_list *node = endpoint->listeners.next;
       node != &endpoint->listeners; node = node->next) {
    const struct hc_relay_listener *l =
        HC_LIST_ENTRY(node, struct hc_relay_listener, node);
    if (hc_relay_is_chosen(&e->head, hc_relay_listener_guid(l)))
      return hc_relay_allow();
  }
  return hc_relay_refuse_unchosen();
}

/* What a listener is offered. */
struct request_offer {
  struct hc_relay_exchange *exchange;
  const struct hc_relay_endpoint *endpoint;
  bool pointer;
};

static int send_to(void *user_data, struct hc_relay_listener *l)
{
  const struct request_offer *o = user_data;
  struct hc_relay_exchange *e = o->exchange;
  struct hc_buffer message;

  hc_buffer_init(&message, HC_CONTROL_MAX);
  int rc =
      hc_relay_origin_set(&e->origin, l, e->request.host, o->endpoint->name);
  if (rc == 0)
    rc = hc_relay_write_request(&message, e, e->origin.base, o->pointer);
  if (rc == 0 && !o->pointer && e->has_body)
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
  struct request_offer o = { e, endpoint, pointer };

  return hc_relay_offer_in_turn(endpoint, &e->head, 502, send_to, &o);
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
    return nobody(e);
  struct hc_relay_channel *kept = find_kept(e, endpoint);
  if (kept != NULL && hc_relay_channel_reuse(kept, e) == 0)
    return hc_relay_allow();
  return offer(e, endpoint, pointer);
}
