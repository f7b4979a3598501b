/* A sender's HTTP request: what its listener is told, and the refusals (spec
 * protocol.md, request and HTTP; hybrid-connections.md 1.1, 1.2, 1.8, 4.4). */
#include "protocol/url.h"
#include "support/check.h"
#include "support/relay_http.h"

static void every_method_reaches_the_listener(void **state)
{
  struct http_world *h = *state;
  static const char *const methods[] = { "DELETE",  "GET",   "HEAD",
                                         "OPTIONS", "PATCH", "POST",
                                         "PUT",     "TRACE", "M-SEARCH" };
  char request[128];

  for (size_t i = 0; i < CHECK_COUNT(methods); i++) {
    snprintf(request, sizeof request,
             "%s /open/below/it HTTP/1.1\r\nHost: a\r\n\r\n", methods[i]);
    raw_send_str(&h->sender, request);
    const struct hc_request *r = http_read_request(h, &h->listener);
    assert_string_equal(r->method, methods[i]);
    assert_string_equal(r->target, "/open/below/it");
    assert_true(r->has_body_member);
    assert_false(r->body);
    http_respond(h, &h->listener, 200, "");
    assert_int_equal(http_answer(h), 200);
  }
}

/* spec hybrid-connections.md 4.4 and 8; RFC 9110 7.6.1. */
static void the_request_message_tells_all_about_the_sender(void **state)
{
  struct http_world *h = *state;
  char base[128];

  raw_send_str(&h->sender,
               "GET /open/x?a=1&sb-hc-id=0b4a8cce-0000-4000-8000-1234567890ab "
               "HTTP/1.1\r\nHost: relay.example\r\nX-One: 1\r\nx-one: 2\r\n"
               "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
               "Keep-Alive: 5\r\nUpgrade: h2c\r\nProxy-Connection: x\r\n"
               "Trailer: y\r\nClose: z\r\nContent-Length: 0\r\n"
               "Via: 1.0 other\r\nExpect: 100-continue\r\n\r\n");
  const struct hc_request *r = http_read_request(h, &h->listener);
  assert_string_equal(r->headers_json,
                      "{\"Host\":\"relay.example\",\"X-One\":\"1, 2\","
                      "\"Via\":\"1.0 other, 1.1 relay.example\"}");
  assert_string_equal(r->target, "/open/x?a=1");
  assert_string_equal(r->remote_address, "127.0.0.1");
  assert_in_range(r->remote_port, 40000, 60000);
  snprintf(base, sizeof base,
           "ws://relay.example:%u/$hc/open/x?a=1&sb-hc-action=request&"
           "sb-hc-id=0b4a8cce-0000-4000-8000-1234567890ab_G0_G",
           (unsigned)h->w.port);
  assert_memory_equal(r->address, base, strlen(base));
  assert_memory_equal(r->id, "0b4a8cce-0000-4000-8000-1234567890ab_G0", 39);
}

/* spec hybrid-connections.md 1.1 and 6.1, QueryString. */
static void queries_are_passed_on_as_the_service_does(void **state)
{
  struct http_world *h = *state;
  static const struct {
    const char *sent;
    const char *told;
  } cases[] = {
    { "/open", "/open" },
    { "//open", "/open" },
    { "/OPEN/a%20b", "/OPEN/a%20b" },
    { "/open?", "/open" },
    { "/open?&&&", "/open?&&&" },
    { "/open?a=%c3%b8&b=%2f%3a", "/open?a=%C3%B8&b=%2f%3a" },
    { "/open?q=\"x\"&r='y'&s=<z>", "/open?q=%22x%22&r='y'&s=%3Cz%3E" },
    { "/open?sb-hc-token=t&x=1&sb-hc-y=2", "/open?x=1" },
    { "/open?sb-hc-flag&sb-hc-id=1", "/open?sb-hc-flag" },
    { "http://a/open/abs?x", "/open/abs?x" },
  };
  char request[256];

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n",
             cases[i].sent);
    raw_send_str(&h->sender, request);
    const struct hc_request *r = http_read_request(h, &h->listener);
    assert_string_equal(r->target, cases[i].told);
    http_respond(h, &h->listener, 200, "");
    assert_int_equal(http_answer(h), 200);
  }
}

