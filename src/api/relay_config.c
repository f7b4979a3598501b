/* Reads the configuration file of a relay (docs/relay-config.md). */
#include "api/relay_config.h"

#include "api/config_reader.h"
#include "base/buffer.h"
#include <stdio.h>

struct relay_reader {
  struct hc_config_reader base; /* first: what every read function is given */
  const struct hc_relay_config_source *source;
};

static const struct hc_relay_config_source *
source_of(const struct hc_config_reader *r)
{
  return ((const struct relay_reader *)(const void *)r)->source;
}

/* --- rules --- */

static int rule_name(struct hc_config_reader *r,
                     const struct hc_yaml_node *node, void *rule)
{
  return hc_config_text(r, node, &((struct hc_relay_rule *)rule)->name);
}

static int rule_key(struct hc_config_reader *r, const struct hc_yaml_node *node,
                    void *target)
{
  struct hc_relay_rule *rule = target;

  if (rule->key != NULL)
    return hc_config_refuse(r, node->line, HYCO_EBADVALUE,
                            "either key or key_file, not both");
  return hc_config_text(r, node, &rule->key);
}

static int rule_key_file(struct hc_config_reader *r,
                         const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_rule *rule = target;
  struct hc_fault why;
  const char *path;

  if (rule->key != NULL)
    return hc_config_refuse(r, node->line, HYCO_EBADVALUE,
                            "either key or key_file, not both");
  int rc = hc_config_path(r, node, &path);
  if (rc != 0)
    return rc;
  rc = source_of(r)->read_key_file(r->memory, path, &rule->key, &why);
  return rc != 0 ? hc_config_refuse(r, node->line, rc, "%s", why.text) : 0;
}

static int rule_secondary_key(struct hc_config_reader *r,
                              const struct hc_yaml_node *node, void *rule)
{
  return hc_config_text(r, node,
                        &((struct hc_relay_rule *)rule)->secondary_key);
}

/* One right, or a comma list of them. */
static int rule_right(struct hc_config_reader *r,
                      const struct hc_yaml_node *node, void *rule)
{
  struct hc_fault why;
  unsigned rights;
  int rc = hc_config_expect(r, node, HC_YAML_TEXT);

  if (rc != 0)
    return rc;
  rc = hc_relay_read_rights(hc_span_str(node->text), &rights, &why);
  if (rc != 0)
    return hc_config_refuse(r, node->line, rc, "%s", why.text);
  ((struct hc_relay_rule *)rule)->rights |= rights;
  return 0;
}

static int rule_rights(struct hc_config_reader *r,
                       const struct hc_yaml_node *node, void *rule)
{
  int rc = 0;

  if (node->kind == HC_YAML_TEXT)
    return rule_right(r, node, rule);
  rc = hc_config_expect(r, node, HC_YAML_LIST);
  for (const struct hc_yaml_node *at = node->first; at != NULL && rc == 0;
       at = at->next)
    rc = rule_right(r, at, rule);
  return rc;
}

static int read_rule(struct hc_config_reader *r,
                     const struct hc_yaml_node *node, void *target)
{
  static const struct hc_config_key keys[] = {
    { "name", rule_name },         { "key", rule_key },
    { "key_file", rule_key_file }, { "secondary_key", rule_secondary_key },
    { "rights", rule_rights },
  };
  const struct hc_relay_rule *rule = target;
  int rc = hc_config_map(r, node, keys, sizeof keys / sizeof *keys, target);

  if (rc == 0 && (rule->name == NULL || rule->key == NULL || rule->rights == 0))
    rc = hc_config_refuse(r, node->line, HYCO_EBADVALUE,
                          "a rule has a name, a key or a key_file, and rights");
  return rc;
}

static int read_rules(struct hc_config_reader *r,
                      const struct hc_yaml_node *node,
                      const struct hc_relay_rule **rules, size_t *n)
{
  struct hc_config_list list = { NULL, 0 };
  int rc = hc_config_list(r, node, sizeof **rules, read_rule, &list);

  *rules = list.items;
  *n = list.n;
  return rc;
}

/* --- entities --- */

static int entity_name(struct hc_config_reader *r,
                       const struct hc_yaml_node *node, void *entity)
{
  return hc_config_text(r, node, &((struct hc_relay_entity *)entity)->name);
}

