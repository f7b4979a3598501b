/* Two parties on a simulated wire that note what they are told. */
#ifndef TESTS_SIM_SIM_PAIR_H
#define TESTS_SIM_SIM_PAIR_H

#include "sim_net.h"

enum { SIM_SINK_MAX = 1 << 22, SIM_SECOND = 1000 };

/* One owner of a stream that notes what it is told. */
struct sim_party {
  struct hc_stream *stream;
  uint8_t *seen;
  size_t seen_len;
  size_t last_shown;
  size_t data_calls;
  size_t take_max; /* leaves what is above it; 0: takes everything */
  int opens;
  int drains;
  int ends;
  int end_code;
  bool pause_in_data;
  bool close_in_data;
  uint64_t hash; /* of when and how much */
};

struct sim_pair {
  struct sim *sim;
  struct hc_listener *listener;
  struct sim_party client;
  struct sim_party server;
  bool refuse_accept;
};

extern const struct hc_stream_handler sim_party_handler;
extern const struct hc_listener_handler sim_listener_handler; /* of a pair */

void sim_pair_start(struct sim_pair *f, uint64_t seed);
void sim_party_close(struct sim_party *party, enum hc_stream_close how);
void sim_pair_finish(struct sim_pair *f);
void sim_pair_dial(struct sim_pair *f);
void sim_pair_connect(struct sim_pair *f, uint64_t seed);
void sim_write_pattern(struct hc_stream *stream, size_t n);
void sim_assert_pattern(const struct sim_party *party, size_t n);

#endif
