/* The hyco command: the table of commands and what is made from it. */
#include "cli.h"

#include <hyco/hyco.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct hc_cli_command commands[] = {
  { "relay", hc_cli_relay, "run a relay service on this machine",
    "[--listen HOST:PORT] [--dir DIR] [options]" },
  { "listen", hc_cli_listen, "wait at a hybrid connection for senders",
    "ENTITY --echo|--discard|--exec COMMAND -c STR|@FILE [options]" },
  { "connect", hc_cli_connect,
    "connect standard input and output to a hybrid connection",
    "ENTITY[/suffix?query] -c STR|@FILE [--text] [-q SECONDS] [options]" },
  { "token", hc_cli_token, "print an access token",
    "[ENTITY] -c STR|@FILE [--validity SECONDS]" },
  { "properties", hc_cli_properties,
    "print the table of properties and settings", "[--json]" },
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *out)
{
  fputs("usage: hyco COMMAND [options]\n\n", out);
  for (size_t i = 0; i < N_COMMANDS; i++)
    fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].summary);
  fputs("\nhyco COMMAND --help tells more; hyco --version the version.\n", out);
}

static const struct hc_cli_command *find(const char *name)
{
  for (size_t i = 0; i < N_COMMANDS; i++)
    if (strcmp(name, commands[i].name) == 0)
      return &commands[i];
  return NULL;
}

static bool is_one_of(const char *arg, const char *a, const char *b)
{
  return strcmp(arg, a) == 0 || strcmp(arg, b) == 0;
}

static int run(int argc, char **argv)
{
  if (argc < 2) {
    print_usage(stderr);
    return HC_CLI_USAGE;
  }
  if (is_one_of(argv[1], "--help", "-h")) {
    print_usage(stdout);
    return HC_CLI_DONE;
  }
  if (is_one_of(argv[1], "--version", "-V")) {
    printf("hyco %s\n", hyco_version());
    return HC_CLI_DONE;
  }
  const struct hc_cli_command *command = find(argv[1]);
  if (command == NULL) {
    fprintf(stderr, "hyco: unknown command '%s' (hyco --help lists them)\n",
            argv[1]);
    return HC_CLI_USAGE;
  }
  return command->run(command, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
  /* Who reads our output may go away: write then says EPIPE. */
  signal(SIGPIPE, SIG_IGN);

  int status = run(argc, argv);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    perror("hyco: standard output");
    return status == HC_CLI_DONE ? HC_CLI_FAILED : status;
  }
  return status;
}
