/* Listening, connecting and being refused: the real receiver, sender and relay
 * on a simulated net. */
#include "support/check.h"

#include "sim_world.h"

/* hyco/receiver.h, "Order for one connection" */
/* surface: on_connection_ready_to_send */
static void events_come_in_the_order_that_the_header_says(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_set(r, "HalfClose=true");

  assert_int_equal(hc_receiver_start(r->core, false), 0);
  sim_world_run(w, 100,
                "r0 certificate OK\n"
                "r0 connected 0 OK\n");
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "s0 certificate OK\n"
                "r0 request\n"
                "r0 certificate OK\n"
                "s0 connected 0 OK\n"
                "s0 ready\n"
                "r0 1 connected\n"
                "r0 1 ready\n");
  assert_int_equal(sim_sender_send(s, HC_WS_TEXT, hc_span_str("hello")), 0);
  assert_int_equal(hc_sender_disconnect(s->core), 0);
  sim_world_run(w, 100,
                "r0 1 text \"hello\"\n"
                "r0 1 end 1000 \n");
  assert_int_equal(hc_receiver_disconnect(r->core, 1), 0);
  sim_world_run(w, 100,
                "r0 1 disconnected 1000 \n"
                "s0 disconnected 1000 \n");
  hc_receiver_stop(r->core);
  sim_world_run(w, 100, "r0 disconnected 0 OK\n");
  assert_int_equal(sim_open_handles(w->sim), 1); /* the relay's door */
}

static void text_and_binary_go_both_ways(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = &w->receivers[0];
  struct sim_sender *s = &w->senders[0];

  assert_int_equal(sim_sender_send(s, HC_WS_TEXT, hc_span_str("h\xc3\xa9")), 0);
  assert_int_equal(sim_sender_send(s, HC_WS_BINARY, hc_span_of("\x00\xff", 2)),
                   0);
  assert_int_equal(sim_sender_send(s, HC_WS_BINARY, hc_span_of(NULL, 0)), 0);
  sim_run(w->sim, 100);
  assert_true(r->last_len == 0);
  sim_world_forget(w);
  assert_int_equal(sim_receiver_send(r, 1, HC_WS_TEXT, hc_span_str("one")), 0);
  assert_int_equal(sim_receiver_send(r, 1, HC_WS_BINARY, hc_span_str("two")),
                   0);
  assert_int_equal(sim_receiver_send(r, 1, HC_WS_TEXT, hc_span_str("")), 0);
  sim_world_run(w, 100,
                "s0 text \"one\"\n"
                "s0 binary \"two\"\n"
                "s0 text \"\"\n");
}

/* The relay answers pings on each leg itself (DESIGN section 8). */
static void a_ping_is_answered_with_its_own_bytes(void **state)
{
  struct sim_world *w = *state;
  assert_int_equal(
      sim_sender_send(&w->senders[0], HC_WS_PING, hc_span_str("are you?")), 0);
  sim_world_run(w, 100, "s0 pong \"are you?\"\n");
  assert_int_equal(
      sim_receiver_send(&w->receivers[0], 1, HC_WS_PING, hc_span_str("")), 0);
  sim_world_run(w, 100, "r0 1 pong \"\"\n");
}

static void a_control_frame_above_125_bytes_is_refused(void **state)
{
  struct sim_world *w = *state;
  uint8_t bytes[HC_WS_CONTROL_MAX + 1] = { 0 };
  assert_int_equal(sim_sender_send(&w->senders[0], HC_WS_PING,
                                   hc_span_of(bytes, sizeof bytes)),
                   HYCO_EBADVALUE);
  assert_int_equal(sim_sender_send(&w->senders[0], HC_WS_PING,
                                   hc_span_of(bytes, sizeof bytes - 1)),
                   0);
  sim_world_run(w, 100, "s0 pong 125 bytes\n");
}

