/* Plain HTTP through a relay on a simulated net: a listener that answers and a
 * sender, both in raw bytes. */
#ifndef TESTS_SUPPORT_RELAY_HTTP_H
#define TESTS_SUPPORT_RELAY_HTTP_H

#include "support/relay_world.h"

/* A listener of the entity "open" (anonymous) and a sender. */
struct http_world {
  struct relay_world w;
  struct raw_peer listener;
  struct raw_peer sender;
  struct raw_peer rendezvous;
  struct hc_control control; /* the last request */
  bool has_control;
};

/* options NULL: those of world_options. The sender is connected. */
void http_start(struct http_world *h, const struct hc_relay_options *options);
void http_finish(struct http_world *h);

/* A test's set-up and tear-down: *state is such a world. That of HTTP_TEST has
 * world_options; that of HTTP_OWN_TEST is started by the test, with its own. */
int http_set_up(void **state);
int http_set_up_own(void **state);
int http_tear_down(void **state);
#define HTTP_TEST(test) \
  cmocka_unit_test_setup_teardown(test, http_set_up, http_tear_down)
#define HTTP_OWN_TEST(test) \
  cmocka_unit_test_setup_teardown(test, http_set_up_own, http_tear_down)

/* Waits for a request message, which is h->control.request then. */
struct hc_request *http_read_request(struct http_world *h,
                                     struct raw_peer *from);

/* Reads the next frame, which must be the listener's: a binary one. */
void http_expect_body(struct raw_peer *from, uint8_t first, const char *text);

/* Sends a response to h->control.request; more are further members, each with a
 * comma in front. */
void http_respond(struct http_world *h, struct raw_peer *from, int status,
                  const char *more);

/* The same with body true, and the body in one message. */
void http_respond_with(struct http_world *h, struct raw_peer *from,
                       const char *body);

/* Opens the address of h->control.request as h->rendezvous: the status. */
int http_fetch(struct http_world *h);

/* GET of /open by h->sender, its request message read. */
void http_get(struct http_world *h);

/* Waits for the sender's answer: its status. */
int http_answer(struct http_world *h);

/* Waits for exactly these bytes. */
void http_expect_bytes(struct raw_peer *peer, const char *text);

/* GET by a fresh connection that is answered without a listener's help and
 * closed: the status. */
int http_refused(struct http_world *h, const char *request);

#endif
