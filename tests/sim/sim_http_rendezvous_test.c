/* HTTP requests and answers that go by rendezvous: a real receiver against a
 * service in raw bytes. */
#include "sim_http.h"
#include "support/check.h"

#include <stdlib.h>

enum { TURN_MS = 100, LIMIT = 65536 };

#define HEAD "\"responseHeaders\":{},\"body\":"
#define WORDS "\"statusDescription\":\"Words\","

static struct raw_peer *start(struct sim_service *s)
{
  return sim_service_opened(s, SIM_CONTROL);
}

/* A GET on the control channel, told as request 1. */
static struct raw_peer *asked(struct sim_service *s)
{
  struct raw_peer *control = start(s);

  http_send_request(s, control, "a", "GET", false);
  sim_world_wait(&s->world, "r0 http 1", SIM_WAIT_MS);
  sim_world_forget(&s->world);
  return control;
}

static char *text_of(size_t n)
{
  char *text = malloc(n + 1);

  assert_non_null(text);
  memset(text, 'x', n);
  text[n] = '\0';
  return text;
}

/* The frames of one binary message of n bytes. */
static void expect_body(struct raw_peer *peer, size_t n)
{
  uint8_t opcode = 2;
  size_t got = 0;
  bool fin = false;

  while (!fin) {
    struct raw_frame frame;
    assert_true(raw_read_frame(peer, &frame));
    assert_int_equal(frame.first & 0x7f, opcode);
    fin = (frame.first & 0x80) != 0;
    got += frame.data.len;
    opcode = 0;
  }
  assert_int_equal(got, n);
}

/* protocol.md, response: "when the answer is larger than 64 kB" */
static void answers_above_64_kib_go_by_rendezvous(void **state)
{
  (void)state;
  static const size_t sizes[] = { LIMIT, LIMIT + 1, 3000000 };
  for (size_t i = 0; i < CHECK_COUNT(sizes); i++) {
    struct sim_service s;
    char *text = text_of(sizes[i]);
    sim_service_start(&s, i);
    struct raw_peer *control = asked(&s);
    assert_int_equal(http_answer(&s, 1, 200, text), 0);
    assert_int_equal(http_answer(&s, 1, 200, text), HYCO_ENOREQUEST);
    struct raw_peer *peer = i == 0 ? control : http_rendezvous(&s, "a");
    http_expect_response(peer, "a", 200, WORDS HEAD "true");
    expect_body(peer, sizes[i]);
    sim_world_run(&s.world, TURN_MS, "");
    free(text);
    sim_service_finish(&s);
  }
}

/* Spec hybrid-connections.md 8: "offer flush (go to rendezvous at once)" */
static void a_flushed_answer_flows(void **state)
{
  struct sim_service *s = *state;
  (void)asked(s);
  assert_int_equal(http_write(s, 1, "one"), 0);
  assert_int_equal(http_flush(s, 1), 0);
  assert_int_equal(http_add_header(s, 1, "A", "b"), HYCO_ENOREQUEST);
  struct raw_peer *peer = http_rendezvous(s, "a");
  http_expect_response(peer, "a", 200, HEAD "true");
  http_expect(peer, HTTP_BINARY_BEGINS, "one");
  assert_int_equal(http_write(s, 1, "two"), 0);
  http_expect(peer, HTTP_MORE, "two");
  sim_world_run(&s->world, 50000, "");
  assert_int_equal(http_write(s, 1, "three"), 0);
  http_expect(peer, HTTP_MORE, "three");
  sim_world_run(&s->world, 8000, ""); /* no 55 s any more */
  assert_int_equal(http_end(s, 1), 0);
  http_expect(peer, HTTP_LAST, "");
  assert_int_equal(http_write(s, 1, "four"), HYCO_ENOREQUEST);
}

static void a_flush_of_nothing_sends_the_head(void **state)
{
  struct sim_service *s = *state;
  (void)asked(s);
  assert_int_equal(http_flush(s, 1), 0);
  struct raw_peer *peer = http_rendezvous(s, "a");
  http_expect_response(peer, "a", 200, HEAD "true");
  assert_int_equal(http_end(s, 1), 0);
  http_expect(peer, HTTP_BINARY, "");
}

