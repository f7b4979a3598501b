/* A day in the life of receivers and senders. */
#include "sim_day.h"

#include "support/check.h"
#include <stdlib.h>

enum {
  FORGET_MS = 60000, /* after this no late offer comes for a failed sender */
  FAILED_PAUSE_MS = 10000,
  HANDSHAKE_MS = 500,
  LONGEST_WAIT_MS = 36000,
  SEEN_MS = 121000 /* a dead channel, at the latest */
};

/* What __wrap_hc_control_channel_open is about. */
static struct day *today;

uint64_t day_now_ms(const struct day *d)
{
  return hc_net_now_ms(sim_net(d->world.sim));
}

uint64_t day_random(struct day *d, uint64_t limit)
{
  d->random = d->random * 6364136223846793005U + 1442695040888963407U;
  return (d->random >> 33) % limit;
}

void day_fail(const struct day *d, const char *what, uint32_t number)
{
  fail_msg("seed %llu, %llu s, connection %u: %s",
           (unsigned long long)d->world.seed,
           (unsigned long long)(day_now_ms(d) / 1000), (unsigned)number, what);
}

bool day_is_healthy(const struct day *d)
{
  struct hc_relay_counts counts;

  hc_relay_count(d->world.relay, &counts);
  for (size_t i = 0; i < DAY_RECEIVERS; i++) {
    if (!d->receivers[i].is_online || d->receivers[i].is_cut)
      return false;
  }
  return !d->has_outage && counts.listeners == DAY_RECEIVERS;
}

void day_excuse(struct day *d)
{
  for (size_t i = 0; i < DAY_CONNECTIONS; i++) {
    struct day_connection *c = &d->connections[i];
    c->may_fail |= c->number != 0 && !c->is_connected;
  }
}

/* --- connections --- */

static struct day_connection *by_number(struct day *d, uint32_t number)
{
  for (size_t i = 0; i < DAY_CONNECTIONS; i++) {
    if (d->connections[i].number == number)
      return &d->connections[i];
  }
  return NULL;
}

static struct day_connection *by_id(struct day_receiver *r, int id)
{
  for (size_t i = 0; i < DAY_CONNECTIONS; i++) {
    struct day_connection *c = &r->day->connections[i];
    if (c->number != 0 && c->receiver == r && c->id == id)
      return c;
  }
  day_fail(r->day, "an event for an unknown id", 0);
  return NULL;
}

/* Of the sender's query, in a rendezvous address. */
static uint32_t number_in(const char *address)
{
  const char *at = strstr(address, "?n=");
  assert_non_null(at);
  return (uint32_t)strtoul(at + 3, NULL, 10);
}

static void sender_is_over(struct day_connection *c)
{
  c->sender->connection = NULL;
  c->sender = NULL;
  c->over_ms = day_now_ms(today);
}

static void take(struct day_connection *c, struct sim_flow *f,
                 hyco_format format, struct hc_span piece, bool eom)
{
  if (!sim_flow_take(f, format, piece, eom))
    day_fail(today, "not the bytes that come next", c->number);
}

/* A side is over with this code. */
static void check_end(const struct day_connection *c, int code)
{
  if (code != 1000 && !c->is_cut)
    day_fail(today, "lost without need", c->number);
}

/* --- receivers --- */

/* Like hc_backoff, from what is told to the application. */
static uint64_t longest_wait_ms(const struct day_receiver *r)
{
  static const uint64_t waits_ms[] = { 0, 1000, 2000, 5000, 10000, 30000 };
  size_t last = CHECK_COUNT(waits_ms) - 1;
  uint64_t wait_ms = waits_ms[r->round < last ? r->round : last];

  return wait_ms + wait_ms / 5 + HANDSHAKE_MS;
}

static void check_is_back_in_time(const struct day_receiver *r)
{
  const struct day *d = r->day;
  uint64_t until_ms = r->lost_ms + longest_wait_ms(r);

  if (d->outage_end_ms >= r->lost_ms) /* a try may just have failed */
    until_ms = d->outage_end_ms + LONGEST_WAIT_MS + HC_LISTEN_TIMEOUT_MS +
               HANDSHAKE_MS;
  if (!d->has_outage && day_now_ms(d) > until_ms)
    day_fail(d, "a receiver is not back in time", 0);
}