/* The rows of a connection, and what the request said. */
static void a_receiver_knows_who_connected(void **state)
{
  struct sim_world *w = *state;
  const char *text = NULL;
  int64_t number = 0;
  (void)sim_world_receiver(w);
  sim_sender_set(sim_world_sender(w), "hybrid_connection=hyco/sub?x=1");
  sim_sender_set(&w->senders[0], "DiagnosticId=my-id");
  sim_world_join(w);
  struct hc_surface *surface = &w->receivers[0].core->surface;

  assert_int_equal(
      hc_surface_get_text(surface, 1, HYCO_CONNECTION_ADDRESS, &text), 0);
  assert_non_null(strstr(text, "/$hc/hyco/sub?x=1&sb-hc-action=accept"));
  assert_int_equal(
      hc_surface_get_text(surface, 1, HYCO_CONNECTION_REMOTE_ADDRESS, &text),
      0);
  assert_string_equal(text, "127.0.0.1");
  assert_int_equal(
      hc_surface_get_number(surface, 1, HYCO_CONNECTION_REMOTE_PORT, &number),
      0);
  assert_in_range(number, 40000, 60000);
  assert_int_equal(
      hc_surface_get_text(surface, 1, HYCO_CONNECTION_CONNECT_HEADERS, &text),
      0);
  assert_non_null(strstr(text, "\"Host\""));
  assert_null(strstr(text, "SharedAccessSignature"));
  assert_int_equal(
      hc_surface_get_number(surface, 1, HYCO_CONNECTION_CONNECTION_ID, &number),
      0);
  assert_int_equal(number, 1);
  assert_int_equal(
      hc_surface_get_number(surface, 0, HYCO_CONNECTION_COUNT, &number), 0);
  assert_int_equal(number, 1);
  assert_int_equal(hc_surface_get_text(&w->senders[0].core->surface, 0,
                                       HYCO_CONNECTION_ID, &text),
                   0);
  assert_string_equal(text, "my-id");
}

static void the_first_offered_sub_protocol_is_agreed_to(void **state)
{
  struct sim_world *w = *state;
  const char *text = NULL;
  sim_sender_set(sim_world_sender(w), "SubProtocols=a, b");
  sim_world_join(w);
  assert_int_equal(hc_surface_get_text(&w->receivers[0].core->surface, 1,
                                       HYCO_CONNECTION_SUB_PROTOCOLS, &text),
                   0);
  assert_string_equal(text, "a, b");
}

/* surface: on_error */
static void a_sub_protocol_that_was_not_offered_is_our_error(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_sender_set(s, "SubProtocols=a,b");
  r->decision.sub_protocol = "c";
  sim_receiver_listen(r);
  sim_world_forget(w);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "r0 request\n"
                "r0 error 613 sub_protocol \"c\" was not offered (\"a,b\")\n"
                "s0 connected 605 500 The listener chose a sub-protocol that "
                "was not offered.\n");
  r->decision.sub_protocol = "b";
  sim_sender_connect(s);
}

static void a_rejection_reaches_the_sender_with_status_and_words(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(r);
  sim_world_forget(w);
  r->decision.accept = false;
  r->decision.status_code = 451;
  r->decision.status_description = "Not here & not now";
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "r0 request\n"
                "s0 connected 151 451 Not here & not now\n");
  assert_true(hc_list_is_empty(&r->core->rejects));
}

/* DESIGN section 8: as the .NET SDK. */
static void a_rejection_without_status_is_400_by_user_code(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(r);
  sim_world_forget(w);
  r->decision.accept = false;
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "r0 request\n"
                "s0 connected 151 400 Rejected by user code\n");
  r->decision.accept = true; /* and the sender may try again */
  sim_sender_connect(s);
}

static void a_status_that_the_service_refuses_is_reported(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(r);
  sim_world_forget(w);
  r->decision.accept = false;
  r->decision.status_code = 1;
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "r0 request\n"
                "r0 error 608 rejecting failed: 400 The status code is not "
                "valid.\n");
}

/* surface: access_key */
static void a_wrong_key_is_602_and_ends_the_start(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_set(r, "access_key=wrong");
  sim_sender_set(s, "access_key=wrong");
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  sim_world_run(w, 100000,
                "r0 connected 602 401 The token has an invalid signature.\n");
  assert_false(hc_receiver_is_listening(r->core));
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100000,
                "s0 connected 602 401 The token has an invalid signature.\n");
  assert_int_equal(sim_open_handles(w->sim), 1);
}

/* surface: access_key_name */
static void a_right_that_is_missing_is_603(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  sim_receiver_set(r, "access_key_name=send");
  sim_receiver_set(r, "access_key=send-key");
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  sim_world_run(w, 100000,
                "r0 connected 603 403 The token lacks the right Listen.\n");
  assert_false(hc_receiver_is_listening(r->core));
}

