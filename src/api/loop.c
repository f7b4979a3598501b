/* The loop behind hyco/loop.h. */
#include "api/loop.h"
#include "base/memory.h"
#include <hyco/error.h>

int hyco_loop_new(hyco_loop **out)
{
  if (out == NULL)
    return HYCO_EINVALID;
  hyco_loop *loop = hc_alloc_zero(sizeof *loop);
  if (loop == NULL)
    return HYCO_ENOMEM;
  int rc = hc_loop_new(&loop->io);
  if (rc < 0) {
    hc_free(loop);
    return rc;
  }
  *out = loop;
  return 0;
}

void hyco_loop_free(hyco_loop *loop)
{
  if (loop == NULL)
    return;
  hc_loop_free(loop->io);
  hc_free(loop);
}

bool hc_api_turn(hyco_loop *loop, int timeout_ms)
{
  bool narrow = hc_loop_is_in_turn(loop->io);

  (void)hc_loop_turn(loop->io, timeout_ms, narrow);
  if (!loop->doomed || narrow)
    return true;
  hyco_loop_free(loop);
  return false;
}

void hc_api_drop_loop(hyco_loop *loop)
{
  if (hc_loop_is_in_turn(loop->io) || loop->blocking)
    loop->doomed = true;
  else
    hyco_loop_free(loop);
}

bool hc_api_may_block(const hyco_loop *loop)
{
  return !loop->blocking && !hc_loop_is_in_turn(loop->io);
}

int hyco_loop_do_events(hyco_loop *loop, int timeout_ms)
{
  if (!hc_api_may_block(loop))
    return HYCO_EBUSY;
  bool done = hc_loop_turn(loop->io, timeout_ms, false);
  if (loop->doomed)
    hyco_loop_free(loop);
  return done ? 1 : 0;
}

int hyco_loop_run(hyco_loop *loop)
{
  if (!hc_api_may_block(loop))
    return HYCO_EBUSY;
  while (!atomic_exchange(&loop->stop, false)) {
    if (!hc_api_turn(loop, -1))
      break;
  }
  return 0;
}

void hyco_loop_stop(hyco_loop *loop)
{
  atomic_store(&loop->stop, true);
  hc_loop_wake(loop->io);
}

int hyco_loop_fd(const hyco_loop *loop)
{
  return hc_loop_fd(loop->io);
}

int hyco_loop_timeout(const hyco_loop *loop)
{
  return hc_loop_timeout(loop->io);
}

int hyco_loop_post(hyco_loop *loop, void (*fn)(void *user_data),
                   void *user_data)
{
  if (fn == NULL)
    return HYCO_EINVALID;
  return hc_loop_post(loop->io, fn, user_data);
}
