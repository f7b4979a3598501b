/* What a relay makes of the first bytes of a stream, and of what follows: there
 * is always an answer or an end, the same for any cut, and nothing is left
 * behind. Any JWT passes, so that control channels are reached too. Input: the
 * place of the first cut, the size of the other pieces, then the stream. */
#include "peer.h"
#include "relay/relay.h"
#include "support/split.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  INPUT_MAX = 1 << 16,
  END_MS = 120000, /* longer than every timeout of a handshake */
  PIECES_MAX = 64  /* then the rest comes at once */
};

/* For senders to find. */
static void listen(struct peer *peer, struct sim *sim, uint16_t port)
{
  static const char request[] =
      "GET /$hc/open?sb-hc-action=listen&sb-hc-token=eyJ.x HTTP/1.1\r\n"
      "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

  peer_dial(peer, sim, port);
  if (!peer_send(peer, hc_span_of(request, sizeof request - 1)))
    abort();
  sim_run(sim, PEER_STEP_MS);
  if (hc_buffer_len(&peer->received) == 0)
    abort();
}

static struct hc_relay *start(struct sim *sim)
{
  static const struct hc_relay_entity entities[] = {
    { .name = "hyco" }, { .name = "open", .anonymous = true }
  };
  struct hc_relay_options options = { .host = "127.0.0.1",
                                      .entities = entities,
                                      .n_entities = 2,
                                      .accept_any_jwt = true };
  struct hc_relay *relay = NULL;
  struct hc_fault fault;

  hc_relay_settings_default(&options.settings);
  options.settings.pong_interval_s = 0;
  if (hc_relay_new(sim_net(sim), &options, &relay, &fault) != 0)
    abort();
  return relay;
}

/* Whether a body that is waited for is asked for hangs on the cut. */
static void drop_100(struct hc_span *received)
{
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
  const size_t n = sizeof go_on - 1;

  if (received->len >= n && memcmp(received->ptr, go_on, n) == 0)
    hc_span_drop(received, n);
}

/* The answer without what ids and clocks make of it, and what follows. */
static void report_answer(struct hc_buffer *report, struct hc_span received)
{
  static const char id[] = " TrackingId:";
  static const char end[] = "\r\n\r\n";

  drop_100(&received);
  const uint8_t *cut =
      received.len > 0 ? memmem(received.ptr, received.len, id, 12) : NULL;
  const uint8_t *behind =
      received.len > 0 ? memmem(received.ptr, received.len, end, 4) : NULL;

  if (cut == NULL || behind == NULL || cut > behind)
    cut = behind;
  if (cut == NULL) {
    split_report_bytes(report, received);
    return;
  }
  const uint8_t *line = memchr(received.ptr, '\r', received.len);
  size_t n = (size_t)((line < cut ? line : cut) - received.ptr);
  split_report_bytes(report, hc_span_of(received.ptr, n));
  hc_span_drop(&received, (size_t)(behind + 4 - received.ptr));
  split_report(report, "\n");
  split_report_bytes(report, received);
}

static bool is_answered(const struct peer *peer)
{
  static const char upgraded[] = "HTTP/1.1 101 ";
  struct hc_span head = hc_buffer_span(&peer->received);

  return peer->ended || (head.len >= sizeof upgraded - 1 &&
                         memcmp(head.ptr, upgraded, sizeof upgraded - 1) == 0);
}

static void run(struct hc_span input, size_t first, size_t piece,
                struct hc_buffer *report)
{
  struct sim *sim = sim_new(1);
  struct hc_relay *relay = start(sim);
  struct peer listener;
  struct peer peer;

  listen(&listener, sim, hc_relay_port(relay));
  peer_dial(&peer, sim, hc_relay_port(relay));
  size_t n = first < input.len ? first : input.len;
  for (int i = 0; input.len > 0; i++) {
    if (!peer_send(&peer, hc_span_of(input.ptr, n)))
      abort();
    sim_run(sim, PEER_STEP_MS);
    hc_span_drop(&input, n);
    n = piece < input.len && i < PIECES_MAX ? piece : input.len;
  }
  sim_run(sim, END_MS);
  if (!is_answered(&peer))
    abort();
  report_answer(report, hc_buffer_span(&peer.received));
  split_report(report, "\nended %d\n", peer.ended);
  peer_hang_up(&peer);
  peer_hang_up(&listener);
  hc_relay_free(relay);
  sim_run(sim, HC_STREAM_LINGER_MS + PEER_STEP_MS);
  if (sim_open_handles(sim) != 0)
    abort();
  sim_free(sim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_buffer whole;
  struct hc_buffer cut;

  if (size < 2 || size > INPUT_MAX)
    return 0;
  struct hc_span text = hc_span_of(data + 2, size - 2);
  hc_buffer_init(&whole, SPLIT_REPORT_MAX);
  hc_buffer_init(&cut, SPLIT_REPORT_MAX);
  run(text, text.len, 1, &whole);
  run(text, data[0], data[1] + 1u, &cut);
  if (!hc_span_equal(hc_buffer_span(&whole), hc_buffer_span(&cut)))
    abort();
  hc_buffer_deinit(&cut);
  hc_buffer_deinit(&whole);
  return 0;
}
