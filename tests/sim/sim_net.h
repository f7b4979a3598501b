/* A second hc_net: a wire in memory, a virtual clock, one seed. Plaintext
 * only: hc_tls handles are dummies. */
#ifndef TESTS_SIM_SIM_NET_H
#define TESTS_SIM_SIM_NET_H

#include "net/net.h"

struct sim;

/* The same seed gives the same run. */
struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *sim);

/* The net that receivers, senders and relays are created on. */
struct hc_net *sim_net(struct sim *sim);

/* Runs events in order of time until none is left within ms of now; the clock
 * then stands at now + ms. */
void sim_run(struct sim *sim, uint64_t ms);

/* Runs until done(user_data) or ms have passed; true if done. */
bool sim_run_until(struct sim *sim, bool (*done)(void *user_data),
                   void *user_data, uint64_t ms);

/* How the wire behaves; defaults: 1 ms latency each way, reads and writes of
 * random sizes up to the limits of net.h, nothing fails. */
struct sim_wire {
  uint64_t latency_min_ms;
  uint64_t latency_max_ms;
  size_t window;   /* bytes on the wire per direction before the sender's
                      pending() grows */
  size_t read_max; /* most bytes handed over at once; at least 1 */
};
void sim_set_wire(struct sim *sim, const struct sim_wire *wire);

/* Faults. Streams are counted from 0 in the order they were dialled. */
enum sim_cut { SIM_CUT_RST, SIM_CUT_FIN, SIM_CUT_SILENCE };
size_t sim_stream_count(const struct sim *sim);
const char *sim_dialled_host(struct sim *sim, size_t dialled); /* as asked */
void sim_cut(struct sim *sim, size_t dialled, enum sim_cut how);
void sim_refuse_dials(struct sim *sim, bool refuse); /* HYCO_ECONNREFUSED */
void sim_hang_dials(struct sim *sim, bool hang);     /* until the timeout */
void sim_lose_names(struct sim *sim, bool lose);     /* HYCO_EHOSTNOTFOUND for
                                                        what is no address */

/* Moves the wall clock by so many seconds (the virtual clock goes on). */
void sim_jump_wall(struct sim *sim, int64_t seconds);

/* Runs fn at a later virtual time, as an application would do something. */
void sim_at(struct sim *sim, uint64_t delay_ms, void (*fn)(void *user_data),
            void *user_data);

/* As if a blocking call inside a handler ran the loop: of the streams that were
 * dialled only those of reads_in_narrow_turns are read, no handler but on_data
 * is called, and timers that call handlers wait. Accepted streams are other
 * programs'. Not while a dial is under way. */
void sim_set_narrow(struct sim *sim, bool narrow);

/* Streams, listeners and timers that are still there: 0 after a clean end. */
size_t sim_open_handles(const struct sim *sim);

#endif
