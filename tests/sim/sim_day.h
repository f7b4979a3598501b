/* A day in the life of receivers and senders: senders come, exchange data that
 * is checked byte for byte, and go, while the test cuts what it likes. What
 * must be true at any time is asserted as things happen: nothing is lost that
 * need not be, nothing is served twice, every lost channel is back in time. */
#ifndef TESTS_SIM_SIM_DAY_H
#define TESTS_SIM_SIM_DAY_H

#include "sim_flow.h"
#include "sim_world.h"

enum {
  DAY_RECEIVERS = 3,
  DAY_SENDERS = 8,
  DAY_LONG_SENDERS = 2, /* the first ones: hours long, never cut */
  DAY_CONNECTIONS = 64, /* known at a time */
  DAY_NUMBERS = 20000   /* connections in all */
};

struct day;

struct day_receiver {
  struct day *day;
  struct hc_receiver *core;
  size_t channel; /* the control channel's index among the dialled streams */
  bool is_online;
  bool is_cut; /* the channel was cut, and that is not mended yet */
  uint64_t cut_ms;
  uint64_t online_ms;
  uint64_t lost_ms;
  size_t round; /* of the backoff table */
};

struct day_sender {
  struct day *day;
  struct hc_sender *core;
  struct day_connection *connection; /* NULL: idle */
  bool is_long;
  uint64_t wake_ms;
};

/* From the sender's start until neither side knows of it any more. */
struct day_connection {
  uint32_t number;           /* 0: not in use; n=NUMBER in the sender's query */
  struct day_sender *sender; /* NULL: over on its side */
  struct day_receiver *receiver; /* NULL: not open yet, or over */
  int id;
  bool is_connected; /* on the sender's side */
  bool receiver_is_over;
  bool may_fail;        /* to connect: the network was ill meanwhile */
  bool is_cut;          /* by the test: may end anyhow */
  size_t sender_leg;    /* indices among the dialled streams */
  size_t receiver_leg;  /* SIZE_MAX: not dialled yet */
  struct sim_flow up;   /* to the receiver */
  struct sim_flow down; /* to the sender */
  uint64_t over_ms;     /* when the sender's side was over */
  uint64_t send_ms;     /* when to send next */
  bool is_leaving;
  uint64_t leave_ms; /* nothing is sent from then on */
};

/* How much there was of everything: a day must not pass without events. */
struct day_totals {
  size_t connections;
  size_t failed;
  size_t whole; /* ended by Closes, all bytes there */
  size_t broken;
  size_t channels_lost;
  size_t recycled;
  size_t rendezvous_failed;
};

struct day {
  struct sim_world world; /* the relay */
  uint64_t random;
  bool has_outage;
  uint64_t outage_end_ms;
  struct day_receiver receivers[DAY_RECEIVERS];
  struct day_sender senders[DAY_SENDERS];
  struct day_connection connections[DAY_CONNECTIONS];
  uint32_t last_number;
  uint8_t offered[DAY_NUMBERS]; /* how often a receiver was asked */
  struct day_totals totals;
};

/* The relay without grace for tokens, recycling channels every half hour;
 * receivers that are online. */
void day_start(struct day *d, uint64_t seed);

/* Frees everything; nothing may be left on the net. */
void day_finish(struct day *d);

uint64_t day_now_ms(const struct day *d);
uint64_t day_random(struct day *d, uint64_t limit); /* 0 ... limit - 1 */
void day_fail(const struct day *d, const char *what, uint32_t number);

/* True if any sender that asks now must be served. */
bool day_is_healthy(const struct day *d);

/* Senders that are connecting may fail from now on. */
void day_excuse(struct day *d);

/* Freed and made anew, as when a process dies. */
void day_replace_sender(struct day_sender *s);

void day_connect(struct day_sender *s);

/* Sends the next message of each direction, if there is room. */
void day_exchange(struct day_connection *c);

/* One side sends a last message, and disconnects; the second time nothing. */
void day_leave(struct day_connection *c, bool by_receiver);

/* What is over on both sides is forgotten, and must have been whole unless it
 * was cut; channels must be back in time. */
void day_check(struct day *d);

#endif
