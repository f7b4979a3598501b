/* The inside of a stream: one socket, with or without TLS. The read path is in
 * stream_read.c, the write path in stream_write.c, the end in stream_close.c.
 */
#ifndef HC_IO_STREAM_H
#define HC_IO_STREAM_H

#include "base/buffer.h"
#include "io/loop_internal.h"
#include "tls/session.h"

struct hc_dialled;
struct hc_io_listener;

enum hc_io_phase {
  HC_IO_DIALLING,  /* no socket yet */
  HC_IO_HANDSHAKE, /* TLS is not up */
  HC_IO_OPEN,
  HC_IO_FAILED, /* dialling failed; the owner still has the handle */
  HC_IO_LINGER, /* given up by its owner: delivers, then waits for the end */
  HC_IO_GONE    /* only memory, until nobody looks at it any more */
};

struct hc_io_stream {
  struct hc_stream base;
  struct hc_loop *loop;
  struct hc_stream_handler handler;
  void *user_data;
  enum hc_io_phase phase;
  unsigned holds; /* frames on the stack that use the stream */

  int fd; /* -1: none */
  uv_poll_t poll;
  int poll_events;            /* what the poll handle is started for */
  bool has_poll;              /* the poll handle is not closed yet */
  struct hc_tls_session *tls; /* NULL: plain */

  struct hc_dialled *dialled;      /* until on_open */
  struct hc_io_listener *listener; /* until on_accept */
  struct hc_list shaking;          /* in the listener's list until then */

  struct hc_list node;     /* in loop->streams */
  struct hc_list accepted; /* in loop->accepted */
  struct hc_list warm;     /* in loop->warm while it may hold memory */
  uint64_t warm_ms;        /* when it was put there */
  uint64_t active_ms;      /* when it moved last */
  struct hc_task ready;
  struct hc_task flush;
  struct hc_timer deadline; /* of the handshake, later of lingering */

  /* reading */
  struct hc_buffer rest; /* shown, but left by the handler */
  bool reads_in_narrow;
  bool is_paused;
  bool is_readable; /* the kernel may have bytes */
  bool is_parked;   /* not polled for reading until a wide turn */
  bool show_rest;   /* the rest is to be shown although nothing came */
  bool is_ended;    /* nothing more will come */
  bool end_is_told;
  int end_code;
  char *end_text; /* NULL: the code's own */

  /* writing */
  struct hc_buffer tx; /* plaintext */
  size_t drain_mark;
  bool is_above_mark;
  bool drain_is_due;
  bool is_kernel_full;
  int write_code; /* what broke writing; 0: nothing */
  bool is_shut;   /* a FIN follows what is in tx */
  enum hc_stream_close how;
  bool end_is_announced; /* close_notify is written, if there is to be one */
  bool is_finished;      /* our FIN is sent */
  size_t undelivered;    /* when it was looked at last, and since when */
  uint64_t undelivered_since_ms;
};

static inline struct hc_io_stream *hc_io_stream(struct hc_stream *stream)
{
  return (struct hc_io_stream *)(void *)stream;
}

static inline const struct hc_io_stream *
hc_io_stream_const(const struct hc_stream *stream)
{
  return (const struct hc_io_stream *)(const void *)stream;
}

/* --- stream.c --- */

/* NULL when out of memory. In the phase HC_IO_DIALLING. */
struct hc_io_stream *hc_io_stream_new(struct hc_loop *loop);

/* Takes over a connected socket, also when it fails. With tls its handshake
 * comes first; host and port are a client's. 0, HYCO_ENOMEM or what libuv
 * says. */
int hc_io_stream_attach(struct hc_io_stream *s, int fd, struct hc_tls *tls,
                        const char *host, uint16_t port);

/* What a frame on the stack does that calls a handler. */
void hc_io_stream_hold(struct hc_io_stream *s);
void hc_io_stream_release(struct hc_io_stream *s);

/* Puts the stream on the list that fits what there is to do, if anything. */
void hc_io_stream_schedule(struct hc_io_stream *s);

/* Polls for what is wanted now. */
void hc_io_stream_poll(struct hc_io_stream *s);

/* It moved: its memory is kept for a while. */
void hc_io_stream_touch(struct hc_io_stream *s);

void hc_io_sweep_init(struct hc_loop *loop);
void hc_io_streams_abort(struct hc_loop *loop);

void hc_io_set_handler(struct hc_stream *stream,
                       const struct hc_stream_handler *handler,
                       void *user_data);
uint64_t hc_io_unacked_ms(const struct hc_stream *stream);
void hc_io_local(const struct hc_stream *stream, struct hc_address *out);
void hc_io_peer(const struct hc_stream *stream, struct hc_address *out);
void hc_io_negotiated(const struct hc_stream *stream,
                      struct hc_tls_negotiated *out);

/* --- stream_read.c --- */

void hc_io_run_ready(struct hc_task *task);

/* True if a narrow turn may read from it now. */
bool hc_io_reads_now_in_narrow(const struct hc_io_stream *s);
bool hc_io_has_wide_work(const struct hc_io_stream *s);

/* Nothing more will come; text may be NULL. */
void hc_io_end_reading(struct hc_io_stream *s, int code, const char *text);

void hc_io_pause(struct hc_stream *stream);
void hc_io_resume(struct hc_stream *stream);

/* --- stream_setup.c --- */

/* Goes on with the TLS handshake, taking what it needs off *in; when it is
 * done the owner hears of it. True if the stream is open then. */
bool hc_io_shake(struct hc_io_stream *s, struct hc_span *in);

/* Plain streams, and those whose handshake is done. */
void hc_io_set_open(struct hc_io_stream *s);

/* The handshake, or the dialling, failed. text without host and port. */
void hc_io_setup_failed(struct hc_io_stream *s, int code, const char *text);

/* --- stream_write.c --- */

void hc_io_run_flush(struct hc_task *task);
uint8_t *hc_io_reserve(struct hc_stream *stream, size_t n);
void hc_io_commit(struct hc_stream *stream, size_t n);
size_t hc_io_pending(const struct hc_stream *stream);
void hc_io_set_drain_mark(struct hc_stream *stream, size_t mark);
void hc_io_shut(struct hc_stream *stream);

/* --- stream_close.c --- */

void hc_io_close(struct hc_stream *stream, enum hc_stream_close how);

/* In the phase HC_IO_LINGER, once all is with the kernel: the close_notify of a
 * clean end (true if there is now something to send), then FIN. */
bool hc_io_announce_end(struct hc_io_stream *s);
void hc_io_finish(struct hc_io_stream *s);

/* Reads what still comes and forgets it. */
void hc_io_discard(struct hc_io_stream *s);

/* Gives the socket back; reset: by RST. */
void hc_io_drop_socket(struct hc_io_stream *s, bool reset);

/* The end, from any phase. */
void hc_io_destroy(struct hc_io_stream *s, bool reset);

#endif
