/* What random scenarios (sim_random) found, each by itself. */
#include "support/check.h"

#include "session/connection.h"
#include "sim_service.h"
#include "support/alloc_trap.h"

enum { PING_MS = 100000 /* AzureRelayKeepAliveTime, and the next check */ };

static void take_ping(struct raw_peer *peer, uint8_t payload[8])
{
  struct raw_frame frame;

  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, 0x89);
  assert_int_equal(frame.data.len, 8);
  memcpy(payload, frame.data.ptr, 8);
}

/* RFC 6455 5.5.3: each of several pings may be answered; the application sent
 * none of these. */
static void
pongs_to_the_librarys_pings_never_reach_the_application(void **state)
{
  struct sim_service s;
  uint8_t payload[8];

  (void)state;
  sim_service_start(&s, 1);
  struct raw_peer *peer = sim_service_opened(&s, SIM_SENDER);
  sim_run(s.world.sim, PING_MS);
  take_ping(peer, payload);
  sim_run(s.world.sim, HC_ALIVE_CHECK_MS);
  take_ping(peer, payload);
  raw_send_server_frame(peer, 0x8a, hc_span_of(payload, 8));
  raw_send_server_frame(peer, 0x8a, hc_span_of(payload, 8));
  raw_send_server_frame(peer, 0x8a, hc_span_str(""));
  sim_world_run(&s.world, 100, "s0 pong \"\"\n");
  sim_service_finish(&s);
}

/* DESIGN section 8: while accept_data is false pings wait; nobody would read
 * the pongs. */
static void nothing_is_pinged_while_nothing_is_read(void **state)
{
  struct sim_service s;
  uint8_t payload[8];

  (void)state;
  sim_service_start(&s, 1);
  struct raw_peer *peer = sim_service_opened(&s, SIM_SENDER);
  sim_sender_set(&s.world.senders[0],
                 "azure_relay_connection_accept_data=false");
  raw_expect_silence(peer, 10 * PING_MS);
  sim_sender_set(&s.world.senders[0],
                 "azure_relay_connection_accept_data=true");
  sim_run(s.world.sim, PING_MS);
  take_ping(peer, payload);
  sim_service_finish(&s);
}

/* A connection that ends amid a text of MessageLength, inside a character. */
/* surface: MessageLength */
static void a_text_cut_short_does_not_spoil_the_next_connections(void **state)
{
  struct sim_world w;

  (void)state;
  sim_world_start(&w, 1);
  sim_world_join(&w);
  struct hc_sender *s = w.senders[0].core;
  sim_sender_set(&w.senders[0], "MessageLength=10");
  assert_int_equal(hc_sender_send(s, HC_WS_TEXT, hc_span_str("\xe2\x82")), 0);
  assert_int_equal(hc_sender_disconnect(s), 0);
  sim_run(w.sim, 100);
  sim_world_join(&w);
  sim_sender_set(&w.senders[0], "MessageLength=4");
  assert_int_equal(hc_sender_send(s, HC_WS_TEXT, hc_span_str("ab")), 0);
  assert_int_equal(hc_sender_send(s, HC_WS_TEXT, hc_span_str("cd")), 0);
  sim_world_run(&w, 100, "r0 2 text \"abcd\"\n");
  sim_world_finish(&w);
}

static const uint8_t big[200000];

static void fill_receiver(void *user_data)
{
  struct sim_world *w = user_data;

  assert_int_equal(sim_receiver_send(&w->receivers[0], 1, HC_WS_BINARY,
                                     hc_span_of(big, sizeof big)),
                   0);
  assert_int_equal(
      sim_receiver_send(&w->receivers[0], 1, HC_WS_BINARY, hc_span_of(big, 1)),
      HYCO_EWOULDBLOCK);
}

static void fill_sender(void *user_data)
{
  struct sim_world *w = user_data;

  assert_int_equal(sim_sender_send(&w->senders[0], HC_WS_BINARY,
                                   hc_span_of(big, sizeof big)),
                   0);
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_BINARY, hc_span_of(big, 1)),
      HYCO_EWOULDBLOCK);
}

/* hyco/receiver.h: ready_to_send comes once after a send would have blocked,
 * when there is room; not before. */
static void who_fills_the_queue_when_connected_is_not_ready(void **state)
{
  struct sim_world w;

  (void)state;
  sim_world_start(&w, 1);
  sim_world_on(&w, "r0 1 connected", fill_receiver, &w);
  sim_world_on(&w, "s0 connected", fill_sender, &w);
  sim_receiver_listen(sim_world_receiver(&w));
  sim_sender_connect(sim_world_sender(&w));
  sim_world_wait(&w, "r0 1 connected", SIM_WAIT_MS);
  assert_int_equal(sim_world_count(&w, "s0 ready"), 0);
  assert_int_equal(sim_world_count(&w, "r0 1 ready"), 0);
  sim_run(w.sim, SIM_WAIT_MS);
  assert_int_equal(sim_world_count(&w, "s0 ready"), 1);
  assert_int_equal(sim_world_count(&w, "r0 1 ready"), 1);
  assert_int_equal(sim_world_count(&w, "s0 binary 200000 bytes"), 1);
  assert_int_equal(sim_world_count(&w, "r0 1 binary 200000 bytes"), 1);
  sim_world_finish(&w);
}

/* DESIGN section 8, Close: what is queued is sent. The sender has said all and
 * stands still for longer than any Close may take; receiver and relay have
 * closed meanwhile. */
