/* Two sides joined: ends, Closes, pings, errors (spec hybrid-connections.md
 * 1.9, DESIGN section 8). */
#include "support/check.h"
#include "support/relay_world.h"

#define BYE  \
  "\x03\xe8" \
  "bye"

static void start(struct relay_world *w, struct world_pair *p)
{
  world_start(w, NULL);
  world_join(w, p);
}

static void finish(struct relay_world *w, struct world_pair *p)
{
  world_part(p);
  world_finish(w);
}

/* RFC 6455 5.5.2: answered on the leg, never seen by the other. */
static void a_ping_is_answered_on_its_own_leg(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->sender, 0x89, hc_span_str("one"));
  raw_expect_frame(&p->sender, 0x8a, "one");
  raw_send_frame(&p->rendezvous, 0x89, hc_span_str("two"));
  raw_expect_frame(&p->rendezvous, 0x8a, "two");
  raw_send_frame(&p->sender, 0x8a, hc_span_str("unasked"));
  raw_expect_silence(&p->rendezvous, 100);
  raw_expect_silence(&p->sender, 100);
}

/* RFC 6455 5.4: control frames stand between frames only, and 5.5.3: of
 * several pings the last is answered. */
static void a_pong_waits_for_the_end_of_a_half_written_frame(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame_head(&p->sender, 0x82, 6);
  raw_send_masked(&p->sender, hc_span_str("abc"), 0);
  sim_run(j->world.sim, 100);
  raw_send_frame(&p->rendezvous, 0x89, hc_span_str("first"));
  raw_send_frame(&p->rendezvous, 0x89, hc_span_str("last"));
  sim_run(j->world.sim, 100);
  assert_int_equal(hc_buffer_len(&p->rendezvous.received), 5);
  raw_send_masked(&p->sender, hc_span_str("def"), 3);
  raw_expect_frame(&p->rendezvous, 0x82, "abcdef");
  raw_expect_frame(&p->rendezvous, 0x8a, "last");
  raw_expect_silence(&p->rendezvous, 100);
}

static void a_pong_may_stand_between_the_frames_of_a_message(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->sender, 0x01, hc_span_str("first"));
  raw_expect_frame(&p->rendezvous, 0x01, "first");
  raw_send_frame(&p->rendezvous, 0x89, hc_span_str("ping"));
  raw_expect_frame(&p->rendezvous, 0x8a, "ping");
  raw_send_frame(&p->sender, 0x80, hc_span_str("second"));
  raw_expect_frame(&p->rendezvous, 0x80, "second");
}

/* spec hybrid-connections.md 1.9: the Close ends one direction; the other
 * goes on until its own. */
static void a_close_is_a_half_close(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->sender, 0x82, hc_span_str("last words"));
  raw_send_frame(&p->sender, 0x88, hc_span_str(BYE));
  raw_expect_frame(&p->rendezvous, 0x82, "last words");
  raw_expect_frame(&p->rendezvous, 0x88, BYE);
  raw_expect_silence(&p->sender, 600000);
  raw_send_frame(&p->rendezvous, 0x82, hc_span_str("still here"));
  raw_expect_frame(&p->sender, 0x82, "still here");
  raw_send_frame(&p->rendezvous, 0x88, hc_span_str("\x0f\xa0"));
  raw_expect_frame(&p->sender, 0x88, "\x0f\xa0");
  raw_expect_end(&p->sender, 0);
  raw_expect_end(&p->rendezvous, 0);
  assert_int_equal(world_counts(&j->world).pairs, 0);
}

static void a_close_may_have_no_code(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->rendezvous, 0x88, hc_span_str(""));
  raw_expect_frame(&p->sender, 0x88, "");
  raw_send_frame(&p->sender, 0x88, hc_span_str(""));
  raw_expect_frame(&p->rendezvous, 0x88, "");
  raw_expect_end(&p->sender, 0);
  raw_expect_end(&p->rendezvous, 0);
}

/* RFC 6455 5.5.1: nothing comes behind a Close. */
static void what_comes_behind_a_close_is_dropped(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->sender, 0x88, hc_span_str(BYE));
  raw_send_frame(&p->sender, 0x82, hc_span_str("more"));
  raw_send_str(&p->sender, "nonsense");
  raw_expect_frame(&p->rendezvous, 0x88, BYE);
  raw_expect_silence(&p->rendezvous, 100);
  raw_send_frame(&p->rendezvous, 0x89, hc_span_str("ping"));
  raw_expect_silence(&p->rendezvous, 100); /* it got a Close: no pong either */
  raw_send_frame(&p->rendezvous, 0x82, hc_span_str("answer"));
  raw_expect_frame(&p->sender, 0x82, "answer");
}

/* spec hybrid-connections.md 10: "sender's connection cut | the listener's
 * side is cut as well"; never turned into a Close, and behind what was
 * taken. */
