/* A relay, a receiver that echoes and a sender in one process, through the
 * public interface alone; what they are told is noted. */
#ifndef TESTS_E2E_API_WORLD_H
#define TESTS_E2E_API_WORLD_H

#include "support/check.h"
#include <hyco/hyco.h>

enum { API_TEXT_MAX = 256 };

struct api_world {
  char dir[64];
  hyco_relay *relay;
  hyco_loop *loop;
  hyco_receiver *receiver;
  hyco_sender *sender;
  bool echoes;

  int accepted; /* ConnectionId of the last connection */
  int requests;
  int receiver_disconnects;
  int receiver_code;
  char receiver_text[API_TEXT_MAX];
  size_t receiver_bytes;
  uint64_t receiver_hash;
  int receiver_messages; /* whole ones */

  int sender_connects;
  int sender_connect_code;
  int sender_disconnects;
  int sender_code;
  char sender_text[API_TEXT_MAX];
  size_t sender_bytes;
  uint64_t sender_hash;
  int sender_texts; /* whole text messages */

  int progress_events; /* of either role, since the file began */
  int64_t progress_sent;
  int64_t progress_size;
  int busy_results; /* of blocking calls inside a handler */
};

/* cmocka set-up and tear-down: *state is the world; a relay that serves, a
 * loop, a receiver and a sender with credentials, not connected. */
int api_world_setup(void **state);
int api_world_teardown(void **state);

/* One more of either, with its credentials; the test frees it. */
hyco_receiver *api_world_receiver(struct api_world *w,
                                  const hyco_receiver_events *events,
                                  void *user_data);
hyco_sender *api_world_sender(struct api_world *w,
                              const hyco_sender_events *events,
                              void *user_data);

/* Also listening and connected. */
void api_world_join(struct api_world *w);

/* Turns until *count reaches n; fails after 20 s. */
void api_world_await(struct api_world *w, const int *count, int n);
void api_world_await_bytes(struct api_world *w, const size_t *count, size_t n);

/* What sender_hash becomes for these bytes. */
uint64_t api_hash(uint64_t hash, const void *data, size_t len);

#endif
