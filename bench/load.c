/* hyco_bench_load CA PORT TARGET BYTES MESSAGE: sends BYTES bytes in binary
 * messages of MESSAGE bytes to a WebSocket that sends them back, while it reads
 * what comes back and compares every byte. Prints the seconds it took. */
#include "peer.h"
#include "protocol/ws.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  CYCLE_MIN = 1 << 20, /* bytes after which the messages repeat, at least */
  MESSAGE_MAX = 1 << 24,
  STALL_MS = 30000, /* nothing moved for so long: something is broken */
  IN_MAX = HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX + PEER_RECORD_MAX
};

/* Messages that are sent again and again. They are framed and masked once, so
 * that the load costs little beside what it measures. */
struct cycle {
  uint8_t *payload;
  uint8_t *wire;
  size_t payload_len;
  size_t wire_len;
};

struct load {
  SSL *ssl;
  struct cycle cycle;
  struct hc_ws_reader reader;
  uint64_t wire_left; /* to be sent */
  size_t wire_at;     /* in the cycle */
  uint64_t expected;  /* to come back */
  size_t payload_at;  /* in the cycle */
  uint8_t in[IN_MAX];
  size_t in_len;
  bool closed;
};

static void make_cycle(struct cycle *cycle, size_t message)
{
  size_t n = (CYCLE_MIN + message - 1) / message;
  cycle->payload_len = n * message;
  cycle->payload = malloc(cycle->payload_len);
  cycle->wire = malloc(cycle->payload_len + n * HC_WS_HEAD_MAX);
  if (cycle->payload == NULL || cycle->wire == NULL ||
      RAND_bytes(cycle->payload, (int)cycle->payload_len) != 1)
    peer_die("out of memory");

  for (size_t i = 0; i < n; i++) {
    struct hc_ws_head head = {
      .opcode = HC_WS_BINARY, .fin = true, .masked = true, .len = message
    };
    if (RAND_bytes(head.mask, sizeof head.mask) != 1)
      peer_die("random bytes");
    cycle->wire_len += hc_ws_write_head(cycle->wire + cycle->wire_len, &head);
    hc_ws_mask(cycle->wire + cycle->wire_len, cycle->payload + i * message,
               message, head.mask, 0);
    cycle->wire_len += message;
  }
}

/* --- both ways at once --- */

/* False: not now. */
static bool may_go_on(struct load *load, int rc, const char *what)
{
  int error = SSL_get_error(load->ssl, rc);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
    peer_die(what);
  return false;
}

static bool transmit(struct load *load)
{
  struct cycle *cycle = &load->cycle;
  size_t room = cycle->wire_len - load->wire_at;
  size_t n = load->wire_left < room ? (size_t)load->wire_left : room;
  if (n == 0)
    return false;
  int rc = SSL_write_ex(load->ssl, cycle->wire + load->wire_at, n, &n);
  if (rc != 1)
    return may_go_on(load, rc, "writing");
  load->wire_left -= n;
  load->wire_at = (load->wire_at + n) % cycle->wire_len;
  return true;
}

static void compare(struct load *load, struct hc_span data)
{
  if (data.len > load->expected)
    peer_die("more came back than was sent");
  load->expected -= data.len;
  while (data.len > 0) {
    size_t room = load->cycle.payload_len - load->payload_at;
    size_t n = data.len < room ? data.len : room;
    if (memcmp(load->cycle.payload + load->payload_at, data.ptr, n) != 0)
      peer_die("other bytes came back");
    hc_span_drop(&data, n);
    load->payload_at = (load->payload_at + n) % load->cycle.payload_len;
  }
}

static void take(struct load *load, size_t n)
{
  struct hc_span in = { load->in, load->in_len + n };
  struct hc_ws_chunk chunk;
  int rc = 0;
  while (!load->closed && (rc = hc_ws_read(&load->reader, &in, &chunk)) > 0) {
    if (chunk.head.opcode <= HC_WS_BINARY)
      compare(load, chunk.data);
    load->closed = chunk.head.opcode == HC_WS_CLOSE;
  }
  if (rc < 0)
    peer_die(load->reader.error);
  memmove(load->in, in.ptr, in.len);
  load->in_len = in.len;
}

static bool receive(struct load *load)
{
  size_t n = 0;
  int rc = SSL_read_ex(load->ssl, load->in + load->in_len, PEER_RECORD_MAX, &n);
  if (rc != 1)
    return may_go_on(load, rc, "reading");
  take(load, n);
  return true;
}

static void wait_for_socket(const struct load *load)
{
  struct pollfd fd = { .fd = SSL_get_fd(load->ssl), .events = POLLIN };
  if (load->wire_left > 0)
    fd.events |= POLLOUT;
  int rc = poll(&fd, 1, STALL_MS);
  if (rc < 0 && errno != EINTR)
    peer_die("poll");
  if (rc == 0)
    peer_die("stalled");
}

static void exchange(struct load *load)
{
  while (load->expected > 0) {
    if (load->closed)
      peer_die("closed too early");
    bool sent = transmit(load);
    bool received = receive(load);
    if (!sent && !received)
      wait_for_socket(load);
  }
}

static void close_connection(struct load *load)
{
  uint8_t frame[HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX];
  peer_write(load->ssl, hc_span_of(frame, peer_close_frame(frame)));
  while (!load->closed) {
    if (!receive(load))
      wait_for_socket(load);
  }
}

/* --- */

static uint64_t number(const char *text, uint64_t max)
{
  char *end;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (errno != 0 || *end != '\0' || value == 0 || value > max) {
    errno = 0;
    peer_die("not a number that fits");
  }
  return value;
}

int main(int argc, char **argv)
{
  static struct load load;
  if (argc != 6) {
    fprintf(stderr, "usage: hyco_bench_load CA PORT TARGET BYTES MESSAGE\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  uint64_t message = number(argv[5], MESSAGE_MAX);
  uint64_t n = number(argv[4], UINT64_MAX / 2) / message;
  make_cycle(&load.cycle, message);
  size_t in_cycle = load.cycle.payload_len / message;
  load.expected = n * message;
  load.wire_left = n * (load.cycle.wire_len / in_cycle);

  SSL_CTX *ctx = peer_client_context(argv[1]);
  load.ssl = peer_connect(ctx, (unsigned)number(argv[2], UINT16_MAX), argv[3]);
  hc_ws_reader_init(&load.reader, HC_WS_FROM_SERVER);
  int fd = SSL_get_fd(load.ssl);
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
    peer_die("O_NONBLOCK");

  double start = peer_now_s();
  exchange(&load);
  printf("%.6f\n", peer_now_s() - start);
  close_connection(&load);

  peer_free(load.ssl);
  SSL_CTX_free(ctx);
  free(load.cycle.payload);
  free(load.cycle.wire);
  return 0;
}
