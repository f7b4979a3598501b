/* The hyco command: the table of commands and what is made from it. */
#include "help.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct hc_cli_command commands[] = {
  { "relay", hc_cli_relay, "run a relay service on this machine",
    "[--listen HOST:PORT] [--dir DIR] [options]",
    "Serves the protocol of Azure Relay Hybrid Connections to receivers and "
    "senders, until SIGINT or SIGTERM. With no option it works: it makes a "
    "private CA, a certificate and a key, and prints where they and the "
    "service are:\n"
    "  ca FILE\n"
    "  connection-string FILE\n"
    "  ready URL\n"
    "The last line comes when it serves." },
  { "listen", hc_cli_listen, "wait at a hybrid connection for senders",
    "ENTITY [--echo|--discard|--exec COMMAND|--forward HOST:PORT] "
    "[--http-forward URL|--http-echo|--http-status N] -c STR|@FILE [options]",
    "Serves every sender that comes to the hybrid connection ENTITY: those "
    "that "
    "connect, those that send an HTTP request, or both. When the "
    "service takes the listener, \"listening ENTITY\" goes to standard error. "
    "A "
    "listener that is refused (401, 403, 404) ends; after any other failure it "
    "tries again, and so it does when it is cut off. SIGINT and SIGTERM end it "
    "well.\n"
    "\n"
    "With --exec the shell runs COMMAND for each connection, in a process "
    "group of its own. Standard error is the listener's. A Close from the peer "
    "closes its standard input. When COMMAND has ended and its output is "
    "closed, the peer gets a Close: 1000, or 1011 \"exit N\". When the "
    "connection is cut, the group gets SIGHUP, and 5 seconds later SIGKILL. "
    "Nothing that a peer sends becomes part of COMMAND; these variables tell "
    "it about the peer: HYCO_CONNECTION_ID, HYCO_ID (the relay's id), "
    "HYCO_REMOTE_ADDRESS, HYCO_REMOTE_PORT, HYCO_TARGET (path and query as the "
    "sender asked for it) and HYCO_SUB_PROTOCOL. Their values are the peer's: "
    "quote them.\n"
    "  hyco listen ssh -c @string --exec 'nc localhost 22'\n"
    "\n"
    "With --http-forward HTTP requests go to a web server, and its answers "
    "come "
    "back as they are written. ENTITY is cut off the path, the rest and the "
    "query stay as they are; X-Forwarded-For, -Proto, -Host and -Prefix are "
    "set, and a Location under URL gets the prefix back. While the server is "
    "down, senders get 502.\n"
    "  hyco listen web -c @string --http-forward http://localhost:8080/\n"
    "\n"
    "With --http-echo a request is answered with its own body, which goes back "
    "as it comes, and the headers that describe it (Content-*); a TRACE gets "
    "its head. With --http-status with that status, "
    "once its body has been read. They are for trying things out; with -v each "
    "request is told.\n"
    "  hyco listen probe -c @string --http-status 204 -v\n" },
  { "connect", hc_cli_connect,
    "connect standard input and output to a hybrid connection",
    "ENTITY[/suffix?query] -c STR|@FILE [--text] [-q SECONDS] [options]",
    "Sends what it reads, and writes what comes. The end of standard input "
    "sends a Close; what the peer still sends is written until the peer closes "
    "as well. When the peer closes first, standard output is closed. Without "
    "--text the bytes are a stream, and where messages end means nothing.\n"
    "\n"
    "The exit status is 0 after a good end (close code 1000, or none), "
    "and 1 after a cut or any other code.\n"
    "  ssh -o ProxyCommand='hyco connect ssh -c @string' home\n" },
  { "request", hc_cli_request, "send an HTTP request to a hybrid connection",
    "[-X METHOD] ENTITY[/path?query] -c STR|@FILE [options]",
    "Sends one request and writes the body of the answer as it comes. Nothing "
    "is sent that was not asked for, and the answer is written as it is: no "
    "redirect is followed. The token goes in the header "
    "ServiceBusAuthorization; the listener does not see it. While the answer "
    "goes to a file, a terminal shows how far it has come.\n"
    "\n"
    "The exit status is 0 when a whole answer has come, whatever its status "
    "says; with --fail 1 if that is 400 or more; and 1 if there was no answer "
    "or it broke off.\n"
    "  hyco request web/index.html -c @string -o index.html\n"
    "  tar c . | hyco request -X PUT web/upload --data-file - -c @string\n" },
  { "token", hc_cli_token, "print an access token",
    "[ENTITY] -c STR|@FILE [--validity SECONDS]",
    "Makes a shared access signature from a key, for ENTITY or that of the "
    "connection string, and prints it." },
  { "properties", hc_cli_properties,
    "print the properties, settings, methods and events", "[--json]",
    "Prints every property and setting of receivers and senders, with type, "
    "default and range: the option --set of other commands reaches them by "
    "these names. Then the methods and events of the library." },
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

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
  static const char help_as[] = "--help=";
  if (argc < 2) {
    hc_cli_print_commands(stderr, commands, N_COMMANDS);
    return HC_CLI_USAGE;
  }
  if (is_one_of(argv[1], "--help", "-h"))
    return hc_cli_overview(commands, N_COMMANDS, NULL);
  if (strncmp(argv[1], help_as, strlen(help_as)) == 0)
    return hc_cli_overview(commands, N_COMMANDS, argv[1] + strlen(help_as));
  if (is_one_of(argv[1], "--version", "-V"))
    return hc_cli_version();
  const struct hc_cli_command *command = find(argv[1]);
  if (command == NULL) {
    fprintf(stderr, "hyco: unknown command '%s' (hyco --help lists them)\n",
            argv[1]);
    return HC_CLI_USAGE;
  }
  return command->run(command, argc - 2, argv + 2);
}

/* Otherwise a file or socket of ours would take the place of one of them. */
static bool open_standard_files(void)
{
  int fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO)
    fd = open("/dev/null", O_RDWR);
  if (fd < 0)
    return false;
  close(fd);
  return true;
}

int main(int argc, char **argv)
{
  if (!open_standard_files())
    return HC_CLI_FAILED;
  /* Who reads our output may go away: write then says EPIPE. */
  signal(SIGPIPE, SIG_IGN);

  int status = run(argc, argv);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    perror("hyco: standard output");
    return status == HC_CLI_DONE ? HC_CLI_FAILED : status;
  }
  return status;
}
