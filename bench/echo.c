/* hyco_bench_echo CERT KEY: a WebSocket echo server with TLS that does nothing
 * else, one connection after another. Prints "ready PORT". */
#include "peer.h"
#include "protocol/ws.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
  /* What a frame's head and a control frame may leave. */
  REST_MAX = HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX,
  /* Answers that wait for a larger piece. */
  OUT_MARK = 1 << 16
};

struct echo {
  SSL *ssl;
  struct hc_ws_reader reader;
  uint8_t in[REST_MAX + PEER_RECORD_MAX];
  size_t in_len;
  /* A frame that is sent back is shorter than the masked one that came. */
  uint8_t
      out[OUT_MARK + sizeof(struct hc_ws_head) + REST_MAX + PEER_RECORD_MAX];
  size_t out_len;
  bool closed;
};

static void flush(struct echo *echo)
{
  peer_write(echo->ssl, hc_span_of(echo->out, echo->out_len));
  echo->out_len = 0;
}

static void send_back(struct echo *echo, const struct hc_ws_chunk *chunk)
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
  echo->closed = head.opcode == HC_WS_CLOSE;
}

static void take(struct echo *echo, size_t n)
{
  struct hc_span in = { echo->in, echo->in_len + n };
  struct hc_ws_chunk chunk;
  int rc = 0;
  while (!echo->closed && (rc = hc_ws_read(&echo->reader, &in, &chunk)) > 0)
    send_back(echo, &chunk);
  if (rc < 0)
    peer_die(echo->reader.error);
  memmove(echo->in, in.ptr, in.len);
  echo->in_len = in.len;
}

static void serve(SSL *ssl)
{
  static struct echo echo;
  echo.ssl = ssl;
  echo.in_len = 0;
  echo.out_len = 0;
  echo.closed = false;
  hc_ws_reader_init(&echo.reader, HC_WS_FROM_CLIENT);
  while (!echo.closed) {
    size_t n = 0;
    if (SSL_read_ex(ssl, echo.in + echo.in_len, PEER_RECORD_MAX, &n) != 1)
      peer_die("reading");
    take(&echo, n);
    if (echo.closed || echo.out_len >= OUT_MARK || SSL_has_pending(ssl) == 0)
      flush(&echo);
  }
  SSL_shutdown(ssl);
}

int main(int argc, char **argv)
{
  unsigned port = 0;
  if (argc != 3) {
    fprintf(stderr, "usage: hyco_bench_echo CERT KEY\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX *ctx = peer_server_context(argv[1], argv[2]);
  int listener = peer_listen(&port);
  printf("ready %u\n", port);
  fflush(stdout);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
      peer_die("accept");
    SSL *ssl = peer_accept(ctx, fd);
    serve(ssl);
    peer_free(ssl);
  }
}
