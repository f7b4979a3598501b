/* hyco_bench_http_crowd CA PORT BASE QUERY: asks an HTTP server, over
 * connections that stay open; job.h says what its paths, BASE/echo?QUERY and so
 * on, give. Does what its standard input says, a line at a time, and answers
 * each line when it is done:
 *   ask N CONNECTIONS     N times POST echo with 100 bytes, one under way on
 *                         each connection; every byte is compared. Answers with
 *                         the median and the 99th percentile of the times, in
 *                         microseconds
 *   events N CONNECTIONS  one stream of N events, while as many connections ask
 *                         on; answers with the time to its first byte, and how
 *                         late events are (median, 99th percentile)
 *   up N                  PUT sink with N bytes
 *   down N                GET source/N
 * Every answer begins with the seconds it took. */
#include "asker.h"
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
  CONNECTIONS_MAX = 1000,
  EVENTS_MAX = 256,
  BODY_LEN = 100,
  SAMPLES_MAX = 1 << 20,
  STALL_MS = 30000
};

struct member {
  struct asker asker;
  size_t at; /* in the body that comes back */
  uint64_t since_ns;
};

/* What one percentile is of. */
struct samples {
  uint64_t ns[SAMPLES_MAX];
  size_t n;
};

struct watcher {
  struct asker asker;
  uint64_t since_ns;
  uint64_t first_ns; /* 0: nothing came yet */
  char event[JOB_EVENT_LEN + 1];
  size_t event_len;
  bool over;
};

struct crowd {
  SSL_CTX *ctx;
  unsigned port;
  const char *base;
  const char *query;
  int epoll;
  struct member members[CONNECTIONS_MAX];
  size_t n;
  uint8_t body[BODY_LEN];
  struct hc_buffer echo; /* the whole request */
  size_t to_send;
  size_t unfinished;
  struct samples *samples;
};

static void add(struct samples *samples, uint64_t ns)
{
  if (samples->n < SAMPLES_MAX)
    samples->ns[samples->n++] = ns;
}

static int by_size(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a;
  uint64_t y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void print_percentiles(struct samples *samples)
{
  size_t n = samples->n;
  if (n == 0)
    peer_die("nothing was measured");
  qsort(samples->ns, n, sizeof *samples->ns, by_size);
  size_t half = n / 2;
  size_t nearly_all = n * 99 / 100;
  printf(" %.1f %.1f", (double)samples->ns[half] / 1e3,
         (double)samples->ns[nearly_all] / 1e3);
}

/* A request's head behind what out holds. */
static void write_head(const struct crowd *crowd, struct hc_buffer *out,
                       const char *method, const char *path, uint64_t body)
{
  char target[PEER_HEAD_MAX];
  if (snprintf(target, sizeof target, "%s%s?%s", crowd->base, path,
               crowd->query) >= (int)sizeof target)
    peer_die("a target that is too long");
  asker_write_head(out, method, target, body);
}

/* As write_head, for a path that ends in a number. */
static void send_get(const struct crowd *crowd, struct asker *asker,
                     const char *path, uint64_t n)
{
  struct hc_buffer out;
  char with_number[64];
  snprintf(with_number, sizeof with_number, "%s%llu", path,
           (unsigned long long)n);
  hc_buffer_init(&out, PEER_HEAD_MAX);
  write_head(crowd, &out, "GET", with_number, 0);
  asker_send(asker, "GET", hc_buffer_span(&out));
  hc_buffer_deinit(&out);
}

/* --- many small ones --- */

static void watch(const struct crowd *crowd, struct asker *asker, void *who)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = who };
  int fd = SSL_get_fd(asker->ssl);
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 ||
      epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    peer_die("epoll");
}

static void open_members(struct crowd *crowd, size_t n)
{
  if (n == 0 || n > CONNECTIONS_MAX)
    peer_die("1 to 1000 connections");
  for (; crowd->n < n; crowd->n++) {
    struct member *m = &crowd->members[crowd->n];
    asker_open(&m->asker, crowd->ctx, crowd->port);
    watch(crowd, &m->asker, m);
  }
}

static void close_members(struct crowd *crowd)
{
  while (crowd->n > 0)
    asker_close(&crowd->members[--crowd->n].asker);
}

static void ask(struct crowd *crowd, struct member *m)
{
  if (crowd->to_send == 0)
    return;
  crowd->to_send--;
  m->at = 0;
  m->since_ns = job_now_ns();
  asker_send(&m->asker, "POST", hc_buffer_span(&crowd->echo));
}

struct comparison {
  struct member *member;
  const uint8_t *body;
};

static void compare(void *user, struct hc_span data)
{
  struct comparison *c = user;
  if (data.len > BODY_LEN - c->member->at ||
      memcmp(c->body + c->member->at, data.ptr, data.len) != 0)
    peer_die("other bytes came back");
  c->member->at += data.len;
}

static void go_on(struct crowd *crowd, struct member *m)
{
  struct comparison comparison = { m, crowd->body };
  if (!asker_read(&m->asker, compare, &comparison))
    return;
  if (m->at != BODY_LEN)
    peer_die("fewer bytes came back");
  add(crowd->samples, job_now_ns() - m->since_ns);
  crowd->unfinished--;
  ask(crowd, m);
}

static void begin(struct crowd *crowd, size_t n, size_t connections)
{
  open_members(crowd, connections);
  crowd->to_send = n;
  crowd->unfinished = n;
  crowd->samples->n = 0;
  for (size_t i = 0; i < crowd->n; i++)
    ask(crowd, &crowd->members[i]);
}

