/* A client in raw bytes on the simulated net. */
#include "peer.h"

#include <stdlib.h>

static void on_data(void *user_data, struct hc_span *in)
{
  struct peer *peer = user_data;

  if (hc_buffer_append(&peer->received, *in) != 0)
    abort();
  hc_span_drop(in, in->len);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct peer *peer = user_data;

  (void)fault;
  peer->ended = true;
}

static void on_open(void *user_data)
{
  (void)user_data;
}

void peer_dial(struct peer *peer, struct sim *sim, uint16_t port)
{
  static const struct hc_stream_handler handler = { .on_open = on_open,
                                                    .on_data = on_data,
                                                    .on_end = on_end };
  const struct hc_dial to = { .host = "127.0.0.1", .port = port };
  struct hc_fault fault;

  peer->ended = false;
  hc_buffer_init(&peer->received, PEER_RECEIVED_MAX);
  if (hc_dial(sim_net(sim), &to, &handler, peer, &peer->stream, &fault) != 0)
    abort();
  sim_run(sim, PEER_STEP_MS);
}

bool peer_send(struct peer *peer, struct hc_span bytes)
{
  return peer->stream == NULL || peer->ended ||
         hc_stream_write(peer->stream, bytes) == 0;
}

void peer_hang_up(struct peer *peer)
{
  hc_stream_close(peer->stream, HC_STREAM_ABORT);
  hc_buffer_deinit(&peer->received);
}
