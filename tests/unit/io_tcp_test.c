/* What dialled sockets are set to, asked of the kernel; a stream's own end and
 * its RST behind the data. */
#include "unit/io_pair.h"

#include "base/memory.h"
#include "io/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int option_of(const struct hc_stream *stream, int level, int option)
{
  int value = -1;
  socklen_t len = sizeof(value);

  assert_int_equal(
      getsockopt(hc_io_stream_const(stream)->fd, level, option, &value, &len),
      0);
  return value;
}

static void open_with(struct pair *pair, const struct hc_tcp *tcp)
{
  *pair = (struct pair){ 0 };
  pair_listen(pair, false);
  struct hc_dial dial = pair_usual_dial(pair);
  dial.tcp = *tcp;
  assert_int_equal(pair_dial(pair, &dial), 0);
  pair_run_until(pair, &pair->client.is_open);
  pair_run_until(pair, &pair->server.is_open);
}

static void test_keep_alive_is_set_in_whole_seconds(void **state)
{
  const struct hc_tcp tcp = { .keep_alive_ms = 61000,
                              .keep_interval_ms = 6001,
                              .keep_probes = 4 };
  struct pair pair;

  (void)state;
  open_with(&pair, &tcp);
  const struct hc_stream *s = pair.client.stream;
  assert_int_equal(option_of(s, SOL_SOCKET, SO_KEEPALIVE), 1);
  assert_int_equal(option_of(s, IPPROTO_TCP, TCP_KEEPIDLE), 61);
  assert_int_equal(option_of(s, IPPROTO_TCP, TCP_KEEPINTVL), 7);
  assert_int_equal(option_of(s, IPPROTO_TCP, TCP_KEEPCNT), 4);
  pair_free(&pair);
}

static void test_any_of_them_switches_keep_alive_on(void **state)
{
  static const struct hc_tcp each[] = { { .keep_alive_ms = 1 },
                                        { .keep_interval_ms = 1 },
                                        { .keep_probes = 1 } };
  (void)state;
  for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
    struct pair pair;
    open_with(&pair, &each[i]);
    assert_int_equal(option_of(pair.client.stream, SOL_SOCKET, SO_KEEPALIVE),
                     1);
    pair_free(&pair);
  }
}

static void test_nothing_is_set_unasked(void **state)
{
  const struct hc_tcp none = { 0 };
  struct pair pair;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int usual;
  socklen_t len = sizeof(usual);

  (void)state;
  assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &usual, &len), 0);
  close(fd);
  open_with(&pair, &none);
  const struct hc_stream *s = pair.client.stream;
  assert_int_equal(option_of(s, SOL_SOCKET, SO_KEEPALIVE), 0);
  assert_int_equal(option_of(s, IPPROTO_TCP, TCP_KEEPIDLE), usual);
  assert_int_equal(option_of(s, IPPROTO_TCP, TCP_NODELAY), 0);
  pair_free(&pair);
}

static void test_no_delay_and_the_receive_buffer(void **state)
{
  const struct hc_tcp tcp = { .no_delay = true, .in_buffer = 8192 };
  struct pair pair;

  (void)state;
  open_with(&pair, &tcp);
  assert_true(option_of(pair.client.stream, IPPROTO_TCP, TCP_NODELAY) != 0);
  /* Linux doubles it for its own needs (socket(7)) */
  assert_int_equal(option_of(pair.client.stream, SOL_SOCKET, SO_RCVBUF), 16384);
  pair_free(&pair);
}

static void test_the_family_of_addresses_is_as_asked(void **state)
{
  const struct hc_tcp four = { .family = HC_FAMILY_IPV4 };
  struct pair pair;

  (void)state;
  open_with(&pair, &four);
  pair_free(&pair);
  pair = (struct pair){ 0 };
  pair_listen(&pair, false);
  struct hc_dial dial = pair_usual_dial(&pair);
  dial.tcp.family = HC_FAMILY_IPV6; /* but 127.0.0.1 is what is dialled */
  assert_int_equal(pair_dial(&pair, &dial), 0);
  pair_run_until(&pair, &pair.client.is_ended);
  assert_false(pair.client.is_open);
  end_close(&pair.client, HC_STREAM_CLEAN);
  pair_free(&pair);
}

