/* Calls that run the loop until something has happened. */
#include "api/blocking.h"

/* The longest wait for one turn: a limit may be further away. */
enum { TURN_MAX_MS = 1000 };

static int turn_timeout(uint64_t left_ms)
{
  return left_ms < TURN_MAX_MS ? (int)left_ms : TURN_MAX_MS;
}

int hc_caller_init(struct hc_caller *caller, hyco_loop *loop)
{
  caller->owns_loop = loop == NULL;
  caller->loop = loop;
  return loop == NULL ? hyco_loop_new(&caller->loop) : 0;
}

void hc_caller_deinit(struct hc_caller *caller)
{
  if (caller->gone != NULL)
    *caller->gone = true;
  if (caller->owns_loop && caller->loop != NULL)
    hc_api_drop_loop(caller->loop);
}

/* The caller may be gone behind it, and a loop of its own with it. */
static int turn_until(hyco_loop *loop, bool (*done)(const void *owner),
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

int hc_caller_wait(struct hc_caller *caller, bool (*done)(const void *owner),
                   const void *owner, uint64_t limit_ms)
{
  bool gone = false;

  caller->gone = &gone;
  int rc = turn_until(caller->loop, done, owner, &gone, limit_ms);
  if (!gone)
    caller->gone = NULL;
  return rc;
}

int hc_caller_run(struct hc_caller *caller, bool (*done)(const void *owner),
                  const void *owner)
{
  hyco_loop *loop = caller->loop;
  bool gone = false;

  caller->gone = &gone;
  while (!done(owner) && !atomic_exchange(&loop->stop, false)) {
    if (!hc_api_turn(loop, -1) || gone)
      return HYCO_EINTERRUPTED;
  }
  caller->gone = NULL;
  return 0;
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
static int advance(struct hc_caller *caller, const struct hc_blocking_send *how,
                   struct hc_outgoing *out, struct progress *p)
{
  uint64_t now_ms = hc_net_now_ms(hc_loop_net(caller->loop->io));
  struct hc_connection *c = how->find(how->owner, how->id);

  if (c == NULL)
    return HYCO_ENOTCONNECTED;
  hc_connection_pump(c);
  int rc = out->done ? 0 : hc_connection_send_part(c, out);
  size_t queued = hc_connection_queued(c);
  if (rc == 0 && out->done && queued == 0)
    return 1;
  if (rc == 0 && atomic_exchange(&caller->interrupted, false))
    rc = HYCO_EINTERRUPTED;
  if (rc == 0 && is_stuck(p, queued + out->rest.len + out->left, now_ms,
                          (uint64_t)how->timeout_s * 1000))
    rc = HYCO_ETIMEOUT;
  if (rc < 0)
    hc_connection_interrupt(c, out);
  return rc;
}

static int send_turning(struct hc_caller *caller,
                        const struct hc_blocking_send *how,
                        struct hc_outgoing *out, const bool *gone)
{
  hyco_loop *loop = caller->loop;
  struct progress progress = { UINT64_MAX,
                               hc_net_now_ms(hc_loop_net(loop->io)) };
  int rc;

  loop->blocking = true;
  while ((rc = advance(caller, how, out, &progress)) == 0) {
    if (!hc_api_turn(loop, turn_timeout((uint64_t)how->timeout_s * 1000)))
      return HYCO_EINTERRUPTED;
    if (*gone) {
      rc = HYCO_EINTERRUPTED;
      break;
    }
  }
  loop->blocking = false;
  return rc > 0 ? 0 : rc;
}

int hc_caller_send(struct hc_caller *caller, const struct hc_blocking_send *how,
                   struct hc_outgoing *out)
{
  bool *outer = caller->gone; /* of a run, in whose handler this is */
  bool gone = false;

  if (caller->loop->blocking)
    return HYCO_EBUSY;
  /* Before it can be meant: one that came too late for its send. */
  atomic_store(&caller->interrupted, false);
  atomic_store(&caller->sending, how->id);
  caller->gone = &gone;
  int rc = send_turning(caller, how, out, &gone);
  if (gone)
    return rc;
  caller->gone = outer;
  atomic_store(&caller->sending, 0);
  if (rc == HYCO_EINTERRUPTED)
    hc_fault_set(how->fault, rc, "the send was interrupted");
  return rc;
}

bool hc_caller_interrupt(struct hc_caller *caller, int id)
{
  if (atomic_load(&caller->sending) != id)
    return false;
  atomic_store(&caller->interrupted, true);
  hc_loop_wake(caller->loop->io);
  return true;
}
