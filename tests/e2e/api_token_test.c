/* Tokens from a provider, headers of one's own, waiting for a listener. */
#include "api_world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How a provider behaves. */
struct provider {
  struct api_world *w;
  int asked;
  bool refuses;
  bool answers_later;
  hyco_token_request *request;
};

static const char *key_of(const struct api_world *w)
{
  return strstr(hyco_relay_connection_string(w->relay), "SharedAccessKey=") +
         strlen("SharedAccessKey=");
}

static void answer(void *user_data)
{
  struct provider *p = user_data;
  int64_t expiry = (int64_t)time(NULL) + 600;
  char *token = NULL;

  assert_int_equal(hyco_token_new("127.0.0.1", "demo",
                                  "RootManageSharedAccessKey", key_of(p->w),
                                  expiry, &token),
                   0);
  assert_int_equal(
      hyco_token_supply(p->request, p->refuses ? NULL : token, expiry), 0);
  hyco_token_free(token);
  p->request = NULL;
}

static void provide(hyco_token_request *request, const char *scope,
                    void *user_data)
{
  struct provider *p = user_data;

  assert_string_equal(scope, "https://relay.azure.net/.default");
  p->asked++;
  p->request = request;
  if (p->answers_later)
    assert_int_equal(hyco_loop_post(p->w->loop, answer, p), 0);
  else
    answer(p);
}

static void use_providers(struct api_world *w, struct provider *p)
{
  p->w = w;
  assert_int_equal(hyco_receiver_set_string(w->receiver, HYCO_ACCESS_KEY, ""),
                   0);
  assert_int_equal(hyco_sender_set_string(w->sender, HYCO_ACCESS_KEY, ""), 0);
  hyco_receiver_set_token_provider(w->receiver, provide, p);
  hyco_sender_set_token_provider(w->sender, provide, p);
}

static void a_provider_takes_the_place_of_keys(void **state)
{
  struct api_world *w = *state;
  struct provider p = { 0 };

  use_providers(w, &p);
  api_world_join(w);
  assert_int_equal(p.asked, 2);
}

static void a_provider_may_answer_later(void **state)
{
  struct api_world *w = *state;
  struct provider p = { .answers_later = true };

  use_providers(w, &p);
  api_world_join(w);
  assert_int_equal(p.asked, 2);
}

/* surface: AccessToken, TokenValidity, access_key, access_key_name */
static void the_access_token_opens_the_door_to_others(void **state)
{
  struct api_world *w = *state;
  char set[1024];
  const char *token = NULL;

  assert_int_equal(hyco_receiver_config(w->receiver, "TokenValidity=600", NULL),
                   0);
  int64_t soon = (int64_t)time(NULL) + 600;
  assert_int_equal(hyco_receiver_config(w->receiver, "AccessToken", &token), 0);
  assert_memory_equal(token,
                      "SharedAccessSignature sr=http%3A%2F%2F127.0.0.1"
                      "%2Fdemo%2F&sig=",
                      62);
  const char *expiry = strstr(token, "&se=");
  assert_non_null(expiry);
  assert_in_range(strtoll(expiry + 4, NULL, 10), soon, soon + 60);
  assert_non_null(strstr(token, "&skn=RootManageSharedAccessKey"));
  (void)snprintf(set, sizeof set, "SharedAccessSignature=%s", token);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   0);
  assert_int_equal(hyco_sender_set_string(w->sender, HYCO_ACCESS_KEY, ""), 0);
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_EMISSING);
  assert_int_equal(hyco_sender_config(w->sender, set, NULL), 0);
  assert_int_equal(hyco_sender_connect(w->sender), 0);
  assert_int_equal(hyco_receiver_config(w->receiver, "AccessToken=x", NULL),
                   HYCO_EREADONLY);
}

static void a_provider_without_a_token_is_602(void **state)
{
  struct api_world *w = *state;
  struct provider p = { .refuses = true };

  use_providers(w, &p);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   HYCO_EUNAUTHORIZED);
  assert_non_null(
      strstr(hyco_receiver_last_error_text(w->receiver), "token provider"));
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_EUNAUTHORIZED);
}

static void a_request_outlives_who_asked(void **state)
{
  struct api_world *w = *state;
  struct provider p = { .answers_later = true };

  use_providers(w, &p);
  assert_int_equal(hyco_receiver_start(w->receiver), 0);
  (void)hyco_loop_do_events(w->loop, 0);
  assert_int_equal(p.asked, 1);
  hyco_receiver_free(w->receiver);
  w->receiver = NULL;
  (void)hyco_loop_do_events(w->loop, 0);
  assert_null(p.request);
}

