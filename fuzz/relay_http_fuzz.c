/* What a relay makes of a listener's answers to an HTTP request: whatever
 * frames come on the control channel and on the rendezvous, the sender gets an
 * answer or an end, and nothing is left behind. Input: whether the request is
 * a small one or chunked, then frames: first byte with bit 0x40 for the
 * rendezvous, length, payload with '@' for the request's id. */
#include "base/buffer.h"
#include "peer.h"
#include "relay/relay.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  INPUT_MAX = 1 << 14,
  END_MS = 240000, /* longer than every timeout */
  ID_LEN = 36 + 3 + 2 + 36,
  ON_RENDEZVOUS = 0x40
};

static void dial(struct peer *peer, struct sim *sim, uint16_t port,
                 const char *text)
{
  peer_dial(peer, sim, port);
  (void)peer_send(peer, hc_span_str(text));
  sim_run(sim, PEER_STEP_MS);
}

static struct hc_relay *start(struct sim *sim)
{
  static const struct hc_relay_entity entity = { .name = "open",
                                                 .anonymous = true };
  struct hc_relay_options options = { .host = "127.0.0.1",
                                      .entities = &entity,
                                      .n_entities = 1,
                                      .accept_any_jwt = true };
  struct hc_relay *relay = NULL;
  struct hc_fault fault;

  hc_relay_settings_default(&options.settings);
  if (hc_relay_new(sim_net(sim), &options, &relay, &fault) != 0)
    abort();
  return relay;
}

#define UPGRADE                                                           \
  " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Version: 13\r\n"                                         \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* One masked frame (with a mask of zeros). */
static void send_frame(struct peer *peer, uint8_t first, struct hc_span payload,
                       const char *id)
{
  struct hc_buffer out;

  hc_buffer_init(&out, 255 * (ID_LEN + 1));
  for (size_t i = 0; i < payload.len; i++) {
    struct hc_span piece = payload.ptr[i] == '@'
                               ? hc_span_str(id)
                               : hc_span_of(payload.ptr + i, 1);
    if (hc_buffer_append(&out, piece) != 0)
      abort();
  }
  size_t n = hc_buffer_len(&out);
  uint8_t head[8] = { first, 0x80 | 126, (uint8_t)(n >> 8), (uint8_t)n };
  uint8_t short_head[6] = { first, (uint8_t)(0x80 | (n & 0x7f)) };
  (void)peer_send(peer, n < 126 ? hc_span_of(short_head, sizeof short_head)
                                : hc_span_of(head, sizeof head));
  (void)peer_send(peer, hc_buffer_span(&out));
  hc_buffer_deinit(&out);
}

/* The id of the request that the listener was told. */
static void find_id(const struct peer *listener, char id[ID_LEN + 1])
{
  static const char mark[] = "&sb-hc-id=";
  struct hc_span got = hc_buffer_span(&listener->received);
  const uint8_t *found = memmem(got.ptr, got.len, mark, sizeof mark - 1);

  if (found == NULL)
    abort();
  memcpy(id, found + sizeof mark - 1, ID_LEN);
  id[ID_LEN] = '\0';
}

static void play(struct sim *sim, uint16_t port, struct peer *listener,
                 struct peer *rendezvous, struct hc_span in)
{
  char id[ID_LEN + 1];
  char request[512];

  find_id(listener, id);
  snprintf(request, sizeof request,
           "GET /$hc/open?sb-hc-action=request&sb-hc-id=%s" UPGRADE, id);
  while (in.len >= 2) {
    uint8_t first = in.ptr[0];
    size_t n = in.ptr[1] < in.len - 2 ? in.ptr[1] : in.len - 2;
    struct hc_span payload = hc_span_of(in.ptr + 2, n);
    bool by_rendezvous = (first & ON_RENDEZVOUS) != 0;
    if (by_rendezvous && rendezvous->stream == NULL)
      dial(rendezvous, sim, port, request);
    send_frame(by_rendezvous ? rendezvous : listener,
               (uint8_t)(first & ~ON_RENDEZVOUS), payload, id);
    sim_run(sim, PEER_STEP_MS);
    hc_span_drop(&in, 2 + n);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char small[] = "POST /open?x=1 HTTP/1.1\r\nHost: a\r\n"
                              "Content-Length: 5\r\n\r\nhello";
  static const char chunked[] = "POST /open?x=1 HTTP/1.1\r\nHost: a\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n"
                                "5\r\nhello\r\n0\r\n\r\n";
  struct peer listener;
  struct peer sender;
  struct peer rendezvous = { .stream = NULL };

  if (size < 1 || size > INPUT_MAX)
    return 0;
  struct sim *sim = sim_new(1);
  struct hc_relay *relay = start(sim);
  uint16_t port = hc_relay_port(relay);
  dial(&listener, sim, port,
       "GET /$hc/open?sb-hc-action=listen&sb-hc-token=eyJ.x" UPGRADE);
  dial(&sender, sim, port, data[0] % 2 == 0 ? small : chunked);
  play(sim, port, &listener, &rendezvous, hc_span_of(data + 1, size - 1));
  sim_run(sim, END_MS);
  if (!sender.ended) /* by a timeout at the latest */
    abort();
  peer_hang_up(&sender);
  peer_hang_up(&listener);
  if (rendezvous.stream != NULL)
    peer_hang_up(&rendezvous);
  hc_relay_free(relay);
  sim_run(sim, HC_STREAM_LINGER_MS + PEER_STEP_MS);
  if (sim_open_handles(sim) != 0)
    abort();
  sim_free(sim);
  return 0;
}
