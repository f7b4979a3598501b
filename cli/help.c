/* Prints what a command and its options are for, from their tables. */
#include "help.h"

#include <hyco/version.h>
#include <stdio.h>

/* The column in which the words of help begin. */
enum { HELP_COLUMN = 30 };

/* Lines of help after the first begin below it. */
static void print_help(const char *help)
{
  for (const char *p = help; *p != '\0'; p++) {
    putchar(*p);
    if (*p == '\n')
      printf("%*s", HELP_COLUMN, "");
  }
  putchar('\n');
}

static void print_option(char letter, const char *name, const char *value,
                         const char *help)
{
  char left[80];
  char dash[5] = "    ";
  if (letter != 0)
    snprintf(dash, sizeof dash, "-%c, ", letter);
  int len = snprintf(left, sizeof left, "  %s--%s%s%s", dash, name,
                     value != NULL ? " " : "", value != NULL ? value : "");
  if (len + 2 > HELP_COLUMN)
    printf("%s\n%*s", left, HELP_COLUMN, "");
  else
    printf("%-*s", HELP_COLUMN, left);
  print_help(help);
}

int hc_cli_help(const struct hc_cli_parser *parser)
{
  const struct hc_cli_command *command = parser->command;
  printf("usage: hyco %s %s\n\nhyco %s: %s.\n", command->name, command->usage,
         command->name, command->summary);
  for (size_t g = 0; g < parser->n_groups; g++) {
    const struct hc_cli_group *group = &parser->groups[g];
    printf("\n%s:\n", group->title);
    for (size_t i = 0; i < group->n; i++) {
      const struct hc_cli_option *option = &group->options[i];
      print_option(option->letter, option->name, option->value, option->help);
    }
  }
  fputs("\nGeneral:\n", stdout);
  print_option('h', "help", NULL, "print this");
  print_option('V', "version", NULL, "print the version");
  return HC_CLI_DONE;
}

int hc_cli_version(void)
{
  printf("hyco %s\n", hyco_version());
  return HC_CLI_DONE;
}
