/* Listeners of an endpoint in turn. */
#include "relay/turn.h"

#include "relay/choice.h"
#include "relay/listener.h"

struct hc_relay_refusal hc_relay_refuse_unchosen(void)
{
  return hc_relay_refuse(404, "None of the connected listeners meet the "
                              "AllowedListeners/DisallowedListeners "
                              "criteria.");
}

struct hc_relay_refusal
hc_relay_offer_in_turn(struct hc_relay_endpoint *endpoint,
                       const struct hc_http_head *head, int busy_status,
                       hc_relay_offer_fn offer, void *user_data)
{
  bool one_is_chosen = false;

  for (size_t tries = endpoint->n_listeners; tries > 0; tries--) {
    struct hc_relay_listener *listener = hc_relay_listener_next(endpoint);
    if (!hc_relay_is_chosen(head, hc_relay_listener_guid(listener)))
      continue;
    one_is_chosen = true;
    int rc = offer(user_data, listener);
    if (rc == 0)
      return hc_relay_allow();
    if (rc == HYCO_ETOOLONG)
      return hc_relay_refuse(431, "The request's head is too long.");
    if (rc != HYCO_EWOULDBLOCK)
      return hc_relay_refuse(500, "The relay is out of memory.");
  }
  if (!one_is_chosen)
    return hc_relay_refuse_unchosen();
  return hc_relay_refuse(busy_status, "The listeners do not respond.");
}