static void what_was_written_but_not_flushed_goes_at_55_s(void **state)
{
  struct sim_service *s = *state;
  (void)asked(s);
  assert_int_equal(http_write(s, 1, "slow"), 0);
  sim_world_run(&s->world, 55100, "");
  struct raw_peer *peer = http_rendezvous(s, "a");
  http_expect_response(peer, "a", 200, HEAD "true");
  http_expect(peer, HTTP_BINARY_BEGINS, "slow");
  assert_int_equal(http_end(s, 1), 0);
  http_expect(peer, HTTP_LAST, "");
}

/* OutBufferSize */
static void a_stream_nobody_reads_would_block_and_tells_when_ready(void **state)
{
  struct sim_service *s = *state;
  char *text = text_of(LIMIT);
  (void)asked(s);
  assert_int_equal(http_flush(s, 1), 0);
  struct raw_peer *peer = http_rendezvous(s, "a");
  sim_world_run(&s->world, TURN_MS, "");
  raw_pause(peer);
  int rc = 0;
  size_t taken = 0;
  for (int i = 0; i < 1000 && rc == 0; i++) {
    rc = http_write(s, 1, text);
    taken += rc == 0 ? LIMIT : 0;
    sim_run(s->world.sim, 10);
  }
  assert_int_equal(rc, HYCO_EWOULDBLOCK);
  sim_world_run(&s->world, 1000, "");
  raw_resume(peer);
  sim_world_run(&s->world, 1000, "r0 http 1 ready\n");
  assert_int_equal(http_end(s, 1), 0);
  http_expect_response(peer, "a", 200, HEAD "true");
  expect_body(peer, taken);
  free(text);
}

/* What was held makes the queue full by itself. */
/* Writes in each millisecond, told to wait or not; how many bytes were taken.
 */
static size_t write_on(struct sim_service *s, const char *text)
{
  size_t taken = 0;

  for (int i = 0; i < 200; i++) {
    taken += http_write(s, 1, text) == 0 ? strlen(text) : 0;
    sim_run(s->world.sim, 1);
  }
  return taken;
}

/* Who does not wait for on_http_ready puts it off: what waits does not fall
 * below half. It comes when he stops. */
static void who_does_not_wait_is_told_when_he_stops(void **state)
{
  (void)state;
  static const size_t sizes[] = { 1000, 40000, LIMIT };
  for (size_t k = 0; k < CHECK_COUNT(sizes); k++) {
    struct sim_service s;
    char *text = text_of(sizes[k]);
    sim_service_start(&s, 31 + k);
    (void)asked(&s);
    assert_int_equal(http_flush(&s, 1), 0);
    struct raw_peer *peer = http_rendezvous(&s, "a");
    sim_world_run(&s.world, TURN_MS, "");
    size_t taken = write_on(&s, text);
    while (http_write(&s, 1, text) == 0)
      taken += sizes[k];
    sim_world_forget(&s.world);
    sim_world_run(&s.world, 1000, "r0 http 1 ready\n");
    assert_int_equal(http_end(&s, 1), 0);
    http_expect_response(peer, "a", 200, HEAD "true");
    expect_body(peer, taken);
    free(text);
    sim_service_finish(&s);
  }
}

static void a_write_behind_64_kib_would_block_and_tells_when_ready(void **state)
{
  struct sim_service *s = *state;
  char *text = text_of(LIMIT);
  struct raw_peer *control = start(s);
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_write(s, 1, text), 0);
  assert_int_equal(http_write(s, 1, "x"), HYCO_EWOULDBLOCK);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 ready\n");
  assert_int_equal(http_write(s, 1, "x"), 0);
  assert_int_equal(http_end(s, 1), 0);
  http_expect_response(peer, "p", 200, HEAD "true");
  expect_body(peer, LIMIT + 1);
  free(text);
}

/* protocol.md, request: "open it, and the full request comes there; answer
 * there", "A kept rendezvous serves further requests of the same sender" */
