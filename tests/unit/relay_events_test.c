/* One line per event, under the service's names (spec hybrid-connections.md
 * 4.6), with what it is about and its tracking id. */
#include "support/check.h"
#include "support/relay_world.h"

#define GUID "0b4a8cce-0000-4000-8000-1234567890ab"

/* The log has a line "NAME: sb://HOST/PATH TrackingId:GUID_G0" and goes on with
 * rest. */
static void logged(const struct relay_world *w, const char *name,
                   const char *path, const char *rest)
{
  char wanted[256];

  snprintf(wanted, sizeof wanted,
           "%s: sb://" WORLD_HOST "/%s TrackingId:", name, path);
  const char *line = strstr(w->log, wanted);
  assert_non_null(line);
  const char *id = line + strlen(wanted);
  assert_memory_equal(id + 36, "_G0", 3);
  assert_memory_equal(id + 39, rest, strlen(rest));
}

static void a_listener_comes_and_goes(void **state)
{
  struct relay_world w;
  struct raw_peer listener;

  (void)state;
  world_start(&w, NULL);
  world_send_request(&w, &listener,
                     "/$hc/hyco?sb-hc-action=listen&sb-hc-id=" GUID, "listen");
  assert_int_equal(world_answer(&w, &listener), 101);
  logged(&w, "NewListenerRegistered", "hyco", "\n");
  assert_true(world_logged(&w, "TrackingId:" GUID "_G0\n"));
  raw_close(&listener, HC_STREAM_CLEAN);
  sim_run(w.sim, 100);
  logged(&w, "ListenerUnregistered", "hyco", ", ended without Close\n");
  world_finish(&w);
}

static void a_listener_whose_token_ends(void **state)
{
  struct relay_world w;
  struct raw_peer listener;

  (void)state;
  world_start(&w, NULL);
  world_listen(&w, &listener, "hyco");
  sim_run(w.sim, (WORLD_TOKEN_S + 400) * 1000);
  logged(&w, "ListenerClosingFromExpiredToken", "hyco", "\n");
  logged(&w, "ListenerUnregistered", "hyco", ", The token is expired.\n");
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

static void a_connection_from_offer_to_end(void **state)
{
  struct relay_world w;
  struct world_pair p;

  (void)state;
  world_start(&w, NULL);
  world_join(&w, &p);
  logged(&w, "NewSenderRegistering", "hyco", "\n");
  logged(&w, "SenderListenerConnectionEstablished", "hyco", "\n");
  raw_close(&p.sender, HC_STREAM_CLEAN);
  sim_run(w.sim, 100);
  logged(&w, "SenderConnectionClosed", "hyco", ", ended without Close\n");
  world_part(&p);
  world_finish(&w);
}

static void a_sender_nobody_takes(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct raw_peer sender;

  (void)state;
  world_start(&w, NULL);
  world_listen(&w, &listener, "hyco");
  world_connect(&w, &sender, "hyco/sub");
  sim_run(w.sim, 31000);
  logged(&w, "ListenerAcceptingConnectionTimeout", "hyco/sub", "\n");
  raw_close(&sender, HC_STREAM_ABORT);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

static void a_rejection(void **state)
{
  struct relay_world w;
  struct raw_peer listener;
  struct raw_peer sender;
  struct hc_control c;
  char target[1024];

  (void)state;
  world_start(&w, NULL);
  world_listen(&w, &listener, "hyco");
  world_connect(&w, &sender, "hyco");
  world_read_accept(&listener, &c);
  snprintf(target, sizeof target, "%s&sb-hc-statusCode=404", world_target(&c));
  hc_control_deinit(&c);
  assert_int_equal(world_refused(&w, target, ""), 410);
  logged(&w, "ListenerRejectedConnection", "hyco", "\n");
  raw_close(&sender, HC_STREAM_ABORT);
  raw_close(&listener, HC_STREAM_ABORT);
  world_finish(&w);
}

static void refusals(void **state)
{
  struct relay_world w;
  struct raw_peer peer;

  (void)state;
  world_start(&w, NULL);
  (void)world_refused(&w, "/$hc/hyco", "");
  logged(&w, "InvalidSasToken", "hyco", ", A token is missing.\n");
  world_send_request(&w, &peer, "/$hc/hyco?sb-hc-action=listen", "send");
  assert_int_equal(world_answer(&w, &peer), 403);
  raw_close(&peer, HC_STREAM_CLEAN);
  logged(&w, "AuthorizationFailed", "hyco",
         ", The token lacks the right Listen.\n");
  (void)world_refused(&w, "/$hc/unknown?sb-hc-token=secret", "");
  logged(&w, "ProcessingRequestFailed", "unknown",
         ", Endpoint does not exist.\n");
  assert_false(world_logged(&w, "secret"));
  world_finish(&w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_listener_comes_and_goes),
    cmocka_unit_test(a_listener_whose_token_ends),
    cmocka_unit_test(a_connection_from_offer_to_end),
    cmocka_unit_test(a_sender_nobody_takes),
    cmocka_unit_test(a_rejection),
    cmocka_unit_test(refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
