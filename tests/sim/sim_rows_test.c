/* The rows of the property table that belong to a connection (hyco/property.h),
 * on connections of the real roles. */
#include "support/check.h"

#include "sim_world.h"

static void check_text(struct hc_surface *surface, const char *name,
                       const char *expected)
{
  const char *value = NULL;

  assert_int_equal(hc_surface_config(surface, name, &value), 0);
  if (strncmp(value, expected, strlen(expected)) != 0)
    fail_msg("%s is %s, not %s", name, value, expected);
}

/* surface: azure_relay_connection_count */
static void a_receivers_connection_tells_what_it_knows(void **state)
{
  struct sim_world *w = *state;
  static const char *const rows[][2] = {
    { "azure_relay_connection_accept_data[1]", "true" },
    { "azure_relay_connection_address[1]", "ws://localhost:" },
    { "azure_relay_connection_bytes_sent[1]", "0" },
    { "azure_relay_connection_connected[1]", "true" },
    { "azure_relay_connection_connect_headers[1]", "{\"" },
    { "azure_relay_connection_connection_id[1]", "1" },
    { "azure_relay_connection_data_format[1]", "0" },
    { "azure_relay_connection_extensions[1]", "" },
    { "azure_relay_connection_host[1]", "localhost:" },
    { "azure_relay_connection_ready_to_send[1]", "true" },
    { "azure_relay_connection_remote_address[1]", "127.0.0.1" },
    { "azure_relay_connection_remote_port[1]", "4000" },
    { "azure_relay_connection_sub_protocols[1]", "a, b" },
    { "azure_relay_connection_timeout[1]", "0" },
    { "MessageLength[1]", "0" },
    { "TotalReceived[1]", "0" },
    { "TotalSent[1]", "0" },
    { "azure_relay_connection_count", "1" },
    { "connected", "true" },
    { "listening", "true" },
  };

  sim_sender_set(sim_world_sender(w), "SubProtocols=a, b");
  sim_world_join(w);
  struct hc_surface *surface = &w->receivers[0].core->surface;
  for (size_t i = 0; i < CHECK_COUNT(rows); i++)
    check_text(surface, rows[i][0], rows[i][1]);
  assert_int_equal(hc_surface_config(surface, "MessageLength[2]", NULL),
                   HYCO_EBADID);
  assert_int_equal(hc_surface_config(surface, "MessageLength[2]=1", NULL),
                   HYCO_EBADID);
}

static void a_senders_rows_are_its_connections(void **state)
{
  struct sim_world *w = *state;
  static const char *const rows[][2] = {
    { "azure_relay_connection_accept_data", "true" },
    { "azure_relay_connection_connected", "true" },
    { "azure_relay_connection_ready_to_send", "true" },
    { "azure_relay_connection_timeout", "0" },
    { "connected", "true" },
  };

  struct hc_surface *surface = &sim_world_sender(w)->core->surface;
  check_text(surface, "connected", "false");
  check_text(surface, "azure_relay_connection_ready_to_send", "false");
  sim_world_join(w);
  for (size_t i = 0; i < CHECK_COUNT(rows); i++)
    check_text(surface, rows[i][0], rows[i][1]);
}

/* hyco's own: TotalReceived, TotalSent */
static void what_a_connection_has_carried_is_told(void **state)
{
  struct sim_world *w = *state;

  struct hc_surface *receiver = &w->receivers[0].core->surface;
  struct hc_surface *sender = &w->senders[0].core->surface;
  struct hc_receiver *core = w->receivers[0].core;
  assert_int_equal(
      hc_sender_send(w->senders[0].core, HC_WS_TEXT, hc_span_str("hello")), 0);
  assert_int_equal(
      hc_sender_send(w->senders[0].core, HC_WS_PING, hc_span_str("x")), 0);
  assert_int_equal(hc_receiver_send(core, 1, HC_WS_TEXT, hc_span_str("one")),
                   0);
  assert_int_equal(hc_surface_config(receiver, "MessageLength[1]=6", NULL), 0);
  assert_int_equal(hc_receiver_send(core, 1, HC_WS_TEXT, hc_span_str("two")),
                   0);
  assert_int_equal(hc_receiver_send(core, 1, HC_WS_TEXT, hc_span_str("two")),
                   0);
  sim_run(w->sim, 1000);
  check_text(receiver, "TotalReceived[1]", "5");
  check_text(receiver, "TotalSent[1]", "9");
  check_text(sender, "TotalReceived", "9");
  check_text(sender, "TotalSent", "5");
  assert_int_equal(hc_surface_config(sender, "TotalSent=1", NULL),
                   HYCO_EREADONLY);
  assert_int_equal(hc_receiver_disconnect(core, 1), 0);
  sim_run(w->sim, 1000);
  check_text(sender, "TotalReceived", "9");
  sim_world_forget(w);
  sim_world_join(w);
  check_text(sender, "TotalReceived", "0");
  check_text(receiver, "TotalReceived[2]", "0");
}

/* surface: connected, azure_relay_connection_connected */
static void connected_can_only_be_set_to_false(void **state)
{
  struct sim_world *w = *state;

  struct hc_surface *receiver = &w->receivers[0].core->surface;
  assert_int_equal(hc_surface_config(receiver,
                                     "azure_relay_connection_connected[1]=true",
                                     NULL),
                   HYCO_EBADVALUE);
  assert_int_equal(hc_surface_config(&w->senders[0].core->surface,
                                     "azure_relay_connection_connected=true",
                                     NULL),
                   HYCO_EBADVALUE);
  sim_receiver_set(&w->receivers[0],
                   "azure_relay_connection_connected[1]=false");
  sim_world_run(w, SIM_WAIT_MS,
                "s0 disconnected 1000 \nr0 1 disconnected 1000 \n");
  sim_world_join(w);
  sim_sender_set(&w->senders[0], "azure_relay_connection_connected=false");
  sim_world_run(w, SIM_WAIT_MS,
                "r0 2 disconnected 1000 \ns0 disconnected 1000 \n");
}

static void sends_of_who_is_not_connected_say_so(void **state)
{
  struct sim_world *w = *state;

  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  assert_int_equal(hc_receiver_send(r->core, 1, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_EBADID);
  assert_int_equal(hc_sender_send(s->core, HC_WS_TEXT, hc_span_str("x")),
                   HYCO_ENOTCONNECTED);
  assert_int_equal(hc_sender_disconnect(s->core), HYCO_ENOTCONNECTED);
  assert_int_equal(hc_receiver_disconnect(r->core, 1), HYCO_EBADID);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SIM_TEST(a_receivers_connection_tells_what_it_knows, 1),
    SIM_TEST(a_senders_rows_are_its_connections, 1),
    SIM_JOINED_TEST(what_a_connection_has_carried_is_told, 1),
    SIM_JOINED_TEST(connected_can_only_be_set_to_false, 1),
    SIM_TEST(sends_of_who_is_not_connected_say_so, 1),
  };
  return cmocka_run_group_tests_name("sim_rows", tests, NULL, NULL);
}
