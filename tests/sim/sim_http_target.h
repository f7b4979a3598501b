/* A second hc_http_client, as the simulated net is a second hc_net: the web
 * server behind it is in memory, takes requests in pieces and answers in
 * pieces, in virtual time. As the real client it refuses what it has no room
 * or no memory for. */
#ifndef TESTS_SIM_SIM_HTTP_TARGET_H
#define TESTS_SIM_SIM_HTTP_TARGET_H

#include "base/list.h"
#include "net/http.h"
#include "sim_net.h"

struct sim_http_target {
  struct hc_http_client base;
  struct sim *sim;
  struct hc_list calls;
  size_t answer_len; /* of the body that everybody gets */
  size_t piece;      /* bytes told at a time */
  bool breaks_off;   /* in the middle of it */
  bool is_silent;    /* it takes requests and says nothing */
  size_t n_answered; /* calls that ended well */
  size_t body_len;   /* of the last request that was whole */
};

void sim_http_target_init(struct sim_http_target *target, struct sim *sim);

/* Calls that were not closed. */
size_t sim_http_target_open(const struct sim_http_target *target);

#endif
