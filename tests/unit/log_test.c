/* base/log.h */
#include "support/check.h"

#include "base/log.h"

#include <string.h>

struct seen {
  int lines;
  enum hc_log_level level;
  int id;
  char line[2048];
};

static void on_line(void *user_data, enum hc_log_level level, int id,
                    const char *line)
{
  struct seen *seen = user_data;
  seen->id = id;
  seen->lines++;
  seen->level = level;
  assert_true(strlen(line) < sizeof(seen->line));
  memcpy(seen->line, line, strlen(line) + 1);
}

static void lines_up_to_the_level_are_written(void **state)
{
  (void)state;
  struct seen seen = { 0 };
  struct hc_log log = { HC_LOG_VERBOSE, on_line, &seen };
  hc_log_line(&log, HC_LOG_DEBUG, "not this");
  assert_int_equal(seen.lines, 0);
  hc_log_line(&log, HC_LOG_VERBOSE, "this %d", 1);
  assert_int_equal(seen.lines, 1);
  assert_int_equal(seen.level, HC_LOG_VERBOSE);
  assert_string_equal(seen.line, "this 1");
  hc_log_line(&log, HC_LOG_INFO, "and this");
  assert_int_equal(seen.lines, 2);
  assert_int_equal(seen.id, 0);
}

static void a_line_says_whose_it_is(void **state)
{
  (void)state;
  struct seen seen = { 0 };
  struct hc_log log = { HC_LOG_INFO, on_line, &seen };
  hc_log_line_of(&log, HC_LOG_INFO, 7, "connection %d", 7);
  assert_int_equal(seen.id, 7);
  assert_string_equal(seen.line, "connection 7");
  hc_log_line_of(&log, HC_LOG_DEBUG, 8, "not this");
  hc_log_line_of(NULL, HC_LOG_INFO, 8, "nor this");
  assert_int_equal(seen.lines, 1);
}

static void a_missing_log_takes_nothing(void **state)
{
  (void)state;
  struct hc_log silent = { HC_LOG_DEBUG, NULL, NULL };
  hc_log_line(NULL, HC_LOG_INFO, "lost");
  hc_log_line(&silent, HC_LOG_INFO, "lost");
  assert_false(hc_log_wants(NULL, HC_LOG_INFO));
  assert_false(hc_log_wants(&silent, HC_LOG_INFO));
}

static void a_peers_bytes_cannot_forge_a_line(void **state)
{
  (void)state;
  struct seen seen = { 0 };
  struct hc_log log = { HC_LOG_INFO, on_line, &seen };
  hc_log_line(&log, HC_LOG_INFO, "entity %s", "a\nInvalidSasToken");
  assert_string_equal(seen.line, "entity a?InvalidSasToken");
}

static void a_long_line_is_cut(void **state)
{
  (void)state;
  struct seen seen = { 0 };
  struct hc_log log = { HC_LOG_INFO, on_line, &seen };
  hc_log_line(&log, HC_LOG_INFO, "%2000d", 1);
  assert_int_equal(seen.lines, 1);
  assert_int_equal(strlen(seen.line), 1023);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_up_to_the_level_are_written),
    cmocka_unit_test(a_line_says_whose_it_is),
    cmocka_unit_test(a_missing_log_takes_nothing),
    cmocka_unit_test(a_peers_bytes_cannot_forge_a_line),
    cmocka_unit_test(a_long_line_is_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
