/* One-use addresses: accept and reject (spec protocol.md, accept;
 * hybrid-connections.md 1.7, 9, 10). */
#include "support/check.h"
#include "support/relay_world.h"

/* A listener, a sender that waits, and the address that it can be had at. */
struct offer {
  struct raw_peer listener;
  struct raw_peer sender;
  char target[1024];
};

static void offer_with(struct relay_world *w, struct offer *o,
                       const char *fields)
{
  struct hc_control control;

  world_listen(w, &o->listener, "open");
  world_send_upgrade(w, &o->sender, "/$hc/open?a=b", fields);
  world_read_accept(&o->listener, &control);
  snprintf(o->target, sizeof o->target, "%s", world_target(&control));
  hc_control_deinit(&control);
}

static void offer_end(struct offer *o)
{
  raw_close(&o->listener, HC_STREAM_ABORT);
  raw_close(&o->sender, HC_STREAM_ABORT);
}

/* spec hybrid-connections.md 1.7: the sender's 101 is held. */
static void both_101_leave_when_the_listener_has_come(void **state)
{
  struct relay_world *w = *state;
  struct offer o;

  offer_with(w, &o, "");
  raw_expect_silence(&o.sender, 5000);
  world_send_upgrade(w, &w->rendezvous, o.target, "");
  assert_int_equal(world_answer(w, &w->rendezvous), 101);
  assert_non_null(strstr(w->head, "\r\nSec-WebSocket-Accept: " WORLD_ACCEPT));
  assert_int_equal(world_answer(w, &o.sender), 101);
  assert_non_null(strstr(w->head, "\r\nSec-WebSocket-Accept: " WORLD_ACCEPT));
  assert_null(strstr(w->head, "Sec-WebSocket-Protocol"));
  assert_int_equal(world_counts(w).pairs, 1);
  assert_int_equal(world_counts(w).waiting_senders, 0);
  assert_true(world_logged(w, "SenderListenerConnectionEstablished: "));
  raw_close(&w->rendezvous, HC_STREAM_ABORT);
  offer_end(&o);
}

/* spec hybrid-connections.md 9.2. */
static void no_extension_is_ever_turned_on(void **state)
{
  struct relay_world *w = *state;
  static const char extension[] =
      "Sec-WebSocket-Extensions: permessage-deflate; "
      "client_max_window_bits\r\n";
  struct offer o;

  offer_with(w, &o, extension);
  world_send_upgrade(w, &w->rendezvous, o.target, extension);
  assert_int_equal(world_answer(w, &w->rendezvous), 101);
  assert_null(strstr(w->head, "xtensions"));
  assert_int_equal(world_answer(w, &o.sender), 101);
  assert_null(strstr(w->head, "xtensions"));
  raw_close(&w->rendezvous, HC_STREAM_ABORT);
  offer_end(&o);
}

/* spec hybrid-connections.md 4.3: "accept URL expired or reused | 403". */
static void an_address_is_good_once(void **state)
{
  struct relay_world *w = *state;
  struct offer o;

  offer_with(w, &o, "");
  world_send_upgrade(w, &w->rendezvous, o.target, "");
  assert_int_equal(world_answer(w, &w->rendezvous), 101);
  assert_int_equal(world_refused(w, o.target, ""), 403);
  raw_close(&w->rendezvous, HC_STREAM_ABORT);
  offer_end(&o);
}

/* spec hybrid-connections.md 4.3: "accept URL expired or reused | 403"; 4.1:
 * "valid <= 30 s". */
static void an_address_is_good_for_30_s(void **state)
{
  struct relay_world *w = *state;
  struct offer o;

  offer_with(w, &o, "");
  sim_run(w->sim, 30100);
  assert_int_equal(world_refused(w, o.target, ""), 403);
  offer_end(&o);
}

static void an_address_goes_with_its_sender(void **state)
{
  struct relay_world *w = *state;
  static const enum hc_stream_close manners[] = { HC_STREAM_CLEAN,
                                                  HC_STREAM_CUT,
                                                  HC_STREAM_ABORT };
  struct offer o;

  for (size_t i = 0; i < CHECK_COUNT(manners); i++) {
    offer_with(w, &o, "");
    raw_close(&o.sender, manners[i]);
    sim_run(w->sim, 10);
    assert_int_equal(world_counts(w).waiting_senders, 0);
    assert_int_equal(world_refused(w, o.target, ""), 403);
    offer_end(&o);
    sim_run(w->sim, 10);
  }
}

/* spec hybrid-connections.md 4.3: "accept URL expired or reused | 403". */
static void an_unknown_id_gets_403(void **state)
{
  struct relay_world *w = *state;
  struct offer o;

  offer_with(w, &o, "");
  o.target[strlen(o.target) - 1] ^= 1;
  assert_int_equal(world_refused(w, o.target, ""), 403);
  offer_end(&o);
}

