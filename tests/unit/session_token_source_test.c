/* session/token_source.h: which token is used, and when it is renewed. */
#include "support/alloc_trap.h"
#include "support/check.h"

#include "protocol/token.h"
#include "session/token_source.h"
#include "sim_net.h"
#include <string.h>

enum { NOW_S = 1700000000 };

static int no_set(void *owner, int id, hyco_property p,
                  const struct hc_value *value, struct hc_fault *fault)
{
  (void)owner, (void)id, (void)p, (void)value, (void)fault;
  return HC_SURFACE_STORED;
}

static int no_get(void *owner, int id, hyco_property p, struct hc_value *value,
                  struct hc_fault *fault)
{
  (void)owner, (void)id, (void)p, (void)value, (void)fault;
  return HC_SURFACE_STORED;
}

static bool always_idle(const void *owner)
{
  (void)owner;
  return true;
}

struct fixture {
  struct sim *sim;
  struct hc_token_source source;
  hyco_token_request *request; /* what the provider was asked */
  int answers;
  char answer[64];
  int64_t answer_expiry;
  struct hc_surface surface;
  struct hc_endpoint endpoint;
  struct hc_buffer token;
  int64_t expiry;
  struct hc_fault fault;
};

static void set(struct fixture *f, hyco_property p, const char *value)
{
  assert_int_equal(hc_surface_set_text(&f->surface, 0, p, value), 0);
}

static void set_number(struct fixture *f, hyco_property p, int64_t value)
{
  assert_int_equal(hc_surface_set_number(&f->surface, 0, p, value), 0);
}

static void note_token(void *user_data, struct hc_span token, int64_t expiry)
{
  struct fixture *f = user_data;
  f->answers++;
  (void)snprintf(f->answer, sizeof f->answer, "%.*s", (int)token.len,
                 (const char *)token.ptr);
  f->answer_expiry = expiry;
}

static void note_request(hyco_token_request *request, const char *scope,
                         void *user_data)
{
  struct fixture *f = user_data;
  assert_string_equal(scope, "https://relay.azure.net/.default");
  f->request = request;
}

static int setup(void **state)
{
  static const struct hc_surface_ops ops = { no_set, no_get, always_idle };
  static struct fixture f;
  memset(&f, 0, sizeof f);
  hc_surface_init(&f.surface, &ops, NULL, HYCO_SCOPE_RECEIVER);
  f.sim = sim_new(1);
  sim_jump_wall(f.sim, NOW_S - hc_net_wall_s(sim_net(f.sim)));
  hc_token_source_init(&f.source, sim_net(f.sim), &f.surface.props, note_token,
                       &f);
  hc_buffer_init(&f.token, HC_TOKEN_MAX);
  set(&f, HYCO_NAMESPACE_ADDRESS, "NS.Example:8443");
  set(&f, HYCO_HYBRID_CONNECTION, "hyco/a?b");
  assert_int_equal(hc_endpoint_read(&f.surface.props, &f.endpoint, NULL), 0);
  *state = &f;
  return 0;
}

static int teardown(void **state)
{
  struct fixture *f = *state;
  hc_token_source_cancel(&f->source);
  sim_free(f->sim);
  hc_surface_deinit(&f->surface);
  hc_buffer_deinit(&f->token);
  return 0;
}

static int get(struct fixture *f)
{
  hc_buffer_clear(&f->token);
  return hc_token_source_get(&f->source, &f->endpoint, &f->token, &f->expiry,
                             &f->fault);
}

/* DESIGN section 8: our sr is http://host/path/, no port, host lower case. */
static void keys_make_a_token_for_the_entity(void **state)
{
  struct fixture *f = *state;
  struct hc_token token;
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  set(f, HYCO_ACCESS_KEY, "key");
  set_number(f, HYCO_TOKEN_VALIDITY, 600);
  assert_int_equal(get(f), 0);
  assert_true(f->expiry == NOW_S + 600);
  assert_int_equal(hc_token_parse(hc_buffer_span(&f->token), &token, NULL), 0);
  check_span(token.resource, "http%3A%2F%2Fns.example%2Fhyco%2Fa%2F");
  check_span(token.key_name, "rule");
  assert_true(token.expiry == NOW_S + 600);
  assert_true(hc_token_is_signed_by(&token, hc_span_str("key")));
}