static int entity_anonymous(struct hc_config_reader *r,
                            const struct hc_yaml_node *node, void *entity)
{
  return hc_config_bool(r, node,
                        &((struct hc_relay_entity *)entity)->anonymous);
}

static int entity_metadata(struct hc_config_reader *r,
                           const struct hc_yaml_node *node, void *entity)
{
  return hc_config_text(r, node,
                        &((struct hc_relay_entity *)entity)->user_metadata);
}

static int entity_rules(struct hc_config_reader *r,
                        const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_entity *entity = target;

  return read_rules(r, node, &entity->rules, &entity->n_rules);
}

static int read_entity(struct hc_config_reader *r,
                       const struct hc_yaml_node *node, void *target)
{
  static const struct hc_config_key keys[] = {
    { "name", entity_name },
    { "anonymous", entity_anonymous },
    { "user_metadata", entity_metadata },
    { "rules", entity_rules },
  };
  const struct hc_relay_entity *entity = target;
  int rc = hc_config_map(r, node, keys, sizeof keys / sizeof *keys, target);

  if (rc == 0 && entity->name == NULL)
    rc =
        hc_config_refuse(r, node->line, HYCO_EBADVALUE, "an entity has a name");
  return rc;
}

/* --- namespaces --- */

static int space_host(struct hc_config_reader *r,
                      const struct hc_yaml_node *node, void *space)
{
  return hc_config_text(r, node, &((struct hc_relay_namespace *)space)->host);
}

static int space_rules(struct hc_config_reader *r,
                       const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_namespace *space = target;

  return read_rules(r, node, &space->rules, &space->n_rules);
}

static int space_entities(struct hc_config_reader *r,
                          const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_namespace *space = target;
  struct hc_config_list list = { NULL, 0 };
  int rc = hc_config_list(r, node, sizeof *space->entities, read_entity, &list);

  space->entities = list.items;
  space->n_entities = list.n;
  return rc;
}

static int read_space(struct hc_config_reader *r,
                      const struct hc_yaml_node *node, void *target)
{
  static const struct hc_config_key keys[] = {
    { "host", space_host },
    { "rules", space_rules },
    { "entities", space_entities },
  };
  const struct hc_relay_namespace *space = target;
  int rc = hc_config_map(r, node, keys, sizeof keys / sizeof *keys, target);

  if (rc == 0 && space->host == NULL)
    rc = hc_config_refuse(r, node->line, HYCO_EBADVALUE,
                          "a namespace has a host");
  return rc;
}

/* --- the file --- */

static int top_listen(struct hc_config_reader *r,
                      const struct hc_yaml_node *node, void *setup)
{
  return hc_config_text(r, node, &((struct hc_relay_setup *)setup)->listen);
}

static int top_public_url(struct hc_config_reader *r,
                          const struct hc_yaml_node *node, void *setup)
{
  return hc_config_text(r, node, &((struct hc_relay_setup *)setup)->public_url);
}

static int tls_dir(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   void *setup)
{
  return hc_config_path(r, node, &((struct hc_relay_setup *)setup)->dir);
}

static int tls_cert(struct hc_config_reader *r, const struct hc_yaml_node *node,
                    void *setup)
{
  return hc_config_path(r, node, &((struct hc_relay_setup *)setup)->tls_cert);
}

static int tls_key(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   void *setup)
{
  return hc_config_path(r, node, &((struct hc_relay_setup *)setup)->tls_key);
}

static int tls_off(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   void *setup)
{
  return hc_config_bool(r, node, &((struct hc_relay_setup *)setup)->no_tls);
}

static int top_tls(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   void *target)
{
  static const struct hc_config_key keys[] = {
    { "dir", tls_dir },
    { "cert", tls_cert },
    { "key", tls_key },
    { "off", tls_off },
  };
  const struct hc_relay_setup *setup = target;
  int rc = hc_config_map(r, node, keys, sizeof keys / sizeof *keys, target);

  if (rc == 0 && ((setup->tls_cert == NULL) != (setup->tls_key == NULL) ||
                  (setup->no_tls && setup->tls_cert != NULL)))
    rc = hc_config_refuse(r, node->line, HYCO_EBADVALUE,
                          "cert and key go together, and not with off");
  return rc;
}

