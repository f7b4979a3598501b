/* What applications do in a random scenario. */
#include "sim_random.h"

#include "support/alloc_trap.h"
#include "support/check.h"
#include <stdlib.h>

uint64_t random_below(struct random *r, uint64_t limit)
{
  r->dice = random_mix(r->dice);
  return r->dice % limit;
}

bool random_one_in(struct random *r, uint64_t n)
{
  return random_below(r, n) == 0;
}

/* What only a lack of memory may forbid. */
static bool is_done(const struct random *r, int rc, const char *what)
{
  random_require(r, rc == 0 || (rc == HYCO_ENOMEM && r->plan.memory), "%s: %s",
                 what, hyco_error_name(rc));
  return rc == 0;
}

static bool set(const struct random *r, struct hc_surface *surface,
                const char *name, uint64_t value)
{
  char text[96];
  (void)snprintf(text, sizeof text, "%s=%llu", name, (unsigned long long)value);
  return is_done(r, hc_surface_config(surface, text, NULL), text);
}

/* How connections are: the same rows for both roles. */
static struct random_side draw_settings(struct random *r,
                                        struct hc_surface *surface)
{
  static const size_t marks[] = { 1024, 4096, 65536, 262144 };
  static const size_t frames[] = { 0, 1, 100, 125, 1000, 16384, 65536 };
  struct random_side side = {
    .mark = marks[random_below(r, CHECK_COUNT(marks))],
    .half_close = random_one_in(r, 3),
    .waits = !random_one_in(r, 4),
  };
  size_t frame = frames[random_below(r, CHECK_COUNT(frames))];

  uint64_t keep_alive = random_below(r, 120); /* 0: silence is not noticed */

  if (r->plan.silence)
    keep_alive += 10;
  if (frame == 1 && r->plan.message_max > 20000)
    frame = 7;
  bool ok = set(r, surface, "OutBufferSize", side.mark) &&
            set(r, surface, "MaxFrameSize", frame) &&
            set(r, surface, "HalfClose", side.half_close) &&
            set(r, surface, "WaitForCloseResponse", side.waits) &&
            set(r, surface, "AzureRelayKeepAliveTime", keep_alive);
  random_require(r, ok || r->plan.memory, "settings");
  return side;
}

void random_add_receiver(struct random *r)
{
  if (r->world.n_receivers == SIM_RECEIVERS_MAX)
    return;
  size_t trap = alloc_trap_left();

  alloc_trap_clear();
  struct random_receiver *v = &r->receivers[r->world.n_receivers];
  v->random = r;
  v->index = r->world.n_receivers;
  struct sim_receiver *sim = sim_world_receiver(&r->world);
  sim->core->events = random_receiver_events;
  sim->core->user_data = v;
  v->settings = draw_settings(r, &sim->core->surface);
  (void)set(r, &sim->core->surface, "TokenValidity", 60 + random_below(r, 600));
  v->streams_requests = random_one_in(r, 2);
  (void)set(r, &sim->core->surface, "StreamRequests", v->streams_requests);
  (void)set(r, &sim->core->surface, "MaxRequestSize", r->plan.request_max);
  alloc_trap_set(trap);
}

void random_add_sender(struct random *r)
{
  if (r->world.n_senders == SIM_SENDERS_MAX)
    return;
  size_t trap = alloc_trap_left();

  alloc_trap_clear();
  struct random_sender *s = &r->senders[r->world.n_senders];
  s->random = r;
  s->index = r->world.n_senders;
  struct sim_sender *sim = sim_world_sender(&r->world);
  sim->core->events = random_sender_events;
  sim->core->user_data = s;
  alloc_trap_set(trap);
}

void random_start_receiver(struct random *r, size_t index)
{
  struct random_receiver *v = &r->receivers[index];
  struct hc_receiver *core = r->world.receivers[index].core;

  if (core == NULL)
    return;
  bool was_stopping = v->is_stopping;
  if (!is_done(r, hc_receiver_start(core, false), "hc_receiver_start")) {
    if (!hc_receiver_is_listening(core))
      v->is_listening = v->is_online = v->is_stopping = false;
    return;
  }
  random_trace(r, "r%zu starts", index);
  v->is_listening = true;
  v->is_shutting = false;
  v->is_stopping = false;
  if (was_stopping)
    v->is_online = false;
}

