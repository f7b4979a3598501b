/* hyco_bench_echo CERT KEY: a WebSocket echo server with TLS that does nothing
 * else. Prints "ready PORT". Its sockets block: a peer that sends half a record
 * holds all others up, and no peer here does. */
#include "peer.h"
#include "protocol/ws.h"

#include <errno.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum {
  EVENTS_MAX = 256,
  /* What a frame's head and a control frame may leave. */
  REST_MAX = HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX,
  /* Answers that wait for a larger piece. */
  OUT_MARK = 1 << 16
};

struct guest {
  SSL *ssl;
  struct hc_ws_reader reader;
  uint8_t rest[REST_MAX];
  size_t rest_len;
  bool closed;
};

/* Of the guest at work. */
struct echo {
  uint8_t in[REST_MAX + PEER_RECORD_MAX];
  /* A frame that is sent back is shorter than the masked one that came. */
  uint8_t
      out[OUT_MARK + sizeof(struct hc_ws_head) + REST_MAX + PEER_RECORD_MAX];
  size_t out_len;
};

static void flush(struct echo *echo, struct guest *guest)
{
  peer_write(guest->ssl, hc_span_of(echo->out, echo->out_len));
  echo->out_len = 0;
}

static void send_back(struct echo *echo, struct guest *guest,
                      const struct hc_ws_chunk *chunk)
{
  struct hc_ws_head head = chunk->head;
  head.masked = false;
  if (head.opcode == HC_WS_PONG)
    return;
  if (head.opcode == HC_WS_PING)
    head.opcode = HC_WS_PONG;
  if (chunk->frame_start)
    echo->out_len += hc_ws_write_head(echo->out + echo->out_len, &head);
  hc_ws_chunk_copy(echo->out + echo->out_len, chunk);
  echo->out_len += chunk->data.len;
  guest->closed = head.opcode == HC_WS_CLOSE;
}

static void take(struct echo *echo, struct guest *guest, size_t n)
{
  struct hc_span in = { echo->in, guest->rest_len + n };
  struct hc_ws_chunk chunk;
  int rc = 0;
  while (!guest->closed && (rc = hc_ws_read(&guest->reader, &in, &chunk)) > 0)
    send_back(echo, guest, &chunk);
  if (rc < 0)
    peer_die(guest->reader.error);
  guest->rest_len = guest->closed ? 0 : in.len;
  memcpy(guest->rest, in.ptr, guest->rest_len);
}

/* False once the guest is gone. */
static bool read_all(struct echo *echo, struct guest *guest)
{
  do {
    size_t n = 0;
    memcpy(echo->in, guest->rest, guest->rest_len);
    if (SSL_read_ex(guest->ssl, echo->in + guest->rest_len, PEER_RECORD_MAX,
                    &n) != 1) {
      ERR_clear_error();
      return false;
    }
    take(echo, guest, n);
    if (echo->out_len >= OUT_MARK)
      flush(echo, guest);
  } while (!guest->closed && SSL_has_pending(guest->ssl) != 0);
  flush(echo, guest);
  return !guest->closed;
}

static void serve(struct echo *echo, struct guest *guest)
{
  if (read_all(echo, guest))
    return;
  SSL_shutdown(guest->ssl);
  peer_free(guest->ssl);
  free(guest);
}

static void welcome(SSL_CTX *ctx, int epoll, int listener)
{
  int fd = accept(listener, NULL, NULL);
  struct guest *guest = calloc(1, sizeof *guest);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = guest };
  if (fd < 0 || guest == NULL)
    peer_die("accept");
  guest->ssl = peer_accept(ctx, fd);
  hc_ws_reader_init(&guest->reader, HC_WS_FROM_CLIENT);
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    peer_die("epoll");
}

static void run(SSL_CTX *ctx, int epoll, int listener)
{
  static struct echo echo;
  struct epoll_event events[EVENTS_MAX];
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS_MAX, -1);
    if (n < 0 && errno != EINTR)
      peer_die("epoll_wait");
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr == NULL)
        welcome(ctx, epoll, listener);
      else
        serve(&echo, events[i].data.ptr);
    }
  }
}

int main(int argc, char **argv)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
  unsigned port = 0;
  if (argc != 3) {
    fprintf(stderr, "usage: hyco_bench_echo CERT KEY\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX *ctx = peer_server_context(argv[1], argv[2]);
  int listener = peer_listen(&port);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0)
    peer_die("epoll");
  printf("ready %u\n", port);
  fflush(stdout);
  run(ctx, epoll, listener);
  return 0;
}
