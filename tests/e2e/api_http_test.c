/* hyco/http.h against a relay in the same process: what an application is told
 * of a request, and the calls that answer it whole, with every error of theirs
 * that a healthy service leaves possible. */
#include "api_http_world.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { HEADERS_MAX = 256 };

/* --- what is told --- */

static void check_request(struct http_world *w, const hyco_http_request *e)
{
  assert_string_equal(e->request_method, "PATCH");
  assert_string_equal(e->request_target, "/web/a?b=c");
  assert_memory_equal(e->request_data, "some", 4);
  assert_int_equal(e->request_data_len, 4);
  assert_true(e->has_body);
  assert_string_equal(e->remote_address, "127.0.0.1");
  assert_in_range(e->remote_port, 1, 65535);
  assert_int_equal(strncmp(e->host, "127.0.0.1", 9), 0);
  assert_int_equal(strncmp(e->rendezvous_address, "wss://", 6), 0);
  assert_int_not_equal(strlen(e->id), 0);
  assert_int_equal(e->request_headers[0], '{');
  assert_non_null(strstr(e->request_headers, "X-Own"));
  assert_null(strstr(e->request_headers, "SharedAccessSignature"));
  http_answer(w); /* inside the event */
}

/* surface: on_http_request */
static void a_request_is_told_with_all_about_it(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_prepare(w, "PATCH");

  w->app = check_request;
  assert_int_equal(hyco_request_set_body(a->request, "some", 4), 0);
  assert_int_equal(hyco_request_add_header(a->request, "X-Own", "v"), 0);
  assert_int_equal(hyco_request_start(a->request), 0);
  http_await_answer(w, a, 200, "fine", "body");
  assert_int_equal(w->told, 1);
  assert_int_equal(w->ends, 0); /* on_http_request had all of it */
}

static void the_first_header_of_a_name_is_given(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_prepare(w, "GET");
  const char *value = NULL;

  hyco_request_add_header(a->request, "X-Own", "one");
  hyco_request_add_header(a->request, "X-Empty", "");
  assert_int_equal(hyco_request_start(a->request), 0);
  http_await(w, &w->told, 1);
  hyco_receiver *r = w->receiver;
  assert_int_equal(hyco_receiver_get_request_header(r, w->id, "x-OWN", &value),
                   0);
  assert_string_equal(value, "one");
  assert_int_equal(
      hyco_receiver_get_request_header(r, w->id, "X-Empty", &value), 0);
  assert_string_equal(value, "");
  assert_int_equal(hyco_receiver_get_request_header(r, w->id, "", &value), 0);
  assert_null(value);
  http_answer(w);
}

static void all_headers_are_given_in_turn(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_prepare(w, "GET");
  const char *name = "";
  const char *value = NULL;
  size_t n = 0;
  unsigned ours = 0;

  hyco_request_add_header(a->request, "X-Own", "one");
  hyco_request_add_header(a->request, "X-Two", "two");
  assert_int_equal(hyco_request_start(a->request), 0);
  http_await(w, &w->told, 1);
  hyco_receiver *r = w->receiver;
  while (name != NULL) {
    assert_int_equal(
        hyco_receiver_get_request_header_at(r, w->id, n++, &name, &value), 0);
    ours +=
        name != NULL && strcmp(name, "X-Own") == 0 && strcmp(value, "one") == 0;
    ours +=
        name != NULL && strcmp(name, "X-Two") == 0 && strcmp(value, "two") == 0;
  }
  assert_null(value);
  assert_int_equal(ours, 2);
  assert_int_equal(
      hyco_receiver_get_request_header_at(r, w->id, SIZE_MAX, &name, &value),
      0);
  assert_null(name);
  http_answer(w);
  assert_int_equal(
      hyco_receiver_get_request_header_at(r, w->id, 0, &name, &value),
      HYCO_ENOREQUEST);
}

/* --- ids and NULL --- */

static void an_id_that_is_no_request_is_refused(void **state)
{
  struct http_world *w = *state;
  static const int ids[] = { 0, -1, INT_MIN, INT_MAX, 4711 };

  for (size_t i = 0; i < CHECK_COUNT(ids); i++)
    http_check_unknown(w, ids[i]);
  struct http_asked *a = http_ask(w);
  http_check_unknown(w, w->id + 1);
  http_answer(w);
  http_check_unknown(w, w->id); /* twice */
  http_await_answer(w, a, 200, "fine", "body");
  a = http_ask(w);
  assert_int_equal(hyco_response_end(w->receiver, w->id), 0);
  http_check_unknown(w, w->id);
  http_await_answer(w, a, 200, "OK", "");
}

