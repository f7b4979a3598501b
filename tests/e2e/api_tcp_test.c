/* The TCP settings of receivers and senders, asked of the kernel on their own
 * sockets: each that is dialled is looked at when its connection stands
 * (hc_io_stream_attach is wrapped). */
#include "api_world.h"

#include "io/stream.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS_MAX = 8 };

struct seen {
  char local[INET_ADDRSTRLEN];
  int keep_alive;
  int idle_s;
  int interval_s;
  int probes;
  int no_delay;
  int in_buffer;
};

static struct seen seen[SOCKETS_MAX];
static size_t n_seen;

static int option_of(int fd, int level, int option)
{
  int value = -1;
  socklen_t len = sizeof value;
  assert_int_equal(getsockopt(fd, level, option, &value, &len), 0);
  return value;
}

static void look_at(int fd)
{
  struct sockaddr_in address;
  socklen_t len = sizeof address;
  struct seen *s = &seen[n_seen++];

  assert_true(n_seen <= SOCKETS_MAX);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
  assert_non_null(
      inet_ntop(AF_INET, &address.sin_addr, s->local, sizeof s->local));
  s->keep_alive = option_of(fd, SOL_SOCKET, SO_KEEPALIVE);
  s->idle_s = option_of(fd, IPPROTO_TCP, TCP_KEEPIDLE);
  s->interval_s = option_of(fd, IPPROTO_TCP, TCP_KEEPINTVL);
  s->probes = option_of(fd, IPPROTO_TCP, TCP_KEEPCNT);
  s->no_delay = option_of(fd, IPPROTO_TCP, TCP_NODELAY);
  s->in_buffer = option_of(fd, SOL_SOCKET, SO_RCVBUF);
}

/* The linker's --wrap names them. NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_hc_io_stream_attach(struct hc_io_stream *s, int fd,
                               struct hc_tls *tls, const char *host,
                               uint16_t port);
int __wrap_hc_io_stream_attach(struct hc_io_stream *s, int fd,
                               struct hc_tls *tls, const char *host,
                               uint16_t port);
int __wrap_hc_io_stream_attach(struct hc_io_stream *s, int fd,
                               struct hc_tls *tls, const char *host,
                               uint16_t port)
{
  if (host != NULL) /* dialled, not accepted by the relay's thread */
    look_at(fd);
  return __real_hc_io_stream_attach(s, fd, tls, host, port);
}
/* NOLINTEND(bugprone-reserved-identifier) */

static void set(struct api_world *w, const char *text)
{
  assert_int_equal(hyco_receiver_config(w->receiver, text, NULL), 0);
  assert_int_equal(hyco_sender_config(w->sender, text, NULL), 0);
}

/* surface: InBufferSize, KeepAliveInterval, KeepAliveRetryCount, KeepAliveTime
 */
/* surface: KeepAliveTime, KeepAliveInterval, KeepAliveRetryCount
 * surface: InBufferSize, TcpNoDelay, local_host */
static void every_socket_is_as_set(void **state)
{
  struct api_world *w = *state;
  const char *local;

  n_seen = 0;
  set(w, "KeepAliveTime=61000");
  set(w, "KeepAliveInterval=7000");
  set(w, "KeepAliveRetryCount=4");
  set(w, "InBufferSize=8192");
  set(w, "TcpNoDelay=false");
  set(w, "UseIPv6=0");
  set(w, "local_host=127.0.0.2");
  api_world_join(w);
  assert_int_equal(n_seen, 3); /* control channel, sender, rendezvous */
  assert_int_equal(
      hyco_receiver_get_string(w->receiver, HYCO_LOCAL_HOST, &local), 0);
  assert_string_equal(local, "127.0.0.2");
  for (size_t i = 0; i < n_seen; i++) {
    assert_string_equal(seen[i].local, "127.0.0.2");
    assert_int_equal(seen[i].keep_alive, 1);
    assert_int_equal(seen[i].idle_s, 61);
    assert_int_equal(seen[i].interval_s, 7);
    assert_int_equal(seen[i].probes, 4);
    assert_int_equal(seen[i].no_delay, 0);
    assert_int_equal(seen[i].in_buffer, 16384); /* doubled: socket(7) */
  }
}

/* spec receiver.md, local_host: "Unset: value of gethostname()" */
static void without_settings_only_no_delay_is_set(void **state)
{
  struct api_world *w = *state;
  const char *local;
  char own[256];

  n_seen = 0;
  assert_int_equal(gethostname(own, sizeof own), 0);
  assert_int_equal(hyco_sender_get_string(w->sender, HYCO_LOCAL_HOST, &local),
                   0);
  assert_string_equal(local, own);
  assert_int_equal(
      hyco_receiver_get_string(w->receiver, HYCO_LOCAL_HOST, &local), 0);
  assert_string_equal(local, own);
  api_world_join(w);
  assert_int_equal(hyco_sender_get_string(w->sender, HYCO_LOCAL_HOST, &local),
                   0);
  assert_string_equal(local, "127.0.0.1");
  assert_int_equal(n_seen, 3);
  for (size_t i = 0; i < n_seen; i++) {
    assert_int_equal(seen[i].keep_alive, 0);
    assert_true(seen[i].no_delay != 0);
    assert_true(seen[i].in_buffer > 16384); /* the system tunes it */
  }
}

/* surface: UseIPv6 */
/* surface: UseIPv6 */
static void ipv6_only_does_not_reach_an_ipv4_address(void **state)
{
  struct api_world *w = *state;

  n_seen = 0;
  set(w, "UseIPv6=2");
  assert_true(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true) < 0);
  assert_int_equal(n_seen, 0);
  assert_int_equal(hyco_receiver_config(w->receiver, "UseIPv6=3", NULL),
                   HYCO_EBADVALUE);
}

static void a_local_host_that_is_none_is_an_error(void **state)
{
  struct api_world *w = *state;

  n_seen = 0;
  set(w, "local_host=192.0.2.1"); /* RFC 5737: nobody's */
  assert_int_equal(hyco_receiver_set_bool(w->receiver, HYCO_LISTENING, true),
                   HYCO_EADDRNOTAVAIL);
  assert_int_equal(n_seen, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(every_socket_is_as_set, api_world_setup,
                                    api_world_teardown),
    cmocka_unit_test_setup_teardown(without_settings_only_no_delay_is_set,
                                    api_world_setup, api_world_teardown),
    cmocka_unit_test_setup_teardown(ipv6_only_does_not_reach_an_ipv4_address,
                                    api_world_setup, api_world_teardown),
    cmocka_unit_test_setup_teardown(a_local_host_that_is_none_is_an_error,
                                    api_world_setup, api_world_teardown),
  };
  return cmocka_run_group_tests_name("api_tcp", tests, NULL, NULL);
}
