/* A random scenario from its plan to its end: once all is well again everything
 * that was promised must hold, and nothing may be left. */
#include "sim_random.h"

#include "support/alloc_trap.h"
#include "support/check.h"
#include <stdlib.h>

static bool chance(struct random *r, bool any, uint64_t n)
{
  bool hit = random_one_in(r, n);
  return any && hit;
}

static void draw_plan(struct random *r)
{
  static const uint64_t tempos[] = { 3, 30, 300, 5000, 30000 };
  static const uint64_t shares[] = { 0, 0, 8, 15 };
  bool faulty = !random_one_in(r, 3);

  r->plan = (struct random_plan){
    .cuts = chance(r, faulty, 2),
    .silence = chance(r, faulty, 3),
    .refusals = chance(r, faulty, 3),
    .restarts = chance(r, faulty, 3),
    .jumps = chance(r, faulty, 4),
    .memory = chance(r, faulty, 4),
    .frees = chance(r, true, 4),
    .stops = chance(r, true, 3),
    .rejects = chance(r, true, 4),
    .acts_in_handlers = chance(r, true, 2),
    .recycles = chance(r, true, 4),
    .step_max_ms = tempos[random_below(r, CHECK_COUNT(tempos))],
    .steps = 20 + (size_t)random_below(r, 100),
    .narrow = random_one_in(r, 5),
    .http = shares[random_below(r, CHECK_COUNT(shares))],
    .request_max = random_one_in(r, 8) ? 5000 : 4194304,
  };
  r->plan.message_max = r->plan.narrow ? 800 : RANDOM_MESSAGE_MAX;
}

static void start(struct random *r, uint64_t seed)
{
  sim_world_start(&r->world, seed);
  sim_world_relay_down(&r->world);
  r->dice = random_mix(~seed);
  draw_plan(r);
  random_set_wire(r);
  random_relay_up(r);
  random_http_begin(r);
  uint64_t n_receivers = 1 + random_below(r, 2);
  uint64_t n_senders = 1 + random_below(r, 4);
  while (n_receivers-- > 0) {
    random_add_receiver(r);
    random_start_receiver(r, r->world.n_receivers - 1);
  }
  while (n_senders-- > 0)
    random_add_sender(r);
  sim_run(r->world.sim, 3000);
}

static size_t open_at(const struct random *r, size_t receiver)
{
  size_t n = 0;
  for (size_t i = 0; i < r->n_chats; i++) {
    const struct random_chat *chat = &r->chats[i];
    const struct random_side *side = &chat->sides[RANDOM_RECEIVER];
    n +=
        chat->receiver == receiver && chat->id != 0 && side->state != SIDE_OVER;
  }
  return n;
}

/* azure_relay_connection_count is right. */
static void check_counts(const struct random *r)
{
  for (size_t i = 0; i < r->world.n_receivers; i++) {
    const struct hc_receiver *core = r->world.receivers[i].core;
    if (core != NULL)
      random_require(r, core->ids.len == open_at(r, i),
                     "r%zu counts %zu connections, not %zu", i, core->ids.len,
                     open_at(r, i));
  }
}

static void run_steps(struct random *r)
{
  for (size_t i = 0; i < r->plan.steps; i++) {
    if (random_one_in(r, 10))
      random_fault(r);
    else if (random_below(r, 16) < r->plan.http)
      random_http_act(r);
    else
      random_act(r);
    sim_run(r->world.sim, random_below(r, r->plan.step_max_ms + 1));
    random_check_queues(r);
    random_http_check(r);
    check_counts(r);
  }
}

/* Both ends think that it is open. */
static bool is_alive(const struct random_chat *chat)
{
  const struct random_side *a = &chat->sides[RANDOM_SENDER];
  const struct random_side *b = &chat->sides[RANDOM_RECEIVER];
  return a->state == SIDE_OPEN && b->state == SIDE_OPEN && !a->closing &&
         !b->closing;
}

static bool has_all(const struct random_chat *chat, enum random_who who)
{
  const struct random_side *side = &chat->sides[who];
  const struct random_side *from = &chat->sides[1 - who];
  return side->n_received == from->n_sent &&
         side->part_received == from->part_sent && !side->owed_ready;
}

static bool is_settled(void *user_data)
{
  const struct random *r = user_data;

  for (size_t i = 0; i < r->n_chats; i++) {
    const struct random_chat *chat = &r->chats[i];
    if (is_alive(chat) &&
        !(has_all(chat, RANDOM_SENDER) && has_all(chat, RANDOM_RECEIVER)))
      return false;
  }
  return true;
}

/* Whatever was taken arrives, and who had to wait is told, once everybody
 * reads. */
static void settle(struct random *r)
{
  for (size_t i = 0; i < r->n_chats; i++) {
    random_pause(r, &r->chats[i], RANDOM_SENDER, false);
    random_pause(r, &r->chats[i], RANDOM_RECEIVER, false);
  }
  bool done = sim_run_until(r->world.sim, is_settled, r, RANDOM_END_MS);
  random_require(r, done || r->plan.silence,
                 "something that was taken never arrives");
  random_http_settle(r);
}

static bool can_meet(void *user_data)
{
  const struct random *r = user_data;

  for (size_t i = 0; i < r->world.n_receivers; i++) {
    const struct random_receiver *v = &r->receivers[i];
    if (v->is_listening && !v->is_online)
      return false;
  }
  return true;
}

