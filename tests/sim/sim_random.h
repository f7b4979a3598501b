/* A whole scenario from one seed: roles, wire, faults, and what applications
 * do. What a peer is told is held against what the other side did; whatever
 * breaks the promises of hyco/receiver.h and hyco/sender.h ends the program
 * with the seed. */
#ifndef TESTS_SIM_SIM_RANDOM_H
#define TESTS_SIM_SIM_RANDOM_H

#include "sim_random_http.h"
#include "sim_world.h"

enum {
  RANDOM_CHATS_MAX = 512,
  RANDOM_MESSAGE_MAX = 1300000, /* above HC_STREAM_TX_MAX: a backlog */
  RANDOM_END_MS = 600000 /* for what must happen once all is well again */
};

/* What may go wrong, and how fast things happen. */
struct random_plan {
  bool cuts;
  bool silence;
  bool refusals; /* dials that are refused or hang */
  bool restarts; /* of the relay */
  bool jumps;    /* of the wall clock */
  bool memory;   /* allocations fail */
  bool frees;    /* of roles in use */
  bool stops;    /* receivers stop, shut down, start again */
  bool rejects;
  bool acts_in_handlers;
  bool recycles;
  bool narrow;        /* wires that take or give little at a time */
  uint64_t http;      /* so many of 16 steps are HTTP's */
  size_t request_max; /* MaxRequestSize */
  uint64_t step_max_ms;
  size_t steps;
  size_t message_max;
};

enum random_state {
  SIDE_NONE,
  SIDE_OPEN,
  SIDE_ENDED, /* HalfClose: the peer's direction is over */
  SIDE_OVER
};

/* One end of a connection as its application sees it. */
struct random_side {
  enum random_state state;
  bool was_ready; /* the first ready event has come */
  bool owed_ready;
  bool half_close;
  bool waits; /* WaitForCloseResponse */
  bool paused;
  bool was_paused;
  bool freed;
  bool shut;    /* by a shutdown: it waits 10 s, no longer */
  bool closing; /* the application disconnects */
  bool said_error;
  int close_code;
  size_t mark; /* OutBufferSize */

  uint32_t n_sent;  /* whole messages that were taken */
  size_t part_sent; /* bytes of the one under way */
  uint32_t pings;

  uint32_t n_received;
  size_t part_received;
  uint8_t *expected; /* the message that is coming */
  uint32_t pongs;    /* the number of the last one */
};

enum random_who { RANDOM_SENDER, RANDOM_RECEIVER };

/* One call of hc_sender_start and all that comes of it. */
struct random_chat {
  uint32_t number;
  struct random_side sides[2];
  size_t sender;
  size_t receiver;
  int id; /* of the receiver's connection; 0: not yet */
};

struct random;

struct random_receiver {
  struct random *random;
  size_t index;
  bool is_listening; /* it was told to, and has not given up */
  bool is_online;
  bool is_stopping;
  bool is_shutting;
  bool streams_requests;
  struct random_side settings; /* what new connections begin with */
  struct random_chat *chats[SIM_IDS_MAX];
};

struct random_sender {
  struct random *random;
  size_t index;
  bool is_connecting;
  struct random_chat *chat; /* NULL while there is none */
};

struct random {
  struct sim_world world;
  uint64_t dice;
  bool traces;
  struct random_plan plan;
  bool troubled;       /* a fault has happened: connections may be cut */
  bool relay_stopping; /* has been told to, at least once */
  bool relay_restarts; /* is down, or on its way down */
  bool ending;         /* no more faults */
  bool is_slow;        /* a wire may need longer than a shutdown waits for what
                          is queued before a Close */
  struct random_receiver receivers[SIM_RECEIVERS_MAX];
  struct random_sender senders[SIM_SENDERS_MAX];
  struct random_chat chats[RANDOM_CHATS_MAX];
  size_t n_chats;
  struct random_http http;
};

/* Runs the scenario of a seed. */
void random_run(uint64_t seed, bool traces);

/* sim_random_test.c: the seed's program ends here unless ok. */
void random_require(const struct random *r, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void random_trace(const struct random *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* sim_random_chat.c: what the two ends of a connection must see. */
struct random_message {
  enum hc_ws_opcode opcode;
  size_t len;
};
uint64_t random_mix(uint64_t x);
struct random_message random_message_of(const struct random *r,
                                        const struct random_chat *chat,
                                        enum random_who from, uint32_t n);
void random_fill(uint8_t *dst, const struct random_chat *chat,
                 enum random_who from, uint32_t n, struct random_message m);
struct random_chat *random_chat_new(struct random *r, size_t sender);
void random_chats_free(struct random *r);
bool random_may_be_cut(const struct random *r, const struct random_chat *chat);
void random_saw_open(struct random *r, struct random_chat *chat,
                     enum random_who who);
void random_saw_ready(struct random *r, struct random_chat *chat,
                      enum random_who who);
void random_saw_data(struct random *r, struct random_chat *chat,
                     enum random_who who, const hyco_data_in *e);
void random_saw_end(struct random *r, struct random_chat *chat,
                    enum random_who who, int code);
void random_saw_error(struct random *r, struct random_chat *chat,
                      enum random_who who, int code);
void random_saw_over(struct random *r, struct random_chat *chat,
                     enum random_who who, int code);

/* sim_random_roles.c: the handlers. */
extern const hyco_receiver_events random_receiver_events;
extern const hyco_sender_events random_sender_events;

/* sim_random_acts.c: what applications and the wire do. */
uint64_t random_below(struct random *r, uint64_t limit);
bool random_one_in(struct random *r, uint64_t n);
void random_add_receiver(struct random *r);
void random_add_sender(struct random *r);
void random_start_receiver(struct random *r, size_t index);
void random_start_sender(struct random *r, size_t index);
bool random_send(struct random *r, struct random_chat *chat,
                 enum random_who who);
void random_pause(struct random *r, struct random_chat *chat,
                  enum random_who who, bool paused);
void random_disconnect(struct random *r, struct random_chat *chat,
                       enum random_who who);
void random_shut(struct random *r, size_t index);
void random_act(struct random *r);
void random_act_in_handler(struct random *r);

/* sim_random_wire.c: the wire, its faults and the relay's. */
void random_set_wire(struct random *r);
void random_relay_up(struct random *r);
void random_fault(struct random *r);
void random_mend(struct random *r);
void random_check_queues(const struct random *r);

#endif
