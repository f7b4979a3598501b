/* Tests of shared access signature tokens. The signatures were computed with
 *   sr=...; printf '%s\n%s' "$sr" 1700000000 |
 *     openssl dgst -sha256 -hmac "$key" -binary | base64 */
#include "protocol/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEY "dGhlIGtleSBpcyB0ZXh0LCBub3QgYmFzZTY0IQ=="
#define HOST "contoso.servicebus.windows.net"

/* .NET's form: upper-case escapes, slash at the end, no port. */
#define DOTNET_TOKEN                                         \
  "SharedAccessSignature "                                   \
  "sr=http%3A%2F%2Fcontoso.servicebus.windows.net%2Fhyco%2F" \
  "&sig=K8hL31eDI6vvF6kqB9jx5U0e0wVlaEmD5ASkX2T45Ro%3D"      \
  "&se=1700000000&skn=RootManageSharedAccessKey"

/* As d2b and the PHP sample: lower-case escapes, no slash at the end. */
#define LOWER_TOKEN                                           \
  "SharedAccessSignature "                                    \
  "sr=http%3a%2f%2fcontoso.servicebus.windows.net%2fhyco"     \
  "&sig=N2qXCYuQGFP5aHyVGM%2FAWZEGLNhclKQ%2BqUnFtJe%2BYP4%3D" \
  "&se=1700000000&skn=RootManageSharedAccessKey"

/* As hyco-ws: the port stays. */
#define NODE_TOKEN                                              \
  "SharedAccessSignature "                                      \
  "sr=http%3A%2F%2Fcontoso.servicebus.windows.net%3A443%2Fhyco" \
  "&sig=ZgIgZtsS%2B7uyTPJYdcq1kldrdzumOf0dA584cTw4Fek%3D"       \
  "&se=1700000000&skn=send"

static void assert_span(struct hc_span span, const char *expected)
{
  assert_int_equal(span.len, strlen(expected));
  assert_memory_equal(span.ptr, expected, span.len);
}

static struct hc_token parse(const char *text)
{
  struct hc_token token;
  struct hc_fault fault = { 0 };
  int rc = hc_token_parse(hc_span_str(text), &token, &fault);

  if (rc != 0)
    print_error("%s: %s\n", text, fault.text);
  assert_int_equal(rc, 0);
  return token;
}

static int make(struct hc_buffer *out, const char *host, const char *path,
                const char *key_name, const char *key, int64_t expiry)
{
  hc_buffer_init(out, HC_TOKEN_MAX);
  return hc_token_make(out, hc_span_str(host), hc_span_str(path),
                       hc_span_str(key_name), hc_span_str(key), expiry);
}

static void our_token_is_that_of_dotnet(void **state)
{
  (void)state;
  struct hc_buffer out;
  static const char *const paths[] = { "hyco", "hyco/" };

  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(make(&out, "Contoso.ServiceBus.Windows.NET", paths[i],
                          "RootManageSharedAccessKey", KEY, 1700000000),
                     0);
    assert_string_equal(hc_buffer_str(&out), DOTNET_TOKEN);
    hc_buffer_deinit(&out);
  }
}

static void a_token_for_a_namespace_and_an_ipv6_host_is_made(void **state)
{
  (void)state;
  struct hc_buffer out;

  assert_int_equal(make(&out, "::1", "", "a b+c/", KEY, 1700000000), 0);
  assert_string_equal(hc_buffer_str(&out),
                      "SharedAccessSignature sr=http%3A%2F%2F%5B%3A%3A1%5D%2F"
                      "&sig=GiZ7xTSCXL6VEAOnuIza8G5EHhECUT9PUhClFzFVeu8%3D"
                      "&se=1700000000&skn=a%20b%2Bc%2F");
  struct hc_token token = parse(hc_buffer_str(&out));
  assert_true(hc_token_is_signed_by(&token, hc_span_str(KEY)));
  assert_true(
      hc_token_covers(&token, hc_span_str("::1"), hc_span_str("any/thing")));
  assert_true(hc_token_is_by_rule(&token, "a b+c/"));
  hc_buffer_deinit(&out);
}

