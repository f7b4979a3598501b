/* Prints a completion for bash. */
#include "completion.h"
#include "help.h"

#include <stdio.h>
#include <string.h>

/* What completes the value of an option. */
static const char *kind_of(const struct hc_cli_option *option)
{
  if (strstr(option->value, "FILE") != NULL)
    return "files";
  return strcmp(option->value, "DIR") == 0 ? "directories" : "nothing";
}

static void print_words(const struct hc_cli_option *options, size_t n)
{
  for (size_t i = 0; i < n; i++)
    printf(" --%s", options[i].name);
}

static void print_kinds(const struct hc_cli_option *options, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (options[i].value == NULL)
      continue;
    fputs("    ", stdout);
    if (options[i].letter != 0)
      printf("-%c | ", options[i].letter);
    printf("--%s) kind=%s ;;\n", options[i].name, kind_of(&options[i]));
  }
}

int hc_cli_completion(const struct hc_cli_parser *parser)
{
  printf("  %s)\n    words='", parser->command->name);
  for (size_t g = 0; g < parser->n_groups; g++)
    print_words(parser->groups[g].options, parser->groups[g].n);
  print_words(hc_cli_general_options, hc_cli_n_general_options);
  puts("'\n    case $previous in");
  for (size_t g = 0; g < parser->n_groups; g++)
    print_kinds(parser->groups[g].options, parser->groups[g].n);
  puts("    esac\n    ;;");
  return HC_CLI_DONE;
}

static void print_commands(const struct hc_cli_command *commands, size_t n)
{
  fputs("    words='", stdout);
  for (size_t i = 0; i < n; i++)
    printf("%s ", commands[i].name);
  print_words(hc_cli_general_options, hc_cli_n_general_options);
  puts("'");
}

int hc_cli_completion_overview(const struct hc_cli_command *commands, size_t n)
{
  char form[] = "--help=bash";
  char *argv[] = { form, NULL };
  /* An @ begins a word for bash: "-c @file" is three. */
  fputs("# bash completion for hyco, made by hyco --help=bash\n"
        "_hyco()\n"
        "{\n"
        "  local current=${COMP_WORDS[COMP_CWORD]}\n"
        "  local previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
        "  local words='' kind=word\n"
        "  COMPREPLY=()\n"
        "  case ${COMP_CWORD}:${COMP_WORDS[1]} in\n"
        "  1:*)\n",
        stdout);
  print_commands(commands, n);
  fputs("    ;;\n  esac\n  case ${COMP_WORDS[1]} in\n", stdout);
  for (size_t i = 0; i < n; i++)
    commands[i].run(&commands[i], 1, argv);
  fputs("  esac\n"
        "  case $previous in\n"
        "  @) kind=files ;;\n"
        "  esac\n"
        "  case $current in\n"
        "  @) kind=files current='' ;;\n"
        "  esac\n"
        "  case $kind in\n"
        "  word) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
        "\"$current\") ;;\n"
        "  files)\n"
        "    compopt -o filenames\n"
        "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
        "    ;;\n"
        "  directories)\n"
        "    compopt -o filenames\n"
        "    mapfile -t COMPREPLY < <(compgen -d -- \"$current\")\n"
        "    ;;\n"
        "  esac\n"
        "}\n"
        "complete -F _hyco hyco\n",
        stdout);
  return HC_CLI_DONE;
}
