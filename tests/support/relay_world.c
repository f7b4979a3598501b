/* A relay on a simulated net. */
#include "support/relay_world.h"

#include "protocol/token.h"
#include "support/check.h"

#include <stdlib.h>

static const struct hc_relay_rule rules[] = {
  { .name = "root", .key = "root-key", .rights = HC_RIGHT_MANAGE },
  { .name = "listen", .key = "listen-key", .rights = HC_RIGHT_LISTEN },
  { .name = "send",
    .key = "send-key",
    .secondary_key = "second-key",
    .rights = HC_RIGHT_SEND },
};

static const struct hc_relay_entity entities[] = {
  { .name = "hyco" },
  { .name = "hyco/deeper" },
  { .name = "open", .anonymous = true },
};

static void write_log(void *user_data, enum hc_log_level level, int id,
                      const char *line)
{
  (void)id;
  struct relay_world *w = user_data;
  size_t len = strlen(line);

  (void)level;
  assert_true(w->log_len + len + 2 < sizeof w->log);
  memcpy(w->log + w->log_len, line, len);
  w->log_len += len;
  w->log[w->log_len++] = '\n';
  w->log[w->log_len] = '\0';
}

void world_options(struct hc_relay_options *options)
{
  memset(options, 0, sizeof *options);
  options->host = "127.0.0.1";
  options->rules = rules;
  options->n_rules = CHECK_COUNT(rules);
  options->entities = entities;
  options->n_entities = CHECK_COUNT(entities);
  hc_relay_settings_default(&options->settings);
}

void world_start(struct relay_world *w, const struct hc_relay_options *options)
{
  struct hc_relay_options own;
  struct hc_fault fault;

  memset(w, 0, sizeof *w);
  if (options != NULL)
    own = *options;
  else
    world_options(&own);
  own.log = (struct hc_log){ HC_LOG_DEBUG, write_log, w };
  w->sim = sim_new(1);
  assert_int_equal(hc_relay_new(sim_net(w->sim), &own, &w->relay, &fault), 0);
  w->port = hc_relay_port(w->relay);
}

static void cut_peers(struct relay_world *w)
{
  raw_close(&w->sender, HC_STREAM_ABORT);
  raw_close(&w->rendezvous, HC_STREAM_ABORT);
  raw_close(&w->listener, HC_STREAM_ABORT);
  for (size_t i = 0; i < w->n_peers; i++)
    raw_close(&w->peers[i], HC_STREAM_ABORT);
}

void world_finish(struct relay_world *w)
{
  cut_peers(w);
  hc_relay_free(w->relay);
  sim_run(w->sim, HC_STREAM_LINGER_MS + 1000);
  assert_int_equal(sim_open_handles(w->sim), 0);
  sim_free(w->sim);
}

struct raw_peer *world_peers(struct relay_world *w, size_t n)
{
  struct raw_peer *peers = w->peers + w->n_peers;

  assert_in_range(n, 1, WORLD_PEERS_MAX - w->n_peers);
  w->n_peers += n;
  return peers;
}

struct raw_peer *world_peer(struct relay_world *w)
{
  return world_peers(w, 1);
}

int world_set_up_own(void **state)
{
  *state = calloc(1, sizeof(struct relay_world));
  assert_non_null(*state);
  return 0;
}

int world_set_up(void **state)
{
  (void)world_set_up_own(state);
  world_start(*state, NULL);
  return 0;
}

int world_tear_down(void **state)
{
  world_finish(*state);
  free(*state);
  return 0;
}

void world_token(const struct relay_world *w, char token[1024],
                 const char *path, const char *rule, int64_t ttl_s)
{
  struct hc_buffer out;
  char key[64];

  hc_buffer_init(&out, 1024);
  snprintf(key, sizeof key, "%s-key", rule);
  assert_int_equal(hc_token_make(&out, hc_span_str(WORLD_HOST),
                                 hc_span_str(path), hc_span_str(rule),
                                 hc_span_str(key),
                                 hc_net_wall_s(sim_net(w->sim)) + ttl_s),
                   0);
  snprintf(token, 1024, "%s", hc_buffer_str(&out));
  hc_buffer_deinit(&out);
}