static void what_cannot_be_in_a_token_is_refused(void **state)
{
  (void)state;
  struct hc_buffer out;
  static char longest[HC_KEY_MAX + 2];
  memset(longest, 'k', HC_KEY_MAX + 1);

  assert_int_equal(make(&out, "", "p", "n", "k", 1), HYCO_EBADVALUE);
  assert_int_equal(make(&out, longest, "p", "n", "k", 1), HYCO_EBADVALUE);
  assert_int_equal(make(&out, "h", "p", "", "k", 1), HYCO_EBADVALUE);
  assert_int_equal(make(&out, "h", "p", "n", "", 1), HYCO_EBADVALUE);
  assert_int_equal(make(&out, "h", "p", "n", "k", -1), HYCO_EBADVALUE);
  assert_int_equal(hc_buffer_len(&out), 0);
}

/* Spec hybrid-connections.md 1.3: ".NET caps both at 256 characters". */
static void a_key_and_its_name_have_at_most_256_bytes(void **state)
{
  (void)state;
  struct hc_buffer out;
  char text[HC_KEY_MAX + 2] = { 0 };

  memset(text, 'k', HC_KEY_MAX + 1);
  assert_int_equal(make(&out, "h", "p", text, "k", 1), HYCO_EBADVALUE);
  assert_int_equal(make(&out, "h", "p", "n", text, 1), HYCO_EBADVALUE);
  text[HC_KEY_MAX] = '\0';
  assert_int_equal(make(&out, "h", "p", text, text, 1), 0);
  struct hc_token token = parse(hc_buffer_str(&out));
  assert_true(hc_token_is_signed_by(&token, hc_span_str(text)));
  assert_true(hc_token_is_by_rule(&token, text));
  hc_buffer_deinit(&out);
}

static void a_token_longer_than_the_limit_is_not_made(void **state)
{
  (void)state;
  struct hc_buffer out;
  static char path[HC_TOKEN_MAX + 1];

  memset(path, 'p', HC_TOKEN_MAX);
  assert_int_equal(make(&out, "h", path, "n", "k", 1), HYCO_ETOOLONG);
  path[HC_TOKEN_MAX - 40] = '\0'; /* sr fits, sig does not */
  assert_int_equal(make(&out, "h", path, "n", "k", 1), HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
  hc_buffer_init(&out, 20);
  assert_int_equal(hc_token_make(&out, hc_span_str("h"), hc_span_str("p"),
                                 hc_span_str("n"), hc_span_str("k"), 1),
                   HYCO_ETOOLONG);
  assert_int_equal(hc_buffer_len(&out), 0);
}

static void a_token_is_taken_apart(void **state)
{
  (void)state;
  struct hc_token token = parse(DOTNET_TOKEN);

  assert_span(token.resource,
              "http%3A%2F%2Fcontoso.servicebus.windows.net%2Fhyco%2F");
  assert_span(token.signature,
              "K8hL31eDI6vvF6kqB9jx5U0e0wVlaEmD5ASkX2T45Ro%3D");
  assert_int_equal(token.expiry, 1700000000);
  assert_span(token.expiry_text, "1700000000");
  assert_span(token.key_name, "RootManageSharedAccessKey");
}

/* Spec hybrid-connections.md 1.3: "Field order is not fixed; unknown fields can
 * be ignored; all four fields are required". */
static void fields_come_in_any_order_and_others_are_ignored(void **state)
{
  (void)state;
  struct hc_token token =
      parse("sharedaccesssignature  skn=n&x=1&se=5&&y&sig=a=&sr=u ");

  assert_span(token.resource, "u");
  assert_span(token.signature, "a=");
  assert_span(token.key_name, "n");
  assert_int_equal(token.expiry, 5);
}

static void what_is_not_a_whole_token_is_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {
    "",
    "SharedAccessSignature",
    "SharedAccessSignature ",
    "sr=u&sig=s&se=1&skn=n",
    "SharedAccessSignaturesr=u&sig=s&se=1&skn=n",
    "Bearer sr=u&sig=s&se=1&skn=n",
    "SharedAccessSignature sig=s&se=1&skn=n",
    "SharedAccessSignature sr=u&se=1&skn=n",
    "SharedAccessSignature sr=u&sig=s&skn=n",
    "SharedAccessSignature sr=u&sig=s&se=1",
    "SharedAccessSignature sr=&sig=s&se=1&skn=n",
    "SharedAccessSignature sr=u&sig=&se=1&skn=n",
    "SharedAccessSignature sr=u&sig=s&se=&skn=n",
    "SharedAccessSignature sr=u&sig=s&se=1&skn=",
    "SharedAccessSignature sr&sig=s&se=1&skn=n",
    "SharedAccessSignature sr=u&sr=u&sig=s&se=1&skn=n",
    "SharedAccessSignature sr=u&sig=s&sig=s&se=1&skn=n",
    "SharedAccessSignature sr=u&sig=s&se=1&se=1&skn=n",
    "SharedAccessSignature sr=u&sig=s&se=1&skn=n&skn=n",
    "SharedAccessSignature SR=u&sig=s&se=1&skn=n",
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct hc_token token;
    struct hc_fault fault = { 0 };
    int rc = hc_token_parse(hc_span_str(bad[i]), &token, &fault);
    if (rc != HYCO_EBADVALUE)
      print_error("%s\n", bad[i]);
    assert_int_equal(rc, HYCO_EBADVALUE);
    assert_true(fault.text[0] != '\0');
  }
}

