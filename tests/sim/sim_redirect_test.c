/* Redirects of the handshake, for both roles: nothing goes elsewhere, the token
 * least of all, unless the application accepts. */
#include "support/check.h"

#include "sim_world.h"
#include "support/alloc_trap.h"

enum { HEADS_MAX = 16, ALLOCATIONS_MAX = 10000 };

/* A server that keeps the heads it gets, and answers each with the same. */
struct place {
  char answer[256];
  struct hc_listener *listener;
  uint16_t port;
  struct hc_stream *streams[HEADS_MAX];
  char heads[HEADS_MAX][2048];
  size_t n;
};

static void on_request(void *user_data, struct hc_span *in)
{
  struct place *p = user_data;
  char *head = p->heads[p->n - 1];

  if (in->len < 4 || memcmp(in->ptr + in->len - 4, "\r\n\r\n", 4) != 0)
    return;
  assert_in_range(in->len, 1, sizeof p->heads[0] - 1);
  memcpy(head, in->ptr, in->len);
  hc_span_drop(in, in->len);
  /* the allocation that fails, once, may be this one: that is not the test */
  struct hc_span answer = hc_span_str(p->answer);
  if (hc_stream_write(p->streams[p->n - 1], answer) != 0)
    assert_int_equal(hc_stream_write(p->streams[p->n - 1], answer), 0);
}

static void on_server_end(void *user_data, const struct hc_fault *fault)
{
  (void)user_data;
  (void)fault;
}

static void on_accept(void *user_data, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = on_request,
                                                    .on_end = on_server_end };
  struct place *p = user_data;
  assert_true(p->n < HEADS_MAX);
  p->streams[p->n++] = stream;
  hc_stream_set_handler(stream, &handler, p);
}

