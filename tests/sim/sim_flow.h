/* One direction of a connection: messages whose lengths and bytes follow from a
 * number, made in order and checked as they come, piece by piece. */
#ifndef TESTS_SIM_SIM_FLOW_H
#define TESTS_SIM_SIM_FLOW_H

#include "base/span.h"
#include "protocol/ws.h"
#include <hyco/receiver.h>

enum { SIM_FLOW_MESSAGE_MAX = 40000 };

/* Zero-initialised but for number. */
struct sim_flow {
  uint32_t number;
  uint32_t sent; /* messages */
  uint32_t got;
  size_t got_in_message; /* bytes of the message that is coming */
};

/* The next message to send, in dst: SIM_FLOW_MESSAGE_MAX bytes of room. It
 * counts as sent only after sim_flow_sent. */
struct hc_span sim_flow_make(const struct sim_flow *f, uint8_t *dst,
                             enum hc_ws_opcode *opcode);
void sim_flow_sent(struct sim_flow *f);

/* A piece has come. False if it is not what comes next. */
bool sim_flow_take(struct sim_flow *f, hyco_format format, struct hc_span piece,
                   bool end_of_message);

/* All that was sent has come. */
bool sim_flow_is_whole(const struct sim_flow *f);

#endif
