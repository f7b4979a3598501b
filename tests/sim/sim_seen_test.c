/* Settings and properties of real roles as a service sees them: what stands on
 * the wire, and when (hyco/property.h). */
#include "sim_service.h"
#include "support/check.h"

enum { PING = 0x89, TEXT = 0x81, BINARY = 0x82 };

static struct hc_surface *surface_of(struct sim_service *s)
{
  return &s->world.receivers[0].core->surface;
}

static void check_row(struct hc_surface *surface, const char *name,
                      const char *expected)
{
  const char *value = NULL;

  assert_int_equal(hc_surface_config(surface, name, &value), 0);
  if (strcmp(value, expected) != 0)
    fail_msg("%s is %s, not %s", name, value, expected);
}

/* surface: DiagnosticId, hybrid_connection, namespace_address */
static void names_and_ids_stand_in_the_requests(void **state)
{
  struct sim_service *s = *state;
  char line[64];

  struct sim_receiver *r = &s->world.receivers[0];
  sim_receiver_set(r, "hybrid_connection=other name");
  sim_receiver_set(r, "DiagnosticId=mine to trace");
  sim_sender_set(&s->world.senders[0], "hybrid_connection=other/sub?x=1");
  sim_sender_set(&s->world.senders[0], "DiagnosticId=a/b");
  (void)sim_service_dialled(s, SIM_CONTROL);
  static const char listen[] = "GET /$hc/other%20name?sb-hc-action=listen"
                               "&sb-hc-id=mine%20to%20trace HTTP/1.1\r\n";
  assert_memory_equal(s->head, listen, sizeof listen - 1);
  (void)snprintf(line, sizeof line, "\r\nHost: localhost:%u\r\n",
                 (unsigned)s->world.port);
  assert_non_null(strstr(s->head, line));
  (void)sim_service_dialled(s, SIM_SENDER);
  static const char connect[] = "GET /$hc/other/sub?x=1&sb-hc-action=connect"
                                "&sb-hc-id=a%2Fb HTTP/1.1\r\n";
  assert_memory_equal(s->head, connect, sizeof connect - 1);
}

/* The next frame, a ping, comes after so long. */
static void expect_ping(struct sim_service *s, struct raw_peer *peer,
                        uint64_t ms)
{
  struct raw_frame frame;

  raw_expect_silence(peer, ms - 10);
  sim_run(s->world.sim, 20);
  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, PING);
}

/* surface: AzureRelayKeepAliveTime */
static void a_ping_comes_after_the_silence_that_is_set(void **state)
{
  static const enum sim_leg legs[] = { SIM_CONTROL, SIM_ACCEPTED, SIM_SENDER };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(legs); i++) {
    struct sim_service s;
    sim_service_start(&s, 2);
    sim_receiver_set(&s.world.receivers[0], "AzureRelayKeepAliveTime=20");
    sim_sender_set(&s.world.senders[0], "AzureRelayKeepAliveTime=20");
    struct raw_peer *peer = sim_service_opened(&s, legs[i]);
    expect_ping(&s, peer, 20000);
    sim_run(s.world.sim, 11000);
    raw_send_server_frame(peer, 0x8a, hc_span_str("")); /* a byte of life */
    expect_ping(&s, peer, 20000);
    sim_service_finish(&s);

    sim_service_start(&s, 2);
    sim_receiver_set(&s.world.receivers[0], "AzureRelayKeepAliveTime=0");
    sim_sender_set(&s.world.senders[0], "AzureRelayKeepAliveTime=0");
    raw_expect_silence(sim_service_opened(&s, legs[i]), 600000);
    sim_service_finish(&s);
  }
}

/* DESIGN section 8: "renewal is checked every 30 s" */
/* surface: AutoRenewThreshold */
static void a_token_is_renewed_so_long_before_its_end(void **state)
{
  struct sim_service *s = *state;
  struct raw_frame frame;

  struct sim_receiver *r = &s->world.receivers[0];
  sim_receiver_set(r, "TokenValidity=1200");
  sim_receiver_set(r, "AutoRenewThreshold=90");
  sim_receiver_set(r, "AzureRelayKeepAliveTime=0");
  struct raw_peer *control = sim_service_opened(s, SIM_CONTROL);
  raw_expect_silence(control, 1100000);
  sim_run(s->world.sim, 40000);
  assert_true(raw_read_frame(control, &frame));
  assert_int_equal(frame.first, TEXT);
  assert_memory_equal(frame.data.ptr, "{\"renewToken\":", 14);
}

static void expect_frame(struct raw_peer *peer, uint8_t first, const char *text)
{
  struct raw_frame frame;

  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, first);
  assert_true(frame.masked); /* RFC 6455 5.1 */
  check_span(frame.data, text);
}

/* surface: azure_relay_connection_data_format
 * surface: azure_relay_connection_data_to_send */
