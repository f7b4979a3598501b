/* A message of 5 MiB over a stingy wire, while the peer pings: it arrives
 * whole, frame by frame, and pongs stand only between frames. Real roles
 * against a service in raw bytes, which reads every frame, on a simulated net.
 */
#include "support/check.h"

#include "sim_service.h"
#include <stdlib.h>

enum {
  LEN = 5 << 20,
  PING_EVERY_MS = 5,
  PINGS_MAX = 10000,
  FRAMES_MAX = 20000,
  PING = 0x89,
  PONG = 0x8a
};

struct reading {
  const uint8_t *expected;
  size_t got;
  size_t frames;     /* of the message */
  size_t pongs_amid; /* the message */
  uint32_t last_pong;
  uint32_t masks[FRAMES_MAX];
  size_t n_masks;
  bool is_whole;
};

static void send_ping(struct raw_peer *peer, uint32_t number)
{
  uint8_t bytes[4];
  memcpy(bytes, &number, 4);
  raw_send_server_frame(peer, PING, hc_span_of(bytes, 4));
}

/* Pongs may leave pings out, but keep their order (RFC 6455 5.5.3). */
static void take_pong(struct reading *r, struct hc_span data)
{
  uint32_t number;
  assert_int_equal(data.len, 4);
  memcpy(&number, data.ptr, 4);
  assert_true(number > r->last_pong);
  r->last_pong = number;
  r->pongs_amid += r->frames > 0 && !r->is_whole;
}

static void take_frame(struct reading *r, const struct raw_frame *frame)
{
  assert_true(frame->masked);
  assert_true(r->n_masks < FRAMES_MAX);
  memcpy(&r->masks[r->n_masks++], frame->mask, 4);
  if (frame->first == PONG) {
    take_pong(r, frame->data);
    return;
  }
  assert_false(r->is_whole);
  assert_int_equal(frame->first & 0x7f, r->frames == 0 ? HC_WS_BINARY : 0);
  assert_true(r->got + frame->data.len <= LEN);
  assert_memory_equal(frame->data.ptr, r->expected + r->got, frame->data.len);
  r->got += frame->data.len;
  r->frames++;
  r->is_whole = (frame->first & 0x80) != 0;
}

static int compare(const void *a, const void *b)
{
  return memcmp(a, b, sizeof(uint32_t));
}

/* Of 300 frames with 32 random bits two are the same once in 100,000 runs; a
 * seed either has it or not. */
static void check_masks_differ(struct reading *r)
{
  qsort(r->masks, r->n_masks, sizeof r->masks[0], compare);
  for (size_t i = 1; i < r->n_masks; i++)
    assert_int_not_equal(r->masks[i - 1], r->masks[i]);
}

static int send_message(struct sim_service *s, enum sim_leg leg,
                        struct hc_span data)
{
  return leg == SIM_SENDER
             ? sim_sender_send(&s->world.senders[0], HC_WS_BINARY, data)
             : sim_receiver_send(&s->world.receivers[0], 1, HC_WS_BINARY, data);
}

/* Pings and reads until the message is there and the last ping is answered. */
static void converse(struct sim_service *s, struct raw_peer *peer,
                     struct reading *r)
{
  struct raw_frame frame;
  uint32_t pings = 0;

  while (!r->is_whole) {
    assert_true(++pings < PINGS_MAX);
    send_ping(peer, pings);
    sim_run(s->world.sim, PING_EVERY_MS);
    if (raw_read_frame(peer, &frame))
      take_frame(r, &frame);
  }
  send_ping(peer, ++pings);
  while (r->last_pong < pings) {
    assert_true(raw_read_frame(peer, &frame));
    take_frame(r, &frame);
  }
}

/* max_frame: "MaxFrameSize=..." */
static struct reading *check_long_message(enum sim_leg leg,
                                          const char *max_frame)
{
  static struct reading r;
  static uint8_t bytes[LEN];
  const struct sim_wire wire = { 10, 40, 5000, 1400 };
  struct sim_service s;

  sim_pattern(bytes, LEN, 3);
  memset(&r, 0, sizeof r);
  r.expected = bytes;
  sim_service_start(&s, 1);
  sim_receiver_set(&s.world.receivers[0], max_frame);
  sim_sender_set(&s.world.senders[0], max_frame);
  struct raw_peer *peer = sim_service_opened(&s, leg);
  sim_set_wire(s.world.sim, &wire);
  assert_int_equal(send_message(&s, leg, hc_span_of(bytes, LEN)), 0);
  assert_int_equal(send_message(&s, leg, hc_span_str("no room")),
                   HYCO_EWOULDBLOCK);
  converse(&s, peer, &r);
  assert_int_equal(r.got, LEN);
  check_masks_differ(&r);
  sim_service_finish(&s);
  return &r;
}

static void a_senders_long_message_comes_whole_amid_pings(void **state)
{
  (void)state;
  struct reading *r = check_long_message(SIM_SENDER, "MaxFrameSize=16384");
  assert_int_equal(r->frames, LEN / 16384);
  assert_true(r->pongs_amid >= LEN / HC_STREAM_TX_MAX - 2);
}

/* surface: MaxFrameSize */
static void a_receivers_long_message_comes_whole_amid_pings(void **state)
{
  (void)state;
  struct reading *r = check_long_message(SIM_ACCEPTED, "MaxFrameSize=50000");
  assert_int_equal(r->frames, LEN / 50000 + 1);
  assert_true(r->pongs_amid >= LEN / HC_STREAM_TX_MAX - 2);
}

static void a_long_message_in_one_frame_comes_whole_amid_pings(void **state)
{
  (void)state;
  assert_int_equal(check_long_message(SIM_SENDER, "MaxFrameSize=0")->frames, 1);
  assert_int_equal(check_long_message(SIM_ACCEPTED, "MaxFrameSize=0")->frames,
                   1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_senders_long_message_comes_whole_amid_pings),
    cmocka_unit_test(a_receivers_long_message_comes_whole_amid_pings),
    cmocka_unit_test(a_long_message_in_one_frame_comes_whole_amid_pings),
  };
  return cmocka_run_group_tests_name("sim_long", tests, NULL, NULL);
}