static void a_pointer_is_fetched_and_the_rendezvous_kept(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "POST", true);
  raw_send_server_frame(peer, HTTP_BINARY_BEGINS, hc_span_str("long "));
  raw_send_server_frame(peer, HTTP_LAST, hc_span_str("body"));
  sim_world_run(&s->world, TURN_MS,
                "r0 http 1 POST /hyco/x?y=1 \"long body\"\n");
  assert_int_equal(http_answer(s, 1, 200, "first"), 0);
  http_expect_response(peer, "p", 200, WORDS HEAD "true");
  http_expect(peer, HTTP_BINARY, "first");
  sim_world_run(&s->world, 60000, "");
  http_send_request(s, peer, "q", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_answer(s, 2, 204, ""), 0);
  /* its pings come first */
  struct raw_frame frame;
  do
    assert_true(raw_read_frame(peer, &frame));
  while (frame.first == 0x89);
  assert_int_equal(frame.first, HTTP_TEXT);
  raw_send_server_frame(peer, 0x88, hc_span_str("\x03\xe8"));
  sim_world_run(&s->world, TURN_MS, ""); /* its normal end */
}

/* A sender that does not wait for the answer: its next request does. */
static void a_request_before_the_answer_waits(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "GET", false);
  http_send_request(s, peer, "q", "GET", false);
  http_send_request(s, peer, "r", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_answer(s, 2, 200, ""), 0);
  sim_world_run(&s->world, TURN_MS, "r0 http 3 GET /hyco/x?y=1 \"\"\n");
}

/* An answer to HEAD that is flushed, not ended, and the sender's next request
 * behind it. */
static struct raw_peer *complete_a_head(struct sim_service *s)
{
  struct raw_peer *control = start(s);
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "HEAD", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 HEAD /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_flush(s, 1), 0);
  http_expect_response(peer, "p", 200, HEAD "false");
  http_send_request(s, peer, "q", "GET", false);
  return peer;
}

/* RFC 9110 9.3.2: an answer to HEAD is complete with its head; what its
 * application does then is no business of the next request. */
static void giving_up_a_complete_answer_leaves_the_next_request(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *peer = complete_a_head(s);
  sim_run(s->world.sim, TURN_MS);
  hc_answer_abort(hc_requests_find(s->world.receivers[0].core, 1));
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_answer(s, 2, 204, ""), 0);
  http_expect_response(peer, "q", 204, WORDS HEAD "false");
}

/* The service takes it for answered, and sends the next request. */
static void a_complete_answer_that_is_not_ended_holds_nobody_up(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *peer = complete_a_head(s);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_write(s, 1, "nobody sees it"), 0);
  assert_int_equal(http_flush(s, 1), 0);
  assert_int_equal(http_end(s, 1), 0);
  assert_int_equal(http_end(s, 1), HYCO_ENOREQUEST);
  assert_int_equal(http_answer(s, 2, 204, ""), 0);
  http_expect_response(peer, "q", 204, WORDS HEAD "false");
}

static void a_sender_that_went_away_cancels_its_request(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
  raw_send_server_frame(peer, 0x88, hc_span_str("\x03\xe9gone"));
  sim_world_run(&s->world, TURN_MS,
                "r0 http 1 cancelled 1120 the sender went away: 1001 gone\n");
  assert_int_equal(http_answer(s, 1, 200, ""), HYCO_ENOREQUEST);
}

/* sim_service_finish closes the peer again: an end that says nothing. */
static void cut(struct raw_peer *peer)
{
  hc_stream_close(peer->stream, HC_STREAM_ABORT);
  peer->stream = NULL;
}

/* A cut at each stage of a streamed answer. */
static void a_cut_rendezvous_cancels_or_is_an_error(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = asked(s);
  assert_int_equal(http_flush(s, 1), 0);
  cut(sim_service_request(s)); /* never opens */
  sim_world_run(&s->world, TURN_MS,
                "r0 http 1 cancelled 608 answering the "
                "request failed: ...\n");
  http_send_request(s, control, "b", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_flush(s, 2), 0);
  struct raw_peer *peer = http_rendezvous(s, "b");
  sim_world_run(&s->world, TURN_MS, "");
  cut(peer); /* amid the body */
  sim_world_run(&s->world, TURN_MS, "r0 http 2 cancelled 10054 ...\n");
  http_send_request(s, control, "c", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 3 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_flush(s, 3), 0);
  assert_int_equal(http_end(s, 3), 0);
  cut(sim_service_request(s)); /* after the end */
  sim_world_run(
      &s->world, TURN_MS,
      "r0 error 608 the answer to request 3 was not delivered: ...\n");
}

