/* Files whose sending comes to an early end, on a simulated net. */
#include "sim_file.h"
#include "support/alloc_trap.h"
#include "support/check.h"

#include <errno.h>
#include <unistd.h>

enum { ALLOCATIONS_MAX = 10000 };

static void a_disconnect_lets_the_file_come_to_its_end(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 3 * SIM_FILE_MEBIBYTE);
  sim_file_use_slow_wire(f, 100); /* longer than the peer's time to answer */
  assert_int_equal(sim_file_send(f), 0);
  assert_int_equal(hc_sender_disconnect(f->s->core), 0);
  sim_world_wait(&f->w, "s0 disconnected 1000", SIM_FILE_WAIT_MS);
  assert_int_equal(sim_world_count(&f->w, "r0 1 binary 3145728 bytes"), 1);
  assert_int_equal(sim_world_count(&f->w, "r0 1 disconnected 1000"), 1);
}

static void disconnect_there(void *user_data)
{
  struct sim_file *f = user_data;
  assert_int_equal(hc_receiver_disconnect(f->r->core, 1), 0);
}

static void a_close_of_the_peer_ends_the_file(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 3 * SIM_FILE_MEBIBYTE);
  sim_file_use_slow_wire(f, 1);
  sim_at(f->w.sim, 20, disconnect_there, f);
  assert_int_equal(sim_file_send(f), 0);
  sim_world_wait(&f->w, "s0 disconnected 1000", SIM_FILE_WAIT_MS);
  assert_int_equal(sim_world_count(&f->w, "s0 error 1117 connect first"), 1);
  assert_int_equal(sim_world_count(&f->w, "r0 1 binary"), 0);
}

static void with_half_close_it_goes_on_after_the_peers_close(void **state)
{
  (void)state;
  struct sim_file f;
  sim_file_start(&f, 1, "HalfClose=true");
  sim_file_make(&f, 3 * SIM_FILE_MEBIBYTE);
  sim_file_use_slow_wire(&f, 1);
  sim_at(f.w.sim, 20, disconnect_there, &f);
  assert_int_equal(sim_file_send(&f), 0);
  sim_world_wait(&f.w, "s0 end 1000", SIM_FILE_WAIT_MS);
  assert_int_equal(sim_world_count(&f.w, "r0 1 binary"), 0);
  sim_world_wait(&f.w, "r0 1 binary 3145728 bytes", SIM_FILE_WAIT_MS);
  assert_int_equal(hc_sender_disconnect(f.s->core), 0);
  sim_world_wait(&f.w, "s0 disconnected 1000", SIM_FILE_WAIT_MS);
  sim_file_finish(&f);
}

/* The peer has said its Close and goes: what it has not got is lost, and that
 * is told, whatever waits in the queue at that moment. */
static void with_half_close_a_file_that_is_cut_is_no_good_end(void **state)
{
  (void)state;
  for (uint64_t ms = 0; ms < 10; ms++) {
    struct sim_file f;
    sim_file_start(&f, ms, "HalfClose=true");
    sim_file_make(&f, SIM_FILE_MEBIBYTE);
    sim_at(f.w.sim, 1, disconnect_there, &f);
    assert_int_equal(sim_file_send(&f), 0);
    sim_run(f.w.sim, ms);
    sim_cut(f.w.sim, 1, SIM_CUT_FIN);
    sim_run(f.w.sim, 60000);
    if (sim_world_count(&f.w, "s0 progress 1048576") == 0)
      assert_int_equal(sim_world_count(&f.w, "s0 disconnected 1006"), 1);
    sim_file_finish(&f);
  }
}

static void a_file_that_shrinks_ends_the_connection_1001(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, SIM_FILE_MEBIBYTE);
  assert_int_equal(sim_file_send(f), 0);
  assert_int_equal(truncate(f->path, 300000), 0);
  sim_world_run(&f->w, 1000,
                "s0 error 303 the file has become shorter: it had 1048576 "
                "bytes and ends after 300000\n"
                "r0 1 disconnected 1001 send interrupted\n"
                "s0 disconnected 1001 send interrupted\n");
}

static void a_disk_that_fails_later_ends_the_connection_1001(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, SIM_FILE_MEBIBYTE);
  sim_disk.fail_in = 10;
  sim_disk.error = EIO;
  sim_disk.failures = 1;
  assert_int_equal(sim_file_send(f), 0);
  sim_world_run(&f->w, 1000,
                "s0 error 303 the file cannot be read: Input/output error\n"
                "r0 1 disconnected 1001 send interrupted\n"
                "s0 disconnected 1001 send interrupted\n");
}

/* The Close that was to follow the file must not say that all is well. */
static void a_disk_that_fails_after_a_disconnect_changes_the_code(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, SIM_FILE_MEBIBYTE);
  sim_disk.fail_in = 10;
  sim_disk.error = EIO;
  sim_disk.failures = 1;
  assert_int_equal(sim_file_send(f), 0);
  assert_int_equal(hc_sender_disconnect(f->s->core), 0);
  sim_world_run(&f->w, 1000,
                "s0 error 303 the file cannot be read: Input/output error\n"
                "r0 1 disconnected 1001 send interrupted\n"
                "s0 disconnected 1001 send interrupted\n");
}

