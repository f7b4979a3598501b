/* Writes without ever blocking, even to a descriptor in blocking mode. (The
 * mode belongs to whoever shares the terminal or pipe with us: hands off.) */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

void hc_cli_output_init(struct hc_cli_output *out, int fd)
{
  struct stat st;
  *out = (struct hc_cli_output){ .fd = fd, .waiting.max = HC_CLI_OUTPUT_MAX };
  out->never_blocks = (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) ||
                      (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

void hc_cli_output_deinit(struct hc_cli_output *out)
{
  hc_cli_bytes_free(&out->waiting);
}

static bool is_writable(const struct hc_cli_output *out)
{
  struct pollfd fd = { .fd = out->fd, .events = POLLOUT };
  return poll(&fd, 1, 0) > 0;
}

/* Writes one piece. The bytes written, 0 if none can be now, or -errno. */
static ssize_t write_piece(const struct hc_cli_output *out, const uint8_t *data,
                           size_t len)
{
  if (!out->never_blocks) {
    if (!is_writable(out))
      return 0;
    /* A pipe that polls as writable has room for PIPE_BUF bytes. */
    if (len > PIPE_BUF)
      len = PIPE_BUF;
  }
  ssize_t n = write(out->fd, data, len);
  if (n >= 0)
    return n;
  return errno == EINTR || errno == EAGAIN ? 0 : -errno;
}

/* The bytes written, or -errno. */
static ssize_t write_now(const struct hc_cli_output *out, const uint8_t *data,
                         size_t len)
{
  size_t done = 0;
  while (done < len) {
    ssize_t n = write_piece(out, data + done, len - done);
    if (n < 0)
      return n;
    if (n == 0)
      break;
    done += (size_t)n;
  }
  return (ssize_t)done;
}

int hc_cli_output_write(struct hc_cli_output *out, const void *data, size_t len)
{
  const uint8_t *bytes = data;
  if (out->waiting.len == 0) {
    ssize_t n = write_now(out, bytes, len);
    if (n < 0)
      return (int)-n;
    bytes += n;
    len -= (size_t)n;
  }
  if (len > 0 && !hc_cli_bytes_append(&out->waiting, bytes, len))
    return ENOBUFS;
  return 0;
}

int hc_cli_output_flush(struct hc_cli_output *out)
{
  if (out->waiting.len == 0)
    return 0;
  ssize_t n = write_now(out, hc_cli_bytes_at(&out->waiting), out->waiting.len);
  if (n < 0)
    return (int)-n;
  hc_cli_bytes_drop(&out->waiting, (size_t)n);
  return 0;
}