static void a_small_body_follows_on_the_control_channel(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 5\r\n\r\nhe");
  raw_expect_silence(&h->listener, 500);
  raw_send_str(&h->sender, "llo");
  assert_true(http_read_request(h, &h->listener)->body);
  http_expect_body(&h->listener, 0x82, "hello");
  http_respond_with(h, &h->listener, "olleh");
  assert_int_equal(http_answer(h), 200);
  http_expect_bytes(&h->sender, "olleh");
}

static void send_post(struct http_world *h, size_t len)
{
  char head[128];
  char block[1024];

  memset(block, 'b', sizeof block);
  snprintf(head, sizeof head,
           "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
           len);
  raw_send_str(&h->sender, head);
  for (size_t n; len > 0; len -= n) {
    n = len < sizeof block ? len : sizeof block;
    raw_send(&h->sender, hc_span_of(block, n));
  }
}

/* Reads the whole binary message: its length. */
static size_t read_body(struct raw_peer *from)
{
  struct raw_frame frame;
  size_t n = 0;

  for (uint8_t opcode = 2;; opcode = 0) {
    assert_true(raw_read_frame(from, &frame));
    assert_int_equal(frame.first & 0x0f, opcode);
    for (size_t i = 0; i < frame.data.len; i++)
      assert_int_equal(frame.data.ptr[i], 'b');
    n += frame.data.len;
    if ((frame.first & 0x80) != 0)
      return n;
  }
}

/* spec protocol.md: up to 64 kB over the control channel. */
static void a_body_above_control_body_max_is_fetched(void **state)
{
  struct http_world *h = *state;

  send_post(h, 65536);
  assert_true(http_read_request(h, &h->listener)->body);
  assert_int_equal(read_body(&h->listener), 65536);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);

  send_post(h, 65537);
  const struct hc_request *r = http_read_request(h, &h->listener);
  assert_false(r->has_body_member); /* a pointer holds address and id */
  assert_null(r->method);
  assert_non_null(r->id);
  assert_int_equal(http_fetch(h), 101);
  r = http_read_request(h, &h->rendezvous);
  assert_string_equal(r->method, "POST");
  assert_true(r->body);
  assert_int_equal(read_body(&h->rendezvous), 65537);
  http_respond(h, &h->rendezvous, 201, "");
  assert_int_equal(http_answer(h), 201);
}

/* spec hybrid-connections.md 10: always by rendezvous. */
static void a_chunked_body_is_fetched(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "PUT /open HTTP/1.1\r\nHost: a\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n"
                           "3;x=y\r\nabc\r\n");
  assert_false(http_read_request(h, &h->listener)->has_body_member);
  assert_int_equal(http_fetch(h), 101);
  const struct hc_request *r = http_read_request(h, &h->rendezvous);
  assert_null(strstr(r->headers_json, "Transfer-Encoding"));
  http_expect_body(&h->rendezvous, 0x02, "abc");
  raw_send_str(&h->sender, "2\r\nde\r\n");
  http_expect_body(&h->rendezvous, 0x00, "de");
  raw_send_str(&h->sender, "0\r\nX-Trailer: 1\r\n\r\n");
  http_expect_body(&h->rendezvous, 0x80, "");
  http_respond(h, &h->rendezvous, 200, "");
  assert_int_equal(http_answer(h), 200);
}

static void a_body_that_is_not_whole_after_1_s_is_fetched(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 4\r\n\r\nab");
  raw_expect_silence(&h->listener, 980);
  sim_run(h->w.sim, 50);
  assert_false(http_read_request(h, &h->listener)->has_body_member);
  assert_int_equal(http_fetch(h), 101);
  assert_true(http_read_request(h, &h->rendezvous)->body);
  http_expect_body(&h->rendezvous, 0x02, "ab");
  raw_send_str(&h->sender, "cd");
  http_expect_body(&h->rendezvous, 0x00, "cd");
  http_expect_body(&h->rendezvous, 0x80, "");
}

