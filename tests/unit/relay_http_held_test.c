/* What a relay holds of HTTP requests that wait, all of them together
 * (RequestsHeldMax). */
#include "relay/server.h"
#include "support/check.h"
#include "support/relay_http.h"

enum { MAX = 65536, BODY = 20000, WAITING = 3 };

/* A POST of BODY bytes, on a connection of its own. */
static void post(struct http_world *h, struct raw_peer *sender)
{
  static char body[BODY];

  memset(body, 'x', sizeof body);
  raw_dial(sender, h->w.sim, h->w.port);
  raw_send_str(sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                       "Content-Length: 20000\r\n\r\n");
  raw_send(sender, hc_span_of(body, sizeof body));
}

static void take(struct http_world *h, struct raw_peer *from)
{
  struct raw_frame frame;

  (void)http_read_request(h, from);
  assert_true(raw_read_frame(from, &frame));
  assert_int_equal(frame.data.len, BODY);
}

static void start(struct http_world *h)
{
  struct hc_relay_options options;

  world_options(&options);
  options.settings.requests_held_max = MAX;
  http_start(h, &options);
}

static size_t held(const struct http_world *h)
{
  return h->w.relay->requests_held;
}

static void above_the_limit_requests_get_503_and_others_go_on(void **state)
{
  struct raw_peer senders[WAITING + 2];
  struct http_world h;

  (void)state;
  start(&h);
  for (size_t i = 0; i < WAITING; i++) {
    post(&h, &senders[i]);
    take(&h, &h.listener);
  }
  assert_in_range(held(&h), WAITING * BODY, MAX);
  post(&h, &senders[WAITING]);
  assert_int_equal(world_answer(&h.w, &senders[WAITING]), 503);
  raw_close(&senders[WAITING], HC_STREAM_CLEAN);
  http_get(&h); /* a short one fits */
  http_respond(&h, &h.listener, 200, "");
  assert_int_equal(http_answer(&h), 200);
  raw_close(&senders[0], HC_STREAM_ABORT); /* what it held is given back */
  sim_run(h.w.sim, 100);
  post(&h, &senders[WAITING + 1]);
  take(&h, &h.listener);
  http_respond(&h, &h.listener, 200, "");
  assert_int_equal(world_answer(&h.w, &senders[WAITING + 1]), 200);
  for (size_t i = 1; i < WAITING; i++)
    raw_close(&senders[i], HC_STREAM_CLEAN);
  raw_close(&senders[WAITING + 1], HC_STREAM_CLEAN);
  sim_run(h.w.sim, 100);
  assert_int_equal(held(&h), 0);
  http_finish(&h);
}

/* Heads count as well. */
static void heads_alone_reach_it(void **state)
{
  enum { HEAD = 30000 };
  static char filler[HEAD + 1];
  struct raw_peer senders[WAITING];
  struct http_world h;

  (void)state;
  start(&h);
  memset(filler, 'x', HEAD);
  for (size_t i = 0; i < WAITING; i++) {
    raw_dial(&senders[i], h.w.sim, h.w.port);
    raw_send_str(&senders[i], "GET /open HTTP/1.1\r\nHost: a\r\nX: ");
    raw_send_str(&senders[i], filler);
    raw_send_str(&senders[i], "\r\n\r\n");
    if (i + 1 < WAITING)
      (void)http_read_request(&h, &h.listener);
  }
  assert_int_equal(world_answer(&h.w, &senders[WAITING - 1]), 503);
  for (size_t i = 0; i < WAITING; i++)
    raw_close(&senders[i], HC_STREAM_CLEAN);
  http_finish(&h);
}

/* What is passed on to a rendezvous is held no more. */
static void a_body_that_is_passed_on_does_not_count(void **state)
{
  struct http_world h;

  (void)state;
  start(&h);
  raw_send_str(&h.sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                          "Content-Length: 100000\r\n\r\nabc");
  (void)http_read_request(&h, &h.listener);
  sim_run(h.w.sim, 100);
  size_t waiting = held(&h);
  assert_int_equal(http_fetch(&h), 101);
  (void)http_read_request(&h, &h.rendezvous);
  http_expect_body(&h.rendezvous, 0x02, "abc");
  assert_int_equal(held(&h), waiting - 3);
  http_finish(&h);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(above_the_limit_requests_get_503_and_others_go_on),
    cmocka_unit_test(heads_alone_reach_it),
    cmocka_unit_test(a_body_that_is_passed_on_does_not_count),
  };
  return cmocka_run_group_tests_name("relay_http_held", tests, NULL, NULL);
}
