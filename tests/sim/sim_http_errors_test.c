/* What the calls that answer an HTTP request say (hyco/http.h) when the service
 * gave no address, one that is none, or the sender has gone. */
#include "sim_http.h"
#include "support/check.h"

#include <stdlib.h>

enum { TURN_MS = 100, LIMIT = 65536 };

#define HEAD "\"responseHeaders\":{},\"body\":"
#define WORDS "\"statusDescription\":\"Words\","

/* A GET with this address, told as request 1. */
static struct raw_peer *asked_from(struct sim_service *s, uint64_t seed,
                                   const char *address)
{
  char message[512];

  sim_service_start(s, seed);
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  (void)snprintf(message, sizeof message,
                 "{\"request\":{%s\"id\":\"a\",\"requestTarget\":\"/hyco\","
                 "\"method\":\"GET\",\"requestHeaders\":{},\"body\":false}}",
                 address);
  raw_send_server_frame(control, HTTP_TEXT, hc_span_str(message));
  sim_world_run(&s->world, TURN_MS, "r0 http 1 GET /hyco \"\"\n");
  return control;
}

static char *long_text(void)
{
  char *text = malloc(LIMIT + 2);

  assert_non_null(text);
  memset(text, 'x', LIMIT + 1);
  text[LIMIT + 1] = '\0';
  return text;
}

/* Each call that needs a rendezvous fails so; the control channel is there. */
static void check_no_way(const char *address, int error)
{
  struct sim_service s;
  struct raw_peer *control = asked_from(&s, 1, address);
  char *text = long_text();

  assert_int_equal(http_flush(&s, 1), error);
  assert_int_equal(http_write(&s, 1, text), error);
  assert_int_equal(http_answer(&s, 1, 200, text), error);
  assert_int_not_equal(strlen(http_words(&s)), 0);
  assert_int_equal(http_add_header(&s, 1, "A", "b"), 0); /* it has not begun */
  assert_int_equal(http_answer(&s, 1, 200, "short"), 0);
  http_expect_response(control, "a", 200,
                       WORDS "\"responseHeaders\":{\"A\":\"b\"},\"body\":true");
  http_expect(control, HTTP_BINARY, "short");
  free(text);
  sim_service_finish(&s);
}

static void without_an_address_a_long_answer_has_no_way(void **state)
{
  (void)state;
  check_no_way("", HYCO_ERENDEZVOUS);
}

static void an_address_that_is_none_is_an_error(void **state)
{
  (void)state;
  check_no_way("\"address\":\"nowhere\",", HYCO_EBADURL);
}

/* What is held for the control channel is not lost. */
static void what_was_held_may_still_be_ended(void **state)
{
  (void)state;
  struct sim_service s;
  struct raw_peer *control = asked_from(&s, 2, "");
  char *text = long_text();

  assert_int_equal(http_write(&s, 1, "held"), 0);
  assert_int_equal(http_write(&s, 1, text), HYCO_ERENDEZVOUS);
  assert_int_equal(http_end(&s, 1), 0);
  http_expect_response(control, "a", 200, HEAD "true");
  http_expect(control, HTTP_BINARY, "held");
  free(text);
  sim_service_finish(&s);
}

/* The Close came while our bytes wait: what is queued is sent first. */
static void a_sender_that_has_gone_is_not_connected(void **state)
{
  (void)state;
  struct sim_service s;
  char *text = long_text();

  sim_service_start(&s, 3);
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  http_send_request(&s, control, "a", "GET", false);
  sim_world_run(&s.world, TURN_MS, "r0 http 1 GET /hyco/x?y=1 \"\"\n");
  assert_int_equal(http_flush(&s, 1), 0);
  struct raw_peer *peer = http_rendezvous(&s, "a");
  sim_world_run(&s.world, TURN_MS, "");
  raw_pause(peer);
  while (http_write(&s, 1, text) == 0)
    sim_world_run(&s.world, TURN_MS, "");
  assert_int_equal(http_write(&s, 1, text), HYCO_EWOULDBLOCK);
  raw_send_server_frame(peer, 0x88, hc_span_str("\x03\xe9"));
  sim_world_run(&s.world, TURN_MS, "");
  assert_int_equal(http_write(&s, 1, "x"), HYCO_ENOTCONNECTED);
  assert_int_equal(http_flush(&s, 1), HYCO_ENOTCONNECTED);
  assert_int_equal(http_end(&s, 1), HYCO_ENOTCONNECTED);
  raw_resume(peer);
  sim_world_run(&s.world, TURN_MS,
                "r0 http 1 cancelled 1120 the sender went away: 1001 \n");
  assert_int_equal(http_write(&s, 1, "x"), HYCO_ENOREQUEST);
  free(text);
  sim_service_finish(&s);
}

/* Nor is the service left waiting for it. */
static void what_was_held_and_has_no_way_is_500_at_55_s(void **state)
{
  (void)state;
  struct sim_service s;
  struct raw_peer *control = asked_from(&s, 3, "");

  assert_int_equal(http_write(&s, 1, "held"), 0);
  sim_world_run(&s.world, 56000,
                "r0 http 1 cancelled 608 the service gave no address to answer "
                "at\n");
  http_expect_response(control, "a", 500,
                       "\"statusDescription\":\"The receiver did not "
                       "respond.\",\"responseHeaders\":{},\"body\":false");
  sim_service_finish(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_an_address_a_long_answer_has_no_way),
    cmocka_unit_test(an_address_that_is_none_is_an_error),
    cmocka_unit_test(what_was_held_may_still_be_ended),
    cmocka_unit_test(what_was_held_and_has_no_way_is_500_at_55_s),
    cmocka_unit_test(a_sender_that_has_gone_is_not_connected),
  };
  return cmocka_run_group_tests_name("sim_http_errors", tests, NULL, NULL);
}