/* One wait, and whoever has something; watcher may be NULL. */
static void serve(struct crowd *crowd, struct watcher *watcher,
                  asker_data_fn *on_event)
{
  struct epoll_event events[EVENTS_MAX];
  int n = epoll_wait(crowd->epoll, events, EVENTS_MAX, STALL_MS);
  if (n < 0 && errno != EINTR)
    peer_die("epoll_wait");
  if (n == 0)
    peer_die("stalled");
  for (int i = 0; i < n; i++) {
    if (events[i].data.ptr != watcher)
      go_on(crowd, events[i].data.ptr);
    else
      watcher->over = asker_read(&watcher->asker, on_event, watcher);
  }
}

static void ask_all(struct crowd *crowd, size_t n, size_t connections)
{
  begin(crowd, n, connections);
  while (crowd->unfinished > 0)
    serve(crowd, NULL, NULL);
  close_members(crowd);
}

/* --- events beside them --- */

static struct samples late;

static void take_event(void *user, struct hc_span data)
{
  struct watcher *w = user;
  if (w->first_ns == 0)
    w->first_ns = job_now_ns();
  for (size_t i = 0; i < data.len; i++) {
    w->event[w->event_len++] = (char)data.ptr[i];
    if (w->event_len < JOB_EVENT_LEN)
      continue;
    w->event_len = 0;
    add(&late, job_now_ns() - strtoull(w->event, NULL, 16));
  }
}

/* The others ask as long as it lasts. */
static double watch_events(struct crowd *crowd, size_t n, size_t connections)
{
  static struct watcher w;
  memset(&w, 0, sizeof w);
  late.n = 0;
  begin(crowd, SIZE_MAX, connections);
  asker_open(&w.asker, crowd->ctx, crowd->port);
  watch(crowd, &w.asker, &w);
  w.since_ns = job_now_ns();
  send_get(crowd, &w.asker, "/events/", n);
  while (!w.over && late.n <= n)
    serve(crowd, &w, take_event);
  if (late.n != n)
    peer_die("not as many events as were asked for");
  asker_close(&w.asker);
  crowd->unfinished -= crowd->to_send;
  crowd->to_send = 0;
  while (crowd->unfinished > 0)
    serve(crowd, NULL, NULL);
  close_members(crowd);
  return (double)(w.first_ns - w.since_ns) / 1e3;
}

/* --- large ones --- */

static void count(void *user, struct hc_span data)
{
  *(uint64_t *)user += data.len;
}

static void put(struct crowd *crowd, uint64_t n)
{
  static const uint8_t block[JOB_BLOCK];
  struct hc_buffer out;
  struct asker asker;
  uint64_t came = 0;
  asker_open(&asker, crowd->ctx, crowd->port);
  hc_buffer_init(&out, PEER_HEAD_MAX);
  write_head(crowd, &out, "PUT", "/sink", n);
  asker_send(&asker, "PUT", hc_buffer_span(&out));
  hc_buffer_deinit(&out);
  while (n > 0) {
    size_t piece = n < sizeof block ? (size_t)n : sizeof block;
    peer_write(asker.ssl, hc_span_of(block, piece));
    n -= piece;
  }
  asker_read(&asker, count, &came);
  asker_close(&asker);
}

static void get(struct crowd *crowd, uint64_t n)
{
  struct asker asker;
  uint64_t came = 0;
  asker_open(&asker, crowd->ctx, crowd->port);
  send_get(crowd, &asker, "/source/", n);
  asker_read(&asker, count, &came);
  asker_close(&asker);
  if (came != n)
    peer_die("the body has another length");
}

/* --- lines --- */

static void obey(struct crowd *crowd, char *line)
{
  char *rest = line + strcspn(line, " \n");
  uint64_t a = strtoull(rest, &rest, 10);
  uint64_t b = strtoull(rest, &rest, 10);
  double first_us = 0;
  double start = peer_now_s();
  bool asks = strncmp(line, "ask ", 4) == 0;
  bool watches = strncmp(line, "events ", 7) == 0;
  if (asks)
    ask_all(crowd, a, b);
  else if (watches)
    first_us = watch_events(crowd, a, b);
  else if (strncmp(line, "up ", 3) == 0)
    put(crowd, a);
  else if (strncmp(line, "down ", 5) == 0)
    get(crowd, a);
  else
    peer_die(line);
  printf("%.6f", peer_now_s() - start);
  if (watches)
    printf(" %.1f", first_us);
  if (asks || watches)
    print_percentiles(asks ? crowd->samples : &late);
  printf("\n");
  fflush(stdout);
}

int main(int argc, char **argv)
{
  static struct crowd crowd;
  static struct samples samples;
  char line[80];
  if (argc != 5) {
    fprintf(stderr, "usage: hyco_bench_http_crowd CA PORT BASE QUERY\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  crowd.ctx = peer_client_context(argv[1]);
  crowd.port = (unsigned)strtoul(argv[2], NULL, 10);
  crowd.base = argv[3];
  crowd.query = argv[4];
  crowd.samples = &samples;
  crowd.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (crowd.epoll < 0 || RAND_bytes(crowd.body, BODY_LEN) != 1)
    peer_die("starting");
  hc_buffer_init(&crowd.echo, PEER_HEAD_MAX);
  write_head(&crowd, &crowd.echo, "POST", "/echo", BODY_LEN);
  if (hc_buffer_append(&crowd.echo, hc_span_of(crowd.body, BODY_LEN)) != 0)
    peer_die("out of memory");
  while (fgets(line, sizeof line, stdin) != NULL)
    obey(&crowd, line);
  hc_buffer_deinit(&crowd.echo);
  SSL_CTX_free(crowd.ctx);
  return 0;
}
