/* HTTP requests of a sender through the public interface, answered by a
 * receiver in the same process: what is refused, who may free what when, and
 * what happens without memory. */
#include "support/check.h"

#include "support/alloc_trap.h"
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 2000, BODY = 300000, ALLOCATIONS_MAX = 400 };

enum moment { NEVER, AT_RESPONSE, AT_DATA, AT_READY, AT_DONE };

struct world {
  hyco_relay *relay;
  hyco_loop *loop;
  hyco_receiver *receiver;
  hyco_sender *sender;
  hyco_request *request;
  char dir[64];
  size_t asked; /* bytes of body that the receiver has seen */
  char target[300];
  hyco_token_request *token; /* that the provider was asked for */
  bool holds;                /* it does not answer */

  enum moment free_request;
  enum moment free_sender;
  int status;
  size_t got;
  int ready;
  int done;
  int error;
  char text[256];
};

static void at(struct world *w, enum moment moment)
{
  if (w->free_request == moment) {
    hyco_request_free(w->request);
    w->request = NULL;
  }
  if (w->free_sender == moment) {
    hyco_sender_free(w->sender);
    w->sender = NULL;
  }
}

static void check_headers(hyco_receiver *r, int id)
{
  const char *value = "?";
  assert_int_equal(hyco_receiver_get_request_header(r, id, "hOST", &value), 0);
  assert_int_equal(strncmp(value, "127.0.0.1:", 10), 0);
  assert_int_equal(hyco_receiver_get_request_header(r, id, "X-None", &value),
                   0);
  assert_null(value);
  assert_int_equal(hyco_receiver_get_request_header(r, id, NULL, &value),
                   HYCO_EINVALID);
  assert_int_equal(hyco_receiver_get_request_header(r, id, "Host", NULL),
                   HYCO_EINVALID);
  assert_int_equal(hyco_receiver_get_request_header(r, 4711, "Host", &value),
                   HYCO_ENOREQUEST);
}

static void on_http_request(hyco_receiver *r, const hyco_http_request *e,
                            void *user_data)
{
  struct world *w = user_data;
  w->asked = e->request_data_len;
  (void)snprintf(w->target, sizeof w->target, "%s", e->request_target);
  check_headers(r, e->connection_id);
  if (!w->holds)
    assert_int_equal(hyco_receiver_send_http_response(r, e->connection_id, 200,
                                                      "fine", e->request_data,
                                                      e->request_data_len),
                     0);
}

static void on_response(hyco_request *r, const hyco_response *e,
                        void *user_data)
{
  struct world *w = user_data;
  (void)r;
  w->status = e->status_code;
  assert_string_equal(e->reason, "fine");
  at(w, AT_RESPONSE);
}

static void on_data(hyco_request *r, const hyco_response_data *e,
                    void *user_data)
{
  struct world *w = user_data;
  (void)r;
  w->got += e->len;
  at(w, AT_DATA);
}

static void on_ready(hyco_request *r, void *user_data)
{
  struct world *w = user_data;
  (void)r;
  w->ready++;
  at(w, AT_READY);
}

static void on_done(hyco_request *r, const hyco_request_done *e,
                    void *user_data)
{
  struct world *w = user_data;
  (void)r;
  w->done++;
  w->error = e->error_code;
  (void)snprintf(w->text, sizeof w->text, "%s", e->description);
  at(w, AT_DONE);
}

static const hyco_request_events events = { on_response, on_data, on_ready,
                                            on_done };

static void make_request(struct world *w)
{
  assert_int_equal(hyco_request_new(w->sender, &events, w, &w->request), 0);
}

static int set_up(void **state)
{
  static const hyco_receiver_events receiver_events = { .on_http_request =
                                                            on_http_request };
  struct world *w = calloc(1, sizeof *w);

  assert_non_null(w);
  (void)snprintf(w->dir, sizeof w->dir, "/tmp/hyco-api-XXXXXX");
  assert_non_null(mkdtemp(w->dir));
  hyco_relay_options options = { .dir = w->dir };
  assert_int_equal(hyco_relay_start(&options, &w->relay), 0);
  const char *string = hyco_relay_connection_string(w->relay);
  const char *ca = hyco_relay_ca_file(w->relay);
  assert_int_equal(hyco_loop_new(&w->loop), 0);
  assert_int_equal(
      hyco_receiver_new(w->loop, &receiver_events, w, &w->receiver), 0);
  assert_int_equal(hyco_sender_new(w->loop, NULL, NULL, &w->sender), 0);
  hyco_receiver_set_connection_string(w->receiver, string);
  hyco_receiver_set_string(w->receiver, HYCO_OPENSSL_CA_FILE, ca);
  hyco_receiver_set_string(w->receiver, HYCO_HYBRID_CONNECTION, "web");
  hyco_sender_set_connection_string(w->sender, string);
  hyco_sender_set_string(w->sender, HYCO_OPENSSL_CA_FILE, ca);
  hyco_sender_set_string(w->sender, HYCO_HYBRID_CONNECTION, "web/a?b=c");
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  make_request(w);
  *state = w;
  return 0;
}