static void an_expiry_is_a_number_within_64_bits(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int rc;
    int64_t value;
  } cases[] = {
    { "0", 0, 0 },
    { "9223372036854775807", 0, INT64_MAX },
    { "9223372036854775808", HYCO_EBADVALUE, 0 },
    { "99999999999999999999999999", HYCO_EBADVALUE, 0 },
    { "-1", HYCO_EBADVALUE, 0 },
    { "+1", HYCO_EBADVALUE, 0 },
    { "1.5", HYCO_EBADVALUE, 0 },
    { "1 ", HYCO_EBADVALUE, 0 },
    { "%31", HYCO_EBADVALUE, 0 },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char text[100];
    struct hc_token token;
    snprintf(text, sizeof(text), "SharedAccessSignature sr=u&sig=s&se=%s&skn=n",
             cases[i].text);
    assert_int_equal(hc_token_parse(hc_span_str(text), &token, NULL),
                     cases[i].rc);
    if (cases[i].rc == 0)
      assert_int_equal(token.expiry, cases[i].value);
  }
}

static void a_token_of_the_limit_is_read_and_no_longer_one(void **state)
{
  (void)state;
  static char text[HC_TOKEN_MAX + 1];
  struct hc_token token;
  int n = snprintf(text, sizeof(text),
                   "SharedAccessSignature sr=u&sig=s&se=1&skn=");

  memset(text + n, 'n', sizeof(text) - (size_t)n);
  assert_int_equal(hc_token_parse(hc_span_of(text, HC_TOKEN_MAX), &token, NULL),
                   0);
  assert_int_equal(
      hc_token_parse(hc_span_of(text, HC_TOKEN_MAX + 1), &token, NULL),
      HYCO_EBADVALUE);
}

static void a_fault_does_not_quote_the_signature(void **state)
{
  (void)state;
  static const char *const bad[] = {
    "SharedAccessSignature sig=SECRET&sig=SECRET&sr=u&se=1&skn=n",
    "SharedAccessSignature sig=SECRET&se=1&skn=n",
    "SharedAccessSignature sig=SECRET&sr=u&se=x&skn=n",
    "SECRET",
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct hc_token token;
    struct hc_fault fault;
    assert_int_equal(hc_token_parse(hc_span_str(bad[i]), &token, &fault),
                     HYCO_EBADVALUE);
    assert_null(strstr(fault.text, "SECRET"));
  }
}

