/* What is behind the handle hyco_receiver. */
#ifndef HC_API_RECEIVER_H
#define HC_API_RECEIVER_H

#include "api/blocking.h"
#include "receiver/receiver.h"

struct hyco_receiver {
  struct hc_caller caller;
  struct hc_receiver *core;
};

#endif