/* StreamRequests */
static void a_body_is_streamed_and_paused(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  sim_receiver_set(&s->world.receivers[0], "StreamRequests=true");
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "POST", true);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 POST /hyco/x?y=1 \"\"\n");
  raw_send_server_frame(peer, HTTP_BINARY_BEGINS, hc_span_str("one"));
  sim_world_run(&s->world, TURN_MS, "r0 http 1 \"one\"\n");
  struct hc_exchange *x = hc_requests_find(s->world.receivers[0].core, 1);
  hc_exchange_pause(x);
  raw_send_server_frame(peer, HTTP_LAST, hc_span_str("two"));
  sim_world_run(&s->world, TURN_MS, "");
  hc_exchange_resume(x);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 \"two\" end\n");
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
  http_expect_response(peer, "p", 200, WORDS HEAD "false");
  http_send_request(s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("small"));
  sim_world_run(&s->world, TURN_MS,
                "r0 http 2 POST /hyco/x?y=1 \"\"\nr0 http 2 \"small\" end\n");
}

/* An answer before the end of the body closes the rendezvous behind it. */
static void a_body_that_is_not_wanted_is_cut_short(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  sim_receiver_set(&s->world.receivers[0], "MaxRequestSize=4");
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "POST", true);
  raw_send_server_frame(peer, HTTP_BINARY_BEGINS, hc_span_str("12345"));
  http_expect_response(peer, "p", 413,
                       "\"statusDescription\":\"The body is longer than this "
                       "receiver takes.\"," HEAD "false");
  sim_service_expect_close(peer, 1000, "");
  sim_world_run(&s->world, TURN_MS, "");
}

/* The control channel it came over is gone: spec hybrid-connections.md 1.8,
 * "accept a response on a rendezvous for a request that came over control" */
static void after_a_lost_channel_answers_go_by_rendezvous(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = asked(s);
  raw_send_server_frame(control, 0x88, hc_span_str("\x03\xf3"));
  sim_world_run(&s->world, TURN_MS, "r0 disconnected 1011 \n");
  sim_service_answer(s, sim_service_request(s), "");
  sim_world_run(&s->world, TURN_MS, "r0 connected 0 OK\n");
  assert_int_equal(http_answer(s, 1, 200, "late"), 0);
  struct raw_peer *peer = http_rendezvous(s, "a");
  http_expect_response(peer, "a", 200, WORDS HEAD "true");
  http_expect(peer, HTTP_BINARY, "late");
}

/* A service that does not read must not fill the memory. */
static void a_full_control_channel_sends_answers_by_rendezvous(void **state)
{
  struct sim_service *s = *state;
  char *text = text_of(LIMIT);
  struct raw_peer *control = start(s);
  raw_pause(control);
  int id = 0;
  while (s->n_peers == 1 && ++id < 100) {
    http_send_request(s, control, "a", "GET", false);
    sim_run(s->world.sim, 10);
    assert_int_equal(http_answer(s, id, 200, text), 0);
    sim_run(s->world.sim, 10);
  }
  assert_in_range(id, 17, 99);
  (void)http_rendezvous(s, "a");
  free(text);
}

static void a_shutdown_answers_503_and_tells(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = asked(s);
  http_send_request(s, control, "b", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_flush(s, 2), 0);
  (void)http_rendezvous(s, "b");
  sim_world_run(&s->world, TURN_MS, "");
  hc_receiver_shutdown(s->world.receivers[0].core);
  assert_int_equal(http_answer(s, 1, 200, ""), HYCO_ENOREQUEST);
  assert_int_equal(http_end(s, 2), HYCO_ENOREQUEST);
  http_expect_response(control, "a", 503,
                       "\"statusDescription\":\"The listener was shut "
                       "down.\"," HEAD "false");
  sim_world_expect(&s->world,
                   "r0 http 1 cancelled 301 the receiver was shut down\n"
                   "r0 http 2 cancelled 301 the receiver was shut down\n");
  sim_service_expect_close(control, 1000, "");
  raw_send_server_frame(control, 0x88, hc_span_str("\x03\xe8"));
  sim_world_run(&s->world, TURN_MS, "r0 disconnected 0 OK\n");
  assert_true(hc_receiver_is_shut(s->world.receivers[0].core));
}

