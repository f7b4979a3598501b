/* How HTTP requests end, and that on_http_request_done tells of each once: a
 * real receiver between a service in raw bytes and, where ForwardHTTPUrl is
 * set, a web server in memory. */
#include "support/check.h"

#include "sim_http.h"
#include "sim_http_target.h"

enum {
  TURN_MS = 100,
  ANSWER_MS = 55000, /* http.h: what an application has */
  STREAMED = 80000,  /* more than the control channel takes */
  LONG = 200000,
  LOG_MAX = 1024
};

#define NO_HEADERS "\"responseHeaders\":{},\"body\":false"

struct scenario {
  struct sim_service s; /* first: the receiver's events know this */
  struct sim_http_target target;
  struct raw_peer *control;
  char log[LOG_MAX];
  bool frees; /* the receiver, inside the handler */
};

static struct scenario *current;

static void on_done(hyco_receiver *self, const hyco_http_request_done *e,
                    void *user_data)
{
  struct scenario *c = current;
  size_t at = strlen(c->log);

  (void)self;
  (void)user_data;
  assert_string_equal(e->remote_address, "192.0.2.1");
  assert_int_equal(e->remote_port, 7);
  (void)snprintf(c->log + at, sizeof c->log - at,
                 "%d %s %s: %d, %d in, %d out, %d\n", e->connection_id,
                 e->request_method, e->request_target, e->status_code,
                 (int)e->bytes_in, (int)e->bytes_out, e->error_code);
  assert_in_range(e->duration_ms, 0, 60000);
  if (c->frees)
    sim_receiver_free(&c->s.world.receivers[0]);
}

static void start(struct scenario *c, uint64_t seed)
{
  memset(c, 0, sizeof *c);
  sim_service_start(&c->s, seed);
  sim_http_target_init(&c->target, c->s.world.sim);
  current = c;
  struct hc_receiver *r = c->s.world.receivers[0].core;
  r->events.on_http_request_done = on_done;
  r->http = &c->target.base;
  c->control = sim_service_opened(&c->s, SIM_CONTROL);
}

static void forward(struct scenario *c)
{
  sim_receiver_set(&c->s.world.receivers[0],
                   "ForwardHTTPUrl=http://127.0.0.1:8080/base");
}

static void expect_done(struct scenario *c, const char *lines)
{
  sim_run(c->s.world.sim, TURN_MS);
  assert_string_equal(c->log, lines);
  c->log[0] = '\0';
}

static void ask(struct scenario *c, const char *id, const char *body)
{
  http_send_request(&c->s, c->control, id, body != NULL ? "PUT" : "GET",
                    body != NULL);
  if (body != NULL)
    raw_send_server_frame(c->control, HTTP_BINARY, hc_span_str(body));
  sim_run(c->s.world.sim, TURN_MS);
}

static void an_answer_that_left_is_told_with_its_numbers(void **state)
{
  (void)state;
  struct scenario c;
  start(&c, 1);
  ask(&c, "a", "four");
  expect_done(&c, ""); /* not before its end */
  assert_int_equal(http_answer(&c.s, 1, 201, "abc"), 0);
  expect_done(&c, "1 PUT /hyco/x?y=1: 201, 4 in, 3 out, 0\n");
  ask(&c, "b", NULL);
  assert_int_equal(http_flush(&c.s, 2), 0);
  (void)http_rendezvous(&c.s, "b");
  assert_int_equal(http_write(&c.s, 2, "streamed"), 0);
  expect_done(&c, "");
  assert_int_equal(http_end(&c.s, 2), 0);
  expect_done(&c, "2 GET /hyco/x?y=1: 200, 0 in, 8 out, 0\n");
  sim_service_finish(&c.s);
}

