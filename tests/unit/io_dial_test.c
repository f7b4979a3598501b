/* Dialling: what goes wrong, and what is said about it. */
#include "unit/io_pair.h"
#include "unit/tls_files.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* Dials, and expects on_end alone. */
static void assert_dial_fails(struct pair *pair, const struct hc_dial *dial,
                              int code, const char *text)
{
  assert_int_equal(pair_dial(pair, dial), 0);
  assert_false(pair->client.is_ended); /* no handler before hc_dial returns */
  pair_run_until(pair, &pair->client.is_ended);
  assert_false(pair->client.is_open);
  if (pair->client.fault.code != code)
    fail_msg("%d: %s", pair->client.fault.code, pair->client.fault.text);
  if (strstr(pair->client.fault.text, text) == NULL)
    fail_msg("no \"%s\" in \"%s\"", text, pair->client.fault.text);
  end_close(&pair->client, HC_STREAM_CLEAN);
}

/* A port of the loopback: nobody listens on it, or nobody accepts. */
static int bare_socket(bool listens, uint16_t *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof(address);
  int fd = socket(AF_INET, SOCK_STREAM, 0);

  assert_true(fd >= 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
  if (listens)
    assert_int_equal(listen(fd, 8), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
  *port = ntohs(address.sin_port);
  return fd;
}

/* --- before TLS --- */

static void test_a_refused_port_is_said_with_its_name(void **state)
{
  struct pair *pair = *state;
  uint16_t port;
  char name[32];

  int fd = bare_socket(false, &port);
  struct hc_dial dial = pair_usual_dial(pair);
  dial.port = port;
  snprintf(name, sizeof(name), "127.0.0.1:%u: ", port);
  assert_dial_fails(pair, &dial, HYCO_ECONNREFUSED, name);
  close(fd);
}

static void test_an_unknown_name_is_said(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  /* a label over 63 characters is no question for a name server */
  dial.host =
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      ".invalid";
  assert_dial_fails(pair, &dial, HYCO_EHOSTNOTFOUND, ".invalid:");
}

static void test_a_host_that_is_none_is_refused_at_once(void **state)
{
  struct pair *pair = *state;
  static const char *const hosts[] = { "",    "a b",     "a/b",      "u@h",
                                       "h:1", "h?query", "h#anchor", "a\nb" };
  char too_long[300];

  struct hc_dial dial = pair_usual_dial(pair);
  for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
    dial.host = hosts[i];
    assert_int_equal(pair_dial(pair, &dial), HYCO_EBADURL);
    assert_null(pair->client.stream);
  }
  memset(too_long, 'a', sizeof(too_long));
  too_long[254] = '\0';
  dial.host = too_long;
  assert_int_equal(pair_dial(pair, &dial), HYCO_EBADURL);
  dial = pair_usual_dial(pair);
  dial.port = 0;
  assert_int_equal(pair_dial(pair, &dial), HYCO_EBADURL);
}

static void test_a_name_and_a_local_address_work(void **state)
{
  struct pair *pair = *state;
  struct hc_address peer;

  struct hc_dial dial = pair_usual_dial(pair);
  dial.host = "localhost";
  dial.local_host = "127.0.0.1";
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_open);
  pair_run_until(pair, &pair->server.is_open);
  hc_stream_peer(pair->server.stream, &peer);
  assert_string_equal(peer.host, "127.0.0.1");
}

static void test_a_local_address_of_others_is_said(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  dial.local_host = "192.0.2.1"; /* RFC 5737: nobody has it */
  assert_dial_fails(pair, &dial, HYCO_EADDRNOTAVAIL, "127.0.0.1:");
}

static void test_a_dial_may_be_closed_before_it_is_done(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  for (int turns = 0; turns < 6; turns++) {
    assert_int_equal(pair_dial(pair, &dial), 0);
    for (int i = 0; i < turns && !pair->client.is_open; i++)
      hc_loop_turn(pair->loop, 0, false);
    end_close(&pair->client, HC_STREAM_CLEAN);
    pair->client.is_open = false;
    pair_settle(pair);
  }
  assert_false(pair->client.is_ended);
}

