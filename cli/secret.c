/* Reads secrets from files, so that they need not be on the command line. */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void hc_cli_secret_wipe(struct hc_cli_secret *secret)
{
  explicit_bzero(secret->text, sizeof secret->text);
}

/* Fills text; the number of bytes, or -1 with errno. */
static ssize_t read_all(int fd, char *text, size_t room)
{
  size_t len = 0;
  while (len < room) {
    ssize_t n = read(fd, text + len, room - len);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      return (ssize_t)len;
    len += (size_t)n;
  }
  errno = EFBIG;
  return -1;
}

static int failed(const struct hc_cli_command *command, const char *file,
                  const char *why)
{
  hc_cli_say(command, "'%s': %s", file, why);
  return HC_CLI_FAILED;
}

int hc_cli_secret_read(const struct hc_cli_command *command, const char *file,
                       struct hc_cli_secret *out)
{
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return failed(command, file, strerror(errno));
  ssize_t n = read_all(fd, out->text, sizeof out->text);
  int error = errno;
  close(fd);
  if (n < 0)
    return failed(command, file, strerror(error));

  size_t len = (size_t)n;
  while (len > 0 && strchr(" \t\r\n", out->text[len - 1]) != NULL)
    len--;
  out->text[len] = '\0';
  if (len == 0)
    return failed(command, file, "holds nothing");
  if (strlen(out->text) != len)
    return failed(command, file, "holds a NUL byte");
  return HC_CLI_GO_ON;
}
