/* Out of memory anywhere, once, while HTTP requests are forwarded: each request
 * has an answer, a wrong one at most, or is cut; nothing hangs and nothing is
 * left. A real receiver between a service in raw bytes and a web server in
 * memory. */
#include "support/check.h"

#include "sim_http.h"
#include "sim_http_target.h"
#include "support/alloc_trap.h"

#include <stdlib.h>

/* LONG: more than the control channel and a queue take. */
enum {
  TURN_MS = 500,
  DIAL_MS = 30000, /* until a rendezvous that was not opened is given up */
  ALLOCATIONS_MAX = 10000,
  LONG = 200000
};

struct scenario {
  struct sim_service s;
  struct sim_http_target target;
};

static void start(struct scenario *c)
{
  sim_service_start(&c->s, 1); /* the same run each time */
  sim_http_target_init(&c->target, c->s.world.sim);
  struct sim_receiver *r = &c->s.world.receivers[0];
  r->core->http = &c->target.base;
  sim_receiver_set(r, "ForwardHTTPUrl=http://127.0.0.1:8080/base");
}

static void send_long(struct raw_peer *peer, uint8_t first)
{
  uint8_t *bytes = malloc(LONG);

  assert_non_null(bytes);
  memset(bytes, 'y', LONG);
  raw_send_server_frame(peer, first, hc_span_of(bytes, LONG));
  free(bytes);
}

/* Nothing of a request is left, long before the 55 s that an application has:
 * all were answered, or cut. */
static void expect_over(const struct scenario *c)
{
  const struct hc_requests *q = &c->s.world.receivers[0].core->requests;

  sim_run(c->s.world.sim, DIAL_MS);
  assert_true(hc_list_is_empty(&q->all));
  assert_int_equal(q->held, 0);
  assert_int_equal(sim_http_target_open(&c->target), 0);
}

static void by_channel(struct scenario *c, struct raw_peer *control)
{
  struct sim_service *s = &c->s;

  http_send_request(s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("body"));
  http_send_request(s, control, "b", "HEAD", false);
  expect_over(c);
  c->target.answer_len = LONG; /* by a rendezvous */
  http_send_request(s, control, "c", "GET", false);
  (void)sim_service_next(s);
  expect_over(c);
  c->target.breaks_off = true;
  http_send_request(s, control, "d", "GET", false);
  (void)sim_service_next(s);
  expect_over(c);
  c->target.breaks_off = false;
}

static void by_rendezvous(struct scenario *c, struct raw_peer *control)
{
  struct sim_service *s = &c->s;

  http_send_pointer(s, control, "p");
  struct raw_peer *peer = sim_service_next(s);
  if (peer == NULL || peer->ended)
    return;
  http_send_request(s, peer, "p", "POST", true);
  send_long(peer, HTTP_BINARY);
  expect_over(c);
}

static void live(struct scenario *c)
{
  struct sim_service *s = &c->s;

  (void)hc_receiver_start(s->world.receivers[0].core, false);
  struct raw_peer *control = sim_service_next(s);
  if (control == NULL)
    control = sim_service_request_within(s, 3000);
  if (control != NULL && s->world.receivers[0].core->channel != NULL) {
    by_channel(c, control);
    by_rendezvous(c, control);
  }
  hc_receiver_shutdown(s->world.receivers[0].core);
  sim_run(s->world.sim, 20000);
}

static void any_allocation_may_fail(void **state)
{
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct scenario c;
    start(&c);
    alloc_trap_set(n++);
    live(&c);
    has_failed = alloc_trap_clear();
    sim_service_finish(&c.s);
    assert_int_equal(alloc_trap_live(), 0);
    if (!has_failed) {
      assert_int_equal(c.target.n_answered, 4);
      assert_int_equal(c.target.body_len, LONG);
    }
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 100, ALLOCATIONS_MAX - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("sim_http_forward_memory", tests, NULL,
                                     NULL);
}
