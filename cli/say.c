/* Messages of the hyco command. */
#include "cli.h"

#include <hyco/error.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message longer than this is cut: one write, one line. */
enum { LINE_MAX_BYTES = 2048 };

/* Peers' words must not steer the terminal. */
static void tame(char *text)
{
  for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++)
    if (*p < 0x20 || *p == 0x7f)
      *p = '?';
}

__attribute__((format(printf, 3, 0))) static void
say(const struct hc_cli_command *command, const char *tail, const char *format,
    va_list args)
{
  char text[LINE_MAX_BYTES];
  vsnprintf(text, sizeof text, format, args);
  tame(text);
  fprintf(stderr, "hyco %s: %s%s\n", command->name, text, tail);
}

void hc_cli_say(const struct hc_cli_command *command, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  say(command, "", format, args);
  va_end(args);
}

int hc_cli_usage(const struct hc_cli_command *command, const char *format, ...)
{
  char tail[64];
  snprintf(tail, sizeof tail, " (hyco %s --help tells more)", command->name);
  va_list args;
  va_start(args, format);
  say(command, tail, format, args);
  va_end(args);
  return HC_CLI_USAGE;
}

static bool is_the_users_fault(int error)
{
  return error == HYCO_EBADVALUE || error == HYCO_EBADURL ||
         error == HYCO_EMISSING || error == HYCO_EUNKNOWNNAME ||
         error == HYCO_EREADONLY || error == HYCO_EBADENUM;
}

/* A hint is given once: a listener that tries again for hours need not repeat
 * it. False also for more kinds than there is room for. */
static bool is_new(const char *advice)
{
  static const char *given[32];
  for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
    if (given[i] == advice)
      return false;
    if (given[i] != NULL)
      continue;
    given[i] = advice;
    return true;
  }
  return false;
}

void hc_cli_hint(const struct hc_cli_command *command, int error)
{
  const char *advice = hyco_error_advice(error);
  if (*advice != '\0' && is_new(advice))
    hc_cli_say(command, "hint: %s", advice);
}

int hc_cli_error(const struct hc_cli_command *command, const char *what,
                 int error, const char *detail)
{
  if (error > 0)
    error = -error;
  const char *text = hyco_strerror(error);
  bool more = detail != NULL && *detail != '\0' && strcmp(detail, text) != 0;
  hc_cli_say(command, "%s: %s%s%s", what, text, more ? ": " : "",
             more ? detail : "");
  hc_cli_hint(command, error);
  return is_the_users_fault(error) ? HC_CLI_USAGE : HC_CLI_FAILED;
}

bool hc_cli_close_is_clean(int close_code)
{
  return close_code == 1000 || close_code == 1005;
}