/* Spec hybrid-connections.md 1.3: "Verify the HMAC over the raw, still-encoded
 * sr text found in the token. Do not decode and re-encode". */
static void tokens_of_all_clients_verify(void **state)
{
  (void)state;
  static const char *const texts[] = { DOTNET_TOKEN, LOWER_TOKEN, NODE_TOKEN };

  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    struct hc_token token = parse(texts[i]);
    assert_true(hc_token_is_signed_by(&token, hc_span_str(KEY)));
    assert_true(
        hc_token_covers(&token, hc_span_str(HOST), hc_span_str("hyco")));
  }
}

static void a_signature_may_stand_unencoded(void **state)
{
  (void)state;
  struct hc_token token =
      parse("SharedAccessSignature "
            "sr=http%3a%2f%2fcontoso.servicebus.windows.net%2fhyco"
            "&sig=N2qXCYuQGFP5aHyVGM/AWZEGLNhclKQ+qUnFtJe+YP4="
            "&se=1700000000&skn=n");

  assert_true(hc_token_is_signed_by(&token, hc_span_str(KEY)));
}

static void a_changed_token_does_not_verify(void **state)
{
  (void)state;
  struct hc_token token = parse(DOTNET_TOKEN);
  struct hc_token changed = token;
  char signature[100];

  assert_false(hc_token_is_signed_by(&token, hc_span_str("another key")));
  assert_false(hc_token_is_signed_by(&token, hc_span_str("")));
  changed.expiry_text = hc_span_str("1700000001");
  assert_false(hc_token_is_signed_by(&changed, hc_span_str(KEY)));
  changed = token;
  changed.resource =
      hc_span_str("http%3a%2F%2Fcontoso.servicebus.windows.net%2Fhyco%2F");
  assert_false(hc_token_is_signed_by(&changed, hc_span_str(KEY)));

  changed = token;
  for (size_t i = 0; i < token.signature.len; i++) {
    memcpy(signature, token.signature.ptr, token.signature.len);
    signature[i] ^= 1;
    changed.signature = hc_span_of(signature, token.signature.len);
    assert_false(hc_token_is_signed_by(&changed, hc_span_str(KEY)));
    changed.signature.len = i;
    assert_false(hc_token_is_signed_by(&changed, hc_span_str(KEY)));
  }
}

static void a_signature_longer_than_one_does_not_verify(void **state)
{
  (void)state;
  struct hc_token token = parse(DOTNET_TOKEN);
  static char text[2 * HC_TOKEN_MAX];

  memset(text, 'a', sizeof(text));
  token.signature = hc_span_of(text, sizeof(text));
  assert_false(hc_token_is_signed_by(&token, hc_span_str(KEY)));
  token = parse(DOTNET_TOKEN);
  token.resource = hc_span_of(text, sizeof(text));
  assert_false(hc_token_is_signed_by(&token, hc_span_str(KEY)));
}

/* Spec hybrid-connections.md 1.3: "ignore scheme and port; compare host
 * case-insensitively; drop a trailing slash; accept if the decoded path is
 * empty or is a segment prefix of the requested path, case-insensitively". */
