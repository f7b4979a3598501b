/* Standard input, read ahead by one piece and cut into messages. */
#ifndef HC_CLI_INPUT_H
#define HC_CLI_INPUT_H

#include "bytes.h"

enum {
  HC_CLI_INPUT_READ = 64 * 1024,      /* bytes of one read */
  HC_CLI_INPUT_LINE_MAX = 1024 * 1024 /* bytes of a line with --text */
};

struct hc_cli_input {
  int fd;
  bool lines; /* a line is a message; otherwise each read is one */
  bool end;   /* the end of input has been seen */
  struct hc_cli_bytes waiting;
};

/* A message that borrows the input's bytes, and what it takes from them. */
struct hc_cli_message {
  const uint8_t *data;
  size_t len;
  size_t taken; /* with the end of the line */
};

void hc_cli_input_init(struct hc_cli_input *in, int fd, bool lines);
void hc_cli_input_deinit(struct hc_cli_input *in);

/* Reads once. 0, or the positive errno; EMSGSIZE: a line passes the limit. */
int hc_cli_input_read(struct hc_cli_input *in);

/* The next message; false if there is none yet, or none at all after end.
 * Stays the next one until hc_cli_input_take. */
bool hc_cli_input_next(const struct hc_cli_input *in,
                       struct hc_cli_message *out);
void hc_cli_input_take(struct hc_cli_input *in,
                       const struct hc_cli_message *message);

#endif
