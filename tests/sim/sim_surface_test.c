/* Settings that change what real roles do (hyco/property.h). */
#include "support/check.h"

#include "sim_world.h"
#include <stdlib.h>

static int config(struct hc_surface *surface, const char *text)
{
  return hc_surface_config(surface, text, NULL);
}

static void try_to_connect(struct sim_world *w)
{
  sim_world_sender(w);
  assert_int_equal(hc_sender_start(w->senders[w->n_senders - 1].core), 0);
}

static void let_in(hyco_receiver *r, hyco_connection_request *e,
                   void *user_data)
{
  (void)r;
  (void)user_data;
  assert_false(e->accept);
  assert_int_equal(e->status_code, 403);
  e->accept = true;
}

/* surface: AllowedClients */
static void who_is_not_on_the_list_is_rejected_with_403(void **state)
{
  struct sim_world *w = *state;

  sim_receiver_set(sim_world_receiver(w), "AllowedClients=10.0.0.0/8");
  sim_receiver_listen(&w->receivers[0]);
  w->receivers[0].core->events.on_connection_request = NULL;
  try_to_connect(w);
  sim_world_wait(w, "s0 connected 603", SIM_WAIT_MS);
  w->receivers[0].core->events.on_connection_request = let_in;
  sim_sender_connect(sim_world_sender(w));
  w->receivers[0].core->events.on_connection_request = NULL;
  sim_receiver_set(&w->receivers[0], "AllowedClients=127.0.0.*");
  sim_sender_connect(&w->senders[0]);
  assert_int_equal(
      config(&w->receivers[0].core->surface, "AllowedClients=10.0.0.0/64"),
      HYCO_EBADVALUE);
}

/* surface: MaxConnections */
static void one_connection_too_many_is_rejected_with_503(void **state)
{
  struct sim_world *w = *state;

  sim_receiver_set(sim_world_receiver(w), "MaxConnections=1");
  sim_world_join(w);
  assert_int_equal(config(&w->receivers[0].core->surface, "MaxConnections=2"),
                   HYCO_ELISTENING);
  try_to_connect(w);
  sim_world_wait(w, "s1 connected 605 503", SIM_WAIT_MS);
  assert_int_equal(hc_sender_disconnect(w->senders[0].core), 0);
  sim_world_wait(w, "r0 1 disconnected", SIM_WAIT_MS);
  sim_world_forget(w);
  sim_sender_connect(&w->senders[1]);
}

/* What on_connection_data_in is called with, straight. */
struct pieces {
  size_t calls;
  size_t ends;
  size_t bytes;
};
static struct pieces pieces;

static void count_piece(hyco_receiver *r, const hyco_connection_data_in *e,
                        void *user_data)
{
  (void)r;
  (void)user_data;
  pieces.calls++;
  pieces.ends += e->eom;
  pieces.bytes += e->len;
}

static void send_large(struct sim_world *w, size_t n)
{
  uint8_t *bytes = malloc(n);

  assert_non_null(bytes);
  sim_pattern(bytes, n, 7);
  pieces = (struct pieces){ 0 };
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_BINARY, hc_span_of(bytes, n)), 0);
  sim_run(w->sim, 5000);
  free(bytes);
}

/* surface: BufferMessage */
static void buffered_messages_come_whole_and_bounded(void **state)
{
  struct sim_world *w = *state;

  sim_receiver_set(sim_world_receiver(w), "MaxMessageSize=200000");
  sim_world_join(w);
  w->receivers[0].core->events.on_connection_data_in = count_piece;
  send_large(w, 200000);
  assert_true(pieces.calls > 1);
  assert_int_equal(pieces.bytes, 200000);
  sim_receiver_set(&w->receivers[0], "BufferMessage=true");
  send_large(w, 200000);
  assert_int_equal(pieces.calls, 1);
  assert_int_equal(pieces.ends, 1);
  assert_int_equal(pieces.bytes, 200000);
  send_large(w, 200001);
  assert_int_equal(pieces.calls, 0);
  assert_int_equal(sim_world_count(w, "r0 1 error 10040"), 1);
  assert_int_equal(sim_world_count(w, "s0 disconnected 1009"), 1);
}

/* surface: RenewNow */
static void renew_now_sends_a_token_that_the_relay_takes(void **state)
{
  struct sim_world *w = *state;

  struct hc_surface *surface = &sim_world_receiver(w)->core->surface;
  assert_int_equal(config(surface, "RenewNow=true"), HYCO_ENOTCONNECTED);
  sim_receiver_listen(&w->receivers[0]);
  sim_world_forget(w);
  assert_int_equal(config(surface, "RenewNow=true"), 0);
  sim_world_run(w, SIM_WAIT_MS, "");
  assert_int_equal(config(surface, "access_key=wrong"), 0);
  assert_int_equal(config(surface, "RenewNow=true"), 0);
  sim_world_wait(w, "r0 disconnected 1008", SIM_WAIT_MS);
}

