/* The HTTP client: what it sends and what it tells. */
#include "unit/io_call.h"
#include "unit/tls_files.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

static const bool plain = false;
static const bool tls = true;

/* --- what is sent --- */

static void test_nothing_is_sent_that_was_not_asked_for(void **state)
{
  struct call *c = *state;
  char expected[200];

  setenv("http_proxy", "http://127.0.0.1:9", 1);
  setenv("https_proxy", "http://127.0.0.1:9", 1);
  call_renew(c); /* whoever reads them */
  call_ask(c);
  (void)snprintf(expected, sizeof(expected),
                 "GET /a/../b%%2f?c=d HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n",
                 c->request.port);
  assert_string_equal(call_sent(c), expected);
  call_answer(c, "HTTP/1.1 204 No Content\r\n\r\n");
  call_await_end(c);
  assert_int_equal(c->fault.code, 0);
  assert_string_equal(c->head, "HTTP/1.1 204 No Content\r\n\r\n");
  unsetenv("http_proxy");
  unsetenv("https_proxy");
}

static void test_fields_go_as_they_are_empty_ones_too(void **state)
{
  struct call *c = *state;
  static const char *const fields[] = {
    "Host: other.example", "X-Empty: ", "User-Agent: mine",
    "Accept: text/plain",  "X-Two: 1",  "X-Two: 2"
  };

  c->request.method = "PURGE";
  c->request.fields = fields;
  c->request.n_fields = 6;
  call_ask(c);
  assert_string_equal(call_sent(c),
                      "PURGE /a/../b%2f?c=d HTTP/1.1\r\n"
                      "Host: other.example\r\nX-Empty:\r\nUser-Agent: mine\r\n"
                      "Accept: text/plain\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n");
}

static void test_a_body_of_known_length_has_a_content_length(void **state)
{
  struct call *c = *state;

  c->request.method = "POST";
  c->request.body = 5;
  call_start(c, &call_handler);
  assert_int_equal(hc_http_write(c->call, hc_span_str("hello!")),
                   HYCO_EBADVALUE);
  assert_int_equal(hc_http_write(c->call, hc_span_str("hello")), 0);
  assert_int_equal(hc_http_end(c->call), 0);
  call_await_request(c);
  call_answer(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  call_await_end(c);
  const char *sent = call_sent(c);
  assert_non_null(strstr(sent, "\r\nContent-Length: 5\r\n"));
  assert_null(strstr(sent, "Transfer-Encoding"));
  assert_null(strstr(sent, "Expect"));
  assert_string_equal(strstr(sent, "\r\n\r\n") + 4, "hello");
  call_assert_body(c, "ok");
}

static void test_an_empty_body_says_so(void **state)
{
  struct call *c = *state;

  c->request.method = "POST";
  c->request.body = 0;
  call_start(c, &call_handler);
  assert_int_equal(hc_http_end(c->call), 0);
  call_await_request(c);
  assert_non_null(strstr(call_sent(c), "\r\nContent-Length: 0\r\n"));
}

/* RFC 9110 8.6: a request whose method gives content a meaning says that it has
 * none; some servers answer 411 otherwise. */
static void test_a_method_with_a_body_says_when_it_has_none(void **state)
{
  struct call *c = *state;
  static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE",
                                         "OPTIONS" };

  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
    c->request.method = methods[i];
    call_ask(c);
    const char *length = strstr(call_sent(c), "\r\nContent-Length: 0\r\n");
    assert_int_equal(length != NULL, i < 3);
    call_answer(c, "HTTP/1.1 204 No Content\r\n\r\n");
    call_await_end(c);
    assert_int_equal(c->fault.code, 0);
    call_renew(c);
  }
}

static void test_a_streamed_body_is_chunked(void **state)
{
  struct call *c = *state;

  c->request.method = "PUT";
  c->request.body = HC_HTTP_CHUNKED;
  call_ask(c);
  assert_int_equal(hc_http_write(c->call, hc_span_str("abc")), 0);
  pair_run_ms(c->pair, 20); /* libcurl waits for more in between */
  assert_int_equal(hc_http_write(c->call, hc_span_str("defg")), 0);
  assert_int_equal(hc_http_end(c->call), 0);
  assert_int_equal(hc_http_write(c->call, hc_span_str("x")), HYCO_EBADVALUE);
  const char *wanted = "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
  size_t head = (size_t)(strstr(call_sent(c), "\r\n\r\n") + 4 - call_sent(c));
  call_await_bytes(c->pair, head + strlen(wanted));
  assert_string_equal(call_sent(c) + head, wanted);
}

