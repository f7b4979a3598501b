/* Who may do what where: listen, connect, accept,
 * requests. */
#include "relay/serve.h"

#include "base/crypto.h"
#include "protocol/token.h"
#include "relay/channel.h"
#include "relay/listener.h"
#include "relay/server.h"

/* What a request asks, and where. */
struct visit {
  struct hc_relay *relay;
  struct hc_stream *stream;
  const struct hc_relay_request *request;
  struct hc_relay_registry *registry;
  struct hc_relay_endpoint *endpoint; /* NULL: none has this name */
};

/* What a request's token must be good for, and where it was. */
struct permit {
  enum hc_right right;
  enum hc_relay_token_place place;
  int64_t expiry_s;
};

static struct hc_relay_refusal authorize(const struct visit *v,
                                         struct permit *permit)
{
  const struct hc_relay *relay = v->relay;
  const struct hc_relay_request *request = v->request;
  const struct hc_relay_scope scope = {
    .entity_rules = v->endpoint != NULL ? &v->endpoint->rules : NULL,
    .rules = &v->registry->rules,
    .host = request->host,
    .path = request->name,
    .right = permit->right,
    .now_s = hc_net_wall_s(relay->net),
    .grace_s = relay->settings.token_grace_s,
    .accept_any_jwt = relay->accept_any_jwt,
  };
  struct hc_buffer token;

  hc_buffer_init(&token, HC_TOKEN_MAX);
  if (hc_buffer_reserve(&token, HC_TOKEN_MAX) == NULL) /* so it never moves */
    return hc_relay_refuse(500, "The relay is out of memory.");
  permit->place = hc_relay_find_token(&token, request->head, request->query);
  struct hc_relay_refusal no =
      hc_relay_check_token(hc_buffer_span(&token), &scope, &permit->expiry_s);
  hc_wipe(token.data, token.cap);
  hc_buffer_deinit(&token);
  return no;
}

static struct hc_relay_refusal no_endpoint(void)
{
  return hc_relay_refuse(404, "Endpoint does not exist.");
}

static bool is_name(struct hc_span name)
{
  return name.len > 0 && name.len <= HC_RELAY_NAME_MAX;
}

static struct hc_relay_refusal check_quota(const struct visit *v)
{
  const struct hc_relay *relay = v->relay;

  if (v->endpoint != NULL &&
      v->endpoint->n_listeners >= relay->settings.listeners_per_entity)
    return hc_relay_refuse(403, "The endpoint has as many listeners as it may "
                                "have.");
  if (hc_relay_is_full(relay, relay->listeners.n))
    return hc_relay_refuse(503, "The relay has too many listeners.");
  return hc_relay_allow();
}

static struct hc_relay_refusal listen(struct visit *v)
{
  struct hc_span name = v->request->name;
  struct hc_relay_registration registration = { .request = v->request };
  struct permit permit = { .right = HC_RIGHT_LISTEN };

  v->endpoint = hc_relay_registry_find(v->registry, name);
  if (v->endpoint == NULL && !(v->registry->any_name && is_name(name)))
    return no_endpoint();
  struct hc_relay_refusal no =
      hc_relay_request_key(v->request, &registration.key);
  if (no.status == 0)
    no = authorize(v, &permit);
  if (no.status == 0)
    no = check_quota(v);
  if (no.status != 0)
    return no;

  if (v->endpoint == NULL)
    v->endpoint = hc_relay_registry_add(v->registry, name);
  if (v->endpoint == NULL)
    return hc_relay_refuse(500, "The relay is out of memory.");
  registration.token_expiry_s = permit.expiry_s;
  no = hc_relay_listener_register(v->relay, v->endpoint, v->stream,
                                  &registration);
  if (no.status != 0)
    hc_relay_registry_release(v->endpoint);
  return no;
}

static struct hc_relay_refusal connect(struct visit *v, bool has_early_bytes)
{
  struct hc_relay *relay = v->relay;
  struct hc_relay_offer offer = { .request = v->request,
                                  .has_early_bytes = has_early_bytes };
  struct permit permit = { .right = HC_RIGHT_SEND };

  v->endpoint = hc_relay_registry_match(v->registry, v->request->name);
  if (v->endpoint == NULL && !v->registry->any_name)
    return no_endpoint();
  struct hc_relay_refusal no = hc_relay_request_key(v->request, &offer.key);
  if (no.status == 0 && (v->endpoint == NULL || !v->endpoint->anonymous))
    no = authorize(v, &permit);
  if (no.status != 0)
    return no;
  if (v->endpoint == NULL || v->endpoint->n_listeners == 0)
    return hc_relay_refuse(404, "There are no listeners connected for the "
                                "endpoint.");
  if (hc_relay_is_full(relay, relay->waiting.n + relay->pairs.n))
    return hc_relay_refuse(503, "The relay has too many connections.");
  offer.authorization_was_the_token =
      permit.place == HC_RELAY_TOKEN_AUTHORIZATION;
  return hc_relay_offer_sender(relay, v->endpoint, v->stream, &offer);
}

struct hc_relay_refusal hc_relay_admit(struct hc_relay *relay,
                                       const struct hc_relay_request *request,
                                       struct hc_relay_admission *admission)
{
  struct visit v = { .relay = relay, .request = request };
  struct permit permit = { .right = admission->right };
  struct hc_relay_refusal no = hc_relay_allow();

  v.registry = hc_relay_spaces_find(&relay->spaces, request->host);
  if (v.registry == NULL)
    return no_endpoint();
  v.endpoint = hc_relay_registry_match(v.registry, request->name);
  if (v.endpoint == NULL && !v.registry->any_name)
    return no_endpoint();
  if (v.endpoint == NULL || !v.endpoint->anonymous ||
      admission->right == HC_RIGHT_MANAGE)
    no = authorize(&v, &permit);
  admission->authorization_was_the_token =
      permit.place == HC_RELAY_TOKEN_AUTHORIZATION;
  return no;
}

struct hc_relay_refusal hc_relay_serve(struct hc_relay *relay,
                                       struct hc_stream *stream,
                                       const struct hc_relay_request *request,
                                       bool has_early_bytes)
{
  struct visit v = { .relay = relay, .stream = stream, .request = request };

  /* Its address is all that a rendezvous needs (spec 4.2). */
  if (request->action == HC_RELAY_ACCEPT)
    return hc_relay_rendezvous(relay, stream, request);
  if (request->action == HC_RELAY_FETCH)
    return hc_relay_channel_open(relay, stream, request);
  v.registry = hc_relay_spaces_find(&relay->spaces, request->host);
  if (v.registry == NULL)
    return no_endpoint();
  if (request->action == HC_RELAY_LISTEN)
    return listen(&v);
  return connect(&v, has_early_bytes);
}
