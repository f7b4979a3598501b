/* Files that are sent: real ones, on a simulated net. */
#include "sim_file.h"
#include "support/check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEEDS = 20 };

/* surface: send_file */
static void a_file_arrives_as_one_message_over_any_wire(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    struct sim_file f;
    const struct sim_wire wire = { .latency_max_ms = seed % 3,
                                   .window = 1 + (size_t)(seed * 997 % 20000),
                                   .read_max = 1000 + seed * 7919 % 100000 };
    sim_file_start(&f, seed, "");
    sim_set_wire(f.w.sim, &wire);
    uint8_t *bytes = sim_file_write_pattern(&f, SIM_FILE_MEBIBYTE);
    assert_int_equal(sim_file_send(&f), 0);
    assert_int_equal(hc_receiver_send_file(f.r->core, 1, f.path), 0);
    sim_world_wait(&f.w, "r0 1 binary 1048576 bytes", SIM_FILE_WAIT_MS);
    sim_world_wait(&f.w, "s0 binary 1048576 bytes", SIM_FILE_WAIT_MS);
    sim_run(f.w.sim, 1); /* on a wire without latency that may be first */
    assert_true(f.r->last_hash ==
                sim_hash(hc_span_of(bytes, SIM_FILE_MEBIBYTE)));
    assert_true(f.s->last_hash == f.r->last_hash);
    assert_int_equal(sim_world_count(&f.w, "s0 progress 1048576 of 1048576"),
                     1);
    assert_int_equal(sim_world_count(&f.w, "r0 1 progress 1048576 of 1048576"),
                     1);
    assert_int_equal(sim_file_number(&f, HYCO_CONNECTION_BYTES_SENT),
                     SIM_FILE_MEBIBYTE);
    free(bytes);
    sim_file_finish(&f);
  }
}

static void any_length_and_any_frame_size_is_good(void **state)
{
  (void)state;
  static const size_t lengths[] = { 0,
                                    1,
                                    SIM_FILE_FRAME - 1,
                                    SIM_FILE_FRAME,
                                    SIM_FILE_FRAME + 1,
                                    SIM_FILE_MARK - 1,
                                    SIM_FILE_MARK,
                                    SIM_FILE_MARK + 1,
                                    2 * SIM_FILE_MARK,
                                    100 * 1000 };
  static const char *const settings[] = { "MaxFrameSize=0", "MaxFrameSize=1000",
                                          "MaxFrameSize=1000000",
                                          "OutBufferSize=1024" };
  for (size_t i = 0; i < CHECK_COUNT(settings); i++) {
    struct sim_file f;
    sim_file_start(&f, 1, settings[i]);
    for (size_t k = 0; k < CHECK_COUNT(lengths); k++) {
      uint8_t *bytes = sim_file_write_pattern(&f, lengths[k]);
      assert_int_equal(sim_file_send(&f), 0);
      sim_world_wait(&f.w, "r0 1 binary", SIM_FILE_WAIT_MS);
      assert_int_equal(f.r->last_len, lengths[k]);
      assert_true(f.r->last_hash == sim_hash(hc_span_of(bytes, lengths[k])));
      sim_run(f.w.sim, 1000);
      sim_world_forget(&f.w);
      free(bytes);
    }
    sim_file_finish(&f);
  }
}

static void an_empty_file_is_an_empty_message(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 0);
  assert_int_equal(sim_file_send(f), 0);
  sim_world_run(&f->w, 100,
                "s0 progress 0 of 0\n"
                "r0 1 binary \"\"\n");
}

static void short_files_may_follow_each_other_at_once(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 100);
  assert_int_equal(sim_file_send(f), 0);
  sim_file_make(f, 200);
  assert_int_equal(sim_file_send(f), 0);
  sim_world_run(&f->w, 100,
                "s0 progress 100 of 100\n"
                "s0 progress 200 of 200\n"
                "r0 1 binary 100 bytes\n"
                "r0 1 binary 200 bytes\n");
}

/* Nobody reads: what is in memory does not depend on the file. */
static void a_gibibyte_is_read_only_as_there_is_room(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 0);
  assert_int_equal(truncate(f->path, 1 << 30), 0);
  sim_file_refuse_data(f, true);
  assert_int_equal(sim_file_send(f), 0);
  sim_run(f->w.sim, 60000);
  int64_t sent = sim_file_number(f, HYCO_CONNECTION_BYTES_SENT);
  assert_true(sent < 2 * SIM_FILE_MEBIBYTE);
  assert_true(hc_connection_queued(f->s->core->connection) <
              SIM_FILE_MARK + SIM_FILE_FRAME + 100);
  sim_run(f->w.sim, 60000);
  assert_int_equal(sim_file_number(f, HYCO_CONNECTION_BYTES_SENT), sent);
}

