/* What the parts of the simulated net share: the clock and its events, links
 * and their two ends. */
#ifndef TESTS_SIM_SIM_INTERNAL_H
#define TESTS_SIM_SIM_INTERNAL_H

#include "base/buffer.h"
#include "base/list.h"
#include "sim_net.h"

struct sim_link;

/* What the owner holds. Freed in close at once, so that the address sanitizer
 * sees an owner that goes on using it. */
struct sim_handle {
  struct hc_stream base;
  struct sim_end *end;
};

enum sim_segment_kind { SIM_DATA, SIM_END, SIM_RESET };

/* A piece of one direction's stream of bytes, on the wire until due_ms and in
 * the receiver's kernel after it. */
struct sim_segment {
  struct hc_list node;
  enum sim_segment_kind kind;
  uint64_t due_ms;
  int code;   /* SIM_END: what on_end is told */
  bool lossy; /* SIM_RESET: what was not read by then is lost */
  size_t taken;
  size_t len;
  uint8_t data[];
};

/* One end of a link: what the kernel would know of a socket. Lives as long as
 * its link. */
struct sim_end {
  struct sim_link *link;
  struct sim_end *peer;
  struct sim_handle *handle; /* NULL: not yet there, or closed */
  struct hc_stream_handler handler;
  void *user_data;
  struct hc_address peer_address;
  bool opened;
  bool reads_in_narrow;

  struct hc_buffer tx; /* written, not yet on the wire */
  uint8_t *room;       /* what reserve gave out */
  size_t room_len;
  size_t drain_mark;
  bool above_mark; /* on_drain is owed */
  bool broken;     /* what is written goes nowhere */
  bool closing;    /* an end follows the last byte of tx */
  int end_code;
  bool shut;          /* nothing may be written any more */
  size_t undelivered; /* of a closed end, when it was looked at last */
  uint64_t undelivered_since_ms;
  uint64_t unacked_since_ms; /* written to a silent link; 0: nothing */

  struct hc_list inbound; /* sim_segment, in order */
  size_t queued;          /* bytes in inbound */
  uint64_t last_due_ms;
  uint8_t *rest; /* what on_data left */
  size_t rest_len;
  bool show_rest;
  bool paused;
  bool ended; /* on_end was called */

  struct hc_timer flush;
  struct hc_timer deliver;
  struct hc_timer linger;
  struct hc_timer keep_alive; /* of an accepted end */
};

enum sim_phase { SIM_CALLING, SIM_OPENING, SIM_FAILING, SIM_DONE };

/* A connection: ends[0] dialled, ends[1] was accepted. */
struct sim_link {
  struct hc_list node;
  struct sim *sim;
  size_t index;
  struct sim_end ends[2];
  bool silent;

  enum sim_phase phase;
  uint16_t port;
  bool has_name; /* dialled by a name, not an address */
  char host[64]; /* as it was dialled */
  bool with_tls;
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
  int failure;
  struct hc_timer connect;
  struct hc_timer timeout;
};

struct sim_listener {
  struct hc_listener base;
  struct hc_list node;
  struct hc_listener_handler handler;
  void *user_data;
  uint16_t port;
  bool with_tls;
};

struct sim {
  struct hc_net net;
  struct hc_timers wire_events;
  struct hc_timers timers; /* the owners' */
  uint64_t now_ms;
  int64_t wall_start_s;
  uint64_t wire_random;
  uint64_t owner_random;
  struct sim_wire wire;
  bool refuse;
  bool hang;
  bool narrow;
  bool no_names;
  uint16_t next_port;
  size_t dialled;
  struct hc_list links;
  struct hc_list retired;
  struct hc_list listeners;
  struct hc_list calls;
  size_t open_streams;
  size_t open_listeners;
  size_t set_timers;
};

static inline struct sim *sim_of(const struct hc_net *net)
{
  return (struct sim *)(uintptr_t)net;
}

static inline struct sim_end *sim_end_of(const struct hc_stream *stream)
{
  return ((const struct sim_handle *)(const void *)stream)->end;
}

/* The simulation's own memory: never part of a test that makes allocation
 * fail; aborts when there is none. */
void *sim_alloc(size_t n);

/* From the wire's seed: a number below limit (above 0); a size from 1 to max
 * that is often the largest and often tiny; how long a segment travels. */
uint64_t sim_random_below(struct sim *sim, uint64_t limit);
size_t sim_random_size(struct sim *sim, size_t max);
uint64_t sim_latency(struct sim *sim);

/* sim_stream.c */
void sim_end_init(struct sim_end *end, struct sim_link *link);
void sim_end_deinit(struct sim_end *end);
struct sim_handle *sim_end_open_handle(struct sim_end *end);
void sim_end_opened(struct sim_end *end);
void sim_end_wake(struct sim_end *end); /* narrow turns are over */
void sim_end_fail(struct sim_end *end, int code, const char *text);
void sim_end_push(struct sim_end *to, enum sim_segment_kind kind, int code);
void sim_end_break(struct sim_end *end);
/* The network is gone: from now on what is written or on its way is lost. */
void sim_end_silence(struct sim_end *end);
void sim_end_drop_travelling(struct sim_end *end);

void sim_stream_set_handler(struct hc_stream *stream,
                            const struct hc_stream_handler *handler,
                            void *user_data);
uint8_t *sim_stream_reserve(struct hc_stream *stream, size_t n);
void sim_stream_commit(struct hc_stream *stream, size_t n);
size_t sim_stream_pending(const struct hc_stream *stream);
void sim_stream_set_drain_mark(struct hc_stream *stream, size_t mark);
void sim_stream_pause(struct hc_stream *stream);
void sim_stream_resume(struct hc_stream *stream);
void sim_stream_shut(struct hc_stream *stream);
void sim_stream_close(struct hc_stream *stream, enum hc_stream_close how);
void sim_stream_negotiated(const struct hc_stream *stream,
                           struct hc_tls_negotiated *out);
void sim_stream_local(const struct hc_stream *stream, struct hc_address *out);
void sim_stream_peer(const struct hc_stream *stream, struct hc_address *out);
uint64_t sim_stream_unacked_ms(const struct hc_stream *stream);

/* sim_dial.c */
int sim_dial(struct hc_net *net, const struct hc_dial *dial,
             const struct hc_stream_handler *handler, void *user_data,
             struct hc_stream **out, struct hc_fault *fault);
int sim_listen(struct hc_net *net, const struct hc_listen *listen,
               const struct hc_listener_handler *handler, void *user_data,
               struct hc_listener **out, struct hc_fault *fault);
uint16_t sim_listener_port(const struct hc_listener *listener);
void sim_listener_set_tls(struct hc_listener *listener, struct hc_tls *tls);
void sim_listener_close(struct hc_listener *listener);
void sim_link_fail_dial(struct sim_link *link, int code);
void sim_link_stop_dialling(struct sim_link *link);

/* Nobody holds an end any more: freed once the running event is over. */
void sim_link_retire(struct sim_link *link);
void sim_link_free(struct sim_link *link);

#endif