static void an_unknown_entity_is_604_and_ends_the_start(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_set(r, "hybrid_connection=nowhere");
  sim_sender_set(s, "hybrid_connection=nowhere");
  assert_int_equal(hc_receiver_start(r->core, false), 0);
  sim_world_run(w, 100000, "r0 connected 604 404 Endpoint does not exist.\n");
  assert_false(hc_receiver_is_listening(r->core));
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100000, "s0 connected 604 404 Endpoint does not exist.\n");
}

static void without_a_listener_a_sender_gets_604(void **state)
{
  struct sim_world *w = *state;
  struct sim_sender *s = sim_world_sender(w);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "s0 connected 604 404 There are no listeners connected for "
                "the endpoint.\n");
  sim_receiver_listen(sim_world_receiver(w));
  sim_sender_connect(s);
}

/* DESIGN section 8: "--once" and the blocking form end on any failure. */
static void the_blocking_form_ends_on_any_failure(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  sim_refuse_dials(w->sim, true);
  assert_int_equal(hc_receiver_start(r->core, true), 0);
  sim_world_run(w, 100000, "r0 connected 10061 ...\n");
  assert_false(hc_receiver_is_listening(r->core));
}

static void a_certificate_that_is_refused_is_280(void **state)
{
  struct sim_world *w = *state;
  struct sim_receiver *r = sim_world_receiver(w);
  struct sim_sender *s = sim_world_sender(w);
  s->refuse_certificate = true;
  r->refuse_certificate = true;
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "s0 certificate OK\n"
                "s0 connected 280 the certificate is not accepted\n");
  assert_int_equal(hc_receiver_start(r->core, true), 0);
  sim_world_run(w, 100,
                "r0 certificate OK\n"
                "r0 connected 280 the certificate is not accepted\n");
  r->refuse_certificate = false;
  s->refuse_certificate = false;
  sim_receiver_listen(r);
  r->refuse_certificate = true; /* of the rendezvous */
  sim_world_forget(w);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "s0 certificate OK\n"
                "r0 request\n"
                "r0 certificate OK\n"
                "r0 error 608 accepting failed: the certificate is not "
                "accepted\n");
}

static void an_entity_with_a_blank_in_its_name_is_reached_escaped(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(sim_world_receiver(w), "hybrid_connection=my%20hyco");
  sim_sender_set(sim_world_sender(w), "hybrid_connection=my hyco");
  sim_world_join(w);
}

static void an_entity_may_be_open_to_senders_without_a_token(void **state)
{
  struct sim_world *w = *state;
  sim_receiver_set(sim_world_receiver(w), "hybrid_connection=open");
  struct sim_sender *s = sim_world_sender(w);
  sim_sender_set(s, "hybrid_connection=open");
  sim_sender_set(s, "access_key=");
  sim_sender_set(s, "access_key_name=");
  sim_world_join(w);
}

static void two_receivers_get_the_senders_in_turn(void **state)
{
  struct sim_world *w = *state;
  enum { N_SENDERS = 8 };
  sim_receiver_listen(sim_world_receiver(w));
  sim_receiver_listen(sim_world_receiver(w));
  for (int i = 0; i < N_SENDERS; i++)
    sim_sender_connect(sim_world_sender(w));
  for (size_t i = 0; i < 2; i++) {
    int64_t n = 0;
    assert_int_equal(hc_surface_get_number(&w->receivers[i].core->surface, 0,
                                           HYCO_CONNECTION_COUNT, &n),
                     0);
    assert_int_equal(n, N_SENDERS / 2);
  }
}

static void connection_ids_are_never_used_again(void **state)
{
  struct sim_world *w = *state;
  assert_int_equal(hc_receiver_disconnect(w->receivers[0].core, 1), 0);
  sim_run(w->sim, 100);
  assert_int_equal(hc_receiver_disconnect(w->receivers[0].core, 1),
                   HYCO_EBADID);
  sim_world_forget(w);
  sim_sender_connect(&w->senders[0]);
  sim_world_wait(w, "r0 2 ready", SIM_WAIT_MS);
}

static void a_sender_has_one_connection_at_a_time(void **state)
{
  struct sim_world *w = *state;
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(sim_world_receiver(w));
  assert_int_equal(hc_sender_disconnect(s->core), HYCO_ENOTCONNECTED);
  assert_int_equal(hc_sender_start(s->core), 0);
  assert_int_equal(hc_sender_start(s->core), HYCO_EBUSY);
  sim_world_wait(w, "s0 ready", SIM_WAIT_MS);
  assert_int_equal(hc_sender_start(s->core), HYCO_EBUSY);
}