static void test_written_before_open_is_sent_after_it(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  assert_int_equal(pair_dial(pair, &dial), 0);
  end_write(&pair->client, "first", 5);
  pair_run_until_got(pair, &pair->server, 5);
}

/* --- deadlines --- */

static void test_a_peer_that_never_answers_tls_times_out(void **state)
{
  struct pair *pair = *state;
  uint16_t port;

  int fd = bare_socket(true, &port);
  struct hc_dial dial = pair_usual_dial(pair);
  dial.port = port;
  dial.timeout_ms = 50;
  assert_dial_fails(pair, &dial, HYCO_ETIMEDOUT,
                    "no TLS handshake within 50 ms");
  close(fd);
}

static void test_a_client_that_never_begins_tls_is_dropped(void **state)
{
  struct pair *pair = *state;
  static const struct hc_listener_handler handler = { NULL };
  struct hc_listener *listener;
  struct hc_fault fault;

  const struct hc_listen listen = { .host = "127.0.0.1",
                                    .tls = pair->server_tls,
                                    .handshake_timeout_ms = 50 };
  assert_int_equal(
      hc_listen(pair->net, &listen, &handler, pair, &listener, &fault), 0);
  struct hc_dial dial = pair_usual_dial(pair);
  dial.port = hc_listener_port(listener);
  dial.tls = NULL;
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_open);
  pair_run_until(pair, &pair->client.is_ended);
  assert_int_equal(pair->client.fault.code, 0);
  hc_listener_close(listener);
}

/* --- TLS --- */

static void test_a_peer_without_tls_is_said(void **state)
{
  struct pair *pair = *state;
  struct pair plain = { 0 };

  pair_listen(&plain, false);
  plain.server.echo = true;
  struct hc_dial dial = pair_usual_dial(pair);
  dial.port = hc_listener_port(plain.listener);
  assert_int_equal(pair_dial(pair, &dial), 0);
  while (!pair->client.is_ended) {
    hc_loop_turn(plain.loop, 0, false);
    hc_loop_turn(pair->loop, 1, false);
  }
  assert_int_equal(pair->client.fault.code, HYCO_ETLS);
  assert_non_null(strstr(pair->client.fault.text, ": TLS: "));
  pair_free(&plain);
}

static void close_at_once(void *user_data, struct hc_stream *stream)
{
  (void)user_data;
  hc_stream_close(stream, HC_STREAM_CLEAN);
}

static void test_a_peer_that_goes_during_the_handshake_is_said(void **state)
{
  struct pair *pair = *state;
  static const struct hc_listener_handler handler = { close_at_once };
  struct hc_listener *listener;
  struct hc_fault fault;

  const struct hc_listen listen = { .host = "127.0.0.1" };
  assert_int_equal(
      hc_listen(pair->net, &listen, &handler, pair, &listener, &fault), 0);
  struct hc_dial dial = pair_usual_dial(pair);
  dial.port = hc_listener_port(listener);
  assert_dial_fails(pair, &dial, HYCO_ETLS,
                    "closed the connection during the TLS handshake");
  hc_listener_close(listener);
}

/* A client that trusts nobody. */
static void distrust(struct pair *pair)
{
  const struct hc_tls_options options = { .ca_paths = "/nonexistent" };
  struct hc_fault fault;

  hc_net_tls_free(pair->net, pair->client_tls);
  assert_int_equal(
      hc_net_tls_new(pair->net, &options, &pair->client_tls, &fault), 0);
}

static void test_an_untrusted_certificate_is_refused(void **state)
{
  struct pair *pair = *state;

  distrust(pair);
  struct hc_dial dial = pair_usual_dial(pair);
  assert_dial_fails(pair, &dial, HYCO_ECERTVERIFY,
                    "self-signed certificate in certificate chain");
}