static int either_or(const struct hc_config_reader *r,
                     const struct hc_yaml_node *node)
{
  return hc_config_refuse(
      r, node->line, HYCO_EBADVALUE,
      "either rules and entities, or namespaces that have them");
}

static int top_rules(struct hc_config_reader *r,
                     const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_setup *setup = target;

  return setup->has_named_spaces ? either_or(r, node)
                                 : space_rules(r, node, setup->spaces);
}

static int top_entities(struct hc_config_reader *r,
                        const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_setup *setup = target;

  return setup->has_named_spaces ? either_or(r, node)
                                 : space_entities(r, node, setup->spaces);
}

static int top_namespaces(struct hc_config_reader *r,
                          const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_setup *setup = target;
  struct hc_config_list list = { NULL, 0 };

  if (setup->spaces[0].rules != NULL || setup->spaces[0].entities != NULL)
    return either_or(r, node);
  int rc = hc_config_list(r, node, sizeof *setup->spaces, read_space, &list);
  if (rc == 0 && list.n == 0)
    rc = hc_config_refuse(r, node->line, HYCO_EBADVALUE, "no namespace");
  if (rc != 0)
    return rc;
  setup->has_named_spaces = true;
  setup->spaces = list.items;
  setup->n_spaces = list.n;
  return 0;
}

static int top_settings(struct hc_config_reader *r,
                        const struct hc_yaml_node *node, void *target)
{
  struct hc_relay_setup *setup = target;
  struct hc_fault why;
  int rc = hc_config_expect(r, node, HC_YAML_MAP);

  for (const struct hc_yaml_node *at = node->first; at != NULL && rc == 0;
       at = at->next) {
    rc = hc_config_expect(r, at, HC_YAML_TEXT);
    if (rc != 0)
      return rc;
    rc = hc_relay_settings_set(&setup->settings, hc_span_str(at->key),
                               hc_span_str(at->text), &why);
    if (rc != 0)
      return hc_config_refuse(r, at->line, rc, "%s", why.text);
  }
  return rc;
}

int hc_relay_config_read(struct hc_span text,
                         const struct hc_relay_config_source *source,
                         struct hc_relay_setup *setup, struct hc_fault *fault)
{
  static const struct hc_config_key keys[] = {
    { "listen", top_listen },         { "tls", top_tls },
    { "public_url", top_public_url }, { "rules", top_rules },
    { "entities", top_entities },     { "settings", top_settings },
    { "namespaces", top_namespaces },
  };
  struct relay_reader r = { { source->path, &setup->memory, fault }, source };
  struct hc_yaml_node *root;
  int rc = hc_yaml_read(text, source->path, &setup->memory, &root, fault);

  if (rc != 0 || root == NULL)
    return rc;
  return hc_config_map(&r.base, root, keys, sizeof keys / sizeof *keys, setup);
}

/* --- the file's bytes --- */

/* All at once, for a buffer that grows would leave copies of keys behind. */
static int read_file(const char *path, struct hc_buffer *out,
                     struct hc_fault *fault)
{
  FILE *file = fopen(path, "re");
  uint8_t *room = hc_buffer_reserve(out, out->max);

  if (file == NULL)
    return hc_fault_set(fault, HYCO_EFILE, "%s cannot be opened", path);
  size_t n = room != NULL ? fread(room, 1, out->max, file) : 0;
  bool failed = ferror(file) != 0;
  (void)fclose(file);
  if (room == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for %s", path);
  if (failed)
    return hc_fault_set(fault, HYCO_EFILEIO, "%s cannot be read", path);
  hc_buffer_commit(out, n);
  return 0;
}

int hc_relay_config_load(const char *path, struct hc_relay_setup *setup,
                         struct hc_fault *fault)
{
  const struct hc_relay_config_source source = { path, hc_relay_read_key_file };
  struct hc_buffer text;

  hc_buffer_init(&text, HC_YAML_SIZE_MAX + 1);
  int rc = read_file(path, &text, fault);
  if (rc == 0)
    rc = hc_relay_config_read(hc_buffer_span(&text), &source, setup, fault);
  hc_buffer_deinit_secret(&text);
  return rc;
}