static void stop_listening(struct random_receiver *v)
{
  v->is_stopping = v->is_online;
  v->is_listening = false;
}

static void stop_receiver(struct random *r, size_t index)
{
  struct random_receiver *v = &r->receivers[index];

  if (r->world.receivers[index].core == NULL)
    return;
  random_trace(r, "r%zu stops", index);
  stop_listening(v);
  hc_receiver_stop(r->world.receivers[index].core);
}

static void note_closing(struct random_chat *chat, enum random_who who,
                         int code)
{
  struct random_side *side = &chat->sides[who];

  if (side->closing || (side->state != SIDE_OPEN && side->state != SIDE_ENDED))
    return;
  side->closing = true;
  side->close_code = code;
  if (!side->half_close)
    side->paused = false;
}

void random_shut(struct random *r, size_t index)
{
  struct random_receiver *v = &r->receivers[index];
  struct hc_receiver *core = r->world.receivers[index].core;

  if (core == NULL)
    return;
  int code = (int)hc_properties_number(&core->surface.props,
                                       HYCO_DISCONNECT_STATUS_CODE);
  random_trace(r, "r%zu shuts down with %d", index, code);
  stop_listening(v);
  v->is_shutting = true;
  for (int id = 1; id < SIM_IDS_MAX; id++) {
    if (v->chats[id] == NULL)
      continue;
    note_closing(v->chats[id], RANDOM_RECEIVER, code);
    v->chats[id]->sides[RANDOM_RECEIVER].shut = true;
  }
  hc_receiver_shutdown(core);
}

static void drop_side(struct random_chat *chat, enum random_who who)
{
  chat->sides[who].freed = true;
  chat->sides[who].state = SIDE_OVER;
}

static void free_receiver(struct random *r, size_t index)
{
  struct random_receiver *v = &r->receivers[index];

  if (r->world.receivers[index].core == NULL)
    return;
  random_trace(r, "r%zu is freed", index);
  for (int id = 1; id < SIM_IDS_MAX; id++) {
    if (v->chats[id] != NULL && v->chats[id]->sides[1].state != SIDE_OVER)
      drop_side(v->chats[id], RANDOM_RECEIVER);
  }
  v->is_listening = v->is_online = v->is_stopping = v->is_shutting = false;
  random_http_drop_receiver(r, index);
  sim_receiver_free(&r->world.receivers[index]);
  random_add_receiver(r);
}

static void free_sender(struct random *r, size_t index)
{
  struct random_sender *s = &r->senders[index];

  if (r->world.senders[index].core == NULL)
    return;
  random_trace(r, "s%zu is freed", index);
  if (s->chat != NULL)
    drop_side(s->chat, RANDOM_SENDER);
  s->chat = NULL;
  sim_sender_free(&r->world.senders[index]);
  random_add_sender(r);
}

void random_start_sender(struct random *r, size_t index)
{
  struct random_sender *s = &r->senders[index];
  struct hc_sender *core = r->world.senders[index].core;
  char number[16];

  if (core == NULL || s->chat != NULL)
    return;
  struct random_side settings = draw_settings(r, &core->surface);
  bool waits = random_one_in(r, 3);
  bool ok = set(r, &core->surface, "WaitForListener", waits ? 20 : 0);
  struct random_chat *chat = ok ? random_chat_new(r, index) : NULL;
  if (chat == NULL)
    return;
  chat->sides[RANDOM_SENDER] = settings;
  (void)snprintf(number, sizeof number, "%u", chat->number);
  hc_sender_headers_deinit(&core->headers);
  hc_sender_headers_init(&core->headers);
  ok = is_done(r,
               hc_sender_headers_add(&core->headers, hc_span_str("X-Chat"),
                                     hc_span_str(number), NULL),
               "a header") &&
       is_done(r, hc_sender_start(core), "hc_sender_start");
  if (!ok)
    return;
  random_trace(r, "s%zu starts chat %u", index, chat->number);
  s->chat = chat;
  s->is_connecting = true;
}

