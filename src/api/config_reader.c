/* Reads the tree of a configuration file into structs. */
#include "api/config_reader.h"

#include "protocol/quote.h"
#include <stdarg.h>
#include <stdio.h>

int hc_config_refuse(const struct hc_config_reader *r, size_t line, int code,
                     const char *format, ...)
{
  char what[HC_FAULT_TEXT_MAX];
  va_list args;

  va_start(args, format);
  (void)vsnprintf(what, sizeof what, format, args);
  va_end(args);
  return hc_fault_set(r->fault, code, "%s:%zu: %s", r->path, line, what);
}

static int no_memory(const struct hc_config_reader *r)
{
  return hc_fault_set(r->fault, HYCO_ENOMEM, "no memory for %s", r->path);
}

static int unknown_key(const struct hc_config_reader *r,
                       const struct hc_yaml_node *node,
                       const struct hc_config_key *keys, size_t n)
{
  char names[256] = "";
  size_t len = 0;

  for (size_t i = 0; i < n && len < sizeof names; i++)
    len += (size_t)snprintf(names + len, sizeof names - len, "%s%s",
                            i > 0 ? ", " : "", keys[i].name);
  return hc_config_refuse(r, node->line, HYCO_EBADVALUE,
                          "unknown key \"%.*s\": expected %s",
                          HC_QUOTE(hc_span_str(node->key)), names);
}

int hc_config_expect(const struct hc_config_reader *r,
                     const struct hc_yaml_node *node, enum hc_yaml_kind kind)
{
  static const char *const names[] = { [HC_YAML_TEXT] = "a text",
                                       [HC_YAML_LIST] = "a list",
                                       [HC_YAML_MAP] = "a map" };

  if (node->kind == kind && (kind != HC_YAML_TEXT || node->text[0] != '\0'))
    return 0;
  return hc_config_refuse(r, node->line, HYCO_EBADVALUE, "%s%sexpected %s",
                          node->key != NULL ? node->key : "",
                          node->key != NULL ? ": " : "", names[kind]);
}

int hc_config_text(const struct hc_config_reader *r,
                   const struct hc_yaml_node *node, const char **out)
{
  *out = node->text;
  return hc_config_expect(r, node, HC_YAML_TEXT);
}

int hc_config_bool(const struct hc_config_reader *r,
                   const struct hc_yaml_node *node, bool *out)
{
  int rc = hc_config_expect(r, node, HC_YAML_TEXT);

  if (rc != 0)
    return rc;
  *out = strcmp(node->text, "true") == 0;
  if (!*out && strcmp(node->text, "false") != 0)
    return hc_config_refuse(r, node->line, HYCO_EBADVALUE,
                            "%s: expected true or false", node->key);
  return 0;
}

int hc_config_path(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   const char **out)
{
  const char *file = r->path;
  const char *slash = strrchr(file, '/');
  int rc = hc_config_expect(r, node, HC_YAML_TEXT);

  if (rc != 0 || node->text[0] == '/' || slash == NULL)
    return rc != 0 ? rc : hc_config_text(r, node, out);
  size_t dir = (size_t)(slash - file) + 1;
  char *path = hc_arena_alloc(r->memory, dir + strlen(node->text) + 1);
  if (path == NULL)
    return no_memory(r);
  memcpy(path, file, dir);
  memcpy(path + dir, node->text, strlen(node->text) + 1);
  *out = path;
  return 0;
}

int hc_config_map(struct hc_config_reader *r, const struct hc_yaml_node *node,
                  const struct hc_config_key *keys, size_t n, void *target)
{
  int rc = hc_config_expect(r, node, HC_YAML_MAP);

  for (const struct hc_yaml_node *at = node->first; at != NULL && rc == 0;
       at = at->next) {
    size_t i = 0;
    while (i < n && strcmp(keys[i].name, at->key) != 0)
      i++;
    rc = i < n ? keys[i].read(r, at, target) : unknown_key(r, at, keys, n);
  }
  return rc;
}

int hc_config_list(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   size_t size, hc_config_read_fn *read,
                   struct hc_config_list *out)
{
  int rc = hc_config_expect(r, node, HC_YAML_LIST);

  if (rc != 0)
    return rc;
  out->items = hc_arena_alloc(r->memory, node->n * size);
  if (out->items == NULL)
    return no_memory(r);
  for (const struct hc_yaml_node *at = node->first; at != NULL && rc == 0;
       at = at->next)
    rc = read(r, at, (char *)out->items + out->n++ * size);
  return rc;
}