static void formats_are_opcodes_on_the_wire(void **state)
{
  struct sim_service *s = *state;
  static const struct {
    int format;
    uint8_t first;
  } cases[] = {
    { HYCO_FORMAT_AUTOMATIC, TEXT }, { HYCO_FORMAT_TEXT, TEXT },
    { HYCO_FORMAT_BINARY, BINARY },  { HYCO_FORMAT_PING, PING },
    { HYCO_FORMAT_PONG, 0x8a },
  };

  struct raw_peer *peer = sim_service_opened(s, SIM_ACCEPTED);
  struct hc_receiver *core = s->world.receivers[0].core;
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    assert_int_equal(hc_surface_set_number(&core->surface, 1,
                                           HYCO_CONNECTION_DATA_FORMAT,
                                           cases[i].format),
                     0);
    assert_int_equal(hc_surface_set_bytes(&core->surface, 1,
                                          HYCO_CONNECTION_DATA_TO_SEND,
                                          hc_span_str("hello")),
                     0);
    expect_frame(peer, cases[i].first, "hello");
    /* the calls say their format themselves */
    assert_int_equal(hc_receiver_send(core, 1, HC_WS_TEXT, hc_span_str("t")),
                     0);
    expect_frame(peer, TEXT, "t");
    assert_int_equal(hc_receiver_send(core, 1, HC_WS_BINARY, hc_span_str("b")),
                     0);
    expect_frame(peer, BINARY, "b");
  }
  assert_int_equal(hc_receiver_send(core, 1, HC_WS_TEXT, hc_span_str("\xff")),
                   HYCO_EBADVALUE);
  raw_expect_silence(peer, 1000);
}

/* DESIGN section 8, timeout = 0 */
/* surface: azure_relay_connection_bytes_sent
 * surface: azure_relay_connection_ready_to_send, on_connection_ready_to_send */
static void what_a_send_took_is_told_and_when_the_next_may_come(void **state)
{
  struct sim_service *s = *state;
  static uint8_t bytes[3 << 20];

  struct raw_peer *peer = sim_service_opened(s, SIM_ACCEPTED);
  struct hc_receiver *core = s->world.receivers[0].core;
  check_row(&core->surface, "azure_relay_connection_ready_to_send[1]", "true");
  assert_int_equal(hc_receiver_send(core, 1, HC_WS_TEXT, hc_span_str("five!")),
                   0);
  check_row(&core->surface, "azure_relay_connection_bytes_sent[1]", "5");
  raw_pause(peer);
  assert_int_equal(
      hc_receiver_send(core, 1, HC_WS_BINARY, hc_span_of(bytes, sizeof bytes)),
      0);
  check_row(&core->surface, "azure_relay_connection_bytes_sent[1]", "3145728");
  assert_int_equal(hc_receiver_send(core, 1, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_EWOULDBLOCK);
  check_row(&core->surface, "azure_relay_connection_ready_to_send[1]", "false");
  check_row(&core->surface, "azure_relay_connection_bytes_sent[1]", "0");
  sim_world_run(&s->world, 20000, "");
  raw_resume(peer);
  sim_world_run(&s->world, 20000, "r0 1 ready\n");
  check_row(&core->surface, "azure_relay_connection_ready_to_send[1]", "true");
}

/* surface: connected, azure_relay_connection_count */
static void connected_and_count_follow_what_is_open(void **state)
{
  struct sim_service s;

  (void)state;
  sim_service_start(&s, 6);
  check_row(surface_of(&s), "connected", "false");
  (void)sim_service_dialled(&s, SIM_CONTROL);
  check_row(surface_of(&s), "connected", "false");
  check_row(surface_of(&s), "listening", "true");
  sim_service_finish(&s);

  sim_service_start(&s, 6);
  struct raw_peer *control = sim_service_opened(&s, SIM_CONTROL);
  check_row(surface_of(&s), "connected", "true");
  check_row(surface_of(&s), "azure_relay_connection_count", "0");
  raw_close(control, HC_STREAM_CUT);
  sim_world_wait(&s.world, "r0 disconnected", SIM_WAIT_MS);
  check_row(surface_of(&s), "connected", "false");
  sim_service_finish(&s);

  sim_service_start(&s, 6);
  struct raw_peer *peer = sim_service_opened(&s, SIM_ACCEPTED);
  check_row(surface_of(&s), "azure_relay_connection_count", "1");
  raw_close(peer, HC_STREAM_CUT);
  sim_world_wait(&s.world, "r0 1 disconnected", SIM_WAIT_MS);
  check_row(surface_of(&s), "azure_relay_connection_count", "0");
  sim_service_finish(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SERVICE_TEST(names_and_ids_stand_in_the_requests, 1),
    cmocka_unit_test(a_ping_comes_after_the_silence_that_is_set),
    SERVICE_TEST(a_token_is_renewed_so_long_before_its_end, 3),
    SERVICE_TEST(formats_are_opcodes_on_the_wire, 4),
    SERVICE_TEST(what_a_send_took_is_told_and_when_the_next_may_come, 5),
    cmocka_unit_test(connected_and_count_follow_what_is_open),
  };
  return cmocka_run_group_tests_name("sim_seen", tests, NULL, NULL);
}
