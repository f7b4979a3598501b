/* A relay, receivers and senders on one simulated net. What they tell their
 * applications is kept as lines of text, in order:
 *
 *   r0 connected 0 OK            r0 request
 *   r0 disconnected 0 OK         r0 error 608 words
 *   r0 1 connected               r0 1 text "hello"
 *   r0 1 ready                   r0 1 binary 1048576 bytes
 *   r0 1 end 1000 words          r0 1 pong ""
 *   r0 1 disconnected 1000 words r0 1 error 10054 words
 *   r0 1 progress 16384 of 20000
 *   r0 certificate OK            r0 http 2 GET /hyco/x "body"
 *   r0 http 2 ready              r0 http 2 "piece of a body" end
 *   r0 http 2 cancelled 1120 words
 *
 * where r0 is the first receiver and 1 a ConnectionId; a sender, s0, has no
 * ids. A message stands there when its last piece has come. What the relay
 * appends to its words, " TrackingId:...", is left out. */
#ifndef TESTS_SIM_SIM_WORLD_H
#define TESTS_SIM_SIM_WORLD_H

#include "receiver/receiver.h"
#include "relay/relay.h"
#include "sender/sender.h"
#include "sim_net.h"

enum {
  SIM_RECEIVERS_MAX = 4,
  SIM_SENDERS_MAX = 16,
  SIM_IDS_MAX = 512,         /* ConnectionIds of one receiver */
  SIM_MESSAGE_MAX = 1 << 22, /* bytes of a message */
  SIM_LOG_MAX = 1 << 16,
  SIM_REACTIONS_MAX = 8,
  SIM_WAIT_MS = 1000 /* longer than any way there and back */
};

struct sim_world;

/* The message that is coming. The test's own memory: hc_alloc may be made to
 * fail. */
struct sim_inbox {
  uint8_t *bytes;
  size_t len;
  size_t cap;
};

struct sim_receiver {
  struct sim_world *world;
  struct hc_receiver *core; /* NULL once it is freed */
  char name[8];
  hyco_connection_request decision; /* what the handler answers */
  bool refuse_certificate;
  bool notes_log; /* "r0 log" for each line of on_log */
  struct sim_inbox inbox[SIM_IDS_MAX];
  size_t last_len; /* of the last whole message */
  uint64_t last_hash;
};

struct sim_sender {
  struct sim_world *world;
  struct hc_sender *core;
  char name[8];
  bool refuse_certificate;
  bool notes_log;
  struct sim_inbox inbox;
  size_t heard; /* bytes of messages, all told */
  size_t last_len;
  uint64_t last_hash;
};

/* What is done inside the handler whose line begins with these words. */
struct sim_reaction {
  const char *line;
  void (*fn)(void *user_data);
  void *user_data;
};

struct sim_world {
  uint64_t seed;
  bool uses_tls;
  struct sim *sim;
  struct hc_relay *relay; /* NULL while it is down */
  uint16_t port;
  struct hc_tls *tls;
  struct hc_relay_settings settings;
  struct sim_receiver receivers[SIM_RECEIVERS_MAX];
  struct sim_sender senders[SIM_SENDERS_MAX];
  size_t n_receivers;
  size_t n_senders;
  char log[SIM_LOG_MAX];
  size_t log_len;
  struct sim_reaction reactions[SIM_REACTIONS_MAX];
};

/* Starts the relay: rules root (all), listen and send, each with its name and
 * "-key" as key; entities hyco, "my hyco" and open (anonymous senders). */
void sim_world_start(struct sim_world *w, uint64_t seed);
void sim_world_start_tls(struct sim_world *w, uint64_t seed);

/* Frees everything; nothing may be left on the net. */
void sim_world_finish(struct sim_world *w);

/* A test's set-up and tear-down: *state is a world with this seed;
 * sim_world_join is done in that of SIM_JOINED_TEST. */
int sim_world_set_up(void **state);
int sim_world_set_up_tls(void **state);
int sim_world_set_up_joined(void **state);
int sim_world_tear_down(void **state);
#define SIM_SET_UP_TEST(set_up, test, seed)                     \
  {                                                             \
    .name = #test, .test_func = (test), .setup_func = (set_up), \
    .teardown_func = sim_world_tear_down,                       \
    .initial_state = (void *)(uintptr_t)(seed)                  \
  }
#define SIM_TEST(test, seed) SIM_SET_UP_TEST(sim_world_set_up, test, seed)
#define SIM_TLS_TEST(test, seed) \
  SIM_SET_UP_TEST(sim_world_set_up_tls, test, seed)
#define SIM_JOINED_TEST(test, seed) \
  SIM_SET_UP_TEST(sim_world_set_up_joined, test, seed)

void sim_world_relay_down(struct sim_world *w);
void sim_world_relay_up(struct sim_world *w); /* on the same port */

/* One more role, for the entity hyco with the root rule. */
struct sim_receiver *sim_world_receiver(struct sim_world *w);
struct sim_sender *sim_world_sender(struct sim_world *w);
void sim_receiver_free(struct sim_receiver *r);
void sim_sender_free(struct sim_sender *s);

/* "Name=Value" for a role. */
void sim_receiver_set(struct sim_receiver *r, const char *text);
void sim_sender_set(struct sim_sender *s, const char *text);

/* Starts it and waits until it is up. */
void sim_receiver_listen(struct sim_receiver *r);
void sim_sender_connect(struct sim_sender *s);

/* r0 listens, s0 is connected with it (as ConnectionId 1, the first time); the
 * lines of that are forgotten. Roles that the test made before are used. */
void sim_world_join(struct sim_world *w);

/* hyco_receiver_send, hyco_receiver_send_text and their twins. */
int sim_receiver_send(struct sim_receiver *r, int id, enum hc_ws_opcode opcode,
                      struct hc_span payload);
int sim_sender_send(struct sim_sender *s, enum hc_ws_opcode opcode,
                    struct hc_span payload);

void sim_world_note(struct sim_world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Once, inside the handler whose line begins with `line`, fn is called. */
void sim_world_on(struct sim_world *w, const char *line,
                  void (*fn)(void *user_data), void *user_data);

/* Runs until such a line is there, at most ms. Fails the test otherwise. */
void sim_world_wait(struct sim_world *w, const char *line, uint64_t ms);

/* How many such lines there are. */
size_t sim_world_count(const struct sim_world *w, const char *line);

/* The lines since the last call are these; they are forgotten then. Where
 * expected ends a line in "...", any words may follow. */
void sim_world_expect(struct sim_world *w, const char *expected);
void sim_world_forget(struct sim_world *w);

/* Runs for so long and expects these lines. */
void sim_world_run(struct sim_world *w, uint64_t ms, const char *expected);

/* Bytes to send, and what their hash in last_hash is. */
void sim_pattern(uint8_t *dst, size_t n, uint32_t seed);
uint64_t sim_hash(struct hc_span bytes);

#endif
