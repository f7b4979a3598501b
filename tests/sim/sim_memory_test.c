/* Out of memory anywhere, once: an error, never a crash, nothing left behind.
 * The real receiver, sender and relay on a simulated net. */
#include "support/check.h"

#include "base/memory.h"
#include "sim_world.h"

enum { TURN_MS = 100, ALLOCATIONS_MAX = 10000 };

static size_t allocations_left = SIZE_MAX;
static bool has_failed;

/* True for the one allocation that fails. */
static bool fails(void)
{
  if (allocations_left == SIZE_MAX || allocations_left-- > 0)
    return false;
  allocations_left = SIZE_MAX;
  has_failed = true;
  return true;
}

void *__real_hc_alloc(size_t n);
void *__real_hc_alloc_zero(size_t n);
void *__real_hc_realloc(void *ptr, size_t n);
char *__real_hc_strndup(const char *s, size_t n);
char *__real_hc_strdup(const char *s);
void *__wrap_hc_alloc(size_t n);
void *__wrap_hc_alloc_zero(size_t n);
void *__wrap_hc_realloc(void *ptr, size_t n);
char *__wrap_hc_strndup(const char *s, size_t n);
char *__wrap_hc_strdup(const char *s);

void *__wrap_hc_alloc(size_t n)
{
  return fails() ? NULL : __real_hc_alloc(n);
}

void *__wrap_hc_alloc_zero(size_t n)
{
  return fails() ? NULL : __real_hc_alloc_zero(n);
}

void *__wrap_hc_realloc(void *ptr, size_t n)
{
  return fails() ? NULL : __real_hc_realloc(ptr, n);
}

char *__wrap_hc_strndup(const char *s, size_t n)
{
  return fails() ? NULL : __real_hc_strndup(s, n);
}

char *__wrap_hc_strdup(const char *s)
{
  return fails() ? NULL : __real_hc_strdup(s);
}

static void live(struct sim_world *w)
{
  static const uint8_t bytes[100000];
  struct sim_receiver *r = &w->receivers[0];
  struct sim_sender *s = &w->senders[0];

  (void)hc_receiver_start(r->core, false);
  sim_run(w->sim, TURN_MS);
  (void)hc_sender_start(s->core);
  sim_run(w->sim, TURN_MS);
  (void)sim_sender_send(s, HC_WS_TEXT, hc_span_str("hello"));
  (void)sim_receiver_send(r, 1, HC_WS_BINARY, hc_span_of(bytes, sizeof bytes));
  sim_run(w->sim, TURN_MS);
  (void)hc_sender_disconnect(s->core);
  sim_run(w->sim, TURN_MS);
  r->decision.accept = false;
  (void)hc_sender_start(s->core);
  sim_run(w->sim, 40000); /* the token is renewed */
  sim_cut(w->sim, 0, SIM_CUT_RST);
  sim_run(w->sim, TURN_MS);
  hc_receiver_shutdown(r->core);
  sim_run(w->sim, 20000);
}

static void any_allocation_may_fail(void **state)
{
  (void)state;
  size_t n = 0;
  do {
    struct sim_world w;
    sim_world_start(&w, n);
    sim_receiver_set(sim_world_receiver(&w), "TokenValidity=60");
    sim_sender_set(sim_world_sender(&w), "SubProtocols=a");
    has_failed = false;
    allocations_left = n++;
    live(&w);
    allocations_left = SIZE_MAX;
    sim_world_finish(&w);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 100, ALLOCATIONS_MAX - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("sim_memory", tests, NULL, NULL);
}
