/* What is passed on: bytes, frames and boundaries as they were, on any wire,
 * with bounded memory (DESIGN section 4). */
#include "support/check.h"
#include "support/relay_world.h"

#include "base/memory.h"

enum { MEGABYTE = 1 << 20 };

static uint8_t *pattern(size_t n)
{
  uint8_t *bytes = hc_alloc(n > 0 ? n : 1);

  assert_non_null(bytes);
  for (size_t i = 0; i < n; i++)
    bytes[i] = (uint8_t)(i * 7 + (i >> 8) * 13 + (i >> 16));
  return bytes;
}

static void expect_bytes(struct raw_peer *peer, uint8_t first,
                         struct hc_span data)
{
  struct raw_frame frame;

  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, first);
  assert_false(frame.masked);
  assert_int_equal(frame.data.len, data.len);
  if (data.len > 0)
    assert_memory_equal(frame.data.ptr, data.ptr, data.len);
}

/* spec hybrid-connections.md 8: message boundaries are kept, frames never
 * cut. */
static void frames_of_every_length_encoding_are_kept(void **state)
{
  static const size_t sizes[] = { 0,   1,     125,   126,   127,
                                  128, 65535, 65536, 65537, 200000 };
  uint8_t *bytes = pattern(200000);
  struct relay_world w;
  struct world_pair p;

  (void)state;
  world_start(&w, NULL);
  world_join(&w, &p);
  for (size_t i = 0; i < CHECK_COUNT(sizes); i++) {
    struct hc_span data = hc_span_of(bytes, sizes[i]);
    raw_send_frame(&p.sender, 0x82, data);
    raw_send_frame(&p.rendezvous, 0x81, data);
    expect_bytes(&p.rendezvous, 0x82, data);
    expect_bytes(&p.sender, 0x81, data);
  }
  world_part(&p);
  world_finish(&w);
  hc_free(bytes);
}

static void a_mebibyte_in_fragments_arrives_in_the_same_fragments(void **state)
{
  static const size_t cuts[] = { 0,      1,      1,      70000,
                                 300000, 300000, 500001, MEGABYTE };
  uint8_t *bytes = pattern(MEGABYTE);
  struct relay_world w;
  struct world_pair p;

  (void)state;
  world_start(&w, NULL);
  world_join(&w, &p);
  for (size_t i = 0; i + 1 < CHECK_COUNT(cuts); i++) {
    uint8_t first = i == 0 ? 0x02 : cuts[i + 1] == MEGABYTE ? 0x80 : 0x00;
    struct hc_span data = hc_span_of(bytes + cuts[i], cuts[i + 1] - cuts[i]);
    raw_send_frame(&p.sender, first, data);
    raw_send_frame(&p.sender, 0x89, hc_span_str("between"));
    expect_bytes(&p.rendezvous, first, data);
    raw_expect_frame(&p.sender, 0x8a, "between");
  }
  world_part(&p);
  world_finish(&w);
  hc_free(bytes);
}

/* A part of a frame does not wait for the rest of it. */
static void payload_is_passed_on_as_it_arrives(void **state)
{
  struct world_joined *j = *state;
  struct relay_world *w = &j->world;
  struct world_pair *p = &j->pair;

  raw_send_frame_head(&p->sender, 0x82, (uint64_t)1 << 40);
  raw_send_masked(&p->sender, hc_span_str("abc"), 0);
  sim_run(w->sim, 100);
  struct hc_span got = hc_buffer_span(&p->rendezvous.received);
  assert_int_equal(got.len, 13);
  assert_memory_equal(got.ptr, "\x82\x7f\0\0\1\0\0\0\0\0abc", 13);
  raw_send_masked(&p->sender, hc_span_str("d"), 3);
  sim_run(w->sim, 100);
  got = hc_buffer_span(&p->rendezvous.received);
  assert_int_equal(got.len, 14);
  assert_int_equal(got.ptr[13], 'd');
}

/* How many bytes a sender can get rid of while nobody reads the other side. */
static size_t push_until_stuck(struct relay_world *w, struct raw_peer *from,
                               struct hc_span data)
{
  size_t sent = 0;

  while (sent < 64 * MEGABYTE &&
         hc_stream_pending(from->stream) < HC_STREAM_TX_MAX / 4) {
    raw_send_frame(from, 0x82, data);
    sent += data.len;
    sim_run(w->sim, 20);
  }
  return sent;
}

static void a_receiver_that_does_not_read_stops_its_sender(void **state)
{
  const struct sim_wire wire = { 1, 1, 65536, 1 << 17 };
  uint8_t *bytes = pattern(100000);
  struct hc_span data = hc_span_of(bytes, 100000);
  struct relay_world w;
  struct world_pair p;

  (void)state;
  world_start(&w, NULL);
  sim_set_wire(w.sim, &wire);
  world_join(&w, &p);
  raw_pause(&p.rendezvous);
  size_t sent = push_until_stuck(&w, &p.sender, data);
  /* the relay's share: its high mark and one read above it; then two windows
   * and what the sender itself holds */
  size_t unsent = hc_stream_pending(p.sender.stream);
  assert_in_range(sent - unsent, 256 * 1024, 512 * 1024 + 2 * 65536 + 200000);

  /* the other direction is not held up */
  raw_send_frame(&p.rendezvous, 0x82, hc_span_str("back"));
  raw_expect_frame(&p.sender, 0x82, "back");

  raw_resume(&p.rendezvous);
  for (size_t got = 0; got < sent; got += data.len)
    expect_bytes(&p.rendezvous, 0x82, data);
  raw_send_frame(&p.sender, 0x82, hc_span_str("and on"));
  raw_expect_frame(&p.rendezvous, 0x82, "and on");
  world_part(&p);
  world_finish(&w);
  hc_free(bytes);
}

