/* What the two ends of a connection must see: each message of the other end
 * once, in order, unchanged; a Close only if there was one; nothing after the
 * end. */
#include "sim_random.h"

#include "support/check.h"
#include <stdlib.h>

/* SplitMix64's last step: what a message is made of follows from its number. */
uint64_t random_mix(uint64_t x)
{
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

static uint64_t message_seed(const struct random_chat *chat,
                             enum random_who from, uint32_t n)
{
  return random_mix((uint64_t)chat->number << 40 | (uint64_t)from << 32 | n);
}

/* Around the borders of the head's three forms of length, mostly small. */
struct random_message random_message_of(const struct random *r,
                                        const struct random_chat *chat,
                                        enum random_who from, uint32_t n)
{
  static const size_t borders[] = { 0,     1,     125,   126,  127,
                                    16384, 16385, 65535, 65536 };
  uint64_t dice = message_seed(chat, from, n);
  struct random_message m = { (dice & 1) != 0 ? HC_WS_TEXT : HC_WS_BINARY, 0 };

  dice >>= 1;
  if (dice % 4 == 0)
    m.len = borders[(dice >> 8) % CHECK_COUNT(borders)];
  else if (dice % 128 == 1)
    m.len = (size_t)(dice >> 8) % RANDOM_MESSAGE_MAX;
  else if (dice % 16 == 2)
    m.len = (size_t)(dice >> 8) % 100000;
  else
    m.len = (size_t)(dice >> 8) % 2000;
  if (m.len > r->plan.message_max)
    m.len %= r->plan.message_max + 1;
  return m;
}

static void fill_text(uint8_t *dst, size_t n, uint64_t seed)
{
  static const char *const characters[] = { "a", "\xc3\xa9", "\xe2\x82\xac",
                                            "\xf0\x9f\x98\x80" };
  size_t at = 0;

  while (at < n) {
    seed = seed * 6364136223846793005U + 1;
    const char *c = characters[seed >> 62];
    size_t len = strlen(c);
    if (len > n - at) {
      c = "z";
      len = 1;
    }
    memcpy(dst + at, c, len);
    at += len;
  }
}

void random_fill(uint8_t *dst, const struct random_chat *chat,
                 enum random_who from, uint32_t n, struct random_message m)
{
  uint64_t seed = message_seed(chat, from, n);

  if (m.opcode == HC_WS_TEXT)
    fill_text(dst, m.len, seed);
  else
    sim_pattern(dst, m.len, (uint32_t)seed);
}

struct random_chat *random_chat_new(struct random *r, size_t sender)
{
  if (r->n_chats == RANDOM_CHATS_MAX)
    return NULL;
  struct random_chat *chat = &r->chats[r->n_chats];
  chat->number = (uint32_t)r->n_chats++;
  chat->sender = sender;
  return chat;
}

void random_chats_free(struct random *r)
{
  for (size_t i = 0; i < r->n_chats; i++) {
    free(r->chats[i].sides[RANDOM_SENDER].expected);
    free(r->chats[i].sides[RANDOM_RECEIVER].expected);
  }
}

static const char *name(enum random_who who)
{
  return who == RANDOM_SENDER ? "sender" : "receiver";
}

static struct random_side *other(struct random_chat *chat, enum random_who who)
{
  return &chat->sides[1 - who];
}

/* It closed, and will not wait for as long as its peer may use its half. */
static bool outlives(const struct random_side *side,
                     const struct random_side *peer)
{
  return side->closing && (!side->half_close || side->shut) && peer->half_close;
}

/* Cuts have a reason: a fault, a side that was freed, a Close that a paused
 * peer did not see for 10 s, or one whose sender does not wait; a shutdown does
 * not wait for longer than 10 s, whatever stands before the peer's Close. */
bool random_may_be_cut(const struct random *r, const struct random_chat *chat)
{
  const struct random_side *a = &chat->sides[RANDOM_SENDER];
  const struct random_side *b = &chat->sides[RANDOM_RECEIVER];
  bool impatient = (a->closing && !a->waits) || (b->closing && !b->waits);
  bool unread = (a->closing || b->closing) && (a->was_paused || b->was_paused);
  bool hurried = b->shut && r->is_slow;
  bool dropped = b->state == SIDE_NONE && (r->plan.frees || r->plan.stops);

  return r->troubled || a->freed || b->freed || dropped || impatient ||
         hurried || unread || outlives(a, b) || outlives(b, a);
}

void random_saw_open(struct random *r, struct random_chat *chat,
                     enum random_who who)
{
  struct random_side *side = &chat->sides[who];

  random_require(r, side->state == SIDE_NONE, "chat %u: the %s opened twice",
                 chat->number, name(who));
  side->state = SIDE_OPEN;
}

void random_saw_ready(struct random *r, struct random_chat *chat,
                      enum random_who who)
{
  struct random_side *side = &chat->sides[who];

  random_require(r, side->state == SIDE_OPEN || side->state == SIDE_ENDED,
                 "chat %u: the %s is ready when it is not open", chat->number,
                 name(who));
  random_require(r, !side->was_ready || side->owed_ready,
                 "chat %u: the %s is ready without having blocked",
                 chat->number, name(who));
  side->was_ready = true;
  side->owed_ready = false;
}

/* A pong answers a ping of ours, and none answers one twice. */
static void take_pong(struct random *r, struct random_chat *chat,
                      enum random_who who, const hyco_data_in *e)
{
  struct random_side *side = &chat->sides[who];
  uint32_t number = 0;

  random_require(r, e->eom && e->len == sizeof number,
                 "chat %u: the %s got a pong of %zu bytes", chat->number,
                 name(who), e->len);
  memcpy(&number, e->data, sizeof number);
  random_require(r, number > side->pongs && number <= side->pings,
                 "chat %u: the %s got pong %u after %u, of %u", chat->number,
                 name(who), number, side->pongs, side->pings);
  side->pongs = number;
}

static void expect_message(struct random *r, struct random_chat *chat,
                           enum random_who who, struct random_message m)
{
  struct random_side *side = &chat->sides[who];

  if (side->expected != NULL)
    return;
  side->expected = malloc(m.len > 0 ? m.len : 1);
  random_require(r, side->expected != NULL, "no memory for the test");
  random_fill(side->expected, chat, 1 - who, side->n_received, m);
}

/* No more than was sent. */
static void check_was_sent(struct random *r, struct random_chat *chat,
                           enum random_who who, const hyco_data_in *e)
{
  const struct random_side *side = &chat->sides[who];
  const struct random_side *from = other(chat, who);
  bool is_whole = side->n_received < from->n_sent;
  bool is_part = side->n_received == from->n_sent && !e->eom &&
                 side->part_received + e->len <= from->part_sent;

  random_require(r, is_whole || is_part,
                 "chat %u: the %s got %zu bytes that nobody sent", chat->number,
                 name(who), e->len);
}

void random_saw_data(struct random *r, struct random_chat *chat,
                     enum random_who who, const hyco_data_in *e)
{
  struct random_side *side = &chat->sides[who];
  struct random_message m =
      random_message_of(r, chat, 1 - who, side->n_received);

  bool reads = side->half_close || !side->closing;
  random_require(r, side->state == SIDE_OPEN && reads,
                 "chat %u: the %s got data when it is not open", chat->number,
                 name(who));
  if (e->data_format == HYCO_FORMAT_PONG) {
    take_pong(r, chat, who, e);
    return;
  }
  check_was_sent(r, chat, who, e);
  random_require(r,
                 (int)e->data_format == (int)m.opcode &&
                     side->part_received + e->len <= m.len,
                 "chat %u: the %s got format %d, %zu bytes at %zu of %zu",
                 chat->number, name(who), (int)e->data_format, e->len,
                 side->part_received, m.len);
  expect_message(r, chat, who, m);
  random_require(r,
                 e->len == 0 || memcmp(side->expected + side->part_received,
                                       e->data, e->len) == 0,
                 "chat %u: the %s got other bytes in message %u", chat->number,
                 name(who), side->n_received);
  side->part_received += e->len;
  if (!e->eom)
    return;
  random_require(r, side->part_received == m.len,
                 "chat %u: message %u of the %s ends at %zu of %zu",
                 chat->number, side->n_received, name(who), side->part_received,
                 m.len);
  free(side->expected);
  side->expected = NULL;
  side->part_received = 0;
  side->n_received++;
}

/* Behind the peer's Close nothing is missing. */
static void check_complete(struct random *r, struct random_chat *chat,
                           enum random_who who)
{
  const struct random_side *side = &chat->sides[who];
  const struct random_side *from = other(chat, who);

  random_require(r,
                 side->n_received == from->n_sent &&
                     side->part_received == from->part_sent,
                 "chat %u: a Close, but the %s has %u+%zu of %u+%zu",
                 chat->number, name(who), side->n_received, side->part_received,
                 from->n_sent, from->part_sent);
}

void random_saw_end(struct random *r, struct random_chat *chat,
                    enum random_who who, int code)
{
  struct random_side *side = &chat->sides[who];
  const struct random_side *from = other(chat, who);
  bool is_peers = from->closing && code == from->close_code;

  random_require(r, side->state == SIDE_OPEN && side->half_close,
                 "chat %u: the %s has an end that it cannot have", chat->number,
                 name(who));
  random_require(r, is_peers || (r->relay_stopping && code == 1001),
                 "chat %u: the %s was closed with %d by nobody", chat->number,
                 name(who), code);
  if (is_peers)
    check_complete(r, chat, who);
  side->state = SIDE_ENDED;
}

void random_saw_error(struct random *r, struct random_chat *chat,
                      enum random_who who, int code)
{
  struct random_side *side = &chat->sides[who];

  random_require(r, side->state == SIDE_OPEN || side->state == SIDE_ENDED,
                 "chat %u: an error %d of the %s that is not open",
                 chat->number, code, name(who));
  random_require(r, code != -HYCO_EPROTOCOL,
                 "chat %u: the %s saw the relay break the protocol",
                 chat->number, name(who));
  side->said_error = true;
}

/* A clean end has the code of one of those who may close. */
static void check_code(struct random *r, struct random_chat *chat,
                       enum random_who who, int code)
{
  const struct random_side *side = &chat->sides[who];
  const struct random_side *from = other(chat, who);
  bool is_peers = from->closing && code == from->close_code;
  bool is_own = side->closing && code == side->close_code;
  bool is_relays = r->relay_stopping && code == 1001;

  random_require(r, is_peers || is_own || is_relays,
                 "chat %u: the %s was closed with %d by nobody", chat->number,
                 name(who), code);
  bool reads_on = !side->closing || (side->half_close && side->waits);
  if (side->state == SIDE_OPEN && reads_on && !is_relays)
    check_complete(r, chat, who);
}

void random_saw_over(struct random *r, struct random_chat *chat,
                     enum random_who who, int code)
{
  struct random_side *side = &chat->sides[who];

  random_require(r, side->state == SIDE_OPEN || side->state == SIDE_ENDED,
                 "chat %u: the %s ended twice", chat->number, name(who));
  random_require(r, side->said_error == (code == 1006),
                 "chat %u: the %s ended with %d %s an error", chat->number,
                 name(who), code, side->said_error ? "after" : "without");
  if (code == 1006)
    random_require(r, random_may_be_cut(r, chat),
                   "chat %u: the %s was cut for no reason", chat->number,
                   name(who));
  else
    check_code(r, chat, who, code);
  side->state = SIDE_OVER;
}
