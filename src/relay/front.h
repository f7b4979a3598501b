/* A stream's first request: reads it, decides, hands the stream on. */
#ifndef HC_RELAY_FRONT_H
#define HC_RELAY_FRONT_H

#include "net/net.h"

struct hc_relay;

/* Takes a stream that was just accepted. */
void hc_relay_front_open(struct hc_relay *relay, struct hc_stream *stream);

/* Closes those that are still in handshake. */
void hc_relay_fronts_end(struct hc_relay *relay);

#endif
