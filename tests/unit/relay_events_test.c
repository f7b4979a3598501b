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
  struct relay_world *w = *state;

  world_send_request(w, &w->listener,
                     "/$hc/hyco?sb-hc-action=listen&sb-hc-id=" GUID, "listen");
  assert_int_equal(world_answer(w, &w->listener), 101);
  logged(w, "NewListenerRegistered", "hyco", "\n");
  assert_true(world_logged(w, "TrackingId:" GUID "_G0\n"));
  raw_close(&w->listener, HC_STREAM_CLEAN);
  sim_run(w->sim, 100);
  logged(w, "ListenerUnregistered", "hyco", ", ended without Close\n");
}

static void a_listener_whose_token_ends(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  sim_run(w->sim, (WORLD_TOKEN_S + 400) * 1000);
  logged(w, "ListenerClosingFromExpiredToken", "hyco", "\n");
  logged(w, "ListenerUnregistered", "hyco", ", The token is expired.\n");
}

static void a_connection_from_offer_to_end(void **state)
{
  struct world_joined *j = *state;
  struct relay_world *w = &j->world;
  struct world_pair *p = &j->pair;

  logged(w, "NewSenderRegistering", "hyco", "\n");
  logged(w, "SenderListenerConnectionEstablished", "hyco", "\n");
  raw_close(&p->sender, HC_STREAM_CLEAN);
  sim_run(w->sim, 100);
  logged(w, "SenderConnectionClosed", "hyco", ", ended without Close\n");
}

static void a_sender_nobody_takes(void **state)
{
  struct relay_world *w = *state;

  world_listen(w, &w->listener, "hyco");
  world_connect(w, &w->sender, "hyco/sub");
  sim_run(w->sim, 31000);
  logged(w, "ListenerAcceptingConnectionTimeout", "hyco/sub", "\n");
}

static void a_rejection(void **state)
{
  struct relay_world *w = *state;
  struct hc_control c;
  char target[1024];

  world_listen(w, &w->listener, "hyco");
  world_connect(w, &w->sender, "hyco");
  world_read_accept(&w->listener, &c);
  snprintf(target, sizeof target, "%s&sb-hc-statusCode=404", world_target(&c));
  hc_control_deinit(&c);
  assert_int_equal(world_refused(w, target, ""), 410);
  logged(w, "ListenerRejectedConnection", "hyco", "\n");
}

static void refusals(void **state)
{
  struct relay_world *w = *state;
  struct raw_peer *peer = world_peer(w);

  (void)world_refused(w, "/$hc/hyco", "");
  logged(w, "InvalidSasToken", "hyco", ", A token is missing.\n");
  world_send_request(w, peer, "/$hc/hyco?sb-hc-action=listen", "send");
  assert_int_equal(world_answer(w, peer), 403);
  raw_close(peer, HC_STREAM_CLEAN);
  logged(w, "AuthorizationFailed", "hyco",
         ", The token lacks the right Listen.\n");
  (void)world_refused(w, "/$hc/unknown?sb-hc-token=secret", "");
  logged(w, "ProcessingRequestFailed", "unknown",
         ", Endpoint does not exist.\n");
  assert_false(world_logged(w, "secret"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WORLD_TEST(a_listener_comes_and_goes),
    WORLD_TEST(a_listener_whose_token_ends),
    WORLD_JOINED_TEST(a_connection_from_offer_to_end),
    WORLD_TEST(a_sender_nobody_takes),
    WORLD_TEST(a_rejection),
    WORLD_TEST(refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
