/* Listening sockets: what goes wrong, and what becomes of who knocked. */
#include "unit/io_pair.h"
#include "unit/tls_files.h"

#include "tls/authority.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void nobody_comes(void *user_data, struct hc_stream *stream)
{
  (void)user_data;
  (void)stream;
  fail();
}

static void test_an_address_in_use_is_said(void **state)
{
  struct pair *pair = *state;
  static const struct hc_listener_handler handler = { nobody_comes };
  struct hc_listener *listener;
  struct hc_fault fault;
  char name[64];

  uint16_t port = hc_listener_port(pair->listener);
  const struct hc_listen listen = { .host = "127.0.0.1", .port = port };
  assert_int_equal(
      hc_listen(pair->net, &listen, &handler, pair, &listener, &fault),
      HYCO_EADDRINUSE);
  snprintf(name, sizeof(name), "127.0.0.1:%u: ", port);
  assert_non_null(strstr(fault.text, name));
  const struct hc_listen none = { .host = "2001:db8::1", .port = 1 };
  assert_int_not_equal(
      hc_listen(pair->net, &none, &handler, pair, &listener, &fault), 0);
  assert_non_null(strstr(fault.text, "[2001:db8::1]:1: "));
  const struct hc_listen named = { .host = "localhost" };
  assert_int_equal(
      hc_listen(pair->net, &named, &handler, pair, &listener, &fault),
      HYCO_EBADVALUE);
}

/* Descriptors run out: the loop waits instead of spinning, and goes on once
 * there are some. */
static void test_accepting_pauses_without_descriptors(void **state)
{
  struct pair *pair = *state;
  struct rlimit old;
  struct rlimit none;
  struct sockaddr_in address = { .sin_family = AF_INET };

  hc_loop_turn(pair->loop, 0, false);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(hc_listener_port(pair->listener));
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int later = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
                   0);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
  none = old;
  none.rlim_cur = (rlim_t)later + 1;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  unsigned turns = 0;
  uint64_t end = hc_net_now_ms(pair->net) + 350;
  while (hc_net_now_ms(pair->net) < end) {
    hc_loop_turn(pair->loop, 350, false);
    turns++;
  }
  assert_int_equal(pair->accepted, 0);
  assert_true(turns < 40);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
  assert_int_equal(connect(later, (struct sockaddr *)&address, sizeof(address)),
                   0);
  pair_run_until(pair, &pair->server.is_open);
  close(fd);
  close(later);
}

static void test_closing_a_listener_ends_its_handshakes(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  dial.tls = NULL;
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_open);
  pair_settle(pair); /* accepted by now, waiting for a ClientHello */
  hc_listener_close(pair->listener);
  pair->listener = NULL;
  pair_run_until(pair, &pair->client.is_ended);
  assert_int_equal(pair->client.fault.code, HYCO_ECONNRESET);
  assert_int_equal(pair->accepted, 0);
}

static void note_and_close(void *user_data, struct hc_stream *stream)
{
  struct hc_address *peer = user_data;
  hc_stream_peer(stream, peer);
  hc_stream_close(stream, HC_STREAM_CLEAN);
}

/* An address needs no brackets here, and stands in the certificate as itself.
 */
static void test_an_ipv6_address_is_served_and_verified(void **state)
{
  struct pair *pair = *state;
  static const struct hc_listener_handler handler = { note_and_close };
  struct hc_listener *listener;
  struct hc_address peer = { .port = 0 };
  struct hc_fault fault;

  const struct hc_listen listen = { .host = "::1",
                                    .tls = pair->server_tls,
                                    .handshake_timeout_ms = PAIR_WAIT_MS };
  assert_int_equal(
      hc_listen(pair->net, &listen, &handler, &peer, &listener, &fault), 0);
  struct hc_dial dial = pair_usual_dial(pair);
  dial.host = "::1";
  dial.port = hc_listener_port(listener);
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_ended);
  assert_true(pair->client.is_open);
  assert_int_equal(pair->client.fault.code, 0);
  assert_string_equal(peer.host, "::1");
  hc_listener_close(listener);
}

/* Another authority's. */
static struct hc_tls *other_server_tls(struct pair *pair)
{
  char dir[TLS_FILES_PATH_MAX];
  char cert[TLS_FILES_PATH_MAX + 16];
  char key[TLS_FILES_PATH_MAX + 16];
  struct hc_tls *tls = NULL;
  struct hc_fault fault;

  tls_files_make_dir(dir);
  assert_int_equal(hc_authority_prepare(dir, NULL, 0, &fault), 0);
  snprintf(cert, sizeof(cert), "%s/cert.pem", dir);
  snprintf(key, sizeof(key), "%s/key.pem", dir);
  const struct hc_tls_options options = { .server = true,
                                          .cert_file = cert,
                                          .key_file = key };
  assert_int_equal(hc_net_tls_new(pair->net, &options, &tls, &fault), 0);
  tls_files_remove_dir(dir);
  return tls;
}

static void test_a_new_certificate_is_for_new_connections(void **state)
{
  struct pair *pair = *state;
  struct end old;

  struct hc_tls *other = other_server_tls(pair);
  hc_listener_set_tls(pair->listener, other);
  hc_listener_set_tls(pair->listener, other); /* again: nothing */
  hc_net_tls_free(pair->net, other);          /* the listener has its own */
  hc_net_tls_free(pair->net, pair->server_tls);
  pair->server_tls = NULL;
  old = pair->client;

  pair->client = (struct end){ .pair = pair, .take = SIZE_MAX };
  struct hc_dial dial = pair_usual_dial(pair);
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_ended);
  assert_int_equal(pair->client.fault.code, HYCO_ECERTVERIFY);

  assert_int_equal(hc_stream_write(old.stream, hc_span_str("goes on")), 0);
  pair_run_until_got(pair, &pair->server, strlen("goes on"));
  hc_stream_close(old.stream, HC_STREAM_ABORT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    LISTENING_PLAIN(test_an_address_in_use_is_said),
    LISTENING_TLS(test_an_ipv6_address_is_served_and_verified),
    LISTENING_PLAIN(test_accepting_pauses_without_descriptors),
    LISTENING_TLS(test_closing_a_listener_ends_its_handshakes),
    PAIR_TLS(test_a_new_certificate_is_for_new_connections),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