static void so_are_those_that_end_otherwise(void **state)
{
  (void)state;
  struct scenario c;
  start(&c, 2);
  struct hc_receiver *r = c.s.world.receivers[0].core;
  ask(&c, "a", NULL);
  hc_answer_abort(hc_requests_find(r, 1)); /* 500 takes its place */
  expect_done(&c, "1 GET /hyco/x?y=1: 500, 0 in, 0 out, 0\n");
  ask(&c, "b", NULL);
  assert_int_equal(http_flush(&c.s, 2), 0);
  (void)http_rendezvous(&c.s, "b");
  assert_int_equal(http_write(&c.s, 2, "half"), 0);
  sim_run(c.s.world.sim, TURN_MS);
  hc_answer_abort(hc_requests_find(r, 2)); /* a cut */
  expect_done(&c, "2 GET /hyco/x?y=1: 200, 0 in, 4 out, 301\n");
  ask(&c, "c", NULL);
  assert_int_equal(http_flush(&c.s, 3), 0);
  struct raw_peer *peer = http_rendezvous(&c.s, "c");
  sim_run(c.s.world.sim, TURN_MS);
  raw_send_server_frame(peer, 0x88, hc_span_str("\x03\xe9gone"));
  expect_done(&c, "3 GET /hyco/x?y=1: 200, 0 in, 0 out, 1120\n");
  ask(&c, "d", NULL);
  sim_run(c.s.world.sim, ANSWER_MS); /* nobody answers */
  expect_done(&c, "4 GET /hyco/x?y=1: 500, 0 in, 0 out, 0\n");
  sim_service_finish(&c.s);
}

static void the_receiver_may_be_freed_in_the_handler(void **state)
{
  (void)state;
  struct scenario c;
  start(&c, 3);
  ask(&c, "a", NULL);
  ask(&c, "b", NULL);
  c.frees = true;
  assert_int_equal(http_answer(&c.s, 1, 200, ""), 0);
  assert_int_equal(http_answer(&c.s, 2, 200, ""), 0);
  expect_done(&c, "1 GET /hyco/x?y=1: 200, 0 in, 0 out, 0\n");
  sim_service_finish(&c.s);
}

static void a_forwarded_one_is_told_too(void **state)
{
  (void)state;
  struct scenario c;
  start(&c, 4);
  forward(&c);
  ask(&c, "a", "four");
  expect_done(&c, "1 PUT /hyco/x?y=1: 200, 4 in, 5 out, 0\n");
  sim_service_finish(&c.s);
}

static void a_target_that_says_nothing_is_504(void **state)
{
  (void)state;
  struct scenario c;
  start(&c, 5);
  forward(&c);
  c.target.is_silent = true;
  ask(&c, "a", NULL);
  sim_run(c.s.world.sim, ANSWER_MS);
  http_expect_response(c.control, "a", 504,
                       "\"statusDescription\":\"The forwarding target did not "
                       "answer in time.\"," NO_HEADERS);
  expect_done(&c, "1 GET /hyco/x?y=1: 504, 0 in, 0 out, 0\n");
  assert_int_equal(sim_http_target_open(&c.target), 0);
  sim_service_finish(&c.s);
}

/* Otherwise the sender waits for the 504 of the service. */
static void
one_that_breaks_off_before_the_rendezvous_is_open_is_502(void **state)
{
  (void)state;
  struct scenario c;
  start(&c, 6);
  forward(&c);
  c.target.breaks_off = true;
  c.target.answer_len = STREAMED; /* the queue takes what comes of it */
  ask(&c, "a", NULL);
  struct raw_peer *peer = sim_service_request(&c.s);
  http_expect_response(c.control, "a", 502,
                       "\"statusDescription\":\"The forwarding target broke "
                       "off its answer.\"," NO_HEADERS);
  raw_expect_end(peer, HYCO_ECONNRESET);
  expect_done(&c, "1 GET /hyco/x?y=1: 502, 0 in, 0 out, 0\n");
  sim_service_finish(&c.s);
}

static void and_later_a_cut(void **state)
{
  (void)state;
  struct scenario c;
  start(&c, 7);
  forward(&c);
  c.target.breaks_off = true;
  c.target.answer_len = LONG;
  http_send_request(&c.s, c.control, "a", "GET", false);
  struct raw_peer *peer = http_rendezvous(&c.s, "a");
  sim_run(c.s.world.sim, TURN_MS);
  raw_expect_end(peer, HYCO_ECONNRESET);
  expect_done(&c, "1 GET /hyco/x?y=1: 200, 0 in, 100000 out, 1120\n");
  sim_service_finish(&c.s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_that_left_is_told_with_its_numbers),
    cmocka_unit_test(so_are_those_that_end_otherwise),
    cmocka_unit_test(the_receiver_may_be_freed_in_the_handler),
    cmocka_unit_test(a_forwarded_one_is_told_too),
    cmocka_unit_test(a_target_that_says_nothing_is_504),
    cmocka_unit_test(one_that_breaks_off_before_the_rendezvous_is_open_is_502),
    cmocka_unit_test(and_later_a_cut),
  };
  return cmocka_run_group_tests_name("sim_http_done", tests, NULL, NULL);
}