static void what_is_null_is_refused_and_harms_nothing(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_ask(w);
  hyco_receiver *r = w->receiver;
  const char *value = NULL;
  const int results[] = {
    hyco_receiver_get_request_header(r, w->id, NULL, &value),
    hyco_receiver_get_request_header(r, w->id, "Host", NULL),
    hyco_receiver_get_request_header_at(r, w->id, 0, NULL, &value),
    hyco_receiver_get_request_header_at(r, w->id, 0, &value, NULL),
    hyco_receiver_send_http_response(r, w->id, 200, "OK", NULL, 1),
    hyco_response_add_header(r, w->id, NULL, "v"),
    hyco_response_add_header(r, w->id, "N", NULL),
    hyco_response_write(r, w->id, NULL, 1),
  };

  for (size_t i = 0; i < CHECK_COUNT(results); i++)
    assert_int_equal(results[i], HYCO_EINVALID);
  assert_int_equal(hyco_response_write(r, w->id, NULL, 0), 0);
  assert_int_equal(
      hyco_receiver_send_http_response(r, w->id, 201, NULL, NULL, 0), 0);
  http_await(w, &a->done, 1);
  assert_int_equal(a->status, 201);
}

/* --- status and headers --- */

static void a_status_is_from_200_to_999_but_502_and_504(void **state)
{
  struct http_world *w = *state;
  static const int bad[] = {
    INT_MIN, -1, 0, 100, 199, 502, 504, 1000, INT_MAX
  };
  static const int good[] = { 200, 501, 503, 999 };

  for (size_t i = 0; i < CHECK_COUNT(good); i++) {
    struct http_asked *a = http_ask(w);
    hyco_receiver *r = w->receiver;
    for (size_t k = 0; k < CHECK_COUNT(bad); k++) {
      assert_int_equal(hyco_response_set_status(r, w->id, bad[k], NULL),
                       HYCO_EBADSTATUS);
      assert_int_equal(
          hyco_receiver_send_http_response(r, w->id, bad[k], NULL, NULL, 0),
          HYCO_EBADSTATUS);
    }
    assert_int_equal(hyco_response_set_status(r, w->id, good[i], "so"), 0);
    assert_int_equal(hyco_response_write(r, w->id, "b", 1), 0);
    assert_int_equal(hyco_response_end(r, w->id), 0);
    http_await_answer(w, a, good[i], "so", "b");
  }
}

static void a_description_is_a_line_of_1024_bytes(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_ask(w);
  hyco_receiver *r = w->receiver;
  char text[HTTP_REASON_MAX + 2];

  memset(text, 'x', sizeof text);
  text[HTTP_REASON_MAX + 1] = '\0';
  assert_int_equal(hyco_response_set_status(r, w->id, 200, text),
                   HYCO_ETOOLONG);
  assert_int_equal(
      hyco_receiver_send_http_response(r, w->id, 200, text, NULL, 0),
      HYCO_ETOOLONG);
  assert_int_equal(hyco_response_set_status(r, w->id, 200, "a\r\nB: c"),
                   HYCO_EBADVALUE);
  assert_int_equal(
      hyco_receiver_send_http_response(r, w->id, 200, "a\nb", NULL, 0),
      HYCO_EBADVALUE);
  text[HTTP_REASON_MAX] = '\0';
  assert_int_equal(
      hyco_receiver_send_http_response(r, w->id, 404, text, NULL, 0), 0);
  http_await_answer(w, a, 404, text, "");
}

static void headers_that_must_not_stand_there_are_refused(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_ask(w);
  hyco_receiver *r = w->receiver;
  static const char *const names[] = {
    "",
    "A B",
    "A:",
    "A\r\nB",
    "ä",
    "TE",
    "Connection",
    "Trailer",
    "Content-Length",
    "upgrade",
    "Close",
    "Keep-Alive",
    "keep-alive",
    "Proxy-Connection",
    "Upgrade",
    "trailer",
    "Transfer-Encoding",
  };
  static const char *const values[] = { "a\r\nb", "a\nb", "a\rb", "\001",
                                        "\177" };

  for (size_t i = 0; i < CHECK_COUNT(names); i++)
    assert_int_equal(hyco_response_add_header(r, w->id, names[i], "v"),
                     HYCO_EBADVALUE);
  for (size_t i = 0; i < CHECK_COUNT(values); i++)
    assert_int_equal(hyco_response_add_header(r, w->id, "N", values[i]),
                     HYCO_EBADVALUE);
  assert_int_equal(hyco_response_add_header(r, w->id, "X-A", "1"), 0);
  assert_int_equal(hyco_response_add_header(r, w->id, "X-A", "2"), 0);
  assert_int_equal(hyco_response_add_header(r, w->id, "X-B", ""), 0);
  http_answer(w);
  http_await_answer(w, a, 200, "fine", "body");
  assert_string_equal(a->headers, "X-A=1, 2;X-B=;");
}