static void a_cut_of_one_leg_cuts_the_other(void **state)
{
  static const enum hc_stream_close manners[] = { HC_STREAM_CLEAN,
                                                  HC_STREAM_CUT,
                                                  HC_STREAM_ABORT };

  (void)state;
  for (size_t i = 0; i < 2 * CHECK_COUNT(manners); i++) {
    struct relay_world w;
    struct world_pair p;
    start(&w, &p);
    struct raw_peer *cut = i % 2 == 0 ? &p.sender : &p.rendezvous;
    struct raw_peer *other = i % 2 == 0 ? &p.rendezvous : &p.sender;
    raw_send_frame(cut, 0x02, hc_span_str("taken"));
    sim_run(w.sim, 10);
    raw_close(cut, manners[i / 2]);
    raw_expect_frame(other, 0x02, "taken");
    raw_expect_end(other, HYCO_EDROPPED);
    assert_int_equal(hc_buffer_len(&other->received), 0);
    assert_int_equal(world_counts(&w).pairs, 0);
    finish(&w, &p);
  }
}

static void an_end_after_ones_own_close_still_cuts(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame(&p->sender, 0x88, hc_span_str(BYE));
  sim_run(j->world.sim, 10);
  raw_close(&p->sender, HC_STREAM_CLEAN);
  raw_expect_frame(&p->rendezvous, 0x88, BYE);
  raw_expect_end(&p->rendezvous, HYCO_EDROPPED);
}

static void a_broken_leg_gets_1002_and_the_other_a_cut(void **state)
{
  static const struct {
    const char *bytes;
    size_t len;
  } cases[] = {
    { "\x82\x02xx", 4 },                   /* RFC 6455 5.1: no mask */
    { "\xc2\x80\0\0\0\0", 6 },             /* 5.2: RSV1 */
    { "\x80\x80\0\0\0\0", 6 },             /* 5.4: nothing to continue */
    { "\x09\x80\0\0\0\0", 6 },             /* 5.5: a ping in parts */
    { "\x82\xfe\0\x7d\0\0\0\0", 8 },       /* 5.2: length not minimal */
    { "\x88\x81\0\0\0\0x", 7 },            /* 5.5.1: half a code */
    { "\x88\x82\0\0\0\0\x03\xee", 8 },     /* 7.4.1: 1006 on the wire */
    { "\x88\x83\0\0\0\0\x03\xe8\xff", 9 }, /* 5.5.1: bad UTF-8 */
  };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct relay_world w;
    struct world_pair p;
    start(&w, &p);
    raw_send_frame(&p.sender, 0x82, hc_span_str("good"));
    raw_send(&p.sender, hc_span_of(cases[i].bytes, cases[i].len));
    raw_expect_close(&p.sender, 1002);
    raw_expect_end(&p.sender, 0);
    raw_expect_frame(&p.rendezvous, 0x82, "good");
    raw_expect_end(&p.rendezvous, HYCO_EDROPPED);
    finish(&w, &p);
  }
}

/* Where a frame to it is half written no Close can stand. */
static void a_broken_leg_in_the_middle_of_a_frame_is_cut(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_send_frame_head(&p->sender, 0x82, 6);
  raw_send_masked(&p->sender, hc_span_str("abc"), 0);
  sim_run(j->world.sim, 100);
  raw_send_str(&p->rendezvous, "nonsense");
  raw_expect_end(&p->rendezvous, HYCO_EDROPPED);
  assert_int_equal(hc_buffer_len(&p->rendezvous.received), 5);
  raw_expect_end(&p->sender, HYCO_EDROPPED);
}

static void a_connection_outlives_its_listener(void **state)
{
  struct world_joined *j = *state;
  struct world_pair *p = &j->pair;

  raw_close(&p->listener, HC_STREAM_ABORT);
  sim_run(j->world.sim, 100000);
  raw_send_frame(&p->sender, 0x82, hc_span_str("hello"));
  raw_expect_frame(&p->rendezvous, 0x82, "hello");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_JOINED_TEST(a_ping_is_answered_on_its_own_leg),
    WORLD_JOINED_TEST(a_pong_waits_for_the_end_of_a_half_written_frame),
    WORLD_JOINED_TEST(a_pong_may_stand_between_the_frames_of_a_message),
    WORLD_JOINED_TEST(a_close_is_a_half_close),
    WORLD_JOINED_TEST(a_close_may_have_no_code),
    WORLD_JOINED_TEST(what_comes_behind_a_close_is_dropped),
    cmocka_unit_test(a_cut_of_one_leg_cuts_the_other),
    WORLD_JOINED_TEST(an_end_after_ones_own_close_still_cuts),
    cmocka_unit_test(a_broken_leg_gets_1002_and_the_other_a_cut),
    WORLD_JOINED_TEST(a_broken_leg_in_the_middle_of_a_frame_is_cut),
    WORLD_JOINED_TEST(a_connection_outlives_its_listener),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