/* --- called off --- */

static void call_off(void *user_data)
{
  struct sim_file *f = user_data;
  hc_files_call_off(&f->s->core->files, 0);
}

static void a_file_that_is_called_off_ends_the_connection_1001(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 3 * SIM_FILE_MEBIBYTE);
  sim_file_use_slow_wire(f, 1);
  assert_int_equal(sim_file_send(f), 0);
  sim_run(f->w.sim, 50);
  assert_int_equal(sim_world_count(&f->w, "s0 error"), 0);
  call_off(f);
  sim_run(f->w.sim, HC_PROGRESS_MS);
  assert_int_equal(sim_world_count(&f->w, "s0 error 301 the operation was "
                                          "interrupted ("),
                   1);
  sim_world_wait(&f->w, "s0 disconnected 1001 send interrupted",
                 SIM_FILE_WAIT_MS);
  assert_int_equal(
      sim_world_count(&f->w, "r0 1 disconnected 1001 send interrupted"), 1);
  assert_int_equal(sim_world_count(&f->w, "r0 1 binary"), 0);
  assert_int_equal(sim_world_count(&f->w, "s0 progress 3145728"), 0);
}

/* Nothing drains that would ask for more of the file. */
static void a_file_that_nobody_reads_can_be_called_off(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 8 * SIM_FILE_MEBIBYTE);
  sim_file_refuse_data(f, true);
  assert_int_equal(sim_file_send(f), 0);
  sim_run(f->w.sim, 1000);
  sim_at(f->w.sim, 1, call_off, f);
  sim_run(f->w.sim, 1 + HC_PROGRESS_MS);
  assert_int_equal(sim_world_count(&f->w, "s0 error 301"), 1);
  assert_int_equal(sim_file_send(f), HYCO_ENOTCONNECTED);
  sim_world_wait(&f->w, "s0 disconnected 1006", 2UL * HC_CLOSE_WAIT_MS);
}

static void a_file_that_a_disconnect_waits_for_can_be_called_off(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 3 * SIM_FILE_MEBIBYTE);
  sim_file_use_slow_wire(f, 1);
  assert_int_equal(sim_file_send(f), 0);
  assert_int_equal(hc_sender_disconnect(f->s->core), 0);
  sim_at(f->w.sim, 50, call_off, f);
  sim_world_wait(&f->w, "s0 disconnected 1001 send interrupted",
                 SIM_FILE_WAIT_MS);
  assert_int_equal(sim_world_count(&f->w, "s0 error 301"), 1);
  assert_int_equal(
      sim_world_count(&f->w, "r0 1 disconnected 1001 send interrupted"), 1);
}

/* Of two connections' files only the one that was meant. */
static void only_a_file_that_is_under_way_is_called_off(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, SIM_FILE_MEBIBYTE);
  call_off(f);
  assert_int_equal(sim_file_send(f), 0);
  assert_int_equal(hc_receiver_send_file(f->r->core, 1, f->path), 0);
  hc_files_call_off(&f->r->core->files, 2);
  sim_world_wait(&f->w, "s0 binary 1048576 bytes", SIM_FILE_WAIT_MS);
  sim_world_wait(&f->w, "r0 1 binary 1048576 bytes", SIM_FILE_WAIT_MS);
  call_off(f);
  assert_int_equal(sim_file_send(f), 0);
  sim_world_wait(&f->w, "r0 1 binary 1048576 bytes", SIM_FILE_WAIT_MS);
  assert_int_equal(sim_world_count(&f->w, "s0 error"), 0);
  assert_int_equal(sim_world_count(&f->w, "r0 1 error"), 0);
}

static void a_disk_that_fails_at_once_is_an_error_and_no_more(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, SIM_FILE_MEBIBYTE);
  sim_disk.fail_in = 0;
  sim_disk.error = EIO;
  sim_disk.failures = 1;
  assert_int_equal(sim_file_send(f), HYCO_EFILEIO);
  assert_string_equal(sim_file_last_error(f),
                      "the file cannot be read: Input/output error");
  assert_int_equal(sim_file_number(f, HYCO_CONNECTION_BYTES_SENT), 0);
  assert_int_equal(sim_file_send(f), 0);
  sim_world_wait(&f->w, "r0 1 binary 1048576 bytes", SIM_FILE_WAIT_MS);
}

/* At each millisecond of a transfer, of either leg, in each way. */
static void a_cut_at_any_time_leaves_nothing_behind(void **state)
{
  (void)state;
  for (size_t i = 0; i < 80; i++) {
    struct sim_file f;
    sim_file_start(&f, i, "");
    sim_file_make(&f, SIM_FILE_MEBIBYTE / 2);
    assert_int_equal(sim_file_send(&f), 0);
    assert_int_equal(hc_receiver_send_file(f.r->core, 1, f.path), 0);
    sim_run(f.w.sim, i / 4);
    sim_cut(f.w.sim, 1 + i % 2, i % 4 < 2 ? SIM_CUT_RST : SIM_CUT_FIN);
    sim_run(f.w.sim, 60000);
    assert_int_equal(sim_file_send(&f), HYCO_ENOTCONNECTED);
    assert_int_equal(sim_world_count(&f.w, "s0 disconnected"), 1);
    assert_int_equal(sim_world_count(&f.w, "r0 1 disconnected"), 1);
    sim_file_finish(&f);
  }
}

