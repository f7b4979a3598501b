/* Sends back what a peer sends. */
#include "echo.h"

#include <assert.h>

/* Text that waits, below its limit, and one piece more. */
enum { WAITING_MAX = 2 * HC_CLI_ECHO_TEXT_MAX };

static int send_back(const struct hc_cli_listener *l,
                     const struct hc_cli_peer *peer, const void *data,
                     size_t len)
{
  if (peer->text)
    return hyco_receiver_send_text(l->receiver, peer->id, data, len);
  return hyco_receiver_send(l->receiver, peer->id, data, len);
}

/* Bytes that the UTF-8 character has which begins with this one. */
static size_t character_len(uint8_t first)
{
  if (first < 0xc0)
    return 1;
  if (first < 0xe0)
    return 2;
  return first < 0xf0 ? 3 : 4;
}

/* How many of len bytes are whole characters. */
static size_t whole_characters(const uint8_t *text, size_t len)
{
  for (size_t back = 1; back <= 3 && back <= len; back++) {
    uint8_t c = text[len - back];
    if ((c & 0xc0) != 0x80)
      return character_len(c) > back ? len - back : len;
  }
  return len;
}

/* How much of what waits may leave now. */
static size_t ready_len(const struct hc_cli_peer *peer)
{
  const struct hc_cli_bytes *waiting = &peer->waiting;
  if (!peer->text || peer->whole)
    return waiting->len;
  if (waiting->len < HC_CLI_ECHO_TEXT_MAX)
    return 0;
  return whole_characters(hc_cli_bytes_at(waiting), waiting->len);
}

static int flush(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  size_t n = ready_len(peer);
  if (n == 0)
    return 0;
  int rc = send_back(l, peer, hc_cli_bytes_at(&peer->waiting), n);
  if (rc == HYCO_EWOULDBLOCK)
    return hc_cli_listener_pause(l, peer, true);
  if (rc < 0)
    return rc;
  hc_cli_bytes_drop(&peer->waiting, n);
  return hc_cli_listener_pause(l, peer, false);
}

static int echo_data(struct hc_cli_listener *l, struct hc_cli_peer *peer,
                     const hyco_connection_data_in *e)
{
  assert(!peer->paused);
  peer->text = e->data_format == HYCO_FORMAT_TEXT;
  peer->whole = e->eom;
  if (peer->waiting.len == 0 && (!peer->text || peer->whole)) {
    /* Empty messages are never sent: the .NET SDK takes one for the end of
     * the stream (spec hybrid-connections.md). */
    int rc = e->len > 0 ? send_back(l, peer, e->data, e->len) : 0;
    if (rc != HYCO_EWOULDBLOCK)
      return rc;
  }
  peer->waiting.max = WAITING_MAX;
  if (!hc_cli_bytes_append(&peer->waiting, e->data, e->len))
    return HYCO_ENOMEM;
  return flush(l, peer);
}

/* Disconnects, once everything has been echoed. */
static int echo_end(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  peer->ended = true;
  return peer->paused ? 0 : hyco_receiver_disconnect(l->receiver, peer->id);
}

static int echo_ready(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  int rc = flush(l, peer);
  if (rc == 0 && peer->ended)
    rc = echo_end(l, peer);
  return rc;
}

const struct hc_cli_service hc_cli_echo_service = {
  .data = echo_data,
  .ready = echo_ready,
  .end = echo_end,
};

const struct hc_cli_service hc_cli_discard_service = {
  .end = echo_end,
};