static void test_a_certificate_of_another_host_is_refused(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  dial.host = "127.0.0.2";
  /* the listener is on 127.0.0.1 alone: listen on all of them */
  hc_listener_close(pair->listener);
  pair->listener = NULL;
  static const struct hc_listener_handler handler = { close_at_once };
  const struct hc_listen listen = { .host = "0.0.0.0",
                                    .tls = pair->server_tls,
                                    .handshake_timeout_ms = PAIR_WAIT_MS };
  struct hc_fault fault;
  assert_int_equal(
      hc_listen(pair->net, &listen, &handler, pair, &pair->listener, &fault),
      0);
  dial.port = hc_listener_port(pair->listener);
  assert_dial_fails(pair, &dial, HYCO_ECERTVERIFY,
                    "hostname mismatch: the certificate is for localhost, "
                    "127.0.0.1, 0:0:0:0:0:0:0:1");
}

static struct {
  unsigned calls;
  bool answer;
  bool ok;
  char subject[64];
  char issuer[64];
  char status[128];
} asked;

static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct end *end = user_data;

  assert_false(end->is_open);
  assert_true(verdict->cert_der.len > 200);
  assert_int_equal(verdict->cert_der.ptr[0], 0x30); /* SEQUENCE */
  asked.calls++;
  asked.ok = verdict->ok;
  snprintf(asked.subject, sizeof(asked.subject), "%s", verdict->subject);
  snprintf(asked.issuer, sizeof(asked.issuer), "%s", verdict->issuer);
  snprintf(asked.status, sizeof(asked.status), "%s", verdict->status);
  return asked.answer;
}

static void test_on_verify_may_refuse_a_good_certificate(void **state)
{
  struct pair *pair = *state;

  memset(&asked, 0, sizeof(asked));
  struct hc_dial dial = pair_usual_dial(pair);
  dial.on_verify = on_verify;
  assert_dial_fails(pair, &dial, HYCO_ECERTVERIFY, "by the application");
  assert_int_equal(asked.calls, 1);
  assert_true(asked.ok);
  assert_string_equal(asked.status, "OK");
  assert_string_equal(asked.subject, "CN=hyco relay");
  assert_string_equal(asked.issuer, "CN=hyco relay CA");
}

static void test_on_verify_may_accept_an_untrusted_certificate(void **state)
{
  struct pair *pair = *state;

  memset(&asked, 0, sizeof(asked));
  asked.answer = true;
  distrust(pair);
  struct hc_dial dial = pair_usual_dial(pair);
  dial.on_verify = on_verify;
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_open);
  assert_int_equal(asked.calls, 1);
  assert_false(asked.ok);
  assert_string_equal(asked.status,
                      "self-signed certificate in certificate chain");
}

static bool close_in_verify(void *user_data,
                            const struct hc_tls_verdict *verdict)
{
  (void)verdict;
  end_close(user_data, HC_STREAM_CLEAN);
  return true;
}

static void test_a_stream_may_be_closed_in_on_verify(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  dial.on_verify = close_in_verify;
  assert_int_equal(pair_dial(pair, &dial), 0);
  while (pair->client.stream != NULL)
    hc_loop_turn(pair->loop, PAIR_WAIT_MS, false);
  pair_settle(pair);
  assert_false(pair->client.is_open);
  assert_false(pair->client.is_ended);
}

/* --- proxies --- */

static void proxy_answers(struct end *end, struct hc_span *in)
{
  const char *answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";

  hc_buffer_append(&end->got, *in);
  in->len = 0;
  if (strstr(hc_buffer_str(&end->got), "\r\n\r\n") != NULL)
    end_write(end, answer, strlen(answer));
}

