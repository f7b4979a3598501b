/* Streams that were told to go while the relay stops: kept until the peer has
 * what was written for it. Each call takes the stream over; without memory it
 * is closed at once. */
#ifndef HC_RELAY_FAREWELL_H
#define HC_RELAY_FAREWELL_H

#include "net/net.h"
#include "protocol/ws.h"

struct hc_relay;

/* A Close was written: waits for the peer's Close or its end. reader (copied)
 * stands where the stream was read last. */
void hc_relay_await_close(struct hc_relay *relay, struct hc_stream *stream,
                          const struct hc_ws_reader *reader);

/* Waits until the kernel has everything, then closes the stream like that. */
void hc_relay_await_written(struct hc_relay *relay, struct hc_stream *stream,
                            enum hc_stream_close how);

/* Closes all that are left. */
void hc_relay_farewells_end(struct hc_relay *relay);

#endif
