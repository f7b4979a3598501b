/* A service that a test plays itself, in raw bytes. */
#include "sim_service.h"

#include "support/check.h"

#include <stdlib.h>

enum { SETTLE_MS = 100 };

static void on_accept(void *user_data, struct hc_stream *stream)
{
  struct sim_service *s = user_data;

  assert_true(s->n_peers < SIM_SERVICE_PEERS);
  raw_adopt(&s->peers[s->n_peers++], s->world.sim, stream);
}

static void listen_and_wait(struct sim_service *s)
{
  static const struct hc_listener_handler handler = { .on_accept = on_accept };
  struct hc_fault fault;

  sim_world_relay_down(&s->world);
  const struct hc_listen where = { .host = "127.0.0.1",
                                   .port = s->world.port,
                                   .tls = s->world.tls,
                                   .handshake_timeout_ms = SIM_WAIT_MS };
  assert_int_equal(hc_listen(sim_net(s->world.sim), &where, &handler, s,
                             &s->listener, &fault),
                   0);
  s->n_peers = 0;
  s->n_taken = 0;
  (void)sim_world_receiver(&s->world);
  (void)sim_world_sender(&s->world);
}

void sim_service_start(struct sim_service *s, uint64_t seed)
{
  sim_world_start(&s->world, seed);
  listen_and_wait(s);
}

void sim_service_start_tls(struct sim_service *s, uint64_t seed)
{
  sim_world_start_tls(&s->world, seed);
  listen_and_wait(s);
}

static int set_up(void **state,
                  void (*start)(struct sim_service *s, uint64_t seed))
{
  uint64_t seed = (uintptr_t)*state;
  struct sim_service *s = malloc(sizeof *s);

  assert_non_null(s);
  start(s, seed);
  *state = s;
  return 0;
}

int sim_service_set_up(void **state)
{
  return set_up(state, sim_service_start);
}

int sim_service_set_up_tls(void **state)
{
  return set_up(state, sim_service_start_tls);
}

int sim_service_tear_down(void **state)
{
  sim_service_finish(*state);
  free(*state);
  return 0;
}

void sim_service_finish(struct sim_service *s)
{
  for (size_t i = 0; i < s->n_peers; i++)
    raw_close(&s->peers[i], HC_STREAM_CLEAN);
  hc_listener_close(s->listener);
  sim_world_finish(&s->world);
}

static bool has_next(void *user_data)
{
  const struct sim_service *s = user_data;

  if (s->n_peers == s->n_taken)
    return false;
  struct hc_span in = hc_buffer_span(&s->peers[s->n_taken].received);
  return in.len > 0 && memmem(in.ptr, in.len, "\r\n\r\n", 4) != NULL;
}

/* Takes the request off, and works out what answers its key. */
static void take_head(struct sim_service *s, struct raw_peer *peer)
{
  static const char name[] = "\r\nSec-WebSocket-Key: ";
  struct hc_span in = hc_buffer_span(&peer->received);
  const uint8_t *end = memmem(in.ptr, in.len, "\r\n\r\n", 4);
  size_t len = (size_t)(end - in.ptr) + 4;

  assert_true(len < sizeof s->head);
  memcpy(s->head, in.ptr, len);
  s->head[len] = '\0';
  hc_buffer_drop(&peer->received, len);
  const char *key = strstr(s->head, name);
  assert_non_null(key);
  key += sizeof name - 1;
  assert_int_equal(
      hc_ws_make_accept(s->accept, hc_span_of(key, strcspn(key, "\r"))), 0);
}

struct raw_peer *sim_service_request_within(struct sim_service *s, uint64_t ms)
{
  if (!sim_run_until(s->world.sim, has_next, s, ms))
    return NULL;
  struct raw_peer *peer = &s->peers[s->n_taken++];
  take_head(s, peer);
  return peer;
}

struct raw_peer *sim_service_request(struct sim_service *s)
{
  struct raw_peer *peer = sim_service_request_within(s, SIM_WAIT_MS);
  assert_non_null(peer);
  return peer;
}

void sim_service_answer(struct sim_service *s, struct raw_peer *peer,
                        const char *extra)
{
  char answer[1024];

  (void)snprintf(answer, sizeof answer,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                 s->accept, extra);
  raw_send_str(peer, answer);
}

