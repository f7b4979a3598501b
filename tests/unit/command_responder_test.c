/* cli/responder.h: what hyco listen --http-echo and --http-status answer, and
 * when. The library and the listener are played here: pieces are taken until it
 * is full. */
#include "support/check.h"

#include "responder.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ID = 7 };

/* The library and the listener, as far as the responder uses them. */
static struct {
  int write_error;                 /* HYCO_EWOULDBLOCK: it is full */
  const char *const (*headers)[2]; /* the request's, NULL behind them */
  int header_error;                /* of an answer's */
  const char *why;                 /* it is refused */
  char answer[4096];               /* what it was told, in order */
  bool paused;
} library;

static struct hc_cli_listener listener;
static hyco_receiver_events events;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
  size_t n = strlen(library.answer);
  va_list args;

  va_start(args, format);
  (void)vsnprintf(library.answer + n, sizeof library.answer - n, format, args);
  va_end(args);
}

static void expect(const char *text)
{
  assert_string_equal(library.answer, text);
  library.answer[0] = '\0';
}

int hyco_receiver_get_request_header_at(hyco_receiver *r, int connection_id,
                                        size_t place, const char **name,
                                        const char **value)
{
  static const char *const none[1][2];
  const char *const(*headers)[2] =
      library.headers != NULL ? library.headers : none;

  (void)r;
  assert_int_equal(connection_id, ID);
  *name = headers[place][0];
  *value = headers[place][1];
  return 0;
}

int hyco_receiver_send_http_response(hyco_receiver *r, int connection_id,
                                     int status_code,
                                     const char *status_description,
                                     const void *data, size_t len)
{
  (void)r;
  (void)data;
  assert_int_equal(connection_id, ID);
  note("whole %d %s %zu\n", status_code, status_description, len);
  return 0;
}

int hyco_response_set_status(hyco_receiver *r, int connection_id,
                             int status_code, const char *status_description)
{
  (void)r;
  (void)status_description;
  assert_int_equal(connection_id, ID);
  note("status %d\n", status_code);
  return 0;
}

int hyco_response_add_header(hyco_receiver *r, int connection_id,
                             const char *name, const char *value)
{
  (void)r;
  assert_int_equal(connection_id, ID);
  note("%s: %s\n", name, value);
  return library.header_error;
}

int hyco_response_write(hyco_receiver *r, int connection_id, const void *data,
                        size_t len)
{
  (void)r;
  assert_int_equal(connection_id, ID);
  if (library.write_error != 0)
    return library.write_error;
  note("write %.*s\n", (int)len, (const char *)data);
  return 0;
}

int hyco_response_end(hyco_receiver *r, int connection_id)
{
  (void)r;
  assert_int_equal(connection_id, ID);
  note("end\n");
  return 0;
}

int hyco_response_abort(hyco_receiver *r, int connection_id)
{
  (void)r;
  assert_int_equal(connection_id, ID);
  note("abort\n");
  return 0;
}

int hyco_receiver_pause_request(hyco_receiver *r, int connection_id)
{
  (void)r;
  assert_int_equal(connection_id, ID);
  library.paused = true;
  return 0;
}

int hyco_receiver_resume_request(hyco_receiver *r, int connection_id)
{
  (void)r;
  assert_int_equal(connection_id, ID);
  library.paused = false;
  return 0;
}

const char *hyco_receiver_last_error_text(const hyco_receiver *r)
{
  (void)r;
  return "words";
}

const char *hc_cli_listener_refusal(const struct hc_cli_listener *l)
{
  (void)l;
  return library.why;
}

void hc_cli_say(const struct hc_cli_command *command, const char *format, ...)
{
  (void)command;
  (void)format;
}

int hc_cli_error(const struct hc_cli_command *command, const char *what,
                 int error, const char *detail)
{
  (void)command;
  note("error %s %d %s\n", what, error, detail);
  return HC_CLI_FAILED;
}

static int set_up(void **state)
{
  (void)state;
  memset(&library, 0, sizeof library);
  memset(&listener, 0, sizeof listener);
  hc_cli_responder_serve(&events);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  hc_cli_peers_free(&listener.requests);
  return 0;
}

static void request_by(const char *method, bool has_body)
{
  const hyco_http_request e = { .connection_id = ID,
                                .request_method = method,
                                .request_target = "/x",
                                .remote_address = "::1",
                                .has_body = has_body };
  events.on_http_request(NULL, &e, &listener);
}

static void request(bool has_body)
{
  request_by("PUT", has_body);
}

static void data(const char *text, bool eom)
{
  const hyco_http_request_data e = { ID, text, strlen(text), eom };
  events.on_http_request_data(NULL, &e, &listener);
}

static void ready(void)
{
  events.on_http_ready(NULL, ID, &listener);
}

static void cancelled(void)
{
  const hyco_http_request_cancelled e = { ID, 1, "gone" };
  events.on_http_request_cancelled(NULL, &e, &listener);
}

static void assert_forgotten(long n_ended)
{
  assert_int_equal(listener.requests.n, 0);
  assert_int_equal(listener.n_ended, n_ended);
}

static void a_body_comes_back_in_its_pieces_with_what_describes_it(void **state)
{
  static const char *const headers[][2] = {
    { "content-TYPE", "a/b" }, { "Accept", "x/y" },
    { "Contents", "no" },      { "Content-Encoding", "gzip" },
    { "Content-Length", "6" }, { NULL, NULL },
  };

  (void)state;
  library.headers = headers;
  request(true);
  expect("content-TYPE: a/b\nContent-Encoding: gzip\n");
  data("one", false);
  data("two", false);
  expect("write one\nwrite two\n");
  assert_int_equal(listener.requests.n, 1);
  data("", true);
  expect("end\n");
  assert_forgotten(1);
}

