/* The handlers of a random scenario: each holds what it is told against what
 * was done, and sometimes does something itself. */
#include "sim_random.h"

#include "support/check.h"
#include <stdlib.h>

static void connected(hyco_receiver *self, const hyco_connected *e,
                      void *user_data)
{
  struct random_receiver *v = user_data;
  struct random *r = v->random;
  int code = e->status_code;
  bool is_final = code == -HYCO_EUNAUTHORIZED || code == -HYCO_EFORBIDDEN ||
                  code == -HYCO_ENOTFOUND;

  (void)self;
  random_trace(r, "r%zu connected %d %s", v->index, code, e->description);
  random_require(r, v->is_listening && !v->is_online && !v->is_stopping,
                 "r%zu connected when it could not be", v->index);
  random_require(r, code == 0 || r->troubled || r->relay_stopping,
                 "r%zu could not connect: %d %s", v->index, code,
                 e->description);
  v->is_online = code == 0;
  if (is_final) {
    random_require(r, r->plan.jumps, "r%zu gave up: %d %s", v->index, code,
                   e->description);
    v->is_listening = false;
  }
  random_act_in_handler(r);
}

static void disconnected(hyco_receiver *self, const hyco_disconnected *e,
                         void *user_data)
{
  struct random_receiver *v = user_data;
  struct random *r = v->random;
  bool is_recycled = r->plan.recycles && e->status_code == 1011;
  bool is_relays = r->relay_stopping && e->status_code == 1001;

  (void)self;
  random_trace(r, "r%zu disconnected %d %s", v->index, e->status_code,
               e->description);
  random_require(r, v->is_online, "r%zu disconnected twice", v->index);
  random_require(r, (e->status_code == 0) == v->is_stopping,
                 "r%zu disconnected with %d %s being stopped", v->index,
                 e->status_code, v->is_stopping ? "while" : "without");
  random_require(r, v->is_stopping || is_recycled || is_relays || r->troubled,
                 "r%zu lost its channel: %d %s", v->index, e->status_code,
                 e->description);
  v->is_online = false;
  if (v->is_stopping)
    v->is_shutting = false;
  v->is_stopping = false;
  random_act_in_handler(r);
}

static void connection_request(hyco_receiver *self, hyco_connection_request *e,
                               void *user_data)
{
  struct random_receiver *v = user_data;
  struct random *r = v->random;

  (void)self;
  random_trace(r, "r%zu request", v->index);
  random_require(r, v->is_online && !v->is_stopping,
                 "r%zu was asked when it does not listen", v->index);
  if (r->plan.rejects && !r->ending && random_one_in(r, 4)) {
    e->accept = false;
    e->status_code = 400 + (int)random_below(r, 200);
    e->status_description = "not now";
  }
  random_act_in_handler(r);
}

/* The header that random_start_sender adds tells which chat it is. */
static struct random_chat *chat_of_accepted(struct random_receiver *v, int id)
{
  static const char header[] = "\"X-Chat\":\"";
  struct random *r = v->random;
  struct sim_receiver *sim = &r->world.receivers[v->index];
  const struct hc_accepted *a = hc_receiver_find(sim->core, id);

  random_require(r, a != NULL, "r%zu: connection %d is not there", v->index,
                 id);
  const char *at = strstr(a->info.connect_headers, header);
  random_require(r, at != NULL, "no X-Chat in %s", a->info.connect_headers);
  size_t number = strtoul(at + sizeof header - 1, NULL, 10);
  random_require(r, number < r->n_chats, "X-Chat %zu of nobody", number);
  return &r->chats[number];
}

