/* The HTTP client when memory runs out: each allocation of ours fails in turn;
 * every call ends once, an answer that ends well is whole, and nothing is left.
 */
#include "io/http_client.h"
#include "io/loop.h"
#include "support/alloc_trap.h"
#include "unit/tls_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
  BODY = 50000, /* either body */
  CONNECT_MS = 300,
  PATIENCE_MS = 20000 /* a test that hangs fails */
};

static const bool plain = false;
static const bool tls = true;
static char body[BODY];

struct world {
  struct hc_loop *loop;
  struct hc_net *net;
  struct hc_tls *client_tls;
  struct hc_tls *server_tls;
  struct hc_listener *listener;
  /* the server's end */
  struct hc_stream *stream;
  size_t asked; /* bytes */
  bool has_answered;
  /* the call */
  struct hc_http_call *call;
  bool has_head;
  size_t got;
  bool is_ended;
  int code;
};

/* --- the server: it answers once the body must be there --- */

static void server_close(struct world *w, enum hc_stream_close how)
{
  hc_stream_close(w->stream, how);
  w->stream = NULL;
}

static void on_server_data(void *user_data, struct hc_span *in)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n";
  struct world *w = user_data;

  w->asked += in->len;
  hc_span_drop(in, in->len);
  if (w->asked < BODY || w->has_answered)
    return;
  w->has_answered = true;
  if (hc_stream_write(w->stream, hc_span_str(head)) != 0 ||
      hc_stream_write(w->stream, hc_span_of(body, BODY)) != 0)
    server_close(w, HC_STREAM_ABORT);
}

static void on_server_end(void *user_data, const struct hc_fault *fault)
{
  (void)fault;
  server_close(user_data, HC_STREAM_ABORT);
}

static void on_accept(void *user_data, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = on_server_data,
                                                    .on_end = on_server_end };
  struct world *w = user_data;

  if (w->stream != NULL) {
    hc_stream_close(stream, HC_STREAM_ABORT);
    return;
  }
  w->stream = stream;
  hc_stream_set_handler(stream, &handler, w);
}

/* --- the call --- */

static void on_head(void *user_data, struct hc_span head)
{
  struct world *w = user_data;
  (void)head;
  assert_false(w->has_head);
  w->has_head = true;
}

static void on_data(void *user_data, struct hc_span data)
{
  struct world *w = user_data;
  assert_true(w->has_head && !w->is_ended);
  w->got += data.len;
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct world *w = user_data;
  assert_false(w->is_ended);
  w->is_ended = true;
  w->code = fault->code;
}

static int start(struct world *w)
{
  static const struct hc_listener_handler accepts = { on_accept };
  static const struct hc_http_handler handler = { .on_head = on_head,
                                                  .on_data = on_data,
                                                  .on_end = on_end };
  struct hc_fault fault;

  const struct hc_listen listen = { .host = "127.0.0.1",
                                    .tls = w->server_tls,
                                    .handshake_timeout_ms = CONNECT_MS };
  int rc = hc_listen(w->net, &listen, &accepts, w, &w->listener, &fault);
  if (rc != 0)
    return rc;
  const struct hc_http_request request = {
    .host = "127.0.0.1",
    .port = hc_listener_port(w->listener),
    .tls = w->client_tls,
    .timeout_ms = PATIENCE_MS,
    .method = "POST",
    .target = "/",
    .body = BODY,
  };
  rc = hc_http_start(hc_loop_http(w->loop), &request, &handler, w, &w->call,
                     &fault);
  if (rc == 0)
    rc = hc_http_write(w->call, hc_span_of(body, BODY));
  return rc == 0 ? hc_http_end(w->call) : rc;
}

/* Whatever happens, the call ends. */
static void turns(struct world *w)
{
  uint64_t end_ms = hc_net_now_ms(w->net) + PATIENCE_MS;

  while (!w->is_ended) {
    assert_true(hc_net_now_ms(w->net) < end_ms);
    hc_loop_turn(w->loop, CONNECT_MS, false);
  }
  assert_true(w->code != 0 || w->got == BODY);
}

static void clean_up(struct world *w)
{
  hc_http_close(w->call);
  if (w->listener != NULL)
    hc_listener_close(w->listener);
  server_close(w, HC_STREAM_ABORT);
  hc_net_tls_free(w->net, w->client_tls);
  hc_net_tls_free(w->net, w->server_tls);
  hc_loop_free(w->loop);
}

/* False once there were fewer allocations than n. */
static bool try_with(size_t n, bool with_tls)
{
  struct world w = { 0 };

  alloc_trap_set(n);
  int rc = hc_loop_new(&w.loop);
  if (rc != 0) {
    assert_int_equal(rc, HYCO_ENOMEM);
    return true;
  }
  w.net = hc_loop_net(w.loop);
  rc = with_tls ? tls_files_ends(w.net, &w.server_tls, &w.client_tls) : 0;
  if (rc == 0)
    rc = start(&w);
  if (rc == 0)
    turns(&w);
  else
    assert_int_equal(rc, HYCO_ENOMEM);
  if (!alloc_trap_has_sprung())
    assert_int_equal(w.code, 0);
  clean_up(&w);
  bool has_failed = alloc_trap_clear();
  assert_int_equal(alloc_trap_live(), 0);
  return has_failed;
}

static void test_every_allocation_may_fail(void **state)
{
  bool with_tls = *(const bool *)*state;
  size_t n = 0;

  tls_files_dir(); /* made before memory runs out */
  memset(body, 'x', BODY);
  while (try_with(n, with_tls))
    n++;
  assert_true(n > 12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    { .name = "every allocation may fail (plain)",
      .test_func = test_every_allocation_may_fail,
      .initial_state = (void *)(uintptr_t)&plain },
    { .name = "every allocation may fail (tls)",
      .test_func = test_every_allocation_may_fail,
      .initial_state = (void *)(uintptr_t)&tls },
  };
  return cmocka_run_group_tests_name("io_http_memory", tests, NULL,
                                     tls_files_remove);
}
