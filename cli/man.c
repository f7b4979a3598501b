/* Prints help as manual pages, in roff with the macros of man(7). */
#include "man.h"
#include "help.h"

#include <ctype.h>
#include <hyco/version.h>
#include <stdio.h>
#include <string.h>

struct row {
  const char *what;
  const char *help;
};

static const struct row statuses[] = {
  { "0", "It did what was asked for." },
  { "1", "It failed; standard error says why." },
  { "2", "The arguments were wrong." },
};

static const struct row variables[] = {
  { "HYCO_CONNECTION_STRING",
    "The connection string, where neither --connection-string nor --endpoint "
    "is given." },
  { "HYCO_KEY", "The key that goes with --key-name." },
  { "HYCO_PROXY", "The proxy, where --proxy is not given." },
  { "XDG_STATE_HOME", "Where hyco relay keeps its state without --dir, in hyco "
                      "(~/.local/state)." },
};

enum {
  N_STATUSES = sizeof statuses / sizeof statuses[0],
  N_VARIABLES = sizeof variables / sizeof variables[0]
};

/* Text, with what means something to roff escaped; a newline becomes one, and
 * in running text a space. */
static void print_escaped_span(const char *text, size_t len)
{
  for (size_t i = 0; i < len; i++) {
    if (text[i] == '.' && (i == 0 || text[i - 1] == '\n'))
      fputs("\\&", stdout);
    if (text[i] == '-')
      fputs("\\-", stdout);
    else if (text[i] == '\\')
      fputs("\\e", stdout);
    else if (text[i] == '\'')
      fputs("\\(aq", stdout);
    else
      putchar(text[i]);
  }
}

static void print_escaped(const char *text)
{
  print_escaped_span(text, strlen(text));
}

static void print_upper(const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    putchar(toupper((unsigned char)*p));
}

/* command is NULL for the program as a whole. */
static void print_head(const char *command, const char *summary)
{
  const char *dash = command != NULL ? "-" : "";
  const char *name = command != NULL ? command : "";
  fputs(".\\\" Made by hyco --help=man from the command's tables.\n.TH HYCO",
        stdout);
  fputs(dash, stdout);
  print_upper(name);
  printf(" 1 \"\" \"hyco %s\" \"User Commands\"\n.SH NAME\nhyco%s%s \\- ",
         hyco_version(), command != NULL ? "\\-" : "", name);
  print_escaped(summary);
  puts("\n.SH SYNOPSIS");
}

/* Paragraphs, with examples between them: lines that are indented by two. */
static void print_details(const char *details)
{
  bool is_example = false;
  while (*details != '\0') {
    size_t len = strcspn(details, "\n");
    size_t indent = strspn(details, " ");
    if ((indent > 0) != is_example)
      puts(is_example ? ".fi\n.RE\n.PP" : ".PP\n.RS 4\n.nf");
    is_example = indent > 0;
    if (len == 0)
      fputs(".PP", stdout);
    print_escaped_span(details + indent, len - indent);
    putchar('\n');
    details += len + (details[len] == '\n');
  }
  if (is_example)
    puts(".fi\n.RE");
}

static void print_option(const struct hc_cli_option *option)
{
  puts(".TP");
  if (option->letter != 0)
    printf("\\fB\\-%c\\fR, ", option->letter);
  fputs("\\fB\\-\\-", stdout);
  print_escaped(option->name);
  fputs("\\fR", stdout);
  if (option->value != NULL) {
    fputs(" \\fI", stdout);
    print_escaped(option->value);
    fputs("\\fR", stdout);
  }
  putchar('\n');
  print_escaped(option->help);
  putchar('\n');
}

static void print_group(const char *title, const struct hc_cli_option *options,
                        size_t n)
{
  printf(".SS %s\n", title);
  for (size_t i = 0; i < n; i++)
    print_option(&options[i]);
}

static void print_rows(const char *title, const struct row *rows, size_t n)
{
  printf(".SH %s\n", title);
  for (size_t i = 0; i < n; i++) {
    printf(".TP\n\\fB%s\\fR\n", rows[i].what);
    print_escaped(rows[i].help);
    putchar('\n');
  }
}

int hc_cli_man(const struct hc_cli_parser *parser)
{
  const struct hc_cli_command *command = parser->command;
  print_head(command->name, command->summary);
  printf("\\fBhyco %s\\fR ", command->name);
  print_escaped(command->usage);
  puts("\n.SH DESCRIPTION");
  print_details(command->details);
  puts(".SH OPTIONS");
  for (size_t g = 0; g < parser->n_groups; g++)
    print_group(parser->groups[g].title, parser->groups[g].options,
                parser->groups[g].n);
  print_group("General", hc_cli_general_options, hc_cli_n_general_options);
  print_rows("EXIT STATUS", statuses, N_STATUSES);
  puts(".SH SEE ALSO\n.BR hyco (1)");
  return HC_CLI_DONE;
}

static void print_list(const struct hc_cli_command *commands, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    printf(".TP\n\\fBhyco %s\\fR\n", commands[i].name);
    print_escaped(commands[i].summary);
    printf(" (see\n.BR hyco\\-%s (1))\n", commands[i].name);
  }
}

int hc_cli_man_overview(const struct hc_cli_command *commands, size_t n)
{
  print_head(NULL, "Azure Relay Hybrid Connections");
  puts("\\fBhyco\\fR \\fICOMMAND\\fR [options]\n.SH DESCRIPTION");
  print_details(
      "Two programs that cannot reach each other, because each is behind a NAT "
      "or a firewall, both dial out to a relay, and the relay joins them: "
      "Azure Relay, or hyco relay on one machine.\n"
      "\n"
      "Results go to standard output, everything else to standard error. "
      "Secrets are never printed, and need not be on the command line.");
  puts(".SH COMMANDS");
  print_list(commands, n);
  print_group("General", hc_cli_general_options, hc_cli_n_general_options);
  print_rows("ENVIRONMENT", variables, N_VARIABLES);
  print_rows("EXIT STATUS", statuses, N_STATUSES);
  return HC_CLI_DONE;
}
