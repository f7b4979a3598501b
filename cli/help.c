/* Prints what commands and options are for, in the form that was asked for. */
#include "help.h"
#include "completion.h"
#include "man.h"

#include <hyco/version.h>
#include <string.h>

/* The column in which the words of help begin. */
enum { HELP_COLUMN = 30 };

const struct hc_cli_option hc_cli_general_options[] = {
  { .name = "help",
    .letter = 'h',
    .kind = HC_CLI_FLAG,
    .help = "print this; --help=man: as a manual page" },
  { .name = "version",
    .letter = 'V',
    .kind = HC_CLI_FLAG,
    .help = "print the version" },
};
const size_t hc_cli_n_general_options =
    sizeof hc_cli_general_options / sizeof hc_cli_general_options[0];

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

static void print_option(const struct hc_cli_option *option)
{
  char left[80];
  char dash[5] = "    ";
  const char *value = option->value;
  if (option->letter != 0)
    snprintf(dash, sizeof dash, "-%c, ", option->letter);
  int len = snprintf(left, sizeof left, "  %s--%s%s%s", dash, option->name,
                     value != NULL ? " " : "", value != NULL ? value : "");
  if (len + 2 > HELP_COLUMN)
    printf("%s\n%*s", left, HELP_COLUMN, "");
  else
    printf("%-*s", HELP_COLUMN, left);
  print_help(option->help);
}

static void print_group(const char *title, const struct hc_cli_option *options,
                        size_t n)
{
  printf("\n%s:\n", title);
  for (size_t i = 0; i < n; i++)
    print_option(&options[i]);
}

static int print_text(const struct hc_cli_parser *parser)
{
  const struct hc_cli_command *command = parser->command;
  printf("usage: hyco %s %s\n\nhyco %s: %s.\n", command->name, command->usage,
         command->name, command->summary);
  for (size_t g = 0; g < parser->n_groups; g++)
    print_group(parser->groups[g].title, parser->groups[g].options,
                parser->groups[g].n);
  print_group("General", hc_cli_general_options, hc_cli_n_general_options);
  return HC_CLI_DONE;
}

void hc_cli_print_commands(FILE *out, const struct hc_cli_command *commands,
                           size_t n)
{
  fputs("usage: hyco COMMAND [options]\n\n", out);
  for (size_t i = 0; i < n; i++)
    fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].summary);
  fputs("\nhyco COMMAND --help tells more; hyco --version the version.\n", out);
}

int hc_cli_help(const struct hc_cli_parser *parser, const char *form)
{
  if (form == NULL)
    return print_text(parser);
  if (strcmp(form, "man") == 0)
    return hc_cli_man(parser);
  if (strcmp(form, "bash") == 0)
    return hc_cli_completion(parser);
  return hc_cli_usage(parser->command, "--help=%s: man or bash", form);
}

int hc_cli_overview(const struct hc_cli_command *commands, size_t n,
                    const char *form)
{
  if (form == NULL) {
    hc_cli_print_commands(stdout, commands, n);
    return HC_CLI_DONE;
  }
  if (strcmp(form, "man") == 0)
    return hc_cli_man_overview(commands, n);
  if (strcmp(form, "bash") == 0)
    return hc_cli_completion_overview(commands, n);
  fprintf(stderr, "hyco: --help=%s: man or bash\n", form);
  return HC_CLI_USAGE;
}

int hc_cli_version(void)
{
  printf("hyco %s\n", hyco_version());
  return HC_CLI_DONE;
}
