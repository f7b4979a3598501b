/* The loop when memory runs out: each allocation fails in turn, and whatever
 * becomes of the connection, nothing is leaked and nobody is told twice. */
#include "base/buffer.h"
#include "io/loop.h"
#include "support/alloc_trap.h"
#include "unit/tls_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { TIMEOUT_MS = 300 };

struct side {
  struct hc_stream *stream;
  bool is_open;
  size_t len;   /* that on_data was shown last */
  bool is_done; /* all came, or the end */
};

struct world {
  struct hc_loop *loop;
  struct hc_net *net;
  struct hc_tls *client_tls;
  struct hc_tls *server_tls;
  struct hc_listener *listener;
  struct side client;
  struct side server;
};

static void on_open(void *user_data)
{
  struct side *side = user_data;
  side->is_open = true;
  if (hc_stream_write(side->stream, hc_span_str("hello")) != 0)
    side->is_done = true;
}

/* The first byte waits for the others: the rest needs memory. */
static void on_data(void *user_data, struct hc_span *in)
{
  struct side *side = user_data;
  side->len = in->len;
  side->is_done = in->len >= 5;
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct side *side = user_data;
  (void)fault;
  assert_non_null(side->stream);
  hc_stream_close(side->stream, HC_STREAM_ABORT);
  side->stream = NULL;
  side->is_done = true;
}

static const struct hc_stream_handler handler = { on_open, on_data, NULL,
                                                  on_end };

static void on_accept(void *user_data, struct hc_stream *stream)
{
  struct world *w = user_data;
  w->server.stream = stream;
  hc_stream_set_handler(stream, &handler, &w->server);
}

static int connect_both(struct world *w)
{
  static const struct hc_listener_handler accepts = { on_accept };
  struct hc_fault fault;

  const struct hc_listen listen = { .host = "127.0.0.1",
                                    .tls = w->server_tls,
                                    .handshake_timeout_ms = TIMEOUT_MS };
  int rc = hc_listen(w->net, &listen, &accepts, w, &w->listener, &fault);
  if (rc != 0)
    return rc;
  const struct hc_dial dial = { .host = "127.0.0.1",
                                .port = hc_listener_port(w->listener),
                                .tls = w->client_tls,
                                .timeout_ms = TIMEOUT_MS };
  return hc_dial(w->net, &dial, &handler, &w->client, &w->client.stream,
                 &fault);
}

static void turns(struct world *w)
{
  uint64_t end = hc_net_now_ms(w->net) + 2 * TIMEOUT_MS;

  while (!w->client.is_done && !w->server.is_done &&
         hc_net_now_ms(w->net) < end)
    hc_loop_turn(w->loop, TIMEOUT_MS, false);
}

static void clean_up(struct world *w)
{
  if (w->listener != NULL)
    hc_listener_close(w->listener);
  hc_stream_close(w->client.stream, HC_STREAM_CLEAN);
  hc_stream_close(w->server.stream, HC_STREAM_CLEAN);
  hc_net_tls_free(w->net, w->client_tls);
  hc_net_tls_free(w->net, w->server_tls);
  hc_loop_free(w->loop);
}

/* False once there were fewer allocations than n. */
static bool try_with(unsigned n, bool tls)
{
  struct world w = { 0 };

  alloc_trap_set(n);
  int rc = hc_loop_new(&w.loop);
  if (rc != 0) {
    assert_int_equal(rc, HYCO_ENOMEM);
    return true;
  }
  w.net = hc_loop_net(w.loop);
  rc = tls ? tls_files_ends(w.net, &w.server_tls, &w.client_tls) : 0;
  if (rc == 0)
    rc = connect_both(&w);
  if (rc == 0)
    turns(&w);
  else
    assert_int_equal(rc, HYCO_ENOMEM);
  if (!alloc_trap_has_sprung()) {
    assert_int_equal(rc, 0);
    assert_true(w.server.is_done);
  }
  clean_up(&w);
  return alloc_trap_clear();
}

static void test_every_allocation_may_fail(void **state)
{
  bool tls = *(const bool *)*state;
  unsigned n = 0;

  tls_files_dir(); /* made before memory runs out */
  while (try_with(n, tls))
    n++;
  assert_true(n > 12);
}

enum { LONG = 1 << 16, PATIENCE_MS = 20000 };

/* It came, or one of the two heard that it will not. */
static bool long_message_is_over(const struct world *w, bool may_fail)
{
  bool has_ended = w->client.stream == NULL || w->server.stream == NULL;
  return w->server.len >= LONG || (may_fail && has_ended);
}

/* Sends a long message while the n-th allocation fails. False once there were
 * fewer. */
static bool send_with(unsigned n)
{
  static const uint8_t zeros[LONG];
  struct world w = { 0 };

  assert_int_equal(hc_loop_new(&w.loop), 0);
  w.net = hc_loop_net(w.loop);
  assert_int_equal(tls_files_ends(w.net, &w.server_tls, &w.client_tls), 0);
  assert_int_equal(connect_both(&w), 0);
  while (!w.client.is_open || !w.server.is_done)
    hc_loop_turn(w.loop, PATIENCE_MS, false);
  alloc_trap_set(n);
  int rc = hc_stream_write(w.client.stream, hc_span_of(zeros, LONG));
  uint64_t end = hc_net_now_ms(w.net) + PATIENCE_MS;
  w.server.len = 0;
  while (rc == 0 && !long_message_is_over(&w, true) &&
         hc_net_now_ms(w.net) < end)
    hc_loop_turn(w.loop, PATIENCE_MS, false);
  bool has_sprung = alloc_trap_clear();
  if (rc != 0)
    assert_int_equal(rc, HYCO_EWOULDBLOCK);
  else
    assert_true(long_message_is_over(&w, has_sprung));
  clean_up(&w);
  return has_sprung;
}

/* Bytes that cannot be encrypted end the stream; they are not just missing. */
static void test_what_memory_loses_is_told(void **state)
{
  unsigned n = 0;

  (void)state;
  tls_files_dir();
  while (send_with(n))
    n++;
  assert_true(n > 1);
}

int main(void)
{
  static const bool plain = false;
  static const bool tls = true;
  const struct CMUnitTest tests[] = {
    { "test_every_allocation_may_fail (plain)", test_every_allocation_may_fail,
      NULL, NULL, (void *)(uintptr_t)&plain },
    { "test_every_allocation_may_fail (TLS)", test_every_allocation_may_fail,
      NULL, NULL, (void *)(uintptr_t)&tls },
    cmocka_unit_test(test_what_memory_loses_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
