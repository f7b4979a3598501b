/* Out of memory anywhere, once, while HTTP requests are served: an error, never
 * a crash, nothing left behind. A real receiver against a service in raw bytes.
 */
#include "support/check.h"

#include "sim_http.h"
#include "support/alloc_trap.h"

enum { TURN_MS = 100, ALLOCATIONS_MAX = 10000 };

static int last_id(const struct sim_service *s)
{
  return s->world.receivers[0].core->last_id;
}

static void by_channel(struct sim_service *s, struct raw_peer *control)
{
  http_send_request(s, control, "a", "POST", true);
  raw_send_server_frame(control, HTTP_BINARY, hc_span_str("body"));
  sim_run(s->world.sim, TURN_MS);
  (void)http_add_header(s, last_id(s), "A", "b");
  (void)http_answer(s, last_id(s), 200, "answer");
  http_send_request(s, control, "b", "GET", false);
  sim_run(s->world.sim, TURN_MS);
  (void)http_write(s, last_id(s), "one");
  (void)http_flush(s, last_id(s));
  (void)sim_service_next(s);
  (void)http_write(s, last_id(s), "two");
  (void)http_end(s, last_id(s));
  sim_run(s->world.sim, TURN_MS);
}

static void by_rendezvous(struct sim_service *s, struct raw_peer *control)
{
  http_send_pointer(s, control, "p");
  struct raw_peer *peer = sim_service_next(s);
  if (peer == NULL)
    return;
  http_send_request(s, peer, "p", "POST", true);
  raw_send_server_frame(peer, HTTP_BINARY, hc_span_str("body"));
  http_send_request(s, peer, "q", "GET", false);
  sim_run(s->world.sim, TURN_MS);
  (void)http_answer(s, last_id(s), 200, "answer");
  sim_run(s->world.sim, TURN_MS);
}

static void live(struct sim_service *s)
{
  (void)hc_receiver_start(s->world.receivers[0].core, false);
  struct raw_peer *control = sim_service_next(s);
  if (control == NULL)
    control = sim_service_request_within(s, 3000);
  if (control != NULL && s->world.receivers[0].core->channel != NULL) {
    by_channel(s, control);
    by_rendezvous(s, control);
  }
  sim_run(s->world.sim, 56000);
  hc_receiver_shutdown(s->world.receivers[0].core);
  sim_run(s->world.sim, 20000);
}

static void any_allocation_may_fail(void **state)
{
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct sim_service s;
    sim_service_start(&s, 1); /* the same run each time, but for that one */
    alloc_trap_set(n++);
    live(&s);
    has_failed = alloc_trap_clear();
    sim_service_finish(&s);
    assert_int_equal(alloc_trap_live(), 0);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 100, ALLOCATIONS_MAX - 1);
}

/* Its 503 goes by the rendezvous that it came by. */
static void a_shutdown_without_memory_still_tells_of_its_requests(void **state)
{
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct sim_service s;
    sim_service_start(&s, 1);
    struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
    http_send_pointer(&s, control, "p");
    struct raw_peer *peer = sim_service_next(&s);
    assert_non_null(peer);
    http_send_request(&s, peer, "p", "GET", false);
    sim_world_wait(&s.world, "r0 http 1", SIM_WAIT_MS);
    sim_world_forget(&s.world);
    alloc_trap_set(n++);
    hc_receiver_shutdown(s.world.receivers[0].core);
    has_failed = alloc_trap_clear();
    sim_run(s.world.sim, TURN_MS);
    if (sim_world_count(&s.world, "r0 http 1 cancelled 301") != 1)
      fail_msg("allocation %zu:\n%s", n - 1, s.world.log);
    assert_true(!has_failed ||
                hc_list_is_empty(&s.world.receivers[0].core->requests.all));
    sim_service_finish(&s);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 2, ALLOCATIONS_MAX - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_allocation_may_fail),
    cmocka_unit_test(a_shutdown_without_memory_still_tells_of_its_requests),
  };
  return cmocka_run_group_tests_name("sim_http_memory", tests, NULL, NULL);
}
