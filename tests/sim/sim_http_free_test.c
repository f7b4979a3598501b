/* A receiver may be freed inside every handler that HTTP requests call, on_log
 * among them: no later event comes, and nothing is left on the net or in
 * memory. A real receiver against a service in raw bytes. */
#include "support/check.h"

#include "sim_http.h"

enum { TURN_MS = 100, LINES_MAX = 1000 };

/* Frees the receiver at its n-th line, not counting those that it says inside a
 * call of ours. */
struct occasion {
  struct sim_service *s;
  size_t left;
  bool in_call;
  bool done;
};

static void arm(struct occasion *o);

static void on_line(void *user_data)
{
  struct occasion *o = user_data;

  if (o->in_call || o->left-- > 0) {
    arm(o);
    return;
  }
  o->done = true;
  sim_receiver_free(&o->s->world.receivers[0]);
  sim_world_forget(&o->s->world); /* what comes now comes too late */
}

static void arm(struct occasion *o)
{
  sim_world_on(&o->s->world, "r0", on_line, o);
}

static struct hc_receiver *core_of(const struct occasion *o)
{
  return o->s->world.receivers[0].core;
}

/* A call of the application, while there is a receiver. */
#define CALL(o, call)       \
  do {                      \
    (o)->in_call = true;    \
    if (core_of(o) != NULL) \
      (void)(call);         \
    (o)->in_call = false;   \
  } while (0)

static int last_id(const struct occasion *o)
{
  return core_of(o) != NULL ? core_of(o)->last_id : 0;
}

static void answer_by_channel(struct occasion *o, struct raw_peer *control)
{
  http_send_request(o->s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("body"));
  sim_run(o->s->world.sim, TURN_MS);
  CALL(o, http_answer(o->s, last_id(o), 200, "answer"));
}

/* Its answers leave in the loop. */
static void answer_by_rendezvous(struct occasion *o, struct raw_peer *control)
{
  http_send_pointer(o->s, control, "p");
  struct raw_peer *peer = sim_service_next(o->s);
  if (peer == NULL)
    return;
  http_send_request(o->s, peer, "p", "POST", true);
  raw_send_server_frame(peer, HTTP_BINARY, hc_span_str("body"));
  http_send_request(o->s, peer, "q", "GET", false);
  sim_run(o->s->world.sim, TURN_MS);
  CALL(o, http_answer(o->s, last_id(o), 200, "answer"));
  sim_run(o->s->world.sim, TURN_MS);
}

static void stream_an_answer(struct occasion *o, struct raw_peer *control,
                             bool is_cut)
{
  http_send_request(o->s, control, "s", "GET", false);
  sim_run(o->s->world.sim, TURN_MS);
  CALL(o, http_write(o->s, last_id(o), "one"));
  CALL(o, http_flush(o->s, last_id(o)));
  if (!is_cut)
    CALL(o, http_end(o->s, last_id(o)));
  struct raw_peer *peer = sim_service_next(o->s);
  if (peer != NULL)
    raw_send_server_frame(peer, 0x88, hc_span_of("\x03\xe8", 2));
  sim_run(o->s->world.sim, TURN_MS);
}

/* Above MaxConnections; a body that does not come; a message that is none. */
static void be_refused(struct occasion *o, struct raw_peer *control)
{
  char message[512];

  (void)snprintf(message, sizeof message,
                 "{\"accept\":{\"address\":\"ws://localhost:%u/$hc/hyco?"
                 "sb-hc-action=accept&sb-hc-id=x\",\"id\":\"x\","
                 "\"connectHeaders\":{}}}",
                 (unsigned)o->s->world.port);
  raw_send_server_frame(control, HTTP_TEXT, hc_span_str(message));
  (void)sim_service_next(o->s);
  raw_send_server_frame(control, HTTP_TEXT, hc_span_str(message));
  (void)sim_service_next(o->s);
  http_send_request(o->s, control, "x", "POST", true);
  raw_send_server_frame(control, HTTP_TEXT, hc_span_str("{"));
  http_send_request(o->s, control, "y", "GET", false); /* nobody answers */
  sim_run(o->s->world.sim, 56000);
}

static void live(struct occasion *o)
{
  CALL(o, hc_receiver_start(core_of(o), false));
  struct raw_peer *control = sim_service_next(o->s);
  assert_non_null(control);
  answer_by_channel(o, control);
  answer_by_rendezvous(o, control);
  stream_an_answer(o, control, false);
  stream_an_answer(o, control, true);
  be_refused(o, control);
  http_send_request(o->s, control, "z", "GET", false);
  sim_run(o->s->world.sim, TURN_MS);
  CALL(o, (hc_receiver_shutdown(core_of(o)), 0));
  sim_run(o->s->world.sim, 20000);
}

/* True if there was such a line. */
static bool live_until(size_t n, const char *settings)
{
  struct sim_service s;
  struct occasion o = { .s = &s, .left = n };

  sim_service_start(&s, 1);
  sim_receiver_set(&s.world.receivers[0], "MaxConnections=1");
  sim_receiver_set(&s.world.receivers[0], settings);
  s.world.receivers[0].notes_log = true;
  arm(&o);
  live(&o);
  if (o.done && sim_world_count(&s.world, "r0") > 0)
    fail_msg("freed at line %zu, and then came\n%s", n, s.world.log);
  sim_service_finish(&s);
  return o.done;
}

static void free_at_every_line(const char *settings)
{
  size_t n = 0;

  while (n < LINES_MAX && live_until(n, settings))
    n++;
  assert_in_range(n, 30, LINES_MAX - 1);
}

static void a_receiver_may_be_freed_in_every_handler(void **state)
{
  (void)state;
  free_at_every_line("StreamRequests=false");
}

static void with_streamed_requests_too(void **state)
{
  (void)state;
  free_at_every_line("StreamRequests=true");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_receiver_may_be_freed_in_every_handler),
    cmocka_unit_test(with_streamed_requests_too),
  };
  return cmocka_run_group_tests_name("sim_http_free", tests, NULL, NULL);
}