/* What is escaped in hybrid_connection is escaped once, not twice, in sr. */
static void escapes_of_the_entity_are_not_escaped_again(void **state)
{
  struct fixture *f = *state;
  struct hc_token token;
  set(f, HYCO_HYBRID_CONNECTION, "my%20hyco");
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  set(f, HYCO_ACCESS_KEY, "key");
  assert_int_equal(hc_endpoint_read(&f->surface.props, &f->endpoint, &f->fault),
                   0);
  assert_int_equal(get(f), 0);
  assert_int_equal(hc_token_parse(hc_buffer_span(&f->token), &token, NULL), 0);
  assert_true(hc_token_covers(&token, hc_span_str("ns.example"),
                              hc_span_str("my hyco")));
}

static void a_broken_escape_in_the_entity_gives_no_token(void **state)
{
  struct fixture *f = *state;
  set(f, HYCO_HYBRID_CONNECTION, "hyco%2");
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  set(f, HYCO_ACCESS_KEY, "key");
  assert_int_equal(hc_endpoint_read(&f->surface.props, &f->endpoint, &f->fault),
                   0);
  assert_int_equal(get(f), HYCO_EBADURL);
}

static void a_ready_token_goes_out_as_it_is(void **state)
{
  struct fixture *f = *state;
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  set(f, HYCO_ACCESS_KEY, "key");
  set(f, HYCO_SHARED_ACCESS_SIGNATURE, "SharedAccessSignature  any&thing=");
  assert_int_equal(get(f), 0);
  assert_string_equal(hc_buffer_str(&f->token),
                      "SharedAccessSignature  any&thing=");
  assert_true(f->expiry == 0); /* it cannot be renewed */
}

/* Whoever asked tells the application what the fault says. */
static void a_ready_token_without_memory_is_an_error_that_says_so(void **state)
{
  struct fixture *f = *state;
  set(f, HYCO_SHARED_ACCESS_SIGNATURE, "ready");
  alloc_trap_set(0);
  assert_int_equal(get(f), HYCO_ENOMEM);
  assert_true(alloc_trap_clear());
  assert_int_equal(f->fault.code, HYCO_ENOMEM);
}

static void without_anything_there_is_no_token(void **state)
{
  struct fixture *f = *state;
  assert_int_equal(get(f), 0);
  assert_int_equal(hc_buffer_len(&f->token), 0);
  assert_true(f->expiry == 0);
}

static void half_of_a_key_is_not_enough(void **state)
{
  struct fixture *f = *state;
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  assert_int_equal(get(f), HYCO_EMISSING);
  assert_string_equal(f->fault.text, "access_key_name and access_key go "
                                     "together: access_key is not set");
  set(f, HYCO_ACCESS_KEY_NAME, "");
  set(f, HYCO_ACCESS_KEY, "s3cret");
  assert_int_equal(get(f), HYCO_EMISSING);
  assert_string_equal(f->fault.text, "access_key_name and access_key go "
                                     "together: access_key_name is not set");
  assert_int_equal(hc_buffer_len(&f->token), 0);
}

static void a_buffer_that_is_too_small_gives_no_token(void **state)
{
  struct fixture *f = *state;
  struct hc_buffer small;
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  set(f, HYCO_ACCESS_KEY, "s3cret");
  hc_buffer_init(&small, 50);
  assert_int_equal(hc_token_source_get(&f->source, &f->endpoint, &small,
                                       &f->expiry, &f->fault),
                   HYCO_ETOOLONG);
  assert_non_null(strstr(f->fault.text, "no token can be made"));
  assert_null(strstr(f->fault.text, "s3cret"));
  hc_buffer_deinit(&small);
}

/* DESIGN section 8: renew when min(AutoRenewThreshold, half of the validity) or
 * less remains. */
static void a_token_is_due_at_the_threshold_or_at_half_its_life(void **state)
{
  struct fixture *f = *state;
  static const struct {
    int64_t validity;
    int64_t threshold;
    int64_t due_at; /* seconds that remain */
  } cases[] = {
    { 3600, 300, 300 }, { 600, 300, 300 }, { 599, 300, 299 },
    { 10, 300, 5 },     { 3600, 1, 1 },    { 31536000, 31536000, 15768000 },
  };
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    int64_t end_s = NOW_S + cases[i].validity;
    const struct hc_properties *props = &f->surface.props;
    struct hc_token_life life = { NOW_S, end_s };
    int64_t due_s = end_s - cases[i].due_at;
    set_number(f, HYCO_AUTO_RENEW_THRESHOLD, cases[i].threshold);
    assert_false(hc_token_life_is_due(&life, props, NOW_S));
    assert_false(hc_token_life_is_due(&life, props, due_s - 1));
    assert_true(hc_token_life_is_due(&life, props, due_s));
    assert_true(hc_token_life_is_due(&life, props, end_s + 1));
  }
}