static void on_connected(hyco_receiver *self, const hyco_connected *e,
                         void *user_data)
{
  struct day_receiver *r = user_data;

  (void)self;
  if (e->status_code != 0) {
    if (!r->day->has_outage && r->day->outage_end_ms < r->lost_ms)
      day_fail(r->day, e->description, 0);
    return;
  }
  check_is_back_in_time(r);
  r->is_online = true;
  r->is_cut = false;
  r->online_ms = day_now_ms(r->day);
}

static void on_disconnected(hyco_receiver *self, const hyco_disconnected *e,
                            void *user_data)
{
  struct day_receiver *r = user_data;
  struct day_totals *totals = &r->day->totals;

  (void)self;
  if (!r->is_cut && e->status_code != 1011)
    day_fail(r->day, e->description, 0);
  totals->recycled += e->status_code == 1011;
  totals->channels_lost += r->is_cut;
  r->lost_ms = day_now_ms(r->day);
  r->round =
      r->lost_ms - r->online_ms >= HC_BACKOFF_RESET_MS ? 0 : r->round + 1;
  r->is_online = false;
}

static void on_request(hyco_receiver *self, hyco_connection_request *e,
                       void *user_data)
{
  struct day_receiver *r = user_data;
  uint32_t number = number_in(e->rendezvous_address);
  struct day_connection *c = by_number(r->day, number);

  (void)self;
  if (++r->day->offered[number] > 1)
    day_fail(r->day, "offered twice", number);
  if (c != NULL)
    c->receiver_leg = sim_stream_count(r->day->world.sim); /* dialled next */
}

static void on_open(hyco_receiver *self, int id, void *user_data)
{
  struct day_receiver *r = user_data;
  struct hc_accepted *a = hc_receiver_find(r->core, id);
  struct day_connection *c = by_number(r->day, number_in(a->info.address));

  (void)self;
  if (c == NULL || c->receiver != NULL || c->receiver_is_over)
    day_fail(r->day, "opened without a sender, or twice", c ? c->number : 0);
  c->receiver = r;
  c->id = id;
}

static void on_data(hyco_receiver *self, const hyco_connection_data_in *e,
                    void *user_data)
{
  struct day_connection *c = by_id(user_data, e->connection_id);
  (void)self;
  take(c, &c->up, e->data_format, hc_span_of(e->data, e->len), e->eom);
}

static void on_over(hyco_receiver *self, const hyco_connection_disconnected *e,
                    void *user_data)
{
  struct day_connection *c = by_id(user_data, e->connection_id);
  (void)self;
  check_end(c, e->status_code);
  c->receiver = NULL;
  c->receiver_is_over = true;
}

/* Of a sender that has gone meanwhile, or in an outage. */
static void on_error(hyco_receiver *self, const hyco_error_event *e,
                     void *user_data)
{
  struct day_receiver *r = user_data;
  (void)self;
  if (e->error_code != 608)
    day_fail(r->day, e->description, 0);
  r->day->totals.rendezvous_failed++;
}

static const hyco_receiver_events receiver_events = {
  .on_connected = on_connected,
  .on_disconnected = on_disconnected,
  .on_connection_request = on_request,
  .on_connection_connected = on_open,
  .on_connection_data_in = on_data,
  .on_connection_disconnected = on_over,
  .on_error = on_error,
};

int __real_hc_control_channel_open(
    struct hc_net *net, const struct hc_control_channel_options *options,
    const struct hc_control_channel_handler *handler, void *user_data,
    struct hc_control_channel **out, struct hc_fault *fault);
int __wrap_hc_control_channel_open(
    struct hc_net *net, const struct hc_control_channel_options *options,
    const struct hc_control_channel_handler *handler, void *user_data,
    struct hc_control_channel **out, struct hc_fault *fault);

