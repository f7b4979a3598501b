/* What the relay passes on it does not change: any frames that are legal arrive
 * as they were sent, in both directions at once (DESIGN section 4). */
#include "support/check.h"
#include "support/relay_world.h"

#include "protocol/ws.h"

enum {
  SEEDS = 200,
  STEPS = 60,             /* frames of both sides together */
  PAYLOADS_MAX = 1 << 22, /* of one direction */
  SETTLE_MS = 60 * 1000   /* the slowest wire has delivered by then */
};

/* One direction: what was sent and must arrive, and what was asked. */
struct direction {
  struct raw_peer *from;
  struct raw_peer *to;
  bool in_message;
  size_t n_frames;
  struct {
    uint8_t first;
    size_t len;
  } frames[STEPS];
  struct hc_buffer payloads; /* of the frames, one behind the other */
  size_t n_pings;
  struct {
    uint8_t len;
    uint8_t bytes[HC_WS_CONTROL_MAX];
  } pings[STEPS];
};

static uint64_t random_state;

static size_t below(size_t limit)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (size_t)((random_state * 0x2545f4914f6cdd1dU) >> 33) % limit;
}

/* Mostly small, often empty, now and then beyond each length encoding. */
static size_t random_len(void)
{
  switch (below(12)) {
  case 0:
  case 1:
    return 0;
  case 2:
    return 125 + below(3);
  case 3:
    return below(4000);
  case 4:
    return below(20) == 0 ? 65534 + below(4000) : below(300);
  default:
    return below(12);
  }
}

/* A frame as a client sends it, in pieces with the wire moving between. */
static void send_cut(struct direction *d, uint8_t first, struct hc_span data)
{
  size_t at = 0;

  raw_send_frame_head(d->from, first, data.len);
  while (at < data.len) {
    size_t n = below(3) == 0 ? 1 + below(data.len - at) : data.len - at;
    if (below(3) == 0)
      sim_run(d->from->sim, 1 + below(4));
    raw_send_masked(d->from, hc_span_of(data.ptr + at, n), at);
    at += n;
  }
}

static void send_ping(struct direction *d)
{
  size_t len = below(4) == 0 ? HC_WS_CONTROL_MAX : below(20);

  d->pings[d->n_pings].len = (uint8_t)len;
  for (size_t i = 0; i < len; i++)
    d->pings[d->n_pings].bytes[i] = (uint8_t)below(256);
  send_cut(d, 0x89, hc_span_of(d->pings[d->n_pings].bytes, len));
  d->n_pings++;
}

static void send_data(struct direction *d)
{
  size_t len = random_len();
  bool fin = below(5) < 3;
  uint8_t opcode = (uint8_t)(d->in_message ? 0 : 1 + below(2));
  uint8_t *bytes = hc_buffer_reserve(&d->payloads, len);

  assert_non_null(bytes);
  for (size_t i = 0; i < len; i++)
    bytes[i] = (uint8_t)below(256); /* the text is no text at all */
  hc_buffer_commit(&d->payloads, len);
  d->frames[d->n_frames].first = (uint8_t)((fin ? 0x80 : 0) | opcode);
  d->frames[d->n_frames].len = len;
  send_cut(d, d->frames[d->n_frames].first, hc_span_of(bytes, len));
  d->n_frames++;
  d->in_message = !fin;
}

static void step(struct direction *d)
{
  switch (below(8)) {
  case 0:
    send_ping(d);
    break;
  case 1: /* goes nowhere */
    send_cut(d, 0x8a, hc_span_str("pong"));
    break;
  default:
    send_data(d);
  }
}

static size_t head_size(size_t len)
{
  return len < 126 ? 2 : len < 65536 ? 4 : 10;
}

/* A pong that answers a ping not earlier than pings[*next]: RFC 6455 5.5.3,
 * only the latest need be answered. */
static void check_pong(const struct direction *asked, struct hc_span data,
                       size_t *next)
{
  while (*next < asked->n_pings &&
         !(asked->pings[*next].len == data.len &&
           (data.len == 0 ||
            memcmp(asked->pings[*next].bytes, data.ptr, data.len) == 0)))
    (*next)++;
  assert_true(*next < asked->n_pings);
  (*next)++;
}

/* All of d has arrived at d->to, and between it the answers to what d->to had
 * asked for as the sender of `back`. */
static void check_arrived(struct direction *d, const struct direction *back)
{
  size_t answered = 0;
  size_t n = 0;
  struct raw_frame frame;

  while (hc_buffer_len(&d->to->received) > 0) {
    size_t before = hc_buffer_len(&d->to->received);
    assert_true(raw_read_frame(d->to, &frame));
    size_t size = before - hc_buffer_len(&d->to->received);
    assert_false(frame.masked);
    assert_int_equal(size, head_size(frame.data.len) + frame.data.len);
    if (frame.first == 0x8a) {
      check_pong(back, frame.data, &answered);
      continue;
    }
    assert_true(n < d->n_frames);
    assert_int_equal(frame.first, d->frames[n].first);
    assert_int_equal(frame.data.len, d->frames[n].len);
    if (frame.data.len > 0)
      assert_memory_equal(frame.data.ptr, hc_buffer_span(&d->payloads).ptr,
                          frame.data.len);
    hc_buffer_drop(&d->payloads, frame.data.len);
    n++;
  }
  assert_int_equal(n, d->n_frames);
  assert_int_equal(answered, back->n_pings); /* the last one for sure */
}

