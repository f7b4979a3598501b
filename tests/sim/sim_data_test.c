/* What is sent arrives, whatever the wire does, and nobody holds more than he
 * should: the real receiver, sender and relay on a simulated net. */
#include "support/check.h"

#include "sim_world.h"
#include <stdlib.h>

enum { SEEDS = 50, LONG_MESSAGE = 1 << 20, LONG_WAIT_MS = 10000000 };

static uint8_t *new_pattern(size_t n, uint32_t seed)
{
  uint8_t *bytes = malloc(n);
  assert_non_null(bytes);
  sim_pattern(bytes, n, seed);
  return bytes;
}

static void use_stingy_wire(struct sim_world *w, size_t read_max)
{
  const struct sim_wire wire = { .latency_min_ms = 0,
                                 .latency_max_ms = w->seed % 3,
                                 .window = 1 + (size_t)(w->seed * 997 % 20000),
                                 .read_max = read_max };
  sim_set_wire(w->sim, &wire);
}

/* Both at once. */
static void exchange(struct sim_world *w, size_t len)
{
  struct sim_receiver *r = &w->receivers[0];
  struct sim_sender *s = &w->senders[0];
  uint8_t *there = new_pattern(len, (uint32_t)w->seed);
  uint8_t *back = new_pattern(len, (uint32_t)w->seed + 1000);

  assert_int_equal(sim_sender_send(s, HC_WS_BINARY, hc_span_of(there, len)), 0);
  assert_int_equal(sim_receiver_send(r, 1, HC_WS_BINARY, hc_span_of(back, len)),
                   0);
  sim_world_wait(w, "r0 1 binary", LONG_WAIT_MS);
  sim_world_wait(w, "s0 binary", LONG_WAIT_MS);
  assert_int_equal(r->last_len, len);
  assert_int_equal(s->last_len, len);
  assert_true(r->last_hash == sim_hash(hc_span_of(there, len)));
  assert_true(s->last_hash == sim_hash(hc_span_of(back, len)));
  free(there);
  free(back);
}

static void a_mebibyte_each_way_survives_any_wire(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    struct sim_world w;
    sim_world_start(&w, seed);
    sim_world_join(&w);
    use_stingy_wire(&w, 1000 + seed * 7919 % 100000);
    exchange(&w, LONG_MESSAGE);
    sim_world_finish(&w);
  }
}

static void everything_works_when_bytes_come_by_ones_and_sevens(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    struct sim_world w;
    sim_world_start(&w, seed);
    use_stingy_wire(&w, 1 + seed % 7);
    sim_sender_set(sim_world_sender(&w), "MaxFrameSize=1000");
    sim_receiver_set(sim_world_receiver(&w), "MaxFrameSize=126");
    sim_world_join(&w);
    exchange(&w, 3000);
    assert_int_equal(hc_sender_disconnect(w.senders[0].core), 0);
    sim_world_wait(&w, "r0 1 disconnected 1000", LONG_WAIT_MS);
    sim_world_wait(&w, "s0 disconnected 1000", LONG_WAIT_MS);
    sim_world_finish(&w);
  }
}

static void a_long_message_survives_a_wire_that_reads_seven_bytes(void **state)
{
  struct sim_world *w = *state;
  use_stingy_wire(w, 7);
  exchange(w, LONG_MESSAGE / 8);
}

static void a_message_may_be_cut_into_frames_of_any_size(void **state)
{
  (void)state;
  static const struct {
    const char *setting;
    size_t len;
  } cases[] = {
    { "MaxFrameSize=0", 300000 },        { "MaxFrameSize=1", 300 },
    { "MaxFrameSize=125", 125 },         { "MaxFrameSize=125", 126 },
    { "MaxFrameSize=125", 250 },         { "MaxFrameSize=126", 1261 },
    { "MaxFrameSize=65536", 65536 * 3 },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct sim_world w;
    sim_world_start(&w, i);
    sim_sender_set(sim_world_sender(&w), cases[i].setting);
    sim_receiver_set(sim_world_receiver(&w), cases[i].setting);
    sim_world_join(&w);
    exchange(&w, cases[i].len);
    sim_world_finish(&w);
  }
}

static void set_accept_data(struct sim_receiver *r, bool value)
{
  assert_int_equal(hc_surface_set_number(&r->core->surface, 1,
                                         HYCO_CONNECTION_ACCEPT_DATA, value),
                   0);
}

