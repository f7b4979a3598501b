/* One HTTP call to the server's end of a pair, for the tests of src/io. */
#ifndef TESTS_UNIT_IO_CALL_H
#define TESTS_UNIT_IO_CALL_H

#include "unit/io_pair.h"

#include "io/http_client.h"

/* One call, and what it told. */
struct call {
  struct pair *pair;
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

/* Turns until the server has at least n bytes, or the test fails. */
void call_await_bytes(struct pair *pair, size_t n);

/* Turns until the server has seen the end of a head. */
void call_await_request(struct pair *pair);

/* The server writes it. */
void call_answer(struct pair *pair, const char *text);

void call_assert_fault(const struct call *c, int code, const char *text);
void call_assert_body(struct call *c, const char *text);

/* The second one has on_verify. */
extern const struct hc_http_handler call_handler;
extern const struct hc_http_handler call_asking_handler;

#endif