static void connection_connected(hyco_receiver *self, int id, void *user_data)
{
  struct random_receiver *v = user_data;
  struct random *r = v->random;
  struct random_chat *chat = chat_of_accepted(v, id);
  struct random_side *side = &chat->sides[RANDOM_RECEIVER];

  (void)self;
  random_trace(r, "r%zu %d connected: chat %u", v->index, id, chat->number);
  random_require(r, id < SIM_IDS_MAX && v->chats[id] == NULL,
                 "r%zu: ConnectionId %d is used again", v->index, id);
  v->chats[id] = chat;
  *side = v->settings;
  chat->receiver = v->index;
  chat->id = id;
  random_saw_open(r, chat, RANDOM_RECEIVER);
  random_act_in_handler(r);
  if (v->is_shutting && side->state == SIDE_OPEN && !side->closing) {
    side->closing = true; /* the receiver does it itself */
    side->shut = true;
    side->close_code = (int)hc_properties_number(
        &r->world.receivers[v->index].core->surface.props,
        HYCO_DISCONNECT_STATUS_CODE);
  }
}

static struct random_chat *chat_of_id(struct random_receiver *v, int id)
{
  random_require(v->random, id > 0 && id < SIM_IDS_MAX && v->chats[id] != NULL,
                 "r%zu: an event of connection %d, which is not there",
                 v->index, id);
  return v->chats[id];
}

static void connection_ready(hyco_receiver *self, int id, void *user_data)
{
  struct random_receiver *v = user_data;
  (void)self;
  random_saw_ready(v->random, chat_of_id(v, id), RANDOM_RECEIVER);
  random_act_in_handler(v->random);
}

static void connection_data(hyco_receiver *self,
                            const hyco_connection_data_in *e, void *user_data)
{
  struct random_receiver *v = user_data;
  hyco_data_in data = { e->data_format, e->data, e->len, e->eom };
  (void)self;
  random_saw_data(v->random, chat_of_id(v, e->connection_id), RANDOM_RECEIVER,
                  &data);
  random_act_in_handler(v->random);
}

static void connection_end(hyco_receiver *self,
                           const hyco_connection_disconnected *e,
                           void *user_data)
{
  struct random_receiver *v = user_data;
  (void)self;
  random_trace(v->random, "r%zu %d end %d", v->index, e->connection_id,
               e->status_code);
  random_saw_end(v->random, chat_of_id(v, e->connection_id), RANDOM_RECEIVER,
                 e->status_code);
  random_act_in_handler(v->random);
}

static void connection_disconnected(hyco_receiver *self,
                                    const hyco_connection_disconnected *e,
                                    void *user_data)
{
  struct random_receiver *v = user_data;
  (void)self;
  random_trace(v->random, "r%zu %d disconnected %d %s", v->index,
               e->connection_id, e->status_code, e->description);
  random_saw_over(v->random, chat_of_id(v, e->connection_id), RANDOM_RECEIVER,
                  e->status_code);
  random_act_in_handler(v->random);
}

static void connection_error(hyco_receiver *self, const hyco_error_event *e,
                             void *user_data)
{
  struct random_receiver *v = user_data;
  (void)self;
  random_trace(v->random, "r%zu %d error %d %s", v->index, e->connection_id,
               e->error_code, e->description);
  random_saw_error(v->random, chat_of_id(v, e->connection_id), RANDOM_RECEIVER,
                   e->error_code);
  random_act_in_handler(v->random);
}

/* A rendezvous that failed: the sender may have gone. */
static void receiver_error(hyco_receiver *self, const hyco_error_event *e,
                           void *user_data)
{
  struct random_receiver *v = user_data;
  struct random *r = v->random;
  bool may_be = random_http_saw_error(r, v->index, e) || r->troubled ||
                r->relay_stopping || r->plan.frees || r->plan.stops;

  (void)self;
  random_trace(r, "r%zu error %d %s", v->index, e->error_code, e->description);
  random_require(r, may_be, "r%zu: error %d %s", v->index, e->error_code,
                 e->description);
  random_require(r, e->error_code != -HYCO_ETOOLONG,
                 "r%zu: error %d %s, but the relay says nothing so long",
                 v->index, e->error_code, e->description);
  random_act_in_handler(r);
}

