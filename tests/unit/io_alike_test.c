/* An HTTP call reaches its server as a dialled stream does: the same settings
 * of the socket, and the same ClientHello, byte for byte but for what is
 * random. */
#include "unit/io_call.h"
#include "unit/tls_files.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

/* --- the socket --- */

enum { FDS_MAX = 256 };

/* Our end of the only connection to the pair's listener. */
static int client_fd(const struct pair *pair)
{
  uint16_t port = htons(hc_listener_port(pair->listener));

  for (int fd = 0; fd < FDS_MAX; fd++) {
    struct sockaddr_in peer = { 0 };
    socklen_t len = sizeof(peer);
    if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
        peer.sin_family == AF_INET && peer.sin_port == port)
      return fd;
  }
  fail_msg("no socket of ours is connected");
  return -1;
}

static void tell(int fd, char out[static 128])
{
  static const int options[][2] = {
    { SOL_SOCKET, SO_KEEPALIVE },   { IPPROTO_TCP, TCP_KEEPIDLE },
    { IPPROTO_TCP, TCP_KEEPINTVL }, { IPPROTO_TCP, TCP_KEEPCNT },
    { IPPROTO_TCP, TCP_NODELAY },   { SOL_SOCKET, SO_RCVBUF },
  };
  out[0] = '\0';
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
    int value = -1;
    socklen_t len = sizeof(value);
    size_t used = strlen(out);
    assert_int_equal(getsockopt(fd, options[i][0], options[i][1], &value, &len),
                     0);
    (void)snprintf(out + used, 128 - used, "%d ", value);
  }
}

static void dialled_socket(const struct hc_tcp *tcp, char out[static 128])
{
  struct pair pair = { 0 };

  pair_listen(&pair, false);
  struct hc_dial dial = pair_usual_dial(&pair);
  dial.tcp = *tcp;
  assert_int_equal(pair_dial(&pair, &dial), 0);
  pair_run_until(&pair, &pair.client.is_open);
  tell(client_fd(&pair), out);
  pair_free(&pair);
}

static void called_socket(const struct hc_tcp *tcp, char out[static 128])
{
  struct pair pair = { 0 };
  struct call c;

  pair_listen(&pair, false);
  struct hc_http_request request = call_usual(&pair);
  request.tcp = *tcp;
  call_begin(&c, &pair, &request, &call_handler);
  call_await_request(&c);
  tell(client_fd(&pair), out);
  call_finish(&c);
}

static void test_the_socket_is_set_as_a_dials(void **state)
{
  static const struct hc_tcp each[] = {
    { .keep_alive_ms = 61000, .keep_interval_ms = 6001, .keep_probes = 4 },
    { .keep_probes = 3, .no_delay = true },
    { .keep_interval_ms = 5000, .in_buffer = 8192, .family = HC_FAMILY_IPV4 },
  };
  char ours[128];
  char theirs[128];

  (void)state;
  for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
    dialled_socket(&each[i], theirs);
    called_socket(&each[i], ours);
    assert_string_equal(ours, theirs);
  }
}

/* An answer may take any time. */
static void test_a_silent_server_is_asked_after(void **state)
{
  const struct hc_tcp none = { 0 };
  char expected[16];
  char out[128];

  (void)state;
  called_socket(&none, out);
  (void)snprintf(expected, sizeof(expected), "1 %d ", HC_HTTP_KEEP_ALIVE_S);
  assert_memory_equal(out, expected, strlen(expected));
}

static void test_the_family_of_addresses_is_as_asked(void **state)
{
  struct pair pair = { 0 };
  struct call c;

  (void)state;
  pair_listen(&pair, false);
  struct hc_http_request request = call_usual(&pair);
  request.tcp.family = HC_FAMILY_IPV6; /* but 127.0.0.1 is what is dialled */
  call_begin(&c, &pair, &request, &call_handler);
  pair_run_until(&pair, &c.is_ended);
  assert_int_not_equal(c.fault.code, 0);
  assert_int_equal(pair.accepted, 0);
  call_finish(&c);
}

/* --- TLS --- */

enum { HELLO_MAX = 4096, TEXT_MAX = 3 * HELLO_MAX };

/* A proxy, so that any host leads to the pair's listener. It keeps what comes
 * behind the CONNECT. */
static void proxy_connects(struct end *end, struct hc_span *in)
{
  static const char own[] = "ServiceBusAuthorization";
  const char *answer = "HTTP/1.1 200 Connected\r\n\r\n";

  if (in->len < 4 || memcmp(in->ptr + in->len - 4, "\r\n\r\n", 4) != 0)
    return;
  assert_null(memmem(in->ptr, in->len, own, strlen(own)));
  in->len = 0;
  end->on_data = NULL;
  end_write(end, answer, strlen(answer));
}