/* So that the test knows which stream to cut. */
int __wrap_hc_control_channel_open(
    struct hc_net *net, const struct hc_control_channel_options *options,
    const struct hc_control_channel_handler *handler, void *user_data,
    struct hc_control_channel **out, struct hc_fault *fault)
{
  for (size_t i = 0; i < DAY_RECEIVERS; i++) {
    struct day_receiver *r = &today->receivers[i];
    if (r->core == user_data)
      r->channel = sim_stream_count(today->world.sim);
  }
  return __real_hc_control_channel_open(net, options, handler, user_data, out,
                                        fault);
}

/* --- senders --- */

static void on_sender_connected(hyco_sender *self, const hyco_connected *e,
                                void *user_data)
{
  struct day_sender *s = user_data;
  struct day_connection *c = s->connection;

  (void)self;
  if (e->status_code == 0) {
    c->is_connected = true;
    return;
  }
  if (!c->may_fail && day_is_healthy(s->day))
    day_fail(s->day, e->description, c->number);
  s->day->totals.failed++;
  c->is_cut = true;
  s->wake_ms = day_now_ms(s->day) + FAILED_PAUSE_MS;
  sender_is_over(c);
}

static void on_sender_data(hyco_sender *self, const hyco_data_in *e,
                           void *user_data)
{
  struct day_sender *s = user_data;
  struct day_connection *c = s->connection;
  (void)self;
  take(c, &c->down, e->data_format, hc_span_of(e->data, e->len), e->eom);
}

static void on_sender_over(hyco_sender *self, const hyco_disconnected *e,
                           void *user_data)
{
  struct day_sender *s = user_data;
  (void)self;
  check_end(s->connection, e->status_code);
  sender_is_over(s->connection);
}

static const hyco_sender_events sender_events = {
  .on_connected = on_sender_connected,
  .on_data_in = on_sender_data,
  .on_disconnected = on_sender_over,
};

static void set_connection_string(const struct day *d,
                                  struct hc_surface *surface)
{
  char text[256];
  (void)snprintf(text, sizeof text,
                 "Endpoint=sb://localhost:%u/;SharedAccessKeyName=root;"
                 "SharedAccessKey=root-key;EntityPath=hyco;"
                 "UseDevelopmentEmulator=true",
                 (unsigned)d->world.port);
  assert_int_equal(hc_surface_set_connection_string(surface, text), 0);
}

static void make_sender(struct day_sender *s)
{
  struct hc_net *net = sim_net(s->day->world.sim);
  assert_int_equal(hc_sender_new(net, NULL, &sender_events, s, &s->core), 0);
  set_connection_string(s->day, &s->core->surface);
}

void day_replace_sender(struct day_sender *s)
{
  hc_sender_free(s->core);
  if (s->connection != NULL) {
    s->connection->is_cut = true;
    sender_is_over(s->connection);
  }
  make_sender(s);
}

void day_connect(struct day_sender *s)
{
  struct day *d = s->day;
  struct day_connection *c = by_number(d, 0);
  char name[64];

  assert_non_null(c);
  assert_true(++d->last_number < DAY_NUMBERS);
  *c = (struct day_connection){ .number = d->last_number,
                                .sender = s,
                                .may_fail = !day_is_healthy(d),
                                .sender_leg = sim_stream_count(d->world.sim),
                                .receiver_leg = SIZE_MAX,
                                .up = { .number = 2 * d->last_number },
                                .down = { .number = 2 * d->last_number + 1 } };
  (void)snprintf(name, sizeof name, "hybrid_connection=hyco?n=%u",
                 (unsigned)c->number);
  assert_int_equal(hc_surface_config(&s->core->surface, name, NULL), 0);
  assert_int_equal(hc_sender_start(s->core), 0);
  s->connection = c;
  d->totals.connections++;
}

/* --- what they do --- */

static void send_up(struct day_connection *c)
{
  static uint8_t bytes[SIM_FLOW_MESSAGE_MAX];
  enum hc_ws_opcode opcode;

  if (c->sender == NULL || !c->is_connected)
    return;
  struct hc_span m = sim_flow_make(&c->up, bytes, &opcode);
  if (hc_sender_send(c->sender->core, opcode, m) == 0)
    sim_flow_sent(&c->up);
}