static void free_instead(hyco_token_request *request, const char *scope,
                         void *user_data)
{
  hyco_receiver **r = user_data;
  (void)scope;
  hyco_receiver_free(*r);
  *r = NULL;
  assert_int_equal(hyco_token_supply(request, "late", 0), 0);
}

static void a_provider_may_free_who_asks(void **state)
{
  struct api_world *w = *state;
  hyco_receiver *r = NULL;

  assert_int_equal(hyco_receiver_new(NULL, NULL, NULL, &r), 0);
  assert_int_equal(hyco_receiver_set_connection_string(
                       r, hyco_relay_connection_string(w->relay)),
                   0);
  assert_int_equal(hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, "demo"),
                   0);
  hyco_receiver_set_token_provider(r, free_instead, &r);
  assert_int_equal(hyco_receiver_set_bool(r, HYCO_LISTENING, true),
                   HYCO_EINTERRUPTED);
  assert_null(r);
}

static void keep_headers(hyco_receiver *r, hyco_connection_request *e,
                         void *user_data)
{
  (void)r;
  (void)snprintf(user_data, 4096, "%s", e->connect_headers);
}

static void headers_of_ones_own_reach_the_receiver(void **state)
{
  struct api_world *w = *state;
  static const hyco_receiver_events events = { .on_connection_request =
                                                   keep_headers };
  char headers[4096] = "";
  hyco_receiver *r = api_world_receiver(w, &events, headers);

  assert_int_equal(hyco_receiver_set_bool(r, HYCO_LISTENING, true), 0);
  assert_int_equal(hyco_sender_add_header(w->sender, "X-One", "1"), 0);
  assert_int_equal(
      hyco_sender_add_header(w->sender, "Authorization", "Bearer mine"), 0);
  assert_int_equal(hyco_sender_connect(w->sender), 0);
  assert_non_null(strstr(headers, "\"X-One\":\"1\""));
  assert_non_null(strstr(headers, "\"Authorization\":\"Bearer mine\""));
  hyco_receiver_free(r);
}

static void headers_that_must_not_be_there_are_refused(void **state)
{
  struct api_world *w = *state;
  static const char *const bad[][2] = {
    { "", "x" },           { "A B", "x" },
    { "A:", "x" },         { "X", "a\r\nY: b" },
    { "X", "a\nb" },       { "Host", "x" },
    { "Upgrade", "x" },    { "Sec-WebSocket-Key", "x" },
    { "connection", "x" }, { "ServiceBusAuthorization", "x" },
  };

  for (size_t i = 0; i < CHECK_COUNT(bad); i++)
    assert_int_equal(hyco_sender_add_header(w->sender, bad[i][0], bad[i][1]),
                     HYCO_EBADVALUE);
  for (int i = 0; i < 64; i++)
    assert_int_equal(hyco_sender_add_header(w->sender, "X", "y"), 0);
  assert_int_equal(hyco_sender_add_header(w->sender, "X", "y"), HYCO_ETOOLONG);
  hyco_sender_clear_headers(w->sender);
  assert_int_equal(hyco_sender_add_header(w->sender, "X", "y"), 0);
}

static void a_sender_waits_for_a_listener(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_WAIT_FOR_LISTENER, 30),
                   0);
  assert_int_equal(hyco_sender_start(w->sender), 0);
  for (int i = 0; i < 20; i++) /* a refusal or two */
    (void)hyco_loop_do_events(w->loop, 20);
  assert_int_equal(w->sender_connects, 0);
  assert_int_equal(hyco_receiver_start(w->receiver), 0);
  api_world_await(w, &w->sender_connects, 1);
  assert_int_equal(w->sender_connect_code, 0);
}

static void a_sender_that_waited_in_vain_says_so(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(hyco_sender_set_int(w->sender, HYCO_WAIT_FOR_LISTENER, 1),
                   0);
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ENOTFOUND);
  assert_int_equal(w->sender_connects, 1);
  assert_int_equal(w->sender_connect_code, 604);
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(a_provider_takes_the_place_of_keys),
    TEST(a_provider_may_answer_later),
    TEST(the_access_token_opens_the_door_to_others),
    TEST(a_provider_without_a_token_is_602),
    TEST(a_request_outlives_who_asked),
    TEST(a_provider_may_free_who_asks),
    TEST(headers_of_ones_own_reach_the_receiver),
    TEST(headers_that_must_not_be_there_are_refused),
    TEST(a_sender_waits_for_a_listener),
    TEST(a_sender_that_waited_in_vain_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