static void a_header_that_no_answer_may_have_is_left_out(void **state)
{
  static const char *const headers[][2] = { { "Content-Type", "a\tb " },
                                            { NULL, NULL } };

  (void)state;
  library.headers = headers;
  library.header_error = HYCO_EBADVALUE;
  request(false);
  expect("Content-Type: a\tb \nend\n");
  library.header_error = HYCO_ENOMEM;
  request(false);
  expect("Content-Type: a\tb \nerror request 7 -10055 words\nabort\n");
}

/* RFC 9110 9.3.8: "The final recipient of the request SHOULD reflect the
 * message received [...] excluding any request fields that are likely to
 * contain sensitive data". */
static void a_trace_gives_the_head_back(void **state)
{
  static const char *const headers[][2] = {
    { "Host", "h" },         { "Authorization", "s3cret" },
    { "cookie", "s3cret" },  { "Proxy-Authorization", "s3cret" },
    { "Content-Type", "a" }, { NULL, NULL },
  };

  (void)state;
  library.headers = headers;
  request_by("TRACE", true);
  expect("Content-Type: message/http\nwrite TRACE \nwrite /x\n"
         "write  HTTP/1.1\r\n\nwrite Host\nwrite : \nwrite h\nwrite \r\n\n"
         "write Content-Type\nwrite : \nwrite a\nwrite \r\n\nwrite \r\n\n");
  data("what no TRACE has", true);
  expect("end\n");
  assert_forgotten(1);
}

static void a_request_without_a_body_is_answered_at_once(void **state)
{
  (void)state;
  request(false);
  expect("end\n");
  assert_forgotten(1);
}

static void what_does_not_leave_waits_and_holds_the_sender_up(void **state)
{
  (void)state;
  request(true);
  data("one ", false);
  library.write_error = HYCO_EWOULDBLOCK;
  data("two ", false);
  assert_true(library.paused);
  data("three", true); /* it was under way already */
  ready();             /* not yet: it is full again */
  expect("write one \n");
  assert_true(library.paused);
  library.write_error = 0;
  ready();
  expect("write two three\nend\n");
  assert_false(library.paused);
  assert_forgotten(1);
}

static void after_it_has_left_the_body_goes_on(void **state)
{
  (void)state;
  request(true);
  library.write_error = HYCO_EWOULDBLOCK;
  data("one", false);
  library.write_error = 0;
  ready();
  expect("write one\n");
  assert_false(library.paused);
  ready(); /* nothing waits */
  data("two", true);
  expect("write two\nend\n");
}

static void an_error_gives_the_request_up(void **state)
{
  (void)state;
  request(true);
  library.write_error = HYCO_ENOMEM;
  data("one", false);
  expect("error request 7 -10055 words\nabort\n");
  assert_forgotten(1);
  data("two", true); /* belongs to nobody */
  ready();
  cancelled();
  expect("");
  assert_forgotten(1);
}

static void more_than_may_wait_gives_the_request_up(void **state)
{
  static char text[HC_CLI_RESPONDER_WAITING_MAX + 2];

  (void)state;
  memset(text, 'x', sizeof text - 1);
  request(true);
  library.write_error = HYCO_EWOULDBLOCK;
  data(text + 1, false); /* as much as may */
  expect("");
  data("x", false);
  expect("error request 7 -10055 words\nabort\n");
}

static void a_sender_that_has_gone_is_told_of_once(void **state)
{
  (void)state;
  request(true);
  library.write_error = HYCO_ENOTCONNECTED;
  data("one", false);
  expect("");
  assert_int_equal(listener.requests.n, 1);
  cancelled();
  assert_forgotten(1);
  cancelled();
  assert_forgotten(1);
}

static void a_status_is_the_answer_once_the_body_has_been_read(void **state)
{
  (void)state;
  listener.http_status = 418;
  static const char *const headers[][2] = { { "Content-Type", "a/b" },
                                            { NULL, NULL } };
  library.headers = headers;
  request(true);
  data("one", false);
  expect("status 418\n");
  data("two", true);
  expect("end\n");
  assert_forgotten(1);
}

static void a_request_too_many_is_answered_503(void **state)
{
  (void)state;
  library.why = "too many connections";
  request(true);
  expect("whole 503 too many connections 0\n");
  assert_forgotten(0); /* it was not served */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        a_body_comes_back_in_its_pieces_with_what_describes_it, set_up,
        tear_down),
    cmocka_unit_test_setup_teardown(
        a_header_that_no_answer_may_have_is_left_out, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_trace_gives_the_head_back, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(
        a_request_without_a_body_is_answered_at_once, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        what_does_not_leave_waits_and_holds_the_sender_up, set_up, tear_down),
    cmocka_unit_test_setup_teardown(after_it_has_left_the_body_goes_on, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(an_error_gives_the_request_up, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(more_than_may_wait_gives_the_request_up,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_sender_that_has_gone_is_told_of_once,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        a_status_is_the_answer_once_the_body_has_been_read, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_request_too_many_is_answered_503, set_up,
                                    tear_down),
  };
  return cmocka_run_group_tests_name("command_responder", tests, NULL, NULL);
}
