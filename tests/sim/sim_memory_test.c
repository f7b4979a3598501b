/* Out of memory anywhere, once: an error, never a crash, nothing left behind.
 * The real receiver, sender and relay on a simulated net. */
#include "support/check.h"

#include "sim_world.h"
#include "support/alloc_trap.h"

enum { TURN_MS = 100, ALLOCATIONS_MAX = 10000 };

static void live(struct sim_world *w)
{
  static const uint8_t bytes[100000];
  struct sim_receiver *r = &w->receivers[0];
  struct sim_sender *s = &w->senders[0];

  (void)hc_receiver_start(r->core, false);
  sim_run(w->sim, TURN_MS);
  (void)hc_sender_start(s->core);
  sim_run(w->sim, TURN_MS);
  (void)sim_sender_send(s, HC_WS_TEXT, hc_span_str("hello"));
  (void)sim_receiver_send(r, 1, HC_WS_BINARY, hc_span_of(bytes, sizeof bytes));
  sim_run(w->sim, TURN_MS);
  (void)hc_sender_disconnect(s->core);
  sim_run(w->sim, TURN_MS);
  r->decision.accept = false;
  (void)hc_sender_start(s->core);
  sim_run(w->sim, 40000); /* the token is renewed */
  sim_cut(w->sim, 0, SIM_CUT_RST);
  sim_run(w->sim, TURN_MS);
  hc_receiver_shutdown(r->core);
  sim_run(w->sim, 20000);
}

static void any_allocation_may_fail(void **state)
{
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct sim_world w;
    sim_world_start(&w, 1); /* the same run each time, but for that one */
    sim_receiver_set(sim_world_receiver(&w), "TokenValidity=60");
    sim_sender_set(sim_world_sender(&w), "SubProtocols=a");
    alloc_trap_set(n++);
    live(&w);
    has_failed = alloc_trap_clear();
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 100, ALLOCATIONS_MAX - 1);
}

static void on_accept(void *user_data, struct hc_stream *stream)
{
  (void)user_data;
  hc_stream_close(stream, HC_STREAM_CLEAN);
}

/* Each connection is forwarded to a target that ends it at once. */
static void any_allocation_may_fail_while_forwarding(void **state)
{
  static const struct hc_listener_handler handler = { on_accept };
  const struct hc_listen listen = { .host = "127.0.0.1" };
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct sim_world w;
    struct hc_listener *target;
    char text[40];
    sim_world_start(&w, 1);
    assert_int_equal(
        hc_listen(sim_net(w.sim), &listen, &handler, NULL, &target, NULL), 0);
    (void)snprintf(text, sizeof text, "forwarding_port=%d",
                   (int)hc_listener_port(target));
    sim_receiver_set(sim_world_receiver(&w), text);
    sim_receiver_set(&w.receivers[0], "forwarding_host=target.test");
    (void)sim_world_sender(&w);
    alloc_trap_set(n++);
    live(&w);
    has_failed = alloc_trap_clear();
    hc_listener_close(target);
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 100, ALLOCATIONS_MAX - 1);
}

/* What sim_receiver's handler has heard when a message of 200,000 bytes came
 * with BufferMessage: all of it, or that there was no memory. */
static void check_buffered(struct sim_world *w, int rc, struct hc_span bytes)
{
  size_t whole = sim_world_count(w, "r0 1 binary 200000 bytes");
  size_t over = sim_world_count(w, "r0 1 disconnected") +
                sim_world_count(w, "s0 disconnected");

  assert_int_equal(sim_world_count(w, "r0 1 binary"), whole);
  if (whole == 1)
    assert_true(w->receivers[0].last_hash == sim_hash(bytes));
  else
    assert_true(over > 0 || rc == HYCO_ENOMEM);
}

static void any_allocation_may_fail_while_messages_are_buffered(void **state)
{
  static uint8_t bytes[200000];
  struct hc_span message = hc_span_of(bytes, sizeof bytes);
  size_t n = 0;
  bool has_failed;

  (void)state;
  sim_pattern(bytes, sizeof bytes, 5);
  do {
    struct sim_world w;
    sim_world_start(&w, 2);
    sim_receiver_set(sim_world_receiver(&w), "BufferMessage=true");
    sim_world_join(&w);
    alloc_trap_set(n++);
    int rc = sim_sender_send(&w.senders[0], HC_WS_BINARY, message);
    sim_run(w.sim, 20000);
    has_failed = alloc_trap_clear();
    check_buffered(&w, rc, message);
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 10, ALLOCATIONS_MAX - 1);
}

/* A send that was taken is sent, though there was no memory just then to hand
 * it to the stream: nothing drains there that would tell. */
static void what_had_no_memory_to_leave_leaves_later(void **state)
{
  static uint8_t bytes[2 << 20]; /* more than a stream takes at once */
  struct hc_span message = hc_span_of(bytes, sizeof bytes);
  size_t n = 0;
  bool has_failed;

  (void)state;
  do {
    struct sim_world w;
    sim_world_start(&w, 4);
    (void)sim_world_receiver(&w);
    (void)sim_world_sender(&w);
    sim_world_join(&w);
    alloc_trap_set(n++);
    int rc = sim_sender_send(&w.senders[0], HC_WS_BINARY, message);
    has_failed = alloc_trap_clear();
    sim_run(w.sim, 2UL * HC_ALIVE_CHECK_MS);
    assert_int_equal(sim_world_count(&w, "r0 1 binary 2097152 bytes"), rc == 0);
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 3, ALLOCATIONS_MAX - 1);
}