/* Sends messages of `len` bytes until one is not taken; how many were. */
static size_t fill(struct sim_sender *s, size_t len)
{
  size_t n = 0;
  uint8_t *bytes = new_pattern(len, 1);
  int rc;

  do {
    rc = sim_sender_send(s, HC_WS_BINARY, hc_span_of(bytes, len));
    n += rc == 0;
    if (rc != 0) { /* what the wire takes leaves the queue first */
      sim_run(s->world->sim, 1000);
      rc = sim_sender_send(s, HC_WS_BINARY, hc_span_of(bytes, len));
      n += rc == 0;
    }
  } while (rc == 0);
  assert_int_equal(rc, HYCO_EWOULDBLOCK);
  free(bytes);
  return n;
}

static void check_queue_is_below_half(void *user_data)
{
  const struct sim_sender *s = user_data;
  int64_t mark =
      hc_properties_number(&s->core->surface.props, HYCO_OUT_BUFFER_SIZE);
  assert_true(hc_connection_queued(s->core->connection) <= (size_t)mark / 2);
}

static bool is_ready(struct sim_sender *s)
{
  bool ready = false;
  assert_int_equal(hc_surface_get_flag(&s->core->surface, 0,
                                       HYCO_CONNECTION_READY_TO_SEND, &ready),
                   0);
  return ready;
}

static void block_and_release(const char *mark, size_t mark_bytes, size_t len)
{
  struct sim_world w;
  sim_world_start(&w, 1);
  struct sim_sender *s = sim_world_sender(&w);
  sim_sender_set(s, mark);
  sim_world_join(&w);
  set_accept_data(&w.receivers[0], false);
  assert_true(is_ready(s));

  size_t n = fill(s, len);
  sim_world_forget(&w);
  size_t queued = hc_connection_queued(s->core->connection);
  assert_in_range(queued, mark_bytes, mark_bytes + len + 1000);
  assert_false(is_ready(s));
  sim_run(w.sim, 60000); /* the peer still reads nothing */
  assert_int_equal(sim_sender_send(s, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_EWOULDBLOCK);
  assert_int_equal(sim_sender_send(s, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_EWOULDBLOCK);
  assert_int_equal(hc_connection_queued(s->core->connection), queued);
  sim_world_expect(&w, "");

  sim_world_on(&w, "s0 ready", check_queue_is_below_half, s);
  set_accept_data(&w.receivers[0], true);
  sim_run(w.sim, 60000);
  assert_int_equal(sim_world_count(&w, "s0 ready"), 1);
  assert_int_equal(sim_world_count(&w, "r0 1 binary"), n);
  assert_int_equal(hc_connection_queued(s->core->connection), 0);
  assert_true(is_ready(s));
  sim_world_finish(&w);
}

/* DESIGN section 8, timeout = 0 */
/* surface: OutBufferSize */
static void a_peer_that_reads_nothing_bounds_the_queue(void **state)
{
  (void)state;
  block_and_release("OutBufferSize=65536", 65536, 10000);
  block_and_release("OutBufferSize=1024", 1024, 100000);
  block_and_release("OutBufferSize=1024", 1024, 2000000);
  block_and_release("OutBufferSize=3000000", 3000000, 400000);
}

static void a_receivers_queue_is_bounded_too(void **state)
{
  struct sim_world *w = *state;
  uint8_t *bytes = new_pattern(50000, 1);
  int rc = 0;
  size_t n = 0;
  struct sim_receiver *r = &w->receivers[0];
  sim_sender_set(&w->senders[0], "azure_relay_connection_accept_data=false");

  for (int i = 0; i < 1000 && rc == 0; i++) {
    rc = sim_receiver_send(r, 1, HC_WS_BINARY, hc_span_of(bytes, 50000));
    n += rc == 0;
    sim_run(w->sim, 10);
  }
  assert_int_equal(rc, HYCO_EWOULDBLOCK);
  sim_world_run(w, 60000, "");
  sim_sender_set(&w->senders[0], "azure_relay_connection_accept_data=true");
  sim_run(w->sim, 60000);
  assert_int_equal(sim_world_count(w, "r0 1 ready"), 1);
  assert_int_equal(sim_world_count(w, "s0 binary 50000 bytes"), n);
  free(bytes);
}

static void ready_comes_again_only_after_another_would_block(void **state)
{
  struct sim_world *w = *state;
  for (int round = 0; round < 3; round++) {
    set_accept_data(&w->receivers[0], false);
    (void)fill(&w->senders[0], 30000);
    sim_world_forget(w);
    set_accept_data(&w->receivers[0], true);
    sim_run(w->sim, 60000);
    assert_int_equal(sim_world_count(w, "s0 ready"), 1);
    sim_world_forget(w);
  }
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("x")), 0);
  sim_world_run(w, 60000, "r0 1 text \"x\"\n");
}

