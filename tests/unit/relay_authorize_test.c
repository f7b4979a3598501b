/* Tokens: where they may stand, what they must be good for, and the answers
 * (spec hybrid-connections.md 1.2, 1.3, 4.2, 10). */
#include "support/check.h"
#include "support/relay_world.h"

#include "base/buffer.h"
#include "protocol/token.h"
#include "protocol/url.h"

#define LISTEN "/$hc/hyco?sb-hc-action=listen"
#define CONNECT "/$hc/hyco?sb-hc-action=connect"

/* The status that a listener or sender with this header gets. */
static int status_of(struct relay_world *w, const char *target,
                     const char *extra)
{
  struct raw_peer peer;

  world_send_upgrade(w, &peer, target, extra);
  int status = world_answer(w, &peer);
  raw_close(&peer, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  return status;
}

static int status_with(struct relay_world *w, const char *target,
                       const char *name, const char *token)
{
  char field[2048];

  snprintf(field, sizeof field, "%s: %s\r\n", name, token);
  return status_of(w, target, field);
}

static int status_for(struct relay_world *w, const char *target,
                      const char *path, const char *rule)
{
  char token[1024];

  world_token(w, token, path, rule, WORLD_TOKEN_S);
  return status_with(w, target, "ServiceBusAuthorization", token);
}

static void a_token_may_be_in_three_places(void **state)
{
  struct relay_world *w = *state;
  static const char *const names[] = { "ServiceBusAuthorization",
                                       "servicebusauthorization",
                                       "Authorization" };
  char token[1024];
  char bearer[1100];

  world_token(w, token, "hyco", "listen", WORLD_TOKEN_S);
  snprintf(bearer, sizeof bearer, "bearer  %s", token);
  for (size_t i = 0; i < CHECK_COUNT(names); i++) {
    assert_int_equal(status_with(w, LISTEN, names[i], token), 101);
    assert_int_equal(status_with(w, LISTEN, names[i], bearer), 101);
  }
}

/* A query with the token; plus: its blank as form encoders write it. */
static int status_in_query(struct relay_world *w, const char *token, bool plus)
{
  struct hc_buffer target;

  hc_buffer_init(&target, 4096);
  assert_int_equal(hc_buffer_append_str(&target, LISTEN "&sb-hc-token="), 0);
  const char *blank = strchr(token, ' ');
  assert_non_null(blank);
  struct hc_span scheme = hc_span_of(token, (size_t)(blank - token));
  assert_int_equal(hc_url_encode(&target, scheme, ""), 0);
  assert_int_equal(hc_buffer_append_str(&target, plus ? "+" : "%20"), 0);
  assert_int_equal(hc_url_encode(&target, hc_span_str(blank + 1), ""), 0);
  int status = status_of(w, hc_buffer_str(&target), "");
  hc_buffer_deinit(&target);
  return status;
}

static void a_token_in_the_query_is_percent_encoded(void **state)
{
  struct relay_world *w = *state;
  char token[1024];

  world_token(w, token, "hyco", "listen", WORLD_TOKEN_S);
  assert_int_equal(status_in_query(w, token, false), 101);
  assert_int_equal(status_in_query(w, token, true), 101);
  assert_false(world_logged(w, "SharedAccess"));
  assert_false(world_logged(w, "sig"));
}

static void the_query_goes_before_the_headers(void **state)
{
  struct relay_world *w = *state;
  char token[1024];
  char fields[2200];

  world_token(w, token, "hyco", "listen", WORLD_TOKEN_S);
  assert_int_equal(
      status_with(w, LISTEN "&sb-hc-token=x", "ServiceBusAuthorization", token),
      401);
  assert_int_equal(status_with(w, LISTEN "&sb-hc-token=%zz",
                               "ServiceBusAuthorization", token),
                   401);
  assert_int_equal(
      status_with(w, LISTEN "&sb-hc-token=", "ServiceBusAuthorization", token),
      101);
  snprintf(fields, sizeof fields,
           "Authorization: Basic eDp5\r\nServiceBusAuthorization: %s\r\n",
           token);
  assert_int_equal(status_of(w, LISTEN, fields), 101);
}

/* spec hybrid-connections.md 4.3: "token missing, malformed, bad signature |
 * 401". */
static void a_missing_or_malformed_token_gets_401(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *fields;
    const char *words;
  } cases[] = {
    { "", "401 A token is missing." },
    { "Authorization: Bearer\r\n", "401 The token is malformed." },
    { "Authorization: Bearer x\r\n", "401 The token is malformed." },
    { "Authorization: Basic eDp5\r\n", "401 The token is malformed." },
    { "Authorization: SharedAccessSignature sr=a&sig=b&se=1\r\n",
      "401 The token is malformed." },
    { "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x\r\n",
      "401 this relay cannot verify Entra tokens." },
    { "ServiceBusAuthorization: eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x\r\n",
      "401 this relay cannot verify Entra tokens." },
  };

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    assert_int_equal(world_refused(w, LISTEN, cases[i].fields), 401);
    assert_non_null(strstr(w->head, cases[i].words));
    assert_int_equal(world_refused(w, CONNECT, cases[i].fields), 401);
    assert_non_null(strstr(w->head, cases[i].words));
  }
  assert_true(world_logged(w, "InvalidSasToken: sb://relay.example/hyco "));
}

