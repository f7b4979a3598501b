/* How long bytes have waited for an acknowledgement: on a loopback device of
 * our own, in a network namespace, that is switched off and on. */
#include "base/memory.h"
#include "io/loop_internal.h"
#include "unit/io_pair.h"

#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { QUIET_MS = 300 };

static void switch_loopback(bool on)
{
  struct ifreq request = { .ifr_name = "lo" };
  int fd = socket(AF_INET, SOCK_DGRAM, 0);

  assert_true(fd >= 0);
  assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &request), 0);
  if (on)
    request.ifr_flags |= IFF_UP;
  else
    request.ifr_flags &= ~IFF_UP;
  assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
  close(fd);
}

static uint64_t unacked_ms(const struct pair *pair)
{
  return hc_stream_unacked_ms(pair->client.stream);
}

static void test_bytes_wait_from_when_they_were_sent(void **state)
{
  struct pair *pair = *state;

  end_write(&pair->client, "a", 1);
  pair_run_until_got(pair, &pair->server, 1);
  pair_run_ms(pair, QUIET_MS);
  assert_int_equal(unacked_ms(pair), 0);

  switch_loopback(false);
  uint64_t sent_ms = hc_net_now_ms(pair->net);
  end_write(&pair->client, "b", 1);
  do {
    pair_run_ms(pair, 1);
    uint64_t waited_ms = unacked_ms(pair);
    assert_true(waited_ms <= hc_net_now_ms(pair->net) - sent_ms + 10);
  } while (unacked_ms(pair) <= QUIET_MS); /* it does go up */

  switch_loopback(true);
  pair_run_until_got(pair, &pair->server, 2);
  while (unacked_ms(pair) > 0)
    pair_run_ms(pair, 1);
}

/* HC_ACCEPTED_SILENCE_MS, made short. */
static void test_an_accepted_stream_ends_when_nobody_acknowledges(void **state)
{
  struct pair *pair = *state;

  pair->loop->silence_ms = QUIET_MS;
  hc_io_timer_set(pair->loop, &pair->loop->vanished, 1);
  switch_loopback(false);
  end_write(&pair->server, "b", 1);
  pair_run_until(pair, &pair->server.is_ended);
  assert_int_equal(pair->server.fault.code, HYCO_ETIMEDOUT);
  switch_loopback(true);
}

/* Its TCP is there, whatever waits for it: TCP_USER_TIMEOUT would end it. */
static void test_one_whose_peer_does_not_read_goes_on(void **state)
{
  struct pair *pair = *state;
  uint8_t *bytes = pair_pattern(MIB);

  pair->loop->silence_ms = QUIET_MS;
  hc_io_timer_set(pair->loop, &pair->loop->vanished, 1);
  hc_stream_pause(pair->client.stream);
  for (int i = 0; i < 8; i++) {
    (void)hc_stream_write(pair->server.stream, hc_span_of(bytes, MIB));
    pair_run_ms(pair, 1);
  }
  assert_true(hc_stream_pending(pair->server.stream) > 0);
  pair_run_ms(pair, 4 * QUIET_MS);
  assert_false(pair->server.is_ended);
  hc_free(bytes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    PAIR_PLAIN(test_bytes_wait_from_when_they_were_sent),
    PAIR_PLAIN(test_an_accepted_stream_ends_when_nobody_acknowledges),
    PAIR_PLAIN(test_one_whose_peer_does_not_read_goes_on),
  };
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    perror("unshare");
    return 1;
  }
  switch_loopback(true);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