static void place_open(struct sim_world *w, struct place *p)
{
  static const struct hc_listener_handler handler = { on_accept };
  struct hc_listen listen = { .host = "127.0.0.1",
                              .tls = w->tls,
                              .handshake_timeout_ms = 10000 };

  memset(p, 0, sizeof *p);
  assert_int_equal(
      hc_listen(sim_net(w->sim), &listen, &handler, p, &p->listener, NULL), 0);
  p->port = hc_listener_port(p->listener);
  strcpy(p->answer, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

static void place_close(struct place *p)
{
  for (size_t i = 0; i < p->n; i++)
    hc_stream_close(p->streams[i], HC_STREAM_ABORT);
  hc_listener_close(p->listener);
}

static void place_sends_to(struct place *p, const char *where, uint16_t port)
{
  (void)snprintf(p->answer, sizeof p->answer,
                 "HTTP/1.1 307 Elsewhere\r\n"
                 "Location: %s:%u/$hc/hyco?sb-hc-action=listen\r\n"
                 "Content-Length: 0\r\n\r\n",
                 where, (unsigned)port);
}

static bool has_handler;
static bool accepts;
static unsigned asked;

static void decide(hyco_redirect *e)
{
  assert_false(e->accept);
  assert_non_null(e->location);
  assert_non_null(strstr(e->location, "/$hc/hyco"));
  asked++;
  e->accept = accepts;
}

static void on_receiver_redirect(hyco_receiver *r, hyco_redirect *e, void *data)
{
  (void)r;
  (void)data;
  decide(e);
}

static void on_sender_redirect(hyco_sender *s, hyco_redirect *e, void *data)
{
  (void)s;
  (void)data;
  decide(e);
}

/* A receiver that will dial p, as localhost. */
static struct sim_receiver *receiver_for(struct sim_world *w,
                                         const struct place *p)
{
  char text[64];
  struct sim_receiver *r = sim_world_receiver(w);

  r->core->events.on_ssl_server_authentication = NULL;
  if (has_handler)
    r->core->events.on_redirect = on_receiver_redirect;
  (void)snprintf(text, sizeof text, "namespace_address=localhost:%u",
                 (unsigned)p->port);
  sim_receiver_set(r, text);
  return r;
}

/* It dials. How that ends. */
static void listen_at(struct sim_world *w, const struct place *p,
                      const char *expected)
{
  struct sim_receiver *r = receiver_for(w, p);

  assert_int_equal(hc_receiver_start(r->core, true), 0);
  sim_world_run(w, 2 * SIM_WAIT_MS, expected);
  sim_receiver_free(r);
  sim_world_forget(w);
}

/* A sender with a header of its own does. */
static void connect_at(struct sim_world *w, const struct place *p,
                       const char *expected)
{
  char text[64];
  struct sim_sender *s = sim_world_sender(w);

  s->core->events.on_ssl_server_authentication = NULL;
  if (has_handler)
    s->core->events.on_redirect = on_sender_redirect;
  (void)snprintf(text, sizeof text, "namespace_address=localhost:%u",
                 (unsigned)p->port);
  sim_sender_set(s, text);
  assert_int_equal(hc_sender_headers_add(&s->core->headers,
                                         hc_span_str("X-Own"),
                                         hc_span_str("mine"), NULL),
                   0);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 2 * SIM_WAIT_MS, expected);
  sim_sender_free(s);
  sim_world_forget(w);
}

/* Two servers: here sends everybody to there, which is another host. */
struct way {
  struct sim_world w;
  struct place here;
  struct place there;
};

static void way_open(struct way *way, uint64_t seed, bool accept)
{
  has_handler = true;
  accepts = accept;
  asked = 0;
  sim_world_start_tls(&way->w, seed);
  place_open(&way->w, &way->here);
  place_open(&way->w, &way->there);
  place_sends_to(&way->here, "https://127.0.0.1", way->there.port);
}

static void way_close(struct way *way)
{
  place_close(&way->here);
  place_close(&way->there);
  sim_world_finish(&way->w);
}

/* A line of a head, CR at its end. */
static struct hc_span line_of(const char *head, const char *name)
{
  const char *start = strstr(head, name);
  assert_non_null(start);
  return hc_span_of(start, strcspn(start, "\r"));
}

/* RFC 6455 4.1: "The nonce MUST be selected randomly for each connection." */
static void check_keys_differ(const char *first, const char *second)
{
  static const char name[] = "Sec-WebSocket-Key: ";

  assert_false(hc_span_equal(line_of(first, name), line_of(second, name)));
}

static void check_token_is_there(const struct way *way)
{
  static const char name[] = "\r\nServiceBusAuthorization: SharedAccess";
  const char *first = way->here.heads[0];
  const char *second = way->there.heads[0];
  char host[40];

  assert_int_equal(way->here.n, 1);
  assert_int_equal(way->there.n, 1);
  struct hc_span sent = line_of(first + 1, name + 2);
  struct hc_span again = line_of(second + 1, name + 2);
  assert_true(hc_span_equal(sent, again));
  check_keys_differ(first, second);
  assert_null(strstr((const char *)again.ptr + again.len, "SharedAccess"));
  (void)snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%u\r\n",
                 (unsigned)way->there.port);
  assert_non_null(strstr(second, host));
}

/* --- what the application says --- */

/* surface: on_redirect */
static void a_receivers_token_goes_where_it_accepts(void **state)
{
  struct way way;

  (void)state;
  way_open(&way, 41, true);
  listen_at(&way.w, &way.here, "r0 connected 604 404 Not Found\n");
  check_token_is_there(&way);
  way_close(&way);
}

static void and_nowhere_else(void **state)
{
  struct way way;

  (void)state;
  way_open(&way, 42, false);
  listen_at(&way.w, &way.here, "r0 connected 151 307 Elsewhere\n");
  assert_int_equal(asked, 1);
  assert_int_equal(way.here.n, 1);
  assert_int_equal(way.there.n, 0); /* not even a connection */
  way_close(&way);
}

static void a_senders_token_and_headers_go_where_it_accepts(void **state)
{
  struct way way;

  (void)state;
  way_open(&way, 43, true);
  connect_at(&way.w, &way.here, "s0 connected 604 404 Not Found\n");
  check_token_is_there(&way);
  assert_non_null(strstr(way.there.heads[0], "\r\nX-Own: mine\r\n"));
  way_close(&way);
}

