/* The namespaces, by host. */
#include "relay/spaces.h"

#include "base/memory.h"

/* The one with exactly this host; NULL as host is one too. */
static const struct hc_relay_registry *
find_exact(const struct hc_relay_spaces *spaces, const char *host)
{
  for (size_t i = 0; i < spaces->n; i++) {
    const char *other = spaces->items[i].host;
    if (host == NULL || other == NULL
            ? host == other
            : hc_span_is_nocase(hc_span_str(other), host))
      return &spaces->items[i];
  }
  return NULL;
}

static int add(struct hc_relay_spaces *spaces,
               const struct hc_relay_namespace *space, struct hc_fault *fault)
{
  if (space->host != NULL && space->host[0] == '\0')
    return hc_fault_set(fault, HYCO_EBADVALUE, "a namespace's host is empty");
  if (find_exact(spaces, space->host) != NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the namespace %s is there twice",
                        space->host != NULL ? space->host : "of every host");
  return hc_relay_registry_init(&spaces->items[spaces->n++], space, fault);
}

int hc_relay_spaces_init(struct hc_relay_spaces *spaces,
                         const struct hc_relay_options *options,
                         struct hc_fault *fault)
{
  const struct hc_relay_namespace only = { .rules = options->rules,
                                           .n_rules = options->n_rules,
                                           .entities = options->entities,
                                           .n_entities = options->n_entities };
  const struct hc_relay_namespace *from = &only;
  size_t n = 1;
  int rc = 0;

  *spaces = (struct hc_relay_spaces){ NULL, 0 };
  if (options->n_namespaces > 0) {
    if (options->n_rules > 0 || options->n_entities > 0)
      return hc_fault_set(fault, HYCO_EBADVALUE,
                          "rules and entities stand in the namespaces, or "
                          "there are no namespaces");
    from = options->namespaces;
    n = options->n_namespaces;
  }
  spaces->items = hc_alloc_zero(n * sizeof *spaces->items);
  if (spaces->items == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the namespaces");
  for (size_t i = 0; i < n && rc == 0; i++)
    rc = add(spaces, &from[i], fault);
  return rc;
}

void hc_relay_spaces_deinit(struct hc_relay_spaces *spaces)
{
  for (size_t i = 0; i < spaces->n; i++)
    hc_relay_registry_deinit(&spaces->items[i]);
  hc_free(spaces->items);
  *spaces = (struct hc_relay_spaces){ NULL, 0 };
}

struct hc_relay_registry *
hc_relay_spaces_find(const struct hc_relay_spaces *spaces, struct hc_span host)
{
  struct hc_relay_registry *any = NULL;

  for (size_t i = 0; i < spaces->n; i++) {
    struct hc_relay_registry *registry = &spaces->items[i];
    if (registry->host == NULL)
      any = registry;
    else if (hc_span_is_nocase(host, registry->host))
      return registry;
  }
  return any;
}
