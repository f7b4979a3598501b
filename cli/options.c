/* Parses the arguments of a command by its tables. */
#include "options.h"
#include "help.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hc_cli_list_free(struct hc_cli_list *list)
{
  free(list->items);
  *list = (struct hc_cli_list){ 0 };
}

/* A connection string or token at the wrong place must not be printed. */
static const char *without_secret(const char *text)
{
  return strcasestr(text, "SharedAccess") != NULL ? "(hidden)" : text;
}

/* Where the parser stands. */
struct cursor {
  const struct hc_cli_parser *parser;
  char **argv;
  int argc;
  int next; /* the next element of argv */
};

struct found {
  const struct hc_cli_option *option;
  void *variable;
  const char *shown; /* as the user wrote it, for messages */
};

static bool matches(const struct hc_cli_option *option, char letter,
                    const char *name, size_t name_len)
{
  if (letter != 0)
    return option->letter == letter;
  return strlen(option->name) == name_len &&
         memcmp(option->name, name, name_len) == 0;
}

/* Looks for -letter, or for --name if letter is 0. */
static bool find(const struct hc_cli_parser *parser, char letter,
                 const char *name, size_t name_len, struct found *out)
{
  for (size_t g = 0; g < parser->n_groups; g++) {
    const struct hc_cli_group *group = &parser->groups[g];
    for (size_t i = 0; i < group->n; i++) {
      const struct hc_cli_option *option = &group->options[i];
      if (!matches(option, letter, name, name_len))
        continue;
      out->option = option;
      out->variable = (char *)group->values + option->offset;
      return true;
    }
  }
  return false;
}

static int set_number(const struct cursor *c, const struct found *found,
                      const char *value)
{
  char *end;
  errno = 0;
  long number = strtol(value, &end, 10);
  if (errno != 0 || end == value || *end != '\0' ||
      number < found->option->min || number > found->option->max)
    return hc_cli_usage(c->parser->command,
                        "%s: '%s' is not a number from %ld to %ld",
                        found->shown, without_secret(value), found->option->min,
                        found->option->max);
  *(long *)found->variable = number;
  return HC_CLI_GO_ON;
}

static int append(const struct cursor *c, struct hc_cli_list *list,
                  const char *value)
{
  if (list->items == NULL)
    list->items = calloc((size_t)c->argc, sizeof *list->items);
  if (list->items == NULL) {
    hc_cli_say(c->parser->command, "out of memory");
    return HC_CLI_FAILED;
  }
  list->items[list->n++] = value; /* each has an element of argv of its own */
  return HC_CLI_GO_ON;
}

static int set_value(const struct cursor *c, const struct found *found,
                     const char *value)
{
  switch (found->option->kind) {
  case HC_CLI_NUMBER:
    return set_number(c, found, value);
  case HC_CLI_LIST:
    return append(c, found->variable, value);
  case HC_CLI_TEXT:
    *(const char **)found->variable = value;
    break;
  case HC_CLI_FLAG:
    *(bool *)found->variable = true;
    break;
  case HC_CLI_COUNT:
    *(int *)found->variable += 1;
    break;
  }
  return HC_CLI_GO_ON;
}

/* value is what stands in the same element of argv, NULL if nothing does. */
static int take_value(struct cursor *c, const struct found *found,
                      const char *value)
{
  if (value == NULL && c->next < c->argc)
    value = c->argv[c->next++];
  if (value == NULL)
    return hc_cli_usage(c->parser->command, "%s wants %s", found->shown,
                        found->option->value);
  return set_value(c, found, value);
}

static int parse_long(struct cursor *c, char *arg)
{
  char *value = strchr(arg, '=');
  size_t name_len = value != NULL ? (size_t)(value - arg) : strlen(arg);
  char shown[64];
  snprintf(shown, sizeof shown, "%.*s", (int)name_len, arg);

  struct found found = { .shown = shown };
  if (!find(c->parser, 0, arg + 2, name_len - 2, &found))
    return hc_cli_usage(c->parser->command, "unknown option '%s'", shown);
  if (found.option->value != NULL)
    return take_value(c, &found, value != NULL ? value + 1 : NULL);
  if (value != NULL)
    return hc_cli_usage(c->parser->command, "%s takes no value", shown);
  return set_value(c, &found, NULL);
}

/* -v, -vv, -q5, -q 5 */
static int parse_short(struct cursor *c, const char *arg)
{
  int rc = HC_CLI_GO_ON;
  for (const char *p = arg + 1; *p != '\0' && rc == HC_CLI_GO_ON; p++) {
    char shown[3] = { '-', *p, '\0' };
    struct found found = { .shown = shown };
    if (!find(c->parser, *p, NULL, 0, &found))
      return hc_cli_usage(c->parser->command, "unknown option '%s'", shown);
    if (found.option->value != NULL)
      return take_value(c, &found, p[1] != '\0' ? p + 1 : NULL);
    rc = set_value(c, &found, NULL);
  }
  return rc;
}

static int parse_argument(const struct cursor *c, const char *arg)
{
  const char **argument = c->parser->argument;
  if (argument == NULL || *argument != NULL)
    return hc_cli_usage(c->parser->command, "unexpected argument '%s'",
                        without_secret(arg));
  *argument = arg;
  return HC_CLI_GO_ON;
}

int hc_cli_parse(const struct hc_cli_parser *parser, int argc, char **argv)
{
  struct cursor c = { .parser = parser, .argv = argv, .argc = argc };
  bool options = true;
  int rc = HC_CLI_GO_ON;

  while (rc == HC_CLI_GO_ON && c.next < argc) {
    char *arg = argv[c.next++];
    if (!options || arg[0] != '-' || arg[1] == '\0')
      rc = parse_argument(&c, arg);
    else if (strcmp(arg, "--") == 0)
      options = false;
    else if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
      return hc_cli_help(parser, NULL);
    else if (strncmp(arg, "--help=", strlen("--help=")) == 0)
      return hc_cli_help(parser, arg + strlen("--help="));
    else if (strcmp(arg, "--version") == 0 || strcmp(arg, "-V") == 0)
      return hc_cli_version();
    else if (arg[1] == '-')
      rc = parse_long(&c, arg);
    else
      rc = parse_short(&c, arg);
  }
  return rc;
}