static void a_role_may_be_freed_amid_a_file(void **state)
{
  (void)state;
  for (int ms = 0; ms < 20; ms++) {
    struct sim_file f;
    sim_file_start(&f, 1, "");
    sim_file_make(&f, SIM_FILE_MEBIBYTE);
    assert_int_equal(sim_file_send(&f), 0);
    assert_int_equal(hc_receiver_send_file(f.r->core, 1, f.path), 0);
    sim_run(f.w.sim, (uint64_t)ms);
    sim_sender_free(f.s);
    sim_receiver_free(f.r);
    sim_run(f.w.sim, 1000);
    sim_file_finish(&f);
  }
}

static void free_sender(void *user_data)
{
  struct sim_file *f = user_data;
  sim_sender_free(f->s);
}

static void a_sender_may_be_freed_when_told_of_a_file(void **state)
{
  (void)state;
  struct sim_file f;
  sim_file_start(&f, 1, "");
  sim_file_make(&f, 10);
  sim_world_on(&f.w, "s0 progress", free_sender, &f);
  assert_int_equal(sim_file_send(&f), 0);
  sim_run(f.w.sim, 1000);
  assert_null(f.s->core);
  sim_file_finish(&f);

  sim_file_start(&f, 1, "");
  sim_file_make(&f, SIM_FILE_MEBIBYTE);
  sim_world_on(&f.w, "s0 error 303", free_sender, &f);
  assert_int_equal(sim_file_send(&f), 0);
  assert_int_equal(truncate(f.path, 1), 0);
  sim_run(f.w.sim, 1000);
  assert_null(f.s->core);
  sim_file_finish(&f);

  sim_file_start(&f, 1, "");
  sim_file_make(&f, SIM_FILE_MEBIBYTE);
  sim_file_refuse_data(&f, true);
  sim_world_on(&f.w, "s0 error 301", free_sender, &f);
  assert_int_equal(sim_file_send(&f), 0);
  call_off(&f);
  sim_run(f.w.sim, 1000);
  assert_null(f.s->core);
  sim_file_finish(&f);
}

static void a_shutdown_does_not_wait_for_a_file_for_ever(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 8 * SIM_FILE_MEBIBYTE);
  sim_sender_set(f->s, "azure_relay_connection_accept_data=false");
  assert_int_equal(hc_receiver_send_file(f->r->core, 1, f->path), 0);
  sim_run(f->w.sim, 1000);
  hc_receiver_shutdown(f->r->core);
  sim_world_wait(&f->w, "r0 disconnected 0 OK", 11000);
}

static void any_allocation_may_fail(void **state)
{
  (void)state;
  size_t n = 0;
  bool has_failed;

  do {
    struct sim_file f;
    sim_file_start(&f, 1, "");
    sim_file_make(&f, 200000);
    alloc_trap_set(n++);
    (void)sim_file_send(&f);
    (void)hc_receiver_send_file(f.r->core, 1, f.path);
    sim_run(f.w.sim, 60000);
    has_failed = alloc_trap_clear();
    sim_file_finish(&f);
  } while (has_failed && n < ALLOCATIONS_MAX);
  assert_in_range(n, 5, ALLOCATIONS_MAX - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    FILE_TEST(a_disconnect_lets_the_file_come_to_its_end),
    FILE_TEST(a_close_of_the_peer_ends_the_file),
    cmocka_unit_test(with_half_close_it_goes_on_after_the_peers_close),
    cmocka_unit_test(with_half_close_a_file_that_is_cut_is_no_good_end),
    FILE_TEST(a_file_that_shrinks_ends_the_connection_1001),
    FILE_TEST(a_disk_that_fails_later_ends_the_connection_1001),
    FILE_TEST(a_disk_that_fails_after_a_disconnect_changes_the_code),
    FILE_TEST(a_file_that_is_called_off_ends_the_connection_1001),
    FILE_TEST(a_file_that_nobody_reads_can_be_called_off),
    FILE_TEST(a_file_that_a_disconnect_waits_for_can_be_called_off),
    FILE_TEST(only_a_file_that_is_under_way_is_called_off),
    FILE_TEST(a_disk_that_fails_at_once_is_an_error_and_no_more),
    cmocka_unit_test(a_cut_at_any_time_leaves_nothing_behind),
    cmocka_unit_test(a_role_may_be_freed_amid_a_file),
    cmocka_unit_test(a_sender_may_be_freed_when_told_of_a_file),
    FILE_TEST(a_shutdown_does_not_wait_for_a_file_for_ever),
    cmocka_unit_test(any_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("sim_file_ends", tests, NULL, NULL);
}