/* A Close of any legal code, and any words, in or between messages. */
static void check_close(struct direction *d)
{
  static const int codes[] = { 1000, 1001, 1011, 3000, 4999 };
  static const char *const words[] = { "", "bye", "K\xc3\xa4se" };
  int code = codes[below(CHECK_COUNT(codes))];
  uint8_t body[32] = { (uint8_t)(code >> 8), (uint8_t)code };
  size_t len = below(6) == 0 ? 0 : 2;
  struct raw_frame frame;

  if (len > 0) {
    const char *text = words[below(CHECK_COUNT(words))];
    memcpy(body + 2, text, strlen(text));
    len += strlen(text);
  }
  send_cut(d, 0x88, hc_span_of(body, len));
  assert_true(raw_read_frame(d->to, &frame));
  assert_int_equal(frame.first, 0x88);
  assert_int_equal(frame.data.len, len);
  if (len > 0)
    assert_memory_equal(frame.data.ptr, body, len);
}

static void run_seed(uint64_t seed)
{
  static const struct sim_wire wires[] = { { 1, 1, 1 << 18, 1 << 17 },
                                           { 1, 30, 900, 100 },
                                           { 1, 5, 3000, 1 << 17 },
                                           { 5, 5, 1 << 18, 23 } };
  static struct direction there;
  static struct direction back;
  struct relay_world w;
  struct world_pair p;

  random_state = seed * 0x9e3779b97f4a7c15U + 1;
  world_start(&w, NULL);
  sim_set_wire(w.sim, &wires[seed % CHECK_COUNT(wires)]);
  world_join(&w, &p);
  there = (struct direction){ .from = &p.sender, .to = &p.rendezvous };
  back = (struct direction){ .from = &p.rendezvous, .to = &p.sender };
  hc_buffer_init(&there.payloads, PAYLOADS_MAX);
  hc_buffer_init(&back.payloads, PAYLOADS_MAX);

  for (int i = 0; i < STEPS; i++)
    step(below(2) == 0 ? &there : &back);
  sim_run(w.sim, SETTLE_MS);
  check_arrived(&there, &back);
  check_arrived(&back, &there);
  check_close(below(2) == 0 ? &there : &back);
  assert_int_equal(world_counts(&w).pairs, 1);

  hc_buffer_deinit(&there.payloads);
  hc_buffer_deinit(&back.payloads);
  world_part(&p);
  world_finish(&w);
}

static uint64_t seed_now;

static void any_legal_frames_arrive_as_they_were_sent(void **state)
{
  (void)state;
  for (seed_now = 1; seed_now <= SEEDS; seed_now++)
    run_seed(seed_now);
}

static int say_seed(void **state)
{
  (void)state;
  if (seed_now <= SEEDS)
    print_error("seed %llu\n", (unsigned long long)seed_now);
  return 0;
}

/* RFC 6455 5.6 is a matter between the two ends: to look at text would cost,
 * and a message is never held. */
static void text_that_is_not_utf8_is_passed_on(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->sender, 0x81, hc_span_str("\xff\xc3"));
  raw_expect_frame(&p->rendezvous, 0x81, "\xff\xc3");
  raw_send_frame(&p->rendezvous, 0x01, hc_span_str("\xe2\x82"));
  raw_send_frame(&p->rendezvous, 0x80, hc_span_str(""));
  raw_expect_frame(&p->sender, 0x01, "\xe2\x82");
  raw_expect_frame(&p->sender, 0x80, "");
}

/* spec hybrid-connections.md 1.9: empty messages and frames are kept. */
static void empty_frames_are_passed_on_at_once(void **state)
{
  static const uint8_t firsts[] = { 0x81, 0x82, 0x01, 0x00, 0x00, 0x80, 0x02 };
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  for (size_t i = 0; i < CHECK_COUNT(firsts); i++) {
    raw_send_frame(&p->sender, firsts[i], hc_span_of(NULL, 0));
    raw_expect_frame(&p->rendezvous, firsts[i], "");
  }
}

/* A Close that cuts a message short is passed on as it is. */
static void a_close_inside_a_message_is_passed_on(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->sender, 0x01, hc_span_str("begun"));
  raw_send_frame(&p->sender, 0x88, hc_span_str("\x03\xe9going"));
  raw_expect_frame(&p->rendezvous, 0x01, "begun");
  raw_expect_frame(&p->rendezvous, 0x88, "\x03\xe9going");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(any_legal_frames_arrive_as_they_were_sent,
                              say_seed),
    WORLD_JOINED_TEST(text_that_is_not_utf8_is_passed_on),
    WORLD_JOINED_TEST(empty_frames_are_passed_on_at_once),
    WORLD_JOINED_TEST(a_close_inside_a_message_is_passed_on),
  };
  return cmocka_run_group_tests_name("relay_rules_passing", tests, NULL, NULL);
}