static uint16_t number(const uint8_t **at)
{
  uint16_t n = (uint16_t)((*at)[0] << 8 | (*at)[1]);
  *at += 2;
  return n;
}

static void put(char *out, const char *what, const uint8_t *bytes, size_t n)
{
  size_t used = strlen(out);

  used += (size_t)snprintf(out + used, TEXT_MAX - used, "\n%s ", what);
  for (size_t i = 0; i < n && used + 3 < TEXT_MAX; i++)
    used += (size_t)snprintf(out + used, TEXT_MAX - used, "%02x", bytes[i]);
}

/* RFC 8446 4.2.8: the groups, without their keys. */
static void put_shares(char *out, const uint8_t *at, size_t len)
{
  const uint8_t *end = at + len;

  at += 2;
  while (at < end) {
    put(out, "share", at, 2);
    at += 2;
    uint16_t key_len = number(&at);
    at += key_len;
  }
}

static void put_extensions(char *out, const uint8_t *at, const uint8_t *end)
{
  enum { PADDING = 21, SESSION_TICKET = 35, KEY_SHARE = 51 };

  while (at < end) {
    char name[24];
    uint16_t type = number(&at);
    uint16_t len = number(&at);
    assert_true(at + len <= end);
    (void)snprintf(name, sizeof(name), "extension %u", type);
    if (type == KEY_SHARE)
      put_shares(out, at, len);
    else if (type != PADDING && type != SESSION_TICKET)
      put(out, name, at, len);
    at += len;
  }
}

/* RFC 8446 4.1.2, without its random parts. */
static void read_hello(struct pair *pair, char out[static TEXT_MAX])
{
  enum { RECORD_HEAD = 5, HANDSHAKE_HEAD = 4, RANDOM = 32 };

  call_await_bytes(pair, RECORD_HEAD);
  const uint8_t *at = hc_buffer_span(&pair->server.got).ptr;
  size_t len = RECORD_HEAD + (size_t)(at[3] << 8 | at[4]);
  assert_in_range(len, 100, HELLO_MAX);
  call_await_bytes(pair, len);
  at = hc_buffer_span(&pair->server.got).ptr;
  const uint8_t *end = at + len;
  out[0] = '\0';
  put(out, "record", at, 3);
  at += RECORD_HEAD + HANDSHAKE_HEAD;
  put(out, "version", at, 2);
  at += 2 + RANDOM;
  at += 1 + at[0]; /* session id */
  uint16_t n = number(&at);
  put(out, "ciphers", at, n);
  at += n;
  put(out, "compression", at + 1, at[0]);
  at += 1 + at[0];
  (void)number(&at);
  put_extensions(out, at, end);
}

/* What both are given. */
struct way {
  const char *host;
  const char *cipher_list;
};

static struct hc_tls *tls_of(struct pair *pair, const struct way *way,
                             char proxy[static 40])
{
  const struct hc_tls_options options = { .ca_paths = "/nonexistent",
                                          .cipher_list = way->cipher_list };
  struct hc_fault fault;
  struct hc_tls *tls;

  *pair = (struct pair){ 0 };
  pair_listen(pair, false);
  pair->server.on_data = proxy_connects;
  (void)snprintf(proxy, 40, "http://127.0.0.1:%u",
                 hc_listener_port(pair->listener));
  assert_int_equal(hc_net_tls_new(pair->net, &options, &tls, &fault), 0);
  return tls;
}

static void dialled_hello(const struct way *way, char out[static TEXT_MAX])
{
  struct pair pair;
  char proxy[40];
  struct hc_tls *tls = tls_of(&pair, way, proxy);
  struct hc_dial dial = pair_usual_dial(&pair);

  dial.host = way->host;
  dial.port = 443;
  dial.route.proxy = proxy;
  dial.tls = tls;
  assert_int_equal(pair_dial(&pair, &dial), 0);
  read_hello(&pair, out);
  hc_net_tls_free(pair.net, tls);
  pair_free(&pair);
}

static void called_hello(const struct way *way, char out[static TEXT_MAX])
{
  struct pair pair;
  struct call c;
  char proxy[40];
  struct hc_tls *tls = tls_of(&pair, way, proxy);
  struct hc_http_request request = call_usual(&pair);
  static const char *const fields[] = { "ServiceBusAuthorization: a token" };

  request.fields = fields; /* not for the proxy */
  request.n_fields = 1;
  request.host = way->host;
  request.port = 443;
  request.route.proxy = proxy;
  request.tls = tls;
  call_begin(&c, &pair, &request, &call_handler);
  read_hello(&pair, out);
  hc_net_tls_free(pair.net, tls);
  call_finish(&c);
}

