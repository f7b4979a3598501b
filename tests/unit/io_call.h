/* One HTTP call to the server's end of a pair, for the tests of src/io. */
#ifndef TESTS_UNIT_IO_CALL_H
#define TESTS_UNIT_IO_CALL_H

#include "unit/io_pair.h"

#include "io/http_client.h"

/* One call, and what it told. */
struct call {
  struct pair *pair;
  struct hc_http_request request; /* of call_start */
  struct hc_http_call *call;
  char head[2048];
  struct hc_buffer got;
  bool has_head;
  bool has_room;
  bool has_data;
  bool is_ended;
  bool was_verified;
  struct hc_fault fault;
  /* what handlers do */
  bool close_at_head;
  bool close_at_data;
  bool close_at_verify;
  bool turn_at_verify; /* a narrow one, as blocking sends run */
  bool pause_at_head;
  bool trusts;
};

/* A GET without a body; with the pair's TLS. */
struct hc_http_request call_usual(const struct pair *pair);

void call_begin(struct call *c, struct pair *pair,
                const struct hc_http_request *request,
                const struct hc_http_handler *h);

void call_close(struct call *c);

/* Closes the call and frees the pair. */
void call_finish(struct call *c);

/* A test's set-up and tear-down: *state, which said whether with TLS, is a call
 * that has not begun, with a pair that listens and call_usual's request. */
int call_set_up(void **state);
int call_tear_down(void **state);

/* Begins it; call_ask's request is with the server then. */
void call_start(struct call *c, const struct hc_http_handler *h);
void call_ask(struct call *c);

/* Ends it, and has a new one with a new pair. */
void call_renew(struct call *c);

/* Where main has static bools plain and tls. */
#define CALL_NAMED(kind, label, test)                                \
  {                                                                  \
    .name = (label), .test_func = (test), .setup_func = call_set_up, \
    .teardown_func = call_tear_down,                                 \
    .initial_state = (void *)(uintptr_t) & (kind)                    \
  }
#define CALL_WITH(kind, test) CALL_NAMED(kind, #test " (" #kind ")", test)
#define CALL_TLS(test) CALL_NAMED(tls, #test, test)
#define CALL_BOTH(test) CALL_WITH(plain, test), CALL_WITH(tls, test)

/* Turns until the server has at least n bytes, or the test fails. */
void call_await_bytes(struct pair *pair, size_t n);

/* Turns until the server has seen the end of a head. */
void call_await_request(struct call *c);

/* What the server has got. */
const char *call_sent(const struct call *c);

/* The server writes it. */
void call_answer(struct call *c, const char *text);

void call_await_end(struct call *c);

void call_assert_fault(const struct call *c, int code, const char *text);
void call_assert_body(struct call *c, const char *text);

/* The second one has on_verify. */
extern const struct hc_http_handler call_handler;
extern const struct hc_http_handler call_asking_handler;

#endif