/* Where the tokens of a request were, and what is left of them. */
static void check_token(struct http_world *h, const char *query,
                        const char *fields, const char *left)
{
  char request[8192];

  snprintf(request, sizeof request,
           "GET /hyco%s HTTP/1.1\r\nHost: " WORLD_HOST "\r\n%s\r\n", query,
           fields);
  raw_send_str(&h->sender, request);
  const struct hc_request *r = http_read_request(h, &h->listener);
  assert_null(strstr(r->headers_json, "ServiceBusAuthorization"));
  assert_null(strstr(r->target, "token"));
  if (left == NULL)
    assert_null(strstr(r->headers_json, "\"Authorization\""));
  else
    assert_non_null(strstr(r->headers_json, left));
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
}

/* spec hybrid-connections.md 1.2, the order for HTTP. */
static void authorization_is_stripped_only_if_it_was_the_token(void **state)
{
  struct http_world *h = *state;
  static const char own[] = "Authorization: Basic x\r\n";
  static const char kept[] = "\"Authorization\":\"Basic x\"";
  char token[1024];
  char fields[2048];
  char query[2048];
  struct hc_buffer encoded;

  raw_close(&h->listener, HC_STREAM_CLEAN);
  world_listen(&h->w, &h->listener, "hyco");
  world_token(&h->w, token, "hyco", "send", WORLD_TOKEN_S);
  hc_buffer_init(&encoded, sizeof query);
  assert_int_equal(hc_url_encode(&encoded, hc_span_str(token), ""), 0);
  snprintf(query, sizeof query, "?sb-hc-token=%s", hc_buffer_str(&encoded));
  hc_buffer_deinit(&encoded);
  check_token(h, query, own, kept);
  snprintf(fields, sizeof fields, "ServiceBusAuthorization: %s\r\n%s", token,
           own);
  check_token(h, "", fields, kept);
  snprintf(fields, sizeof fields, "Authorization: %s\r\n", token);
  check_token(h, "", fields, NULL);
}

static void an_anonymous_entity_passes_authorization_on(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "GET /open HTTP/1.1\r\nHost: a\r\n"
                           "Authorization: SharedAccessSignature sr=x\r\n"
                           "ServiceBusAuthorization: rubbish\r\n\r\n");
  const struct hc_request *r = http_read_request(h, &h->listener);
  assert_non_null(strstr(r->headers_json, "\"Authorization\":\"Shared"));
  assert_null(strstr(r->headers_json, "rubbish"));
}

static void requests_need_the_right_send(void **state)
{
  struct http_world *h = *state;
  char token[1024];
  char request[2048];

  assert_int_equal(
      http_refused(h, "GET /hyco HTTP/1.1\r\nHost: " WORLD_HOST "\r\n\r\n"),
      401);
  assert_null(strstr(h->w.head, "Via"));
  world_token(&h->w, token, "hyco", "listen", WORLD_TOKEN_S);
  snprintf(request, sizeof request,
           "GET /hyco HTTP/1.1\r\nHost: " WORLD_HOST "\r\n"
           "ServiceBusAuthorization: %s\r\n\r\n",
           token);
  assert_int_equal(http_refused(h, request), 403);
  assert_int_equal(
      http_refused(h, "GET /none HTTP/1.1\r\nHost: " WORLD_HOST "\r\n\r\n"),
      404);
}

