/* Forwarding: the real receiver between a relay's senders and a TCP target, on
 * a simulated net (DESIGN section 8: half-close, cut, back-pressure). */
#include "support/check.h"

#include "sim_pair.h"
#include "sim_world.h"
#include <stdlib.h>

/* Streams in the order they are dialled. */
enum { CONTROL_CHANNEL, SENDER, TARGET, RENDEZVOUS };
enum { BIG = 3000000, SHORT_MS = 200 };

struct fixture {
  struct sim_world w;
  struct sim_pair target; /* its server is the target */
  struct sim_receiver *r;
  struct sim_sender *s;
};

static void start_with(struct fixture *f, bool half_close)
{
  struct hc_listen listen = { .host = "127.0.0.1" };
  char text[32];

  sim_world_start(&f->w, 1);
  f->target = (struct sim_pair){ .sim = f->w.sim };
  f->target.server.seen = malloc(SIM_SINK_MAX);
  assert_non_null(f->target.server.seen);
  assert_int_equal(hc_listen(sim_net(f->w.sim), &listen, &sim_listener_handler,
                             &f->target, &f->target.listener, NULL),
                   0);
  f->r = sim_world_receiver(&f->w);
  f->s = sim_world_sender(&f->w);
  sim_receiver_set(f->r, "forwarding_host=target.test");
  (void)snprintf(text, sizeof text, "forwarding_port=%d",
                 (int)hc_listener_port(f->target.listener));
  sim_receiver_set(f->r, text);
  sim_sender_set(f->s, half_close ? "HalfClose=true" : "HalfClose=false");
}

static void start(struct fixture *f)
{
  start_with(f, true);
  sim_world_join(&f->w);
}

static void end_target(struct fixture *f)
{
  sim_party_close(&f->target.server, HC_STREAM_ABORT);
  if (f->target.listener != NULL)
    hc_listener_close(f->target.listener);
  f->target.listener = NULL;
}

static void finish(struct fixture *f)
{
  end_target(f);
  sim_world_finish(&f->w);
  free(f->target.server.seen);
}

/* Runs, and expects of each program these lines, in order; of the sender's
 * data only the bytes: where reads end is the wire's affair. */
static void expect(struct fixture *f, uint64_t ms, const char *receivers,
                   const char *senders, const char *data)
{
  static char lines[2][SIM_LOG_MAX];
  char heard[256] = "";
  size_t len[2] = { 0 };

  sim_run(f->w.sim, ms);
  for (const char *at = f->w.log; *at != '\0';) {
    size_t n = strcspn(at, "\n") + 1;
    if (strncmp(at, "s0 binary \"", 11) == 0) {
      assert_true(strlen(heard) + n < sizeof heard);
      strncat(heard, at + 11, n - 13);
    } else {
      int who = at[0] == 's';
      memcpy(lines[who] + len[who], at, n);
      len[who] += n;
    }
    at += n;
  }
  assert_string_equal(heard, data);
  for (int who = 0; who < 2; who++) {
    memcpy(f->w.log, lines[who], len[who]);
    f->w.log[len[who]] = '\0';
    sim_world_expect(&f->w, who == 0 ? receivers : senders);
  }
}

static void send_text(struct fixture *f, const char *text)
{
  assert_int_equal(sim_sender_send(f->s, HC_WS_TEXT, hc_span_str(text)), 0);
}

static void answer(struct fixture *f, const char *text)
{
  assert_int_equal(hc_stream_write(f->target.server.stream, hc_span_str(text)),
                   0);
}

static void assert_seen(const struct fixture *f, const char *text)
{
  const struct sim_party *target = &f->target.server;
  assert_int_equal(target->seen_len, strlen(text));
  assert_memory_equal(target->seen, text, strlen(text));
}