static void test_a_body_that_ends_early_ends_the_call(void **state)
{
  struct call *c = *state;

  c->request.method = "PUT";
  c->request.body = 10;
  call_start(c, &call_handler);
  assert_int_equal(hc_http_write(c->call, hc_span_str("abc")), 0);
  assert_int_equal(hc_http_end(c->call), HYCO_EBADVALUE);
  call_await_end(c);
  call_assert_fault(c, HYCO_EBADVALUE, "ended early");
}

/* --- what is told --- */

static void test_an_answer_in_chunks_comes_without_them(void **state)
{
  struct call *c = *state;

  call_ask(c);
  call_answer(c, "HTTP/1.1 100 Continue\r\n\r\n"
                 "HTTP/1.1 302 Go\r\nLocation: /x\r\nSet-Cookie: a=b\r\n"
                 "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n");
  pair_run_until(c->pair, &c->has_data);
  call_assert_body(c, "abc"); /* before the end has come */
  call_answer(c, "2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n");
  call_await_end(c);
  assert_int_equal(c->fault.code, 0);
  assert_string_equal(
      c->head, "HTTP/1.1 302 Go\r\nLocation: /x\r\nSet-Cookie: a=b\r\n"
               "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
  call_assert_body(c, "abcde");
}

static void test_head_has_no_body_whatever_its_length_says(void **state)
{
  struct call *c = *state;

  c->request.method = "HEAD";
  call_ask(c);
  call_answer(c, "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n");
  call_await_end(c);
  assert_int_equal(c->fault.code, 0);
  assert_false(c->has_data);
}

/* The answer, and a cut, give this code and words. */
static void assert_broken(struct call *c, const char *text, int code,
                          const char *words)
{
  call_ask(c);
  call_answer(c, text);
  end_close(&c->pair->server, HC_STREAM_CUT);
  call_await_end(c);
  call_assert_fault(c, code, words);
  call_renew(c);
}

static void test_an_answer_that_is_cut_is_no_answer(void **state)
{
  struct call *c = *state;

  assert_broken(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                HYCO_EDROPPED, "broke off");
  assert_broken(c,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n",
                HYCO_EDROPPED, "broke off");
}

/* RFC 9112 9.8: where the connection's end is the answer's, TLS has to announce
 * it. */
static void test_an_end_that_tls_does_not_announce_is_a_cut(void **state)
{
  struct call *c = *state;
  static const char *const heads[] = {
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/1.1 404 No\r\nX-Coding: chunked\r\n\r\n",
  };

  for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
    char text[100];
    (void)snprintf(text, sizeof(text), "%sabc", heads[i]);
    assert_broken(c, text, HYCO_EDROPPED, "broke off");
  }
}

static void test_the_connections_end_may_be_the_answers(void **state)
{
  struct call *c = *state;
  static const char text[] = "HTTP/1.1 200 OK\r\n\r\nabc";

  call_ask(c);
  call_answer(c, text);
  end_close(&c->pair->server, HC_STREAM_CLEAN);
  call_await_end(c);
  assert_int_equal(c->fault.code, 0);
  call_assert_body(c, "abc");
}

/* What says its length itself needs no announcement. */
static void test_a_whole_answer_may_be_followed_by_a_cut(void **state)
{
  struct call *c = *state;
  static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    ("HTTP/1.1 200 OK\r\ntransfer-encoding:Chunked \r\n\r\n"
     "3\r\nabc\r\n0\r\n\r\n"),
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\n\r\n",
  };

  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
    assert_broken(c, answers[i], 0, "");
}

static void test_a_server_that_says_nothing_is_told_as_that(void **state)
{
  struct call *c = *state;

  call_ask(c);
  end_close(&c->pair->server, HC_STREAM_CLEAN);
  call_await_end(c);
  call_assert_fault(c, HYCO_EDROPPED, "without an answer");
}

static void test_what_is_not_http_is_refused(void **state)
{
  struct call *c = *state;

  assert_broken(c, "hello there\r\n\r\n", HYCO_EPROTOCOL, "not HTTP/1.1");
}