/* Ten a second at most, though the loop sees room much more often. */
static void progress_is_told_every_tenth_of_a_second(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, SIM_FILE_MEBIBYTE);
  sim_file_use_slow_wire(f, 1);
  assert_int_equal(sim_file_send(f), 0);
  sim_run(f->w.sim, 1000);
  size_t n = sim_world_count(&f->w, "s0 progress");
  assert_in_range(n, 5, 10);
  sim_world_wait(&f->w, "s0 progress 1048576 of 1048576", SIM_FILE_WAIT_MS);
}

static void other_messages_would_block_until_its_end(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, SIM_FILE_MEBIBYTE);
  sim_file_use_slow_wire(f, 1);
  assert_int_equal(sim_file_send(f), 0);
  while (hc_connection_queued(f->s->core->connection) >= SIM_FILE_MARK)
    sim_run(f->w.sim, 1);
  assert_false(sim_file_number(f, HYCO_CONNECTION_READY_TO_SEND));
  assert_int_equal(sim_sender_send(f->s, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_EWOULDBLOCK);
  assert_int_equal(sim_file_send(f), HYCO_EWOULDBLOCK);
  sim_world_wait(&f->w, "s0 ready", SIM_FILE_WAIT_MS);
  assert_int_equal(sim_sender_send(f->s, HC_WS_TEXT, hc_span_str("x")), 0);
  sim_world_wait(&f->w, "r0 1 text \"x\"", SIM_FILE_WAIT_MS);
  assert_int_equal(sim_world_count(&f->w, "r0 1 binary 1048576 bytes"), 1);
}

static void pings_pass_a_file(void **state)
{
  (void)state;
  struct sim_file f;
  sim_file_start(&f, 1, "OutBufferSize=1000000");
  sim_file_make(&f, 2 * SIM_FILE_MEBIBYTE);
  sim_file_refuse_data(&f, true);
  assert_int_equal(sim_file_send(&f), 0);
  sim_file_refuse_data(&f, false);
  int rc;
  do {
    sim_run(f.w.sim, 1);
    rc = sim_sender_send(f.s, HC_WS_PING, hc_span_str("x"));
  } while (rc == HYCO_EWOULDBLOCK);
  assert_int_equal(rc, 0);
  assert_int_equal(sim_world_count(&f.w, "s0 progress 2097152"), 0);
  sim_world_wait(&f.w, "s0 pong \"x\"", SIM_FILE_WAIT_MS);
  sim_world_wait(&f.w, "r0 1 binary 2097152 bytes", SIM_FILE_WAIT_MS);
  sim_file_finish(&f);
}

static void a_file_that_grows_is_sent_as_it_was(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 200000);
  assert_int_equal(sim_file_send(f), 0);
  assert_int_equal(truncate(f->path, 300000), 0);
  sim_world_wait(&f->w, "r0 1 binary 200000 bytes", SIM_FILE_WAIT_MS);
}

static void reads_may_be_short_and_interrupted(void **state)
{
  struct sim_file *f = *state;
  uint8_t *bytes = sim_file_write_pattern(f, 100000);
  sim_disk.max = 777;
  sim_disk.fail_in = 20;
  sim_disk.error = EINTR;
  sim_disk.failures = 3;
  assert_int_equal(sim_file_send(f), 0);
  sim_world_wait(&f->w, "r0 1 binary 100000 bytes", SIM_FILE_WAIT_MS);
  assert_true(f->r->last_hash == sim_hash(hc_span_of(bytes, 100000)));
  free(bytes);
}

static void what_is_no_regular_file_is_refused(void **state)
{
  struct sim_file *f = *state;
  char words[128];

  assert_int_equal(sim_file_send(f), HYCO_EFILE);
  (void)snprintf(words, sizeof words, "\"%s\": No such file or directory",
                 f->path);
  assert_string_equal(sim_file_last_error(f), words);
  assert_int_equal(hc_sender_send_file(f->s->core, f->dir), HYCO_EFILE);
  (void)snprintf(words, sizeof words, "\"%s\": not a regular file", f->dir);
  assert_string_equal(sim_file_last_error(f), words);
  assert_int_equal(mkfifo(f->path, 0600), 0); /* nobody writes into it */
  assert_int_equal(sim_file_send(f), HYCO_EFILE);
  assert_int_equal(unlink(f->path), 0);
  assert_int_equal(symlink(f->path, f->path), 0);
  assert_int_equal(sim_file_send(f), HYCO_EFILE);
  assert_int_equal(hc_sender_send_file(f->s->core, ""), HYCO_EFILE);
  assert_int_equal(hc_sender_send_file(f->s->core, NULL), HYCO_EINVALID);
  assert_string_equal(sim_file_last_error(f), "file_name is NULL");
  sim_world_run(&f->w, 1000, "");
}

