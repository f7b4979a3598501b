/* Messages on their way to the application: piece by piece, or whole with
 * BufferMessage. */
#ifndef HC_SESSION_INBOX_H
#define HC_SESSION_INBOX_H

#include "base/buffer.h"
#include "session/connection.h"
#include "session/property.h"

struct hc_inbox {
  struct hc_buffer bytes; /* of the message that is being collected */
  bool amid;              /* a message has begun and not ended */
  bool collects;          /* how that one is handed over */
  bool refused;           /* it is too large: the rest is dropped */
};

/* All zero is an empty inbox. Frees what it holds. */
void hc_inbox_deinit(struct hc_inbox *inbox);

/* A piece has come. 1: hand *data over, with *end_of_message; if it was
 * collected its memory is in *whole now, to be freed after that. 0: nothing to
 * hand over yet. HYCO_ETOOLONG (MaxMessageSize), HYCO_ENOMEM: once, then the
 * rest of the message is dropped. */
int hc_inbox_add(struct hc_inbox *inbox, const struct hc_properties *props,
                 enum hc_ws_opcode opcode, struct hc_span *data,
                 bool end_of_message, struct hc_buffer *whole);

/* After an error of hc_inbox_add: closes the connection with 1009 (1011 when
 * there was no memory), and says why. */
void hc_inbox_refuse(struct hc_connection *c, int error,
                     struct hc_fault *fault);

#endif