/* Pings of a peer that does not read its pongs. */
static void pongs_do_not_pile_up_and_the_last_ping_is_answered(void **state)
{
  const struct sim_wire wire = { 1, 1, 4096, 1 << 17 };
  uint8_t payload[125] = { 0 };
  struct raw_frame frame = { .first = 0 };
  size_t pongs = 0;
  struct relay_world w;
  struct world_pair p;

  (void)state;
  world_start(&w, NULL);
  sim_set_wire(w.sim, &wire);
  world_join(&w, &p);
  raw_pause(&p.sender);
  for (int i = 0; i < 5000; i++)
    raw_send_frame(&p.sender, 0x89, hc_span_of(payload, sizeof payload));
  raw_send_frame(&p.sender, 0x89, hc_span_str("last"));
  sim_run(w.sim, 1000);
  assert_int_equal(world_counts(&w).pairs, 1);
  raw_resume(&p.sender);
  while (raw_read_frame(&p.sender, &frame)) {
    assert_int_equal(frame.first, 0x8a);
    pongs++;
  }
  check_span(frame.data, "last");
  assert_in_range(pongs, 100, 256 * 1024 / 127 + 100);
  world_part(&p);
  world_finish(&w);
}

/* What a sender sends before its 101, and a listener right behind its request,
 * waits for the other side. */
static void early_bytes_arrive_when_both_sides_are_joined(void **state)
{
  struct relay_world w;
  struct world_pair p;
  struct hc_control control;
  uint8_t *bytes = pattern(HC_STREAM_REST_MAX * 2);
  struct hc_span data = hc_span_of(bytes, HC_STREAM_REST_MAX * 2);

  (void)state;
  for (int same_time = 0; same_time < 2; same_time++) {
    world_start(&w, NULL);
    world_listen(&w, &p.listener, "hyco");
    world_connect(&w, &p.sender, "hyco");
    if (same_time)
      raw_send_frame(&p.sender, 0x82, data);
    world_read_accept(&p.listener, &control);
    if (!same_time)
      raw_send_frame(&p.sender, 0x82, data);
    sim_run(w.sim, 100);
    world_send_upgrade(&w, &p.rendezvous, world_target(&control), "");
    raw_send_frame(&p.rendezvous, 0x82, hc_span_str("early too"));
    hc_control_deinit(&control);
    assert_int_equal(world_answer(&w, &p.rendezvous), 101);
    assert_int_equal(world_answer(&w, &p.sender), 101);
    expect_bytes(&p.rendezvous, 0x82, data);
    raw_expect_frame(&p.sender, 0x82, "early too");
    world_part(&p);
    world_finish(&w);
  }
  hc_free(bytes);
}

/* Random pieces, latencies and windows: the same bytes, the same frames. */
static void any_wire_gives_the_same_frames(void **state)
{
  const struct sim_wire wires[] = { { 1, 1, 1 << 18, 1 },
                                    { 1, 30, 500, 100 },
                                    { 1, 5, 3000, 1 << 17 },
                                    { 5, 5, 1 << 18, 7 } };
  uint8_t *bytes = pattern(5000);
  struct relay_world w;
  struct world_pair p;

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(wires); i++) {
    world_start(&w, NULL);
    sim_set_wire(w.sim, &wires[i]);
    world_join(&w, &p);
    for (size_t n = 0; n < 40; n++) {
      raw_send_frame(&p.sender, 0x82, hc_span_of(bytes + n, n * n));
      raw_send_frame(&p.rendezvous, 0x81, hc_span_of(bytes, n));
    }
    for (size_t n = 0; n < 40; n++) {
      expect_bytes(&p.rendezvous, 0x82, hc_span_of(bytes + n, n * n));
      expect_bytes(&p.sender, 0x81, hc_span_of(bytes, n));
    }
    raw_send_frame(&p.sender, 0x88, hc_span_str("\x03\xe8"));
    raw_send_frame(&p.rendezvous, 0x88, hc_span_str("\x03\xe8"));
    raw_expect_close(&p.rendezvous, 1000);
    raw_expect_close(&p.sender, 1000);
    raw_expect_end(&p.rendezvous, 0);
    raw_expect_end(&p.sender, 0);
    world_part(&p);
    world_finish(&w);
  }
  hc_free(bytes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(frames_of_every_length_encoding_are_kept),
    cmocka_unit_test(a_mebibyte_in_fragments_arrives_in_the_same_fragments),
    WORLD_JOINED_TEST(payload_is_passed_on_as_it_arrives),
    cmocka_unit_test(a_receiver_that_does_not_read_stops_its_sender),
    cmocka_unit_test(pongs_do_not_pile_up_and_the_last_ping_is_answered),
    cmocka_unit_test(early_bytes_arrive_when_both_sides_are_joined),
    cmocka_unit_test(any_wire_gives_the_same_frames),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