const hyco_receiver_events random_receiver_events = {
  .on_connected = connected,
  .on_disconnected = disconnected,
  .on_connection_request = connection_request,
  .on_connection_connected = connection_connected,
  .on_connection_ready_to_send = connection_ready,
  .on_connection_data_in = connection_data,
  .on_connection_end = connection_end,
  .on_connection_disconnected = connection_disconnected,
  .on_connection_error = connection_error,
  .on_error = receiver_error,
  .on_http_request = random_http_request,
  .on_http_request_data = random_http_data,
  .on_http_request_cancelled = random_http_cancelled,
  .on_http_ready = random_http_ready,
};

static bool anybody_listens(const struct random *r)
{
  for (size_t i = 0; i < r->world.n_receivers; i++) {
    const struct random_receiver *v = &r->receivers[i];
    if (v->is_online && !v->is_stopping)
      return true;
  }
  return false;
}

static void sender_connected(hyco_sender *self, const hyco_connected *e,
                             void *user_data)
{
  struct random_sender *s = user_data;
  struct random *r = s->random;
  bool may_fail = r->troubled || r->relay_stopping || r->plan.rejects ||
                  r->plan.recycles || r->plan.frees || r->plan.stops ||
                  !anybody_listens(r);

  (void)self;
  random_trace(r, "s%zu connected %d %s: chat %u", s->index, e->status_code,
               e->description, s->chat != NULL ? s->chat->number : 0);
  random_require(r, s->chat != NULL && s->is_connecting, "s%zu connected twice",
                 s->index);
  s->is_connecting = false;
  if (e->status_code == 0) {
    random_saw_open(r, s->chat, RANDOM_SENDER);
  } else {
    random_require(r, may_fail, "s%zu could not connect: %d %s", s->index,
                   e->status_code, e->description);
    s->chat->sides[RANDOM_SENDER].state = SIDE_OVER;
    s->chat = NULL;
  }
  random_act_in_handler(r);
}

static struct random_chat *chat_of_sender(struct random_sender *s)
{
  random_require(s->random, s->chat != NULL, "s%zu: an event of no connection",
                 s->index);
  return s->chat;
}

static void sender_ready(hyco_sender *self, void *user_data)
{
  struct random_sender *s = user_data;
  (void)self;
  random_saw_ready(s->random, chat_of_sender(s), RANDOM_SENDER);
  random_act_in_handler(s->random);
}

static void sender_data(hyco_sender *self, const hyco_data_in *e,
                        void *user_data)
{
  struct random_sender *s = user_data;
  (void)self;
  random_saw_data(s->random, chat_of_sender(s), RANDOM_SENDER, e);
  random_act_in_handler(s->random);
}

static void sender_end(hyco_sender *self, const hyco_disconnected *e,
                       void *user_data)
{
  struct random_sender *s = user_data;
  (void)self;
  random_trace(s->random, "s%zu end %d", s->index, e->status_code);
  random_saw_end(s->random, chat_of_sender(s), RANDOM_SENDER, e->status_code);
  random_act_in_handler(s->random);
}

static void sender_disconnected(hyco_sender *self, const hyco_disconnected *e,
                                void *user_data)
{
  struct random_sender *s = user_data;
  (void)self;
  random_trace(s->random, "s%zu disconnected %d %s", s->index, e->status_code,
               e->description);
  random_saw_over(s->random, chat_of_sender(s), RANDOM_SENDER, e->status_code);
  s->chat = NULL;
  random_act_in_handler(s->random);
}

static void sender_error(hyco_sender *self, const hyco_error_event *e,
                         void *user_data)
{
  struct random_sender *s = user_data;
  (void)self;
  random_trace(s->random, "s%zu error %d %s", s->index, e->error_code,
               e->description);
  random_saw_error(s->random, chat_of_sender(s), RANDOM_SENDER, e->error_code);
}

const hyco_sender_events random_sender_events = {
  .on_connected = sender_connected,
  .on_ready_to_send = sender_ready,
  .on_data_in = sender_data,
  .on_end = sender_end,
  .on_disconnected = sender_disconnected,
  .on_error = sender_error,
};
