/* hyco_bench_crowd CA PORT TARGET: many WebSockets at once, whose other side
 * sends back what comes. Does what its standard input says, a line at a time,
 * and answers each line when it is done:
 *   open N AT_ONCE     N more connections; at most AT_ONCE in their handshake
 *   churn N AT_ONCE    N connections, each closed as soon as it is open
 *   echo N SIZE        N messages over all that are open, one under way on
 *                      each; answers with the median and the 99th percentile of
 *                      the round trips, in microseconds
 *   close              all that are open
 * Every answer begins with the seconds it took. */
#include "peer.h"
#include "protocol/ws.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
  CROWD_MAX = 20000,
  EVENTS_MAX = 256,
  SIZE_MAX_OF_MESSAGE = 125, /* a head of two bytes comes back */
  SAMPLES_MAX = 1 << 20,
  STALL_MS = 30000
};

enum state { SHAKING, ASKING, OPEN, CLOSING };

struct member {
  SSL *ssl;
  enum state state;
  size_t place;      /* among the members */
  size_t left;       /* bytes of the answer that are still to come */
  uint64_t since_ns; /* the message left */
};

struct crowd {
  SSL_CTX *ctx;
  unsigned port;
  struct peer_upgrade upgrade;
  int epoll;
  struct member *members[CROWD_MAX];
  size_t n;

  size_t to_open; /* connections that are still to begin */
  size_t shaking; /* have begun, but are not open */
  bool churns;
  size_t unfinished; /* what the line at work still waits for */

  uint8_t frame[HC_WS_HEAD_MAX + SIZE_MAX_OF_MESSAGE];
  size_t frame_len;
  size_t answer_len;
  size_t to_send; /* messages */
  uint64_t *samples;
  size_t n_samples;
};

static uint64_t now_ns(void)
{
  return (uint64_t)(peer_now_s() * 1e9);
}

/* --- one member --- */

static void leave(struct crowd *crowd, struct member *m)
{
  struct member *last = crowd->members[--crowd->n];
  crowd->members[m->place] = last;
  last->place = m->place;
  peer_free(m->ssl);
  free(m);
}

static void send_close(struct member *m)
{
  uint8_t frame[HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX];
  peer_write(m->ssl, hc_span_of(frame, peer_close_frame(frame)));
  m->state = CLOSING;
}

static void send_message(struct crowd *crowd, struct member *m)
{
  if (crowd->to_send == 0)
    return;
  crowd->to_send--;
  m->left = crowd->answer_len;
  m->since_ns = now_ns();
  peer_write(m->ssl, hc_span_of(crowd->frame, crowd->frame_len));
}

static void opened(struct crowd *crowd, struct member *m)
{
  m->state = OPEN;
  crowd->shaking--;
  if (crowd->churns)
    send_close(m);
  else
    crowd->unfinished--;
}

static void came(struct crowd *crowd, struct member *m, struct hc_span in)
{
  if (m->state == ASKING) {
    peer_check_answer(&crowd->upgrade, in);
    opened(crowd, m);
    return;
  }
  if (m->state == CLOSING)
    return;
  if (in.len > m->left)
    peer_die("more came back than was sent");
  m->left -= in.len;
  if (m->left > 0)
    return;
  if (crowd->n_samples < SAMPLES_MAX)
    crowd->samples[crowd->n_samples++] = now_ns() - m->since_ns;
  crowd->unfinished--;
  send_message(crowd, m);
}

static void gone(struct crowd *crowd, struct member *m)
{
  if (m->state != CLOSING)
    peer_die("a connection was cut");
  leave(crowd, m);
  crowd->unfinished--;
}

static void go_on(struct crowd *crowd, struct member *m)
{
  uint8_t in[PEER_HEAD_MAX];
  size_t n = 0;
  if (m->state == SHAKING) {
    if (peer_wants_read(m->ssl, SSL_do_handshake(m->ssl), "TLS handshake"))
      return;
    peer_write(m->ssl, crowd->upgrade.request);
    m->state = ASKING;
  }
  for (;;) {
    int rc = SSL_read_ex(m->ssl, in, sizeof in, &n);
    int error = SSL_get_error(m->ssl, rc);
    if (error == SSL_ERROR_WANT_READ)
      return;
    if (error != SSL_ERROR_NONE) {
      ERR_clear_error();
      gone(crowd, m);
      return;
    }
    came(crowd, m, hc_span_of(in, n));
  }
}

static void begin(struct crowd *crowd)
{
  struct member *m = calloc(1, sizeof *m);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = m };
  if (m == NULL || crowd->n == CROWD_MAX)
    peer_die("too many connections");
  m->ssl = peer_begin(crowd->ctx, crowd->port);
  m->place = crowd->n;
  crowd->members[crowd->n++] = m;
  crowd->shaking++;
  int fd = SSL_get_fd(m->ssl);
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 ||
      epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    peer_die("epoll");
  go_on(crowd, m);
}

