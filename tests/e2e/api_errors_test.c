/* What goes wrong is told: by code, by event, in words. */
#include "api_world.h"

#include <string.h>

static void a_wrong_key_is_602(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(
      hyco_receiver_set_string(w->receiver, HYCO_ACCESS_KEY, "d3Jvbmc="), 0);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   HYCO_EUNAUTHORIZED);
  assert_non_null(
      strstr(hyco_receiver_last_error_text(w->receiver), "TrackingId:"));
  assert_null(strstr(hyco_receiver_last_error_text(w->receiver), "d3Jvbmc"));
}

static void the_words_of_a_try_that_failed_later_stay(void **state)
{
  struct api_world *w = *state;

  assert_int_equal(
      hyco_receiver_set_string(w->receiver, HYCO_ACCESS_KEY, "d3Jvbmc="), 0);
  assert_int_equal(hyco_receiver_start(w->receiver), 0);
  assert_int_equal(hyco_sender_start(w->sender), 0);
  api_world_await(w, &w->sender_connects, 1);
  assert_non_null(
      strstr(hyco_sender_last_error_text(w->sender), "TrackingId:"));
  for (bool on = true; on; (void)hyco_loop_do_events(w->loop, 10))
    assert_int_equal(hyco_receiver_get_bool(w->receiver, HYCO_LISTENING, &on),
                     0);
  assert_non_null(
      strstr(hyco_receiver_last_error_text(w->receiver), "TrackingId:"));
}

static void nobody_listening_is_604(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ENOTFOUND);
  assert_int_equal(w->sender_connect_code, 604);
}

static void an_untrusted_certificate_is_280(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(
      hyco_receiver_set_string(w->receiver, HYCO_OPENSSL_CA_FILE, ""), 0);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   HYCO_ECERTVERIFY);
}

static void a_ca_file_that_is_not_there_is_271(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(hyco_sender_set_string(w->sender, HYCO_OPENSSL_CA_FILE,
                                          "/nonexistent/ca.pem"),
                   0);
  assert_int_equal(hyco_sender_connect(w->sender), HYCO_ECERTSTORE);
  assert_non_null(
      strstr(hyco_sender_last_error_text(w->sender), "/nonexistent/ca.pem"));
}

static void missing_properties_are_601(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(
      hyco_sender_set_string(w->sender, HYCO_HYBRID_CONNECTION, ""), 0);
  assert_int_equal(hyco_sender_start(w->sender), HYCO_EMISSING);
  assert_non_null(
      strstr(hyco_sender_last_error_text(w->sender), "hybrid_connection"));
}

static void plain_ws_to_another_host_is_refused(void **state)
{
  struct api_world *w = *state;
  assert_int_equal(hyco_sender_set_string(w->sender, HYCO_NAMESPACE_ADDRESS,
                                          "relay.example"),
                   0);
  assert_int_equal(
      hyco_sender_set_bool(w->sender, HYCO_USE_DEVELOPMENT_EMULATOR, true), 0);
  assert_int_equal(hyco_sender_start(w->sender), HYCO_EBADVALUE);
}

static void identity_cannot_change_while_listening(void **state)
{
  struct api_world *w = *state;
  const char *text = NULL;

  api_world_join(w);
  assert_int_equal(
      hyco_receiver_set_string(w->receiver, HYCO_NAMESPACE_ADDRESS, "x"),
      HYCO_ELISTENING);
  assert_int_equal(hyco_receiver_set_connection_string(
                       w->receiver, hyco_relay_connection_string(w->relay)),
                   HYCO_ELISTENING);
  assert_int_equal(hyco_sender_start(w->sender), HYCO_EBUSY);
  assert_int_equal(
      hyco_receiver_get_string(w->receiver, HYCO_ACCESS_KEY, &text), 0);
  assert_string_equal(text, "");
}

