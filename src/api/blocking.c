/* Calls that run the loop until something has happened. */
#include "api/blocking.h"

/* The longest wait for one turn: a limit may be further away. */
enum { TURN_MAX_MS = 1000 };

static int turn_timeout(uint64_t left_ms)
{
  return left_ms < TURN_MAX_MS ? (int)left_ms : TURN_MAX_MS;
}

int hc_blocking_wait(hyco_loop *loop, bool (*done)(const void *owner),
                     const void *owner, const bool *gone, uint64_t limit_ms)
{
  struct hc_net *net = hc_loop_net(loop->io);
  uint64_t end_ms = hc_net_now_ms(net) + limit_ms;
  int rc = 0;

  loop->blocking = true;
  while (rc == 0 && !done(owner)) {
    uint64_t now_ms = hc_net_now_ms(net);
    if (now_ms >= end_ms)
      rc = HYCO_ETIMEOUT;
    else if (!hc_api_turn(loop, turn_timeout(end_ms - now_ms)))
      return HYCO_EINTERRUPTED;
    else if (*gone)
      rc = HYCO_EINTERRUPTED;
  }
  loop->blocking = false;
  return rc;
}

/* What has not moved yet, and since when. */
struct progress {
  uint64_t left;
  uint64_t since_ms;
};

static bool is_stuck(struct progress *p, uint64_t left, uint64_t now_ms,
                     uint64_t timeout_ms)
{
  if (left < p->left) {
    p->left = left;
    p->since_ms = now_ms;
  }
  return now_ms - p->since_ms >= timeout_ms;
}

/* 1: all is with the kernel. 0: not yet. */
static int advance(const struct hc_blocking_send *how, struct hc_outgoing *out,
                   struct progress *p)
{
  uint64_t now_ms = hc_net_now_ms(hc_loop_net(how->loop->io));
  struct hc_connection *c = how->find(how->owner, how->id);

  if (c == NULL)
    return HYCO_ENOTCONNECTED;
  hc_connection_pump(c);
  int rc = out->done ? 0 : hc_connection_send_part(c, out);
  size_t queued = hc_connection_queued(c);
  if (rc == 0 && out->done && queued == 0)
    return 1;
  if (rc == 0 && atomic_exchange(how->interrupted, false))
    rc = HYCO_EINTERRUPTED;
  if (rc == 0 &&
      is_stuck(p, queued + out->rest.len + out->left, now_ms, how->timeout_ms))
    rc = HYCO_ETIMEOUT;
  if (rc < 0)
    hc_connection_interrupt(c, out);
  return rc;
}

int hc_blocking_send(const struct hc_blocking_send *how,
                     struct hc_outgoing *out)
{
  hyco_loop *loop = how->loop;
  struct progress progress = { UINT64_MAX,
                               hc_net_now_ms(hc_loop_net(loop->io)) };
  int rc;

  if (loop->blocking)
    return HYCO_EBUSY;
  atomic_store(how->interrupted, false); /* it came too late for its send */
  loop->blocking = true;
  while ((rc = advance(how, out, &progress)) == 0) {
    if (!hc_api_turn(loop, turn_timeout(how->timeout_ms)))
      return HYCO_EINTERRUPTED;
    if (*how->gone) {
      rc = HYCO_EINTERRUPTED;
      break;
    }
  }
  loop->blocking = false;
  return rc > 0 ? 0 : rc;
}
