/* What is behind the handle hyco_receiver. */
#ifndef HC_API_RECEIVER_H
#define HC_API_RECEIVER_H

#include "receiver/receiver.h"

#include <stdatomic.h>

struct hyco_receiver {
  hyco_loop *loop;
  bool owns_loop;
  struct hc_receiver *core;
  atomic_int sending; /* the connection of a blocking send; 0: none */
  atomic_bool interrupted;
  bool *gone; /* set when freed while a blocking call is under way */
};

#endif