/* surface: forwarding_host, forwarding_port */
/* surface: forwarding_host, forwarding_port */
static void bytes_go_both_ways_and_no_data_in_fires(void **state)
{
  struct fixture f;

  (void)state;
  start_with(&f, false);
  sim_receiver_listen(f.r);
  sim_sender_connect(f.s);
  expect(&f, SHORT_MS,
         "r0 connected 0 OK\n"
         "r0 request\n"
         "r0 1 connected\n"
         "r0 1 ready\n",
         "s0 connected 0 OK\n"
         "s0 ready\n",
         "");
  assert_int_equal(f.target.server.seen_len, 0);
  assert_string_equal(sim_dialled_host(f.w.sim, TARGET), "target.test");
  send_text(&f, "a text, ");
  assert_int_equal(sim_sender_send(f.s, HC_WS_BINARY, hc_span_str("bytes")), 0);
  assert_int_equal(sim_sender_send(f.s, HC_WS_PONG, hc_span_str("no data")), 0);
  assert_int_equal(sim_sender_send(f.s, HC_WS_BINARY, hc_span_str("")), 0);
  expect(&f, SHORT_MS, "", "", "");
  assert_seen(&f, "a text, bytes");
  answer(&f, "an answer");
  expect(&f, SHORT_MS, "", "", "an answer");
  finish(&f);
}

static void a_target_that_speaks_first_waits_for_the_sender(void **state)
{
  struct fixture f;

  (void)state;
  start_with(&f, true);
  sim_receiver_listen(f.r);
  assert_int_equal(hc_sender_start(f.s->core), 0);
  while (f.target.server.stream == NULL)
    sim_run(f.w.sim, 1);
  answer(&f, "SSH-2.0");
  hc_stream_shut(f.target.server.stream);
  sim_world_forget(&f.w);
  expect(&f, SHORT_MS,
         "r0 1 connected\n"
         "r0 1 ready\n",
         "s0 connected 0 OK\n"
         "s0 ready\n"
         "s0 end 1000 \n",
         "SSH-2.0");
  finish(&f);
}

static void an_end_of_the_senders_leaves_the_other_way_open(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  send_text(&f, "question");
  assert_int_equal(hc_sender_disconnect(f.s->core), 0);
  expect(&f, SHORT_MS, "r0 1 end 1000 \n", "", "");
  assert_seen(&f, "question");
  assert_int_equal(f.target.server.ends, 1);
  assert_int_equal(f.target.server.end_code, 0);
  answer(&f, "answer");
  expect(&f, SHORT_MS, "", "", "answer");
  sim_run(f.w.sim, 60000); /* however long it takes */
  answer(&f, "later");
  sim_party_close(&f.target.server, HC_STREAM_CLEAN);
  expect(&f, SHORT_MS, "r0 1 disconnected 1000 \n", "s0 disconnected 1000 \n",
         "later");
  finish(&f);
}

static void an_end_of_the_targets_leaves_the_other_way_open(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  answer(&f, "done");
  hc_stream_shut(f.target.server.stream);
  expect(&f, SHORT_MS, "", "s0 end 1000 \n", "done");
  sim_run(f.w.sim, 60000);
  send_text(&f, "not yet");
  assert_int_equal(hc_sender_disconnect(f.s->core), 0);
  expect(&f, SHORT_MS, "r0 1 disconnected 1000 \n", "s0 disconnected 1000 \n",
         "");
  assert_seen(&f, "not yet");
  assert_int_equal(f.target.server.end_code, 0);
  assert_int_equal(f.target.server.ends, 1);
  finish(&f);
}

static void a_cut_of_the_senders_is_a_reset_behind_the_data(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  send_text(&f, "all of this");
  sim_run(f.w.sim, 20);
  sim_cut(f.w.sim, SENDER, SIM_CUT_FIN);
  expect(&f, SHORT_MS,
         "r0 1 error 1120 ...\n"
         "r0 1 disconnected 1006 ...\n",
         "s0 error 1120 ...\n"
         "s0 disconnected 1006 ...\n",
         "");
  assert_seen(&f, "all of this");
  assert_int_equal(f.target.server.ends, 1);
  assert_int_equal(f.target.server.end_code, HYCO_ECONNRESET);
  finish(&f);
}

static void
a_cut_waits_for_the_data_that_the_target_is_still_to_read(void **state)
{
  struct fixture f;
  uint8_t *bytes = malloc(BIG);

  (void)state;
  assert_non_null(bytes);
  sim_pattern(bytes, BIG, 1);
  start(&f);
  hc_stream_pause(f.target.server.stream);
  assert_int_equal(
      sim_sender_send(f.s, HC_WS_BINARY, hc_span_of(bytes, 200000)), 0);
  sim_run(f.w.sim, 20);
  sim_cut(f.w.sim, RENDEZVOUS, SIM_CUT_FIN);
  sim_run(f.w.sim, SHORT_MS);
  assert_int_equal(f.target.server.seen_len, 0);
  hc_stream_resume(f.target.server.stream);
  sim_run(f.w.sim, HC_STREAM_LINGER_MS);
  assert_int_equal(f.target.server.seen_len, 200000);
  assert_int_equal(f.target.server.end_code, HYCO_ECONNRESET);
  assert_memory_equal(f.target.server.seen, bytes, f.target.server.seen_len);
  free(bytes);
  finish(&f);
}

