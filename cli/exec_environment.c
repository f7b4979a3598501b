/* Makes the environment of a command that serves a connection. */
#include "exec_environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Who sends bytes to a command should not get at the namespace's keys by it. */
static const char *const secrets[] = { "HYCO_KEY", "HYCO_CONNECTION_STRING",
                                       "HYCO_PROXY" };

/* The text of a variable; the caller's. NULL without memory. */
typedef char *make_value(hyco_receiver *r, int id);

static char *string_of(hyco_receiver *r, int id, hyco_property p)
{
  const char *value = "";
  hyco_connection_get_string(r, id, p, &value);
  return strdup(value);
}

static char *number_text(int64_t number)
{
  char text[24];
  snprintf(text, sizeof text, "%lld", (long long)number);
  return strdup(text);
}

static char *connection_id(hyco_receiver *r, int id)
{
  (void)r;
  return number_text(id);
}

static char *relay_id(hyco_receiver *r, int id)
{
  return string_of(r, id, HYCO_CONNECTION_ID);
}

static char *remote_address(hyco_receiver *r, int id)
{
  return string_of(r, id, HYCO_CONNECTION_REMOTE_ADDRESS);
}

static char *remote_port(hyco_receiver *r, int id)
{
  int64_t port = 0;
  hyco_connection_get_int(r, id, HYCO_CONNECTION_REMOTE_PORT, &port);
  return number_text(port);
}

/* Drops the parameters that are the service's own. */
static void keep_the_senders(char *query)
{
  char *end = query; /* of what is kept; its '?' first */
  char *next = query + 1;
  while (next != NULL) {
    char *parameter = strsep(&next, "&");
    if (*parameter == '\0' || strncmp(parameter, "sb-hc-", 6) == 0)
      continue;
    *end = end == query ? '?' : '&';
    memmove(end + 1, parameter, strlen(parameter) + 1);
    end += 1 + strlen(end + 1);
  }
  *end = '\0';
}

/* /ENTITY/suffix?query as the sender asked for it, out of
 * wss://HOST/$hc/ENTITY/suffix?query&sb-hc-action=accept... (spec protocol.md,
 * "accept"). */
static char *target(hyco_receiver *r, int id)
{
  char *address = string_of(r, id, HYCO_CONNECTION_ADDRESS);
  if (address == NULL)
    return NULL;
  const char *path = strstr(address, "/$hc/");
  path = path != NULL ? path + strlen("/$hc") : "";
  memmove(address, path, strlen(path) + 1);
  char *query = strchr(address, '?');
  if (query != NULL)
    keep_the_senders(query);
  return address;
}

/* The library agrees to the first that was offered. */
static char *sub_protocol(hyco_receiver *r, int id)
{
  const char *offered = "";
  hyco_connection_get_string(r, id, HYCO_CONNECTION_SUB_PROTOCOLS, &offered);
  offered += strspn(offered, " \t");
  return strndup(offered, strcspn(offered, ", \t"));
}

static const struct {
  const char *name;
  make_value *make;
} variables[] = {
  { "HYCO_CONNECTION_ID", connection_id },
  { "HYCO_ID", relay_id },
  { "HYCO_REMOTE_ADDRESS", remote_address },
  { "HYCO_REMOTE_PORT", remote_port },
  { "HYCO_TARGET", target },
  { "HYCO_SUB_PROTOCOL", sub_protocol },
};

enum {
  N_SECRETS = sizeof secrets / sizeof secrets[0],
  N_VARIABLES = sizeof variables / sizeof variables[0]
};

static bool is_of(const char *entry, const char *name)
{
  size_t len = strlen(name);
  return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

static bool is_passed_on(const char *entry)
{
  for (size_t i = 0; i < N_SECRETS; i++)
    if (is_of(entry, secrets[i]))
      return false;
  for (size_t i = 0; i < N_VARIABLES; i++)
    if (is_of(entry, variables[i].name))
      return false;
  return true;
}

/* NAME=value, the caller's; NULL without memory. */
static char *new_entry(const char *name, char *value)
{
  char *entry = NULL;
  if (value != NULL && asprintf(&entry, "%s=%s", name, value) < 0)
    entry = NULL;
  free(value);
  return entry;
}

/* environment[n] is the first free place. */
static bool append(char **environment, size_t *n, char *entry)
{
  environment[*n] = entry;
  *n += entry != NULL;
  return entry != NULL;
}

static bool fill(char **environment, hyco_receiver *r, int id)
{
  size_t n = 0;
  for (char **entry = environ; *entry != NULL; entry++)
    if (is_passed_on(*entry) && !append(environment, &n, strdup(*entry)))
      return false;
  for (size_t i = 0; i < N_VARIABLES; i++)
    if (!append(environment, &n,
                new_entry(variables[i].name, variables[i].make(r, id))))
      return false;
  return true;
}

char **hc_cli_exec_environment(hyco_receiver *r, int id)
{
  size_t room = N_VARIABLES + 1;
  for (char **entry = environ; *entry != NULL; entry++)
    room++;
  char **environment = calloc(room, sizeof *environment);
  if (environment != NULL && !fill(environment, r, id)) {
    hc_cli_exec_environment_free(environment);
    return NULL;
  }
  return environment;
}

void hc_cli_exec_environment_free(char **environment)
{
  if (environment == NULL)
    return;
  for (char **entry = environment; *entry != NULL; entry++)
    free(*entry);
  free(environment);
}