/* spec hybrid-connections.md 10: "wrong signature, unknown rule, expired:
 * 401". */
static void a_wrong_signature_and_an_unknown_rule_look_alike(void **state)
{
  struct relay_world *w = *state;
  char token[1024];
  char *sig;

  assert_int_equal(status_for(w, LISTEN, "hyco", "nobody"), 401);
  assert_non_null(strstr(w->head, "401 The token has an invalid signature. "));
  world_token(w, token, "hyco", "listen", WORLD_TOKEN_S);
  sig = strstr(token, "&sig=");
  assert_non_null(sig);
  sig[5] = sig[5] == 'A' ? 'B' : 'A';
  assert_int_equal(status_with(w, LISTEN, "ServiceBusAuthorization", token),
                   401);
  assert_non_null(strstr(w->head, "401 The token has an invalid signature. "));
}

/* spec hybrid-connections.md 1.12: the service grants about five minutes;
 * 10: expired is 401. */
static void an_expired_token_has_its_grace(void **state)
{
  struct relay_world *w = *state;
  char token[1024];

  world_token(w, token, "hyco", "listen", -290);
  assert_int_equal(status_with(w, LISTEN, "ServiceBusAuthorization", token),
                   101);
  world_token(w, token, "hyco", "listen", -301);
  assert_int_equal(status_with(w, LISTEN, "ServiceBusAuthorization", token),
                   401);
  assert_non_null(strstr(w->head, "401 The token is expired. "));
}

/* spec hybrid-connections.md 1.3, and 4.3: "token lacks the right / wrong
 * path", 403 by 10. */
static void a_token_covers_what_is_below_its_resource(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *target;
    const char *path;
    int status;
  } cases[] = {
    { LISTEN, "", 101 },
    { LISTEN, "hyco", 101 },
    { LISTEN, "HYCO", 101 },
    { LISTEN, "hyc", 403 },
    { LISTEN, "hyco/deeper", 403 },
    { LISTEN, "open", 403 },
    { "/$hc/hyco/deeper?sb-hc-action=listen", "hyco", 101 },
    { "/$hc/hyco%2Fdeeper?sb-hc-action=listen", "hyco/deeper", 101 },
    { "/$hc/HYCO/deeper/?sb-hc-action=listen", "hyco/deeper", 101 },
  };

  for (size_t i = 0; i < CHECK_COUNT(cases); i++)
    assert_int_equal(status_for(w, cases[i].target, cases[i].path, "listen"),
                     cases[i].status);
  assert_true(world_logged(w, "AuthorizationFailed: "));
}

/* spec hybrid-connections.md 10: "token for another audience, or without the
 * right | 403". */
static void a_token_for_another_host_gets_403(void **state)
{
  struct relay_world *w = *state;
  struct hc_buffer token;

  hc_buffer_init(&token, 1024);
  assert_int_equal(hc_token_make(&token, hc_span_str("other.example"),
                                 hc_span_str("hyco"), hc_span_str("listen"),
                                 hc_span_str("listen-key"),
                                 hc_net_wall_s(sim_net(w->sim)) + 60),
                   0);
  assert_int_equal(
      status_with(w, LISTEN, "ServiceBusAuthorization", hc_buffer_str(&token)),
      403);
  assert_non_null(strstr(w->head, "403 The token is for another resource. "));
  hc_buffer_deinit(&token);
}