/* A server that sends everybody to the relay, while there is memory. */
struct elsewhere {
  char answer[256];
  struct hc_stream *streams[16];
  size_t n;
};

static void answer_elsewhere(void *user_data, struct hc_span *in)
{
  struct elsewhere *e = user_data;

  if (memmem(in->ptr, in->len, "\r\n\r\n", 4) == NULL)
    return;
  hc_span_drop(in, in->len);
  (void)hc_stream_write(e->streams[e->n - 1], hc_span_str(e->answer));
}

static void ignore_end(void *user_data, const struct hc_fault *fault)
{
  (void)user_data;
  (void)fault;
}

static void take(void *user_data, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = answer_elsewhere,
                                                    .on_end = ignore_end };
  struct elsewhere *e = user_data;

  assert_true(e->n < CHECK_COUNT(e->streams));
  e->streams[e->n++] = stream;
  hc_stream_set_handler(stream, &handler, e);
}

static void follow(hyco_receiver *r, hyco_redirect *e, void *user_data)
{
  (void)r;
  (void)user_data;
  e->accept = true;
}

static void listen_by_way_of(struct sim_world *w, struct elsewhere *e,
                             struct hc_listener *listener)
{
  char text[64];
  struct sim_receiver *r = sim_world_receiver(w);

  (void)snprintf(e->answer, sizeof e->answer,
                 "HTTP/1.1 307 Elsewhere\r\nLocation: https://localhost:%u"
                 "/$hc/hyco?sb-hc-action=listen&sb-hc-id=x\r\n"
                 "Content-Length: 0\r\n\r\n",
                 (unsigned)w->port);
  (void)snprintf(text, sizeof text, "namespace_address=localhost:%u",
                 (unsigned)hc_listener_port(listener));
  sim_receiver_set(r, text);
  r->core->events.on_redirect = follow;
}

static void any_allocation_may_fail_while_a_redirect_is_followed(void **state)
{
  static const struct hc_listener_handler handler = { take };
  size_t n = 0;
  bool has_failed;

  (void)state;
  do {
    struct sim_world w;
    struct elsewhere e = { .n = 0 };
    struct hc_listener *listener;
    sim_world_start_tls(&w, 3);
    const struct hc_listen listen = { .host = "127.0.0.1",
                                      .tls = w.tls,
                                      .handshake_timeout_ms = 10000 };
    assert_int_equal(
        hc_listen(sim_net(w.sim), &listen, &handler, &e, &listener, NULL), 0);
    listen_by_way_of(&w, &e, listener);
    alloc_trap_set(n++);
    int rc = hc_receiver_start(w.receivers[0].core, false);
    sim_run(w.sim, 40000); /* a try that failed is made again */
    has_failed = alloc_trap_clear();
    assert_int_equal(sim_world_count(&w, "r0 connected 0"), rc == 0);
    if (rc != 0)
      assert_int_equal(rc, HYCO_ENOMEM);
    for (size_t i = 0; i < e.n; i++)
      hc_stream_close(e.streams[i], HC_STREAM_ABORT);
    hc_listener_close(listener);
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 30, ALLOCATIONS_MAX - 1);
}

static void any_allocation_may_fail_while_a_send_is_interrupted(void **state)
{
  static uint8_t bytes[3 << 20];
  size_t n = 0;
  bool has_failed;

  (void)state;
  do {
    struct sim_world w;
    struct hc_outgoing out = { .opcode = HC_WS_BINARY,
                               .rest = hc_span_of(bytes, sizeof bytes) };
    sim_world_start(&w, 4);
    sim_world_join(&w);
    struct hc_connection *c = w.senders[0].core->connection;
    sim_receiver_set(&w.receivers[0],
                     "azure_relay_connection_accept_data[1]=false");
    alloc_trap_set(n++);
    int rc = hc_connection_send_part(c, &out);
    hc_connection_interrupt(c, &out);
    has_failed = alloc_trap_has_sprung();
    sim_receiver_set(&w.receivers[0],
                     "azure_relay_connection_accept_data[1]=true");
    sim_run(w.sim, 20000);
    has_failed |= alloc_trap_clear();
    assert_true(rc == 0 || rc == HYCO_ENOMEM);
    assert_int_equal(sim_world_count(&w, "r0 1 binary"), 0);
    if (out.started)
      assert_int_equal(sim_world_count(&w, "s0 disconnected"), 1);
    sim_world_finish(&w);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 5, ALLOCATIONS_MAX - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_allocation_may_fail),
    cmocka_unit_test(any_allocation_may_fail_while_forwarding),
    cmocka_unit_test(any_allocation_may_fail_while_messages_are_buffered),
    cmocka_unit_test(any_allocation_may_fail_while_a_redirect_is_followed),
    cmocka_unit_test(any_allocation_may_fail_while_a_send_is_interrupted),
    cmocka_unit_test(what_had_no_memory_to_leave_leaves_later),
  };
  return cmocka_run_group_tests_name("sim_memory", tests, NULL, NULL);
}