static int tear_down(void **state)
{
  struct world *w = *state;
  char command[128];

  hyco_request_free(w->request);
  hyco_sender_free(w->sender);
  hyco_receiver_free(w->receiver);
  hyco_loop_free(w->loop);
  hyco_relay_stop(w->relay);
  (void)snprintf(command, sizeof command, "rm -r %s", w->dir);
  assert_int_equal(system(command), 0);
  free(w);
  return 0;
}

static void await(struct world *w, const int *count)
{
  for (int i = 0; i < TURNS_MAX && *count == 0; i++)
    hyco_loop_do_events(w->loop, 10);
  assert_int_not_equal(*count, 0);
}

static void settle(struct world *w)
{
  for (int i = 0; i < 20; i++)
    hyco_loop_do_events(w->loop, 5);
}

/* surface: send_http_response */
static void a_body_from_memory_goes_and_comes(void **state)
{
  struct world *w = *state;
  char *body = calloc(1, BODY);

  assert_non_null(body);
  assert_int_equal(hyco_request_set_method(w->request, "POST"), 0);
  assert_int_equal(hyco_request_set_body(w->request, body, BODY), 0);
  free(body);
  assert_int_equal(hyco_request_start(w->request), 0);
  assert_int_equal(hyco_request_start(w->request), HYCO_EBUSY);
  assert_int_equal(hyco_request_set_method(w->request, "GET"), HYCO_EBUSY);
  await(w, &w->done);
  assert_int_equal(w->error, 0);
  assert_int_equal(w->status, 200);
  assert_int_equal(w->asked, BODY);
  assert_int_equal(w->got, BODY);
  assert_int_equal(hyco_request_write(w->request, "x", 1), HYCO_ENOTACTIVE);
}

static void a_streamed_body_goes_when_there_is_room(void **state)
{
  struct world *w = *state;
  static const char piece[131072];

  assert_int_equal(hyco_request_write(w->request, "x", 1), HYCO_ENOTACTIVE);
  assert_int_equal(hyco_request_stream_body(w->request, -2), HYCO_EBADVALUE);
  assert_int_equal(hyco_request_set_method(w->request, "PUT"), 0);
  assert_int_equal(hyco_request_stream_body(w->request, -1), 0);
  assert_int_equal(hyco_request_start(w->request), 0);
  await(w, &w->ready);
  assert_int_equal(hyco_request_write(w->request, piece, sizeof piece + 1),
                   HYCO_ETOOLONG);
  assert_int_equal(hyco_request_write(w->request, piece, sizeof piece), 0);
  assert_int_equal(hyco_request_write(w->request, piece, sizeof piece),
                   HYCO_EWOULDBLOCK);
  w->ready = 0;
  await(w, &w->ready);
  assert_int_equal(hyco_request_end(w->request), 0);
  await(w, &w->done);
  assert_int_equal(w->error, 0);
  assert_int_equal(w->asked, sizeof piece);
}

static void what_must_not_stand_in_a_request_is_refused(void **state)
{
  struct world *w = *state;
  hyco_request *r = w->request;
  static const char *const names[] = { "Host",
                                       "Connection",
                                       "Content-Length",
                                       "Transfer-Encoding",
                                       "Upgrade",
                                       "TE",
                                       "Expect",
                                       "ServiceBusAuthorization",
                                       "A B",
                                       "",
                                       "A:",
                                       "A\r\nB" };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_int_equal(hyco_request_add_header(r, names[i], "x"), HYCO_EBADVALUE);
  assert_int_equal(hyco_request_add_header(r, "A", "x\r\nB: y"),
                   HYCO_EBADVALUE);
  assert_int_equal(hyco_request_add_header(r, "A", "x\nB: y"), HYCO_EBADVALUE);
  assert_int_equal(hyco_request_add_header(r, "A", NULL), HYCO_EBADVALUE);
  assert_int_equal(hyco_request_set_method(r, ""), HYCO_EBADVALUE);
  assert_int_equal(hyco_request_set_method(r, "G T"), HYCO_EBADVALUE);
  assert_int_equal(hyco_request_set_method(r, "CONNECT"), HYCO_EBADVALUE);
  assert_int_equal(
      hyco_request_set_method(r, "M23456789012345678901234567890123"),
      HYCO_EBADVALUE);
  assert_int_equal(hyco_request_set_body(r, NULL, 1), HYCO_EINVALID);
  for (int i = 0; i < 64; i++)
    assert_int_equal(hyco_request_add_header(r, "A", "x"), 0);
  assert_int_equal(hyco_request_add_header(r, "A", "x"), HYCO_ETOOLONG);
  assert_int_equal(hyco_request_set_method(r, "HEAD"), 0);
  assert_int_equal(hyco_request_set_body(r, "x", 1), 0);
  assert_int_equal(hyco_request_start(r), HYCO_EBADVALUE);
  settle(w);
  assert_int_equal(w->done, 0); /* a call that fails never calls back */
}