static void an_end_of_listening_closes_idle_rendezvous(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = http_rendezvous(s, "p");
  http_send_request(s, peer, "p", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
  hc_receiver_stop(s->world.receivers[0].core);
  sim_run(s->world.sim, TURN_MS);
  assert_int_equal(http_answer(s, 1, 200, ""), 0);
  http_expect_response(peer, "p", 200, WORDS HEAD "false");
  sim_service_expect_close(peer, 1000, "");
}

static void a_pointer_that_brings_nothing_is_given_up(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = start(s);
  http_send_pointer(s, control, "p");
  (void)http_rendezvous(s, "p");
  sim_world_run(&s->world, 56000,
                "r0 error 10060 the rendezvous for a request brought none "
                "within 55 s\n");
  http_send_pointer(s, control, "q");
  struct raw_peer *peer = http_rendezvous(s, "q");
  raw_send_server_frame(peer, HTTP_TEXT, hc_span_str("{\"accept\":1}"));
  sim_world_run(&s->world, TURN_MS, "r0 error 600 ...\n");
}

static void an_answer_that_is_given_up_is_500_or_a_cut(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = asked(s);
  hc_answer_abort(hc_requests_find(s->world.receivers[0].core, 1));
  http_expect_response(control, "a", 500,
                       "\"statusDescription\":\"The receiver gave the answer "
                       "up.\"," HEAD "false");
  http_send_request(s, control, "b", "GET", false);
  sim_world_run(&s->world, TURN_MS, "r0 http 2 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_flush(s, 2), 0);
  struct raw_peer *peer = http_rendezvous(s, "b");
  sim_world_run(&s->world, TURN_MS, "");
  hc_answer_abort(hc_requests_find(s->world.receivers[0].core, 2));
  raw_expect_end(peer, HYCO_ECONNRESET);
  sim_world_run(&s->world, TURN_MS, "");
}

/* The service has seen nothing of it: a cut would tell it nothing, and the
 * sender would wait for its 504. */
static void one_whose_rendezvous_is_not_open_yet_is_500_too(void **state)
{
  struct sim_service *s = *state;
  struct raw_peer *control = asked(s);
  assert_int_equal(http_write(s, 1, "much"), 0);
  assert_int_equal(http_flush(s, 1), 0);
  struct raw_peer *peer = sim_service_request(s);
  hc_answer_abort(hc_requests_find(s->world.receivers[0].core, 1));
  http_expect_response(control, "a", 500,
                       "\"statusDescription\":\"The receiver gave the answer "
                       "up.\"," HEAD "false");
  raw_expect_end(peer, HYCO_ECONNRESET);
  sim_world_run(&s->world, TURN_MS, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_above_64_kib_go_by_rendezvous),
    SERVICE_TEST(a_flushed_answer_flows, 10),
    SERVICE_TEST(a_flush_of_nothing_sends_the_head, 11),
    SERVICE_TEST(what_was_written_but_not_flushed_goes_at_55_s, 12),
    SERVICE_TEST(a_stream_nobody_reads_would_block_and_tells_when_ready, 13),
    cmocka_unit_test(who_does_not_wait_is_told_when_he_stops),
    SERVICE_TEST(a_write_behind_64_kib_would_block_and_tells_when_ready, 23),
    SERVICE_TEST(a_pointer_is_fetched_and_the_rendezvous_kept, 14),
    SERVICE_TEST(a_request_before_the_answer_waits, 15),
    SERVICE_TEST(giving_up_a_complete_answer_leaves_the_next_request, 25),
    SERVICE_TEST(a_complete_answer_that_is_not_ended_holds_nobody_up, 27),
    SERVICE_TEST(a_sender_that_went_away_cancels_its_request, 16),
    SERVICE_TEST(a_cut_rendezvous_cancels_or_is_an_error, 17),
    SERVICE_TEST(a_body_is_streamed_and_paused, 18),
    SERVICE_TEST(a_body_that_is_not_wanted_is_cut_short, 19),
    SERVICE_TEST(after_a_lost_channel_answers_go_by_rendezvous, 20),
    SERVICE_TEST(a_full_control_channel_sends_answers_by_rendezvous, 21),
    SERVICE_TEST(a_shutdown_answers_503_and_tells, 22),
    SERVICE_TEST(an_end_of_listening_closes_idle_rendezvous, 23),
    SERVICE_TEST(a_pointer_that_brings_nothing_is_given_up, 24),
    SERVICE_TEST(an_answer_that_is_given_up_is_500_or_a_cut, 25),
    SERVICE_TEST(one_whose_rendezvous_is_not_open_yet_is_500_too, 26),
  };
  return cmocka_run_group_tests_name("sim_http_rendezvous", tests, NULL, NULL);
}
