/* What is behind the handle hyco_receiver. */
#ifndef HC_API_RECEIVER_H
#define HC_API_RECEIVER_H

#include "receiver/receiver.h"

struct hyco_receiver {
  hyco_loop *loop;
  bool owns_loop;
  struct hc_receiver *core;
  bool *gone; /* set when freed while a blocking call is under way */
};

#endif