static void every_handler_may_free_the_request_and_its_sender(void **state)
{
  struct world *w = *state;

  for (enum moment m = AT_RESPONSE; m <= AT_DONE; m++) {
    if (w->request == NULL)
      make_request(w);
    assert_int_equal(hyco_request_set_method(w->request, "POST"), 0);
    if (m == AT_READY)
      assert_int_equal(hyco_request_stream_body(w->request, -1), 0);
    else
      assert_int_equal(hyco_request_set_body(w->request, "abc", 3), 0);
    w->free_request = m;
    assert_int_equal(hyco_request_start(w->request), 0);
    for (int i = 0; i < TURNS_MAX && w->request != NULL; i++)
      hyco_loop_do_events(w->loop, 10);
    assert_null(w->request);
    settle(w);
    assert_int_equal(w->done, m == AT_DONE);
  }
  make_request(w);
  w->free_request = NEVER;
  w->free_sender = AT_RESPONSE;
  w->done = 0;
  assert_int_equal(hyco_request_start(w->request), 0);
  for (int i = 0; i < TURNS_MAX && w->sender != NULL; i++)
    hyco_loop_do_events(w->loop, 10);
  assert_null(w->sender);
  settle(w);
  assert_int_equal(w->done, 0);
}

static void a_sender_takes_its_requests_along(void **state)
{
  struct world *w = *state;

  w->holds = true;
  assert_int_equal(hyco_request_start(w->request), 0);
  settle(w);
  hyco_sender_free(w->sender);
  w->sender = NULL;
  settle(w);
  assert_int_equal(w->done, 0);
  assert_int_equal(hyco_request_start(w->request), HYCO_ENOTCONNECTED);
  assert_int_equal(hyco_request_write(w->request, "x", 1), HYCO_ENOTACTIVE);
  hyco_request_accept_data(w->request, true);
}

static void expect_target(struct world *w, const char *path,
                          const char *expected)
{
  hyco_request_free(w->request);
  make_request(w);
  w->done = 0;
  assert_int_equal(hyco_request_set_path(w->request, path), 0);
  assert_int_equal(hyco_request_start(w->request), 0);
  await(w, &w->done);
  assert_int_equal(w->error, 0);
  assert_string_equal(w->target, expected);
}

/* HybridConnection is "web/a?b=c". */
static void each_request_has_a_path_of_its_own(void **state)
{
  struct world *w = *state;
  static const char *const bad[] = { "x", "/%", "/%4", "/%zz", "?%g0", "#" };

  expect_target(w, "", "/web/a?b=c");
  expect_target(w, "/x/y", "/web/a/x/y?b=c");
  expect_target(w, "/x?d=e?f", "/web/a/x?d=e?f");
  expect_target(w, "?d=e", "/web/a?d=e");
  expect_target(w, "/?", "/web/a/");
  expect_target(w, "/a b%2f\xc3\xa4#", "/web/a/a%20b%2f%C3%A4%23?b=c");
  hyco_request_free(w->request);
  make_request(w);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(hyco_request_set_path(w->request, bad[i]), HYCO_EBADVALUE);
  assert_int_equal(hyco_request_set_path(w->request, NULL), HYCO_EBADVALUE);
}

static void a_path_is_bounded(void **state)
{
  struct world *w = *state;
  static char path[8194];

  memset(path, '/', sizeof path - 1);
  assert_int_equal(hyco_request_set_path(w->request, path), HYCO_ETOOLONG);
  path[8192] = '\0';
  assert_int_equal(hyco_request_set_path(w->request, path), 0);
  memset(path, ' ', 8192);
  path[0] = '/';
  assert_int_equal(hyco_request_set_path(w->request, path), 0);
  assert_int_equal(hyco_request_start(w->request), HYCO_ETOOLONG);
  assert_int_equal(hyco_request_set_path(w->request, "/short"), 0);
  assert_int_equal(hyco_request_start(w->request), 0);
  await(w, &w->done);
  assert_string_equal(w->target, "/web/a/short?b=c");
}

static void on_token_wanted(hyco_token_request *request, const char *scope,
                            void *user_data)
{
  struct world *w = user_data;
  assert_string_equal(scope, "https://relay.azure.net/.default");
  w->token = request;
}