static void a_reset_by_the_target_is_a_cut_for_the_sender(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  sim_party_close(&f.target.server, HC_STREAM_ABORT);
  expect(&f, SHORT_MS,
         "r0 1 error 10054 forwarding to target.test:...\n"
         "r0 1 disconnected 1006 forwarding to target.test:...\n",
         "s0 error 1120 ...\n"
         "s0 disconnected 1006 ...\n",
         "");
  finish(&f);
}

static void a_target_that_is_down_rejects_the_sender_with_502(void **state)
{
  struct fixture f;

  (void)state;
  start_with(&f, true);
  sim_receiver_listen(f.r);
  hc_listener_close(f.target.listener);
  f.target.listener = NULL;
  sim_world_forget(&f.w);
  assert_int_equal(hc_sender_start(f.s->core), 0);
  expect(&f, SHORT_MS,
         "r0 request\n"
         "r0 error 609 the forwarding target: ...\n",
         "s0 connected 605 502 the forwarding target cannot be reached...\n",
         "");
  assert_int_equal(hc_list_is_empty(&f.r->core->accepted), true);
  finish(&f);
}

static void a_target_that_does_not_answer_is_waited_for_so_long(void **state)
{
  struct fixture f;

  (void)state;
  start_with(&f, true);
  sim_receiver_listen(f.r);
  f.target.refuse_accept = true;
  sim_receiver_set(f.r, "ForwardDialTimeout=3");
  assert_int_equal(hc_sender_start(f.s->core), 0);
  sim_world_wait(&f.w, "r0 request", SHORT_MS);
  sim_world_forget(&f.w);
  sim_hang_dials(f.w.sim, true);
  expect(&f, 2900, "", "", "");
  sim_hang_dials(f.w.sim, false);
  expect(&f, 500, "r0 error 609 the forwarding target: ...\n",
         "s0 connected 605 502 ...\n", "");
  finish(&f);
}

static void a_target_is_waited_for_10_s_by_default(void **state)
{
  struct fixture f;
  const char *value;

  (void)state;
  start_with(&f, true);
  assert_int_equal(
      hc_surface_config(&f.r->core->surface, "ForwardDialTimeout", &value), 0);
  assert_string_equal(value, "10");
  assert_int_equal(
      hc_surface_config(&f.r->core->surface, "ForwardDialFirst", &value), 0);
  assert_string_equal(value, "true");
  assert_int_equal(
      hc_surface_config(&f.r->core->surface, "forwarding_port=65536", NULL),
      HYCO_EBADVALUE);
  finish(&f);
}

static void without_dial_first_the_sender_is_accepted_and_closed(void **state)
{
  struct fixture f;

  (void)state;
  start_with(&f, true);
  sim_receiver_set(f.r, "ForwardDialFirst=false");
  sim_receiver_listen(f.r);
  hc_listener_close(f.target.listener);
  f.target.listener = NULL;
  sim_world_forget(&f.w);
  sim_sender_connect(f.s);
  assert_int_equal(hc_sender_disconnect(f.s->core), 0);
  expect(&f, SHORT_MS,
         "r0 request\n"
         "r0 1 connected\n"
         "r0 1 ready\n"
         "r0 1 error 609 the forwarding target: ...\n"
         "r0 1 disconnected 1000 \n",
         "s0 connected 0 OK\n"
         "s0 ready\n"
         "s0 disconnected 1011 the forwarding target cannot be reached\n",
         "");
  finish(&f);
}

static void without_dial_first_what_the_sender_says_waits(void **state)
{
  struct fixture f;

  (void)state;
  start_with(&f, true);
  sim_receiver_set(f.r, "ForwardDialFirst=false");
  sim_receiver_listen(f.r);
  sim_sender_connect(f.s);
  send_text(&f, "early");
  assert_int_equal(hc_sender_disconnect(f.s->core), 0);
  sim_run(f.w.sim, SHORT_MS);
  assert_seen(&f, "early");
  assert_int_equal(f.target.server.ends, 1);
  assert_int_equal(f.target.server.end_code, 0);
  finish(&f);
}