/* spec hybrid-connections.md 4.3: "accept with bad id | 400". */
static void an_id_that_never_was_one_gets_400(void **state)
{
  struct relay_world *w = *state;
  struct offer o;
  char target[1200];

  offer_with(w, &o, "");
  assert_int_equal(world_refused(w, "/$hc/open?sb-hc-action=accept", ""), 400);
  assert_non_null(strstr(w->head, "400 The sb-hc-id is not valid. "));
  snprintf(target, sizeof target, "%sx", o.target);
  assert_int_equal(world_refused(w, target, ""), 400);
  o.target[strlen(o.target) - 1] = 'x';
  assert_int_equal(world_refused(w, o.target, ""), 400);
  offer_end(&o);
}

/* spec hybrid-connections.md 8: an extra sb-hc-token is ignored. */
static void an_extra_token_does_no_harm(void **state)
{
  struct relay_world *w = *state;
  struct offer o;
  char target[1200];

  offer_with(w, &o, "");
  snprintf(target, sizeof target, "%s&sb-hc-token=nonsense", o.target);
  world_send_upgrade(w, &w->rendezvous, target, "");
  assert_int_equal(world_answer(w, &w->rendezvous), 101);
  raw_close(&w->rendezvous, HC_STREAM_ABORT);
  offer_end(&o);
}

static void a_bad_handshake_does_not_use_the_address_up(void **state)
{
  struct relay_world *w = *state;
  struct offer o;
  struct raw_peer *peer = world_peer(w);

  offer_with(w, &o, "");
  raw_dial(peer, w->sim, w->port);
  raw_send_str(peer, "GET ");
  raw_send_str(peer, o.target);
  raw_send_str(peer, " HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(world_answer(w, peer), 400);
  raw_close(peer, HC_STREAM_CLEAN);
  world_send_upgrade(w, peer, o.target, "");
  assert_int_equal(world_answer(w, peer), 101);
  raw_close(peer, HC_STREAM_ABORT);
  offer_end(&o);
}

/* spec hybrid-connections.md 1.7 and 9.11: both spellings; 4.3: "reject
 * handshake | 410 to the listener; chosen status + text to the sender". */
static void a_rejection_reaches_the_sender(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *params;
    const char *line;
  } cases[] = {
    { "&sb-hc-statusCode=403&sb-hc-statusDescription=Not%20you%2C+%C3%A4",
      "HTTP/1.1 403 Not you, \xc3\xa4\r\n" },
    { "&statusCode=418&statusDescription=Tea", "HTTP/1.1 418 Tea\r\n" },
    { "&sb-hc-statusCode=404", "HTTP/1.1 404 Not Found\r\n" },
    { "&sb-hc-statusCode=500&sb-hc-statusDescription=a%0D%0AX%3A%20b",
      "HTTP/1.1 500 a  X: b\r\n" },
    { "&sb-hc-statusCode=400&sb-hc-statusDescription=%zz",
      "HTTP/1.1 400 Bad Request\r\n" },
  };
  struct offer o;
  char target[1200];

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    offer_with(w, &o, "");
    snprintf(target, sizeof target, "%s%s", o.target, cases[i].params);
    assert_int_equal(world_refused(w, target, ""), 410);
    (void)world_answer(w, &o.sender);
    assert_memory_equal(w->head, cases[i].line, strlen(cases[i].line));
    raw_expect_end(&o.sender, 0);
    assert_int_equal(world_refused(w, o.target, ""), 403); /* used up */
    offer_end(&o);
    sim_run(w->sim, 10);
  }
  assert_true(world_logged(w, "ListenerRejectedConnection: "));
}

/* RFC 9110 8.6: "A server MUST NOT send a Content-Length header field in any
 * response with a status code of 1xx (Informational) or 204", and in 304 it
 * would be that of another answer. */
static void a_rejection_that_has_no_body_has_no_length(void **state)
{
  static const int codes[] = { 204, 304, 403 };
  struct relay_world *w = *state;
  struct offer o;
  char target[1200];

  for (size_t i = 0; i < CHECK_COUNT(codes); i++) {
    offer_with(w, &o, "");
    snprintf(target, sizeof target, "%s&sb-hc-statusCode=%d", o.target,
             codes[i]);
    assert_int_equal(world_refused(w, target, ""), 410);
    assert_int_equal(world_answer(w, &o.sender), codes[i]);
    const char *length = strstr(w->head, "Content-Length: 0\r\n");
    if (codes[i] != 403)
      assert_null(length);
    else
      assert_non_null(length);
    raw_expect_end(&o.sender, 0);
    offer_end(&o);
  }
}

/* A sender must not take a rejection for its 101. */
static void a_rejection_with_no_status_of_an_answer_gets_400(void **state)
{
  struct relay_world *w = *state;
  static const char *const codes[] = {
    "101", "199", "abc", "40", "4040", "-40"
  };
  struct offer o;
  char target[1200];

  offer_with(w, &o, "");
  for (size_t i = 0; i < CHECK_COUNT(codes); i++) {
    snprintf(target, sizeof target, "%s&sb-hc-statusCode=%s", o.target,
             codes[i]);
    assert_int_equal(world_refused(w, target, ""), 400);
  }
  raw_expect_silence(&o.sender, 100);
  snprintf(target, sizeof target, "%s&sb-hc-statusCode=400", o.target);
  assert_int_equal(world_refused(w, target, ""), 410);
  offer_end(&o);
}