void world_send_to(struct relay_world *w, struct raw_peer *peer,
                   const char *host, const char *target, const char *extra)
{
  char request[8192];

  raw_dial(peer, w->sim, w->port);
  snprintf(request, sizeof request,
           "GET %s HTTP/1.1\r\nHost: %s:%u\r\n"
           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " WORLD_KEY "\r\n"
           "%s\r\n",
           target, host, (unsigned)w->port, extra);
  raw_send_str(peer, request);
}

void world_send_upgrade(struct relay_world *w, struct raw_peer *peer,
                        const char *target, const char *extra)
{
  world_send_to(w, peer, WORLD_HOST, target, extra);
}

void world_send_request(struct relay_world *w, struct raw_peer *peer,
                        const char *target, const char *rule)
{
  char token[1024];
  char field[1100];

  world_token(w, token, "", rule, WORLD_TOKEN_S);
  snprintf(field, sizeof field, "ServiceBusAuthorization: %s\r\n", token);
  world_send_upgrade(w, peer, target, field);
}

int world_answer(struct relay_world *w, struct raw_peer *peer)
{
  return raw_read_head(peer, w->head, sizeof w->head, RAW_WAIT_MS);
}

int world_refused(struct relay_world *w, const char *target, const char *extra)
{
  struct raw_peer peer;

  world_send_upgrade(w, &peer, target, extra);
  int status = world_answer(w, &peer);
  raw_expect_end(&peer, 0);
  raw_close(&peer, HC_STREAM_CLEAN);
  return status;
}

void world_listen(struct relay_world *w, struct raw_peer *peer,
                  const char *name)
{
  char target[512];

  snprintf(target, sizeof target, "/$hc/%s?sb-hc-action=listen", name);
  world_send_request(w, peer, target, "listen");
  assert_int_equal(world_answer(w, peer), 101);
}

void world_connect(struct relay_world *w, struct raw_peer *peer,
                   const char *target)
{
  char whole[1024];

  snprintf(whole, sizeof whole, "/$hc/%s", target);
  world_send_request(w, peer, whole, "send");
}

void world_read_accept(struct raw_peer *listener, struct hc_control *control)
{
  struct raw_frame frame;
  struct hc_fault fault;

  assert_true(raw_read_frame(listener, &frame));
  assert_int_equal(frame.first, 0x81);
  assert_int_equal(hc_control_read(frame.data, control, &fault), 0);
  assert_int_equal(control->kind, HC_CONTROL_ACCEPT);
}

const char *world_target(const struct hc_control *control)
{
  const char *target = strstr(control->accept.address, "/$hc/");

  assert_non_null(target);
  return target;
}

void world_join(struct relay_world *w, struct world_pair *pair)
{
  struct hc_control control;

  world_listen(w, &pair->listener, "hyco");
  world_connect(w, &pair->sender, "hyco?sb-hc-action=connect");
  world_read_accept(&pair->listener, &control);
  world_send_upgrade(w, &pair->rendezvous, world_target(&control), "");
  hc_control_deinit(&control);
  assert_int_equal(world_answer(w, &pair->rendezvous), 101);
  assert_int_equal(world_answer(w, &pair->sender), 101);
}

void world_part(struct world_pair *pair)
{
  raw_close(&pair->sender, HC_STREAM_ABORT);
  raw_close(&pair->rendezvous, HC_STREAM_ABORT);
  raw_close(&pair->listener, HC_STREAM_ABORT);
}

int world_set_up_joined(void **state)
{
  struct world_joined *joined = malloc(sizeof *joined);

  assert_non_null(joined);
  world_start(&joined->world, NULL);
  world_join(&joined->world, &joined->pair);
  *state = joined;
  return 0;
}

int world_tear_down_joined(void **state)
{
  struct world_joined *joined = *state;

  world_part(&joined->pair);
  world_finish(&joined->world);
  free(joined);
  return 0;
}

bool world_logged(const struct relay_world *w, const char *text)
{
  return strstr(w->log, text) != NULL;
}

struct hc_relay_counts world_counts(const struct relay_world *w)
{
  struct hc_relay_counts counts;

  hc_relay_count(w->relay, &counts);
  return counts;
}