static void a_target_that_does_not_read_stops_the_sender(void **state)
{
  struct fixture f;
  static uint8_t bytes[50000];
  size_t sent = 0;
  int rc = 0;

  (void)state;
  start(&f);
  hc_stream_pause(f.target.server.stream);
  sim_pattern(bytes, sizeof bytes, 1);
  for (int i = 0; i < 400; i++) {
    rc = sim_sender_send(f.s, HC_WS_BINARY, hc_span_of(bytes, sizeof bytes));
    sent += rc == 0 ? sizeof bytes : 0;
    sim_run(f.w.sim, 20);
  }
  assert_int_equal(rc, HYCO_EWOULDBLOCK);
  assert_in_range(sent, HC_FORWARD_MARK, SIM_SINK_MAX);
  hc_stream_resume(f.target.server.stream);
  sim_run(f.w.sim, 5000);
  assert_int_equal(f.target.server.seen_len, sent);
  for (size_t at = 0; at < sent; at += sizeof bytes)
    assert_memory_equal(f.target.server.seen + at, bytes, sizeof bytes);
  send_text(&f, "on it goes");
  sim_run(f.w.sim, SHORT_MS);
  assert_int_equal(f.target.server.seen_len, sent + strlen("on it goes"));
  finish(&f);
}

/* How much the target has to write before it can write no more. */
static size_t fill(struct fixture *f)
{
  struct hc_stream *target = f->target.server.stream;
  size_t written = 0;

  for (int i = 0; i < 400; i++) {
    if (hc_stream_pending(target) < 100000) {
      sim_write_pattern(target, 10000);
      written += 10000;
    }
    sim_run(f->w.sim, 20);
  }
  assert_in_range(hc_stream_pending(target), 100000, 110000);
  return written;
}

static void a_sender_that_does_not_read_stops_the_target(void **state)
{
  struct fixture f;
  const struct sim_wire narrow = {
    .latency_min_ms = 1, .latency_max_ms = 1, .window = 50000, .read_max = 50000
  };

  (void)state;
  start(&f);
  sim_set_wire(f.w.sim, &narrow);
  sim_sender_set(f.s, "azure_relay_connection_accept_data=false");
  size_t written = fill(&f);
  assert_in_range(written, HC_FORWARD_MARK / 4, SIM_SINK_MAX);
  struct hc_accepted *a = hc_receiver_find(f.r->core, 1);
  assert_in_range(hc_connection_queued(a->connection), 65536, 65536 + 60000);
  sim_world_forget(&f.w);
  sim_sender_set(f.s, "azure_relay_connection_accept_data=true");
  sim_run(f.w.sim, 5000);
  assert_int_equal(f.s->heard, written);
  finish(&f);
}

static void accept_data_false_stops_the_sender_too(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  sim_receiver_set(f.r, "azure_relay_connection_accept_data[1]=false");
  send_text(&f, "wait");
  sim_run(f.w.sim, SHORT_MS);
  assert_int_equal(f.target.server.seen_len, 0);
  sim_receiver_set(f.r, "azure_relay_connection_accept_data[1]=true");
  sim_run(f.w.sim, SHORT_MS);
  assert_seen(&f, "wait");
  finish(&f);
}

static void nothing_else_can_be_sent(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  assert_int_equal(
      hc_receiver_send(f.r->core, 1, HC_WS_TEXT, hc_span_str("me")),
      HYCO_EINVALID);
  assert_int_equal(
      hc_receiver_send(f.r->core, 1, HC_WS_PING, hc_span_str("me")),
      HYCO_EINVALID);
  assert_int_equal(hc_receiver_send_file(f.r->core, 1, "/dev/null"),
                   HYCO_EINVALID);
  assert_int_equal(hc_surface_set_bytes(&f.r->core->surface, 1,
                                        HYCO_CONNECTION_DATA_TO_SEND,
                                        hc_span_str("me")),
                   HYCO_EINVALID);
  assert_non_null(strstr(f.r->core->surface.fault.text, "is forwarded"));
  expect(&f, SHORT_MS, "", "", "");
  finish(&f);
}

