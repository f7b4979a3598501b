/* The option parser of all commands, and their --help: both from tables. */
#ifndef HC_CLI_OPTIONS_H
#define HC_CLI_OPTIONS_H

#include "cli.h"

enum hc_cli_option_kind {
  HC_CLI_FLAG,   /* bool */
  HC_CLI_COUNT,  /* int: how often it was given */
  HC_CLI_NUMBER, /* long, from min to max */
  HC_CLI_TEXT,   /* const char * */
  HC_CLI_LIST    /* struct hc_cli_list: may be given again and again */
};

/* What was given, in order. The array is freed with hc_cli_list_free. */
struct hc_cli_list {
  const char **items;
  size_t n;
};

void hc_cli_list_free(struct hc_cli_list *list);

/* One option: --name value, --name=value, and -x if there is a letter. */
struct hc_cli_option {
  const char *name;
  char letter; /* 0: none */
  enum hc_cli_option_kind kind;
  size_t offset;     /* of the variable, within the group's values */
  const char *value; /* what help calls the value; NULL for flags */
  const char *help;
  long min;
  long max;
};

/* Options whose variables stand in one struct. */
struct hc_cli_group {
  const char *title;
  const struct hc_cli_option *options;
  size_t n;
  void *values;
};

struct hc_cli_parser {
  const struct hc_cli_command *command;
  const struct hc_cli_group *groups;
  size_t n_groups;
  const char **argument; /* the one argument that is no option; NULL: none */
};

/* HC_CLI_GO_ON, or the exit status: help or version was printed, or the usage
 * is wrong and that was said. Values point into argv. */
int hc_cli_parse(const struct hc_cli_parser *parser, int argc, char **argv);

#endif
