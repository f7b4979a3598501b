/* hyco listen --forward and --http-forward. */
#include "forward.h"

#include <stdlib.h>
#include <string.h>

enum { HOST_MAX = 255, PORT_MAX = 65535 };

/* "host:1", "[::1]:1" */
static bool split_target(const char *text, char host[HOST_MAX + 1], long *port)
{
  const char *colon = strrchr(text, ':');
  char *end = NULL;
  size_t len = colon != NULL ? (size_t)(colon - text) : 0;

  if (len == 0 || colon[1] < '0' || colon[1] > '9')
    return false;
  *port = strtol(colon + 1, &end, 10);
  bool in_brackets = text[0] == '[' && len > 2 && text[len - 1] == ']';
  if (in_brackets) {
    text++;
    len -= 2;
  }
  if (len > HOST_MAX || *end != '\0' || *port < 1 || *port > PORT_MAX ||
      (!in_brackets && strcspn(text, ":[]") < len))
    return false;
  memcpy(host, text, len);
  host[len] = '\0';
  return true;
}

static int report(const struct hc_cli_command *command,
                  const hyco_receiver *receiver, const char *what, int error)
{
  if (error == 0)
    return HC_CLI_GO_ON;
  return hc_cli_error(command, what, error,
                      hyco_receiver_last_error_text(receiver));
}

int hc_cli_forward_connections(const struct hc_cli_command *command,
                               hyco_receiver *receiver, const char *target)
{
  char host[HOST_MAX + 1];
  long port = 0;

  if (target == NULL)
    return HC_CLI_GO_ON;
  if (!split_target(target, host, &port))
    return hc_cli_usage(command, "--forward: HOST:PORT, with a port from 1 "
                                 "to 65535 and IPv6 in brackets");
  int rc = hyco_receiver_set_string(receiver, HYCO_FORWARDING_HOST, host);
  if (rc == 0)
    rc = hyco_receiver_set_int(receiver, HYCO_FORWARDING_PORT, port);
  return report(command, receiver, "--forward", rc);
}

int hc_cli_forward_requests(const struct hc_cli_command *command,
                            hyco_receiver *receiver, const char *url,
                            bool preserve_host)
{
  if (url == NULL)
    return HC_CLI_GO_ON;
  int rc = hyco_receiver_set_string(receiver, HYCO_FORWARD_HTTP_URL, url);
  if (rc == 0)
    rc = hyco_receiver_set_bool(receiver, HYCO_FORWARD_HTTP_PRESERVE_HOST,
                                preserve_host);
  return report(command, receiver, "--http-forward", rc);
}