static void disconnect_ends_both_sides(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  send_text(&f, "hello");
  sim_run(f.w.sim, SHORT_MS);
  assert_int_equal(hc_receiver_disconnect(f.r->core, 1), 0);
  expect(&f, SHORT_MS, "", "s0 end 1000 \n", "");
  assert_seen(&f, "hello");
  assert_int_equal(f.target.server.ends, 1);
  assert_int_equal(f.target.server.end_code, 0);
  expect(&f, HC_CLOSE_WAIT_MS + SHORT_MS,
         "r0 1 error 201 ...\n"
         "r0 1 disconnected 1006 ...\n",

         "s0 disconnected 1000 \n", "");
  finish(&f);
}

static void a_receiver_that_is_freed_resets_the_target(void **state)
{
  struct fixture f;

  (void)state;
  start(&f);
  sim_receiver_free(f.r);
  sim_run(f.w.sim, SHORT_MS);
  assert_int_equal(f.target.server.end_code, HYCO_ECONNRESET);
  finish(&f);
}

static void free_the_receiver(void *user_data)
{
  sim_receiver_free(user_data);
}

static void disconnect_it(void *user_data)
{
  struct sim_receiver *r = user_data;
  assert_int_equal(hc_receiver_disconnect(r->core, 1), 0);
}

/* The receiver is freed, or the connection ended, within each handler. */
static void any_handler_may_end_it(void **state)
{
  static const char *const lines[] = { "r0 request", "r0 1 connected",
                                       "r0 1 ready", "r0 1 end",
                                       "r0 1 disconnected" };
  (void)state;
  for (size_t i = 0; i < 2 * CHECK_COUNT(lines); i++) {
    struct fixture f;
    const char *line = lines[i / 2];
    bool frees = i % 2 == 0;
    if (!frees && (i / 2 == 0 || i / 2 == 4))
      continue;
    start_with(&f, false);
    sim_receiver_set(f.r, i < 4 ? "ForwardDialFirst=false"
                                : "ForwardDialFirst=true");
    sim_world_on(&f.w, line, frees ? free_the_receiver : disconnect_it, f.r);
    assert_int_equal(hc_receiver_start(f.r->core, false), 0);
    sim_run(f.w.sim, SHORT_MS);
    assert_int_equal(hc_sender_start(f.s->core), 0);
    sim_run(f.w.sim, SHORT_MS);
    (void)hc_sender_disconnect(f.s->core);
    sim_run(f.w.sim, 40000);
    finish(&f);
  }
}

static void a_shutdown_ends_forwarded_connections(void **state)
{
  struct fixture f;

  (void)state;
  start_with(&f, false);
  sim_world_join(&f.w);
  hc_receiver_shutdown(f.r->core);
  sim_run(f.w.sim, SHORT_MS);
  assert_true(hc_receiver_is_shut(f.r->core));
  assert_int_equal(f.target.server.end_code, 0);
  assert_int_equal(f.target.server.ends, 1);
  finish(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bytes_go_both_ways_and_no_data_in_fires),
    cmocka_unit_test(a_target_that_speaks_first_waits_for_the_sender),
    cmocka_unit_test(an_end_of_the_senders_leaves_the_other_way_open),
    cmocka_unit_test(an_end_of_the_targets_leaves_the_other_way_open),
    cmocka_unit_test(a_cut_of_the_senders_is_a_reset_behind_the_data),
    cmocka_unit_test(a_cut_waits_for_the_data_that_the_target_is_still_to_read),
    cmocka_unit_test(a_reset_by_the_target_is_a_cut_for_the_sender),
    cmocka_unit_test(a_target_that_is_down_rejects_the_sender_with_502),
    cmocka_unit_test(a_target_that_does_not_answer_is_waited_for_so_long),
    cmocka_unit_test(a_target_is_waited_for_10_s_by_default),
    cmocka_unit_test(without_dial_first_the_sender_is_accepted_and_closed),
    cmocka_unit_test(without_dial_first_what_the_sender_says_waits),
    cmocka_unit_test(a_target_that_does_not_read_stops_the_sender),
    cmocka_unit_test(a_sender_that_does_not_read_stops_the_target),
    cmocka_unit_test(accept_data_false_stops_the_sender_too),
    cmocka_unit_test(nothing_else_can_be_sent),
    cmocka_unit_test(disconnect_ends_both_sides),
    cmocka_unit_test(a_receiver_that_is_freed_resets_the_target),
    cmocka_unit_test(any_handler_may_end_it),
    cmocka_unit_test(a_shutdown_ends_forwarded_connections),
  };
  return cmocka_run_group_tests_name("sim_forward", tests, NULL, NULL);
}