/* What is set while a token is awaited is for the next request. */
static void the_address_is_that_of_the_start(void **state)
{
  struct world *w = *state;
  char *token = NULL;
  const char *string = hyco_relay_connection_string(w->relay);
  const char *host = NULL;
  const char *name = NULL;
  char key[128];

  assert_int_equal(
      hyco_sender_get_string(w->sender, HYCO_ACCESS_KEY_NAME, &name), 0);
  assert_int_equal(sscanf(strstr(string, "SharedAccessKey="),
                          "SharedAccessKey=%127[^;]", key),
                   1);
  assert_int_equal(
      hyco_token_new("127.0.0.1", "web", name, key, 4000000000, &token), 0);
  hyco_sender_set_token_provider(w->sender, on_token_wanted, w);
  assert_int_equal(hyco_request_start(w->request), 0);
  for (int i = 0; i < TURNS_MAX && w->token == NULL; i++)
    hyco_loop_do_events(w->loop, 10);
  assert_non_null(w->token);
  assert_int_equal(hyco_request_write(w->request, "x", 1), HYCO_ENOTACTIVE);
  assert_int_equal(hyco_sender_set_string(w->sender, HYCO_HYBRID_CONNECTION,
                                          "another/address?altogether"),
                   0);
  assert_int_equal(
      hyco_sender_get_string(w->sender, HYCO_NAMESPACE_ADDRESS, &host), 0);
  assert_int_equal(hyco_token_supply(w->token, token, 0), 0);
  hyco_token_free(token);
  await(w, &w->done);
  assert_int_equal(w->error, 0);
  assert_int_equal(w->status, 200);
  assert_string_equal(w->target, "/web/a?b=c");
}

static void a_write_that_fails_says_why(void **state)
{
  struct world *w = *state;

#define SAYS(text) \
  assert_non_null(strstr(hyco_sender_last_error_text(w->sender), text))
  assert_int_equal(hyco_request_write(w->request, "x", 1), HYCO_ENOTACTIVE);
  SAYS("no streamed body");
  assert_int_equal(hyco_request_end(w->request), HYCO_ENOTACTIVE);
  SAYS("no streamed body");
  assert_int_equal(hyco_request_set_method(w->request, "PUT"), 0);
  assert_int_equal(hyco_request_stream_body(w->request, 5), 0);
  assert_int_equal(hyco_request_start(w->request), 0);
  await(w, &w->ready);
  assert_int_equal(hyco_request_write(w->request, NULL, 1), HYCO_EINVALID);
  SAYS("no data");
  assert_int_equal(hyco_request_write(w->request, "123456", 6), HYCO_EBADVALUE);
  SAYS("more than the length that was announced");
  assert_int_equal(hyco_request_write(w->request, "1234", 4), 0);
  assert_int_equal(hyco_request_end(w->request), HYCO_EBADVALUE);
  SAYS("shorter than announced");
  await(w, &w->done);
  assert_int_equal(w->error, -HYCO_EBADVALUE);
#undef SAYS
}

static void without_memory_a_request_fails_and_nothing_is_lost(void **state)
{
  struct world *w = *state;
  bool has_failed = true;
  size_t n = 0;

  for (; has_failed && n < ALLOCATIONS_MAX; n++) {
    hyco_request_free(w->request);
    w->request = NULL;
    w->done = 0;
    settle(w); /* the relay has nothing to do meanwhile */
    alloc_trap_set(n);
    int rc = hyco_request_new(w->sender, &events, w, &w->request);
    if (rc == 0)
      rc = hyco_request_set_body(w->request, "abc", 3);
    if (rc == 0)
      rc = hyco_request_start(w->request);
    has_failed = alloc_trap_clear();
    if (has_failed && rc != HYCO_ENOMEM && rc != 0)
      fail_msg("allocation %zu: %d", n, rc);
    if (!has_failed)
      assert_int_equal(rc, 0);
    if (rc == 0)
      await(w, &w->done);
    settle(w);
  }
  assert_in_range(n, 5, ALLOCATIONS_MAX - 1);
  assert_int_equal(w->error, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(a_body_from_memory_goes_and_comes),
    TEST(a_streamed_body_goes_when_there_is_room),
    TEST(what_must_not_stand_in_a_request_is_refused),
    TEST(every_handler_may_free_the_request_and_its_sender),
    TEST(a_sender_takes_its_requests_along),
    TEST(each_request_has_a_path_of_its_own),
    TEST(a_path_is_bounded),
    TEST(the_address_is_that_of_the_start),
    TEST(a_write_that_fails_says_why),
    TEST(without_memory_a_request_fails_and_nothing_is_lost),
  };
#undef TEST
  return cmocka_run_group_tests_name("api_request", tests, NULL, NULL);
}