static void serve_events(struct crowd *crowd)
{
  struct epoll_event events[EVENTS_MAX];
  int n = epoll_wait(crowd->epoll, events, EVENTS_MAX, STALL_MS);
  if (n < 0 && errno != EINTR)
    peer_die("epoll_wait");
  if (n == 0)
    peer_die("stalled");
  for (int i = 0; i < n; i++)
    go_on(crowd, events[i].data.ptr);
}

/* Until the line at work is done. */
static void run(struct crowd *crowd, size_t at_once)
{
  while (crowd->unfinished > 0) {
    if (crowd->to_open == 0 || crowd->shaking >= at_once) {
      serve_events(crowd);
      continue;
    }
    crowd->to_open--;
    begin(crowd); /* it may be open at once */
  }
}

/* --- lines --- */

static void start_members(struct crowd *crowd, size_t n, size_t at_once,
                          bool churns)
{
  crowd->to_open = n;
  crowd->unfinished = n;
  crowd->churns = churns;
  run(crowd, at_once);
}

static void echo(struct crowd *crowd, size_t n, size_t size)
{
  struct hc_ws_head head = {
    .opcode = HC_WS_BINARY, .fin = true, .masked = true, .len = size
  }; /* a mask of zeros */
  if (size == 0 || size > SIZE_MAX_OF_MESSAGE || crowd->n == 0)
    peer_die("a message has 1 to 125 bytes, and needs a connection");
  memset(crowd->frame, 0x55, sizeof crowd->frame);
  crowd->frame_len = hc_ws_write_head(crowd->frame, &head) + size;
  head.masked = false;
  crowd->answer_len = hc_ws_head_size(&head) + size;
  crowd->to_send = n;
  crowd->unfinished = n;
  crowd->n_samples = 0;
  for (size_t i = 0; i < crowd->n; i++)
    send_message(crowd, crowd->members[i]);
  run(crowd, 0);
}

static void close_all(struct crowd *crowd)
{
  crowd->unfinished = crowd->n;
  for (size_t i = 0; i < crowd->n; i++)
    send_close(crowd->members[i]);
  run(crowd, 0);
}

static int by_size(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a;
  uint64_t y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static double us(uint64_t ns)
{
  return (double)ns / 1e3;
}

static void print_percentiles(struct crowd *crowd)
{
  size_t n = crowd->n_samples;
  qsort(crowd->samples, n, sizeof *crowd->samples, by_size);
  printf(" %.1f %.1f", us(crowd->samples[n / 2]),
         us(crowd->samples[n * 99 / 100]));
}

static void obey(struct crowd *crowd, char *line)
{
  char *rest = line + strcspn(line, " \n");
  size_t a = strtoull(rest, &rest, 10);
  size_t b = strtoull(rest, &rest, 10);
  double start = peer_now_s();
  bool echoes = strncmp(line, "echo ", 5) == 0;
  if (strncmp(line, "open ", 5) == 0)
    start_members(crowd, a, b, false);
  else if (strncmp(line, "churn ", 6) == 0)
    start_members(crowd, a, b, true);
  else if (echoes)
    echo(crowd, a, b);
  else if (strcmp(line, "close\n") == 0)
    close_all(crowd);
  else
    peer_die(line);
  printf("%.6f", peer_now_s() - start);
  if (echoes)
    print_percentiles(crowd);
  printf("\n");
  fflush(stdout);
}

int main(int argc, char **argv)
{
  static struct crowd crowd;
  char line[80];
  if (argc != 4) {
    fprintf(stderr, "usage: hyco_bench_crowd CA PORT TARGET\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  crowd.ctx = peer_client_context(argv[1]);
  SSL_CTX_set_read_ahead(crowd.ctx, 0); /* holds a large buffer each */
  SSL_CTX_set_mode(crowd.ctx, SSL_MODE_RELEASE_BUFFERS);
  crowd.port = (unsigned)strtoul(argv[2], NULL, 10);
  peer_upgrade_init(&crowd.upgrade, argv[3]);
  crowd.epoll = epoll_create1(EPOLL_CLOEXEC);
  crowd.samples = calloc(SAMPLES_MAX, sizeof *crowd.samples);
  if (crowd.epoll < 0 || crowd.samples == NULL)
    peer_die("starting");
  while (fgets(line, sizeof line, stdin) != NULL)
    obey(&crowd, line);
  peer_upgrade_deinit(&crowd.upgrade);
  free(crowd.samples);
  SSL_CTX_free(crowd.ctx);
  return 0;
}
