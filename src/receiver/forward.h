/* Forwarding: one accepted connection joined to a TCP connection to
 * forwarding_host and forwarding_port. Bytes go both ways, an end of one side
 * is an end for the other, a cut a cut; who reads slowly is waited for. */
#ifndef HC_RECEIVER_FORWARD_H
#define HC_RECEIVER_FORWARD_H

#include "session/connection.h"
#include "session/property.h"

struct hc_forward;

/* What waits for the target before the sender is not read any more, and the
 * most that waits for the sender (less if OutBufferSize is less) before the
 * target is not. */
enum { HC_FORWARD_MARK = 1 << 18 };

struct hc_forward_handler {
  /* The target's TCP stands. */
  void (*on_open)(void *user_data);
  /* It never will; code HYCO_EFORWARD. Not after on_open. */
  void (*on_failed)(void *user_data, const struct hc_fault *fault);
};

/* True if both properties have a value. */
bool hc_forward_is_wanted(const struct hc_properties *props);

/* Names the target; NULL when out of memory. */
struct hc_forward *hc_forward_new(struct hc_net *net,
                                  const struct hc_properties *props,
                                  const struct hc_forward_handler *handler,
                                  void *user_data);

/* Dials. 0: a handler follows; HYCO_EFORWARD: fault says why, none is called.
 */
int hc_forward_dial(struct hc_forward *f, const struct hc_properties *props,
                    struct hc_fault *fault);

/* The connection of the sender is open, with half_close. From now on it is
 * read when the target can take more. A target that broke ends it by
 * hc_connection_cut; then f may be gone. */
void hc_forward_join(struct hc_forward *f, struct hc_connection *c);

/* What the connection tells: data, its end, room to send. hc_forward_take may
 * end the connection as above. */
void hc_forward_take(struct hc_forward *f, struct hc_span data);
void hc_forward_end(struct hc_forward *f);
void hc_forward_ready(struct hc_forward *f);

/* Whether the application lets the sender be read (accept_data). */
void hc_forward_set_accepting(struct hc_forward *f, bool accepting);

/* Gives the target up: what was written, then FIN, or RST after a cut. */
void hc_forward_close(struct hc_forward *f, bool is_cut);

/* Frees; a target that still stands sees a cut. NULL is fine. */
void hc_forward_free(struct hc_forward *f);

#endif