static void test_a_proxy_that_refuses_is_said(void **state)
{
  struct pair *pair = *state;
  char proxy[64];

  pair->server.on_data = proxy_answers;
  struct hc_dial dial = pair_usual_dial(pair);
  snprintf(proxy, sizeof(proxy), "http://user:secret@127.0.0.1:%u", dial.port);
  dial.route.proxy = proxy;
  dial.host = "relay.example";
  dial.port = 443;
  assert_dial_fails(pair, &dial, HYCO_EFIREWALL, "relay.example:443: ");
  assert_null(strstr(pair->client.fault.text, "secret"));
  assert_non_null(strstr(hc_buffer_str(&pair->server.got),
                         "CONNECT relay.example:443 HTTP/1.1\r\n"));
}

static void proxy_connects(struct end *end, struct hc_span *in)
{
  const char *answer = "HTTP/1.1 200 Connected\r\n\r\n";
  const char *text = (const char *)in->ptr;

  if (in->len < 4 || memcmp(text + in->len - 4, "\r\n\r\n", 4) != 0)
    return;
  in->len = 0;
  end->on_data = NULL;
  end->echo = true;
  end_write(end, answer, strlen(answer));
}

static void test_bytes_pass_through_a_proxy(void **state)
{
  struct pair *pair = *state;
  char proxy[64];

  pair->server.on_data = proxy_connects;
  struct hc_dial dial = pair_usual_dial(pair);
  snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", dial.port);
  dial.route.proxy = proxy;
  dial.host = "relay.example";
  dial.port = 443;
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_open);
  end_write(&pair->client, "through", 7);
  pair_run_until_got(pair, &pair->client, 7);
}

static void test_a_proxy_that_cannot_be_used_is_refused_at_once(void **state)
{
  struct pair *pair = *state;

  struct hc_dial dial = pair_usual_dial(pair);
  dial.route.proxy =
      "https://127.0.0.1:1"; /* TLS to the proxy: no raw socket */
  assert_int_equal(pair_dial(pair, &dial), HYCO_EBADVALUE);
}

/* --- listening --- */

/* --- without descriptors --- */

static void test_a_dial_without_descriptors_is_said(void **state)
{
  struct pair *pair = *state;
  struct rlimit old;
  struct rlimit none;

  hc_loop_turn(pair->loop, 0, false);
  struct hc_dial dial = pair_usual_dial(pair);
  int last = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
  none = old;
  none.rlim_cur = (rlim_t)last + 1;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  assert_dial_fails(pair, &dial, HYCO_ETOOMANYFILES, "Too many open files");
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
  close(last);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    LISTENING_PLAIN(test_a_refused_port_is_said_with_its_name),
    LISTENING_PLAIN(test_an_unknown_name_is_said),
    LISTENING_PLAIN(test_a_host_that_is_none_is_refused_at_once),
    LISTENING_PLAIN(test_a_name_and_a_local_address_work),
    LISTENING_PLAIN(test_a_local_address_of_others_is_said),
    LISTENING_TLS(test_a_dial_may_be_closed_before_it_is_done),
    LISTENING_TLS(test_written_before_open_is_sent_after_it),
    LISTENING_TLS(test_a_peer_that_never_answers_tls_times_out),
    LISTENING_TLS(test_a_client_that_never_begins_tls_is_dropped),
    LISTENING_TLS(test_a_peer_without_tls_is_said),
    LISTENING_TLS(test_a_peer_that_goes_during_the_handshake_is_said),
    LISTENING_TLS(test_an_untrusted_certificate_is_refused),
    LISTENING_TLS(test_a_certificate_of_another_host_is_refused),
    LISTENING_TLS(test_on_verify_may_refuse_a_good_certificate),
    LISTENING_TLS(test_on_verify_may_accept_an_untrusted_certificate),
    LISTENING_TLS(test_a_stream_may_be_closed_in_on_verify),
    LISTENING_PLAIN(test_a_proxy_that_refuses_is_said),
    LISTENING_PLAIN(test_bytes_pass_through_a_proxy),
    LISTENING_PLAIN(test_a_proxy_that_cannot_be_used_is_refused_at_once),
    LISTENING_PLAIN(test_a_dial_without_descriptors_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
