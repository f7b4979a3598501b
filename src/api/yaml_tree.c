/* YAML as a tree, through libyaml's events. */
#include "api/yaml_tree.h"

#include "base/crypto.h"
#include <yaml.h>

struct builder {
  yaml_parser_t parser;
  yaml_event_t event; /* the one that was read last */
  const char *name;
  struct hc_arena *arena;
  struct hc_fault *fault;
};

static size_t line_of(const struct builder *b)
{
  return b->event.start_mark.line + 1;
}

static int refuse(const struct builder *b, const char *why)
{
  return hc_fault_set(b->fault, HYCO_EBADVALUE, "%s:%zu: %s", b->name,
                      line_of(b), why);
}

static int no_memory(const struct builder *b)
{
  return hc_fault_set(b->fault, HYCO_ENOMEM, "no memory for %s", b->name);
}

/* Scalars may be keys. */
static void drop_event(struct builder *b)
{
  if (b->event.type == YAML_SCALAR_EVENT)
    hc_wipe(b->event.data.scalar.value, b->event.data.scalar.length);
  yaml_event_delete(&b->event);
}

static int next_event(struct builder *b)
{
  drop_event(b);
  if (yaml_parser_parse(&b->parser, &b->event))
    return 0;
  if (b->parser.error == YAML_MEMORY_ERROR)
    return no_memory(b);
  return hc_fault_set(b->fault, HYCO_EBADVALUE, "%s:%zu: no YAML: %s", b->name,
                      b->parser.problem_mark.line + 1,
                      b->parser.problem != NULL ? b->parser.problem : "error");
}

static bool has_anchor_or_tag(const yaml_event_t *event)
{
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
  case YAML_SEQUENCE_START_EVENT:
    return event->data.sequence_start.anchor != NULL ||
           event->data.sequence_start.tag != NULL;
  case YAML_MAPPING_START_EVENT:
    return event->data.mapping_start.anchor != NULL ||
           event->data.mapping_start.tag != NULL;
  default:
    return event->type == YAML_ALIAS_EVENT;
  }
}

/* The text of the event, a scalar, in the arena. */
static int take_text(struct builder *b, const char **text)
{
  struct hc_span value =
      hc_span_of(b->event.data.scalar.value, b->event.data.scalar.length);

  if (value.len > 0 && memchr(value.ptr, 0, value.len) != NULL)
    return refuse(b, "a NUL in a text");
  *text = hc_arena_text(b->arena, value);
  return *text != NULL ? 0 : no_memory(b);
}

static int read_node(struct builder *b, int depth, struct hc_yaml_node **out);

/* A map's key, and the event behind it. */
static int read_key(struct builder *b, const struct hc_yaml_node *map,
                    const char **key)
{
  if (b->event.type != YAML_SCALAR_EVENT || has_anchor_or_tag(&b->event))
    return refuse(b, "expected a key that is a text");
  int rc = take_text(b, key);
  if (rc != 0)
    return rc;
  if (map->n == HC_YAML_KEYS_MAX)
    return refuse(b, "too many keys");
  for (const struct hc_yaml_node *at = map->first; at != NULL; at = at->next) {
    if (strcmp(at->key, *key) == 0)
      return refuse(b, "a key that is there twice");
  }
  return next_event(b);
}

/* Up to the event that ends it. */
static int read_children(struct builder *b, struct hc_yaml_node *parent,
                         int depth)
{
  yaml_event_type_t end = parent->kind == HC_YAML_MAP ? YAML_MAPPING_END_EVENT
                                                      : YAML_SEQUENCE_END_EVENT;
  struct hc_yaml_node **place = &parent->first;
  int rc = next_event(b);

  while (rc == 0 && b->event.type != end) {
    const char *key = NULL;
    if (parent->kind == HC_YAML_MAP)
      rc = read_key(b, parent, &key);
    if (rc == 0)
      rc = read_node(b, depth + 1, place);
    if (rc != 0)
      return rc;
    (*place)->key = key;
    place = &(*place)->next;
    parent->n++;
    rc = next_event(b);
  }
  return rc;
}

/* The node that begins with the event; its last event is not dropped yet. */
static int read_node(struct builder *b, int depth, struct hc_yaml_node **out)
{
  if (has_anchor_or_tag(&b->event))
    return refuse(b, "anchors, aliases and tags are not taken");
  if (depth > HC_YAML_DEPTH_MAX)
    return refuse(b, "nested too deeply");
  struct hc_yaml_node *node = hc_arena_alloc(b->arena, sizeof *node);
  if (node == NULL)
    return no_memory(b);
  node->line = line_of(b);
  *out = node;
  if (b->event.type == YAML_SCALAR_EVENT) {
    node->kind = HC_YAML_TEXT;
    return take_text(b, &node->text);
  }
  node->kind =
      b->event.type == YAML_MAPPING_START_EVENT ? HC_YAML_MAP : HC_YAML_LIST;
  return read_children(b, node, depth);
}

static int read_document(struct builder *b, struct hc_yaml_node **root)
{
  int rc = next_event(b); /* the stream's start */

  if (rc == 0)
    rc = next_event(b);
  if (rc != 0 || b->event.type == YAML_STREAM_END_EVENT)
    return rc;
  rc = next_event(b); /* behind the document's start */
  if (rc == 0)
    rc = read_node(b, 1, root);
  if (rc == 0)
    rc = next_event(b); /* the document's end */
  if (rc == 0)
    rc = next_event(b);
  if (rc == 0 && b->event.type != YAML_STREAM_END_EVENT)
    rc = refuse(b, "a second document");
  return rc;
}

static void wipe_buffers(yaml_parser_t *parser)
{
  hc_wipe(parser->raw_buffer.start,
          (size_t)(parser->raw_buffer.end - parser->raw_buffer.start));
  hc_wipe(parser->buffer.start,
          (size_t)(parser->buffer.end - parser->buffer.start));
}

int hc_yaml_read(struct hc_span text, const char *name, struct hc_arena *arena,
                 struct hc_yaml_node **root, struct hc_fault *fault)
{
  struct builder b = { .name = name, .arena = arena, .fault = fault };

  *root = NULL;
  if (text.len > HC_YAML_SIZE_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG, "%s is longer than %d bytes",
                        name, HC_YAML_SIZE_MAX);
  if (!yaml_parser_initialize(&b.parser))
    return no_memory(&b);
  yaml_parser_set_input_string(&b.parser, text.ptr, text.len);
  int rc = read_document(&b, root);
  drop_event(&b);
  wipe_buffers(&b.parser);
  yaml_parser_delete(&b.parser);
  return rc;
}