/* RFC 9110 10.1.1. */
static void the_relay_answers_expect_itself(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open HTTP/1.1\r\nHost: a\r\n"
                           "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
  http_expect_bytes(&h->sender, "HTTP/1.1 100 Continue\r\n\r\n");
  raw_send_str(&h->sender, "hi");
  const struct hc_request *r = http_read_request(h, &h->listener);
  assert_null(strstr(r->headers_json, "Expect"));
  http_expect_body(&h->listener, 0x82, "hi");
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);

  /* the body did not wait for it */
  raw_send_str(&h->sender,
               "POST /open HTTP/1.1\r\nHost: a\r\n"
               "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
  (void)http_read_request(h, &h->listener);
  http_expect_body(&h->listener, 0x82, "hi");
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  assert_int_equal(http_refused(h, "POST /open HTTP/1.1\r\nHost: a\r\n"
                                   "Expect: tea\r\n\r\n"),
                   417);
  raw_close(&h->listener, HC_STREAM_CLEAN);
  assert_int_equal(http_refused(h, "POST /open HTTP/1.1\r\nHost: a\r\n"
                                   "Expect: 100-continue\r\n"
                                   "Content-Length: 2\r\n\r\n"),
                   502); /* no 100 before it */
}

/* What two parties could read differently (RFC 9112 2.2, 3, 5, 6, 7.1). */
static void ambiguous_requests_get_400_and_the_end(void **state)
{
  struct http_world *h = *state;
#define HEAD "POST /open HTTP/1.1\r\nHost: a\r\n"
#define CHUNKS HEAD "Transfer-Encoding: chunked\r\n\r\n"
  static const char *const requests[] = {
    HEAD "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    HEAD "Content-Length: 1, 1\r\n\r\nx",
    HEAD "Content-Length: +1\r\n\r\nx",
    HEAD "Content-Length: 0x1\r\n\r\nx",
    HEAD "Content-Length: 9999999999999999999\r\n\r\n",
    HEAD "X: a\nY: b\r\n\r\n",
    HEAD "X: a\rb\r\n\r\n",
    HEAD "X : a\r\n\r\n",
    HEAD "X: a\r\n b\r\n\r\n",
    HEAD "X: a\x01\r\n\r\n",
    HEAD ": a\r\n\r\n",
    HEAD "Host: b\r\n\r\n",
    "POST /open HTTP/1.1\r\n\r\n",
    "POST /open HTTP/2.0\r\nHost: a\r\n\r\n",
    "POST  /open HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /open#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST * HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST http://b/open HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST http://a:81/open HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST http://u@a/open HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST ftp://a/open HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT open:443 HTTP/1.1\r\nHost: open:443\r\n\r\n",
    "CONNECT /open HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT http://a/open HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /open HTTP/1.1\r\nHost: ::1\r\n\r\n",
    "POST /open HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    HEAD "Transfer-Encoding: gzip\r\n\r\n",
    CHUNKS "g\r\n",
    CHUNKS "\r\n",
    CHUNKS "-1\r\n",
    CHUNKS "0x1\r\nx\r\n",
    CHUNKS " 1\r\nx\r\n",
    CHUNKS "1 \r\nx\r\n",
    CHUNKS "1\nx\r\n",
    CHUNKS "1\r\nxy\r\n",
    CHUNKS "ffffffffffffffff\r\n",
    CHUNKS "0\r\nContent-Length: 1\r\n\r\n",
    CHUNKS "0\r\n folded\r\n\r\n",
  };

  for (size_t i = 0; i < CHECK_COUNT(requests); i++) {
    int status = http_refused(h, requests[i]);
    if (status != 400)
      print_error("%s", requests[i]);
    assert_int_equal(status, 400);
  }
}

/* Whoever resolves them (RFC 3986 5.2.4) reads another path than the one by
 * which the relay chose an entity and checked the token. */