static bool anybody_listens(const struct random *r)
{
  for (size_t i = 0; i < r->world.n_receivers; i++) {
    if (r->receivers[i].is_online)
      return true;
  }
  return false;
}

static bool is_met(void *user_data)
{
  const struct random_chat *chat = user_data;
  return chat->sides[RANDOM_SENDER].n_received == 1 &&
         chat->sides[RANDOM_RECEIVER].n_received == 1;
}

static bool is_open(void *user_data)
{
  const struct random_chat *chat = user_data;
  return chat->sides[RANDOM_SENDER].state == SIDE_OPEN &&
         chat->sides[RANDOM_RECEIVER].state == SIDE_OPEN;
}

static void greet(struct random *r, struct random_chat *chat,
                  enum random_who who)
{
  size_t tries = 100; /* its queue may be full amid the message */

  while (chat->sides[who].n_sent == 0 && tries-- > 0) {
    if (!random_send(r, chat, who))
      sim_run(r->world.sim, SIM_WAIT_MS);
  }
  random_require(r, chat->sides[who].n_sent > 0,
                 "nothing is taken of a new connection");
}

/* Nothing is broken for good: receivers that should listen do, and a new sender
 * finds one and talks. */
static void meet(struct random *r)
{
  if (r->plan.silence) /* until the pings have noticed */
    sim_run(r->world.sim, 300000);
  random_require(r, sim_run_until(r->world.sim, can_meet, r, RANDOM_END_MS),
                 "a receiver does not come back");
  r->plan.rejects = false;
  for (size_t i = 0; i < r->world.n_receivers; i++)
    random_start_receiver(r, i);
  random_require(r, sim_run_until(r->world.sim, can_meet, r, RANDOM_END_MS),
                 "a receiver does not start again");
  size_t sender = r->world.n_senders;
  random_add_sender(r);
  /* a listener that fell silent is still offered senders by the relay */
  if (sender == r->world.n_senders || r->n_chats == RANDOM_CHATS_MAX ||
      !anybody_listens(r) || r->plan.silence)
    return;
  struct random_chat *chat = &r->chats[r->n_chats];
  random_start_sender(r, sender);
  bool open = sim_run_until(r->world.sim, is_open, chat, SIM_WAIT_MS);
  if (!open && r->plan.recycles && r->n_chats < RANDOM_CHATS_MAX) {
    /* the channels were recycled this very moment */
    sim_run(r->world.sim, SIM_WAIT_MS);
    chat = &r->chats[r->n_chats];
    random_start_sender(r, sender);
    open = sim_run_until(r->world.sim, is_open, chat, SIM_WAIT_MS);
  }
  random_require(r, open, "a new sender does not connect");
  greet(r, chat, RANDOM_SENDER);
  greet(r, chat, RANDOM_RECEIVER);
  random_require(r, sim_run_until(r->world.sim, is_met, chat, RANDOM_END_MS),
                 "a new connection does not work");
}

static bool all_over(const struct random *r)
{
  for (size_t i = 0; i < r->n_chats; i++) {
    const struct random_chat *chat = &r->chats[i];
    for (size_t who = 0; who < 2; who++) {
      enum random_state state = chat->sides[who].state;
      if (state != SIDE_NONE && state != SIDE_OVER)
        return false;
    }
  }
  return true;
}

static bool all_shut(void *user_data)
{
  const struct random *r = user_data;

  for (size_t i = 0; i < r->world.n_receivers; i++) {
    const struct hc_receiver *core = r->world.receivers[i].core;
    if (core != NULL &&
        (!hc_receiver_is_shut(core) || r->receivers[i].is_online))
      return false;
  }
  /* who has sent its Close into a silence has nothing more to ask */
  return r->plan.silence || all_over(r);
}

/* Everybody says goodbye; a shutdown takes at most 10 s. */
static void part(struct random *r)
{
  random_http_part(r);
  for (size_t i = 0; i < r->n_chats; i++) {
    struct random_chat *chat = &r->chats[i];
    if (random_one_in(r, 2))
      random_disconnect(r, chat, RANDOM_SENDER);
    else if (random_one_in(r, 2))
      random_disconnect(r, chat, RANDOM_RECEIVER);
  }
  sim_run(r->world.sim, random_below(r, 2000));
  for (size_t i = 0; i < r->world.n_receivers; i++)
    random_shut(r, i);
  for (size_t i = 0; i < r->n_chats; i++)
    random_disconnect(r, &r->chats[i], RANDOM_SENDER);
  random_require(r,
                 sim_run_until(r->world.sim, all_shut, r, 2 * HC_CLOSE_WAIT_MS),
                 "not everything ends");
}

void random_run(uint64_t seed, bool traces)
{
  size_t live = alloc_trap_live();
  struct random *r = calloc(1, sizeof *r);

  assert_non_null(r);
  r->traces = traces;
  start(r, seed);
  run_steps(r);
  random_mend(r);
  settle(r);
  meet(r);
  part(r);
  check_counts(r);
  sim_world_finish(&r->world);
  random_require(r, alloc_trap_live() == live, "%zu blocks are not freed",
                 alloc_trap_live() - live);
  random_chats_free(r);
  random_http_free(r);
  free(r);
}
