/* Reads the tree of a configuration file into structs: each map by a table of
 * its keys, and what is not in the table is an error. Errors say "FILE:LINE:
 * what". */
#ifndef HC_API_CONFIG_READER_H
#define HC_API_CONFIG_READER_H

#include "api/yaml_tree.h"

struct hc_config_reader {
  const char *path; /* of the file */
  struct hc_arena *memory;
  struct hc_fault *fault;
};

/* Reads one value into what it belongs to. 0 or what hc_config_refuse gave. */
typedef int hc_config_read_fn(struct hc_config_reader *r,
                              const struct hc_yaml_node *node, void *target);

struct hc_config_key {
  const char *name;
  hc_config_read_fn *read;
};

/* Returns code. */
int hc_config_refuse(const struct hc_config_reader *r, size_t line, int code,
                     const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* HYCO_EBADVALUE unless the node is of this kind (and a text is not empty). */
int hc_config_expect(const struct hc_config_reader *r,
                     const struct hc_yaml_node *node, enum hc_yaml_kind kind);

/* *out lives as long as the tree. */
int hc_config_text(const struct hc_config_reader *r,
                   const struct hc_yaml_node *node, const char **out);
int hc_config_bool(const struct hc_config_reader *r,
                   const struct hc_yaml_node *node, bool *out);

/* A path; one that is relative begins where the file lies. */
int hc_config_path(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   const char **out);

int hc_config_map(struct hc_config_reader *r, const struct hc_yaml_node *node,
                  const struct hc_config_key *keys, size_t n, void *target);

/* Items of one size, zeroed, in the arena. */
struct hc_config_list {
  void *items;
  size_t n;
};

int hc_config_list(struct hc_config_reader *r, const struct hc_yaml_node *node,
                   size_t size, hc_config_read_fn *read,
                   struct hc_config_list *out);

#endif
