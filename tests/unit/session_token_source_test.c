/* session/token_source.h: which token is used, and when it is renewed. */
#include "support/check.h"

#include "protocol/token.h"
#include "session/token_source.h"
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

static int setup(void **state)
{
  static const struct hc_surface_ops ops = { no_set, no_get, always_idle };
  static struct fixture f;
  memset(&f, 0, sizeof f);
  hc_surface_init(&f.surface, &ops, NULL, HYCO_SCOPE_RECEIVER);
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
  hc_surface_deinit(&f->surface);
  hc_buffer_deinit(&f->token);
  return 0;
}

static int get(struct fixture *f)
{
  hc_buffer_clear(&f->token);
  return hc_token_source_get(&f->surface.props, &f->endpoint, NOW_S, &f->token,
                             &f->expiry, &f->fault);
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
  assert_int_equal(hc_token_source_get(&f->surface.props, &f->endpoint, NOW_S,
                                       &small, &f->expiry, &f->fault),
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
    set_number(f, HYCO_TOKEN_VALIDITY, cases[i].validity);
    set_number(f, HYCO_AUTO_RENEW_THRESHOLD, cases[i].threshold);
    assert_false(hc_token_source_is_due(props, end_s, NOW_S));
    assert_false(
        hc_token_source_is_due(props, end_s, end_s - cases[i].due_at - 1));
    assert_true(hc_token_source_is_due(props, end_s, end_s - cases[i].due_at));
    assert_true(hc_token_source_is_due(props, end_s, end_s + 1));
  }
}

static void a_token_that_cannot_be_renewed_is_never_due(void **state)
{
  struct fixture *f = *state;
  assert_false(hc_token_source_is_due(&f->surface.props, 0, NOW_S));
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
    TOKEN_TEST(without_anything_there_is_no_token),
    TOKEN_TEST(half_of_a_key_is_not_enough),
    TOKEN_TEST(a_buffer_that_is_too_small_gives_no_token),
    TOKEN_TEST(a_token_is_due_at_the_threshold_or_at_half_its_life),
    TOKEN_TEST(a_token_that_cannot_be_renewed_is_never_due),
    TOKEN_TEST(access_token_is_a_fresh_one_whatever_else_is_set),
    TOKEN_TEST(access_token_needs_names_and_keys),
  };
  return cmocka_run_group_tests_name("session_token_source", tests, NULL, NULL);
}
