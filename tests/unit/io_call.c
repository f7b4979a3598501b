/* One HTTP call to the server's end of a pair. */
#include "unit/io_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void call_close(struct call *c)
{
  hc_http_close(c->call);
  c->call = NULL;
}

static void on_head(void *user_data, struct hc_span head)
{
  struct call *c = user_data;
  assert_false(c->has_head);
  c->has_head = true;
  (void)snprintf(c->head, sizeof(c->head), "%.*s", (int)head.len,
                 (const char *)head.ptr);
  if (c->pause_at_head)
    hc_http_pause(c->call);
  if (c->close_at_head)
    call_close(c);
}

static void on_data(void *user_data, struct hc_span data)
{
  struct call *c = user_data;
  assert_true(c->has_head);
  assert_true(data.len <= HC_HTTP_IN_MAX);
  c->has_data = true;
  assert_int_equal(hc_buffer_append(&c->got, data), 0);
  if (c->close_at_data)
    call_close(c);
}

static void on_room(void *user_data)
{
  struct call *c = user_data;
  c->has_room = true;
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct call *c = user_data;
  assert_false(c->is_ended);
  c->is_ended = true;
  c->fault = *fault;
}

static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct call *c = user_data;
  (void)verdict;
  c->was_verified = true;
  if (c->turn_at_verify)
    hc_loop_turn(c->pair->loop, 0, true);
  if (c->close_at_verify)
    call_close(c);
  return c->trusts;
}

const struct hc_http_handler call_handler = { on_head, on_data, on_room, on_end,
                                              NULL };
const struct hc_http_handler call_asking_handler = { on_head, on_data, on_room,
                                                     on_end, on_verify };

struct hc_http_request call_usual(const struct pair *pair)
{
  return (struct hc_http_request){
    .host = "127.0.0.1",
    .port = hc_listener_port(pair->listener),
    .tls = pair->client_tls,
    .timeout_ms = PAIR_WAIT_MS,
    .method = "GET",
    .target = "/a/../b%2f?c=d",
    .body = HC_HTTP_NO_BODY,
  };
}

static void call_init(struct call *c, struct pair *pair)
{
  *c = (struct call){ .pair = pair };
  hc_buffer_init(&c->got, 64 * MIB);
}

void call_start(struct call *c, const struct hc_http_handler *h)
{
  struct hc_fault fault;

  assert_int_equal(hc_http_start(hc_loop_http(c->pair->loop), &c->request, h, c,
                                 &c->call, &fault),
                   0);
}

void call_begin(struct call *c, struct pair *pair,
                const struct hc_http_request *request,
                const struct hc_http_handler *h)
{
  call_init(c, pair);
  c->request = *request;
  call_start(c, h);
}

void call_ask(struct call *c)
{
  call_start(c, &call_handler);
  call_await_request(c);
}

void call_finish(struct call *c)
{
  call_close(c);
  hc_buffer_deinit(&c->got);
  pair_free(c->pair);
}

/* A test's call, and its pair. */
struct set_up {
  struct call call;
  struct pair pair;
};

static void set_up(struct call *c, struct pair *pair, bool tls)
{
  *pair = (struct pair){ 0 };
  pair_listen(pair, tls);
  call_init(c, pair);
  c->request = call_usual(pair);
}

int call_set_up(void **state)
{
  bool tls = pair_with_tls(state);
  struct set_up *own = calloc(1, sizeof *own);

  assert_non_null(own);
  set_up(&own->call, &own->pair, tls);
  *state = &own->call;
  return 0;
}

int call_tear_down(void **state)
{
  call_finish(*state);
  free(*state);
  return 0;
}

void call_renew(struct call *c)
{
  struct pair *pair = c->pair;
  bool tls = pair->client_tls != NULL;

  call_finish(c);
  set_up(c, pair, tls);
}

void call_await_bytes(struct pair *pair, size_t n)
{
  uint64_t end_ms = hc_net_now_ms(pair->net) + PAIR_WAIT_MS;
  while (hc_buffer_len(&pair->server.got) < n) {
    assert_true(hc_net_now_ms(pair->net) < end_ms);
    hc_loop_turn(pair->loop, 100, false);
  }
}

void call_await_request(struct call *c)
{
  do
    call_await_bytes(c->pair, hc_buffer_len(&c->pair->server.got) + 1);
  while (strstr(call_sent(c), "\r\n\r\n") == NULL);
}

const char *call_sent(const struct call *c)
{
  return hc_buffer_str(&c->pair->server.got);
}

void call_answer(struct call *c, const char *text)
{
  end_write(&c->pair->server, text, strlen(text));
}

void call_await_end(struct call *c)
{
  pair_run_until(c->pair, &c->is_ended);
}

void call_assert_fault(const struct call *c, int code, const char *text)
{
  if (c->fault.code != code || strstr(c->fault.text, text) == NULL)
    fail_msg("%d: %s", c->fault.code, c->fault.text);
}

void call_assert_body(struct call *c, const char *text)
{
  assert_string_equal(hc_buffer_str(&c->got), text);
}