static void send_down(struct day_connection *c)
{
  static uint8_t bytes[SIM_FLOW_MESSAGE_MAX];
  enum hc_ws_opcode opcode;

  if (c->receiver == NULL)
    return;
  struct hc_span m = sim_flow_make(&c->down, bytes, &opcode);
  if (hc_receiver_send(c->receiver->core, c->id, opcode, m) == 0)
    sim_flow_sent(&c->down);
}

void day_exchange(struct day_connection *c)
{
  send_up(c);
  send_down(c);
}

void day_leave(struct day_connection *c, bool by_receiver)
{
  if (c->is_leaving)
    return;
  c->is_leaving = true;
  if (by_receiver && c->receiver != NULL) {
    send_down(c);
    assert_int_equal(hc_receiver_disconnect(c->receiver->core, c->id), 0);
  } else if (c->sender != NULL && c->is_connected) {
    send_up(c);
    assert_int_equal(hc_sender_disconnect(c->sender->core), 0);
  }
}

static void check_connection(struct day *d, struct day_connection *c)
{
  bool never_opened = c->receiver == NULL && c->sender == NULL &&
                      day_now_ms(d) - c->over_ms > FORGET_MS;

  if (c->sender != NULL || !(c->receiver_is_over || never_opened))
    return;
  if (!c->is_cut && !(sim_flow_is_whole(&c->up) && sim_flow_is_whole(&c->down)))
    day_fail(d, "not all bytes came", c->number);
  d->totals.whole += !c->is_cut;
  d->totals.broken += c->is_cut && c->is_connected;
  c->number = 0;
}

void day_check(struct day *d)
{
  for (size_t i = 0; i < DAY_CONNECTIONS; i++) {
    if (d->connections[i].number != 0)
      check_connection(d, &d->connections[i]);
  }
  for (size_t i = 0; i < DAY_RECEIVERS; i++) {
    const struct day_receiver *r = &d->receivers[i];
    if (!r->is_online)
      check_is_back_in_time(r);
    else if (r->is_cut && day_now_ms(d) - r->cut_ms > SEEN_MS)
      day_fail(d, "a dead channel is not noticed", 0);
  }
  if (!day_is_healthy(d))
    day_excuse(d);
}

/* --- beginning and end --- */

static void start_receiver(struct day_receiver *r, const char *validity)
{
  struct hc_net *net = sim_net(r->day->world.sim);
  struct hc_surface *surface;

  assert_int_equal(hc_receiver_new(net, NULL, &receiver_events, r, &r->core),
                   0);
  surface = &r->core->surface;
  set_connection_string(r->day, surface);
  assert_int_equal(hc_surface_config(surface, validity, NULL), 0);
  r->lost_ms = day_now_ms(r->day);
  assert_int_equal(hc_receiver_start(r->core, true), 0);
}

void day_start(struct day *d, uint64_t seed)
{
  static const char *const validities[DAY_RECEIVERS] = { "TokenValidity=600",
                                                         "TokenValidity=1200",
                                                         "TokenValidity=3600" };
  const struct sim_wire wire = { 1, 60, 1 << 17, 1 << 16 };

  memset(d, 0, sizeof *d);
  today = d;
  d->random = seed;
  sim_world_start(&d->world, seed);
  sim_world_relay_down(&d->world);
  d->world.settings.token_grace_s = 0;
  d->world.settings.recycle_after_s = 1800;
  sim_world_relay_up(&d->world);
  sim_set_wire(d->world.sim, &wire);
  for (size_t i = 0; i < DAY_RECEIVERS; i++) {
    d->receivers[i].day = d;
    start_receiver(&d->receivers[i], validities[i]);
    sim_run(d->world.sim, 10 * 60 * 1000); /* not all are recycled at once */
  }
  for (size_t i = 0; i < DAY_SENDERS; i++) {
    d->senders[i].day = d;
    d->senders[i].is_long = i < DAY_LONG_SENDERS;
    make_sender(&d->senders[i]);
  }
  assert_true(day_is_healthy(d));
}

void day_finish(struct day *d)
{
  for (size_t i = 0; i < DAY_SENDERS; i++)
    hc_sender_free(d->senders[i].core);
  for (size_t i = 0; i < DAY_RECEIVERS; i++)
    hc_receiver_free(d->receivers[i].core);
  sim_world_finish(&d->world);
}
