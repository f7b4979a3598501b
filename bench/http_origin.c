/* hyco_bench_http_origin CERT KEY: a web server with TLS that does what job.h
 * says and nothing else. Prints "ready PORT". Its sockets block: a peer that
 * sends half a record or reads nothing holds all others up, and no peer here
 * does. */
#include "job.h"
#include "peer.h"
#include "protocol/http_body.h"

#include <errno.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { EVENTS_MAX = 256, HEAD_OUT_MAX = 128 };

struct guest {
  SSL *ssl;
  uint8_t in[PEER_HEAD_MAX + PEER_RECORD_MAX];
  size_t in_len; /* of a head that is not whole */
  size_t scanned;
  bool in_body;
  struct hc_http_body body;
  struct job job;
  uint8_t answer[HEAD_OUT_MAX + JOB_ECHO_MAX];
  size_t echo_len; /* behind HEAD_OUT_MAX */
};

/* The one stream of events. */
static struct {
  struct guest *guest; /* NULL: none */
  uint64_t due_ns;
} stream;

static void begin_request(struct guest *guest, const struct hc_http_head *head)
{
  char target[PEER_HEAD_MAX];
  enum hc_http_framing framing;
  uint64_t length;
  if (hc_http_request_framing(head, &framing, &length) != 0 ||
      head->target.len >= sizeof target)
    peer_die("a bad request");
  memcpy(target, head->target.ptr, head->target.len);
  target[head->target.len] = '\0';
  guest->job = job_of(target);
  hc_http_body_init(&guest->body, framing, length);
  guest->in_body = true;
  guest->scanned = 0;
  guest->echo_len = 0;
}

static void keep(struct guest *guest, struct hc_span data)
{
  if (guest->job.kind != JOB_ECHO)
    return;
  if (data.len > JOB_ECHO_MAX - guest->echo_len)
    peer_die("a body that is too long to come back");
  memcpy(guest->answer + HEAD_OUT_MAX + guest->echo_len, data.ptr, data.len);
  guest->echo_len += data.len;
}

/* --- answers --- */

/* Head and what is to be echoed in one write. */
static void send_length(struct guest *guest, uint64_t length)
{
  char head[HEAD_OUT_MAX];
  int n = snprintf(head, sizeof head,
                   "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n",
                   (unsigned long long)length);
  uint8_t *start = guest->answer + HEAD_OUT_MAX - n;
  memcpy(start, head, (size_t)n);
  peer_write(guest->ssl, hc_span_of(start, (size_t)n + guest->echo_len));
}

static void pour(struct guest *guest)
{
  static const uint8_t block[JOB_BLOCK];
  send_length(guest, guest->job.n);
  for (uint64_t left = guest->job.n; left > 0;) {
    size_t n = left < sizeof block ? (size_t)left : sizeof block;
    peer_write(guest->ssl, hc_span_of(block, n));
    left -= n;
  }
}

static void send_event(void)
{
  char event[JOB_EVENT_LEN + 1];
  char chunk[HC_HTTP_CHUNK_HEAD_MAX + JOB_EVENT_LEN + 16];
  struct guest *guest = stream.guest;
  bool is_last = --guest->job.n == 0;
  job_event(event);
  int n = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n%s", JOB_EVENT_LEN, event,
                   is_last ? HC_HTTP_LAST_CHUNK : "");
  peer_write(guest->ssl, hc_span_of(chunk, (size_t)n));
  stream.due_ns += JOB_EVENT_MS * UINT64_C(1000000);
  if (is_last)
    stream.guest = NULL;
}

static void begin_events(struct guest *guest)
{
  if (stream.guest != NULL || guest->job.n == 0)
    peer_die("one stream at a time, of one event at least");
  stream.guest = guest;
  stream.due_ns = job_now_ns();
  peer_write(guest->ssl, hc_span_str("HTTP/1.1 200 OK\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n"));
  send_event();
}

static void answer(struct guest *guest)
{
  if (guest->job.kind == JOB_SOURCE)
    pour(guest);
  else if (guest->job.kind == JOB_EVENTS)
    begin_events(guest);
  else
    send_length(guest, guest->echo_len);
}

/* --- requests --- */

/* 1: a request is whole; 0: more is needed. */
static int read_request(struct guest *guest, struct hc_span *in)
{
  struct hc_http_head head;
  struct hc_fault fault;
  struct hc_span data;
  int rc = 1;
  if (!guest->in_body) {
    rc =
        hc_http_read_request(in, PEER_HEAD_MAX, &guest->scanned, &head, &fault);
    if (rc < 0)
      peer_die(fault.text);
    if (rc == 0)
      return 0;
    begin_request(guest, &head);
  }
  while ((rc = hc_http_body_read(&guest->body, in, &data)) == 1)
    keep(guest, data);
  if (rc < 0)
    peer_die(guest->body.why);
  guest->in_body = rc != HC_HTTP_BODY_END;
  return !guest->in_body;
}

static void take(struct guest *guest, size_t n)
{
  struct hc_span in = { guest->in, guest->in_len + n };
  while (read_request(guest, &in) != 0)
    answer(guest);
  memmove(guest->in, in.ptr, in.len);
  guest->in_len = in.len;
}

static void serve(struct guest *guest)
{
  do {
    size_t n = 0;
    if (SSL_read_ex(guest->ssl, guest->in + guest->in_len, PEER_RECORD_MAX,
                    &n) != 1) {
      ERR_clear_error();
      SSL_shutdown(guest->ssl);
      peer_free(guest->ssl);
      free(guest);
      return;
    }
    take(guest, n);
  } while (SSL_has_pending(guest->ssl) != 0);
}

static void welcome(SSL_CTX *ctx, int epoll, int listener)
{
  int fd = accept(listener, NULL, NULL);
  struct guest *guest = calloc(1, sizeof *guest);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = guest };
  if (fd < 0 || guest == NULL)
    peer_die("accept");
  guest->ssl = peer_accept_tls(ctx, fd);
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    peer_die("epoll");
  if (SSL_has_pending(guest->ssl) != 0) /* it came with the handshake's end */
    serve(guest);
}

static void run(SSL_CTX *ctx, int epoll, int listener)
{
  struct epoll_event events[EVENTS_MAX];
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS_MAX,
                       stream.guest != NULL ? job_wait_ms(stream.due_ns) : -1);
    if (n < 0 && errno != EINTR)
      peer_die("epoll_wait");
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr == NULL)
        welcome(ctx, epoll, listener);
      else
        serve(events[i].data.ptr);
    }
    if (stream.guest != NULL && job_wait_ms(stream.due_ns) == 0)
      send_event();
  }
}

int main(int argc, char **argv)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
  unsigned port = 0;
  if (argc != 3) {
    fprintf(stderr, "usage: hyco_bench_http_origin CERT KEY\n");
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
