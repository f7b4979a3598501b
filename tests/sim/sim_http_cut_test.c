/* One HTTP exchange, cut at every millisecond, on every leg, in every way: the
 * real relay and receiver, a sender in raw bytes. Both bodies are long, so
 * every millisecond is another place of head or body. */
#include "support/check.h"

#include "protocol/token.h"
#include "sim_http_client.h"
#include "sim_world.h"

#include <stdlib.h>

enum {
  BODY = 70000, /* above what goes over the control channel */
  LATENCY_MS = 1,
  WINDOW = 2048,
  OVER_MS = 300000, /* until the longest patience has ended */
  EXCHANGE_MAX_MS = 1000
};

/* In the order in which they are dialled. */
enum leg { CONTROL, SENDER, RENDEZVOUS, LEGS };

struct scenario {
  struct sim_world w;
  struct sim_http_client client;
  char token[512];
  unsigned told;
  int status; /* 0: no answer's head */
  size_t got;
  bool is_whole;
  bool is_over;
};

static uint8_t byte_at(size_t at)
{
  return (uint8_t)(at * 131 >> 3);
}

static uint8_t *make_body(void)
{
  uint8_t *bytes = malloc(BODY);

  assert_non_null(bytes);
  for (size_t i = 0; i < BODY; i++)
    bytes[i] = byte_at(i);
  return bytes;
}

/* --- the application --- */

static void http_request(hyco_receiver *self, const hyco_http_request *e,
                         void *user_data)
{
  struct scenario *s = user_data;
  struct hc_receiver *core = s->w.receivers[0].core;
  uint8_t *bytes = make_body();
  struct hc_fault fault;

  (void)self;
  s->told++;
  assert_int_equal(e->request_data_len, BODY);
  assert_memory_equal(e->request_data, bytes, BODY);
  struct hc_exchange *x = hc_requests_find(core, e->connection_id);
  assert_int_equal(
      hc_answer_send(x, 201, "Words", hc_span_of(bytes, BODY), &fault), 0);
  free(bytes);
}

/* --- the sender --- */

static void on_head(void *user_data, const struct hc_http_head *head)
{
  struct scenario *s = user_data;
  s->status = head->status;
}

static void on_body(void *user_data, struct hc_span data)
{
  struct scenario *s = user_data;

  if (s->status != 201)
    return;
  for (size_t i = 0; i < data.len; i++)
    assert_int_equal(data.ptr[i], byte_at(s->got + i));
  s->got += data.len;
}

static void on_answered(void *user_data)
{
  struct scenario *s = user_data;
  s->is_whole = s->is_over = true;
}

static void on_end(void *user_data, int code, const char *why)
{
  struct scenario *s = user_data;
  (void)code;
  assert_null(why);
  s->is_over = true;
}

static void make_token(struct scenario *s)
{
  struct hc_buffer out;

  hc_buffer_init(&out, sizeof s->token - 1);
  assert_int_equal(hc_token_make(&out, hc_span_str("localhost"),
                                 hc_span_str("hyco"), hc_span_str("root"),
                                 hc_span_str("root-key"),
                                 hc_net_wall_s(sim_net(s->w.sim)) + 3600),
                   0);
  (void)snprintf(s->token, sizeof s->token, "%.*s", (int)hc_buffer_len(&out),
                 (const char *)hc_buffer_span(&out).ptr);
  hc_buffer_deinit(&out);
}

static void ask(struct scenario *s)
{
  static const struct sim_http_handler handler = { on_head, on_body,
                                                   on_answered, on_end };
  uint8_t *bytes = make_body();
  uint8_t *request = malloc(BODY + 1024);

  assert_non_null(request);
  int n = snprintf((char *)request, 1024,
                   "POST /hyco HTTP/1.1\r\nHost: localhost:%u\r\n"
                   "ServiceBusAuthorization: %s\r\n"
                   "Content-Length: %d\r\n\r\n",
                   (unsigned)s->w.port, s->token, (int)BODY);
  memcpy(request + n, bytes, BODY);
  assert_true(
      sim_http_client_dial(&s->client, s->w.sim, s->w.port, &handler, s));
  assert_true(sim_http_client_send(
      &s->client, hc_span_of(request, (size_t)n + BODY), false));
  free(request);
  free(bytes);
}

/* --- the sweep --- */

static void start(struct scenario *s)
{
  static const struct sim_wire wire = { LATENCY_MS, LATENCY_MS, WINDOW,
                                        1 << 17 };

  memset(s, 0, sizeof *s);
  sim_world_start(&s->w, 1);
  struct sim_receiver *r = sim_world_receiver(&s->w);
  sim_receiver_listen(r);
  r->core->events.on_http_request = http_request;
  r->core->user_data = s;
  r->core->events.on_error = NULL; /* the others are the world's */
  r->core->events.on_connected = NULL;
  r->core->events.on_disconnected = NULL;
  r->core->events.on_http_request_cancelled = NULL;
  r->core->events.on_log = NULL;
  make_token(s);
  sim_set_wire(s->w.sim, &wire);
  ask(s);
}

static bool is_over(void *user_data)
{
  const struct scenario *s = user_data;
  return s->is_over;
}

static void finish(struct scenario *s)
{
  sim_http_client_close(&s->client, HC_STREAM_ABORT);
  sim_run(s->w.sim, OVER_MS);
  assert_true(hc_requests_are_over(&s->w.receivers[0].core->requests));
  assert_int_equal(s->w.receivers[0].core->requests.held, 0);
  sim_world_finish(&s->w);
}

/* How long it takes when nothing happens. */
static uint64_t undisturbed_ms(void)
{
  struct scenario s;

  start(&s);
  uint64_t begin_ms = hc_net_now_ms(sim_net(s.w.sim));
  assert_true(sim_run_until(s.w.sim, is_over, &s, EXCHANGE_MAX_MS));
  uint64_t took_ms = hc_net_now_ms(sim_net(s.w.sim)) - begin_ms;
  assert_int_equal(s.status, 201);
  assert_true(s.is_whole);
  assert_int_equal(s.got, BODY);
  finish(&s);
  return took_ms;
}

static void run(enum leg leg, enum sim_cut how, uint64_t ms)
{
  struct scenario s;

  start(&s);
  sim_run(s.w.sim, ms);
  if (sim_stream_count(s.w.sim) > (size_t)leg)
    sim_cut(s.w.sim, (size_t)leg, how);
  bool over = sim_run_until(s.w.sim, is_over, &s, OVER_MS);
  /* who is behind the silence himself hears nothing */
  assert_true(over || (leg == SENDER && how == SIM_CUT_SILENCE));
  assert_true(s.told <= 1);
  if (s.is_whole && s.status == 201)
    assert_int_equal(s.got, BODY);
  else if (s.is_whole)
    assert_in_range(s.status, 500, 504);
  finish(&s);
}

static void every_cut_is_an_answer_or_a_cut(void **state)
{
  uint64_t took_ms = undisturbed_ms();

  (void)state;
  assert_in_range(took_ms, 50, 400);
  for (uint64_t ms = 0; ms <= took_ms; ms++) {
    for (enum leg leg = CONTROL; leg < LEGS; leg++) {
      run(leg, SIM_CUT_RST, ms);
      run(leg, SIM_CUT_FIN, ms);
      run(leg, SIM_CUT_SILENCE, ms);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_cut_is_an_answer_or_a_cut),
  };
  return cmocka_run_group_tests_name("sim_http_cut", tests, NULL, NULL);
}
