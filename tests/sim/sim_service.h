/* A service that a test plays itself, in raw bytes, for real roles: whatever
 * stands on the wire of a control channel, a rendezvous or a sender's
 * connection is the test's own choice. The roles are those of a sim_world whose
 * relay is down. */
#ifndef TESTS_SIM_SIM_SERVICE_H
#define TESTS_SIM_SIM_SERVICE_H

#include "sim_world.h"
#include "support/raw_peer.h"

enum { SIM_SERVICE_PEERS = 32, SIM_SERVICE_HEAD_MAX = 4096 };

/* The connections on which a role is a WebSocket client. */
enum sim_leg { SIM_CONTROL, SIM_ACCEPTED, SIM_SENDER, SIM_LEGS };

struct sim_service {
  struct sim_world world;
  struct hc_listener *listener;
  struct raw_peer peers[SIM_SERVICE_PEERS];
  size_t n_peers;                    /* that came */
  size_t n_taken;                    /* that the test has been given */
  char head[SIM_SERVICE_HEAD_MAX];   /* the last request */
  char accept[HC_WS_ACCEPT_LEN + 1]; /* what answers its key */
};

/* With a receiver r0 and a sender s0, both idle. */
void sim_service_start(struct sim_service *s, uint64_t seed);
void sim_service_start_tls(struct sim_service *s, uint64_t seed);

/* Frees everything; nothing may be left on the net. */
void sim_service_finish(struct sim_service *s);

/* A test's set-up and tear-down: *state is a service with this seed. */
int sim_service_set_up(void **state);
int sim_service_set_up_tls(void **state);
int sim_service_tear_down(void **state);
#define SERVICE_SET_UP_TEST(set_up, test, seed)                 \
  {                                                             \
    .name = #test, .test_func = (test), .setup_func = (set_up), \
    .teardown_func = sim_service_tear_down,                     \
    .initial_state = (void *)(uintptr_t)(seed)                  \
  }
#define SERVICE_TEST(test, seed) \
  SERVICE_SET_UP_TEST(sim_service_set_up, test, seed)
#define SERVICE_TLS_TEST(test, seed) \
  SERVICE_SET_UP_TEST(sim_service_set_up_tls, test, seed)

/* The next connection, once its request is here. */
struct raw_peer *sim_service_request(struct sim_service *s);

/* The same, but it may take so long; NULL if none comes. */
struct raw_peer *sim_service_request_within(struct sim_service *s, uint64_t ms);

/* The same, answered, if one comes within a moment. */
struct raw_peer *sim_service_next(struct sim_service *s);

/* The right 101 to the last request; extra are header lines, each with CRLF. */
void sim_service_answer(struct sim_service *s, struct raw_peer *peer,
                        const char *extra);

/* Starts a leg and waits for its request, which is not answered yet. What comes
 * before (for SIM_ACCEPTED the control channel) is done. */
struct raw_peer *sim_service_dialled(struct sim_service *s, enum sim_leg leg);

/* The same, answered; the lines of that are forgotten. */
struct raw_peer *sim_service_opened(struct sim_service *s, enum sim_leg leg);

/* A Close of the role with this code and these words. */
void sim_service_expect_close(struct raw_peer *peer, int code,
                              const char *words);

/* Runs for a while and expects the lines of a leg that ended with an error:
 * error is the table's number, as in "disconnected 600 words". */
void sim_service_expect_broken(struct sim_service *s, enum sim_leg leg,
                               int error, const char *words);

/* The lines of a leg that the service closed. */
void sim_service_expect_closed(struct sim_service *s, enum sim_leg leg,
                               int code, const char *words);

/* The lines of a leg that never opened. */
void sim_service_expect_refused(struct sim_service *s, enum sim_leg leg,
                                int error, const char *words);

#endif
