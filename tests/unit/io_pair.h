/* Two ends of real connections on one loop, for the tests of src/io. */
#ifndef TESTS_UNIT_IO_PAIR_H
#define TESTS_UNIT_IO_PAIR_H

#include "base/buffer.h"
#include "io/loop.h"

enum { PAIR_WAIT_MS = 20000 /* a test that hangs fails */ };

/* One end, and what it saw. */
struct end {
  struct pair *pair;
  struct hc_stream *stream; /* NULL after close */
  bool is_open;
  bool is_ended;
  struct hc_fault fault;
  struct hc_buffer got;
  unsigned data_calls;
  unsigned drain_calls;
  size_t largest_call;
  /* what on_data does */
  size_t take; /* bytes taken off per call; SIZE_MAX: all */
  bool echo;
  bool pause_after_data;
  void (*on_data)(struct end *end, struct hc_span *in); /* instead */
};

struct pair {
  struct hc_loop *loop;
  struct hc_net *net;
  struct hc_listener *listener;
  struct hc_tls *server_tls;
  struct hc_tls *client_tls;
  struct end client;
  struct end server;
  unsigned accepted;
  bool pause_at_accept;
  bool client_reads_in_narrow;
};

/* Makes the loop and listens; with tls on both sides. */
void pair_listen(struct pair *pair, bool tls);

/* pair_listen, and a connection that is open at both ends. */
void pair_open(struct pair *pair, bool tls);

/* Dials the listener from the client's end; what hc_dial gives. */
int pair_dial(struct pair *pair, const struct hc_dial *dial);

/* The usual dial of the listener. */
struct hc_dial pair_usual_dial(const struct pair *pair);

/* Whatever there is of it; again does nothing. */
void pair_free(struct pair *pair);

/* Turns until *flag, or the test fails. */
void pair_run_until(struct pair *pair, const bool *flag);

/* Turns until the end has got n bytes, or the test fails. */
void pair_run_until_got(struct pair *pair, const struct end *end, size_t n);

/* Turns for so long. */
void pair_run_ms(struct pair *pair, uint64_t ms);

/* Turns until nothing more is to be done at once. */
void pair_settle(struct pair *pair);

void end_write(struct end *end, const void *bytes, size_t n);
void end_close(struct end *end, enum hc_stream_close how);

/* Exactly these bytes have come. */
void end_assert_got(const struct end *end, const uint8_t *bytes, size_t n);

extern const struct hc_stream_handler end_handler;

/* n bytes that are not all the same; the caller frees them with hc_free. */
enum { MIB = 1 << 20 };
uint8_t *pair_pattern(size_t n);

/* Writes until there is no room and nothing moves; returns how much. */
size_t pair_fill(struct pair *pair);

/* A test that runs plain and with TLS: *state says which. */
bool pair_with_tls(void **state);

/* Where main has static bools plain and tls. */
#define WITH(kind, test)                               \
  {                                                    \
    .name = #test " (" #kind ")", .test_func = (test), \
    .initial_state = (void *)(uintptr_t) & (kind)      \
  }
#define BOTH(test) WITH(plain, test), WITH(tls, test)

/* A test's set-up and tear-down: *state, which said whether with TLS, is a pair
 * of pair_open, or of pair_listen. */
int pair_set_up_open(void **state);
int pair_set_up_listening(void **state);
int pair_tear_down(void **state);
extern const bool pair_plain;
extern const bool pair_tls;

#define PAIR_NAMED(set_up, is_tls, label, test)                   \
  {                                                               \
    .name = (label), .test_func = (test), .setup_func = (set_up), \
    .teardown_func = pair_tear_down,                              \
    .initial_state = (void *)(uintptr_t) & (is_tls)               \
  }
#define PAIR_TWICE(set_up, test)                          \
  PAIR_NAMED(set_up, pair_plain, #test " (plain)", test), \
      PAIR_NAMED(set_up, pair_tls, #test " (tls)", test)
#define PAIR_PLAIN(test) PAIR_NAMED(pair_set_up_open, pair_plain, #test, test)
#define PAIR_TLS(test) PAIR_NAMED(pair_set_up_open, pair_tls, #test, test)
#define PAIR_BOTH(test) PAIR_TWICE(pair_set_up_open, test)
#define LISTENING_PLAIN(test) \
  PAIR_NAMED(pair_set_up_listening, pair_plain, #test, test)
#define LISTENING_TLS(test) \
  PAIR_NAMED(pair_set_up_listening, pair_tls, #test, test)
#define LISTENING_BOTH(test) PAIR_TWICE(pair_set_up_listening, test)

#endif
