/* A relay on a simulated net, and raw peers that listen, connect and accept. */
#ifndef TESTS_SUPPORT_RELAY_WORLD_H
#define TESTS_SUPPORT_RELAY_WORLD_H

#include "protocol/control.h"
#include "relay/relay.h"
#include "support/raw_peer.h"

/* What every handshake here has: RFC 6455 1.3's sample key. */
#define WORLD_HOST "relay.example"
#define WORLD_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define WORLD_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

enum {
  WORLD_LOG_MAX = 1 << 16,
  WORLD_HEAD_MAX = 4096,
  WORLD_PEERS_MAX = 64,
  WORLD_TOKEN_S = 3600 /* how long tokens are good */
};

struct relay_world {
  struct sim *sim;
  struct hc_relay *relay;
  uint16_t port;
  char log[WORLD_LOG_MAX];
  size_t log_len;
  char head[WORLD_HEAD_MAX]; /* the last answer */
  /* for the test to dial with; world_finish closes them */
  struct raw_peer listener;
  struct raw_peer sender;
  struct raw_peer rendezvous;
  struct raw_peer peers[WORLD_PEERS_MAX]; /* of world_peers */
  size_t n_peers;
};

/* Rules: root (all), listen, send, each with its name and "-key" as key; send
 * has a secondary key "second-key". Entities: hyco, hyco/deeper, and open
 * (anonymous). */
void world_options(struct hc_relay_options *options);

/* options NULL: those of world_options. */
void world_start(struct relay_world *w, const struct hc_relay_options *options);

/* Cuts the world's peers and frees the relay; nothing may be left of it. */
void world_finish(struct relay_world *w);

/* One more peer, or n in a row; the world's, once it is started. */
struct raw_peer *world_peer(struct relay_world *w);
struct raw_peer *world_peers(struct relay_world *w, size_t n);

/* A test's set-up and tear-down: *state is a world. That of WORLD_TEST has
 * world_options; that of WORLD_OWN_TEST is started by the test, with its own.
 */
int world_set_up(void **state);
int world_set_up_own(void **state);
int world_tear_down(void **state);
#define WORLD_TEST(test) \
  cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define WORLD_OWN_TEST(test) \
  cmocka_unit_test_setup_teardown(test, world_set_up_own, world_tear_down)

/* A token of a rule for WORLD_HOST and path, good for ttl_s from now. */
void world_token(const struct relay_world *w, char token[1024],
                 const char *path, const char *rule, int64_t ttl_s);

/* Dials and sends a handshake to a namespace; extra are header lines, each with
 * CRLF. */
void world_send_to(struct relay_world *w, struct raw_peer *peer,
                   const char *host, const char *target, const char *extra);

/* The same to WORLD_HOST. */
void world_send_upgrade(struct relay_world *w, struct raw_peer *peer,
                        const char *target, const char *extra);

/* The same, with a token of the rule for the namespace in a header. */
void world_send_request(struct relay_world *w, struct raw_peer *peer,
                        const char *target, const char *rule);

/* Waits for the answer's head: its status; the head is in w->head. */
int world_answer(struct relay_world *w, struct raw_peer *peer);

/* The whole of an attempt that is refused: status, and the end of the stream
 * after it. */
int world_refused(struct relay_world *w, const char *target, const char *extra);

/* A listener of an entity. */
void world_listen(struct relay_world *w, struct raw_peer *peer,
                  const char *name);

/* A sender's handshake, not answered yet; target begins behind "/$hc/". */
void world_connect(struct relay_world *w, struct raw_peer *peer,
                   const char *target);

/* Waits for an accept message; the caller deinits it. */
void world_read_accept(struct raw_peer *listener, struct hc_control *control);

/* What stands behind the host in an accept message's address. */
const char *world_target(const struct hc_control *control);

/* A listener, and a sender joined with a rendezvous. */
struct world_pair {
  struct raw_peer listener;
  struct raw_peer sender;
  struct raw_peer rendezvous;
};
void world_join(struct relay_world *w, struct world_pair *pair);

/* Ends all of them. */
void world_part(struct world_pair *pair);

/* A test's set-up and tear-down: a world with a pair joined in it; *state is
 * this. */
struct world_joined {
  struct relay_world world;
  struct world_pair pair;
};
int world_set_up_joined(void **state);
int world_tear_down_joined(void **state);
#define WORLD_JOINED_TEST(test)                              \
  cmocka_unit_test_setup_teardown(test, world_set_up_joined, \
                                  world_tear_down_joined)

bool world_logged(const struct relay_world *w, const char *text);
struct hc_relay_counts world_counts(const struct relay_world *w);

#endif