static void dot_segments_get_400(void **state)
{
  static const char *const targets[] = {
    "/open/../closed", "/open/..",    "/./open",
    "/open/.",         "/../open",    "/open/%2E./",
    "/open%2f..%2fx",  "/open/%2e?a", "http://a/open/../b",
  };
  static const char *const good[] = { "/open/..a", "/open/a..", "/open/...",
                                      "/open/.a/b.", "/open?/../" };
  struct http_world *h = *state;
  char request[128];

  for (size_t i = 0; i < CHECK_COUNT(targets); i++) {
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n",
             targets[i]);
    assert_int_equal(http_refused(h, request), 400);
  }
  for (size_t i = 0; i < CHECK_COUNT(good); i++) {
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n",
             good[i]);
    raw_send_str(&h->sender, request);
    assert_string_equal(http_read_request(h, &h->listener)->target, good[i]);
    http_respond(h, &h->listener, 200, "");
    assert_int_equal(http_answer(h), 200);
  }
}

/* RFC 9110 15.5.15. */
static void a_target_above_16_kib_gets_414(void **state)
{
  static char request[HC_URL_MAX + 64];
  struct http_world *h = *state;

  for (int more = 0; more < 2; more++) {
    snprintf(request, sizeof request, "GET /%0*d HTTP/1.1\r\nHost: a\r\n\r\n",
             HC_URL_MAX - 1 + more, 0);
    assert_int_equal(http_refused(h, request), more == 0 ? 404 : 414);
  }
}

/* RFC 9110 7.6.1: "A sender MUST NOT send a connection option corresponding to
 * a field that is intended for all recipients"; spec 10: Host is kept. */
static void connection_cannot_take_host_away(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "GET /open HTTP/1.1\r\nHost: a\r\n"
                           "Connection: host, X-Hop\r\nX-Hop: 1\r\n\r\n");
  assert_string_equal(http_read_request(h, &h->listener)->headers_json,
                      "{\"Host\":\"a\",\"Via\":\"1.1 a\"}");
}

/* The first byte of a request is never one of the last one's body. */
static void pipelined_requests_wait_for_each_other(void **state)
{
  struct http_world *h = *state;

  raw_send_str(&h->sender, "POST /open/1 HTTP/1.1\r\nHost: a\r\n"
                           "Content-Length: 3\r\n\r\nabc"
                           "GET /open/2 HTTP/1.1\r\nHost: a\r\n\r\n"
                           "GET /open/3 HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 1; i <= 3; i++) {
    const struct hc_request *r = http_read_request(h, &h->listener);
    assert_int_equal(r->target[6], '0' + i);
    if (i == 1)
      http_expect_body(&h->listener, 0x82, "abc");
    raw_expect_silence(&h->listener, 2000);
    http_respond(h, &h->listener, 200 + i, "");
    assert_int_equal(http_answer(h), 200 + i);
  }
}

/* spec hybrid-connections.md 1.5. */
static void senders_may_choose_their_listener(void **state)
{
  struct http_world *h = *state;

  assert_int_equal(http_refused(h,
                                "GET /open HTTP/1.1\r\nHost: a\r\n"
                                "Microsoft-Relay-AllowedListeners: "
                                "0b4a8cce-0000-4000-8000-1234567890ab\r\n\r\n"),
                   404);
  assert_non_null(strstr(h->w.head,
                         "None of the connected listeners meet the "
                         "AllowedListeners/DisallowedListeners criteria"));
}

/* spec hybrid-connections.md 4.5 and 6.1, LoadBalancedListeners. */
static void requests_are_spread_over_the_listeners(void **state)
{
  struct http_world *h = *state;
  struct raw_peer *second = world_peer(&h->w);

  world_listen(&h->w, second, "open");
  for (int i = 0; i < 4; i++) {
    struct raw_peer *turn = i % 2 == 0 ? &h->listener : second;
    raw_send_str(&h->sender, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    (void)http_read_request(h, turn);
    http_respond(h, turn, 200, "");
    assert_int_equal(http_answer(h), 200);
  }
}

static void a_websocket_handshake_outside_of_hc_gets_400(void **state)
{
  struct http_world *h = *state;

  assert_int_equal(world_refused(&h->w, "/open", ""), 400);
}

/* RFC 9112 3.2.2: the target's host goes before Host. */
static void a_handshakes_target_fits_its_host(void **state)
{
  static const struct {
    const char *url;
    int status; /* of a sender nobody listens for, when it is good */
  } cases[] = {
    { "http://b/$hc/none", 400 }, { "ws://a:81/$hc/none", 400 },
    { "wss://a/$hc/none", 404 },  { "ws://A:80/$hc/none", 404 },
    { "http://a/$hc/none", 404 }, { "https://a:443/$hc/none", 404 },
  };
  struct http_world *h = *state;
  char request[512];

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: " WORLD_KEY "\r\n\r\n",
             cases[i].url);
    assert_int_equal(http_refused(h, request), cases[i].status);
  }
}