/* TokenValidity's lower end; the token is checked when the relay sees it. */
static void an_expired_token_is_602(void **state)
{
  struct api_world *w = *state;
  char *token = NULL;

  assert_int_equal(
      hyco_token_new("127.0.0.1", "demo", "Rule", "a2V5", 1000, &token), 0);
  assert_int_equal(hyco_receiver_set_string(
                       w->receiver, HYCO_SHARED_ACCESS_SIGNATURE, token),
                   0);
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   HYCO_EUNAUTHORIZED);
  hyco_token_free(token);
}

static void a_relay_that_cannot_start_says_why(void **state)
{
  struct api_world *w = *state;
  char why[API_TEXT_MAX] = "";
  hyco_relay *second = NULL;
  hyco_relay_options options = { .dir = w->dir,
                                 .error_text = why,
                                 .error_text_size = sizeof why };
  static const char *const bad_rule[] = { "no-rights" };

  assert_int_equal(hyco_relay_start(&options, &second), HYCO_EFILE);
  assert_non_null(strstr(why, "another relay"));
  options.listen = "relay.example:80";
  assert_int_equal(hyco_relay_start(&options, &second), HYCO_EBADVALUE);
  options.listen = NULL;
  options.rules = bad_rule;
  options.n_rules = 1;
  assert_int_equal(hyco_relay_start(&options, &second), HYCO_EBADVALUE);
  assert_non_null(strstr(why, "NAME:KEY:RIGHTS"));
  assert_null(second);
}

/* A pointer without the bytes that its length promises. */
static void data_that_is_null_is_refused(void **state)
{
  struct api_world *w = *state;
  hyco_receiver *r = w->receiver;

  api_world_join(w);
  assert_int_equal(hyco_receiver_send(r, w->accepted, NULL, 1), HYCO_EINVALID);
  assert_string_equal(hyco_receiver_last_error_text(r), "data is NULL");
  assert_int_equal(hyco_receiver_send_text(r, w->accepted, NULL, 1),
                   HYCO_EINVALID);
  assert_int_equal(hyco_sender_send(w->sender, NULL, 1), HYCO_EINVALID);
  assert_int_equal(hyco_sender_send_text(w->sender, NULL, 1), HYCO_EINVALID);
  assert_int_equal(hyco_connection_set_bytes(
                       r, w->accepted, HYCO_CONNECTION_DATA_TO_SEND, NULL, 1),
                   HYCO_EINVALID);
  assert_int_equal(hyco_receiver_send(r, w->accepted, NULL, 0), 0);
}

static void bytes_of_a_receiver_are_set_without_an_id(void **state)
{
  struct api_world *w = *state;
  hyco_receiver *r = w->receiver;

  assert_int_equal(hyco_receiver_set_bytes(r, HYCO_SSL_CERT_ENCODED, NULL, 0),
                   0);
  assert_int_equal(hyco_receiver_set_bytes(r, HYCO_SSL_CERT_ENCODED, NULL, 1),
                   HYCO_EINVALID);
  assert_int_equal(
      hyco_receiver_set_bytes(r, HYCO_CONNECTION_DATA_TO_SEND, "x", 1),
      HYCO_EBADID);
  assert_int_equal(hyco_receiver_set_bytes(r, HYCO_HYBRID_CONNECTION, "x", 1),
                   HYCO_EBADVALUE);
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(a_wrong_key_is_602),
    TEST(the_words_of_a_try_that_failed_later_stay),
    TEST(nobody_listening_is_604),
    TEST(an_untrusted_certificate_is_280),
    TEST(a_ca_file_that_is_not_there_is_271),
    TEST(missing_properties_are_601),
    TEST(plain_ws_to_another_host_is_refused),
    TEST(identity_cannot_change_while_listening),
    TEST(an_expired_token_is_602),
    TEST(a_relay_that_cannot_start_says_why),
    TEST(data_that_is_null_is_refused),
    TEST(bytes_of_a_receiver_are_set_without_an_id),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