static void a_token_that_cannot_be_renewed_is_never_due(void **state)
{
  struct fixture *f = *state;
  struct hc_token_life life = { NOW_S, 0 };
  assert_false(hc_token_life_is_due(&life, &f->surface.props, NOW_S));
  assert_int_equal(hc_token_life_check_ms(&life), HC_RENEW_CHECK_MS);
}

static void a_short_life_is_looked_at_more_often(void **state)
{
  struct hc_token_life life = { NOW_S, NOW_S + 10 };
  (void)state;
  assert_int_equal(hc_token_life_check_ms(&life), 2500);
  life.expiry = NOW_S + 1;
  assert_int_equal(hc_token_life_check_ms(&life), 1000);
  life.expiry = NOW_S + 3600;
  assert_int_equal(hc_token_life_check_ms(&life), HC_RENEW_CHECK_MS);
}

/* A provider's number is anybody's: nothing overflows. */
static void any_expiry_will_do(void **state)
{
  struct fixture *f = *state;
  const struct hc_properties *props = &f->surface.props;
  struct hc_token_life life = { NOW_S, INT64_MAX };
  assert_int_equal(hc_token_life_check_ms(&life), HC_RENEW_CHECK_MS);
  assert_false(hc_token_life_is_due(&life, props, NOW_S));
  life.expiry = INT64_MIN;
  assert_int_equal(hc_token_life_check_ms(&life), 1000);
  assert_true(hc_token_life_is_due(&life, props, NOW_S));
}

static void ask(struct fixture *f)
{
  f->source.provider = note_request;
  f->source.provider_data = f;
  set(f, HYCO_SHARED_ACCESS_SIGNATURE, "ready"); /* the provider wins */
  f->request = NULL;
  assert_int_equal(get(f), 1);
  assert_null(f->request);
  assert_true(hc_token_source_is_pending(&f->source));
  sim_run(f->sim, 0);
  assert_non_null(f->request);
  assert_true(hc_token_source_is_pending(&f->source));
}

static void a_provider_answers_from_the_loop(void **state)
{
  struct fixture *f = *state;
  ask(f);
  assert_int_equal(hyco_token_supply(f->request, "jwt", NOW_S + 60), 0);
  assert_int_equal(f->answers, 0);
  sim_run(f->sim, 0);
  assert_int_equal(f->answers, 1);
  assert_string_equal(f->answer, "jwt");
  assert_true(f->answer_expiry == NOW_S + 60);
  assert_false(hc_token_source_is_pending(&f->source));
}

static void a_provider_is_not_asked_for_who_has_left(void **state)
{
  struct fixture *f = *state;
  f->source.provider = note_request;
  f->source.provider_data = f;
  assert_int_equal(get(f), 1);
  hc_token_source_cancel(&f->source);
  sim_run(f->sim, 0);
  assert_null(f->request);
  assert_int_equal(f->answers, 0);
}

static void a_provider_that_was_taken_away_gives_none(void **state)
{
  struct fixture *f = *state;
  f->source.provider = note_request;
  assert_int_equal(get(f), 1);
  f->source.provider = NULL;
  sim_run(f->sim, 0);
  assert_int_equal(f->answers, 1);
  assert_string_equal(f->answer, "");
}

static void a_token_of_unknown_end_counts_as_good_for_an_hour(void **state)
{
  struct fixture *f = *state;
  ask(f);
  assert_int_equal(hyco_token_supply(f->request, "jwt", 0), 0);
  sim_run(f->sim, 0);
  assert_true(f->answer_expiry == NOW_S + HC_PROVIDED_VALIDITY_S);
}

static void a_token_without_memory_for_it_is_told_as_none(void **state)
{
  struct fixture *f = *state;
  ask(f);
  alloc_trap_set(0);
  assert_int_equal(hyco_token_supply(f->request, "jwt", 0), HYCO_ENOMEM);
  assert_true(alloc_trap_clear());
  sim_run(f->sim, 0);
  assert_int_equal(f->answers, 1);
  assert_string_equal(f->answer, "");
}

