/* Paths and queries as the service re-encodes them (spec hybrid-connections.md
 * 1.1 and the table of the .NET test QueryString, 6.1). */
#include "support/check.h"
#include "support/relay_world.h"

#include "relay/recode.h"

static void what_a_url_may_not_hold_is_escaped(void **state)
{
  static const struct {
    const char *text;
    const char *recoded;
  } cases[] = {
    { "", "" },
    { "&&&", "&&&" },
    { "a=1&a=2&", "a=1&a=2&" },
    { "+", "+" },
    { "%2B", "%2B" },
    { "%20", "%20" },
    { "%2f%3a%3d%26", "%2f%3a%3d%26" },
    { "key='value'", "key='value'" },
    { "key=\"value\"", "key=%22value%22" },
    { "key=<value>", "key=%3Cvalue%3E" },
    { "name=%C3%b8", "name=%C3%B8" },
    { "name=%c3%B8%ff", "name=%C3%B8%FF" },
    { "name=\xc3\xb8", "name=%C3%B8" },
    { "a\\b^c`d{e|f}", "a%5Cb%5Ec%60d%7Be%7Cf%7D" },
    { ":/?#[]@!$&'()*+,;=-._~", ":/?#[]@!$&'()*+,;=-._~" },
    { "100%", "100%25" },
    { "%4", "%254" },
    { "%zz%", "%25zz%25" },
    { "a b", "a%20b" },
  };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_buffer out;
    hc_buffer_init(&out, 256);
    assert_int_equal(hc_relay_recode(&out, hc_span_str(cases[i].text)), 0);
    assert_string_equal(hc_buffer_str(&out), cases[i].recoded);
    hc_buffer_deinit(&out);
  }
}

static void what_does_not_fit_is_too_long(void **state)
{
  struct hc_buffer out;

  (void)state;
  hc_buffer_init(&out, 4);
  assert_int_equal(hc_relay_recode(&out, hc_span_str("ab<")), HYCO_ETOOLONG);
  hc_buffer_deinit(&out);
}

/* What of the table can stand in a request line: blanks and bytes above 0x7f
 * cannot, clients escape them. */
static void listeners_see_paths_and_queries_like_that(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *sent; /* behind the entity's name */
    const char *told;
  } cases[] = {
    { "?a=1&a=2", "?a=1&a=2&" },
    { "?a=1&a=2&", "?a=1&a=2&&" },
    { "?&&&", "?&&&&" },
    { "?foo=bar", "?foo=bar&" },
    { "?&foo=bar", "?&foo=bar&" },
    { "?sb-hc-id=1", "?" },
    { "?sb-hc-id=1&custom=value", "?custom=value&" },
    { "?custom=value&sb-hc-id=1", "?custom=value&" },
    { "?sb-hc-undefined", "?sb-hc-undefined&" },
    { "?sb-hc-undefined=true", "?" },
    { "?sb-hc-whatever=", "?" },
    { "?sb-hc-whatever=&foo=bar", "?foo=bar&" },
    { "?&&value&&", "?&&value&&&" },
    { "?+", "?+&" },
    { "?%2B", "?%2B&" },
    { "?%20", "?%20&" },
    { "?%2f%3a%3d%26", "?%2f%3a%3d%26&" },
    { "?key='value'", "?key='value'&" },
    { "?key=\"value\"", "?key=%22value%22&" },
    { "?key=<value>", "?key=%3Cvalue%3E&" },
    { "?api-version=abc", "?api-version=abc&" },
    { "?name=%C3%b8", "?name=%C3%B8&" },
    { "/extra/p%c3%b8th?x=1", "/extra/p%C3%B8th?x=1&" },
    { "/%22quoted\"%20;x", "/%22quoted%22%20;x?" },
  };

  world_listen(w, &w->listener, "hyco");
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_control c;
    char target[256];
    char told[256];
    snprintf(target, sizeof target, "hyco%s", cases[i].sent);
    snprintf(told, sizeof told, "/$hc/hyco%ssb-hc-action=accept&",
             cases[i].told);
    world_connect(w, &w->sender, target);
    world_read_accept(&w->listener, &c);
    assert_memory_equal(world_target(&c), told, strlen(told));
    hc_control_deinit(&c);
    raw_close(&w->sender, HC_STREAM_ABORT);
  }
}

/* Three bytes for one: what no longer fits an address is refused. */
static void a_path_that_grows_too_long_gets_431(void **state)
{
  struct relay_world *w = *state;
  static char target[8000];

  world_listen(w, &w->listener, "open");
  memset(target, '<', sizeof target - 1);
  memcpy(target, "/$hc/open/", 10);
  raw_dial(&w->sender, w->sim, w->port);
  raw_send_str(&w->sender, "GET ");
  raw_send_str(&w->sender, target);
  raw_send_str(&w->sender, " HTTP/1.1\r\nHost: " WORLD_HOST "\r\n"
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: " WORLD_KEY "\r\n\r\n");
  assert_int_equal(world_answer(w, &w->sender), 431);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_url_may_not_hold_is_escaped),
    cmocka_unit_test(what_does_not_fit_is_too_long),
    WORLD_TEST(listeners_see_paths_and_queries_like_that),
    WORLD_TEST(a_path_that_grows_too_long_gets_431),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
