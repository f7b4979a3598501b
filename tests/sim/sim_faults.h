/* Faults that a service played by the test does to a real receiver, and what
 * must be true after them: it serves again within the time of the backoff table
 * (0, 1, 2, 5, 10, 30 s and 20 % more or less; DESIGN section 8, reconnect). */
#ifndef TESTS_SIM_SIM_FAULTS_H
#define TESTS_SIM_SIM_FAULTS_H

#include "sim_service.h"

enum {
  SIM_FAULTS_ROUNDS = 7,
  SIM_FAULTS_SLACK_MS = 10, /* a few ways there and back */
  SIM_FAULTS_TEXT = 0x81
};

/* How long the receiver may take to see that its channel is dead. */
enum {
  SIM_FAULTS_SEEN_AT_ONCE_MS = 10,
  SIM_FAULTS_SEEN_AS_SILENCE_MS = 120100
};

/* The wait before each round's try. */
extern const uint64_t sim_faults_waits_ms[SIM_FAULTS_ROUNDS];

/* Does something to a control channel. */
typedef void sim_fault(struct sim_service *s, struct raw_peer *control);

/* The simplest one: RST. */
void sim_faults_reset(struct sim_service *s, struct raw_peer *control);

/* An accept message with this address; or a good one. */
void sim_faults_send_accept(struct raw_peer *control, const char *address);
void sim_faults_offer(struct sim_service *s, struct raw_peer *control);

/* The channel that is up brings a connection that carries data both ways. */
void sim_faults_check_serves(struct sim_service *s, struct raw_peer *control);

/* The receiver asks to listen again, at most seen_ms and the wait of this round
 * after now; its request, not yet answered. */
struct raw_peer *sim_faults_next_try(struct sim_service *s, size_t round,
                                     uint64_t seen_ms);

/* Answers a try with the right 101; the channel is up then. */
struct raw_peer *sim_faults_answer(struct sim_service *s,
                                   struct raw_peer *control);

/* The fault ends channel after channel: each comes back as the table says and
 * the last one serves. */
void sim_faults_check_comes_back(sim_fault *fault, uint64_t seen_ms);

/* The fault, told in these lines, leaves the channel as it is, and it serves.
 */
void sim_faults_check_stays(sim_fault *fault, const char *lines);

/* A channel is lost; then each try meets the fault, which takes took_ms to be
 * seen and is told in this line, until all is well again. */
void sim_faults_check_tries_on(sim_fault *fault, uint64_t took_ms,
                               const char *line);

#endif