static void a_senders_token_goes_nowhere_else(void **state)
{
  struct way way;

  (void)state;
  way_open(&way, 44, false);
  connect_at(&way.w, &way.here, "s0 connected 151 307 Elsewhere\n");
  assert_int_equal(asked, 1);
  assert_int_equal(way.there.n, 0);
  way_close(&way);
}

/* Accepting the first place says nothing of the next. */
static void each_place_is_asked_about(void **state)
{
  struct way way;
  struct place third;

  (void)state;
  way_open(&way, 45, true);
  place_open(&way.w, &third);
  place_sends_to(&way.there, "wss://localhost", third.port);
  connect_at(&way.w, &way.here, "s0 connected 604 404 Not Found\n");
  assert_int_equal(asked, 2);
  assert_int_equal(third.n, 1);
  place_close(&third);
  way_close(&way);
}

static void without_a_handler_nobody_goes_anywhere(void **state)
{
  struct way way;

  (void)state;
  way_open(&way, 46, true);
  has_handler = false;
  listen_at(&way.w, &way.here, "r0 connected 151 307 Elsewhere\n");
  connect_at(&way.w, &way.here, "s0 connected 151 307 Elsewhere\n");
  assert_int_equal(way.here.n, 2);
  assert_int_equal(way.there.n, 0);
  way_close(&way);
}

static void a_place_without_tls_gets_nothing(void **state)
{
  struct way way;
  static const char *const schemes[] = { "http", "ws", "ftp" };

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    way_open(&way, 47 + i, true);
    (void)snprintf(way.here.answer, sizeof way.here.answer,
                   "HTTP/1.1 301 Elsewhere\r\n"
                   "Location: %s://127.0.0.1:%u/$hc/hyco\r\n\r\n",
                   schemes[i], (unsigned)way.there.port);
    connect_at(&way.w, &way.here,
               "s0 connected 152 redirect to "
               "...\n");
    assert_int_equal(way.there.n, 0);
    way_close(&way);
  }
}

/* --- how far --- */

/* surface: on_redirect */
static void a_place_that_answers_is_used(void **state)
{
  struct way way;

  (void)state;
  way_open(&way, 51, true);
  place_sends_to(&way.here, "HTTPS://localhost", way.w.port); /* the relay */
  listen_at(&way.w, &way.here, "r0 connected 0 OK\n");
  way_close(&way);
}

/* surface: on_redirect */
static void five_redirects_are_followed_and_no_more(void **state)
{
  struct way way;

  (void)state;
  way_open(&way, 52, true);
  place_sends_to(&way.here, "HTTPS://localhost", way.here.port);
  listen_at(&way.w, &way.here, "r0 connected 151 more than 5 redirects\n");
  assert_int_equal(way.here.n, 6);
  way_close(&way);
}

/* Without memory for the place's name nobody is asked, and nobody goes. */
static void any_allocation_may_fail(void **state)
{
  size_t n = 0;
  bool has_failed;

  (void)state;
  do {
    struct way way;
    way_open(&way, 53, true);
    struct sim_receiver *r = receiver_for(&way.w, &way.here);
    alloc_trap_set(n++);
    (void)hc_receiver_start(r->core, true);
    sim_run(way.w.sim, 2 * SIM_WAIT_MS);
    has_failed = alloc_trap_clear();
    assert_in_range(way.there.n, 0, asked);
    way_close(&way);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 10, ALLOCATIONS_MAX - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_receivers_token_goes_where_it_accepts),
    cmocka_unit_test(and_nowhere_else),
    cmocka_unit_test(a_senders_token_and_headers_go_where_it_accepts),
    cmocka_unit_test(a_senders_token_goes_nowhere_else),
    cmocka_unit_test(each_place_is_asked_about),
    cmocka_unit_test(without_a_handler_nobody_goes_anywhere),
    cmocka_unit_test(a_place_without_tls_gets_nothing),
    cmocka_unit_test(a_place_that_answers_is_used),
    cmocka_unit_test(five_redirects_are_followed_and_no_more),
    cmocka_unit_test(any_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("sim_redirect", tests, NULL, NULL);
}