/* surface: azure_relay_connection_accept_data */
static void without_accept_data_nothing_comes_and_nothing_is_lost(void **state)
{
  struct sim_world *w = *state;
  set_accept_data(&w->receivers[0], false);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("one")), 0);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("two")), 0);
  assert_int_equal(hc_sender_disconnect(w->senders[0].core), 0);
  sim_world_run(w, 5000, "");
  set_accept_data(&w->receivers[0], true);
  sim_world_run(w, 100,
                "r0 1 text \"one\"\n"
                "r0 1 text \"two\"\n"
                "r0 1 disconnected 1000 \n"
                "s0 disconnected 1000 \n");
}

static void pause(void *user_data)
{
  set_accept_data(user_data, false);
}

static void pausing_inside_a_handler_holds_the_very_next_message(void **state)
{
  struct sim_world *w = *state;
  sim_world_on(w, "r0 1 text \"one\"", pause, &w->receivers[0]);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("one")), 0);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("two")), 0);
  sim_world_run(w, 5000, "r0 1 text \"one\"\n");
  set_accept_data(&w->receivers[0], true);
  sim_world_run(w, 100, "r0 1 text \"two\"\n");
}

static void pausing_when_connected_holds_the_first_message(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  sim_world_on(w, "r0 1 connected", pause, r);
  sim_world_join(w);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_TEXT, hc_span_str("one")), 0);
  sim_world_run(w, 5000, "");
  set_accept_data(r, true);
  sim_world_run(w, 100, "r0 1 text \"one\"\n");
}

static void a_sender_may_pause_before_it_is_connected(void **state)
{
  struct sim_world *w = *state;
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(sim_world_receiver(w));
  sim_world_forget(w);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_sender_set(s, "azure_relay_connection_accept_data=false");
  sim_world_run(w, 5000,
                "r0 request\n"
                "s0 connected 0 OK\n"
                "s0 ready\n"
                "r0 1 connected\n"
                "r0 1 ready\n");
  assert_int_equal(
      sim_receiver_send(&w->receivers[0], 1, HC_WS_TEXT, hc_span_str("hello")),
      0);
  sim_world_run(w, 5000, "");
  sim_sender_set(s, "azure_relay_connection_accept_data=true");
  sim_world_run(w, 100, "s0 text \"hello\"\n");
}

/* Between two tries there is no connection that could be paused. */
static void a_sender_may_pause_before_it_tries_again(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_sender_set(s, "WaitForListener=60");
  assert_int_equal(hc_sender_start(s->core), 0);
  while (!s->core->retry.is_set || s->core->connection != NULL)
    sim_run(w->sim, 1);
  sim_sender_set(s, "azure_relay_connection_accept_data=false");
  sim_receiver_listen(r);
  sim_world_wait(w, "s0 ready", 60000);
  sim_run(w->sim, 100);
  sim_world_forget(w);
  assert_int_equal(sim_receiver_send(r, 1, HC_WS_TEXT, hc_span_str("hello")),
                   0);
  sim_world_run(w, 5000, "");
  sim_sender_set(s, "azure_relay_connection_accept_data=true");
  sim_world_run(w, 100, "s0 text \"hello\"\n");
}

/* As src/api sends with a timeout: part after part, as the queue has room. */
static void send_in_parts(struct sim_world *w, struct hc_outgoing *out)
{
  struct hc_connection *c = w->senders[0].core->connection;
  for (int i = 0; i < 10000 && !out->done; i++) {
    assert_int_equal(hc_connection_send_part(c, out), 0);
    sim_run(w->sim, 1);
  }
  assert_true(out->done);
}