static void a_token_covers_what_its_resource_is_a_prefix_of(void **state)
{
  (void)state;
  static const struct {
    const char *resource;
    const char *path;
    bool covers;
  } cases[] = {
    { "http%3A%2F%2Fns.x%2Fa%2F", "a", true },
    { "http%3a%2f%2fns.x%2fa", "/a", true },
    { "http://ns.x/a", "a/", true },
    { "http://ns.x/a", "a/b/c", true },
    { "http://ns.x/a/b", "a/b", true },
    { "http://ns.x/a/b", "a", false },
    { "http://ns.x/a", "ab", false },
    { "http://ns.x/a", "b/a", false },
    { "http://ns.x/a", "", false },
    { "http://ns.x/", "a", true },
    { "http://ns.x", "a/b", true },
    { "http://ns.x", "", true },
    { "sb://ns.x/a", "a", true },
    { "https://ns.x/a", "a", true },
    { "http://ns.x:443/a", "a", true },
    { "http://ns.x:8443", "a", true },
    { "http://NS.X/A", "a", true },
    { "http://ns.x/a", "A/B", true },
    { "http://ns.x//a//", "a", true },
    { "http://ns.x/$hc/a", "a", true },
    { "http%3A%2F%2Fns.x%2F%24hc%2Fa", "/a/b", true },
    { "http://ns.x/$hc/a", "b", false },
    { "http://ns.x/$hc", "a", false },
    { "http://ns.x/a%2520b", "a%20b", true },
    { "http://other.x/a", "a", false },
    { "http://ns.x.evil/a", "a", false },
    { "http://ns/a", "a", false },
    { "http:///a", "a", false },
    { "ns.x/a", "a", false },
    { "http:/ns.x/a", "a", false },
    { "http:", "a", false },
    { "http://ns.x/%", "a", false },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct hc_token token = { .resource = hc_span_str(cases[i].resource) };
    bool covers = hc_token_covers(&token, hc_span_str("ns.X"),
                                  hc_span_str(cases[i].path));
    if (covers != cases[i].covers)
      print_error("%s %s\n", cases[i].resource, cases[i].path);
    assert_int_equal(covers, cases[i].covers);
  }
}

static void an_ipv6_resource_covers_its_host(void **state)
{
  (void)state;
  struct hc_token token = { .resource = hc_span_str("http://[::1]:443/a") };

  assert_true(hc_token_covers(&token, hc_span_str("::1"), hc_span_str("a")));
  assert_false(hc_token_covers(&token, hc_span_str("::2"), hc_span_str("a")));
}

static void a_rule_is_named_exactly(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *name;
    bool is_same;
  } cases[] = {
    { "send", "send", true },   { "send", "Send", false },
    { "send", "sen", false },   { "send", "send1", false },
    { "s%65nd", "send", true }, { "a%20b", "a b", true },
    { "a+b", "a b", true },     { "a+b", "a+b", true },
    { "a%2Bb", "a+b", true },   { "a%2Bb", "a b", false },
    { "100%", "100%", true },   { "a%00b", "a", false },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct hc_token token = { .key_name = hc_span_str(cases[i].text) };
    assert_int_equal(hc_token_is_by_rule(&token, cases[i].name),
                     cases[i].is_same);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(our_token_is_that_of_dotnet),
    cmocka_unit_test(a_token_for_a_namespace_and_an_ipv6_host_is_made),
    cmocka_unit_test(what_cannot_be_in_a_token_is_refused),
    cmocka_unit_test(a_key_and_its_name_have_at_most_256_bytes),
    cmocka_unit_test(a_token_longer_than_the_limit_is_not_made),
    cmocka_unit_test(a_token_is_taken_apart),
    cmocka_unit_test(fields_come_in_any_order_and_others_are_ignored),
    cmocka_unit_test(what_is_not_a_whole_token_is_refused),
    cmocka_unit_test(an_expiry_is_a_number_within_64_bits),
    cmocka_unit_test(a_token_of_the_limit_is_read_and_no_longer_one),
    cmocka_unit_test(a_fault_does_not_quote_the_signature),
    cmocka_unit_test(tokens_of_all_clients_verify),
    cmocka_unit_test(a_signature_may_stand_unencoded),
    cmocka_unit_test(a_changed_token_does_not_verify),
    cmocka_unit_test(a_signature_longer_than_one_does_not_verify),
    cmocka_unit_test(a_token_covers_what_its_resource_is_a_prefix_of),
    cmocka_unit_test(an_ipv6_resource_covers_its_host),
    cmocka_unit_test(a_rule_is_named_exactly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