static void call_off(void *user_data)
{
  struct sim_sender *s = user_data;
  assert_int_equal(hc_sender_disconnect(s->core), 0);
  assert_int_equal(hc_sender_disconnect(s->core), 0); /* again: nothing */
}

/* However far it is; on_connected tells, and nothing comes behind it. */
static void connecting_may_be_called_off_at_any_time(void **state)
{
  struct sim_world *w = *state;
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(sim_world_receiver(w));

  for (uint64_t at_ms = 0; at_ms < 5; at_ms++) {
    sim_world_forget(w);
    assert_int_equal(hc_sender_start(s->core), 0);
    sim_run(w->sim, at_ms);
    call_off(s);
    assert_int_equal(hc_sender_start(s->core), HYCO_EBUSY);
    sim_run(w->sim, 100);
    assert_int_equal(sim_world_count(w, "s0 connected 301 called off"), 1);
    assert_int_equal(sim_world_count(w, "s0 disconnected"), 0);
    assert_int_equal(hc_sender_disconnect(s->core), HYCO_ENOTCONNECTED);
  }
  sim_sender_connect(s); /* anew */
}

static void connecting_may_be_called_off_in_a_handler(void **state)
{
  struct sim_world *w = *state;
  struct sim_sender *s = sim_world_sender(w);
  sim_receiver_listen(sim_world_receiver(w));

  sim_world_forget(w);
  sim_world_on(w, "s0 certificate", call_off, s);
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_world_run(w, 100,
                "s0 certificate OK\n"
                "s0 connected 301 called off\n");
}

static void waiting_for_a_listener_may_be_called_off(void **state)
{
  struct sim_world *w = *state;
  struct sim_sender *s = sim_world_sender(w);

  sim_sender_set(s, "WaitForListener=600");
  assert_int_equal(hc_sender_start(s->core), 0);
  sim_run(w->sim, 20000);
  call_off(s);
  sim_world_forget(w);
  sim_world_run(w, 600000, "s0 connected 301 called off\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    SIM_TLS_TEST(events_come_in_the_order_that_the_header_says, 1),
    SIM_JOINED_TEST(text_and_binary_go_both_ways, 2),
    SIM_JOINED_TEST(a_ping_is_answered_with_its_own_bytes, 3),
    SIM_JOINED_TEST(a_control_frame_above_125_bytes_is_refused, 4),
    SIM_TEST(a_receiver_knows_who_connected, 5),
    SIM_TEST(the_first_offered_sub_protocol_is_agreed_to, 6),
    SIM_TEST(a_sub_protocol_that_was_not_offered_is_our_error, 7),
    SIM_TEST(a_rejection_reaches_the_sender_with_status_and_words, 8),
    SIM_TEST(a_rejection_without_status_is_400_by_user_code, 9),
    SIM_TEST(a_status_that_the_service_refuses_is_reported, 10),
    SIM_TEST(a_wrong_key_is_602_and_ends_the_start, 11),
    SIM_TEST(a_right_that_is_missing_is_603, 12),
    SIM_TEST(an_unknown_entity_is_604_and_ends_the_start, 13),
    SIM_TEST(without_a_listener_a_sender_gets_604, 14),
    SIM_TEST(the_blocking_form_ends_on_any_failure, 15),
    SIM_TLS_TEST(a_certificate_that_is_refused_is_280, 16),
    SIM_TEST(an_entity_with_a_blank_in_its_name_is_reached_escaped, 17),
    SIM_TEST(an_entity_may_be_open_to_senders_without_a_token, 18),
    SIM_TEST(two_receivers_get_the_senders_in_turn, 19),
    SIM_JOINED_TEST(connection_ids_are_never_used_again, 20),
    SIM_TEST(a_sender_has_one_connection_at_a_time, 21),
    SIM_TLS_TEST(connecting_may_be_called_off_at_any_time, 22),
    SIM_TLS_TEST(connecting_may_be_called_off_in_a_handler, 23),
    SIM_TEST(waiting_for_a_listener_may_be_called_off, 24),
  };
  return cmocka_run_group_tests_name("sim_connect", tests, NULL, NULL);
}