/* surface: ConnectionUID */
static void no_two_connections_have_the_same_uid(void **state)
{
  struct sim_world *w = *state;
  const char *value;
  char first[64];

  sim_sender_connect(sim_world_sender(w));
  struct hc_surface *surface = &w->receivers[0].core->surface;
  assert_int_equal(hc_surface_config(surface, "ConnectionUID[1]", &value), 0);
  assert_int_equal(strlen(value), HC_GUID_LEN);
  (void)snprintf(first, sizeof first, "%s", value);
  assert_int_equal(hc_surface_config(surface, "ConnectionUID[2]", &value), 0);
  assert_string_not_equal(value, first);
  assert_int_equal(config(surface, "ConnectionUID[1]=x"), HYCO_EREADONLY);
}

static struct hc_stream *silent_stream;

static void drop_data(void *user_data, struct hc_span *in)
{
  (void)user_data;
  hc_span_drop(in, in->len);
}

static void ignore_end(void *user_data, const struct hc_fault *fault)
{
  (void)user_data;
  (void)fault;
}

static void take_and_say_nothing(void *user_data, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = drop_data,
                                                    .on_end = ignore_end };
  silent_stream = stream;
  hc_stream_set_handler(stream, &handler, user_data);
}

static int log_lines;
static int highest_level;
static void count_line(hyco_receiver *r, const hyco_log *e, void *user_data)
{
  (void)r;
  (void)user_data;
  log_lines++;
  if (e->log_level > highest_level)
    highest_level = e->log_level;
}

/* surface: LogLevel, on_log */
static void the_log_level_says_what_is_heard(void **state)
{
  (void)state;
  for (int level = 0; level <= 3; level++) {
    struct sim_world w;
    char text[32];

    log_lines = 0;
    highest_level = 0;
    sim_world_start_tls(&w, 17);
    (void)snprintf(text, sizeof text, "LogLevel=%d", level);
    sim_receiver_set(sim_world_receiver(&w), text);
    w.receivers[0].core->events.on_log = count_line;
    sim_receiver_listen(&w.receivers[0]);
    assert_int_equal(highest_level, level);
    assert_int_equal(log_lines == 0, level == 0);
    sim_world_finish(&w);
  }
}

/* surface: default_timeout */
static void new_connections_start_with_the_default_timeout(void **state)
{
  struct sim_world *w = *state;
  const char *value;

  sim_receiver_set(sim_world_receiver(w), "default_timeout=7");
  sim_world_join(w);
  sim_receiver_set(&w->receivers[0], "default_timeout=9");
  assert_int_equal(hc_surface_config(&w->receivers[0].core->surface,
                                     "azure_relay_connection_timeout[1]",
                                     &value),
                   0);
  assert_string_equal(value, "7");
}

/* surface: DefaultConnectionTimeout */
/* surface: namespace_address */
static void a_handshake_takes_no_longer_than_it_may(void **state)
{
  struct sim_world *w = *state;

  struct sim_sender *s = sim_world_sender(w);
  static const struct hc_listener_handler silent = { take_and_say_nothing };
  struct hc_listen listen = { .host = "127.0.0.1" };
  struct hc_listener *listener;
  char text[64];

  assert_int_equal(
      hc_listen(sim_net(w->sim), &listen, &silent, NULL, &listener, NULL), 0);
  (void)snprintf(text, sizeof text, "namespace_address=localhost:%u",
                 (unsigned)hc_listener_port(listener));
  sim_sender_set(s, text);
  sim_sender_set(s, "DefaultConnectionTimeout=3");
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_run(w->sim, 2900);
  assert_int_equal(sim_world_count(w, "s0 connected"), 0);
  sim_run(w->sim, 200);
  assert_int_equal(sim_world_count(w, "s0 connected 10060"), 1);
  hc_stream_close(silent_stream, HC_STREAM_ABORT);
  hc_listener_close(listener);
}

/* surface: ssl_server_cert_encoded */
static void the_servers_certificate_can_be_read_as_pem(void **state)
{
  struct sim_world *w = *state;
  const char *value;

  struct hc_surface *surface = &sim_world_receiver(w)->core->surface;
  assert_int_equal(
      hc_surface_config(surface, "ssl_server_cert_encoded", &value), 0);
  assert_string_equal(value, "");
  sim_receiver_listen(&w->receivers[0]);
  assert_int_equal(
      hc_surface_config(surface, "ssl_server_cert_encoded", &value), 0);
  assert_string_equal(value, "-----BEGIN CERTIFICATE-----\n"
                             "Y2VydGlmaWNhdGU=\n" /* "certificate" */
                             "-----END CERTIFICATE-----\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SIM_TEST(who_is_not_on_the_list_is_rejected_with_403, 11),
    SIM_TEST(one_connection_too_many_is_rejected_with_503, 12),
    SIM_TEST(buffered_messages_come_whole_and_bounded, 13),
    SIM_TEST(renew_now_sends_a_token_that_the_relay_takes, 14),
    SIM_JOINED_TEST(no_two_connections_have_the_same_uid, 15),
    cmocka_unit_test(the_log_level_says_what_is_heard),
    SIM_TEST(new_connections_start_with_the_default_timeout, 18),
    SIM_TEST(a_handshake_takes_no_longer_than_it_may, 19),
    SIM_TLS_TEST(the_servers_certificate_can_be_read_as_pem, 16),
  };
  return cmocka_run_group_tests_name("sim_surface", tests, NULL, NULL);
}