static void headers_are_bounded_in_number_and_size(void **state)
{
  struct http_world *w = *state;
  static char value[32768 + 1];
  hyco_receiver *r = w->receiver;

  http_ask(w);
  for (int i = 0; i < HEADERS_MAX; i++)
    assert_int_equal(hyco_response_add_header(r, w->id, "N", "v"), 0);
  assert_int_equal(hyco_response_add_header(r, w->id, "N", "v"), HYCO_ETOOLONG);
  assert_int_equal(hyco_response_abort(r, w->id), 0);

  struct http_asked *a = http_ask(w);
  memset(value, 'v', sizeof value - 1);
  assert_int_equal(hyco_response_add_header(r, w->id, "N", value),
                   HYCO_ETOOLONG);
  value[sizeof value - 2] = '\0'; /* 32 KiB with its name */
  assert_int_equal(hyco_response_add_header(r, w->id, "N", value), 0);
  assert_int_equal(hyco_response_add_header(r, w->id, "N", ""), HYCO_ETOOLONG);
  assert_int_equal(hyco_response_abort(r, w->id), 0);
  http_await_answer(w, a, 500, "The receiver gave the answer up.", "");
}

/* --- when, and from where --- */

static void requests_are_answered_in_any_order(void **state)
{
  struct http_world *w = *state;
  static const int order[] = { 2, 0, 3, 1 };
  struct http_asked *asked[CHECK_COUNT(order)];
  char text[16];

  for (size_t i = 0; i < CHECK_COUNT(order); i++)
    asked[i] = http_ask(w);
  for (size_t i = 0; i < CHECK_COUNT(order); i++) {
    int n = order[i];
    (void)snprintf(text, sizeof text, "answer %d", n);
    assert_int_equal(hyco_receiver_send_http_response(
                         w->receiver, w->ids[n], 200, "", text, strlen(text)),
                     0);
    http_await_answer(w, asked[n], 200, "OK", text);
  }
}

static void answer_posted(void *user_data)
{
  http_answer(user_data);
}

static void *post_answer(void *user_data)
{
  struct http_world *w = user_data;
  assert_int_equal(hyco_loop_post(w->loop, answer_posted, w), 0);
  return NULL;
}

static void another_thread_answers_by_the_loop(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_ask(w);
  pthread_t thread;

  assert_int_equal(pthread_create(&thread, NULL, post_answer, w), 0);
  http_await_answer(w, a, 200, "fine", "body");
  assert_int_equal(pthread_join(thread, NULL), 0);
}

static void without_a_handler_it_is_501(void **state)
{
  struct http_world *w = *state;
  struct http_asked *a = http_prepare(w, "GET");

  http_listen(w, NULL);
  assert_int_equal(hyco_request_start(a->request), 0);
  http_await_answer(w, a, 501,
                    "The listener RequestHandler has not been configured.", "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, http_setup, http_teardown)
  const struct CMUnitTest tests[] = {
    TEST(a_request_is_told_with_all_about_it),
    TEST(the_first_header_of_a_name_is_given),
    TEST(all_headers_are_given_in_turn),
    TEST(an_id_that_is_no_request_is_refused),
    TEST(what_is_null_is_refused_and_harms_nothing),
    TEST(a_status_is_from_200_to_999_but_502_and_504),
    TEST(a_description_is_a_line_of_1024_bytes),
    TEST(headers_that_must_not_stand_there_are_refused),
    TEST(headers_are_bounded_in_number_and_size),
    TEST(requests_are_answered_in_any_order),
    TEST(another_thread_answers_by_the_loop),
    TEST(without_a_handler_it_is_501),
  };
#undef TEST
  return cmocka_run_group_tests_name("api_http", tests, http_relay_start,
                                     http_relay_stop);
}
