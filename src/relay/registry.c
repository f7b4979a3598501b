/* A namespace: entities by name, listeners in turn. */
#include "relay/registry.h"

#include "base/memory.h"

struct hc_span hc_relay_trim_front(struct hc_span path)
{
  while (path.len > 0 && path.ptr[0] == '/')
    hc_span_drop(&path, 1);
  return path;
}

struct hc_span hc_relay_trim_slashes(struct hc_span path)
{
  path = hc_relay_trim_front(path);
  while (path.len > 0 && path.ptr[path.len - 1] == '/')
    path.len--;
  return path;
}

static struct hc_relay_endpoint *entry(struct hc_list *node)
{
  return HC_LIST_ENTRY(node, struct hc_relay_endpoint, node);
}

struct hc_relay_endpoint *
hc_relay_registry_add(struct hc_relay_registry *registry, struct hc_span name)
{
  struct hc_relay_endpoint *endpoint = hc_alloc_zero(sizeof *endpoint);

  if (endpoint == NULL)
    return NULL;
  endpoint->name = hc_strndup((const char *)name.ptr, name.len);
  if (endpoint->name == NULL) {
    hc_free(endpoint);
    return NULL;
  }
  endpoint->registry = registry;
  hc_list_init(&endpoint->listeners);
  hc_list_append(&registry->endpoints, &endpoint->node);
  return endpoint;
}

static void remove_endpoint(struct hc_relay_endpoint *endpoint)
{
  hc_list_remove(&endpoint->node);
  hc_relay_rules_deinit(&endpoint->rules);
  hc_free(endpoint->user_metadata);
  hc_free(endpoint->name);
  hc_free(endpoint);
}

static int configure(struct hc_relay_registry *registry,
                     const struct hc_relay_entity *entity,
                     struct hc_fault *fault)
{
  struct hc_span name =
      hc_relay_trim_slashes(hc_span_str(entity->name ? entity->name : ""));

  if (name.len == 0 || name.len > HC_RELAY_NAME_MAX)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "an entity's name has 1 to %d bytes",
                        HC_RELAY_NAME_MAX);
  if (hc_relay_registry_find(registry, name) != NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE, "the entity %s is there twice",
                        entity->name);

  struct hc_relay_endpoint *endpoint = hc_relay_registry_add(registry, name);
  if (endpoint == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the entities");
  endpoint->configured = true;
  endpoint->anonymous = entity->anonymous;
  if (entity->user_metadata != NULL) {
    endpoint->user_metadata = hc_strdup(entity->user_metadata);
    if (endpoint->user_metadata == NULL)
      return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the entities");
  }
  return hc_relay_rules_init(&endpoint->rules, entity->rules, entity->n_rules,
                             fault);
}

int hc_relay_registry_init(struct hc_relay_registry *registry,
                           const struct hc_relay_namespace *space,
                           struct hc_fault *fault)
{
  *registry = (struct hc_relay_registry){ .any_name = space->n_entities == 0 };
  hc_list_init(&registry->endpoints);
  if (space->host != NULL) {
    registry->host = hc_strdup(space->host);
    if (registry->host == NULL)
      return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the namespaces");
  }
  int rc = hc_relay_rules_init(&registry->rules, space->rules, space->n_rules,
                               fault);
  for (size_t i = 0; i < space->n_entities && rc == 0; i++)
    rc = configure(registry, &space->entities[i], fault);
  return rc;
}

void hc_relay_registry_deinit(struct hc_relay_registry *registry)
{
  while (!hc_list_is_empty(&registry->endpoints))
    remove_endpoint(entry(registry->endpoints.next));
  hc_relay_rules_deinit(&registry->rules);
  hc_free(registry->host);
  registry->host = NULL;
}

/* True if path is name or goes on below it. */
static bool begins_with(struct hc_span path, struct hc_span name)
{
  if (path.len < name.len)
    return false;
  if (path.len > name.len && path.ptr[name.len] != '/')
    return false;
  return hc_span_equal_nocase(hc_span_of(path.ptr, name.len), name);
}

struct hc_relay_endpoint *
hc_relay_registry_match(const struct hc_relay_registry *registry,
                        struct hc_span path)
{
  struct hc_relay_endpoint *best = NULL;
  size_t best_len = 0;

  for (struct hc_list *node = registry->endpoints.next;
       node != &registry->endpoints; node = node->next) {
    struct hc_span name = hc_span_str(entry(node)->name);
    if (name.len > best_len && begins_with(path, name)) {
      best = entry(node);
      best_len = name.len;
    }
  }
  return best;
}

struct hc_relay_endpoint *
hc_relay_registry_find(const struct hc_relay_registry *registry,
                       struct hc_span name)
{
  struct hc_relay_endpoint *found = hc_relay_registry_match(registry, name);

  return found != NULL && strlen(found->name) == name.len ? found : NULL;
}

void hc_relay_registry_release(struct hc_relay_endpoint *endpoint)
{
  if (endpoint->n_listeners == 0 && !endpoint->configured)
    remove_endpoint(endpoint);
}

void hc_relay_endpoint_join(struct hc_relay_endpoint *endpoint,
                            struct hc_list *node)
{
  hc_list_append(&endpoint->listeners, node);
  endpoint->n_listeners++;
}

void hc_relay_endpoint_leave(struct hc_relay_endpoint *endpoint,
                             struct hc_list *node)
{
  hc_list_remove(node);
  endpoint->n_listeners--;
  hc_relay_registry_release(endpoint);
}

struct hc_list *hc_relay_endpoint_next(struct hc_relay_endpoint *endpoint)
{
  if (hc_list_is_empty(&endpoint->listeners))
    return NULL;

  struct hc_list *node = endpoint->listeners.next;
  hc_list_remove(node);
  hc_list_append(&endpoint->listeners, node);
  return node;
}