static void a_message_in_parts_is_one_message_there(void **state)
{
  struct sim_world *w = *state;
  uint8_t *bytes = new_pattern(LONG_MESSAGE, 1);
  struct hc_outgoing out = { .opcode = HC_WS_BINARY,
                             .rest = hc_span_of(bytes, LONG_MESSAGE) };
  struct sim_sender *s = &w->senders[0];

  assert_int_equal(hc_connection_send_part(s->core->connection, &out), 0);
  assert_false(out.done);
  assert_true(hc_connection_queued(s->core->connection) < 2 * 65536);
  assert_int_equal(sim_sender_send(s, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_EBUSY);
  struct hc_outgoing second = { .opcode = HC_WS_TEXT };
  assert_int_equal(hc_connection_send_part(s->core->connection, &second),
                   HYCO_EBUSY);
  sim_run(w->sim, 100);
  assert_int_equal(sim_sender_send(s, HC_WS_PING, hc_span_str("")), 0);
  send_in_parts(w, &out);
  sim_run(w->sim, 100);
  sim_world_expect(w, "s0 pong \"\"\n"
                      "r0 1 binary 1048576 bytes\n");
  assert_true(w->receivers[0].last_hash ==
              sim_hash(hc_span_of(bytes, LONG_MESSAGE)));
  free(bytes);
}

static void ready_is_not_forgotten_over_a_message_in_parts(void **state)
{
  struct sim_world *w = *state;
  uint8_t *bytes = new_pattern(70000, 1);
  struct hc_outgoing out = { .opcode = HC_WS_BINARY,
                             .rest = hc_span_of(bytes, 70000) };
  struct sim_sender *s = &w->senders[0];
  struct hc_connection *c = s->core->connection;

  assert_int_equal(hc_connection_send_part(c, &out), 0);
  assert_int_equal(sim_sender_send(s, HC_WS_PING, hc_span_str("x")),
                   HYCO_EWOULDBLOCK);
  sim_world_run(w, 1000, ""); /* the queue empties, the message goes on */
  assert_int_equal(hc_connection_send_part(c, &out), 0);
  assert_true(out.done);
  sim_world_run(w, 1000,
                "s0 ready\n"
                "r0 1 binary 70000 bytes\n");
  assert_true(is_ready(s));
  free(bytes);
}

static void a_message_that_is_given_up_ends_the_connection_1001(void **state)
{
  struct sim_world *w = *state;
  uint8_t *bytes = new_pattern(LONG_MESSAGE, 1);
  struct hc_outgoing out = { .opcode = HC_WS_BINARY,
                             .rest = hc_span_of(bytes, LONG_MESSAGE) };
  struct hc_connection *c = w->senders[0].core->connection;
  hc_connection_interrupt(c, &out); /* nothing is under way: nothing happens */
  assert_int_equal(hc_connection_send_part(c, &out), 0);
  hc_connection_interrupt(c, &out);
  assert_int_equal(hc_connection_send_part(c, &out), HYCO_ENOTCONNECTED);
  sim_world_run(w, 1000,
                "r0 1 disconnected 1001 send interrupted\n"
                "s0 disconnected 1001 send interrupted\n");
  free(bytes);
}

/* The application was told that it failed, also of one that is in the queue. */
static void a_whole_message_that_is_given_up_ends_it_too(void **state)
{
  struct sim_world *w = *state;
  struct hc_outgoing out = { .opcode = HC_WS_TEXT, .rest = hc_span_str("hi") };
  struct hc_connection *c = w->senders[0].core->connection;
  assert_int_equal(hc_connection_send_part(c, &out), 0);
  assert_true(out.done);
  hc_connection_interrupt(c, &out);
  sim_world_run(w, 1000,
                "r0 1 text \"hi\"\n"
                "r0 1 disconnected 1001 send interrupted\n"
                "s0 disconnected 1001 send interrupted\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_mebibyte_each_way_survives_any_wire),
    cmocka_unit_test(everything_works_when_bytes_come_by_ones_and_sevens),
    SIM_JOINED_TEST(a_long_message_survives_a_wire_that_reads_seven_bytes, 7),
    cmocka_unit_test(a_message_may_be_cut_into_frames_of_any_size),
    cmocka_unit_test(a_peer_that_reads_nothing_bounds_the_queue),
    SIM_JOINED_TEST(a_receivers_queue_is_bounded_too, 2),
    SIM_JOINED_TEST(ready_comes_again_only_after_another_would_block, 3),
    SIM_JOINED_TEST(without_accept_data_nothing_comes_and_nothing_is_lost, 4),
    SIM_JOINED_TEST(pausing_inside_a_handler_holds_the_very_next_message, 5),
    SIM_TEST(pausing_when_connected_holds_the_first_message, 6),
    SIM_TEST(a_sender_may_pause_before_it_is_connected, 7),
    SIM_TEST(a_sender_may_pause_before_it_tries_again, 8),
    SIM_JOINED_TEST(a_message_in_parts_is_one_message_there, 8),
    SIM_JOINED_TEST(ready_is_not_forgotten_over_a_message_in_parts, 9),
    SIM_JOINED_TEST(a_message_that_is_given_up_ends_the_connection_1001, 10),
    SIM_JOINED_TEST(a_whole_message_that_is_given_up_ends_it_too, 11),
  };
  return cmocka_run_group_tests_name("sim_data", tests, NULL, NULL);
}