static void without_a_connection_it_is_refused(void **state)
{
  (void)state;
  struct sim_file f;
  sim_file_prepare(&f, 1, "");
  sim_file_make(&f, 1);
  assert_int_equal(sim_file_send(&f), HYCO_ENOTCONNECTED);
  assert_int_equal(hc_receiver_send_file(f.r->core, 1, f.path), HYCO_EBADID);
  sim_world_join(&f.w);
  assert_int_equal(hc_sender_disconnect(f.s->core), 0);
  assert_int_equal(sim_file_send(&f), HYCO_ENOTCONNECTED);
  sim_file_finish(&f);
}

static void within_a_message_of_message_length_it_is_refused(void **state)
{
  struct sim_file *f = *state;
  sim_file_make(f, 100);
  sim_sender_set(f->s, "MessageLength=4");
  assert_int_equal(sim_file_send(f), HYCO_EBUSY);
  assert_int_equal(hc_sender_send(f->s->core, HC_WS_TEXT, hc_span_str("ab")),
                   0);
  assert_int_equal(sim_file_send(f), HYCO_EBUSY);
  assert_string_equal(sim_file_last_error(f),
                      "MessageLength: a message is under way, 2 of its 4 bytes "
                      "are to come");
  assert_int_equal(hc_sender_send(f->s->core, HC_WS_TEXT, hc_span_str("cd")),
                   0);
  assert_int_equal(sim_file_send(f), 0);
  sim_world_run(&f->w, 100,
                "s0 progress 100 of 100\n"
                "r0 1 text \"abcd\"\n"
                "r0 1 binary 100 bytes\n");
}

/* A character lies across each border of two pieces. */
static void text_is_checked_over_the_borders_of_pieces(void **state)
{
  struct sim_file *f = *state;
  char *text = malloc(99999);
  assert_non_null(text);
  for (size_t i = 0; i < 99999; i += 3)
    memcpy(text + i, "\xe2\x82\xac", 3); /* the euro sign */
  sim_file_write(f, text, 99999);
  sim_sender_set(f->s, "azure_relay_connection_data_format=1");
  assert_int_equal(sim_file_send(f), 0);
  sim_world_wait(&f->w, "r0 1 text", SIM_FILE_WAIT_MS);
  assert_int_equal(f->r->last_len, 99999);

  text[90000] = 'x'; /* amid the message */
  sim_file_write(f, text, 99999);
  assert_int_equal(sim_file_send(f), 0);
  sim_world_wait(&f->w,
                 "s0 error 613 the file is to be sent as text and is not "
                 "UTF-8",
                 SIM_FILE_WAIT_MS);
  sim_world_wait(&f->w, "r0 1 disconnected 1001 send interrupted",
                 SIM_FILE_WAIT_MS);
  free(text);
}

static void text_that_is_bad_at_once_is_an_error_and_no_more(void **state)
{
  struct sim_file *f = *state;
  sim_sender_set(f->s, "azure_relay_connection_data_format=1");
  sim_file_write(f, "abcd\xc3", 5); /* ends inside a character */
  assert_int_equal(sim_file_send(f), HYCO_EBADVALUE);
  sim_sender_set(f->s, "azure_relay_connection_data_format=9");
  assert_int_equal(sim_file_send(f), 0);
  sim_world_run(&f->w, 100,
                "s0 progress 5 of 5\n"
                "r0 1 binary \"abcd\xc3\"\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_arrives_as_one_message_over_any_wire),
    cmocka_unit_test(any_length_and_any_frame_size_is_good),
    FILE_TEST(an_empty_file_is_an_empty_message),
    FILE_TEST(short_files_may_follow_each_other_at_once),
    FILE_TEST(a_gibibyte_is_read_only_as_there_is_room),
    FILE_TEST(progress_is_told_every_tenth_of_a_second),
    FILE_TEST(other_messages_would_block_until_its_end),
    cmocka_unit_test(pings_pass_a_file),
    FILE_TEST(a_file_that_grows_is_sent_as_it_was),
    FILE_TEST(reads_may_be_short_and_interrupted),
    FILE_TEST(what_is_no_regular_file_is_refused),
    cmocka_unit_test(without_a_connection_it_is_refused),
    FILE_TEST(within_a_message_of_message_length_it_is_refused),
    FILE_TEST(text_is_checked_over_the_borders_of_pieces),
    FILE_TEST(text_that_is_bad_at_once_is_an_error_and_no_more),
  };
  return cmocka_run_group_tests_name("sim_file", tests, NULL, NULL);
}