struct raw_peer *sim_service_next(struct sim_service *s)
{
  struct raw_peer *peer = sim_service_request_within(s, SETTLE_MS);

  if (peer != NULL)
    sim_service_answer(s, peer, "");
  sim_run(s->world.sim, SETTLE_MS);
  return peer;
}

static void send_accept(struct sim_service *s, struct raw_peer *control)
{
  char message[512];

  (void)snprintf(message, sizeof message,
                 "{\"accept\":{\"address\":\"ws://localhost:%u/$hc/hyco?"
                 "sb-hc-action=accept&sb-hc-id=1\",\"id\":\"1\","
                 "\"connectHeaders\":{}}}",
                 (unsigned)s->world.port);
  raw_send_server_frame(control, 0x81, hc_span_str(message));
}

struct raw_peer *sim_service_dialled(struct sim_service *s, enum sim_leg leg)
{
  struct sim_world *w = &s->world;

  if (leg == SIM_SENDER) {
    assert_int_equal(hc_sender_start(w->senders[0].core), 0);
    return sim_service_request(s);
  }
  assert_int_equal(hc_receiver_start(w->receivers[0].core, true), 0);
  struct raw_peer *control = sim_service_request(s);
  if (leg == SIM_CONTROL)
    return control;
  sim_service_answer(s, control, "");
  sim_world_wait(w, "r0 connected 0", SIM_WAIT_MS);
  send_accept(s, control);
  struct raw_peer *rendezvous = sim_service_request(s);
  sim_world_forget(w);
  return rendezvous;
}

struct raw_peer *sim_service_opened(struct sim_service *s, enum sim_leg leg)
{
  static const char *const lines[] = { [SIM_CONTROL] = "r0 connected 0",
                                       [SIM_ACCEPTED] = "r0 1 ready",
                                       [SIM_SENDER] = "s0 ready" };
  struct raw_peer *peer = sim_service_dialled(s, leg);

  sim_service_answer(s, peer, "");
  sim_world_wait(&s->world, lines[leg], SIM_WAIT_MS);
  sim_world_forget(&s->world);
  return peer;
}

void sim_service_expect_close(struct raw_peer *peer, int code,
                              const char *words)
{
  struct raw_frame frame;

  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, 0x88);
  assert_true(frame.masked); /* RFC 6455 5.1 */
  assert_true(frame.data.len >= 2);
  assert_int_equal(frame.data.ptr[0] << 8 | frame.data.ptr[1], code);
  check_span(hc_span_of(frame.data.ptr + 2, frame.data.len - 2), words);
}

static const char *const names[] = {
  [SIM_CONTROL] = "r0", [SIM_ACCEPTED] = "r0 1", [SIM_SENDER] = "s0"
};

void sim_service_expect_broken(struct sim_service *s, enum sim_leg leg,
                               int error, const char *words)
{
  char lines[2048];

  if (leg == SIM_CONTROL)
    (void)snprintf(lines, sizeof lines, "r0 disconnected %d %s\n", error,
                   words);
  else
    (void)snprintf(lines, sizeof lines,
                   "%s error %d %s\n%s disconnected 1006 %s\n", names[leg],
                   error, words, names[leg], words);
  sim_world_run(&s->world, SETTLE_MS, lines);
}

void sim_service_expect_closed(struct sim_service *s, enum sim_leg leg,
                               int code, const char *words)
{
  char lines[1024];

  (void)snprintf(lines, sizeof lines, "%s disconnected %d %s\n", names[leg],
                 code, words);
  sim_world_run(&s->world, SETTLE_MS, lines);
}

void sim_service_expect_refused(struct sim_service *s, enum sim_leg leg,
                                int error, const char *words)
{
  char lines[1024];

  if (leg == SIM_ACCEPTED)
    (void)snprintf(lines, sizeof lines, "r0 error %d accepting failed: %s\n",
                   -HYCO_ERENDEZVOUS, words);
  else
    (void)snprintf(lines, sizeof lines, "%s connected %d %s\n", names[leg],
                   error, words);
  sim_world_run(&s->world, SETTLE_MS, lines);
}