/* Pools of connections know nothing of the path. */
static void a_handshake_may_follow_a_request(void **state)
{
  struct http_world *h = *state;

  http_get(h);
  http_respond(h, &h->listener, 200, "");
  assert_int_equal(http_answer(h), 200);
  raw_send_str(&h->sender,
               "GET /$hc/open HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: " WORLD_KEY "\r\n\r\n");
  struct hc_control accept;
  world_read_accept(&h->listener, &accept);
  world_send_upgrade(&h->w, &h->rendezvous, world_target(&accept), "");
  hc_control_deinit(&accept);
  assert_int_equal(world_answer(&h->w, &h->rendezvous), 101);
  assert_int_equal(http_answer(h), 101);
  assert_int_equal(world_counts(&h->w).http_senders, 0);
}

/* HC_STREAM_TX_MAX: what is behind it is refused, not held. */
static void a_listener_that_does_not_read_gets_no_more(void **state)
{
  enum { SENDERS = 64 };
  struct http_world *h = *state;
  struct raw_peer *senders = world_peers(&h->w, SENDERS);
  char request[66000];
  int n;

  raw_pause(&h->listener);
  n = snprintf(request, sizeof request,
               "POST /open HTTP/1.1\r\nHost: a\r\n"
               "Content-Length: 65000\r\n\r\n");
  memset(request + n, 'b', 65000);
  int refused = 0;
  for (size_t i = 0; i < SENDERS; i++) {
    raw_dial(&senders[i], h->w.sim, h->w.port);
    raw_send(&senders[i], hc_span_of(request, (size_t)n + 65000));
    sim_run(h->w.sim, 100);
    refused += hc_buffer_len(&senders[i].received) > 0;
  }
  assert_in_range(refused, 1, SENDERS - 1);
  assert_true(world_logged(&h->w, "ListenerUnresponsive"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    HTTP_TEST(every_method_reaches_the_listener),
    HTTP_TEST(the_request_message_tells_all_about_the_sender),
    HTTP_TEST(queries_are_passed_on_as_the_service_does),
    HTTP_TEST(a_small_body_follows_on_the_control_channel),
    HTTP_TEST(a_body_above_control_body_max_is_fetched),
    HTTP_TEST(a_chunked_body_is_fetched),
    HTTP_TEST(a_body_that_is_not_whole_after_1_s_is_fetched),
    HTTP_TEST(authorization_is_stripped_only_if_it_was_the_token),
    HTTP_TEST(an_anonymous_entity_passes_authorization_on),
    HTTP_TEST(requests_need_the_right_send),
    HTTP_TEST(the_relay_answers_expect_itself),
    HTTP_TEST(ambiguous_requests_get_400_and_the_end),
    HTTP_TEST(dot_segments_get_400),
    HTTP_TEST(a_target_above_16_kib_gets_414),
    HTTP_TEST(connection_cannot_take_host_away),
    HTTP_TEST(pipelined_requests_wait_for_each_other),
    HTTP_TEST(senders_may_choose_their_listener),
    HTTP_TEST(requests_are_spread_over_the_listeners),
    HTTP_TEST(a_websocket_handshake_outside_of_hc_gets_400),
    HTTP_TEST(a_handshakes_target_fits_its_host),
    HTTP_TEST(a_handshake_may_follow_a_request),
    HTTP_TEST(a_listener_that_does_not_read_gets_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
