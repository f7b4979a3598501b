/* YAML as a tree, bounded: what a configuration file may be. Anchors, aliases,
 * tags, a second document and a key that is there twice are errors. */
#ifndef HC_API_YAML_TREE_H
#define HC_API_YAML_TREE_H

#include "api/arena.h"
#include "base/fault.h"

enum {
  HC_YAML_SIZE_MAX = 1 << 20, /* bytes of a file */
  HC_YAML_DEPTH_MAX = 8,      /* nodes within nodes */
  HC_YAML_KEYS_MAX = 64       /* of one map */
};

enum hc_yaml_kind { HC_YAML_TEXT, HC_YAML_LIST, HC_YAML_MAP };

struct hc_yaml_node {
  enum hc_yaml_kind kind;
  size_t line;
  const char *key;            /* what a map calls it; NULL elsewhere */
  const char *text;           /* of HC_YAML_TEXT, without NUL inside */
  struct hc_yaml_node *first; /* of a list or a map, in order */
  struct hc_yaml_node *next;
  size_t n;
};

/* *root is NULL for a file that says nothing, and lives as long as the arena.
 * name is the file's, for "NAME:LINE: what is wrong". 0, HYCO_EBADVALUE,
 * HYCO_ETOOLONG or HYCO_ENOMEM. */
int hc_yaml_read(struct hc_span text, const char *name, struct hc_arena *arena,
                 struct hc_yaml_node **root, struct hc_fault *fault);

#endif