/* spec hybrid-connections.md 4.2; 4.3: "token lacks the right". */
static void each_action_needs_its_right_and_manage_has_all(void **state)
{
  struct relay_world *w = *state;

  assert_int_equal(status_for(w, LISTEN, "hyco", "send"), 403);
  assert_non_null(strstr(w->head, "403 The token lacks the right Listen. "));
  assert_int_equal(status_for(w, CONNECT, "hyco", "listen"), 403);
  assert_non_null(strstr(w->head, "403 The token lacks the right Send. "));
  assert_int_equal(status_for(w, LISTEN, "hyco", "root"), 101);
  assert_int_equal(status_for(w, CONNECT, "hyco", "root"), 404);
  assert_int_equal(status_for(w, CONNECT, "hyco", "send"), 404);
}

static void the_secondary_key_is_as_good(void **state)
{
  struct relay_world *w = *state;
  struct hc_buffer token;

  hc_buffer_init(&token, 1024);
  assert_int_equal(hc_token_make(&token, hc_span_str(WORLD_HOST),
                                 hc_span_str(""), hc_span_str("send"),
                                 hc_span_str("second-key"),
                                 hc_net_wall_s(sim_net(w->sim)) + 60),
                   0);
  assert_int_equal(
      status_with(w, CONNECT, "ServiceBusAuthorization", hc_buffer_str(&token)),
      404); /* no listener: past the token */
  hc_buffer_deinit(&token);
}

/* spec hybrid-connections.md 4.2: the listener always needs a token. */
static void an_anonymous_entity_wants_tokens_of_listeners_only(void **state)
{
  struct relay_world *w = *state;

  assert_int_equal(world_refused(w, "/$hc/open?sb-hc-action=listen", ""), 401);
  assert_int_equal(world_refused(w, "/$hc/open?sb-hc-action=connect", ""), 404);
  assert_non_null(strstr(w->head, "404 There are no listeners connected for "
                                  "the endpoint. "));
}

#define JWT "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x"

/* DESIGN section 8: an answer to who tries Entra tokens on his machine. */
static void a_jwt_passes_where_any_jwt_is_accepted(void **state)
{
  struct relay_world *w = *state;
  struct hc_relay_options options;

  world_options(&options);
  options.accept_any_jwt = true;
  options.settings.pong_interval_s = 0;
  world_start(w, &options);
  world_send_upgrade(w, &w->listener, LISTEN,
                     "Authorization: Bearer " JWT "\r\n");
  assert_int_equal(world_answer(w, &w->listener), 101);
  raw_send_frame(&w->listener, 0x81,
                 hc_span_str("{\"renewToken\":{\"token\":\"" JWT "\"}}"));
  raw_expect_silence(&w->listener, 48 * 3600 * 1000); /* for ever */
  raw_close(&w->listener, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  assert_int_equal(status_with(w, CONNECT, "ServiceBusAuthorization", JWT),
                   404);
  assert_int_equal(status_of(w, CONNECT "&sb-hc-token=" JWT, ""), 404);
  assert_int_equal(status_with(w, CONNECT, "Authorization", "Bearer x"), 401);
  assert_int_equal(status_for(w, LISTEN, "hyco", "nobody"), 401);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_TEST(a_token_may_be_in_three_places),
    WORLD_TEST(a_token_in_the_query_is_percent_encoded),
    WORLD_TEST(the_query_goes_before_the_headers),
    WORLD_TEST(a_missing_or_malformed_token_gets_401),
    WORLD_TEST(a_wrong_signature_and_an_unknown_rule_look_alike),
    WORLD_TEST(an_expired_token_has_its_grace),
    WORLD_TEST(a_token_covers_what_is_below_its_resource),
    WORLD_TEST(a_token_for_another_host_gets_403),
    WORLD_TEST(each_action_needs_its_right_and_manage_has_all),
    WORLD_TEST(the_secondary_key_is_as_good),
    WORLD_TEST(an_anonymous_entity_wants_tokens_of_listeners_only),
    WORLD_OWN_TEST(a_jwt_passes_where_any_jwt_is_accepted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
