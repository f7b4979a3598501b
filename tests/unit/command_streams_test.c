/* cli/input.h and cli/output.h: standard input in messages, standard output
 * that never blocks. */
#include "support/check.h"

#include "input.h"
#include "output.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct streams {
  int pipe[2];
  struct hc_cli_input in;
  struct hc_cli_output out;
};

static int set_up(void **state)
{
  struct streams *s = calloc(1, sizeof *s);
  assert_int_equal(pipe(s->pipe), 0);
  hc_cli_input_init(&s->in, s->pipe[0], true);
  hc_cli_output_init(&s->out, s->pipe[1]);
  *state = s;
  return 0;
}

static int tear_down(void **state)
{
  struct streams *s = *state;
  hc_cli_input_deinit(&s->in);
  hc_cli_output_deinit(&s->out);
  close(s->pipe[0]);
  close(s->pipe[1]);
  free(s);
  return 0;
}

static void feed(struct streams *s, const char *text)
{
  assert_int_equal(write(s->pipe[1], text, strlen(text)), strlen(text));
  assert_int_equal(hc_cli_input_read(&s->in), 0);
}

static void end_input(struct streams *s)
{
  close(s->pipe[1]);
  assert_int_equal(hc_cli_input_read(&s->in), 0);
  assert_true(s->in.end);
  s->pipe[1] = open("/dev/null", O_WRONLY);
}

static void assert_next(struct streams *s, const char *expected)
{
  struct hc_cli_message message;
  assert_true(hc_cli_input_next(&s->in, &message));
  assert_int_equal(message.len, strlen(expected));
  assert_memory_equal(message.data, expected, message.len);
  hc_cli_input_take(&s->in, &message);
}

static void assert_none(const struct streams *s)
{
  struct hc_cli_message message;
  assert_false(hc_cli_input_next(&s->in, &message));
}

static void lines_come_when_they_are_whole(void **state)
{
  struct streams *s = *state;
  feed(s, "one\n\ntw");
  assert_next(s, "one");
  assert_next(s, "");
  assert_none(s);
  feed(s, "o\nlast");
  assert_next(s, "two");
  assert_none(s);
  end_input(s);
  assert_next(s, "last");
  assert_none(s);
}

static void a_read_is_a_message_without_lines(void **state)
{
  struct streams *s = *state;
  s->in.lines = false;
  feed(s, "one\ntwo");
  assert_next(s, "one\ntwo");
  assert_none(s);
  end_input(s);
  assert_none(s);
}

static void fill_line(struct streams *s, size_t len)
{
  char piece[4096];
  memset(piece, 'x', sizeof piece);
  while (len > 0) {
    size_t n = len < sizeof piece ? len : sizeof piece;
    assert_int_equal(write(s->pipe[1], piece, n), n);
    assert_int_equal(hc_cli_input_read(&s->in), 0);
    len -= n;
  }
}

static void a_line_of_the_limit_passes(void **state)
{
  struct streams *s = *state;
  fill_line(s, HC_CLI_INPUT_LINE_MAX);
  feed(s, "\n");
  struct hc_cli_message message;
  assert_true(hc_cli_input_next(&s->in, &message));
  assert_int_equal(message.len, HC_CLI_INPUT_LINE_MAX);
}

static void a_longer_line_is_an_error(void **state)
{
  struct streams *s = *state;
  fill_line(s, HC_CLI_INPUT_LINE_MAX + 1);
  assert_int_equal(hc_cli_input_read(&s->in), EMSGSIZE);
}

static void a_full_pipe_makes_output_wait(void **state)
{
  struct streams *s = *state;
  enum { SIZE = 300 * 1000 }; /* a pipe holds 64 KiB */
  uint8_t *sent = malloc(SIZE);
  uint8_t *got = malloc(SIZE);
  for (size_t i = 0; i < SIZE; i++)
    sent[i] = (uint8_t)(i % 251);

  assert_int_equal(hc_cli_output_write(&s->out, sent, SIZE - 1), 0);
  assert_true(s->out.waiting.len > 0);
  assert_int_equal(hc_cli_output_write(&s->out, sent + SIZE - 1, 1), 0);
  size_t len = 0;
  while (len < SIZE) {
    ssize_t n = read(s->pipe[0], got + len, SIZE - len);
    assert_true(n > 0);
    len += (size_t)n;
    assert_int_equal(hc_cli_output_flush(&s->out), 0);
  }
  assert_memory_equal(got, sent, SIZE);
  assert_int_equal(s->out.waiting.len, 0);
  free(sent);
  free(got);
}

static void output_has_a_limit(void **state)
{
  struct streams *s = *state;
  char *much = calloc(1, HC_CLI_OUTPUT_MAX);
  assert_int_equal(hc_cli_output_write(&s->out, much, HC_CLI_OUTPUT_MAX), 0);
  size_t room = HC_CLI_OUTPUT_MAX - s->out.waiting.len;
  assert_int_equal(hc_cli_output_write(&s->out, much, room), 0);
  assert_int_equal(hc_cli_output_write(&s->out, much, 1), ENOBUFS);
  free(much);
}

static void a_reader_that_is_gone_is_an_error(void **state)
{
  struct streams *s = *state;
  signal(SIGPIPE, SIG_IGN);
  close(s->pipe[0]);
  assert_int_equal(hc_cli_output_write(&s->out, "x", 1), EPIPE);
  s->pipe[0] = open("/dev/null", O_RDONLY);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(lines_come_when_they_are_whole, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_read_is_a_message_without_lines, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_line_of_the_limit_passes, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_longer_line_is_an_error, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_full_pipe_makes_output_wait, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(output_has_a_limit, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_reader_that_is_gone_is_an_error, set_up,
                                    tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
