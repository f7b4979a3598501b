/* HTTP through a relay without memory: each allocation in turn fails, and the
 * sender gets an answer or an end; nothing is left. */
#include "support/alloc_trap.h"
#include "support/check.h"
#include "support/relay_http.h"

enum { ALLOCATIONS_MAX = 400 /* the scenario has fewer */, STEP_MS = 50 };

struct scenario {
  struct http_world h;
  size_t left;
  bool has_sprung;
};

/* The peers have what they need beforehand. */
static void make_room(struct raw_peer *peer)
{
  assert_non_null(hc_buffer_reserve(&peer->received, 1 << 18));
}

static void run_armed(struct scenario *s)
{
  if (!s->has_sprung)
    alloc_trap_set(s->left);
  sim_run(s->h.w.sim, STEP_MS);
  if (s->has_sprung)
    return;
  s->left = alloc_trap_left();
  s->has_sprung = alloc_trap_clear();
}

static bool has_got(const struct raw_peer *peer)
{
  return hc_buffer_len(&peer->received) > 0;
}

/* Reads the request that came; false if none did. */
static bool request_came(struct scenario *s, struct raw_peer *from)
{
  if (!has_got(from) || from->ended)
    return false;
  (void)http_read_request(&s->h, from);
  return true;
}

static bool fetch(struct scenario *s)
{
  struct http_world *h = &s->h;

  world_send_upgrade(&h->w, &h->rendezvous,
                     strstr(h->control.request.address, "/$hc/"), "");
  make_room(&h->rendezvous);
  run_armed(s);
  return has_got(&h->rendezvous) &&
         world_answer(&h->w, &h->rendezvous) == 101 &&
         request_came(s, &h->rendezvous);
}

/* The sender has its answer, if it has one. */
static bool is_answered(struct scenario *s)
{
  run_armed(s);
  if (!has_got(&s->h.sender) || http_answer(&s->h) != 200)
    return false;
  hc_buffer_clear(&s->h.sender.received);
  return true;
}

static bool by_rendezvous(struct scenario *s)
{
  struct http_world *h = &s->h;

  raw_send_str(&h->sender, "POST /open?a=b HTTP/1.1\r\nHost: a\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n"
                           "1\r\na\r\n0\r\n\r\n");
  run_armed(s);
  if (!request_came(s, &h->listener) || !fetch(s))
    return false;
  http_respond(h, &h->rendezvous, 200, ",\"body\":true");
  raw_send_frame(&h->rendezvous, 0x82, hc_span_str("body"));
  return is_answered(s);
}

/* On the rendezvous that is kept, which is found dead then. */
static bool by_both(struct scenario *s)
{
  struct http_world *h = &s->h;

  hc_buffer_clear(&h->rendezvous.received);
  raw_send_str(&h->sender, "PUT /open HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 2\r\n\r\nhi");
  run_armed(s);
  raw_close(&h->rendezvous, HC_STREAM_ABORT);
  run_armed(s);
  if (!request_came(s, &h->listener))
    return false;
  http_respond(h, &h->listener, 200, ",\"body\":true");
  raw_send_frame(&h->listener, 0x82, hc_span_str("body"));
  return is_answered(s);
}

/* True if the allocation that should have failed did not come. */
static bool run(size_t n)
{
  struct scenario s = { .left = n };

  http_start(&s.h, NULL);
  make_room(&s.h.listener);
  make_room(&s.h.sender);
  bool all = by_rendezvous(&s) && by_both(&s);
  assert_true(all || s.has_sprung);
  sim_run(s.h.w.sim, 130000);
  assert_true(all || s.h.sender.ended || has_got(&s.h.sender));
  if (has_got(&s.h.sender)) {
    int status = http_answer(&s.h);
    assert_true(status == 200 || status >= 500); /* not the sender's fault */
  }
  http_finish(&s.h);
  return !s.has_sprung;
}

static void each_allocation_may_fail(void **state)
{
  size_t n = 0;

  (void)state;
  while (!run(n))
    assert_true(++n < ALLOCATIONS_MAX);
  assert_true(n > 20);
}

/* As many requests as bodies have come. */
static void expect_whole(struct raw_peer *peer)
{
  struct raw_frame frame;
  size_t heads = 0;
  size_t bodies = 0;

  while (hc_buffer_len(&peer->received) > 0 && raw_read_frame(peer, &frame)) {
    heads += frame.first == 0x81;
    bodies += frame.first == 0x82;
  }
  assert_int_equal(bodies, heads);
}

/* True if the allocation that should have failed did not come. */
static bool run_with_body(size_t n, bool by_kept_rendezvous)
{
  struct scenario s = { .left = SIZE_MAX };
  struct http_world *h = &s.h;

  http_start(h, NULL);
  make_room(&h->listener);
  make_room(&h->sender);
  if (by_kept_rendezvous) {
    assert_true(by_rendezvous(&s));
    hc_buffer_clear(&h->rendezvous.received);
  }
  raw_send_str(&h->sender, "PUT /open HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 2\r\n\r\nhi");
  alloc_trap_set(n);
  sim_run(h->w.sim, STEP_MS);
  bool has_sprung = alloc_trap_clear();
  expect_whole(&h->listener);
  if (by_kept_rendezvous)
    expect_whole(&h->rendezvous);
  http_finish(h);
  return !has_sprung;
}

/* A listener would wait for the body, and answer a request that another one has
 * been given by then. */
static void a_request_goes_out_with_its_body_or_not_at_all(void **state)
{
  (void)state;
  for (int kept = 0; kept < 2; kept++) {
    size_t n = 0;
    while (!run_with_body(n, kept == 1))
      assert_true(++n < ALLOCATIONS_MAX);
    assert_true(n > 2);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_allocation_may_fail),
    cmocka_unit_test(a_request_goes_out_with_its_body_or_not_at_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