static struct hc_connection *connection_of(struct random *r,
                                           const struct random_chat *chat,
                                           enum random_who who)
{
  if (who == RANDOM_SENDER)
    return r->world.senders[chat->sender].core->connection;
  return hc_receiver_find(r->world.receivers[chat->receiver].core, chat->id)
      ->connection;
}

static int send(struct random *r, const struct random_chat *chat,
                enum random_who who, enum hc_ws_opcode opcode,
                struct hc_span bytes)
{
  struct sim_world *w = &r->world;
  if (who == RANDOM_SENDER)
    return hc_sender_send(w->senders[chat->sender].core, opcode, bytes);
  return hc_receiver_send(w->receivers[chat->receiver].core, chat->id, opcode,
                          bytes);
}

/* MessageLength or azure_relay_connection_accept_data of a connection. */
static bool set_row(struct random *r, const struct random_chat *chat,
                    enum random_who who, const char *row, uint64_t value)
{
  char name[64];

  if (who == RANDOM_SENDER)
    return set(r, &r->world.senders[chat->sender].core->surface, row, value);
  (void)snprintf(name, sizeof name, "%s[%d]", row, chat->id);
  return set(r, &r->world.receivers[chat->receiver].core->surface, name, value);
}

/* All or nothing, by the queue's mark; the queue passes it by one call's bytes
 * at most. */
static bool check_taken(struct random *r, struct random_chat *chat,
                        enum random_who who, int rc, size_t queued)
{
  struct random_side *side = &chat->sides[who];
  const struct random_side *peer = &chat->sides[1 - who];
  bool may_be_closed = random_may_be_cut(r, chat) || side->closing ||
                       peer->closing || r->relay_stopping;

  if (rc == HYCO_EWOULDBLOCK) {
    random_require(r, queued >= side->mark,
                   "chat %u: %zu bytes wait, that is not full", chat->number,
                   queued);
    side->owed_ready = true;
    return false;
  }
  if (rc == HYCO_ENOTCONNECTED && may_be_closed)
    return false;
  if (!is_done(r, rc, "a send"))
    return false;
  random_require(r, queued < side->mark,
                 "chat %u: %zu bytes wait, and more was taken", chat->number,
                 queued);
  return true;
}

static bool send_ping(struct random *r, struct random_chat *chat,
                      enum random_who who)
{
  struct random_side *side = &chat->sides[who];
  uint32_t number = side->pings + 1;
  size_t queued = hc_connection_queued(connection_of(r, chat, who));
  int rc = send(r, chat, who, HC_WS_PING, hc_span_of(&number, sizeof number));

  if (!check_taken(r, chat, who, rc, queued))
    return false;
  side->pings = number;
  return true;
}

static bool can_send(const struct random_side *side)
{
  return (side->state == SIDE_OPEN || side->state == SIDE_ENDED) &&
         !side->closing;
}

/* How much of the message the next call takes; MessageLength is set when that
 * is not all. */
static size_t next_piece(struct random *r, struct random_chat *chat,
                         enum random_who who, size_t len)
{
  const struct random_side *side = &chat->sides[who];
  size_t left = len - side->part_sent;

  if (side->part_sent == 0 && (len < 2 || !random_one_in(r, 5)))
    return len;
  if (side->part_sent == 0 && !set_row(r, chat, who, "MessageLength", len))
    return len;
  return side->part_sent == 0 || random_one_in(r, 2)
             ? 1 + (size_t)random_below(r, left)
             : left;
}

static bool send_message(struct random *r, struct random_chat *chat,
                         enum random_who who)
{
  struct random_side *side = &chat->sides[who];
  struct random_message m = random_message_of(r, chat, who, side->n_sent);
  size_t n = next_piece(r, chat, who, m.len);
  size_t queued = hc_connection_queued(connection_of(r, chat, who));
  uint8_t *bytes = malloc(m.len > 0 ? m.len : 1);

  random_trace(r, "chat %u: %d sends %u: %zu+%zu of %zu", chat->number,
               (int)who, side->n_sent, side->part_sent, n, m.len);
  random_require(r, bytes != NULL, "no memory for the test");
  random_fill(bytes, chat, who, side->n_sent, m);
  int rc = send(r, chat, who, m.opcode, hc_span_of(bytes + side->part_sent, n));
  free(bytes);
  if (!check_taken(r, chat, who, rc, queued)) {
    if (side->part_sent == 0 && m.len > 0 && can_send(side))
      (void)set_row(r, chat, who, "MessageLength", 0);
    return false;
  }
  side->part_sent += n;
  if (side->part_sent == m.len) {
    side->part_sent = 0;
    side->n_sent++;
  }
  return true;
}

