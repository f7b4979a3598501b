/* Reads standard input and cuts it into messages. */
#include "input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void hc_cli_input_init(struct hc_cli_input *in, int fd, bool lines)
{
  *in = (struct hc_cli_input){
    .fd = fd,
    .lines = lines,
    .waiting.max = HC_CLI_INPUT_LINE_MAX + HC_CLI_INPUT_READ,
  };
}

void hc_cli_input_deinit(struct hc_cli_input *in)
{
  hc_cli_bytes_free(&in->waiting);
}

int hc_cli_input_read(struct hc_cli_input *in)
{
  if (in->lines && in->waiting.len > HC_CLI_INPUT_LINE_MAX)
    return EMSGSIZE;
  uint8_t *room = hc_cli_bytes_reserve(&in->waiting, HC_CLI_INPUT_READ);
  if (room == NULL)
    return ENOMEM;
  ssize_t n = read(in->fd, room, HC_CLI_INPUT_READ);
  if (n < 0)
    return errno == EINTR || errno == EAGAIN ? 0 : errno;
  in->end = n == 0;
  hc_cli_bytes_commit(&in->waiting, (size_t)n);
  return 0;
}

bool hc_cli_input_next(const struct hc_cli_input *in,
                       struct hc_cli_message *out)
{
  size_t len = in->waiting.len;
  if (len == 0)
    return false;
  const uint8_t *data = hc_cli_bytes_at(&in->waiting);
  *out = (struct hc_cli_message){ data, len, len };
  if (!in->lines)
    return true;
  const uint8_t *newline = memchr(data, '\n', len);
  if (newline == NULL)
    return in->end; /* the last line may lack its newline */
  out->len = (size_t)(newline - data);
  out->taken = out->len + 1;
  return true;
}

void hc_cli_input_take(struct hc_cli_input *in,
                       const struct hc_cli_message *message)
{
  hc_cli_bytes_drop(&in->waiting, message->taken);
}