static void no_token_and_a_bad_one_are_told_as_none(void **state)
{
  struct fixture *f = *state;
  static const char *const answers[] = { NULL, "", "a\r\nX: y", " a" };
  for (size_t i = 0; i < CHECK_COUNT(answers); i++) {
    ask(f);
    assert_int_equal(hyco_token_supply(f->request, answers[i], NOW_S + 60),
                     answers[i] == NULL ? 0 : HYCO_EBADVALUE);
    sim_run(f->sim, 0);
    assert_int_equal(f->answers, i + 1);
    assert_string_equal(f->answer, "");
  }
}

static void an_answer_that_nobody_waits_for_is_dropped(void **state)
{
  struct fixture *f = *state;
  ask(f);
  hc_token_source_cancel(&f->source);
  assert_int_equal(hyco_token_supply(f->request, "late", 0), 0);
  ask(f);
  assert_int_equal(hyco_token_supply(f->request, "jwt", 0), 0);
  hc_token_source_cancel(&f->source);
  sim_run(f->sim, 0);
  assert_int_equal(f->answers, 0);
}

static void access_token_is_a_fresh_one_whatever_else_is_set(void **state)
{
  struct fixture *f = *state;
  struct hc_value value = { 0 };
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  set(f, HYCO_ACCESS_KEY, "key");
  set(f, HYCO_SHARED_ACCESS_SIGNATURE, "ready");
  assert_int_equal(hc_token_source_read_row(&f->surface, NOW_S, &value), 0);
  assert_non_null(strstr(value.text, "&se=1700003600&skn=rule"));
  assert_int_equal(hc_token_source_read_row(&f->surface, NOW_S + 1, &value), 0);
  assert_non_null(strstr(value.text, "&se=1700003601&skn=rule"));
}

static void access_token_needs_names_and_keys(void **state)
{
  struct fixture *f = *state;
  struct hc_value value = { 0 };
  assert_int_equal(hc_token_source_read_row(&f->surface, NOW_S, &value),
                   HYCO_EMISSING);
  set(f, HYCO_ACCESS_KEY_NAME, "rule");
  set(f, HYCO_ACCESS_KEY, "key");
  set(f, HYCO_HYBRID_CONNECTION, "");
  assert_int_equal(hc_token_source_read_row(&f->surface, NOW_S, &value),
                   HYCO_EMISSING);
  assert_string_equal(f->surface.fault.text, "hybrid_connection is not set");
}

#define TOKEN_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TOKEN_TEST(keys_make_a_token_for_the_entity),
    TOKEN_TEST(escapes_of_the_entity_are_not_escaped_again),
    TOKEN_TEST(a_broken_escape_in_the_entity_gives_no_token),
    TOKEN_TEST(a_ready_token_goes_out_as_it_is),
    TOKEN_TEST(a_ready_token_without_memory_is_an_error_that_says_so),
    TOKEN_TEST(without_anything_there_is_no_token),
    TOKEN_TEST(half_of_a_key_is_not_enough),
    TOKEN_TEST(a_buffer_that_is_too_small_gives_no_token),
    TOKEN_TEST(a_token_is_due_at_the_threshold_or_at_half_its_life),
    TOKEN_TEST(a_token_that_cannot_be_renewed_is_never_due),
    TOKEN_TEST(a_short_life_is_looked_at_more_often),
    TOKEN_TEST(any_expiry_will_do),
    TOKEN_TEST(a_provider_answers_from_the_loop),
    TOKEN_TEST(a_provider_is_not_asked_for_who_has_left),
    TOKEN_TEST(a_provider_that_was_taken_away_gives_none),
    TOKEN_TEST(a_token_of_unknown_end_counts_as_good_for_an_hour),
    TOKEN_TEST(a_token_without_memory_for_it_is_told_as_none),
    TOKEN_TEST(no_token_and_a_bad_one_are_told_as_none),
    TOKEN_TEST(an_answer_that_nobody_waits_for_is_dropped),
    TOKEN_TEST(access_token_is_a_fresh_one_whatever_else_is_set),
    TOKEN_TEST(access_token_needs_names_and_keys),
  };
  return cmocka_run_group_tests_name("session_token_source", tests, NULL, NULL);
}