static void test_its_own_address_is_the_peers_peer(void **state)
{
  const struct hc_tcp none = { 0 };
  struct hc_address own;
  struct hc_address seen;
  struct pair pair;

  (void)state;
  open_with(&pair, &none);
  hc_stream_local(pair.client.stream, &own);
  hc_stream_peer(pair.server.stream, &seen);
  assert_string_equal(own.host, seen.host);
  assert_int_equal(own.port, seen.port);
  pair_free(&pair);
}

/* --- the ends --- */

static void test_shut_ends_one_direction_behind_the_data(void **state)
{
  struct pair *pair = *state;

  end_write(&pair->client, "question", 8);
  hc_stream_shut(pair->client.stream);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, 0);
  end_assert_got(&pair->server, (const uint8_t *)"question", 8);
  end_write(&pair->server, "answer", 6);
  pair_run_until_got(pair, &pair->client, 6);
  assert_false(pair->client.is_ended);
  end_close(&pair->server, HC_STREAM_CLEAN);
  pair_run_until(pair, &pair->client.is_ended);
  assert_int_equal(pair->client.fault.code, 0);
}

static void test_reset_comes_behind_all_data(void **state)
{
  struct pair *pair = *state;
  uint8_t *bytes = pair_pattern(MIB);

  end_write(&pair->client, bytes, MIB);
  end_close(&pair->client, HC_STREAM_RESET);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, HYCO_ECONNRESET);
  end_assert_got(&pair->server, bytes, MIB);
  hc_free(bytes);
}

static void test_a_reset_behind_shut_is_one_too(void **state)
{
  struct pair *pair = *state;

  hc_stream_pause(pair->server.stream);
  end_write(&pair->client, "x", 1);
  hc_stream_shut(pair->client.stream);
  pair_settle(pair);
  end_close(&pair->client, HC_STREAM_RESET);
  pair_run_ms(pair, 50);
  hc_stream_resume(pair->server.stream);
  pair_run_until(pair, &pair->server.is_ended);
  end_assert_got(&pair->server, (const uint8_t *)"x", 1);
}

static void test_who_takes_no_more_after_its_end_is_noticed(void **state)
{
  struct pair *pair = *state;
  struct hc_span byte = hc_span_str("x");
  int rc = 0;

  hc_stream_shut(pair->server.stream);
  pair_run_until(pair, &pair->client.is_ended);
  assert_int_equal(pair->client.fault.code, 0);
  end_close(&pair->server, HC_STREAM_ABORT);
  for (int i = 0; i < 100 && rc == 0; i++) {
    rc = hc_stream_write(pair->client.stream, byte);
    pair_run_ms(pair, 10);
  }
  assert_int_equal(rc, HYCO_EWOULDBLOCK);
  assert_int_equal(hc_stream_pending(pair->client.stream), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_keep_alive_is_set_in_whole_seconds),
    cmocka_unit_test(test_any_of_them_switches_keep_alive_on),
    cmocka_unit_test(test_nothing_is_set_unasked),
    cmocka_unit_test(test_no_delay_and_the_receive_buffer),
    cmocka_unit_test(test_the_family_of_addresses_is_as_asked),
    cmocka_unit_test(test_its_own_address_is_the_peers_peer),
    PAIR_PLAIN(test_shut_ends_one_direction_behind_the_data),
    PAIR_PLAIN(test_reset_comes_behind_all_data),
    PAIR_PLAIN(test_a_reset_behind_shut_is_one_too),
    PAIR_PLAIN(test_who_takes_no_more_after_its_end_is_noticed),
  };
  return cmocka_run_group_tests_name("io_tcp", tests, NULL, NULL);
}
