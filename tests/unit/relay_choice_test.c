/* Senders that choose their listener (spec hybrid-connections.md 1.5). */
#include "support/check.h"
#include "support/relay_world.h"

#define GUID(n) "0b4a8cce-0000-4000-8000-00000000000" #n
#define ALLOWED "Microsoft-Relay-AllowedListeners: "
#define DISALLOWED "Microsoft-Relay-DisallowedListeners: "

enum { N_LISTENERS = 3 };

struct choice_world {
  struct relay_world w;
  struct raw_peer listeners[N_LISTENERS]; /* GUID(0), GUID(1), GUID(2) */
};

static void start(struct choice_world *c)
{
  static const char *const targets[N_LISTENERS] = {
    "/$hc/open?sb-hc-action=listen&sb-hc-id=" GUID(0),
    "/$hc/open?sb-hc-action=listen&sb-hc-id=" GUID(1) "_G7",
    "/$hc/open?sb-hc-action=listen&sb-hc-id=" GUID(2),
  };

  world_start(&c->w, NULL);
  for (size_t i = 0; i < N_LISTENERS; i++) {
    world_send_request(&c->w, &c->listeners[i], targets[i], "listen");
    assert_int_equal(world_answer(&c->w, &c->listeners[i]), 101);
  }
}

static void finish(struct choice_world *c)
{
  for (size_t i = 0; i < N_LISTENERS; i++)
    raw_close(&c->listeners[i], HC_STREAM_ABORT);
  world_finish(&c->w);
}

/* The number of the listener that a sender with these headers comes to; -1:
 * none, the answer is in w.head. */
static int chosen(struct choice_world *c, const char *headers)
{
  struct raw_peer sender;
  int found = -1;

  world_send_upgrade(&c->w, &sender, "/$hc/open", headers);
  sim_run(c->w.sim, 50);
  for (int i = 0; i < N_LISTENERS; i++) {
    struct hc_control control;
    if (hc_buffer_len(&c->listeners[i].received) == 0)
      continue;
    assert_int_equal(found, -1);
    found = i;
    world_read_accept(&c->listeners[i], &control);
    hc_control_deinit(&control);
  }
  if (found < 0)
    assert_int_equal(world_answer(&c->w, &sender), 404);
  raw_close(&sender, HC_STREAM_ABORT);
  sim_run(c->w.sim, 10);
  return found;
}

static void only_listed_listeners_are_told(void **state)
{
  struct choice_world c;

  (void)state;
  start(&c);
  for (int i = 0; i < 4; i++)
    assert_int_equal(chosen(&c, ALLOWED GUID(1) "\r\n"), 1);
  assert_int_equal(chosen(&c, ALLOWED "0B4A8CCE-0000-4000-8000-000000000002"
                                      "\r\n"),
                   2);
  assert_int_equal(
      chosen(&c, "microsoft-relay-allowedlisteners: x , " GUID(0) "\r\n"), 0);
  finish(&c);
}

static void the_listed_ones_take_turns(void **state)
{
  struct choice_world c;
  int count[N_LISTENERS] = { 0 };

  (void)state;
  start(&c);
  for (int i = 0; i < 10; i++) {
    int one = chosen(&c, ALLOWED GUID(0) "\r\n" ALLOWED GUID(2) "\r\n");
    assert_true(one == 0 || one == 2);
    count[one]++;
  }
  assert_int_equal(count[0], 5);
  assert_int_equal(count[2], 5);
  finish(&c);
}

static void disallowed_listeners_are_passed_over(void **state)
{
  struct choice_world c;

  (void)state;
  start(&c);
  for (int i = 0; i < 4; i++)
    assert_int_equal(chosen(&c, DISALLOWED GUID(0) "," GUID(2) "\r\n"), 1);
  for (int i = 0; i < 4; i++)
    assert_int_equal(chosen(&c, ALLOWED GUID(0) "," GUID(
                                    1) "\r\n" DISALLOWED GUID(1) "\r\n"),
                     0);
  finish(&c);
}

static void an_empty_list_asks_for_nothing(void **state)
{
  struct choice_world c;

  (void)state;
  start(&c);
  assert_int_not_equal(chosen(&c, ALLOWED "\r\n"), -1);
  assert_int_not_equal(chosen(&c, ALLOWED " , ,\r\n" DISALLOWED ",\r\n"), -1);
  finish(&c);
}

/* spec hybrid-connections.md 1.5: 404 with this text. */
static void without_a_match_a_sender_gets_404(void **state)
{
  static const char *const headers[] = {
    ALLOWED GUID(9) "\r\n",
    ALLOWED GUID(1) "\r\n" DISALLOWED GUID(1) "\r\n",
    DISALLOWED GUID(0) "," GUID(1) "," GUID(2) "\r\n",
    ALLOWED "*\r\n",
  };
  struct choice_world c;

  (void)state;
  start(&c);
  for (size_t i = 0; i < CHECK_COUNT(headers); i++) {
    assert_int_equal(chosen(&c, headers[i]), -1);
    assert_non_null(strstr(c.w.head,
                           "404 None of the connected listeners meet the "
                           "AllowedListeners/DisallowedListeners criteria"));
  }
  assert_int_equal(world_counts(&c.w).waiting_senders, 0);
  finish(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_listed_listeners_are_told),
    cmocka_unit_test(the_listed_ones_take_turns),
    cmocka_unit_test(disallowed_listeners_are_passed_over),
    cmocka_unit_test(an_empty_list_asks_for_nothing),
    cmocka_unit_test(without_a_match_a_sender_gets_404),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