static void a_long_description_is_cut_between_characters(void **state)
{
  struct relay_world *w = *state;
  struct offer o;
  struct hc_buffer target;

  offer_with(w, &o, "");
  hc_buffer_init(&target, 16384);
  assert_int_equal(hc_buffer_append_str(&target, o.target), 0);
  assert_int_equal(hc_buffer_append_str(&target, "&sb-hc-statusCode=400&"
                                                 "sb-hc-statusDescription=x"),
                   0);
  for (int i = 0; i < 1000; i++)
    assert_int_equal(hc_buffer_append_str(&target, "%C3%A4"), 0);
  raw_close(&o.listener, HC_STREAM_ABORT);
  raw_dial(&o.listener, w->sim, w->port);
  raw_send_str(&o.listener, "GET ");
  raw_send(&o.listener, hc_buffer_span(&target));
  raw_send_str(&o.listener, " HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(world_answer(w, &o.listener), 410);
  assert_int_equal(world_answer(w, &o.sender), 400);
  const char *end = strstr(w->head, "\r\n");
  assert_non_null(end);
  assert_int_equal(end - w->head, 13 + 1023);
  assert_memory_equal(end - 2, "\xc3\xa4", 2);
  hc_buffer_deinit(&target);
  offer_end(&o);
}

static void the_listeners_choice_of_sub_protocol_is_told_to_both(void **state)
{
  struct relay_world *w = *state;
  static const struct {
    const char *offered;
    const char *chosen;
    const char *agreed; /* NULL: none */
  } cases[] = {
    { "Sec-WebSocket-Protocol: one, two\r\n", "Sec-WebSocket-Protocol: two\r\n",
      "two" },
    { "Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Protocol: two\r\n",
      "Sec-WebSocket-Protocol: three, two, one\r\n", "two" },
    { "Sec-WebSocket-Protocol: one\r\n", "", NULL },
    { "Sec-WebSocket-Protocol: one\r\n", "Sec-WebSocket-Protocol: three\r\n",
      NULL },
    { "", "Sec-WebSocket-Protocol: one\r\n", NULL },
    { "Sec-WebSocket-Protocol: a b\r\n", "Sec-WebSocket-Protocol: a b\r\n",
      NULL },
  };
  struct offer o;
  char line[128];

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct raw_peer *peers[] = { &w->rendezvous, &o.sender };
    offer_with(w, &o, cases[i].offered);
    world_send_upgrade(w, &w->rendezvous, o.target, cases[i].chosen);
    for (size_t j = 0; j < 2; j++) {
      assert_int_equal(world_answer(w, peers[j]), 101);
      snprintf(line, sizeof line, "\r\nSec-WebSocket-Protocol: %s\r\n",
               cases[i].agreed != NULL ? cases[i].agreed : "");
      if (cases[i].agreed != NULL)
        assert_non_null(strstr(w->head, line));
      else
        assert_null(strstr(w->head, "Sec-WebSocket-Protocol"));
    }
    raw_close(&w->rendezvous, HC_STREAM_ABORT);
    offer_end(&o);
    sim_run(w->sim, 10);
  }
}

/* A listener that is lost may still come by the rendezvous. */
static void an_address_outlives_the_control_channel(void **state)
{
  struct relay_world *w = *state;
  struct offer o;

  offer_with(w, &o, "");
  raw_close(&o.listener, HC_STREAM_ABORT);
  sim_run(w->sim, 10);
  world_send_upgrade(w, &w->rendezvous, o.target, "");
  assert_int_equal(world_answer(w, &w->rendezvous), 101);
  raw_close(&w->rendezvous, HC_STREAM_ABORT);
  offer_end(&o);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_TEST(both_101_leave_when_the_listener_has_come),
    WORLD_TEST(no_extension_is_ever_turned_on),
    WORLD_TEST(an_address_is_good_once),
    WORLD_TEST(an_address_is_good_for_30_s),
    WORLD_TEST(an_address_goes_with_its_sender),
    WORLD_TEST(an_unknown_id_gets_403),
    WORLD_TEST(an_id_that_never_was_one_gets_400),
    WORLD_TEST(an_extra_token_does_no_harm),
    WORLD_TEST(a_bad_handshake_does_not_use_the_address_up),
    WORLD_TEST(a_rejection_reaches_the_sender),
    WORLD_TEST(a_rejection_that_has_no_body_has_no_length),
    WORLD_TEST(a_rejection_with_no_status_of_an_answer_gets_400),
    WORLD_TEST(a_long_description_is_cut_between_characters),
    WORLD_TEST(the_listeners_choice_of_sub_protocol_is_told_to_both),
    WORLD_TEST(an_address_outlives_the_control_channel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