static void test_the_hello_is_a_dials(void **state)
{
  static const struct way ways[] = {
    { "relay.example", NULL },
    { "relay.example.", NULL },
    { "192.0.2.1", NULL },
    { "ns.servicebus.windows.net", NULL },
    { "ns.servicebus.windows.net.", NULL },
    { "relay.example", "ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=2" },
  };
  static char ours[TEXT_MAX];
  static char theirs[TEXT_MAX];

  (void)state;
  for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
    dialled_hello(&ways[i], theirs);
    called_hello(&ways[i], ours);
    assert_string_equal(ours, theirs);
    bool is_service = strstr(ways[i].host, "servicebus") != NULL;
    assert_non_null(/* P-384 or X25519, RFC 8446 4.2.7 */
                    strstr(ours, is_service ? "\nshare 0018" : "\nshare 001d"));
  }
}

/* --- a proxy that asks who it is (RFC 7616 3.3) --- */

static char asked_first[1024];
static char asked_again[1024];

static void proxy_asks(struct end *end, struct hc_span *in)
{
  const char *challenge = "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n"
                          "Proxy-Authenticate: Digest realm=\"r\", "
                          "nonce=\"n\", qop=\"auth\"\r\n\r\n";
  const char *connected = "HTTP/1.1 200 Connected\r\n\r\n";
  bool is_first = asked_first[0] == '\0';

  if (in->len < 4 || memcmp(in->ptr + in->len - 4, "\r\n\r\n", 4) != 0)
    return;
  assert_true(in->len < sizeof(asked_first));
  memcpy(is_first ? asked_first : asked_again, in->ptr, in->len);
  in->len = 0;
  if (!is_first)
    end->on_data = NULL;
  end_write(end, is_first ? challenge : connected,
            strlen(is_first ? challenge : connected));
}

static void proxy_listen(struct pair *pair, struct hc_route *route,
                         char proxy[static 64])
{
  memset(asked_first, 0, sizeof(asked_first));
  memset(asked_again, 0, sizeof(asked_again));
  pair_listen(pair, false);
  pair->server.on_data = proxy_asks;
  (void)snprintf(proxy, 64, "http://me:s3cret@127.0.0.1:%u",
                 hc_listener_port(pair->listener));
  *route = (struct hc_route){ .proxy = proxy, .auth = HC_PROXY_DIGEST };
}

static void assert_asked(void)
{
  static const char basic[] = "bWU6czNjcmV0"; /* me:s3cret in Base64 */

  assert_null(strstr(asked_first, "Proxy-Authorization: Basic"));
  assert_null(strstr(asked_first, basic));
  assert_non_null(strstr(asked_again, "CONNECT relay.example:443 "));
  assert_non_null(
      strstr(asked_again, "Proxy-Authorization: Digest username=\"me\""));
  assert_non_null(strstr(asked_again, "uri=\"relay.example:443\""));
  assert_null(strstr(asked_again, "s3cret"));
}

static void test_digest_is_given_to_a_proxy_that_asks(void **state)
{
  struct pair pair = { 0 };
  struct hc_route route;
  struct call c;
  char proxy[64];

  (void)state;
  proxy_listen(&pair, &route, proxy);
  struct hc_dial dial = pair_usual_dial(&pair);
  dial.host = "relay.example";
  dial.port = 443;
  dial.route = route;
  assert_int_equal(pair_dial(&pair, &dial), 0);
  pair_run_until(&pair, &pair.client.is_open);
  assert_asked();
  pair_free(&pair);

  pair = (struct pair){ 0 };
  proxy_listen(&pair, &route, proxy);
  struct hc_http_request request = call_usual(&pair);
  request.host = dial.host;
  request.port = dial.port;
  request.route = route;
  call_begin(&c, &pair, &request, &call_handler);
  call_await_request(&c); /* within the tunnel */
  assert_asked();
  call_finish(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_the_socket_is_set_as_a_dials),
    cmocka_unit_test(test_a_silent_server_is_asked_after),
    cmocka_unit_test(test_the_family_of_addresses_is_as_asked),
    cmocka_unit_test(test_the_hello_is_a_dials),
    cmocka_unit_test(test_digest_is_given_to_a_proxy_that_asks),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