static void test_a_head_that_is_too_long_ends_the_call(void **state)
{
  struct call *c = *state;
  char line[1000];

  call_ask(c);
  call_answer(c, "HTTP/1.1 200 OK\r\n");
  memset(line, 'x', sizeof(line));
  memcpy(line, "X-Long: ", 8);
  memcpy(line + sizeof(line) - 3, "\r\n", 3);
  for (int i = 0; i < HC_HTTP_ANSWER_MAX / 999 + 1; i++)
    call_answer(c, line);
  call_answer(c, "\r\n");
  call_await_end(c);
  call_assert_fault(c, HYCO_ETOOLONG, "32768 bytes");
  assert_false(c->has_head);
}

/* libcurl has a limit of its own, for a line. */
static void test_a_line_that_is_too_long_ends_the_call(void **state)
{
  struct call *c = *state;
  enum { LINE = 150000 };
  char *line = hc_alloc(LINE + 1);

  assert_non_null(line);
  memset(line, 'x', LINE);
  line[LINE] = '\0';
  call_ask(c);
  call_answer(c, "HTTP/1.1 200 OK\r\nX-Long: ");
  call_answer(c, line);
  call_await_end(c);
  call_assert_fault(c, HYCO_ETOOLONG, "too long");
  hc_free(line);
}

static void test_a_host_that_is_too_long_is_refused_at_once(void **state)
{
  struct call *c = *state;
  struct hc_fault fault;
  char host[400];

  memset(host, 'a', sizeof(host) - 1);
  host[sizeof(host) - 1] = '\0';
  c->request.host = host;
  assert_int_equal(hc_http_start(hc_loop_http(c->pair->loop), &c->request,
                                 &call_handler, c, &c->call, &fault),
                   HYCO_EBADURL);
  assert_string_equal(fault.text, "host name too long");
}

static void test_a_refused_port_is_said_with_its_name(void **state)
{
  struct call *c = *state;

  hc_listener_close(c->pair->listener);
  c->pair->listener = NULL;
  call_start(c, &call_handler);
  call_await_end(c);
  call_assert_fault(c, HYCO_ECONNREFUSED, "127.0.0.1:");
}

static char key_log[TLS_FILES_PATH_MAX + 8];

/* libcurl obeys SSLKEYLOGFILE, and would write there what opens its
 * connections' bytes to everybody. */
static void test_no_key_is_written_for_the_environment(void **state)
{
  struct call *c = *state;
  struct stat info = { .st_size = 0 };

  call_ask(c);
  call_answer(c, "HTTP/1.1 204 No Content\r\n\r\n");
  call_await_end(c);
  assert_int_equal(c->fault.code, 0);
  (void)stat(key_log, &info); /* the file itself may be there */
  assert_int_equal(info.st_size, 0);
}

/* libcurl reads it once, at its first call. */
static int set_key_log(void **state)
{
  char dir[TLS_FILES_PATH_MAX];

  (void)state;
  tls_files_path("", dir);
  (void)snprintf(key_log, sizeof(key_log), "%skeys", dir);
  return setenv("SSLKEYLOGFILE", key_log, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CALL_BOTH(test_nothing_is_sent_that_was_not_asked_for),
    CALL_BOTH(test_fields_go_as_they_are_empty_ones_too),
    CALL_BOTH(test_a_body_of_known_length_has_a_content_length),
    CALL_BOTH(test_an_empty_body_says_so),
    CALL_BOTH(test_a_method_with_a_body_says_when_it_has_none),
    CALL_BOTH(test_a_streamed_body_is_chunked),
    CALL_BOTH(test_a_body_that_ends_early_ends_the_call),
    CALL_BOTH(test_an_answer_in_chunks_comes_without_them),
    CALL_BOTH(test_head_has_no_body_whatever_its_length_says),
    CALL_BOTH(test_an_answer_that_is_cut_is_no_answer),
    CALL_BOTH(test_a_server_that_says_nothing_is_told_as_that),
    CALL_BOTH(test_what_is_not_http_is_refused),
    CALL_BOTH(test_a_head_that_is_too_long_ends_the_call),
    CALL_BOTH(test_a_line_that_is_too_long_ends_the_call),
    CALL_BOTH(test_the_connections_end_may_be_the_answers),
    CALL_WITH(tls, test_an_end_that_tls_does_not_announce_is_a_cut),
    CALL_BOTH(test_a_whole_answer_may_be_followed_by_a_cut),
    CALL_BOTH(test_a_host_that_is_too_long_is_refused_at_once),
    CALL_BOTH(test_a_refused_port_is_said_with_its_name),
    CALL_WITH(tls, test_no_key_is_written_for_the_environment),
  };
  return cmocka_run_group_tests(tests, set_key_log, tls_files_remove);
}