static void who_reads_late_has_all_the_same(void **state)
{
  const struct sim_wire narrow = { 1, 1, 60000, 60000 };
  struct sim_world w;

  (void)state;
  sim_world_start(&w, 1);
  sim_sender_set(sim_world_sender(&w), "HalfClose=1");
  sim_receiver_set(sim_world_receiver(&w), "HalfClose=1");
  sim_world_join(&w);
  sim_set_wire(w.sim, &narrow);
  assert_int_equal(hc_sender_disconnect(w.senders[0].core), 0);
  sim_world_run(&w, SIM_WAIT_MS, "r0 1 end 1000 \n");
  hc_connection_pause(w.senders[0].core->connection);
  assert_int_equal(sim_receiver_send(&w.receivers[0], 1, HC_WS_BINARY,
                                     hc_span_of(big, sizeof big)),
                   0);
  assert_int_equal(hc_receiver_disconnect(w.receivers[0].core, 1), 0);
  sim_world_run(&w, 3 * HC_STREAM_LINGER_MS, "r0 1 disconnected 1000 \n");
  hc_connection_resume(w.senders[0].core->connection);
  sim_world_run(&w, SIM_WAIT_MS,
                "s0 binary 200000 bytes\ns0 disconnected 1000 \n");
  sim_world_finish(&w);
}

/* The same for who answers a Close: it is over when all is on its way. */
static void a_slow_answer_to_a_close_is_no_cut(void **state)
{
  const struct sim_wire slow = { 300, 300, 4096, 4096 }; /* 13 KB a second */
  struct sim_world w;

  (void)state;
  sim_world_start(&w, 1);
  sim_receiver_set(sim_world_receiver(&w), "HalfClose=1");
  sim_world_join(&w);
  sim_set_wire(w.sim, &slow);
  assert_int_equal(
      sim_sender_send(&w.senders[0], HC_WS_BINARY, hc_span_of(big, sizeof big)),
      0);
  assert_int_equal(hc_receiver_disconnect(w.receivers[0].core, 1), 0);
  sim_world_run(&w, 10 * HC_CLOSE_WAIT_MS,
                "s0 disconnected 1000 \nr0 1 binary 200000 bytes\n"
                "r0 1 disconnected 1000 \n");
  sim_world_finish(&w);
}

/* What the other had queued comes first, however long that takes. */
static void who_closes_hears_a_slow_peer_out(void **state)
{
  const struct sim_wire slow = { 300, 300, 4096, 4096 }; /* 13 KB a second */
  struct sim_world w;

  (void)state;
  sim_world_start(&w, 1);
  sim_world_join(&w);
  sim_set_wire(w.sim, &slow);
  assert_int_equal(sim_receiver_send(&w.receivers[0], 1, HC_WS_BINARY,
                                     hc_span_of(big, sizeof big)),
                   0);
  assert_int_equal(hc_sender_disconnect(w.senders[0].core), 0);
  sim_world_run(&w, 10 * HC_CLOSE_WAIT_MS,
                "r0 1 disconnected 1000 \ns0 disconnected 1000 \n");
  sim_world_finish(&w);
}

static void say_more(void *user_data)
{
  struct sim_world *w = user_data;

  if (w->receivers[0].core != NULL &&
      sim_receiver_send(&w->receivers[0], 1, HC_WS_BINARY,
                        hc_span_of(big, 10)) == 0)
    sim_at(w->sim, HC_CLOSE_WAIT_MS / 2, say_more, w);
}

static void a_peer_that_never_closes_is_left_at_last(void **state)
{
  struct sim_world w;

  (void)state;
  sim_world_start(&w, 1);
  sim_receiver_set(sim_world_receiver(&w), "HalfClose=1");
  sim_world_join(&w);
  assert_int_equal(hc_sender_disconnect(w.senders[0].core), 0);
  say_more(&w);
  sim_world_run(&w, HC_CLOSE_MAX_MS - HC_CLOSE_WAIT_MS, "r0 1 end 1000 \n");
  sim_world_wait(&w, "s0 disconnected 1006", 2 * HC_CLOSE_WAIT_MS);
  sim_world_finish(&w);
}

static void a_header_without_memory_is_not_too_long(void **state)
{
  struct hc_sender_headers headers;
  struct hc_fault fault;

  (void)state;
  hc_sender_headers_init(&headers);
  alloc_trap_set(0);
  assert_int_equal(hc_sender_headers_add(&headers, hc_span_str("X"),
                                         hc_span_str("y"), &fault),
                   HYCO_ENOMEM);
  assert_true(alloc_trap_clear());
  assert_int_equal(headers.count, 0);
  hc_sender_headers_deinit(&headers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pongs_to_the_librarys_pings_never_reach_the_application),
    cmocka_unit_test(nothing_is_pinged_while_nothing_is_read),
    cmocka_unit_test(a_text_cut_short_does_not_spoil_the_next_connections),
    cmocka_unit_test(who_fills_the_queue_when_connected_is_not_ready),
    cmocka_unit_test(who_reads_late_has_all_the_same),
    cmocka_unit_test(a_slow_answer_to_a_close_is_no_cut),
    cmocka_unit_test(who_closes_hears_a_slow_peer_out),
    cmocka_unit_test(a_peer_that_never_closes_is_left_at_last),
    cmocka_unit_test(a_header_without_memory_is_not_too_long),
  };
  return cmocka_run_group_tests_name("sim_found", tests, NULL, NULL);
}