bool random_send(struct random *r, struct random_chat *chat,
                 enum random_who who)
{
  if (!can_send(&chat->sides[who]))
    return false;
  return random_one_in(r, 8) ? send_ping(r, chat, who)
                             : send_message(r, chat, who);
}

void random_pause(struct random *r, struct random_chat *chat,
                  enum random_who who, bool paused)
{
  struct random_side *side = &chat->sides[who];

  if (side->state != SIDE_OPEN && side->state != SIDE_ENDED)
    return;
  if (side->closing && !side->half_close)
    return; /* it reads on by itself, to see the peer's Close */
  if (!set_row(r, chat, who, "azure_relay_connection_accept_data", !paused))
    return;
  side->paused = paused;
  side->was_paused |= paused;
}

void random_disconnect(struct random *r, struct random_chat *chat,
                       enum random_who who)
{
  struct sim_world *w = &r->world;
  int code = 4000 + 2 * (int)(chat->number % 200) + (int)who;

  if (!can_send(&chat->sides[who]))
    return;
  struct hc_surface *surface =
      who == RANDOM_SENDER ? &w->senders[chat->sender].core->surface
                           : &w->receivers[chat->receiver].core->surface;
  if (!set(r, surface, "DisconnectStatusCode", (uint64_t)code))
    return;
  random_trace(r, "chat %u: side %d disconnects", chat->number, (int)who);
  note_closing(chat, who, code);
  int rc =
      who == RANDOM_SENDER
          ? hc_sender_disconnect(w->senders[chat->sender].core)
          : hc_receiver_disconnect(w->receivers[chat->receiver].core, chat->id);
  random_require(r, rc == 0, "disconnect: %s", hyco_error_name(rc));
}

static struct random_chat *any_chat(struct random *r)
{
  size_t recent = r->n_chats < 8 ? r->n_chats : 8;
  if (recent == 0)
    return NULL;
  return &r->chats[r->n_chats - 1 - random_below(r, recent)];
}

static void talk(struct random *r)
{
  struct random_chat *chat = any_chat(r);
  enum random_who who = random_one_in(r, 2) ? RANDOM_SENDER : RANDOM_RECEIVER;
  uint64_t n = 1 + random_below(r, 6);

  if (chat == NULL)
    return;
  while (n-- > 0 && random_send(r, chat, who)) {
  }
}

static void change_chat(struct random *r)
{
  struct random_chat *chat = any_chat(r);
  enum random_who who = random_one_in(r, 2) ? RANDOM_SENDER : RANDOM_RECEIVER;

  if (chat == NULL)
    return;
  if (random_one_in(r, 4))
    random_disconnect(r, chat, who);
  else
    random_pause(r, chat, who, !chat->sides[who].paused);
}

static void change_receiver(struct random *r)
{
  size_t index = (size_t)random_below(r, r->world.n_receivers);
  uint64_t what = random_below(r, 8);

  if (what == 0 && r->plan.frees)
    free_receiver(r, index);
  else if (what == 1 && r->plan.stops)
    random_shut(r, index);
  else if (what == 2 && r->plan.stops)
    stop_receiver(r, index);
  else if (!r->receivers[index].is_listening)
    random_start_receiver(r, index);
}

static void change_sender(struct random *r)
{
  size_t index = (size_t)random_below(r, r->world.n_senders);

  if (r->plan.frees && random_one_in(r, 12))
    free_sender(r, index);
  else
    random_start_sender(r, index);
}

void random_act(struct random *r)
{
  uint64_t what = random_below(r, 16);

  if (what < 9)
    talk(r);
  else if (what < 12)
    change_chat(r);
  else if (what < 15)
    change_sender(r);
  else
    change_receiver(r);
}

void random_act_in_handler(struct random *r)
{
  if (r->plan.acts_in_handlers && !r->ending && random_one_in(r, 8))
    random_act(r);
}
