/* Rules, copied and checked. */
#include "relay/rules.h"

#include "base/memory.h"
#include "protocol/token.h"

static bool length_is_legal(const char *s)
{
  return s != NULL && s[0] != '\0' && strlen(s) <= HC_KEY_MAX;
}

static int copy_rule(struct hc_relay_rule *to, const struct hc_relay_rule *from,
                     struct hc_fault *fault)
{
  const unsigned all = HC_RIGHT_LISTEN | HC_RIGHT_SEND | HC_RIGHT_MANAGE;
  const char *second = from->secondary_key;

  if (!length_is_legal(from->name))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "a rule's name has 1 to %d bytes", HC_KEY_MAX);
  if (!length_is_legal(from->key) ||
      (second != NULL && !length_is_legal(second)))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the keys of rule %s have 1 to %d bytes", from->name,
                        HC_KEY_MAX);
  if (from->rights == 0 || (from->rights & ~all) != 0)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the rule %s has no right among Listen, Send, Manage",
                        from->name);

  to->name = hc_strdup(from->name);
  to->key = hc_strdup(from->key);
  to->secondary_key = second != NULL ? hc_strdup(second) : NULL;
  to->rights = from->rights & HC_RIGHT_MANAGE ? all : from->rights;
  if (to->name == NULL || to->key == NULL ||
      (second != NULL && to->secondary_key == NULL))
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the rules");
  return 0;
}

static bool has_name(const struct hc_relay_rules *rules, const char *name)
{
  for (size_t i = 0; i < rules->n; i++) {
    if (strcmp(rules->items[i].name, name) == 0)
      return true;
  }
  return false;
}

int hc_relay_rules_init(struct hc_relay_rules *rules,
                        const struct hc_relay_rule *from, size_t n,
                        struct hc_fault *fault)
{
  *rules = (struct hc_relay_rules){ NULL, 0 };
  if (n == 0)
    return 0;
  rules->items = hc_alloc_zero(n * sizeof *rules->items);
  if (rules->items == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the rules");

  for (size_t i = 0; i < n; i++) {
    if (from[i].name != NULL && has_name(rules, from[i].name))
      return hc_fault_set(fault, HYCO_EBADVALUE, "the rule %s is there twice",
                          from[i].name);
    rules->n++;
    int rc = copy_rule(&rules->items[i], &from[i], fault);
    if (rc != 0)
      return rc;
  }
  return 0;
}

/* The copies are ours; the type is const for those who only read. */
static void free_copy(const char *s)
{
  hc_secret_free((char *)(uintptr_t)s);
}

void hc_relay_rules_deinit(struct hc_relay_rules *rules)
{
  for (size_t i = 0; i < rules->n; i++) {
    free_copy(rules->items[i].name);
    free_copy(rules->items[i].key);
    free_copy(rules->items[i].secondary_key);
  }
  hc_free(rules->items);
  *rules = (struct hc_relay_rules){ NULL, 0 };
}
